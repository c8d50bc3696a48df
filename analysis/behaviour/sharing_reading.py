"""What players chose in games of sharing and guessing, and the measures that make sense of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from ...arena.record import Episode
from ...errors import LudensError
from ...games.core import Game
from ...games.matrix.behavioural.beauty_contest import BeautyContest
from ...games.matrix.behavioural.choices import unwrap
from ...games.matrix.behavioural.common import TALK, RoundGame
from ...games.matrix.behavioural.dictator import Dictator
from ...games.matrix.behavioural.dictator_choice import DictatorChoice
from ...games.matrix.behavioural.public_goods import PublicGoods
from ...games.matrix.behavioural.trust import Trust
from ...games.matrix.behavioural.ultimatum import Ultimatum
from .guessing import guessing_hierarchy
from .matrix_reading import meant
from .reciprocity import reciprocity
from .rows import Row, Writer
from .social import fehr_schmidt

__all__ = ["SHARING", "sharing_rows"]

Reader = Callable[[Any, Iterable[Episode]], "_Found"]


class _Act(NamedTuple):
    """One choice: the turn, who moved, what it did, and whether it did so itself."""

    turn: int
    seat: int
    name: str
    fields: Mapping[str, Any]
    meant: bool


class _Found:
    """Values by player and measure, each with the seed of its episode, and the choices that the game made for players."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, list[tuple[int, Any]]]] = {}
        self.left: dict[str, int] = {}

    def add(self, episode: Episode, act: _Act, **values: Any) -> None:
        """Keep what a choice says, unless the game made it."""
        player = episode.seats[act.seat].hash
        if not act.meant:
            self.left[player] = self.left.get(player, 0) + 1
            return
        for name, value in values.items():
            self.values.setdefault(player, {}).setdefault(name, []).append((episode.seed, value))

    def of(self, player: str, name: str) -> tuple[list[Any], list[int]]:
        """Give values and seeds."""
        pairs = self.values.get(player, {}).get(name, [])
        return [value for _, value in pairs], [seed for seed, _ in pairs]


def _acts(game: RoundGame, episode: Episode) -> Iterator[_Act]:
    for decision in episode.decisions:
        if decision.choice is not None:
            name, fields = unwrap(game.tables[decision.seat], decision.choice)
            if name != TALK:
                yield _Act(decision.turn, decision.seat, name, fields, meant(decision))


def _dictator(game: Dictator, episodes: Iterable[Episode]) -> _Found:
    found = _Found()
    for episode in episodes:
        for act in _acts(game, episode):
            found.add(episode, act, given=act.fields["amount"] / game.pie)
    return found


def _dictator_choice(game: DictatorChoice, episodes: Iterable[Episode]) -> _Found:
    found = _Found()
    for episode in episodes:
        options = [event.data for event in episode.events if event.kind == "options"]
        rounds = [event.data for event in episode.events if event.kind == "round"]
        for act, shown, told in zip(_acts(game, episode), options, rounds, strict=False):
            found.add(episode, act, options=(shown["x"], shown["y"]), second=int(act.name == "Y"), consistent=float(told["consistent"]))
    return found


def _ultimatum(game: Ultimatum, episodes: Iterable[Episode]) -> _Found:
    found = _Found()
    for episode in episodes:
        offer = 0
        for act in _acts(game, episode):
            if act.name == "offer":
                offer = act.fields["amount"]
                found.add(episode, act, offered=offer / game.pie)
            elif act.name == "demand":
                found.add(episode, act, minimum=act.fields["minimum"] / game.pie)
            else:
                found.add(episode, act, rejected=float(act.name == "reject"), deal=((0, 0), (offer, game.pie - offer)))
    return found


def _trust(game: Trust, episodes: Iterable[Episode]) -> _Found:
    found = _Found()
    for episode in episodes:
        received = 0
        for act in _acts(game, episode):
            amount = act.fields["amount"]
            if act.name == "send":
                received = amount * game.multiplier
                found.add(episode, act, sent=amount / game.endowment)
            else:
                found.add(episode, act, returned=amount / received, answer=(received, amount))
    return found


def _public_goods(game: PublicGoods, episodes: Iterable[Episode]) -> _Found:
    found = _Found()
    for episode in episodes:
        before: dict[int, int] = {}
        for _, turn in groupby(_acts(game, episode), key=lambda act: act.turn):
            acts = list(turn)
            if acts[0].name == "punish":
                for act in acts:
                    found.add(episode, act, points=float(sum(act.fields.values())))
                continue
            for act in acts:
                own = act.fields["amount"] / game.endowment
                others = [amount for seat, amount in before.items() if seat != act.seat]
                answer = {"answer": (float(np.mean(others)) / game.endowment, own)} if others else {}
                found.add(episode, act, contributed=own, **answer)
            before = {act.seat: act.fields["amount"] for act in acts}
    return found


