"""Counterfactual regret of decisions: what a choice was worth beside all others, by playing each of them on, many times, against the same players.

At a decision every alternative is played, and then the game is played to its end by the players who sat there. What the deciding seat could not know is drawn
anew for every play-out (:meth:`.State.resample_hidden`), and all alternatives meet the same draws and the same seeds of players, so that differences are paired
(common random numbers). All alternatives are screened by a few play-outs; the one that looks best is then measured beside the played choice on fresh ones,
since a maximum over noisy means is too large on average.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..agents.player import PlayerSpec
from ..arena.episode import Branch, Limits, play_match, play_match_async
from ..arena.plan import Match
from ..arena.record import Decision, Episode, advance
from ..arena.report.summary import Estimate
from ..arena.seeds import child_rng, child_seed
from ..arena.watchdog import Watchdog
from ..errors import LudensError, ParameterError
from ..games.actions import Move
from ..games.core import Game, NotSupported, State
from ..games.registry import make
from ..llm.chat import ChatModel
from .resample import student_interval

__all__ = ["Judged", "Search", "choices_at", "judge", "judgeable"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Search:
    """How much is played to judge a decision.

    Attributes:
        screen: play-outs of every alternative, to find the best.
        playouts: fresh ones, of the best and of what was played, to measure the difference.
        most: alternatives at most, the played one among them; of more choices so many are drawn.
        seed: everything random follows from it.
        in_flight: play-outs of players that wait that are played at once.
        level: coverage of intervals.

    Raises:
        ParameterError: a number is out of range.
    """

    screen: int = 12
    playouts: int = 24
    most: int = 8
    seed: int = 0
    in_flight: int = 64
    level: float = 0.95

    def __post_init__(self) -> None:
        for name, least in (("screen", 1), ("playouts", 2), ("most", 2)):
            if getattr(self, name) < least:
                raise ParameterError(f"{name}={getattr(self, name)} should be {least} or more")


class Judged(NamedTuple):
    """A decision beside its alternatives; values are the deciding seat's whole return, in the game's unit.

    Attributes:
        turn, seat: when, and whose.
        choice: what was played.
        values: of each alternative: the choice, the mean over the play-outs of the screening.
        better: the alternative of the highest mean there; what was played, where nothing looked better.
        regret: what that brings more, measured on fresh play-outs; 0 where nothing looked better.
        own: what the player's own way of choosing brings here, less what was played; None where it was not played.
        options: how many choices there were; None where they cannot be listed.
        hidden: what the seat could not know was drawn anew; False: it is as it was in the episode, so the regret is one of hindsight.
    """

    turn: int
    seat: int
    choice: Any
    values: tuple[tuple[Any, float], ...]
    better: Any
    regret: Estimate
    own: Estimate | None
    options: int | None
    hidden: bool


class _Position(NamedTuple):
    state: State
    decision: Decision


def choices_at(state: State, decision: Decision, most: int, rng: np.random.Generator) -> tuple[list[Move], int | None]:
    """Give the moves to compare, the played one first, and how many choices there are (None where they cannot be listed).

    Only the choice differs between them: what was said is said with each.
    """
    spec = state.action_spec(decision.seat)
    size = spec.domain.size()
    played = Move(decision.choice, decision.say)
    found = [played]
    if size is not None and size <= most:
        found += [Move(choice, decision.say) for choice in spec.domain.values() if choice != decision.choice]
        return found, size
    # draws repeat where there are few; so many are enough to find as many as are wanted, or nearly
    for _ in range(4 * most):
        move = Move(spec.sample(rng).choice, decision.say)
        if all(move.choice != other.choice for other in found):
            found.append(move)
        if len(found) == most:
            break
    return found, size


def judgeable(episode: Episode, game: Game | None = None) -> list[Decision]:
    """List the decisions of an episode in which a seat had a choice and made it itself."""
    if episode.error is not None:
        return []
    found = []
    for position in _positions(episode, game):
        spec = position.state.action_spec(position.decision.seat)
        if spec.domain.size() != 1 and position.decision.status in ("ok", "repaired"):
            found.append(position.decision)
    return found


def _positions(episode: Episode, game: Game | None) -> Iterator[_Position]:
    """Give each decision with the position it was made in."""
    game = make(episode.game, **episode.params) if game is None else game
    if game.hash != episode.game_hash:
        raise LudensError(f"episode {episode.id} was played by other rules than are installed here")
    state = game.start(episode.seed)
    for turn in episode.moves():
        for decision in turn.values():
            yield _Position(state, decision)
        advance(state, turn)


async def judge(
    episode: Episode, decisions: Sequence[Decision], search: Search | None = None, models: Mapping[str, ChatModel] | None = None, *, own: bool = True
) -> list[Judged]:
    """Judge decisions of an episode.

    Args:
        episode: what was played.
        decisions: of it, such as :func:`judgeable` lists.
        search: how much is played.
        models: by name, for players that ask one.
        own: also play out the player's own way of choosing.

    Raises:
        LudensError: the rules are not installed, or a player cannot be made.
    """
    wanted = {(decision.turn, decision.seat) for decision in decisions}
    with Watchdog(Limits().move_seconds) as watchdog:
        judge = _Judge(episode, search or Search(), models or {}, watchdog)
        return [
            await judge.judged(position.state, position.decision, own=own)
            for position in _positions(episode, None)
            if (position.decision.turn, position.decision.seat) in wanted
        ]


class _Judge:
    """Plays alternatives of one episode on."""

    def __init__(self, episode: Episode, search: Search, models: Mapping[str, ChatModel], watchdog: Watchdog) -> None:
        self._episode, self._search, self._models, self._watchdog = episode.id, search, models, watchdog
        plain = [dict(seat.spec) for seat in episode.seats]
        self._specs = tuple(PlayerSpec.of(str(spec.pop("kind")), seat.name, **spec) for spec, seat in zip(plain, episode.seats, strict=True))
        self._sync = all(spec.sync for spec in self._specs)
        self._gate = asyncio.Semaphore(search.in_flight)

    async def judged(self, state: State, decision: Decision, *, own: bool) -> Judged:
        search, seat = self._search, decision.seat
        moves, options = choices_at(state, decision, search.most, child_rng(search.seed, self._episode, "choices", decision.turn, seat))
        worlds, hidden = self._worlds(state, seat)
        screen = np.array(await self._all(worlds[: search.screen], decision, moves))
        means = screen.mean(axis=1)
        best = moves[int(means.argmax())]
        fresh: list[Move | None] = [moves[0], *([best] if best is not moves[0] else []), *([None] if own else [])]
        returns = np.array(await self._all(worlds[search.screen :], decision, fresh, search.screen))
        gains = returns[1:] - returns[0]
        nothing = Estimate(0.0, 0.0, 0.0, search.screen, search.level, "no alternative looked better")
        return Judged(
            decision.turn,
            seat,
            decision.choice,
            tuple((move.choice, float(mean)) for move, mean in zip(moves, means, strict=True)),
            best.choice,
            nothing if best is moves[0] else student_interval(gains[0], level=search.level),
            student_interval(gains[-1], level=search.level) if own else None,
            options,
            hidden,
        )

    async def _all(self, worlds: Sequence[State], decision: Decision, moves: Sequence[Move | None], begin: int = 0) -> list[list[float]]:
        return await asyncio.gather(*(self._play(worlds, decision, move, begin) for move in moves))

    def _worlds(self, state: State, seat: int) -> tuple[list[State], bool]:
        """Draw what the seat cannot know, once a play-out; where the game cannot, only what chance has in store."""
        draws = [
            child_rng(self._search.seed, self._episode, "world", state.turn, seat, number) for number in range(self._search.screen + self._search.playouts)
        ]
        try:
            return [state.resample_hidden(seat, rng) for rng in draws], True
        except NotSupported:
            return [state.with_fresh_chance(rng) for rng in draws], False

    async def _play(self, worlds: Sequence[State], decision: Decision, move: Move | None, begin: int) -> list[float]:
        """Play one alternative (None: the player's own way) on in every world, and give what the seat earned; worlds are numbered from ``begin``."""
        if self._sync:
            return [await self._one(number, world, decision, move) for number, world in enumerate(worlds, begin)]
        return list(await asyncio.gather(*(self._one(number, world, decision, move) for number, world in enumerate(worlds, begin))))

    async def _one(self, number: int, world: State, decision: Decision, move: Move | None) -> float:
        # the same seeds for every alternative; its name only keeps the requests of models apart
        seed = child_seed(self._search.seed, self._episode, "players", decision.turn, decision.seat, number)
        name = "own" if move is None else json.dumps(move.choice, sort_keys=True, default=str)
        match = Match(world.game, self._specs, seed, f"{number}/{name}")
        branch = Branch(world.clone(), {} if move is None else {decision.seat: move})
        if self._sync:
            return play_match(match, watchdog=self._watchdog, branch=branch).returns[decision.seat]
        async with self._gate:
            return (await play_match_async(match, self._models, watchdog=self._watchdog, branch=branch)).returns[decision.seat]
