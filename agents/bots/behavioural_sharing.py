"""Bots for public goods, dictator, dictator choice, ultimatum and trust; the table of styles stands in :mod:`.behavioural`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ...games.core import seat_name
from .behavioural_base import Decision, RoundBot, mean

if TYPE_CHECKING:
    from ...games.matrix.behavioural.dictator import Dictator
    from ...games.matrix.behavioural.dictator_choice import DictatorChoice
    from ...games.matrix.behavioural.public_goods import PublicGoods
    from ...games.matrix.behavioural.trust import Trust
    from ...games.matrix.behavioural.ultimatum import Ultimatum

__all__ = ["DictatorBot", "DictatorChoiceBot", "PublicGoodsBot", "TrustBot", "UltimatumBot"]


class PublicGoodsBot(RoundBot):
    """Contributes and punishes."""

    game: PublicGoods

    def hurt(self) -> bool:
        return mean(self.of_others("contributions")) < self.past[-1]["contributions"][self.seat]

    def decide(self, acts: tuple[str, ...]) -> Decision:
        if acts == ("punish",):
            points = self._points()
            given = sum(points.values())
            return Decision("punish", points, f"assign {given} points" if given else "assign no points")
        amount = self._contribution()
        claimed = self.game.endowment if self.style == "deceptive" else amount
        return Decision("contribute", {"amount": amount}, f"contribute {claimed} of {self.game.endowment} tokens")

    def _contribution(self) -> int:
        everything = self.game.endowment
        if self.style == "generous":
            return everything
        if self.style == "fair":
            return round(mean(self.of_others("contributions"))) if self.past else everything
        if self.style == "tough":
            crossed = any(2 * amount < everything for one in self.past for seat, amount in enumerate(one["contributions"]) if seat != self.seat)
            # where points can be assigned they are the punishment; withholding would hit the loyal too
            return 0 if crossed and not self.game.punishment else everything
        return 0  # greedy, deceptive: dominant; cautious: maximin

    def _points(self) -> dict[str, int]:
        points = {seat_name(seat): 0 for seat in self.others}
        given = self.now["contributions"]["contributions"]
        short = sorted(((given[self.seat] - given[seat], seat) for seat in self.others if given[seat] < given[self.seat]), reverse=True)
        left = self.game.punish_max
        if self.style == "fair":
            for shortfall, seat in short:
                spent = min(left, round(2 * shortfall / self.game.endowment))
                points[seat_name(seat)], left = spent, left - spent
        if self.style == "tough" and short:
            share, rest = divmod(left, len(short))
            for place, (_, seat) in enumerate(short):
                points[seat_name(seat)] = share + (place < rest)
        return points


class DictatorBot(RoundBot):
    """Gives a fixed share."""

    game: Dictator
    shares: ClassVar[dict[str, float]] = {"fair": 0.5, "greedy": 0.0, "generous": 0.6, "tough": 0.1, "deceptive": 0.0, "cautious": 0.0}

    def decide(self, acts: tuple[str, ...]) -> Decision:
        pie = self.game.pie
        gift = round(self.shares[self.style] * pie)
        # what is claimed is seen at once to be false or not; the deceptive promise what no later round is bound by
        return Decision(
            "give", {"amount": gift}, f"give you half, {pie - pie // 2} points, next time" if self.style == "deceptive" else f"give you {gift} of {pie} points"
        )


class DictatorChoiceBot(RoundBot):
    """Picks by a preference of its own, whatever it is told to care for."""

    game: DictatorChoice

    def decide(self, acts: tuple[str, ...]) -> Decision:
        options = {"X": self.now["options"]["x"], "Y": self.now["options"]["y"]}
        picked = max(sorted(options), key=lambda name: self._worth(*options[name]))
        claimed = {"X": "Y", "Y": "X"}[picked] if self.style == "deceptive" else picked
        return Decision(picked, {}, f"pick {claimed}")

    def _worth(self, own: int, other: int) -> tuple[int, int]:
        """Value an allocation; the second number decides between equals."""
        return {
            "fair": (-abs(own - other), own + other),
            "greedy": (own, 0),
            "generous": (other, own),
            "tough": (own - other, own),
            "deceptive": (own, -other),
            "cautious": (min(own, other), own),
        }[self.style]


class UltimatumBot(RoundBot):
    """Offers a share and takes offers from a share upwards."""

    game: Ultimatum
    offers: ClassVar[dict[str, float]] = {"fair": 0.5, "greedy": 0.0, "generous": 0.6, "tough": 0.2, "deceptive": 0.25, "cautious": 0.45}
    minima: ClassVar[dict[str, float]] = {"fair": 0.3, "greedy": 0.0, "generous": 0.0, "tough": 0.5, "deceptive": 0.0, "cautious": 0.0}

    def hurt(self) -> bool:
        last = self.past[-1]
        return not last["accepted"] if last["proposer"] == self.seat else 2 * last["offer"] < self.game.pie

    def decide(self, acts: tuple[str, ...]) -> Decision:
        pie = self.game.pie
        if acts == ("offer",):
            # the selfish offer the least that a selfish responder strictly prefers to nothing
            offer = max(round(self.offers[self.style] * pie), min(1, pie))
            return Decision(
                "offer", {"amount": offer}, "give you more than half next time" if self.style == "deceptive" else f"offer you {offer} of {pie} points"
            )
        minimum = round(self.minima[self.style] * pie)
        if self.style in ("greedy", "deceptive"):
            minimum = min(1, pie)
        stated = pie - pie // 2 if self.style == "deceptive" else minimum
        if acts == ("demand",):
            return Decision("demand", {"minimum": minimum}, f"accept nothing below {stated} points")
        accepted = self.now["offer"]["amount"] >= minimum
        if self.style == "deceptive":
            return Decision("accept" if accepted else "reject", {}, f"reject everything below {stated} points from now on")
        return Decision("accept" if accepted else "reject", {}, "accept this" if accepted else f"reject whatever is below {minimum} points")


class TrustBot(RoundBot):
    """Sends and returns."""

    game: Trust

    def hurt(self) -> bool:
        last = self.past[-1]
        return last["returned"] < last["sent"] if last["truster"] == self.seat else 2 * last["sent"] < self.game.endowment

    def decide(self, acts: tuple[str, ...]) -> Decision:
        if acts == ("send",):
            amount = self._sent()
            claimed = f"send all {self.game.endowment} points next time" if self.style == "deceptive" else f"send {amount} of {self.game.endowment} points"
            return Decision("send", {"amount": amount}, claimed)
        sent = self.now["send"]["amount"]
        amount = self._returned(sent)
        claimed = "return more than half from now on" if self.style == "deceptive" else f"return {amount} of {self.game.multiplier * sent} points"
        return Decision("return", {"amount": amount}, claimed)

    def _sent(self) -> int:
        everything = self.game.endowment
        own = [one for one in self.past if one["truster"] == self.seat and one["sent"]]
        if self.style == "generous":
            return everything
        if self.style == "fair":
            # keeps faith as far as the last trust was honoured, and never quite gives up
            return everything if not own else max(1, round(everything * min(1.0, own[-1]["returned"] / own[-1]["sent"])))
        if self.style == "tough":
            return 0 if any(one["returned"] < one["sent"] for one in own) else (everything + 1) // 2
        return everything // 10 if self.style == "deceptive" else 0

    def _returned(self, sent: int) -> int:
        received, game = self.game.multiplier * sent, self.game
        equal = min(max((game.trustee_endowment + received - game.endowment + sent) // 2, 0), received)  # leaves both with the same
        return {"fair": equal, "greedy": 0, "generous": max(equal, 2 * received // 3), "tough": sent, "deceptive": 0, "cautious": sent}[self.style]
