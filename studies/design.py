"""The design of a study: cells, replicates, seeds, and how nuisance factors are spread over the replicates.

A *cell* is a combination of levels of treatments and blocks. ``design=full`` has all of them; ``fractional`` takes, of the treatments with two levels, the
smallest regular fraction of the wanted resolution that pyDOE3's search finds (``fracfact_opt``), and crosses it with the rest. Every subject plays every cell,
``replicates`` episodes each: subjects are blocks.

Nuisance factors (wordings, orders, scenarios) do not multiply the sample. Where their combinations are no more than the replicates they are *crossed*: each
combination occurs equally often, or once more. Where they are more they are *counterbalanced*: as many combinations as there are replicates, in which each
level occurs equally often, or once more, and each pair of levels as equally as swaps can make it. Either way a replicate has the same combination in all cells,
so nuisance factors are balanced over treatments exactly. With ``seeds=paired`` it also has the same seed: what chance deals does not differ between treatments.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..arena.seeds import child_rng, child_seed
from ..errors import MissingExtra, ParameterError
from .spec import Factor, Level, Study

__all__ = ["Cell", "Design", "Replicate", "design_of", "label_of", "level_word"]

_MOST_CELLS = 4096
_SWEEPS = 10
_STARTS = 20
_ATTEMPTS = 20_000


class Cell(NamedTuple):
    """A combination of levels of treatments and blocks."""

    label: str
    levels: dict[str, Level]


class Replicate(NamedTuple):
    """One repeat of every cell: its number from 1, and the levels of the nuisance factors that it has in all of them."""

    number: int
    levels: dict[str, Level]


@dataclass(frozen=True)
class Design:
    """What is played, but for who plays it.

    Attributes:
        cells, replicates: every subject plays each cell in each replicate.
        notes: how it was made, in sentences.
        aliases: of a fractional design, effects up to pairs that cannot be told apart: ``"a = b:c"``.
        seed: of the study.
        paired: cells of a replicate share their seed.
    """

    cells: tuple[Cell, ...]
    replicates: tuple[Replicate, ...]
    notes: tuple[str, ...]
    aliases: tuple[str, ...]
    seed: int
    paired: bool

    @property
    def episodes(self) -> int:
        """Episodes of one subject."""
        return len(self.cells) * len(self.replicates)

    def seed_of(self, cell: Cell, replicate: Replicate, subject: str) -> int:
        """Give the seed of an episode; ``subject`` tells apart those who do not share it."""
        path = (replicate.number,) if self.paired else (replicate.number, cell.label, subject)
        return child_seed(self.seed, "replicate", *path)


def design_of(study: Study) -> Design:
    """Make the design of a study.

    Raises:
        ParameterError: there is no such fraction, or there are too many cells.
        MissingExtra: a fraction is wanted and pyDOE3 is not installed.
    """
    fixed = [factor for factor in study.factors if factor.role != "nuisance"]
    nuisance = [factor for factor in study.factors if factor.role == "nuisance"]
    notes: list[str] = []
    aliases: tuple[str, ...] = ()
    if study.design == "fractional":
        rows, aliases, note = _fraction(study, fixed)
        notes.append(note)
    else:
        count = math.prod(len(factor.levels) for factor in fixed)
        if count > _MOST_CELLS:
            raise ParameterError(f"study {study.name}: {count} cells are too many ({_MOST_CELLS} at most); use design: fractional, or make factors nuisance")
        rows = [dict(zip((factor.name for factor in fixed), levels, strict=True)) for levels in itertools.product(*(factor.levels for factor in fixed))]
        notes.append(f"Full factorial of {_listed(fixed)}: {count} cells." if fixed else "One cell: nothing but nuisance factors varies.")
    cells = tuple(Cell(label_of(levels) or "all", levels) for levels in rows)
    replicates, said = _replicates(study, nuisance)
    notes += said
    if study.seeds == "paired":
        notes.append("The same replicate has the same seed in every cell and for every subject: treatments are compared under the same chance.")
    else:
        notes.append("Every episode has a seed of its own.")
    return Design(cells, replicates, tuple(notes), aliases, study.seed, study.seeds == "paired")


def label_of(levels: dict[str, Level]) -> str:
    """Write a combination of levels: ``"persona=strong, informed=true"``."""
    return ", ".join(f"{name}={level_word(level)}" for name, level in levels.items())


def level_word(level: Level) -> str:
    """Write a level as YAML does."""
    return {True: "true", False: "false"}[level] if isinstance(level, bool) else "null" if level is None else str(level)


def _listed(factors: Sequence[Factor]) -> str:
    return ", ".join(f"{factor.name} ({len(factor.levels)})" for factor in factors)


# -- fractions -------------------------------------------------------------------------------------------------------


def _fraction(study: Study, fixed: Sequence[Factor]) -> tuple[list[dict[str, Level]], tuple[str, ...], str]:
    two = [factor for factor in fixed if factor.role == "treatment" and len(factor.levels) == 2]
    rest = [factor for factor in fixed if factor not in two]
    runs, aliases, resolution = _regular(study, [factor.name for factor in two])
    rows = []
    for other in itertools.product(*(factor.levels for factor in rest)):
        for run in runs:
            levels = {factor.name: factor.levels[int(sign)] for factor, sign in zip(two, run, strict=True)}
            levels |= dict(zip((factor.name for factor in rest), other, strict=True))
            rows.append({factor.name: levels[factor.name] for factor in fixed})
    of_rest = f", crossed with {_listed(rest)}" if rest else ""
    note = f"Fractional factorial of resolution {resolution}: {len(runs)} of {2 ** len(two)} combinations of {', '.join(f.name for f in two)}{of_rest}."
    return rows, aliases, note


def _regular(study: Study, names: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...], int]:
    """Find the smallest regular fraction of the wanted resolution: runs of 0 and 1, what is aliased, and its resolution."""
    try:
        from pyDOE3 import fracfact, fracfact_opt
    except ImportError as problem:
        raise MissingExtra("a fractional design", "analysis") from problem
    count = len(names)
    if count > 12:
        raise ParameterError(f"study {study.name}: a fraction of {count} factors with two levels is not searched for; 12 are the most")
    for erased in range(count - 2, 0, -1):
        try:
            generator, alias_map, _ = fracfact_opt(count, erased, max_attempts=_ATTEMPTS)
        except ValueError:
            continue
        resolution = min(len(set(one) ^ set(two)) for line in alias_map for one, two in itertools.combinations(line.split(" = "), 2))
        if resolution >= study.resolution:
            return (fracfact(generator) > 0).astype(int), _aliases(alias_map, names), resolution
    raise ParameterError(
        f"study {study.name}: {count} factors with two levels have no fraction of resolution {study.resolution}; lower the resolution, or use design: full"
    )


def _aliases(alias_map: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Write the aliases among single factors and pairs by the factors' names."""
    by_letter = dict(zip("abcdefghijklmnopqrstuvwxyz", names, strict=False))
    found = []
    for line in alias_map:
        short = sorted((word for word in line.split(" = ") if len(word) <= 2), key=lambda word: (len(word), word))
        if len(short) > 1:
            found.append(" = ".join(":".join(by_letter[letter] for letter in word) for word in short))
    return tuple(found)


