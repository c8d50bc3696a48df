"""From what was heard to a latent space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...agents.latent import Embedder, Intents, LatentSpace, TfIdf, anonymous
from ...agents.latent.clusters import Clusterer, extended, nearest, numbered_alike, refitted
from ...errors import LudensError
from ...games.adapters.latent import NO_ROLE, LatentGame
from ...games.core import Game
from ...games.registry import make
from .config import Config
from .statements import Statement

__all__ = ["latent_space"]

_BANK = 12


def latent_space(game: Game, statements: Sequence[Statement], config: Config, iteration: int, *, before: LatentSpace | None, seed: int) -> LatentSpace:
    """Cluster what each role might have said.

    Args:
        game: in words.
        statements: what was heard, of which all candidates count, said or not.
        config: how many clusters, and how they are found.
        iteration: counted from 1.
        before: the space of the iteration before.
        seed: of the clusters.

    Raises:
        LudensError: a role said nothing.
    """
    roles = game.type.roles or (NO_ROLE,)
    texts = {role: [anonymous(said.text, item.seat) for item in statements if item.role == role for said in item.candidates] for role in roles}
    if silent := [role for role in roles if not texts[role]]:
        raise LudensError(f"{game.made_as}: nothing was heard of {', '.join(silent)}; more games would be right")
    if config.clusters == "intents":
        return _of_intents(game, texts, config, seed)
    keep = before if config.clusters == "extend" else None
    everything = [text for role in roles for text in texts[role]]
    embedder: Embedder = keep.embedder if keep else TfIdf.fit(everything, dimensions=config.dimensions)
    points = [embedder(texts[role]) for role in roles]
    centroids = _centroids(roles, points, config, iteration, keep=keep, seed=seed)
    pool = _Said(everything, np.vstack(points))
    banks, counts = [], []
    for number, (role, own, centres) in enumerate(zip(roles, points, centroids, strict=True)):
        labels, said = nearest(own, centres), _Said(texts[role], own)
        old = keep.banks[number] if keep else ()
        # where a role does not say it, or not any more, it says what was said before, or what others say
        rows = [
            said.nearest(centres, meaning) or (old[meaning] if meaning < len(old) else ()) or pool.nearest(centres, meaning) for meaning in range(len(centres))
        ]
        banks.append(tuple(bank or (said.closest(centres[meaning]),) for meaning, bank in enumerate(rows)))
        counts.append(tuple(int((labels == meaning).sum()) for meaning in range(len(centres))))
    return LatentSpace(_abstract(game, banks, config), embedder, tuple(centroids), tuple(banks), tuple(counts))


def _abstract(game: Game, banks: Sequence[Sequence[Sequence[str]]], config: Config) -> LatentGame:
    """Make the game in the meanings that are put into words by some banks, role by role."""
    words = tuple(tuple(bank[0] for bank in rows) for rows in banks) if config.exemplars else ()
    meanings = [len(rows) for rows in banks]
    abstract = make("latent", of=game.made_as, kwargs=_own(game), meanings=meanings, slots=config.slots, memory=config.memory, words=words)
    assert isinstance(abstract, LatentGame)
    return abstract


def _of_intents(game: Game, texts: Mapping[str, Sequence[str]], config: Config, seed: int) -> LatentSpace:
    """Take fixed intents for meanings, the same for all roles, and templates for their words."""
    intents = Intents.of(game)
    counts = tuple(tuple(map(int, intents(own).sum(axis=0))) for own in texts.values())
    banks = (intents.banks(seed),) * len(texts)
    return LatentSpace(_abstract(game, banks, config), intents, (intents.centroids,) * len(texts), banks, counts)


def _centroids(
    roles: Sequence[str], points: Sequence[NDArray[np.float64]], config: Config, iteration: int, *, keep: LatentSpace | None, seed: int
) -> list[NDArray[np.float64]]:
    """Find each role's clusters, or one set of them for all."""
    clusterer: Clusterer = extended if config.clusters == "extend" else refitted
    old = keep.centroids if keep else [None] * len(roles)
    counts = [config.count(role, iteration) for role in roles]
    if config.shared:
        return [clusterer(np.vstack(points), max(counts), old[0], seed)] * len(roles)
    found = [clusterer(own, count, was, seed) for own, count, was in zip(points, counts, old, strict=True)]
    return found if keep else numbered_alike(found)


class _Said:
    """Utterances without names, and where they lie."""

    def __init__(self, texts: Sequence[str], points: NDArray[np.float64]) -> None:
        self._texts, self._points = texts, points

    def nearest(self, centres: NDArray[np.float64], meaning: int) -> tuple[str, ...]:
        """Give some that mean this, the most typical first; there may be none."""
        rows = np.flatnonzero(nearest(self._points, centres) == meaning)
        away = np.square(self._points[rows] - centres[meaning]).sum(axis=1)
        return tuple(dict.fromkeys(self._texts[rows[place]] for place in np.argsort(away, kind="stable")))[:_BANK]

    def closest(self, centre: NDArray[np.float64]) -> str:
        """Give the one that lies closest to a place, whatever it means."""
        return self._texts[int(np.square(self._points - centre).sum(axis=1).argmin())]


def _own(game: Game) -> dict[str, object]:
    """The parameters that are not what the id stands for."""
    usual = make(game.made_as).params
    return {name: value for name, value in game.params.items() if usual.get(name) != value}
