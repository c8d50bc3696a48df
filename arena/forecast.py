"""What a plan will take, before it is played: requests, tokens and money, with an interval.

The interval is wide on purpose: from every match being as short as the shortest one rehearsed, with terse answers, to every
match being as long as the longest, with long ones and every re-ask used.

Matches are rehearsed with random players in the models' seats, which costs nothing: that gives decisions a seat, and prompts are as
long as rules, events and requests are. What was played before replaces the rehearsal's guess of tokens a request.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..agents.player import PlayerSpec
from ..games.core import Game
from ..llm.chat import Usage
from ..llm.pricing import Price
from .plan import Match, Schedule
from .progress import Interval
from .seeds import child_rng, child_seed
from .store import Run

__all__ = ["Forecast", "dry_run"]

_CHARS_PER_TOKEN = 4.0
_PROMPT_OVERHEAD = 90
"""Tokens of the instructions around the game's own words (how to answer, the seat's name)."""
_TOKENIZER_SPREAD = 1.25
"""How far tokenizers lie apart: the same text may take so many times more or fewer tokens."""
_ANSWER_TOKENS = 60.0
_ANSWER_SPREAD = 3.0
"""Answers whose length nobody knows: 60 tokens, between a third and three times that."""


@dataclass(frozen=True)
class Forecast:
    """What is to be played and what it will take.

    Attributes:
        matches: of the plan (of the first batch, where the schedule extends itself).
        done: of them, stored already.
        open_ended: more will follow.
        games, players: matches to play by game label and by player name.
        excluded: combinations left out: player, game, reason.
        requests, prompt_tokens, completion_tokens: to models.
        dollars: None when a model has no price.
        unpriced: models without a price.
        measured: the figures come from this run's own replies rather than from a rehearsal.
    """

    matches: int
    done: int
    open_ended: bool
    games: dict[str, int]
    players: dict[str, int]
    excluded: tuple[tuple[str, str, str], ...]
    requests: Interval
    prompt_tokens: Interval
    completion_tokens: Interval
    dollars: Interval | None
    unpriced: tuple[str, ...] = ()
    measured: bool = False


@dataclass
class _Load:
    """What one model seat of one game takes: decisions, and tokens of their prompts, an entry a rehearsal."""

    decisions: list[float] = field(default_factory=list)
    prompt: list[float] = field(default_factory=list)


def dry_run(schedule: Schedule, run: Run | None = None, prices: Mapping[str, Price | None] | None = None, *, rehearsals: int = 8, seed: int = 0) -> Forecast:
    """Count what a schedule holds and forecast what it takes; nothing is stored and no model is asked.

    Args:
        schedule: what would be played.
        run: where it would be played: its finished matches are done, its replies tell how long prompts and answers are.
        prices: by model name.
        rehearsals: random games per game and seat count.
        seed: of the rehearsals.
    """
    results = run.results() if run is not None else {}
    batch = schedule.due(results)
    todo = [match for match in batch if match.id not in results]
    measured = _measured(run) if run is not None else {}
    rehearsed: dict[str, list[_Load]] = {}
    totals = np.zeros((3, 4))  # low, value, high by requests, prompt tokens, completion tokens, dollars
    unpriced: set[str] = set()
    for (game, seat, player), count in _model_seats(todo).items():
        if game.hash not in rehearsed:
            rehearsed[game.hash] = _rehearse(game, rehearsals, seed)
        model = str(dict(player.params).get("model"))
        price = (prices or {}).get(model)
        if price is None:
            unpriced.add(model)
        totals += count * _seat_totals(rehearsed[game.hash][seat], measured.get((game.hash, player.hash)), price or Price(), game.type.illegal.reask)
    columns = [Interval(float(totals[1, column]), float(totals[0, column]), float(totals[2, column])) for column in range(4)]
    return Forecast(
        matches=len(batch) or len(results),
        done=len(batch) - len(todo) if batch else len(results),
        open_ended=not hasattr(schedule, "matches") or not isinstance(schedule.matches, tuple),
        games=dict(Counter(match.game.label for match in todo)),
        players=dict(Counter(player.name or player.kind for match in todo for player in match.players)),
        excluded=tuple((item.player, item.game, item.reason) for item in schedule.excluded),
        requests=columns[0],
        prompt_tokens=columns[1],
        completion_tokens=columns[2],
        dollars=None if unpriced else columns[3],
        unpriced=tuple(sorted(unpriced)),
        measured=bool(measured),
    )


def _model_seats(matches: Sequence[Match]) -> Counter[tuple[Game, int, PlayerSpec]]:
    return Counter((match.game, seat, player) for match in matches for seat, player in enumerate(match.drawn) if player.needs_model)


def _rehearse(game: Game, rehearsals: int, seed: int) -> list[_Load]:
    loads = [_Load() for _ in range(game.seats)]
    for number in range(rehearsals):
        state = game.start(child_seed(seed, "rehearsal", number))
        rng = child_rng(seed, "moves", number)
        rules = [len(game.rules_text(seat)) for seat in range(game.seats)]
        heard, told = [0] * game.seats, [0] * game.seats
        decisions, prompt = [0] * game.seats, [0.0] * game.seats
        while state.to_move and state.turn <= game.type.horizon:
            moves = {}
            for seat in state.to_move:
                observation = state.observe(seat)
                events = observation.events
                told[seat] += sum(len(event.text) for event in events[heard[seat] :]) + len(observation.request)
                heard[seat] = len(events)
                decisions[seat] += 1
                prompt[seat] += (rules[seat] + told[seat]) / _CHARS_PER_TOKEN + _PROMPT_OVERHEAD
                moves[seat] = observation.action_spec.sample(rng)
            state.play(moves)
        for seat, load in enumerate(loads):
            load.decisions.append(decisions[seat])
            load.prompt.append(prompt[seat])
    return loads


def _measured(run: Run) -> dict[tuple[str, str], tuple[float, float, float, float]]:
    """Decisions, requests, prompt and completion tokens a seat, by game and player, of what the run has played."""
    table = run.seat_table()
    out = {}
    asked = table["requests"] > 0
    for game in np.unique(table["game_hash"][asked]):
        for player in np.unique(table["player"][asked & (table["game_hash"] == game)]):
            rows = asked & (table["game_hash"] == game) & (table["player"] == player)
            if rows.sum() > 1:
                names = ("decisions", "requests", "prompt_tokens", "completion_tokens")
                out[str(game), str(player)] = tuple(float(table[name][rows].mean()) for name in names)
    return out  # type: ignore[return-value]  # four names give four numbers


def _seat_totals(load: _Load, known: tuple[float, float, float, float] | None, price: Price, reask: int) -> np.ndarray:
    decisions, prompt = np.array(load.decisions), np.array(load.prompt)
    out = np.zeros((3, 4))
    picks: list[Callable[[np.ndarray], np.floating[Any]]] = [np.min, np.mean, np.max]
    for row, pick in enumerate(picks):
        if known is not None:
            # what was played tells the mean; the rehearsal how far a single game may lie from it
            factor = float(pick(decisions)) / max(float(decisions.mean()), 1e-9) if row != 1 else 1.0
            requests, prompts, answers = (value * factor for value in known[1:])
        else:
            # models seldom need to be asked again; at most they are asked as often as the game allows
            tries = (1.0, 1.1, 1.0 + reask)[row]
            length = _ANSWER_TOKENS * (1 / _ANSWER_SPREAD, 1.0, _ANSWER_SPREAD)[row]
            requests = float(pick(decisions)) * tries
            # the models' own answers stay in their prompts
            own = length * requests * max(requests - 1, 0) / 2
            spread = (1 / _TOKENIZER_SPREAD, 1.0, _TOKENIZER_SPREAD)[row]
            prompts, answers = float(pick(prompt)) * tries * spread + own, requests * length
        out[row] = (requests, prompts, answers, price.cost(Usage(math.ceil(prompts), math.ceil(answers))))
    return out