# -- nuisance factors ------------------------------------------------------------------------------------------------


def _replicates(study: Study, nuisance: Sequence[Factor]) -> tuple[tuple[Replicate, ...], list[str]]:
    count = study.replicates
    if not nuisance:
        return tuple(Replicate(number, {}) for number in range(1, count + 1)), []
    sizes = [len(factor.levels) for factor in nuisance]
    combinations = math.prod(sizes)
    rng = child_rng(study.seed, "nuisance")
    if combinations <= count:
        whole = np.array(list(itertools.product(*map(range, sizes))))
        picked = np.concatenate([rng.permutation(whole) for _ in range(math.ceil(count / combinations))])[:count]
        often, rest = divmod(count, combinations)
        times = f"{often} times" if not rest else f"{often} or {often + 1} times"
        note = f"Nuisance factors {_listed(nuisance)} are crossed: each of their {combinations} combinations occurs {times} in every cell."
    else:
        picked = _balanced(sizes, count, rng)
        for _ in range(_STARTS):
            # levelling pairs can make two replicates the same; another start seldom does
            if _different(picked) == count:
                break
            picked = max(picked, _balanced(sizes, count, rng), key=_different)
        note = (
            f"Nuisance factors {_listed(nuisance)} are counterbalanced: {_different(picked)} of their {combinations} combinations, each level equally often "
            "(as nearly as the count allows), the same ones in every cell."
        )
    levels = [{factor.name: factor.levels[index] for factor, index in zip(nuisance, row, strict=True)} for row in picked.tolist()]
    return tuple(Replicate(number, one) for number, one in enumerate(levels, 1)), [note]


def _balanced(sizes: Sequence[int], count: int, rng: np.random.Generator) -> np.ndarray:
    """Choose ``count`` combinations (rows of level numbers): levels occur equally often, or once more, pairs of them as equally as swaps can make it."""
    columns = [rng.permutation(np.resize(rng.permutation(size), count)) for size in sizes]
    pairs = {(i, j): _counted(columns[i], columns[j], (sizes[i], sizes[j])) for i, j in itertools.permutations(range(len(sizes)), 2)}
    for _ in range(_SWEEPS):
        swapped = False
        for i, row in itertools.product(range(len(sizes)), range(count)):
            gain = np.zeros(count)
            for j in range(len(sizes)):
                if j != i:
                    # swapping two rows of a column moves two pairs of levels to two others; what falls is the sum of squared counts
                    x, y, n = columns[i], columns[j], pairs[i, j]
                    moved = (x != x[row]) & (y != y[row])
                    gain += sizes[i] * sizes[j] * moved * (n[x[row], y[row]] + n[x, y] - n[x, y[row]] - n[x[row], y] - 2)
            other = int(gain.argmax())
            if gain[other] > 0:
                columns[i][[row, other]] = columns[i][[other, row]]
                for j in range(len(sizes)):
                    if j != i:
                        pairs[i, j] = _counted(columns[i], columns[j], (sizes[i], sizes[j]))
                        pairs[j, i] = pairs[i, j].T
                swapped = True
        if not swapped:
            break
    return np.column_stack(columns)


def _different(rows: np.ndarray) -> int:
    return len(np.unique(rows, axis=0))


def _counted(one: np.ndarray, other: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    return np.bincount(one * shape[1] + other, minlength=shape[0] * shape[1]).reshape(shape)
