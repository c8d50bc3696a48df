"""Measures of play in Werewolf: what each seat did, as numbers to be averaged.

A measure is a function of one game that yields a seat and a number for every occasion; means over occasions are the rates of the literature: vote accuracy is
the IRP of Kaggle's Werewolf, survival its KSR; lies are told from the log, not from what others think.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from ...agents.bots.werewolf.belief import Belief
from ...agents.bots.werewolf.ledger import Ledger
from ...games.registry import make
from ...games.werewolf.game import Werewolf
from ...games.werewolf.speech import WEREWOLF, Kind
from .reading import Played

__all__ = ["MEASURES", "Measure", "calibration", "forecasts", "swings"]

Measure = Callable[[Played], Iterator[tuple[int, float]]]
_ABOUT_ONESELF = frozenset({Kind.CLAIM, Kind.DENY, Kind.CHECK, Kind.IDENTIFIED, Kind.PROTECTED, Kind.REVEAL})
"""Acts whose truth the speaker knows: false is a lie."""
_LEAST = 0.01
"""Chances nearer to 0 or 1 count as this in the logarithm."""


def wins(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a seat's side won; a draw is nobody's win."""
    for seat in range(len(played.roles)):
        yield seat, float(played.side(seat) == played.winner)


def survival(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a seat lived to the end."""
    for seat, lived in enumerate(played.survived):
        yield seat, float(lived)


def vote_accuracy(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a vote of the village's hit a werewolf; abstentions do not count."""
    for _, voter, target in played.votes:
        if target is not None and played.side(voter) == "village":
            yield voter, float(target in played.wolves)


def abstention(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a seat that could vote abstained."""
    for _, voter, target in played.votes:
        yield voter, float(target is None)


def bus(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a vote of a werewolf's hit a fellow."""
    for _, voter, target in played.votes:
        if target is not None and voter in played.wolves:
            yield voter, float(target in played.wolves)


def lies(played: Played) -> Iterator[tuple[int, float]]:
    """Whether what a seat said of itself and of what it did and found was false."""
    for said in played.said:
        if said.act.kind in _ABOUT_ONESELF and said.truth is not None:
            yield said.speaker, float(not said.truth)


def fake_seer(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a seat on the werewolves' side claimed to be the seer, once a game."""
    claimed = {said.speaker for said in played.said if (said.act.kind is Kind.CLAIM and said.act.role == "seer") or said.act.kind is Kind.CHECK}
    for seat in range(len(played.roles)):
        if played.side(seat) == "werewolves":
            yield seat, float(seat in claimed)


def self_reveal(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a werewolf gave itself away in words, once a game."""
    told = {said.speaker for said in played.said if said.act.kind is Kind.REVEAL}
    for seat in played.wolves:
        yield seat, float(seat in told)


def contradiction(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a seat claimed more than one role in a game."""
    claims: dict[int, set[str | None]] = {}
    for said in played.said:
        if said.act.kind is Kind.CLAIM:
            claims.setdefault(said.speaker, set()).add(said.act.role)
    for seat, roles in claims.items():
        yield seat, float(len(roles) > 1)


def _accusing_reports(played: Played, true: bool) -> Iterator[tuple[int, int, int]]:
    for said in played.said:
        if said.act.kind is Kind.CHECK and said.act.result == WEREWOLF and said.act.target is not None and said.truth is true:
            yield said.round, said.speaker, said.act.target


def believed(played: Played) -> Iterator[tuple[int, float]]:
    """Of a false report that somebody is a werewolf: the share of the village's votes of that day, the accused's own aside, that followed it."""
    yield from _followed(played, true=False)


def seer_believed(played: Played) -> Iterator[tuple[int, float]]:
    """The same of a true report."""
    yield from _followed(played, true=True)


def _followed(played: Played, *, true: bool) -> Iterator[tuple[int, float]]:
    for day, speaker, target in _accusing_reports(played, true):
        votes = [vote for when, voter, vote in played.votes if when == day and voter not in (speaker, target) and played.side(voter) == "village"]
        if votes:
            yield speaker, sum(vote == target for vote in votes) / len(votes)


def backfire(played: Played) -> Iterator[tuple[int, float]]:
    """Of a false report that somebody is a werewolf: whether its speaker was eliminated on the same day."""
    for day, speaker, _ in _accusing_reports(played, true=False):
        yield speaker, float((day, speaker) in played.exiled)


def checks_found(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a check of the seer's found a werewolf."""
    for _, seer, _, wolf in played.checks:
        yield seer, float(wolf)


def reveal_day(played: Played) -> Iterator[tuple[int, float]]:
    """The day on which the true seer first said what it is."""
    seers = {seat for seat, name in enumerate(played.roles) if name == "seer"}
    first: dict[int, int] = {}
    for said in played.said:
        if said.speaker in seers and ((said.act.kind is Kind.CLAIM and said.act.role == "seer") or said.act.kind is Kind.CHECK):
            first.setdefault(said.speaker, said.round)
    yield from ((seat, float(day)) for seat, day in first.items())


def saves(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a protection met the attack of its night."""
    attacked = dict(played.attacks)
    for night, seat, target in played.protections:
        if attacked.get(night) is not None:
            yield seat, float(attacked[night] == target)


def self_protection(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a protector protected itself."""
    for _, seat, target in played.protections:
        yield seat, float(seat == target)


def first_target(played: Played) -> Iterator[tuple[int, float]]:
    """Whether a seat was the werewolves' target in the first night; seats of werewolves do not count."""
    target = next((target for night, target in played.attacks if night == 1), None)
    if target is not None:
        for seat in range(len(played.roles)):
            if seat not in played.wolves:
                yield seat, float(seat == target)


def brier(played: Played) -> Iterator[tuple[int, float]]:
    """Squared error of the chances that a seat gave in private that others are on the werewolves' side."""
    for seat, chance, against in forecasts(played):
        yield seat, (chance - against) ** 2


def log_loss(played: Played) -> Iterator[tuple[int, float]]:
    """Negative logarithm of the chance given to what was the case, in nats; chances are kept from 0.01 to 0.99."""
    for seat, chance, against in forecasts(played):
        kept = min(max(chance, _LEAST), 1 - _LEAST)
        yield seat, -math.log(kept if against else 1 - kept)


def suspicion(played: Played) -> Iterator[tuple[int, float]]:
    """Whether the seat that a villager in private held most likely to be on the werewolves' side is; ties count for their share."""
    for seat, chances in played.beliefs:
        if played.side(seat) == "village":
            most = [target for target, chance in chances.items() if chance == max(chances.values())]
            yield seat, sum(played.side(target) == "werewolves" for target in most) / len(most)


def role_guess(played: Played) -> Iterator[tuple[int, float]]:
    """Whether the role that a villager told in private of another seat is right: the prediction accuracy of LSPO, asked before every vote."""
    for seat, guesses in played.guesses:
        if played.side(seat) == "village":
            for target, name in guesses.items():
                yield seat, float(played.roles[target] == name)


def recognised(played: Played) -> Iterator[tuple[int, float]]:
    """The same by whom it is told of: whether a seat's role was told rightly."""
    for seat, guesses in played.guesses:
        if played.side(seat) == "village":
            for target, name in guesses.items():
                yield target, float(played.roles[target] == name)


def forecasts(played: Played) -> Iterator[tuple[int, float, bool]]:
    """Give the chances that seats of the village told in private: who told it, the chance of a seat to be against the village, and whether it was."""
    for seat, chances in played.beliefs:
        if played.side(seat) == "village":
            for target, chance in chances.items():
                yield seat, chance, played.side(target) == "werewolves"


MEASURES: Mapping[str, Measure] = {
    "wins": wins,
    "survival": survival,
    "vote accuracy": vote_accuracy,
    "abstention": abstention,
    "bus": bus,
    "lies": lies,
    "fake seer": fake_seer,
    "self-reveal": self_reveal,
    "contradiction": contradiction,
    "believed": believed,
    "seer believed": seer_believed,
    "backfire": backfire,
    "checks found": checks_found,
    "reveal day": reveal_day,
    "saves": saves,
    "self-protection": self_protection,
    "first target": first_target,
    "suspicion": suspicion,
    "role guess": role_guess,
    "recognised": recognised,
    "brier": brier,
    "log loss": log_loss,
}
"""All measures by name."""


def calibration(games: list[Played], bins: int = 10) -> list[tuple[float, float, int]]:
    """Hold the village's private chances against what was the case.

    Args:
        games: what was played.
        bins: of equal width from 0 to 1.

    Returns:
        For each bin that is not empty: the mean chance, the share that was against the village, and the count.
    """
    pairs = [(chance, against) for played in games for _, chance, against in forecasts(played)]
    out = []
    for index in range(bins):
        inside = [(chance, against) for chance, against in pairs if min(int(chance * bins), bins - 1) == index]
        if inside:
            out.append((sum(chance for chance, _ in inside) / len(inside), sum(against for _, against in inside) / len(inside), len(inside)))
    return out


def swings(played: Played, game: Werewolf | None = None) -> Iterator[tuple[int, int, float]]:
    """Measure how far each utterance moves an outside listener towards the truth.

    The listener saw the open events only and believes as the Bayesian bots do (see :class:`ludens.agents.bots.werewolf.belief.Belief`).

    Args:
        played: one game in words.
        game: its rules; by default those of a cast of these roles.

    Yields:
        Round, speaker, and the change of the mean chance given to what each seat is, in percentage points: above 0 helps the village.
    """
    game = game or make("werewolf", cast=played.roles)  # type: ignore[assignment]
    assert isinstance(game, Werewolf)
    ledger, belief = Ledger(game, 0), Belief(game, {})
    against = np.array([seat in played.wolves for seat in range(len(played.roles))])

    def right() -> float:
        chances = belief.wolves()
        return float(np.where(against, chances, 1 - chances).mean())

    for event in played.events:
        if event.visible_to is not None or event.kind == "end":
            continue
        before = right() if event.kind == "say" else 0.0
        ledger.take(event)
        belief.read(ledger, private=False)
        if event.kind == "say" and event.seat is not None:
            yield ledger.round, event.seat, 100 * (right() - before)
