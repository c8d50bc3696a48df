"""Which of two things that might be said is the better one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...agents.latent import LatentSpace
from ...games.adapters.latent import Meaning
from .config import Config
from .solvers import Solution
from .statements import Statement

__all__ = ["BUILDERS", "Judged", "Pair", "PreferenceBuilder", "judge", "mix"]

_LEAST_CHANCE = 1e-3
_LEAST_SPREAD = 0.01


class Judged(NamedTuple):
    """A turn to speak, judged by a policy.

    Attributes:
        statement: the turn.
        meanings: of its candidates.
        advantages: theirs, in the standard deviations of the role's.
        chances: of their meanings under the policy.
    """

    statement: Statement
    meanings: tuple[Meaning, ...]
    advantages: NDArray[np.float64]
    chances: NDArray[np.float64]


class Pair(NamedTuple):
    """Two candidates of one turn.

    Attributes:
        statement: the turn.
        first, second: numbers of the candidates.
        preference: P(first > second).
        gap: by how much the first's advantage is larger.
    """

    statement: Statement
    first: int
    second: int
    preference: float
    gap: float


PreferenceBuilder = Callable[[Sequence[Judged], Config], list[Pair]]
"""Makes pairs of judged turns."""


def judge(statements: Sequence[Statement], space: LatentSpace, solution: Solution) -> list[Judged]:
    """Ask a solution what every candidate is worth.

    The larger advantage is the better one: the paper's words ("lower regret is preferred") mean by regret what would be lost, its formula what would be won.
    """
    rows = []
    for statement in statements:
        features = statement.features(space)
        meanings = tuple(statement.meanings(space))
        worth, chances = solution.worth(statement.role, statement.seat, features), _chances(solution, space, statement, features)
        places = [_places(solution, space, meaning, said.choice) for meaning, said in zip(meanings, statement.candidates, strict=True)]
        advantages = np.array([float(worth[place].mean()) for place in places])
        rows.append(Judged(statement, meanings, advantages, np.array([float(chances[place].sum()) for place in places])))
    by_role: dict[str, list[float]] = {}
    for row in rows:
        by_role.setdefault(row.statement.role, []).extend((row.advantages - row.advantages.mean()).tolist())
    # advantages that are all the same but for what a solver leaves over are not blown up
    least = _LEAST_SPREAD * (space.game.type.payoff_high - space.game.type.payoff_low)
    scale = {role: max(float(np.std(found)), least) for role, found in by_role.items()}
    return [row._replace(advantages=row.advantages / scale[row.statement.role]) for row in rows]


def mix(solution: Solution, space: LatentSpace, statement: Statement) -> NDArray[np.float64]:
    """Give the policy's chance of each of the speaker's meanings, whomever they name: shape (meanings of the role,)."""
    chances, out = _chances(solution, space, statement, statement.features(space)), np.zeros(space.game.count(statement.role))
    for value, chance in zip(solution.policy.actions.choices, chances, strict=True):
        if chance > 0 and (meaning := space.game.said(value)) is not None:
            out[meaning.number] += chance
    return out


def _places(solution: Solution, space: LatentSpace, meaning: Meaning, choice: object) -> NDArray[np.int64]:
    """Number the policy's choices that say this, and do what is done with it where there are such."""
    holding = [place for place, value in enumerate(solution.policy.actions.choices) if space.game.said(value) == meaning]
    values = solution.policy.actions.choices
    same = [place for place in holding if isinstance(values[place], dict) and _without_say(values[place]) in (choice, {"choice": choice})]
    return np.array(same or holding, np.int64)


def _without_say(value: dict[str, object]) -> dict[str, object]:
    return {name: item for name, item in value.items() if name != "say"}


def _chances(solution: Solution, space: LatentSpace, statement: Statement, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Give the policy's chances among all choices in which the speaker says something that its role can say."""
    import torch

    policy = solution.policy
    with torch.inference_mode():
        logits = policy.module(torch.from_numpy(features)[None])[0].double().numpy()
    said = [space.game.said(value) for value in policy.actions.choices]
    count = space.game.count(statement.role)
    mask = np.array([meaning is not None and meaning.number < count and meaning.about != statement.seat for meaning in said])
    chances = np.where(mask, np.exp(logits - logits[mask].max()), 0.0)
    return np.asarray(chances / chances.sum())


def larger(judged: Sequence[Judged], config: Config) -> list[Pair]:
    """Prefer the candidate whose meaning has the larger advantage, wherever two differ by enough."""
    pairs = []
    for row in judged:
        order = np.argsort(-row.advantages, kind="stable")
        for place, first in enumerate(order):
            for second in order[place + 1 :]:
                gap = float(row.advantages[first] - row.advantages[second])
                if row.meanings[first] != row.meanings[second] and gap >= config.gap and gap > 0:
                    pairs.append(Pair(row.statement, int(first), int(second), 1.0, gap))
    return pairs


def mixing(judged: Sequence[Judged], config: Config) -> list[Pair]:
    """Label pairs so that the optimum of DPO says each meaning as often as the policy chooses it.

    With r(y) = beta log(s(z(y)) / p(z(y))), s the policy's chance of y's meaning and p the model's own, the optimum p exp(r/beta) has the marginals s and
    keeps the model's wording within a meaning; a label is sigmoid(r(y1) - r(y2)). Pairs of best against worst would end in one meaning, where a policy that
    must not be seen through mixes several. p is what was heard of the role, one added to each count.
    """
    heard: dict[str, Counter[Meaning]] = {}
    for row in judged:
        heard.setdefault(row.statement.role, Counter()).update(row.meanings)
    pairs = []
    for row in judged:
        counts = heard[row.statement.role]
        total = counts.total() + len(counts)
        own = np.array([(counts[meaning] + 1) / total for meaning in row.meanings])
        reward = config.temperature * np.log(np.maximum(row.chances, _LEAST_CHANCE) / own)
        for first in range(len(row.meanings)):
            for second in range(first + 1, len(row.meanings)):
                if row.meanings[first] != row.meanings[second]:
                    difference = float(reward[first] - reward[second])
                    one, other = (first, second) if difference >= 0 else (second, first)
                    pairs.append(Pair(row.statement, one, other, float(1 / (1 + np.exp(-abs(difference)))), abs(difference)))
    return pairs


BUILDERS: dict[str, PreferenceBuilder] = {"larger": larger, "mixing": mixing}