def _beauty_contest(game: BeautyContest, episodes: Iterable[Episode]) -> _Found:
    found = _Found()
    for episode in episodes:
        for _, turn in groupby(_acts(game, episode), key=lambda act: act.turn):
            for act in turn:
                found.add(episode, act, first=float(act.fields["number"]))
            break
    return found


def sharing_rows(game: Game, key: str, episodes: Iterable[Episode], *, level: float = 0.95) -> Iterator[Row]:
    """Measure each player's choices in one of :data:`SHARING`.

    Args:
        game: the rules.
        key: hash of the game.
        episodes: what was played of it.
        level: coverage of the intervals aimed at.
    """
    found = next(reader for kind, reader in SHARING.items() if isinstance(game, kind))(game, episodes)
    for player in sorted(found.values):
        write = Writer(key, player, f"{found.left[player]} choices that the game made for it are left out" if player in found.left else "", level)
        for name, (measure, bounds) in _MEANS.items():
            values, seeds = found.of(player, name)
            if values:
                yield write.mean(measure, values, seeds, bounds=bounds)
        answers, seeds = found.of(player, "answer")
        if isinstance(game, Dictator):
            given, seeds = found.of(player, "given")
            yield write.mean("share giving nothing", [value == 0 for value in given], seeds)
            yield write.mean("share giving half", [value == 0.5 for value in given], seeds)
            yield write.untold("alpha, beta, CES", len(given), _ONE_SUM)
        elif isinstance(game, DictatorChoice):
            options, seeds = found.of(player, "options")
            yield from _social(options, found.of(player, "second")[0], seeds, f"it was told to care for {game.preference}", write)
        elif isinstance(game, Ultimatum) and found.of(player, "deal")[0]:
            deals, seeds = found.of(player, "deal")
            taken = [int(not value) for value in found.of(player, "rejected")[0]]
            yield from _social(deals, taken, seeds, "from answers to offers; beta needs offers above a half", write)
        elif isinstance(game, Trust | PublicGoods) and answers:
            measure, note = _SLOPES[type(game)]
            slope = reciprocity([pair[0] for pair in answers], [pair[1] for pair in answers], clusters=seeds, level=level)
            yield from write.fit(slope, {"slope": measure}, note=note)
        elif isinstance(game, BeautyContest):
            guesses, seeds = found.of(player, "first")
            if game.p == 1:
                yield write.untold("tau", len(guesses), "with p = 1 all levels guess alike")
            else:
                fit = guessing_hierarchy(guesses, game.p, game.low, game.high, clusters=seeds, level=level)
                yield from write.fit(fit, {"tau": "tau", "sd": "scatter of guesses"})


def _social(options: list[Any], second: list[int], seeds: list[int], note: str, write: Writer) -> Iterator[Row]:
    try:
        fit = fehr_schmidt(np.array(options, float), second, clusters=seeds, level=write.level)
    except LudensError as problem:
        yield write.untold("alpha, beta", len(second), str(problem))
        return
    yield from write.fit(fit, {"alpha": "alpha", "beta": "beta", "lambda": "lambda of alpha and beta"}, note=note)


_ONE_SUM = (
    "one sum divided does not tell alpha and beta apart from lambda: only the slopes lambda (2 beta - 1) and -lambda (1 + 2 alpha) show; dictator_choice does"
)
_SLOPES: dict[type[RoundGame], tuple[str, str]] = {
    Trust: ("reciprocity slope", "points returned for each received"),
    PublicGoods: (
        "conditional cooperation slope",
        "own share on the others' last one; mixes answering with habit and decay, and types need a schedule (strategy method)",
    ),
}
_MEANS: dict[str, tuple[str, tuple[float, float]]] = {
    "given": ("share given", (0.0, 1.0)),
    "consistent": ("consistent with the stated preference", (0.0, 1.0)),
    "offered": ("share offered", (0.0, 1.0)),
    "rejected": ("rejection rate", (0.0, 1.0)),
    "minimum": ("smallest share accepted", (0.0, 1.0)),
    "sent": ("share sent", (0.0, 1.0)),
    "returned": ("share returned", (0.0, 1.0)),
    "contributed": ("share contributed", (0.0, 1.0)),
    "points": ("points of punishment", (0.0, np.inf)),
    "first": ("first guess", (-np.inf, np.inf)),
}

SHARING: dict[type[RoundGame], Reader] = {
    DictatorChoice: _dictator_choice,
    Dictator: _dictator,
    Ultimatum: _ultimatum,
    Trust: _trust,
    PublicGoods: _public_goods,
    BeautyContest: _beauty_contest,
}
"""Games that are read here."""
