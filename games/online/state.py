"""Positions of :class:`~ludens.games.online.rules.OnlineGame`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from ..actions import ActionSpec, Move
from ..core import NotSupported, State
from . import text
from .rules import ADAPTIVE, OnlineGame
from .sequences import DRIFTING, better_chances, draw, iid

__all__ = ["OnlineState"]


class OnlineState(State):
    """A position.

    Attributes:
        planned: losses of shape (rounds, arms), drawn before the first round; zeros where they answer past play.
        faced: the losses of each round played.
        arms: the option taken in each round; empty where experts answer distributions.
        weights: the distribution answered in each round; empty where choices are answered.
        carried: how much weight each arm was given in all rounds together.
    """

    game: OnlineGame

    def __init__(self, game: OnlineGame, seed: int) -> None:
        super().__init__(game, seed)
        if game.losses in ADAPTIVE:
            self.planned = np.zeros((game.rounds, game.arms))
        elif game.losses == "given":
            self.planned = np.asarray(game.given, dtype=np.float64)[: game.rounds]
        else:
            self.planned = draw(game.losses, game.shape, self.rng)
        self.faced: list[list[float]] = []
        self.arms: list[int] = []
        self.weights: list[list[float]] = []
        self.carried = [0.0] * game.arms
        self.to_move = (0,)

    def action_spec(self, seat: int) -> ActionSpec:
        return self.game.spec

    def request(self, seat: int) -> str:
        return text.request(self.game, len(self.faced) + 1)

    def _apply(self, moves: Mapping[int, Move]) -> None:
        game, choice = self.game, moves[0].choice
        weights, arm = None, None
        if game.answer == "distribution":
            weights = [float(choice[name]) for name in game.names]
            losses = self._losses(weights)
            self.weights.append(weights)
            if game.feedback == "bandit":
                arm = int(np.searchsorted(np.cumsum(weights)[:-1] / sum(weights), self.rng.random(), side="right"))
        else:
            losses = self._losses(None)
            arm = game.index[choice]
        if arm is not None:
            self.arms.append(arm)
            loss = losses[arm]
        else:
            assert weights is not None
            loss = round(float(np.dot(weights, losses)) / sum(weights), 6)
        given = weights if weights is not None else [float(at == arm) for at in range(game.arms)]
        self.carried = [total + weight for total, weight in zip(self.carried, given, strict=True)]
        self.faced.append(losses)
        self.rewards = [-loss]
        number = len(self.faced)
        shown: list[float | None] = [cost if game.feedback == "full" or at == arm else None for at, cost in enumerate(losses)]
        data = {"round": number, "arm": arm, "weights": weights, "losses": shown, "loss": loss}
        self.emit("round", text.told(game, data), seat=0, data=data)
        if game.feedback == "bandit":
            self.emit("costs", f"Round {number}: {text.costs(game, losses)}.", data={"round": number, "losses": losses}, to=())
        if number == game.rounds:
            self.to_move = ()

    def _losses(self, now: list[float] | None) -> list[float]:
        """Give the losses of this round, to which the distribution ``now`` was answered."""
        game = self.game
        if game.losses not in ADAPTIVE:
            return self.planned[len(self.faced)].tolist()
        heavy = now if now is not None else self.carried
        weights = self._last() if game.losses == "last" else heavy
        losses = [0.0] * game.arms
        losses[int(np.argmax(weights))] = game.high
        return losses

    def _last(self) -> list[float]:
        """Give the weight of each arm in the round before; zero before the first."""
        if self.weights:
            return self.weights[-1]
        return [float(self.arms[-1:] == [arm]) for arm in range(self.game.arms)]

    # -- what is hidden ----------------------------------------------------------------------------------------------

    def hides(self, seat: int) -> bool:
        return self.game.losses not in (*ADAPTIVE, "given") and super().hides(seat)

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Draw the costs that were not told, and those to come, anew, given what was told (exactly, by Bayes' rule).

        Raises:
            NotSupported: the costs have hidden means that move.
        """
        game = self.game
        twin = self.with_fresh_chance(rng)
        if game.losses in (*ADAPTIVE, "given"):
            return twin
        if game.losses in DRIFTING:
            raise NotSupported(f"{game.made_as} with losses={game.losses!r} cannot resample what is hidden: the means that move are not known")
        told = np.full((game.rounds, game.arms), np.nan)
        for number, losses in enumerate(self.faced):
            told[number] = losses
        if game.feedback == "bandit":
            told[np.arange(game.arms) != np.array([*self.arms, *[-1] * (game.rounds - len(self.arms))])[:, None]] = np.nan
        fresh = draw("alternating", game.shape, rng) if game.losses == "alternating" else self._anew(told, rng)
        twin.planned = np.where(np.isfinite(told), told, fresh)
        twin.faced = twin.planned[: len(self.faced)].tolist()
        twin.events = [
            event._replace(
                text=f"Round {event.data['round']}: {text.costs(game, twin.faced[event.data['round'] - 1])}.",
                data={**event.data, "losses": twin.faced[event.data["round"] - 1]},
            )
            if event.kind == "costs"
            else event
            for event in self.events
        ]
        return twin

    def _anew(self, told: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        shape = self.game.shape
        better = int(rng.choice(shape.arms, p=better_chances(shape, told)))
        return np.round(iid(shape, better, rng), 2 if shape.high >= 10 else 4)

    # -- in numbers --------------------------------------------------------------------------------------------------

    def data(self, seat: int) -> dict[str, np.ndarray]:
        game, count = self.game, len(self.faced)
        seen, last, times = np.zeros(game.arms), np.zeros(game.arms), np.zeros(game.arms)
        if count:
            faced, told = np.array(self.faced), np.ones((count, game.arms), bool)
            if game.feedback == "bandit":
                told = np.arange(game.arms) == np.array(self.arms)[:, None]
            times = told.sum(axis=0)
            seen = np.where(told, faced, 0).sum(axis=0) / np.maximum(times, 1)
            when = count - 1 - told[::-1].argmax(axis=0)
            last = np.where(times > 0, faced[when, np.arange(game.arms)], 0)
        weight = np.array(self.carried) / max(count, 1)
        parts: list[Any] = [[count / game.rounds], weight, seen / game.high, last / game.high, times > 0]
        out = {"observation": np.clip(np.concatenate(parts), 0, 1).astype(np.float32)}
        if game.answer == "choice":
            out["action_mask"] = np.full(game.arms, int(seat in self.to_move), np.int8)
        return out

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts for the record.

        Returns:
            ``rounds`` played; ``losses``: what every option cost, round by round; ``arms`` and ``weights``: what was taken and answered; ``mean_loss`` of a
            round; ``best_arm``: the option that would have cost least in all; ``regret``: how much more was paid than it cost.
        """
        faced, count = np.array(self.faced).reshape(-1, self.game.arms), len(self.faced)
        totals = faced.sum(axis=0)
        paid = -self.returns[0]
        return {
            "rounds": count,
            "losses": [list(row) for row in self.faced],
            "arms": list(self.arms),
            "weights": [list(row) for row in self.weights],
            "mean_loss": paid / count if count else None,
            "best_arm": self.game.names[int(totals.argmin())] if count else None,
            "regret": round(paid - float(totals.min()), 6) if count else None,
        }
