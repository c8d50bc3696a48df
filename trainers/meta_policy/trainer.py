"""Meta policy optimisation: a policy learns from a judge with a rubric, and the rubric is rewritten from what the policy made of it.

Kim et al. 2025, "Toward Evaluative Thinking: Meta Policy Optimization with Evolving Reward Models", arXiv:2504.20157. The policy learns by
GRPO on its own tokens in place of the paper's PPO. Where a game has payoffs, a new rubric may have to agree with them better than the old one before it
comes in, which the paper does not ask.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import numpy as np

from ...agents.player import PlayerSpec
from ...arena.files import write_file
from ...arena.report.pages import keep_page
from ...arena.seeds import child_rng, child_seed
from ...errors import LudensError
from ...games.core import Game
from ...llm.chat import ChatModel
from ...llm.nano.model import folder
from ...llm.spec import ModelSpec
from ..epo.playing import Deal, deals, play, pool_of
from ..inspo.learning import Iterates, compared
from ..parameters import filled
from ..registry import Say, Task, require_packages
from ..spent import Spent
from .accepting import Agreement, agreement
from .by_errors import ByErrors
from .by_model import MetaModel
from .config import Config
from .judges import ByFeatures, ByModel, Judge
from .measuring import Played, agreed_on, mean, measured
from .meta import MetaJudge, Sample, rewrite, samples_of
from .report import findings
from .rubric import Rubric

__all__ = ["MetaPolicy"]

_TRAINED = "trained"


class MetaPolicy:
    """Trains a nano model by what a judge says of its games, and the judge's rubric by what came of it.

    The run's folder holds ``state.json`` (rubrics, history), written after every step; a run that was cut off goes on with the next one. At the end there are
    ``checkpoint``, with ``rubrics.json`` (all that is known of the run), and ``report.html``.

    Args:
        task: what is played, by which model, and where.
        **parameters: see :class:`~ludens.trainers.meta_policy.config.Config`.

    Raises:
        MissingExtra: torch is not installed.
        LudensError: the model is of another engine, or cannot play a game.
        ParameterError: a parameter is out of range, or no model is named.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("meta_policy", "torch", "scipy")
        self.task, self.config = task, filled(Config, parameters, "trainer meta_policy")
        self._start = folder(task.nano_model("meta_policy").model)
        for game in task.games:
            if reason := self._player().why_not(game):
                raise LudensError(f"the trainer meta_policy: {reason}")
        # a mapping that is no model is told now, not after hours
        for given in (self.config.judge, self.config.meta):
            if given is not None:
                ModelSpec.of(given)
        self._iterates = Iterates(task.place, self._start, self.config)
        first = Rubric.written(self.config.rubric)
        self._rubrics: list[dict[str, Any]] = [{"number": 0, "step": 0, "parent": None, "accepted": True, "items": first.plain}]
        self._history: list[dict[str, Any]] = []
        self._spent = Spent("playing", "judging", "learning", "rubrics")

    def run(self, say: Say) -> Mapping[str, Any]:
        self._load()
        return asyncio.run(self._run(say))

    @property
    def rubric(self) -> Rubric:
        """The one that is judged by now."""
        return _rubric(self._rubrics[self._now])

    @property
    def _now(self) -> int:
        return max(number for number, version in enumerate(self._rubrics) if version["accepted"])

    async def _run(self, say: Say) -> Mapping[str, Any]:
        config = self.config
        async with AsyncExitStack() as stack:
            judge: Judge = ByFeatures() if config.judge is None else ByModel(_opened(config.judge, stack))
            meta: MetaJudge = ByErrors(config.features) if config.meta is None else MetaModel(_opened(config.meta, stack), told_payoff=config.told_payoff)
            for step in range(len(self._history), config.steps):
                judged = await self._step(step, judge)
                if config.interval and (step + 1) % config.interval == 0 and step + 1 < config.steps:
                    with self._spent.counted("rubrics"):
                        await self._rewrite(step, judged, judge, meta, say)
                self._asked(judge, meta)
                self._save()
                if (step + 1) % 10 == 0:
                    say(self._line(step))
            return await self._finish(judge, say)

    def _line(self, step: int) -> str:
        last = self._history[-10:]
        means = {name: float(np.mean([facts[name] for facts in last])) for name in ("judged", "payoff", "within")}
        return (
            f"step {step + 1}: judged {means['judged']:.3f}, payoff {means['payoff']:.3f}, rank correlation within deals {means['within']:+.2f}, "
            f"rubric {self._now}, {sum(facts['unread'] for facts in last)} items not read, {sum(facts['unjudged'] for facts in last)} episodes not judged, "
            f"{self._spent.share('judging') + self._spent.share('rubrics'):.1%} of the time on judging and rubrics"
        )

    # -- who plays ---------------------------------------------------------------------------------------------------

    def _player(self, member: int = 0) -> PlayerSpec:
        """Make the player; members of a group draw differently."""
        config = self.config
        shared = {"window_tokens": config.window_tokens, "beyond": "forget", "temperature": config.sample_temperature}
        persona = {"persona": config.persona} if config.persona else {}
        return PlayerSpec.of("language", _TRAINED, model=_TRAINED, seed=member, **shared, **persona)

    def _dealt(self, game: Game, count: int, *path: object) -> list[Deal]:
        return deals(game, count, pool_of(game, self.config.opponents), (), share=0.0, seed=child_seed(self.task.seed, game.made_as, *path))

    async def _played(self, dealt: Sequence[Deal], steps: int, group: int) -> Played:
        """Have the model as it is after so many steps play deals, each so many times."""
        where = [(number, member) for number in range(len(dealt)) for member in range(group)]
        matches = [dealt[number].match(self._player(member)) for number, member in where]
        episodes = await play(matches, {_TRAINED: self._iterates.playing(steps, _TRAINED)})
        return Played.of(episodes, [dealt[number] for number, _ in where], [number for number, _ in where])

    # -- a step ------------------------------------------------------------------------------------------------------

    async def _step(self, step: int, judge: Judge) -> list[Sample]:
        """Play, judge, learn; give what was judged."""
        config, rubric = self.config, self.rubric
        with self._spent.counted("playing"):
            dealt = [deal for game in self.task.games for deal in self._dealt(game, config.deals, "step", step)]
            played = await self._played(dealt, step, config.group)
        with self._spent.counted("judging"):
            judged = await judge.judge(rubric, played.shown)
            kept = [number for number, judgement in enumerate(judged) if judgement is not None]
            if not kept:
                raise LudensError(f"the trainer meta_policy: the judge gave no answer to any of the {len(judged)} episodes of step {step + 1}")
            pairs = [(played.shown[number], judgement) for number, judgement in enumerate(judged) if judgement is not None]
            groups = [played.groups[number] for number in kept]
            found = samples_of(rubric, pairs, [played.payoffs[number] for number in kept], groups)
            scores, payoffs = np.array([sample.judged for sample in found]), np.array([sample.payoff for sample in found])
            agreed = agreement(scores, payoffs, groups)
        with self._spent.counted("learning"):
            rewards = (1 - config.outcome) * scores + config.outcome * payoffs
            rows, learnt = compared([played.episodes[number] for number in kept], [played.seats[number] for number in kept], rewards, groups)
            loss = self._iterates.learn(rows, step)
        self._history.append(
            {
                "step": step,
                "episodes": len(played.episodes),
                "unjudged": len(played.episodes) - len(kept),
                "unread": sum(sample.judgement.unread for sample in found),
                "rubric": self._now,
                "judged": mean(scores),
                "payoff": round(float(np.mean(played.payoffs)), 4),
                **_rounded(agreed),
                "learnt": {**learnt, "loss": round(loss, 5)},
            }
        )
        return found

    # -- rubrics -----------------------------------------------------------------------------------------------------

    async def _rewrite(self, step: int, judged: Sequence[Sample], judge: Judge, meta: MetaJudge, say: Say) -> None:
        """Have the rubric rewritten from some of a step's episodes, and let it in if it may."""
        config, old = self.config, self.rubric
        rng = child_rng(self.task.seed, "samples", step)
        samples = [judged[number] for number in rng.permutation(len(judged))[: config.samples]]
        found = await rewrite(meta, old, samples, prescreen=config.prescreen, analysed=config.analysed)
        facts = {"verdicts": found.verdicts, "analysed": len(found.analyses), "unread": found.unread}
        self._history[-1]["rewriting"] = facts
        if found.rubric is None:
            say(f"step {step + 1}: the rubric stays as it is")
            return
        dealt = [deal for game in self.task.games for deal in self._dealt(game, config.held, "held", step)]
        before, after = await self._agreements((old, found.rubric), await self._played(dealt, step + 1, config.group), judge)
        accepted = config.accept == "always" or after.better_than(before)
        version = {"number": len(self._rubrics), "step": step + 1, "parent": self._now, "accepted": accepted, "items": found.rubric.plain}
        self._rubrics.append({**version, **facts, "analyses": found.analyses, "agreement": _rounded(after), "before": _rounded(before)})
        words = "comes in" if accepted else "stays out"
        say(f"step {step + 1}: rubric {version['number']} {words}, rank correlation within deals {before.within:+.2f} to {after.within:+.2f}")

    async def _agreements(self, rubrics: Sequence[Rubric], played: Played, judge: Judge) -> list[Agreement]:
        """Correlate scores by each rubric with payoffs, on the same episodes."""
        judged = [await judge.judge(rubric, played.shown) for rubric in rubrics]
        # only what all could be scored by is compared
        among = [number for number in range(len(played.shown)) if all(each[number] is not None for each in judged)]
        return [agreed_on(rubric, each, played, among) for rubric, each in zip(rubrics, judged, strict=True)]

    # -- the end -----------------------------------------------------------------------------------------------------

    async def _finish(self, judge: Judge, say: Say) -> Mapping[str, Any]:
        result: dict[str, Any] = {
            "rubric": self.rubric.lines,
            "rubrics": self._rubrics,
            "history": self._history,
            "seconds": self._spent.plain(),
            "judging": round(self._spent.share("judging") + self._spent.share("rubrics"), 4),
        }
        if self.config.matches:
            rubrics = {"first": _rubric(self._rubrics[0]), "last": self.rubric}
            result["measured"] = []
            for game in self.task.games:
                dealt = self._dealt(game, self.config.matches, "measured")
                sides = {"start": await self._played(dealt, 0, 1), "end": await self._played(dealt, len(self._history), 1)}
                result["measured"].append(await measured(game, sides, rubrics, judge))
            for line in result["measured"]:
                say(line["line"])
        result["asked"] = self._totals(judge)
        final = self.task.place / "checkpoint"
        self._iterates.publish(len(self._history), final)
        write_file(final / "rubrics.json", (json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode())
        say(f"report: {keep_page(self.task.place, findings(', '.join(game.label for game in self.task.games), result))}")
        return {"checkpoint": str(final), **result}

    # -- saves -------------------------------------------------------------------------------------------------------

    def _asked(self, judge: Judge, meta: MetaJudge) -> None:
        """Note what models were asked in this step."""
        asked: tuple[tuple[str, Judge | MetaJudge], ...] = (("judge", judge), ("meta", meta))
        for name, who in asked:
            if who.asking is not None:
                self._history[-1].setdefault("asked", {})[name] = who.asking.taken()

    def _totals(self, judge: Judge) -> dict[str, dict[str, int]]:
        """Add up what models were asked in all steps, and by the judge at the end."""
        parts = [*(facts.get("asked", {}) for facts in self._history), {} if judge.asking is None else {"judge": judge.asking.taken()}]
        found: dict[str, dict[str, int]] = {}
        for part in parts:
            for name, counted in part.items():
                found[name] = {key: found.get(name, {}).get(key, 0) + value for key, value in counted.items()}
        return found

    def _save(self) -> None:
        self.task.place.mkdir(parents=True, exist_ok=True)
        plain = {"rubrics": self._rubrics, "history": self._history, "seconds": self._spent.seconds}
        write_file(self.task.place / "state.json", json.dumps(plain).encode())
        self._iterates.forget(len(self._history))

    def _load(self) -> None:
        path = self.task.place / "state.json"
        if path.exists():
            plain = json.loads(path.read_text(encoding="utf-8"))
            self._rubrics, self._history, self._spent.seconds = plain["rubrics"], plain["history"], plain["seconds"]


def _rubric(version: Mapping[str, Any]) -> Rubric:
    found = Rubric.read(version["items"])
    assert found is not None, "what was written was within bounds"
    return found


def _rounded(agreed: Agreement) -> dict[str, float]:
    return {name: round(value, 4) for name, value in agreed._asdict().items()}


def _opened(given: Mapping[str, Any], stack: AsyncExitStack) -> ChatModel:
    """Build a model that is closed with the stack."""
    model = ModelSpec.of(given).build()
    stack.push_async_callback(model.close)
    return model
