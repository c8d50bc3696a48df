"""From a run in the store to the :class:`.RunSummary` that reports show."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from ..arena.report.findings import kept_findings, marks_of
from ..arena.report.summary import STATUSES, Estimate, RunSummary, Spending, Standing, Transcript
from ..arena.report.transcript import transcribe
from ..arena.store import GameRow, MatchRow, Run
from ..errors import LudensError, ParameterError
from ..games.core import Game
from ..games.registry import make
from .account import faults_of, methods_of
from .payoffs import overall_scores, pareto_front
from .ratings import bradley_terry, openskill_ratings
from .reading import Columns, bounded, run_results, unique_labels, unique_names
from .results import NoResults, Results
from .sections import TEAM, game_sections

__all__ = ["summarise"]

_MAX_EMBEDDED = 6_000_000  # characters of transcripts in one page


def summarise(run: Run, *, bootstrap: int = 200, seed: int = 0, transcripts: int = 200, level: float = 0.95) -> RunSummary:
    """Compute all that a report shows of a run.

    Args:
        run: opened for reading; it may still be played.
        bootstrap: resamples for intervals of scores and ratings.
        seed: of the resampling.
        transcripts: most transcripts to embed; they are chosen evenly over each game's matches, up to a quarter of them among
            matches in which some answer was not clean.
        level: coverage aimed at.

    Raises:
        NoResults: no match has ended in a result.
        ParameterError: ``bootstrap`` or ``transcripts`` is negative, or ``level`` not between 0 and 1.
    """
    if bootstrap < 0 or transcripts < 0:
        raise ParameterError(f"bootstrap={bootstrap} and transcripts={transcripts} should be 0 or more")
    if not 0 < level < 1:
        raise ParameterError(f"level={level} should lie between 0 and 1, such as 0.95")
    table, games, matches = run.seat_table(), run.games(), run.matches()
    names = unique_names(run.players())
    labels = unique_labels(games)
    results = run_results(table, games, names=names, labels=labels)
    rules, notes = _rules(games)
    by_label = {labels[key]: game for key, game in games.items()}
    team = [index for index, name in enumerate(results.games) if by_label[name].type["utility"] in TEAM]
    standings, order, rating_notes = _standings(run, table, names, results, team, bootstrap=bootstrap, seed=seed, level=level)
    sections = tuple(
        game_sections(results, table=table, games=games, labels=labels, rules=rules, outcomes=run.outcomes(), episodes=run.episodes, names=names, level=level)
    )
    for game in games.values():
        if not bounded(game):
            notes.append(f"{game.label} declares no finite payoff bounds: its scores are normalised by the lowest and highest return seen.")
    findings = kept_findings(run.path)
    chosen, sample = _sample(table, matches, transcripts)
    shown: list[Transcript] = []
    size = 0
    for episode in run.episodes(chosen):
        transcript = transcribe(episode, rules.get(episode.game_hash), marks=marks_of(findings, episode.id))
        size += _length(transcript)
        if size > _MAX_EMBEDDED and shown:
            sample += f" Only the first {len(shown)} of them are in this page, to keep it small."
            break
        shown.append(transcript)
    done = sum(match.done for match in matches)
    return RunSummary(
        name=run.name,
        made=_when(time.time()),
        started=_when(run.meta["created"]) if "created" in run.meta else "",
        matches=done,
        planned=len(matches),
        decisions=int(table["decisions"].sum()),
        standings=standings,
        games=sections,
        order=order,
        faults=tuple(faults_of(run, table)),
        transcripts=tuple(shown),
        sample=sample,
        methods=methods_of(results, bootstrap=bootstrap, level=level, teams=bool(team)),
        notes=(*notes, *rating_notes),
        findings=findings,
        description=str(run.meta.get("description") or ""),
        versions=(("ludens", str(run.meta.get("ludens", ""))), ("Python", platform.python_version()), *((game.id, game.hash) for game in games.values())),
    )


def _rules(games: Mapping[str, GameRow]) -> tuple[dict[str, Game], list[str]]:
    """Make the rules anew, for their words and predictions; say where that cannot be done."""
    made, notes = {}, []
    for key, row in games.items():
        try:
            game = make(row.id, **row.params)
        except LudensError as problem:
            notes.append(f"The rules of {row.label} are not installed here, so their words and predictions are missing: {problem}")
            continue
        if game.hash == key:
            made[key] = game
        else:
            notes.append(f"The rules of {row.label} installed here are not those that were played, so their words and predictions are left out.")
    return made, notes


def _standings(
    run: Run, table: Columns, names: Mapping[str, str], results: Results, team: Sequence[int], *, bootstrap: int, seed: int, level: float
) -> tuple[tuple[Standing, ...], str, list[str]]:
    scores = overall_scores(results, bootstrap=bootstrap, seed=seed, level=level)
    notes: list[str] = []
    ratings: tuple[Estimate | None, ...] = (None,) * len(results.players)
    try:
        rated = bradley_terry(results, bootstrap=bootstrap, seed=seed, level=level, team_games=team)
        ratings, notes = rated.ratings, list(rated.notes)
    except NoResults as problem:
        notes.append(f"No ratings: {problem}.")
    online = openskill_ratings(results, team_games=team)
    players = run.players()
    zero_sum = all(game.type["utility"] in ("zero_sum", "constant_sum") for game in run.games().values())
    rows = []
    for key, name in names.items():
        mine = table["player"] == key
        if name not in results.players:
            if mine.any():
                notes.append(f"{name} has no match that ended in a result.")
            continue
        index = results.players.index(name)
        decisions, requests = int(table["decisions"][mine].sum()), int(table["requests"][mine].sum())
        rows.append(
            Standing(
                name=name,
                hash=key,
                kind=str(players[key].spec.get("kind", "")),
                matches=len(np.unique(table["position"][mine])),
                decisions=decisions,
                score=scores[index],
                rating=ratings[index],
                online=online[index],
                statuses={status: int(table[status][mine].sum()) for status in STATUSES},
                spending=Spending(
                    prompt_tokens=int(table["prompt_tokens"][mine].sum()),
                    completion_tokens=int(table["completion_tokens"][mine].sum()),
                    # a player that asks no model is free; one whose model has no price costs an unknown sum
                    cost=float(table["cost"][mine].sum()) if not requests or table["priced"][mine].sum() else None,
                    latency=float(table["seconds"][mine].sum()) / decisions if decisions else None,
                    cached=int(table["cached"][mine].sum()),
                    retries=int(table["retries"][mine].sum()),
                ),
            )
        )
    sets = {tuple(np.unique(results.game[results.player == index]).tolist()) for index in range(len(results.players))}
    if len(sets) > 1:
        notes.append(
            "Not all players played the same games, so their overall scores are means over different games; the tables of each game compare like with like."
        )
    order = "rating" if zero_sum and all(row.rating for row in rows) else "score"
    return _with_front(rows, order), order, notes


def _with_front(rows: list[Standing], order: str) -> tuple[Standing, ...]:
    def skill(row: Standing) -> float:
        estimate = row.rating if order == "rating" else row.score
        return estimate.value if estimate is not None else -math.inf

    money = any(row.spending.cost for row in rows)
    priced = [row for row in rows if row.decisions and (not money or row.spending.cost is not None)]
    spent = [(row.spending.cost or 0.0 if money else row.spending.tokens) / row.decisions for row in priced]
    front = dict(zip((row.hash for row in priced), pareto_front(spent, [skill(row) for row in priced]).tolist(), strict=True)) if any(spent) else {}
    rows = [replace(row, front=front.get(row.hash)) for row in rows]
    return tuple(sorted(rows, key=lambda row: (-skill(row), row.name)))


def _sample(table: Columns, matches: Sequence[MatchRow], most: int) -> tuple[list[str], str]:
    """Choose the matches to show: an equal share a game, a quarter of it for matches with unclean answers, the rest evenly spaced in the plan."""
    done = [match for match in matches if match.done]
    if len(done) <= most:
        return [match.id for match in done], f"All {len(done):,} matches are here." if done else ""
    clean = table["ok"] == table["decisions"]
    unclean = set(table["match"][~clean | ~table["valid"]].tolist())
    by_game: dict[str, list[MatchRow]] = {}
    for match in done:
        by_game.setdefault(match.game, []).append(match)
    picked: dict[str, int] = {}
    share = max(1, most // len(by_game))
    for group in by_game.values():
        first = _spaced([match for match in group if match.id in unclean], share // 4)
        rest = _spaced([match for match in group if match not in first], share - len(first))
        picked.update({match.id: match.position for match in first + rest})
    ids = sorted(picked, key=lambda match: picked[match])[:most]
    return ids, (
        f"{len(ids):,} of {len(done):,} matches are here: the same number of each game, up to a quarter of them matches in which some answer was not clean, "
        "the others evenly spaced in the plan. Any match can be shown by: ludens replay"
    )


def _length(transcript: Transcript) -> int:
    """Count the characters of a transcript, roughly."""
    answers = [line.answer for line in transcript.lines if line.answer is not None]
    said = sum(len(line.text) + 60 for line in transcript.lines) + sum(len(answer.note) + len(answer.choice) for answer in answers)
    said += len(str(transcript.scene or ""))
    return said + sum(len(one.reply or "") + sum(len(text) for _, text in one.prompt) for answer in answers for one in answer.exchanges)


def _spaced(rows: list[MatchRow], most: int) -> list[MatchRow]:
    if len(rows) <= most:
        return rows
    return [rows[index] for index in np.linspace(0, len(rows) - 1, most).round().astype(int).tolist()] if most else []


def _when(stamp: float) -> str:
    return datetime.fromtimestamp(stamp, UTC).strftime("%d %B %Y, %H:%M UTC").lstrip("0")
