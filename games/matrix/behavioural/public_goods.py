"""Linear public goods game (voluntary contribution mechanism), with optional punishment and talk.

**Rules in words.** Each of n seats has an endowment of e tokens a round and contributes some of them to a common pot, all at once. The pot pays every
seat ``mpcr`` times its content, whoever contributed. With ``punishment`` every seat, having seen all contributions, may then assign points
to others: each point costs its sender ``punish_cost`` and its target ``punish_impact``.

**Parameters.** See :class:`PublicGoods`. ``1/seats < mpcr < 1`` makes it a social dilemma and is required.

**Actions.** ``contribute`` with ``amount`` (a bare whole number where nothing else is ever asked); ``punish`` with one number for each
other seat, together at most ``punish_max``; ``talk`` where ``say_chars`` is above 0.

**Observation.** Share of rounds played; one-hot of the stage (talk, contribute, punish); last round's contributions and this
round's (where already told), own first, as shares of the endowment, -1 for none; points received in the last round as a share of the most possible.

**Payoffs.** Seat i earns ``e - g_i + mpcr * sum(g) - punish_cost * given_i - punish_impact * received_i`` a round.

**Events.** ``contributions`` with ``round`` and ``contributions`` (punishment only); ``round`` with ``contributions``, ``points`` (row i:
what seat i gave; punishment only) and ``payoffs``; ``say`` with ``round`` and ``text``.

**Sources.** Isaac and Walker, Quarterly Journal of Economics 103 (1988) 179-199; Fehr and Gaechter, American Economic Review 90 (2000) 980-994
(punishment); Zelmer, Experimental Economics 6 (2003) 299-310 (meta-analysis).

**Versions.** v0: first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from ...actions import Move
from ...core import UNVERIFIED, GameType, Prediction, seat_name
from ...domains import Integer, Record
from ...words import listed, number
from .common import DEFAULT_POLICY, MAX_SEATS, TALK, RoundGame, RoundState

__all__ = ["PublicGoods", "PublicGoodsState"]


@dataclass(frozen=True, kw_only=True)
class PublicGoods(RoundGame):
    """Linear public goods.

    Attributes:
        seats: number of players n.
        endowment: tokens of each seat a round.
        mpcr: marginal per-capita return m of the pot; 1/n < m < 1.
        rounds: rounds played.
        punishment: whether a punishment stage follows each contribution.
        punish_cost: what a point costs who gives it.
        punish_impact: what a point costs who gets it.
        punish_max: the most points one seat may give in a round, all targets together.
    """

    seats: int = 4
    endowment: int = 20
    mpcr: float = 0.4
    rounds: int = 10
    punishment: bool = False
    punish_cost: float = 1.0
    punish_impact: float = 3.0
    punish_max: int = 10

    stage_names: ClassVar[tuple[str, ...]] = ("contribute", "punish")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_whole("seats", 2, MAX_SEATS)
        self.require_whole("endowment", 1, 10_000)
        self.require(type(self.mpcr) in (int, float) and 1 / self.seats < self.mpcr < 1, "mpcr", f"should lie between 1/seats = {number(1 / self.seats)} and 1")
        self.require(type(self.punishment) is bool, "punishment", "should be true or false")
        self.require_number("punish_cost", 0, 1000)
        self.require_number("punish_impact", 0, 1000)
        self.require_whole("punish_max", 1, 1000)

    @cached_property
    def type(self) -> GameType:
        worst, best = self.mpcr * self.endowment, self.endowment * (1 + self.mpcr * (self.seats - 1))
        if self.punishment:
            worst -= self.punish_max * (self.punish_cost + self.punish_impact * (self.seats - 1))
        return GameType(
            seats=(2, MAX_SEATS),
            dynamics="simultaneous",
            information="imperfect",
            utility="general_sum",
            payoff_low=self.rounds * worst,
            payoff_high=self.rounds * best,
            horizon=self.rounds * (1 + self.punishment + self.talks),
            unit="tokens",
            language=self.talks,
            symmetric=not self.punishment,  # punishment moves name seats, so that swapping moves alone changes targets
            illegal=DEFAULT_POLICY,
        )

    def acts(self, seat: int) -> dict[str, Record]:
        acts = {"contribute": Record.of({"amount": Integer(0, self.endowment, unit="tokens")})}
        if self.punishment:
            targets = {seat_name(other): Integer(0, self.punish_max, unit="points") for other in range(self.seats) if other != seat}
            acts["punish"] = Record.of(targets, at_most=self.punish_max)
        return acts

    @property
    def width(self) -> int:
        return 2 * self.seats + 1

    def body(self, seat: int | None) -> list[str]:
        lines = [
            f"In each round every player gets {self.endowment} tokens and chooses how many of them to put into a common pot, at the same time as the others.",
            "What a player does not contribute it keeps.",
            f"Every player then gets {number(self.mpcr)} tokens for each token in the pot, whoever contributed it.",
        ]
        if self.punishment:
            lines.append(
                f"Then all contributions are told, and every player may assign up to {self.punish_max} points in total to the others, at the same time. "
                f"Each point costs who assigns it {number(self.punish_cost)} tokens and who receives it {number(self.punish_impact)} tokens."
            )
        return [*lines, "After each round all decisions and earnings are told."]

    def predictions(self) -> tuple[Prediction, ...]:
        e, n = self.endowment, self.seats
        theory = [
            Prediction(
                "nash", "mean_contribution", 0.0, "dominance: a token contributed returns mpcr < 1", "also subgame perfect in every finite repetition", 1e-9
            ),
            Prediction("nash", "payoff_per_round", float(e), "dominance", "no contribution, no punishment", 1e-9),
            Prediction("welfare", "mean_contribution", float(e), "total payoff rises by n * mpcr - 1 > 0 for each token", "", 1e-9),
            Prediction("welfare", "payoff_per_round", self.mpcr * n * e, "all contribute everything", "", 1e-9),
            Prediction(
                "security",
                "payoff_per_round",
                float(e) - (self.punish_impact * self.punish_max * (n - 1) if self.punishment else 0.0),
                "maximin: keep everything",
                "all others give nothing" + (" and punish with all their points" if self.punishment else ""),
            ),
        ]
        human = Prediction(
            "human",
            "mean_contribution",
            0.38 * e,
            "Zelmer, Experimental Economics 6 (2003) 299-310",
            f"{UNVERIFIED}; about 38 % of the endowment over the studies surveyed; rises with mpcr and communication, falls with experience; "
            "an average over designs, not a test",
        )
        return (*theory, human)

    def new_state(self, seed: int) -> PublicGoodsState:
        return PublicGoodsState(self, seed)


class PublicGoodsState(RoundState):
    """A position: ``given`` holds this round's contributions once told."""

    game: PublicGoods

    def deal(self) -> None:
        self.given: list[int] = []

    def open_acts(self, seat: int) -> dict[str, Record]:
        return {self.stage: self.game.acts(seat)[self.stage]}

    def ask(self, seat: int) -> str:
        if self.stage == "punish":
            return f"Assign points to the others, up to {self.game.punish_max} in total; zeros are allowed."
        return f"How many of your {self.game.endowment} tokens do you contribute?"

    def default_move(self, seat: int) -> Move:
        if self.stage == TALK:
            return Move(self.game.choice(seat, TALK))
        if self.stage == "punish":
            return Move(self.game.choice(seat, "punish", **{name: 0 for name, _ in self.open_acts(seat)["punish"].fields}))
        return Move(self.game.choice(seat, "contribute", amount=0))

    def resolve(self, acts: Mapping[int, tuple[str, dict[str, Any]]]) -> None:
        game = self.game
        if self.stage == "punish":
            points = [[acts[seat][1].get(seat_name(target), 0) for target in range(game.seats)] for seat in range(game.seats)]
            given = [(giver, target, amount) for giver, row in enumerate(points) for target, amount in enumerate(row) if amount]
            words = "; ".join(f"{seat_name(giver)} gave {seat_name(target)} {amount} points" for giver, target, amount in given) or "nobody assigned points"
            self.close(f"{words}.", {"contributions": self.given, "points": points}, self._payoffs(points))
            return
        self.given = [acts[seat][1]["amount"] for seat in range(game.seats)]
        words = f"contributions were {listed([f'{seat_name(seat)} {amount}' for seat, amount in enumerate(self.given)])}; the pot held {sum(self.given)}."
        if game.punishment:
            self.emit("contributions", f"Round {self.round}: {words}", data={"round": self.round, "contributions": [*self.given]})
            self.enter("punish")
        else:
            self.close(words, {"contributions": self.given}, self._payoffs(None))

    def _payoffs(self, points: list[list[int]] | None) -> list[float]:
        game, pot = self.game, sum(self.given)
        payoffs = [game.endowment - amount + game.mpcr * pot for amount in self.given]
        if points is None:
            return payoffs
        received = [sum(row[seat] for row in points) for seat in range(game.seats)]
        return [payoffs[seat] - game.punish_cost * sum(points[seat]) - game.punish_impact * received[seat] for seat in range(game.seats)]

    def features(self, seat: int) -> list[float]:
        game, order = self.game, self.around(seat)
        nothing = [-1.0] * game.seats
        last = [self.last["contributions"][other] / game.endowment for other in order] if self.last else nothing
        now = [self.given[other] / game.endowment for other in order] if self.stage == "punish" else nothing
        points = self.last.get("points") if self.last else None
        return [*last, *now, sum(row[seat] for row in points) / (game.punish_max * (game.seats - 1)) if points else 0.0]

    @property
    def outcome(self) -> dict[str, Any]:
        """``mean_contribution`` (tokens), its path ``by_round``, ``efficiency`` (share of the endowment) and ``mean_points`` given a seat and round."""
        game, rounds = self.game, len(self.history)
        by_round = [sum(facts["contributions"]) / game.seats for facts in self.history]
        mean = sum(by_round) / rounds if rounds else None
        facts: dict[str, Any] = {
            "rounds": rounds,
            "mean_contribution": mean,
            "by_round": by_round,
            "efficiency": None if mean is None else mean / game.endowment,
        }
        facts["payoff_per_round"] = sum(self.returns) / game.seats / rounds if rounds else None
        if game.punishment:
            facts["mean_points"] = sum(sum(map(sum, one["points"])) for one in self.history) / rounds / game.seats if rounds else None
        return facts
