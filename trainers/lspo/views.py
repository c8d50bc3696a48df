"""What an iteration looks like from above: where its utterances lie, how heard and chosen meanings spread by role and round, how solving went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ...agents.latent import LatentSpace, anonymous
from ...agents.latent.clusters import nearest
from ...arena.record import Episode
from ...arena.report.summary import Curves, DataTable, Dot, Estimate, Scatter
from .preferences import mix
from .reading import spoken
from .solvers import Solution
from .statements import Statement, read_statements

__all__ = ["View", "by_round", "clipped", "entropy", "maps", "principal", "said", "solving", "spreads"]

_WORDS = 70
_MOST_DOTS = 400
_ROUNDS = ("first round", "second round", "later")


@dataclass(frozen=True)
class View:
    """All of one iteration that a report looks at.

    Attributes:
        number: of the iteration, from 1.
        statements, space, solution: what was heard, what it means, and the policy over that.
        episode: a game that the iteration's agent played in all seats.
    """

    number: int
    statements: Sequence[Statement]
    space: LatentSpace
    solution: Solution
    episode: Episode

    @classmethod
    def load(cls, place: Path, number: int, episode: Episode) -> Self:
        """Read an iteration's folder."""
        return cls(number, read_statements(place / "statements.jsonl"), LatentSpace.load(place), Solution.load(place), episode)


def clipped(text: str) -> str:
    """Cut what is too long for a cell or a legend."""
    return text if len(text) <= _WORDS else f"{text[: _WORDS - 3]}..."


def entropy(weights: NDArray[np.float64]) -> float:
    """Give the entropy of what comes this often, in nats; 0 where nothing does."""
    share = weights[weights > 0] / max(float(weights.sum()), 1e-300)
    return float(-(share * np.log(share)).sum()) + 0.0


# -- maps ------------------------------------------------------------------------------------------------------------


