"""The trainer ``read``: a planner's play, a critic regressed on it, thresholds chosen by play, and what refinement is worth on seeds of its own.

Zhang et al. 2024, "Towards Efficient LLM Grounding for Embodied Multi-Agent Collaboration" (ReAd), arXiv 2405.14314. The critic judges the planner whose
play it was regressed on: what it calls an advantage is over what this planner usually does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...agents.player import PlayerSpec
from ...agents.refining.card import Card, Regressed
from ...agents.refining.features import features, joint_game
from ...agents.refining.folders import WEIGHTS, load_critic, save_critic
from ...analysis.refining import Counts, counts
from ...arena.plan import Match, Plan
from ...arena.record import Episode
from ...arena.report.findings import keep_findings
from ...arena.runner import Options, play
from ...arena.seeds import child_seed
from ...arena.store import Run
from ...errors import LudensError, ParameterError
from ...games.adapters.joint import JointGame
from ...games.core import Observation
from ...games.registry import make
from ..parameters import filled
from ..registry import Say, Task, require_packages
from .config import ORDERS, Config
from .data import Rows, rows_of
from .fit import Settings, explained, fit, prefixes
from .report import Measured, findings, lines

__all__ = ["Config", "Read"]


class Read:
    """Regresses a critic of a planner, and measures what refining the planner's proposals by it is worth.

    The run's folder holds ``games`` (a run with every episode: ``ludens report run=...``), ``critic`` (for players of the kind ``refined``) and
    ``fitted``, the critic before its thresholds were chosen. A run that was cut off goes on where it stopped.

    Args:
        task: one game ``joint``; a model where the planner asks one.
        **parameters: see :class:`Config`.

    Raises:
        MissingExtra: torch is not installed.
        ParameterError: a parameter is out of range, or there is not one game that a critic can read.
        LudensError: the planner cannot play it.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("read", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer read")
        if len(task.games) != 1:
            raise ParameterError(f"trainer read: one game should be named, got {len(task.games)}")
        game = joint_game(task.games[0])
        self.games = {order: joint_game(make(game.made_as, **{**game.params, "order": order})) for order in ORDERS}
        self.planner = self._spec(str(self.config.planner["kind"]), "planner", **{key: item for key, item in self.config.planner.items() if key != "kind"})
        if reason := self.planner.why_not(game):
            raise LudensError(f"trainer read: the planner cannot play {game.label}: {reason}")

    def _spec(self, kind: str, name: str, **params: Any) -> PlayerSpec:
        """Make a player of whom the command's model is asked, where it asks one."""
        from ...agents.player import kinds

        found = kinds().get(kind)
        if found is not None and found.asks_model(params):
            params["model"] = self.task.language_model("read").name
        return PlayerSpec.of(kind, name, **params)

    def _refined(self, name: str, critic: Path, **params: Any) -> PlayerSpec:
        return self._spec("refined", name, of=dict(self.config.planner), critic=str(critic), budget=self.config.budget, **params)

    def run(self, say: Say) -> Mapping[str, Any]:
        task = self.task
        task.place.mkdir(parents=True, exist_ok=True)
        with Run.create(task.place / "games", {"trainer": "read", "seed": task.seed}) as run:
            episodes = self._play(run, self.games["together"], self.planner, "play", self.config.episodes)
            rows = rows_of(self.games["together"], episodes, self.config.discount, self._position())
            fitted = self._fitted(rows, say)
            place = self._with_thresholds(run, fitted, rows, say)
            measured = self._measure(run, place)
            found = findings(self.games["together"].label, self.config, measured)
            keep_findings(run.path, found)
        for line in lines(measured):
            say(line)
        return {"checkpoint": str(place), "measured": {name: one.means["success"].value for name, one in measured.items()}}

    def _play(self, run: Run, game: JointGame, player: PlayerSpec, purpose: str, count: int) -> list[Episode]:
        """Play what is not stored yet; give the episodes in the order of their seeds."""
        matches = tuple(Match(game, (player,), child_seed(self.task.seed, purpose, number)) for number in range(count))
        spec = self.task.model
        models = {spec.name: spec.build()} if spec is not None and player.needs_model else {}
        summary = play(Plan(matches, f"{purpose}: {player.name}"), run, models, options=Options(in_flight=self.config.in_flight, processes=1))
        if not summary.complete:
            raise LudensError(f"trainer read: {summary.line}")
        found = {episode.id: episode for episode in run.episodes([match.id for match in matches])}
        if broken := next((episode for episode in found.values() if episode.error), None):
            raise LudensError(f"trainer read: episode {broken.id} broke off: {broken.error}")
        return [found[match.id] for match in matches]

    # -- the critic --------------------------------------------------------------------------------------------------

    def _position(self) -> Callable[[Observation], Any]:
        if self.config.reads == "numbers":
            return features
        from ...agents.refining.reader import situation

        return situation

    def _fitted(self, rows: Rows, say: Say) -> Regressed:
        place = self.task.place / "fitted"
        apart = rows.episode % 10 == 9
        if not (place / WEIGHTS).exists():
            config, game, words = self.config, self.games["together"], self.config.reads == "words"
            card = Card(
                team=game.team.hash,
                label=game.team.label,
                inputs=0 if words else rows.positions.shape[1],
                sizes=tuple(map(len, game.options)),
                discount=config.discount,
                planner=dict(config.planner),
                thresholds=dict.fromkeys(ORDERS, 0.0),
                reads=config.reads,
                options=game.options if words else (),
            )
            settings = Settings(config.hidden, *config.fitting, config.learning_rate, config.decay, config.trace, self.task.seed)
            if words:
                from .reading import fit_words

                save_critic(place, fit_words(rows.part(~apart), card, settings, config.preset, place))
            else:
                save_critic(place, fit(rows.part(~apart), card, settings))
        critic = load_critic(place)
        shares = explained(critic, rows.part(apart))
        say(f"of the returns of episodes kept apart V explains {shares[0]:.0%}, Q of the joint action {shares[-1]:.0%}")
        return critic

    def _with_thresholds(self, run: Run, fitted: Regressed, rows: Rows, say: Say) -> Path:
        """Choose the thresholds by play; write the critic that has them."""
        config, thresholds = self.config, dict[str, float]()
        usual = advantages(fitted, rows.part(rows.episode % 10 == 9))
        for order, game in self.games.items():
            tried: list[tuple[float, list[Counts]]] = []
            for threshold in np.quantile(usual[order], config.quantiles).round(6).tolist():
                player = self._refined(f"{ORDERS[order]} {threshold:g}", self.task.place / "fitted", threshold=threshold)
                tried.append((threshold, self._counts(self._play(run, game, player, "validation", config.validation))))
            thresholds[order] = chosen_threshold(tried)
            say(f"{ORDERS[order]}: plans are played whose advantage is above {thresholds[order]:.3f}")
        return save_critic(self.task.place / "critic", fitted.carded(replace(fitted.card, thresholds=thresholds)))

    def _counts(self, episodes: Sequence[Episode]) -> list[Counts]:
        return [counts(episode, self.config.goal) for episode in episodes]

    def _measure(self, run: Run, critic: Path) -> dict[str, Measured]:
        """Play the planner and its refinement on the held-out seeds, in both orders."""
        found: dict[str, Measured] = {}
        for order, game in self.games.items():
            name = "planner" if order == "together" else "planner, in turn"
            plain = self._counts(self._play(run, game, self.planner, "held out", self.config.held_out))
            refined = self._counts(self._play(run, game, self._refined(ORDERS[order], critic), "held out", self.config.held_out))
            found[name] = Measured.of(plain)
            found[ORDERS[order]] = Measured.of(refined, plain)
        return found


def advantages(critic: Regressed, rows: Rows) -> dict[str, np.ndarray]:
    """Give the advantages of what a planner did, by order: of joint actions, and of single seats' parts."""
    seats = rows.chosen.shape[1]
    values = np.stack([critic.values(rows.positions, prefixes(rows.chosen, np.full(len(rows.chosen), count))) for count in range(seats + 1)], axis=1)
    return {"together": values[:, -1] - values[:, 0], "in_turn": np.diff(values, axis=1)[rows.chosen >= 0]}


def chosen_threshold(tried: Sequence[tuple[float, Sequence[Counts]]]) -> float:
    """Choose the threshold with the fewest queries of those whose steps are within a standard error of the fewest."""
    steps = [np.array([one.steps for one in found]) for _, found in tried]
    fewest = min(steps, key=lambda one: float(one.mean()))
    enough = float(fewest.mean() + fewest.std(ddof=1) / np.sqrt(len(fewest)))
    queries = [float(np.mean([one.queries for one in found])) for _, found in tried]
    kept = [(asked, threshold) for asked, (threshold, _), taken in zip(queries, tried, steps, strict=True) if taken.mean() <= enough]
    return min(kept)[1]
