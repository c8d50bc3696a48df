"""Preference data out of runs: recorded episodes, and what raters said of pairs of them (``ludens label``)."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np

from ....agents.neural.actions import actions_of
from ....arena.labels import FILE, Side, read_labels
from ....arena.record import Episode, advance
from ....arena.store import Run
from ....errors import LudensError
from .data import Compared
from .worlds import Play, World

__all__ = ["recorded"]


def recorded(world: World, folder: Path) -> Compared:
    """Read the answers that a run's folder keeps, and play the episodes that they are about again. Every answer is a pair.

    Args:
        world: the game, of which all episodes must be.
        folder: of the run; other runs that answers are about lie beside it.

    Raises:
        LudensError: there are no answers, or one is about an episode of another game or none that ended by the rules.
    """
    labels = read_labels(folder / FILE)
    if not labels:
        raise LudensError(f"{folder / FILE} holds no answers; ludens label run={folder.name} asks for them")
    sides = list(dict.fromkeys(side for label in labels for side in (label.first, label.second)))
    with ExitStack() as stack:
        runs = {name: stack.enter_context(Run.open(folder.parent / name)) for name in dict.fromkeys(side.run for side in sides)}
        plays = {side: _play(world, runs[side.run].episode(side.episode), side) for side in sides}
    prefers = np.full((len(labels), world.seats), np.nan)
    for row, label in enumerate(labels):
        if label.seat is not None and label.seat >= world.seats:
            raise LudensError(f"{folder / FILE}, answer {row + 1}: seat {label.seat} is none of the {world.seats} that learn")
        prefers[row, slice(None) if label.seat is None else label.seat] = label.preference
    parts = [plays[side] for label in labels for side in (label.first, label.second)]
    return Compared(Play(*(np.stack(columns) for columns in zip(*parts, strict=True))), prefers)


def _play(world: World, episode: Episode, side: Side) -> Play:
    game = world.game
    if episode.game_hash != game.hash or episode.error is not None or episode.turns != world.horizon:
        raise LudensError(f"episode {side.episode} of run {side.run} is no whole episode of {game.label}")
    actions, state = actions_of(game), game.start(episode.seed)
    seen = np.zeros((world.horizon + 1, game.seats, world.plain), np.float32)
    chosen, rewards = np.zeros((world.horizon, world.seats), np.int64), np.zeros((world.horizon, world.seats))
    for step, turn in enumerate(episode.moves()):
        for seat in range(world.seats):
            numbers = np.asarray(state.observe(seat).data["observation"], np.float32).reshape(-1)
            seen[step, seat, : len(numbers)] = numbers
            chosen[step, seat] = actions.encode(turn[seat].move.choice)[0]
        advance(state, turn)
        rewards[step] = state.rewards[: world.seats]
    return Play(world.shown(seen), chosen, rewards)