def principal(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give points in their first two principal directions, shape (points, 2), and the share of the variance that each of these holds.

    Of a direction the sign is chosen so that the entry of its axis that is largest in size is positive.
    """
    centred = points - points.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    axes, sizes = _two(axes), np.append(sizes, [0.0, 0.0])
    signs = np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])
    total = float(np.square(sizes).sum())
    return centred @ (axes * np.where(signs == 0, 1, signs)[:, None]).T, np.square(sizes[:2]) / (total or 1.0)


def _two(axes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.vstack([axes, np.zeros((max(0, 2 - len(axes)), axes.shape[1]))])[:2]


def maps(view: View) -> Iterator[Scatter]:
    """Draw the utterances of each role, coloured by meaning."""
    space = view.space
    for number, role in enumerate(space.game.speakers):
        heard = Counter(anonymous(said.text, item.seat) for item in view.statements if item.role == role for said in item.candidates)
        texts = list(heard)
        embedded = space.embedder(texts)
        # each utterance counts as often as it was heard
        places, shares = principal(np.repeat(embedded, list(heard.values()), axis=0))
        firsts = np.cumsum([0, *heard.values()])[:-1]
        labels = nearest(embedded, space.centroids[number])
        shown = {text for text, _ in heard.most_common(_MOST_DOTS)}
        groups = []
        for meaning, bank in enumerate(space.banks[number]):
            dots = tuple(
                Dot(float(places[firsts[row], 0]), float(places[firsts[row], 1]), heard[text], text)
                for row, text in enumerate(texts)
                if labels[row] == meaning and text in shown
            )
            groups.append((f"z{meaning}: {clipped(bank[0])}", dots))
        left = f", of which the {_MOST_DOTS} most frequent are drawn" if len(texts) > _MOST_DOTS else ""
        about = f"{len(texts)} different utterances of {heard.total()}{left}; names are left out. In the legend the most typical of each meaning."
        x, y = (f"{place} principal direction, {share:.0%} of the variance" for place, share in zip(("first", "second"), shares, strict=True))
        yield Scatter(f"Iteration {view.number}, {role}", about, x, y, tuple(groups))


# -- by role and round -----------------------------------------------------------------------------------------------


def _tallies(view: View) -> Iterator[tuple[str, int, int, NDArray[np.float64], NDArray[np.float64]]]:
    """Give, for each role and round (numbered from 0) in which it spoke, the turns, how often each meaning was heard, and the policy turn by turn."""
    rounds = [min(item.round, len(_ROUNDS)) - 1 for item in view.statements]
    for role in view.space.game.speakers:
        for number in range(len(_ROUNDS)):
            own = [item for item, place in zip(view.statements, rounds, strict=True) if item.role == role and place == number]
            if own:
                heard = Counter(meaning.number for item in own for meaning in item.meanings(view.space))
                counts = np.array([heard[number] for number in range(view.space.game.count(role))], float)
                yield role, number, len(own), counts, np.stack([mix(view.solution, view.space, item) for item in own])


def by_round(views: Sequence[View]) -> DataTable:
    """Tell how many meanings are in use, and which the policy prefers, by role and round."""
    most = max(max(view.space.game.meanings) for view in views)
    rows = []
    for view in views:
        for role, number, turns, heard, policy in _tallies(view):
            chances = [*policy.mean(axis=0).round(3).tolist(), *[None] * (most - policy.shape[1])]
            mixed = float(np.mean([entropy(row) for row in policy]))
            rows.append((f"{view.number}, {role}, {_ROUNDS[number]}", turns, round(entropy(heard), 3), round(mixed, 3), *chances))
    columns = ("iteration, role, round", "turns", "entropy heard", "entropy of the policy", *(f"policy z{number}" for number in range(most)))
    about = (
        "A speaker's own first, second and later utterances in a game: in Werewolf, the days. Heard: over all candidates, in nats. The policy: means over the "
        "turns of its entropy there and of its chances of the meanings, over all that the role can mean."
    )
    return DataTable("By role and round", about, columns, tuple(rows))


def spreads(views: Sequence[View]) -> tuple[Curves, ...]:
    """Draw the two entropies of each role over the iterations, where there are several."""
    if len(views) < 2:
        return ()
    heard: dict[str, list[tuple[float, Estimate]]] = {}
    chosen: dict[str, list[tuple[float, Estimate]]] = {}
    for view in views:
        tallies = list(_tallies(view))
        for role in dict.fromkeys(row[0] for row in tallies):
            own = [row for row in tallies if row[0] == role]
            counts, policy = np.sum([row[3] for row in own], axis=0), np.vstack([row[4] for row in own])
            heard.setdefault(role, []).append((float(view.number), Estimate(entropy(counts))))
            chosen.setdefault(role, []).append((float(view.number), Estimate(float(np.mean([entropy(row) for row in policy])))))
    shown = (
        ("Entropy of what is heard", "Of the meanings of all candidates: what the model is given to say.", heard),
        ("Entropy of the policy", "Mean over turns to speak: how far the policy mixes meanings.", chosen),
    )
    return tuple(
        Curves(title, about, "iteration", "nats", tuple((role, tuple(points)) for role, points in lines.items()), bounds=None) for title, about, lines in shown
    )


# -- solving, and a game to read ----------------------------------------------------------------------------------------


def solving(views: Sequence[View]) -> tuple[Curves, ...]:
    """Draw how the solver came along in each iteration, a chart for each thing that it kept track of."""
    charts = []
    for view in views:
        lines: dict[str, dict[str, list[tuple[float, Estimate]]]] = {}
        for row in view.solution.trace:
            for name, value in row.items():
                what, _, whose = name.partition(", ")
                if name != "iteration":
                    lines.setdefault(what, {}).setdefault(whose or "all", []).append((float(row["iteration"]), Estimate(value)))
        for what, own in lines.items():
            title = f"{what[:1].upper()}{what[1:]} in solving, iteration {view.number}"
            about = f"The solver's {what}, iteration by iteration of its own."
            charts.append(Curves(title, about, "iteration of the solver", what, tuple((name, tuple(points)) for name, points in own.items()), bounds=None))
    return tuple(charts)


def said(views: Sequence[View]) -> DataTable:
    """List what was said in one game of every iteration."""
    rows = [
        (f"{view.number}, turn {turn + 1}", who, clipped(text), clipped(meaning))
        for view in views
        for turn, _, who, text, meaning in spoken(view.episode, view.space)
    ]
    about = "The iteration's agent in all seats, always on the same deal; the meaning is that of the speaker's role, with its most typical utterance."
    return DataTable("One game of each iteration, what was said", about, ("iteration, turn", "who", "said", "means"), tuple(rows))
