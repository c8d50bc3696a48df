"""Which decisions of a run were mistakes, and by how much, by playing their alternatives on."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ...arena.record import Decision, Episode
from ...arena.report.findings import Findings, Mark
from ...arena.report.summary import Cell, DataTable
from ...arena.store import Run
from ...errors import LudensError, UnknownName
from ...games.core import seat_name
from ...llm.spec import ModelSpec
from ..decisions import Judged, Search, judge, judgeable
from ..reading import unique_labels, unique_names
from ..resample import student_intervals
from .settings import flag, whole

__all__ = ["analyse"]

_WORST, _SHORT = 15, 10
_ABOUT = (
    "Every alternative is played in the decision's place, and the game to its end by the same players; what the seat could not know is drawn anew. "
    "Regret is what the best alternative brings more, in the game's unit; the best is found by some play-outs and measured on fresh ones."
)
_PLAYERS = ("game", "player", "regret a decision", "clearly worse", "own way instead", "decisions judged")
_COLUMNS = ("episode", "turn", "player", "played", "better", "regret", "own way instead", "alternatives")


class _Found(NamedTuple):
    episode: Episode
    judged: Judged

    @property
    def player(self) -> str:
        return self.episode.seats[self.judged.seat].hash

    @property
    def worse(self) -> bool:
        return self.judged.regret.low > 0


def analyse(run: Run, given: Mapping[str, str]) -> Findings:
    """Judge decisions of a run.

    Raises:
        LudensError: there are none to judge, or a setting is wrong.
    """
    search = Search(whole(given, "screen", 12), whole(given, "playouts", 24), whole(given, "most", 8), whole(given, "seed", 0))
    names, labels = unique_names(run.players()), unique_labels(run.games())
    episodes, notes = _episodes(run, given)
    pool = [(episode, decision) for episode in episodes for decision in judgeable(episode) if _wanted(episode, decision, names, given.get("player"))]
    if not pool:
        raise LudensError("there is no decision to judge: nobody had a choice in the episodes that are left")
    most = whole(given, "decisions", 60, least=1)
    if len(pool) > most:
        notes.append(f"{most} of {len(pool)} decisions were judged, drawn evenly over the run; decisions=... judges more.")
        pool = [pool[index] for index in np.linspace(0, len(pool) - 1, most).round().astype(int).tolist()]
    found = asyncio.run(_judge(run, pool, search))
    if any(not one.judged.hidden for one in found):
        notes.append("Where the game cannot draw anew what is hidden, regret is one of hindsight: hidden things are as they were in the episode (marked *).")
    if any(one.judged.options is None or one.judged.options > search.most for one in found):
        notes.append("Where there are more choices than alternatives, those compared were drawn: a better one may not be among them.")
    worse = sum(one.worse for one in found)
    notes.append(
        f"{worse} of {len(found)} intervals lie above 0. They are not corrected for their number: at most 2.5 % would where no choice was a mistake. "
        "Play-outs end as these players play, good or bad; new copies of them read what their seat has seen, but have no private notes."
    )
    notes.append(f"Marked in the replays: ludens replay run={run.name} episode=...")
    marks = tuple(_mark(one) for one in found if one.worse)
    return Findings("decisions", "Decisions", _ABOUT, (_by_player(found, names, labels), _worst(found, names)), (), tuple(notes), marks)


def _episodes(run: Run, given: Mapping[str, str]) -> tuple[list[Episode], list[str]]:
    """Give the episodes to look at, and what is to be said of those left out."""
    begins, ask = given.get("episode", ""), flag(given, "models", default=False)
    ids = [match.id for match in run.matches() if match.done and match.id.startswith(begins)]
    if not ids:
        raise LudensError(f"no finished episode begins with {begins!r}" if begins else "no match is finished yet; play (or resume) the run first")
    asking = {key for key, player in run.players().items() if "model" in player.spec}
    kept, left = [], 0
    for episode in run.episodes(ids):
        if not ask and any(seat.hash in asking for seat in episode.seats):
            left += 1
        else:
            kept.append(episode)
    if left and not kept:
        raise LudensError(f"in all {left} episodes a player asks a model; models=yes plays on with them, which costs what playing costs")
    return kept, [f"{left} episodes in which a player asks a model are left out; models=yes judges them too."] if left else []


def _wanted(episode: Episode, decision: Decision, names: Mapping[str, str], player: str | None) -> bool:
    if player is not None and player not in names.values():
        raise UnknownName("player", player, names.values())
    return player is None or names[episode.seats[decision.seat].hash] == player


async def _judge(run: Run, pool: Sequence[tuple[Episode, Decision]], search: Search) -> list[_Found]:
    models = {name: ModelSpec.of(plain).build() for name, plain in run.config.get("models", {}).items()}
    by_episode: dict[str, tuple[Episode, list[Decision]]] = {}
    for episode, decision in pool:
        by_episode.setdefault(episode.id, (episode, []))[1].append(decision)
    try:
        return [_Found(episode, one) for episode, decisions in by_episode.values() for one in await judge(episode, decisions, search, models)]
    finally:
        for model in models.values():
            await model.close()


def _by_player(found: Sequence[_Found], names: Mapping[str, str], labels: Mapping[str, str]) -> DataTable:
    groups = sorted({(labels[one.episode.game_hash], names[one.player]) for one in found})
    group = np.array([groups.index((labels[one.episode.game_hash], names[one.player])) for one in found])
    _, cluster = np.unique([one.episode.id for one in found], return_inverse=True)

    def column(values: Sequence[float], bounds: tuple[float, float] = (-math.inf, math.inf)) -> list[Cell]:
        return list(student_intervals(np.array(values), group, cluster, len(groups), level=0.95, bounds=bounds))

    regrets, worse = column([one.judged.regret.value for one in found]), column([float(one.worse) for one in found], (0.0, 1.0))
    own = column([one.judged.own.value if one.judged.own is not None else 0.0 for one in found])
    rows = [(*groups[index], regrets[index], worse[index], own[index], int((group == index).sum())) for index in range(len(groups))]
    about = "Means over decisions, with intervals over episodes. Clearly worse: the share whose interval lies above 0."
    return DataTable("Players", about, _PLAYERS, tuple(rows))


def _worst(found: Sequence[_Found], names: Mapping[str, str]) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    for episode, judged in sorted(found, key=lambda one: (-one.judged.regret.low, one.episode.id))[:_WORST]:
        options = "?" if judged.options is None else str(judged.options)
        who = f"{names[episode.seats[judged.seat].hash]} ({seat_name(judged.seat)})"
        star = "" if judged.hidden else "*"
        compared = f"{len(judged.values)} of {options}{star}"
        rows.append((episode.id[:_SHORT], judged.turn + 1, who, _words(judged.choice), _words(judged.better), judged.regret, judged.own, compared))
    about = "By the lower end of the interval. Turns count from 1, as in replays. Own way instead: what the player's usual way of choosing brings more here."
    return DataTable("Worst decisions", about, _COLUMNS, tuple(rows))


def _mark(one: _Found) -> Mark:
    regret = one.judged.regret
    text = f"regret {regret.value:.3g} ({regret.low:.3g} to {regret.high:.3g}); better: {_words(one.judged.better)}"
    return Mark(one.episode.id, one.judged.turn, one.judged.seat, text)


def _words(choice: object) -> str:
    if isinstance(choice, Mapping):
        return ", ".join(_words(value) if key == "act" else f"{key} {_words(value)}" for key, value in choice.items())
    text = choice if isinstance(choice, str) else json.dumps(choice, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"
