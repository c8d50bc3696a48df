"""The round and its night: who is asked what, how the werewolves agree, and who is dead in the morning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..actions import Move
from ..core import seat_name
from ..words import listed
from .roles import NOBODY
from .step import Speech, Step

if TYPE_CHECKING:
    from .game import Werewolf
    from .state import WerewolfState

__all__ = ["STEPS", "sentences"]


class Round(Step):
    """Opens a night and the day after it, or ends a game that has gone on for too long."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        game = state.game
        if state.round and game.utility == "shaped":
            for seat in state.living:
                state.rewards[seat] += 5.0  # LSPO, appendix A.3: every round survived
        if state.round == game.max_rounds:
            side = game.cap if game.cap != "random" else state.draw("cap", ("village", "werewolves"))
            state.finish(side, f"round {game.max_rounds} is over")
            return ()
        state.round += 1
        state.victim, state.saved = None, False
        state.poisoned, state.proposals, state.spoken = [], [], [0] * game.seats
        night = () if state.round == 1 and game.first_night == "none" else (("night",), ("whispers",), ("acts",), ("witches",), ("dawn",))
        election = (("election",),) if game.sheriff and state.round == 1 else ()
        state.soon(*night, ("day",), *election, ("discussion",), ("vote", 0, ()), ("round",))
        return ()


class Night(Step):
    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        state.phase = "night"
        state.emit("night", f"Night {state.round} falls.", data={"round": state.round})
        return ()


