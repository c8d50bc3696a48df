"""Werewolf: a village votes by day on whom to eliminate, and the werewolves among it kill by night.

Rules in words. Roles are dealt at random and secretly. At night the werewolves, who know each other, choose whom to kill, and special roles
use their powers. By day the dead are announced, the living speak, and vote on whom to eliminate. The village wins when no werewolf is left alive; the
werewolves win when nothing can stop them any more. Everything else is an option; ``rules_text`` is written from the options, sentence by sentence, by the
same objects that carry them out.

| parameter | meaning | default |
|---|---|---|
| `cast` | the roles that are dealt | 2 werewolves, seer, doctor, 3 villagers |
| `first_night` | `kill`, `checks` (only the seer and whispers) or `none` (the game begins by day) | kill |
| `kill` | how the werewolves choose: `propose`, `random_wolf`, `vote`, `revote`, `unanimous` | propose |
| `kill_skip` | they may kill nobody | no |
| `whispers` | rounds of private talk of the werewolves before they choose | 0 |
| `seer_sees` | `species` (werewolf or not) or `role` | species |
| `seer_rechecks` | the seer may check somebody twice | yes |
| `seer_checks_dead` | the seer may check somebody dead | no |
| `doctor_self` | the doctor may protect itself | yes |
| `doctor_repeats` | the doctor may protect the same player two nights running | yes |
| `doctor_told` | the doctor is told of a save | no |
| `witch_saves_self` | the witch may save itself: `always`, `first_night` or `never` | first_night |
| `witch_both` | the witch may use both potions in one night | no |
| `reveal_night` | what is shown of who is killed at night: `none`, `side`, `role` | none |
| `reveal_day` | what is shown of who is eliminated: `none`, `side`, `role` | none |
| `last_words` | `none`, `exiled`, or `all` (those who die in the first night too) | none |
| `discussion` | `rounds`, `bidding` or `parallel` | rounds |
| `talk_rounds` | how often everybody speaks (`rounds`, `parallel`) | 1 |
| `talk_turns` | most turns a day (`bidding`) | 8 |
| `talk_order` | `seats`, `rotate`, `random_start` or `random` (`rounds`) | seats |
| `talk_pass` | a turn may be passed; when all pass, the discussion ends | no |
| `say_chars` | characters a turn; 0 for a game without words | 600 |
| `latents` | the abstract game: instead of words a turn names one of so many meanings, a number for each distinct role of the cast in order | none |
| `latent_slots` | with a meaning a turn names `none`, or a `target` among the living if it likes | none |
| `explode` | a werewolf may reveal itself in its turn, which kills it and ends the day | no |
| `vote` | `simultaneous` or `sequential` | simultaneous |
| `vote_order` | of sequential votes: `seats`, `rotate` or `random_start` | seats |
| `vote_secret` | only the result is shown | no |
| `vote_self` | one may vote for oneself | no |
| `abstain` | one may abstain | yes |
| `tie` | `random`, `nobody`, `revote` (among all), `revote_tied`, `sheriff`, `scapegoat` | random |
| `tie_then` | where that does not settle it: `random` or `nobody` | random |
| `threshold` | `plurality` or `majority` (of all the living) | plurality |
| `all_abstain` | `nobody` or `random` | nobody |
| `win` | `parity` (as many werewolves as others), `majority` (more), `sides` (all villagers or all special roles dead) | parity |
| `max_rounds` | the game ends after so many rounds | 10 |
| `cap` | who wins then: `draw`, `village`, `werewolves` or `random` | draw |
| `sheriff` | elected on the first day; votes count 1.5; handed over at death | no |
| `retries` | how often a player that gave no legal move is asked again | 2 |
| `failure` | and then: `random` draws a legal move, `abstain` does nothing where that is legal and draws else, `forfeit` loses the game | random |
| `utility` | `team` (1 for the winners, -1 for the losers) or `shaped` (the rewards of LSPO) | team |
| `encoding` | observations in numbers: `extended`, or `paper` (the 211 numbers of LSPO at seven seats) | extended |

Observation, action masks: :mod:`.encode`. Payoffs: points; the dead win and lose with their side. Roles: as dealt.

Sources: Xu, Gu, Yu, Wu and Wang 2025, "Learning Strategic Language Agents in the Werewolf Game with Iterative Latent Space Policy Optimization", arXiv
2502.04686 (the default rules, rewards and vectors); Xu, Yu, Fang, Wang and Wu 2024, arXiv 2310.18940; Bailis, Friedhoff and Chen 2024, "Werewolf Arena",
arXiv 2407.13943 (bidding). No paper states a limit of rounds; ours is 10, then a draw.

Version history: v0, first version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING, Literal

from gymnasium.spaces import Box

from ..core import Game, GameType, IllegalPolicy, NotSupported, Prediction, State, seat_name
from ..domains import OneOf
from .roles import NOBODY, role

if TYPE_CHECKING:
    from .kernel import WerewolfBatch
    from .state import WerewolfState

__all__ = ["ABSTAIN", "BIDS", "MOST_SEATS", "Werewolf"]

MOST_SEATS = 20
_MOST_LISTED = 8
ABSTAIN = "abstain"
BIDS = ("0", "1", "2", "3", "4")
SPEAK, PASS, EXPLODE = "speak", "pass", "explode"


@dataclass(frozen=True, kw_only=True)
class Werewolf(Game):
    """Village against werewolves; see the module for the parameters."""

    cast: tuple[str, ...] = ("werewolf", "werewolf", "seer", "doctor", "villager", "villager", "villager")
    first_night: Literal["kill", "checks", "none"] = "kill"
    kill: Literal["propose", "random_wolf", "vote", "revote", "unanimous"] = "propose"
    kill_skip: bool = False
    whispers: int = 0
    seer_sees: Literal["species", "role"] = "species"
    seer_rechecks: bool = True
    seer_checks_dead: bool = False
    doctor_self: bool = True
    doctor_repeats: bool = True
    doctor_told: bool = False
    witch_saves_self: Literal["always", "first_night", "never"] = "first_night"
    witch_both: bool = False
    reveal_night: Literal["none", "side", "role"] = "none"
    reveal_day: Literal["none", "side", "role"] = "none"
    last_words: Literal["none", "exiled", "all"] = "none"
    discussion: Literal["rounds", "bidding", "parallel"] = "rounds"
    talk_rounds: int = 1
    talk_turns: int = 8
    talk_order: Literal["seats", "rotate", "random_start", "random"] = "seats"
    talk_pass: bool = False
    say_chars: int = 600
    latents: tuple[int, ...] = ()
    latent_slots: Literal["none", "target"] = "none"
    explode: bool = False
    vote: Literal["simultaneous", "sequential"] = "simultaneous"
    vote_order: Literal["seats", "rotate", "random_start"] = "seats"
    vote_secret: bool = False
    vote_self: bool = False
    abstain: bool = True
    tie: Literal["random", "nobody", "revote", "revote_tied", "sheriff", "scapegoat"] = "random"
    tie_then: Literal["random", "nobody"] = "random"
    threshold: Literal["plurality", "majority"] = "plurality"
    all_abstain: Literal["nobody", "random"] = "nobody"
    win: Literal["parity", "majority", "sides"] = "parity"
    max_rounds: int = 10
    cap: Literal["draw", "village", "werewolves", "random"] = "draw"
    sheriff: bool = False
    retries: int = 2
    failure: Literal["random", "abstain", "forfeit"] = "random"
    utility: Literal["team", "shaped"] = "team"
    encoding: Literal["extended", "paper"] = "extended"

    def __post_init__(self) -> None:
        self.require(3 <= len(self.cast) <= MOST_SEATS, "cast", f"should name from 3 to {MOST_SEATS} roles")
        for name in self.cast:
            role(name)
        wolves = sum(role(name).species == "werewolf" for name in self.cast)
        self.require(0 < wolves < len(self.cast) - wolves, "cast", "should hold at least one werewolf, and more others than werewolves")
        for name, allowed in _CHOICES.items():
            self.require(getattr(self, name) in allowed, name, f"should be one of: {', '.join(allowed)}")
        for name, low, high in (
            ("whispers", 0, 10),
            ("talk_rounds", 0, 20),
            ("talk_turns", 1, 100),
            ("say_chars", 0, 4000),
            ("max_rounds", 1, 50),
            ("retries", 0, 10),
        ):
            self.require(low <= getattr(self, name) <= high, name, f"should be from {low} to {high}")
        self.require(self.tie != "sheriff" or self.sheriff, "tie", "needs sheriff=True where the sheriff settles ties")
        self.require(self.tie != "scapegoat" or "scapegoat" in self.cast, "tie", "needs a scapegoat in the cast")
        fit = not self.latents or (len(self.latents) == len(self.counts) and all(1 <= count <= 50 for count in self.latents))
        self.require(fit, "latents", f"should be empty, or hold a number from 1 to 50 for each of: {', '.join(self.counts)}")
        # without a second species to count, killing all villagers or all special roles must be possible
        sides = {role(name).special for name in self.cast if role(name).side == "village"}
        self.require(self.win != "sides" or sides == {True, False}, "win", "needs villagers and special roles in the cast")

    @property
    def seats(self) -> int:
        return len(self.cast)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The seats' names."""
        return tuple(seat_name(seat) for seat in range(self.seats))

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many of each role, in the order of their first mention."""
        return dict(Counter(self.cast))

    @property
    def words(self) -> int:
        """How many characters a turn may have; none in the abstract game."""
        return 0 if self.latents else self.say_chars

    @property
    def speaks(self) -> bool:
        """Whether there is a discussion, in words or in meanings."""
        return bool(self.latents) or self.say_chars > 0

    def meanings(self, name: str) -> tuple[str, ...]:
        """Give the meanings that a role has in the abstract game."""
        return tuple(f"z{number}" for number in range(self.latents[list(self.counts).index(name)]))

    @cached_property
    def type(self) -> GameType:
        bound = 1.0 if self.utility == "team" else 300.0 + self.max_rounds * (5.0 + 20.0 + 5.0) + 10.0
        return GameType(
            seats=(3, MOST_SEATS),
            dynamics="mixed",
            information="imperfect",
            utility="team" if self.utility == "team" else "general_sum",
            payoff_low=-bound,
            payoff_high=bound,
            horizon=self._horizon(),
            chance=True,
            language=self.words > 0,
            roles=tuple(self.counts),
            illegal=IllegalPolicy(reask=self.retries, then="default" if self.failure == "abstain" else self.failure),
        )

    def _horizon(self) -> int:
        seats, wolves = self.seats, sum(role(name).species == "werewolf" for name in self.cast)
        night = self.whispers * wolves + 2 + wolves
        talk = {"rounds": self.talk_rounds * seats, "bidding": 2 * self.talk_turns, "parallel": self.talk_rounds}[self.discussion]
        votes = (1 if self.vote == "simultaneous" else seats) * (2 if self.tie.startswith("revote") else 1)
        # every death may bring a shot, last words and a badge
        return self.max_rounds * (night + talk + votes) + 3 * seats + 1

    @cached_property
    def options(self) -> OneOf:
        """All that is ever chosen, whatever it is for: the phase says what."""
        found = [*self.names]
        if self.latents:
            meanings = [f"z{number}" for number in range(max(self.latents))]
            slots = self.names if self.latent_slots == "target" else ()
            found += [*meanings, *(f"{meaning} {name}" for meaning in meanings for name in slots)]
        else:
            found.append(SPEAK)
        found += [ABSTAIN] if self.abstain else []
        found += [PASS] if self.talk_pass else []
        found += [EXPLODE] if self.explode else []
        found += list(BIDS) if self.discussion == "bidding" else []
        found += [NOBODY] if self.kill_skip or self.sheriff or {"witch", "hunter"} & set(self.cast) else []
        if "witch" in self.cast:
            poisons = [f"poison {name}" for name in self.names]
            found += ["save", *poisons, *(f"save and {name}" for name in poisons if self.witch_both)]
        return OneOf(tuple(found))

    def action_domain(self, seat: int) -> OneOf:
        return self.options

    def observation_space(self, seat: int) -> Box:
        from .encode import space

        return space(self)

    def new_state(self, seed: int) -> WerewolfState:
        from .state import WerewolfState

        return WerewolfState(self, seed)

    def branching(self, size: int, seed: int = 0) -> WerewolfBatch:
        from .kernel import WerewolfBatch

        return WerewolfBatch(self, size, seed)

    def dealt(self, roles: Sequence[str], seed: int = 0) -> WerewolfState:
        """Open an episode with these roles at the seats; chance that is still to come follows from the seed.

        Raises:
            ParameterError: these are not the roles of the cast.
        """
        from .state import WerewolfState

        self.require(sorted(roles) == sorted(self.cast), "cast", f"cannot be dealt as {list(roles)}")
        return WerewolfState(self, seed, roles)

    def beginnings(self) -> Iterator[tuple[float, State]]:
        if len(self.cast) > _MOST_LISTED:
            raise NotSupported(f"{self.made_as}: deals are listed for at most {_MOST_LISTED} seats")
        found = sorted(set(permutations(self.cast)))
        for roles in found:
            yield 1 / len(found), self.dealt(roles)

    def rules_text(self, seat: int | None = None) -> str:
        from .text import rules

        return rules(self, seat)

    def predictions(self) -> tuple[Prediction, ...]:
        from .predictions import card

        return card(self)


_CHOICES = {
    "first_night": ("kill", "checks", "none"),
    "kill": ("propose", "random_wolf", "vote", "revote", "unanimous"),
    "seer_sees": ("species", "role"),
    "witch_saves_self": ("always", "first_night", "never"),
    "reveal_night": ("none", "side", "role"),
    "reveal_day": ("none", "side", "role"),
    "last_words": ("none", "exiled", "all"),
    "discussion": ("rounds", "bidding", "parallel"),
    "latent_slots": ("none", "target"),
    "talk_order": ("seats", "rotate", "random_start", "random"),
    "vote": ("simultaneous", "sequential"),
    "vote_order": ("seats", "rotate", "random_start"),
    "tie": ("random", "nobody", "revote", "revote_tied", "sheriff", "scapegoat"),
    "tie_then": ("random", "nobody"),
    "threshold": ("plurality", "majority"),
    "all_abstain": ("nobody", "random"),
    "win": ("parity", "majority", "sides"),
    "cap": ("draw", "village", "werewolves", "random"),
    "failure": ("random", "abstain", "forfeit"),
    "utility": ("team", "shaped"),
    "encoding": ("extended", "paper"),
}
