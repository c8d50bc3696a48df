"""Who sees what of a round, how hidden actions are drawn anew, and the facts of an episode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core import Event
from . import text

if TYPE_CHECKING:
    from .rules import MatrixGame
    from .state import MatrixState

OWN = ("payoff", "counterfactual")
"""Monitoring that hides what the others did."""

__all__ = ["OWN", "facts_of", "flip", "hides", "look", "redraw", "view"]


def flip(game: MatrixGame, seat: int, action: int, probability: float, rng: np.random.Generator) -> int:
    """With ``probability`` turn ``seat``'s action into one of its others, drawn uniformly."""
    size = len(game.actions[seat])
    if probability and size > 1 and rng.random() < probability:
        return (action + 1 + int(rng.integers(size - 1))) % size
    return action


def look(game: MatrixGame, seat: int, actions: Sequence[int], rng: np.random.Generator) -> list[int | None]:
    """Draw what ``seat`` sees of a joint action; None for what it does not see."""
    if game.monitoring in OWN:
        return [action if other == seat else None for other, action in enumerate(actions)]
    if game.monitoring == "noisy":
        return [action if other == seat else flip(game, other, action, game.noise, rng) for other, action in enumerate(actions)]
    return list(actions)


def view(game: MatrixGame, seat: int, number: int, shown: list[int | None], actions: tuple[int, ...]) -> tuple[str, dict[str, Any]]:
    """Word round ``number``, in which ``actions`` were carried out, as ``seat`` saw it in ``shown``, when it is not told to all alike."""
    told: list[float | None] = [None] * game.seats
    if game.monitoring != "noisy":
        # under noisy monitoring a payoff would give the true action away
        told[seat] = game.facts(actions)[0][seat]
    data: dict[str, Any] = {"round": number, "actions": shown, "payoffs": told}
    words = f"Round {number}: {text.seen(game, shown, told)}"
    if game.monitoring == "counterfactual":
        data["options"] = _own_options(game, seat, actions).tolist()
        words += f" {text.would_have(game, seat, actions[seat], data['options'])}"
    return words.rstrip(), data


def _own_options(game: MatrixGame, seat: int, actions: Sequence[int]) -> np.ndarray:
    """Give what each action of ``seat`` earns against what the others did: of shape (actions of the seat,)."""
    others = tuple(slice(None) if other == seat else action for other, action in enumerate(actions))
    return np.asarray(game.table[seat][others])


def redraw(state: MatrixState, seat: int, rng: np.random.Generator) -> None:
    """Draw anew, in place, what the other seats did and saw in every round, given what ``seat`` saw.

    The other seats' actions are taken to be uniform before anything is seen. Under noisy monitoring each then equals what was seen with
    probability ``1 - noise`` and each other action alike (Bayes' rule, exactly); under payoff and counterfactual monitoring the draw is uniform
    over the joint actions that pay ``seat`` what it was told.
    """
    game = state.game
    rounds = [event.data for event in state._seen[seat] if event.kind == "round"]
    state.history = [_true_actions(game, seat, data, rng) for data in rounds]
    state.returns = [0.0] * game.seats
    # messages and forfeits earn nothing: the last rewards are drawn anew only where the last joint move was a choice
    chose = state.forfeited is None and (state.over or state.talking or not game.say_chars)
    for number, actions in enumerate(state.history):
        weight = game.discount**number
        rewards = [weight * payoff for payoff in game.facts(actions)[0]]
        state.returns = [total + reward for total, reward in zip(state.returns, rewards, strict=True)]
        if chose:
            state.rewards = rewards
    events: list[Event] = []
    for event in state.events:
        if event.kind == "round" and event.visible_to not in (None, (seat,)):
            assert event.visible_to is not None
            (other,) = event.visible_to
            number = event.data["round"]
            actions = state.history[number - 1]
            sentence, data = view(game, other, number, look(game, other, actions, rng), actions)
            events.append(event._replace(text=sentence, data=data))
        else:
            events.append(event)
    state.events = events
    state._seen = [[event for event in events if event.visible_to is None or other in event.visible_to] for other in range(game.seats)]
    state._keys = [None] * game.seats


def hides(state: MatrixState, seat: int) -> bool:
    """Tell whether what the others did or saw does not follow from the table and what ``seat`` saw."""
    game = state.game
    rounds = [event.data for event in state._seen[seat] if event.kind == "round"]
    if game.monitoring in OWN:
        return any(len(_fitting(game, seat, data)) > 1 for data in rounds)
    if game.monitoring == "noisy" and rounds and game.seats > 1:
        # a report that is always wrong tells which of two actions it was
        unsure = 2 if game.noise < 1 else 3
        return game.noise > 0 and any(len(names) >= unsure for names in game.actions)
    return False


def _fitting(game: MatrixGame, seat: int, data: dict[str, Any]) -> np.ndarray:
    """List the joint actions that pay ``seat`` what it was told, with its own action: shape (joint actions, seats)."""
    table = game.table[seat]
    mine = np.zeros(table.shape, bool)
    mine[(slice(None),) * seat + (data["actions"][seat],)] = True
    told = table == data["payoffs"][seat]
    if "options" in data:
        column = np.reshape(data["options"], [-1 if other == seat else 1 for other in range(game.seats)])
        told = told & (table == column).all(axis=seat, keepdims=True)
    return np.argwhere(mine & told)


def _true_actions(game: MatrixGame, seat: int, data: dict[str, Any], rng: np.random.Generator) -> tuple[int, ...]:
    if game.monitoring in OWN:
        fitting = _fitting(game, seat, data)
        return tuple(fitting[rng.integers(len(fitting))].tolist())
    return tuple(action if other == seat else flip(game, other, action, game.noise, rng) for other, action in enumerate(data["actions"]))


def facts_of(game: MatrixGame, history: Sequence[tuple[int, ...]]) -> dict[str, Any]:
    """State an episode's facts.

    Returns:
        ``rounds`` played; ``choices``: for each seat the share of each action by canonical label; ``joint``: how often each joint action came about;
        ``welfare``: mean sum of payoffs of a round, undiscounted; ``efficiency``: that sum on a scale from 0 (smallest) to 1 (largest sum in
        the table), None where all sums are equal; ``cooperation``: share of the cooperative action of each seat, in games that have one.
    """
    total, counts = len(history), Counter(history)
    shares = [[0] * len(names) for names in game.actions]
    welfare = 0.0
    for actions, times in counts.items():
        welfare += times * sum(game.facts(actions)[0])
        for share, action in zip(shares, actions, strict=True):
            share[action] += times
    sums = game.table.sum(axis=0)
    low, high = float(sums.min()), float(sums.max())
    facts: dict[str, Any] = {
        "rounds": total,
        "choices": [{name: times / max(total, 1) for name, times in zip(names, share, strict=True)} for names, share in zip(game.actions, shares, strict=True)],
        "joint": {"/".join(names[action] for names, action in zip(game.actions, actions, strict=True)): counts[actions] for actions in sorted(counts)},
        "welfare": welfare / total if total else None,
        "efficiency": (welfare / total - low) / (high - low) if total and high > low else None,
    }
    if game.cooperative is not None:
        facts["cooperation"] = [share[game.cooperative] / max(total, 1) if total else None for share in shares]
    return {**facts, **game.extra_facts(history)}