class Whispers(Step):
    """Puts the turns of the werewolves' private talk on the agenda."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        wolves = state.living_wolves
        if state.game.words and len(wolves) > 1:
            state.soon(*(("whisper", wolf) for _ in range(state.game.whispers) for wolf in wolves))
        return ()


class Whisper(Speech):
    def ask(self, state: WerewolfState, seat: int) -> str:
        return "Speak to the other werewolves; nobody else hears it."

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        for seat, move in moves.items():
            state.speak(seat, move.say, to=state.wolves)


class Acts(Step):
    """All that is chosen at once at night: powers, and the werewolves' first choice."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        checks_only = state.round == 1 and state.game.first_night == "checks"
        wolves = [] if checks_only else _first_wolves(state)
        others = [
            seat
            for seat in state.living
            if (role := state.role(seat)).wakes == "first" and (role.name == "seer" or not checks_only) and role.targets(state, seat)
        ]
        return sorted([*wolves, *others])

    def options(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        return _prey(state) if seat in state.wolves else state.role(seat).targets(state, seat)

    def ask(self, state: WerewolfState, seat: int) -> str:
        return _ask_wolf(state, seat) if seat in state.wolves else state.role(seat).ask(state, seat)

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        wolves = {seat: str(move.choice) for seat, move in moves.items() if seat in state.wolves}
        for seat, move in moves.items():
            if seat not in wolves:
                state.role(seat).act(state, seat, move.choice)
        if wolves:
            _choose(state, wolves)


class Kill(Step):
    """A further choice of the werewolves: the next in turn, or all of them again."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        return args[0]

    def options(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        return _prey(state)

    def ask(self, state: WerewolfState, seat: int) -> str:
        return _ask_wolf(state, seat)

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        _choose(state, {seat: str(move.choice) for seat, move in moves.items()})


class Witches(Step):
    """Asks those who act once the werewolves have decided."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        asked = [seat for seat in state.living if state.role(seat).wakes == "after" and state.role(seat).targets(state, seat)]
        for seat in asked:
            if state.potions[seat][0]:
                words = f"{'nobody' if state.victim is None else seat_name(state.victim)} is attacked tonight."
                state.emit("attacked", words[0].upper() + words[1:] if state.victim is None else words, data={"target": state.victim}, to=(seat,))
        return asked

    def options(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        return state.role(seat).targets(state, seat)

    def ask(self, state: WerewolfState, seat: int) -> str:
        return state.role(seat).ask(state, seat)

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        for seat, move in moves.items():
            state.role(seat).act(state, seat, move.choice)


class Dawn(Step):
    """Resolves the night: protection and antidote, then the attack, then poison."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        guards = [seat for seat in state.living if state.protected[seat] == (state.victim, state.round)]
        causes = dict.fromkeys(state.poisoned, "poison")
        if state.victim is not None and not guards and not state.saved:
            causes.setdefault(state.victim, "kill")
        dead = sorted(causes)
        verb = "was" if len(dead) == 1 else "were"
        words = f"{listed(map(seat_name, dead))} {verb} killed in the night." if dead else "Nobody was killed in the night."
        state.emit("dawn", f"The morning of day {state.round}. {words}", data={"round": state.round, "dead": dead})
        if state.game.doctor_told:
            for seat in guards:
                saved = seat_name(state.victim) if state.victim is not None else ""
                state.emit("save", f"{saved} was attacked in the night and saved by {seat_name(seat)}.", data={"target": state.victim}, to=(seat,))
        if state.game.last_words == "all" and state.round == 1 and state.game.words:
            state.soon(*(("last_words", seat) for seat in dead))
        state.die([(seat, causes[seat]) for seat in dead], state.game.reveal_night)
        return ()


# -- how the werewolves choose -----------------------------------------------------------------------------------------


def _prey(state: WerewolfState) -> tuple[str, ...]:
    names = tuple(seat_name(seat) for seat in state.living if seat not in state.wolves)
    return (*names, NOBODY) if state.game.kill_skip else names


def _first_wolves(state: WerewolfState) -> list[int]:
    wolves = state.living_wolves
    if state.game.kill == "propose":
        return wolves[:1]
    return [state.draw("killer", wolves)] if state.game.kill == "random_wolf" else wolves


def _ask_wolf(state: WerewolfState, seat: int) -> str:
    mates = [wolf for wolf in state.living_wolves if wolf != seat]
    if state.game.kill == "propose" and mates:
        return "Werewolf, whom do you propose to attack?" if seat != max(state.living_wolves) else "Werewolf, whom do you all attack? You decide."
    return "Werewolf, whom do you attack?" if not mates or state.game.kill == "random_wolf" else "Werewolf, whom do you want to attack?"


def _choose(state: WerewolfState, choices: Mapping[int, str]) -> None:
    """Note choices of werewolves; when there are enough of them, settle the attack."""
    kill, wolves = state.game.kill, state.living_wolves
    for seat, choice in choices.items():
        state.proposals.append((seat, None if choice == NOBODY else state.seat_of(choice)))
    if kill == "random_wolf" or len(wolves) == 1:
        _attack(state, state.proposals[-1][1], state.proposals[-1][0])
        return
    for seat, choice in choices.items():
        if not (kill == "propose" and seat == wolves[-1]):
            state.emit(
                "proposal",
                f"{seat_name(seat)} proposes to attack {choice}.",
                seat=seat,
                data={"target": None if choice == NOBODY else state.seat_of(choice)},
                to=state.wolves,
            )
    if kill == "propose":
        if len(state.proposals) < len(wolves):
            state.soon(("kill", (wolves[len(state.proposals)],)))
        else:
            _attack(state, state.proposals[-1][1], state.proposals[-1][0])
        return
    latest = [target for _, target in state.proposals[-len(wolves) :]]
    counts = Counter(latest)
    top = sorted((target for target, count in counts.items() if count == max(counts.values())), key=lambda target: -1 if target is None else target)
    if kill == "unanimous":
        _attack(state, latest[0] if len(counts) == 1 else None, None)
    elif len(top) > 1 and kill == "revote" and len(state.proposals) == len(wolves):
        state.soon(("kill", tuple(wolves)))
    else:
        _attack(state, top[0] if len(top) == 1 else state.draw("attack", top), None)


def _attack(state: WerewolfState, target: int | None, decider: int | None) -> None:
    state.victim = target
    name = NOBODY if target is None else seat_name(target)
    state.emit("attack", f"The werewolves attack {name} tonight.", seat=decider, data={"target": target, "night": state.round}, to=state.wolves)


# -- in words ----------------------------------------------------------------------------------------------------------


def sentences(game: Werewolf) -> list[str]:
    """Say in the rules what happens at night."""
    first = {
        "kill": "The game begins with a night.",
        "checks": "The game begins with a night in which nobody is killed and only the seer acts.",
        "none": "The game begins by day.",
    }[game.first_night]
    several = sum(1 for name in game.cast if name == "werewolf") > 1
    how = {
        "propose": "in the order of their seats they propose whom to attack, each seeing what the ones before proposed, and the last one decides",
        "random_wolf": "one of them, drawn by lot each night, decides whom they attack, and the others are told",
        "vote": "they vote at once on whom to attack; ties are settled by lot",
        "revote": "they vote at once on whom to attack, once more when there is a tie, and then ties are settled by lot",
        "unanimous": "all name somebody to attack, and they attack only whom all of them named",
    }[game.kill]
    attack = f"Each night the werewolves attack another player: {how}." if several else "Each night the werewolf attacks another player."
    skip = ["They may attack nobody."] if game.kill_skip else []
    talk = "once" if game.whispers == 1 else f"{game.whispers} times"
    whisper = [f"Before that each werewolf speaks {talk} to the others in secret."] if game.whispers and several and game.words else []
    dead = "Who is attacked and neither protected nor saved is dead in the morning; all are told who died, and not of what."
    return [first, attack, *skip, *whisper, dead]


STEPS: dict[str, Step] = {
    "round": Round(),
    "night": Night(),
    "whispers": Whispers(),
    "whisper": Whisper(),
    "acts": Acts(),
    "kill": Kill(),
    "witches": Witches(),
    "dawn": Dawn(),
}
