"""A made-up world: people, towns, companies and books, each with one object to every relation, and the passages that tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .names import SPLITS, Names, Split
from .relations import KINDS, RELATIONS, SENTENCES

__all__ = ["Knowledge", "Passage", "Thing", "knowledge"]

_SHARES = {"person": 0.4, "town": 0.2, "company": 0.17}
_OCCUPATIONS = (
    "a painter",
    "a baker",
    "a carpenter",
    "a judge",
    "a physician",
    "a sailor",
    "a weaver",
    "a clockmaker",
    "a teacher",
    "a gardener",
    "a potter",
    "an engraver",
)
_PRODUCTS = ("bells", "lamps", "ropes", "saddles", "barrels", "lenses", "kites", "gloves", "candles", "anchors", "ovens", "violins")
_FIRMS = ("Works", "Brothers", "Workshop", "Company", "House")
_BOOKS = ("The Road to {}", "The Last Winter of {}", "A Garden in {}", "The Keeper of {}", "Letters from {}", "The Bells of {}")
_DISTRACTORS = (
    "The family name {surname} is found in several towns, among them {town}.",
    "A road leads from {town} to the coast; it is closed in winter.",
    "In {town} there is a dish of beans and plums that visitors remember.",
    "A song about the river {river} names {town} and no other town.",
    "Somebody called {given} is said to have walked from {town} to the mountains.",
    "A catalogue lists three things made in {town}, none of which is sold any more.",
)


class Passage(NamedTuple):
    """One entry of a library."""

    title: str
    text: str

    @property
    def whole(self) -> str:
        """Title and text."""
        return f"{self.title}: {self.text}"


class Thing(NamedTuple):
    """One thing of the world.

    Attributes:
        name: how it is called.
        kind: one of :data:`~ludens.games.retrieval.relations.KINDS`.
        objects: by relation, the number of a thing, or a word or year.
        passages: numbers of its passages, part by part.
    """

    name: str
    kind: str
    objects: dict[str, int | str]
    passages: tuple[int, ...]


class Knowledge(NamedTuple):
    """The whole of it.

    Attributes:
        things: all things.
        passages: all passages, distractors among them.
    """

    things: tuple[Thing, ...]
    passages: tuple[Passage, ...]

    def of(self, kind: str) -> list[int]:
        """List the numbers of the things of a kind."""
        return [number for number, thing in enumerate(self.things) if thing.kind == kind]

    def said(self, given: int | str) -> str:
        """Name an object."""
        return given if isinstance(given, str) else self.things[given].name


@lru_cache(maxsize=8)
def knowledge(seed: int, split: Split, things: int, distractors: int) -> Knowledge:
    """Make the world of a split.

    Args:
        seed: of the world; another one for every split follows from it.
        split: which split; its names occur in no other one.
        things: how many there are.
        distractors: passages that share names with others and answer nothing.
    """
    rng = np.random.default_rng([seed, SPLITS.index(split)])
    names = Names(split, rng)
    counts = {kind: round(things * share) for kind, share in _SHARES.items()}
    counts["book"] = things - sum(counts.values())
    surnames, given = names.words(max(2, counts["person"] // 3)), names.words(max(2, counts["person"] // 2), 2)
    called = {
        "person": _people(rng, given, surnames, counts["person"]),
        "town": names.words(counts["town"]),
        "company": [f"{word} {_pick(rng, _FIRMS)}" for word in names.words(counts["company"])],
        "book": [_pick(rng, _BOOKS).format(word) for word in names.words(counts["book"])],
    }
    waters, regions = names.words(max(2, counts["town"] // 2)), names.words(max(2, counts["town"] // 4))
    kinds = [kind for kind in KINDS for _ in range(counts[kind])]
    first = {kind: kinds.index(kind) for kind in KINDS}
    listed = [name for kind in KINDS for name in called[kind]]
    words: dict[str, Sequence[str]] = {"occupation": _OCCUPATIONS, "product": _PRODUCTS, "river": waters, "region": regions}
    objects = [_objects(rng, number, kind, first=first, counts=counts, words=words) for number, kind in enumerate(kinds)]
    texts: list[tuple[int, int, Passage]] = []
    for number, kind in enumerate(kinds):
        for part in (part for of, part in SENTENCES if of == kind):
            texts.append((number, part, _passage(rng, listed, number, part, kind=kind, objects=objects[number])))
    loose = [_distractor(rng, called["town"], surnames, given, waters) for _ in range(distractors)]
    # the order of a library tells nothing
    order = rng.permutation(len(texts) + len(loose))
    place = np.argsort(order)
    whole = [*(passage for _, _, passage in texts), *loose]
    where: list[list[int]] = [[] for _ in kinds]
    for row, (number, _, _) in enumerate(texts):
        where[number].append(int(place[row]))
    known = tuple(Thing(listed[number], kind, objects[number], tuple(where[number])) for number, kind in enumerate(kinds))
    return Knowledge(known, tuple(whole[row] for row in order.tolist()))


def _pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]


def _people(rng: np.random.Generator, given: list[str], surnames: list[str], count: int) -> list[str]:
    """Draw full names, all different, that share their parts with others."""
    pairs = rng.permutation(len(given) * len(surnames))[:count].tolist()
    return [f"{given[pair % len(given)]} {surnames[pair // len(given)]}" for pair in pairs]


def _objects(
    rng: np.random.Generator, number: int, kind: str, *, first: dict[str, int], counts: dict[str, int], words: dict[str, Sequence[str]]
) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for relation in RELATIONS.values():
        if relation.of != kind:
            continue
        if relation.to == "year":
            found[relation.name] = str(int(rng.integers(1500, 1900)))
        elif relation.to == "word":
            found[relation.name] = _pick(rng, words[relation.name])
        else:
            # nobody teaches oneself
            drawn = int(rng.integers(counts[relation.to] - (relation.to == kind)))
            found[relation.name] = first[relation.to] + drawn + (relation.to == kind and first[kind] + drawn >= number)
    return found


def _passage(rng: np.random.Generator, names: list[str], number: int, part: int, *, kind: str, objects: dict[str, int | str]) -> Passage:
    said = {name: given if isinstance(given, str) else names[given] for name, given in objects.items()}
    sentences = [_pick(rng, ways).format(thing=names[number], **said) for ways in SENTENCES[kind, part]]
    return Passage(names[number] + (" (work)" if part else ""), " ".join(sentences))


def _distractor(rng: np.random.Generator, towns: list[str], surnames: list[str], given: list[str], rivers: list[str]) -> Passage:
    town = _pick(rng, towns)
    text = _pick(rng, _DISTRACTORS).format(town=town, surname=_pick(rng, surnames), given=_pick(rng, given), river=_pick(rng, rivers))
    return Passage(f"Around {town}", text)
