"""Understanding the made-up library: what a question asks for, and what a passage says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from ....games.retrieval.relations import COMPARISONS, RELATIONS, SENTENCES, Relation

__all__ = ["Need", "Plan", "fact", "plan_of", "title_of"]


class Plan(NamedTuple):
    """What a question asks for.

    Attributes:
        things: where its chains begin: one thing, or two to be compared.
        hops: relations in the order in which they are followed.
    """

    things: tuple[str, ...]
    hops: tuple[Relation, ...]

    def follow(self, texts: Mapping[str, str]) -> tuple[list[list[str]], Need | None]:
        """Follow the chains as far as what was read tells.

        Args:
            texts: passages by title.

        Returns:
            For each chain what was come to, hop by hop, and what must be read next; None when nothing must.
        """
        found: list[list[str]] = []
        for thing in self.things:
            found.append([thing])
            for relation in self.hops:
                thing_now = found[-1][-1]
                said = fact(relation, thing_now, texts.get(title_of(relation, thing_now), ""))
                if said is None:
                    return found, Need(thing_now, relation)
                found[-1].append(said)
        return found, None


class Need(NamedTuple):
    """What must be read next: what stands to a thing in a relation."""

    thing: str
    relation: Relation

    @property
    def title(self) -> str:
        """Of the passage in which it stands."""
        return title_of(self.relation, self.thing)

    @property
    def query(self) -> str:
        """Words that find it."""
        return self.relation.phrase.format(self.thing)


def title_of(relation: Relation, thing: str) -> str:
    """Name the passage in which a relation of a thing stands."""
    return f"{thing} (work)" if relation.part else thing


@lru_cache(maxsize=4096)
def plan_of(question: str) -> Plan | None:
    """Understand a question; None where it is none of the made-up library's."""
    for name, form in COMPARISONS.items():
        if match := _hole(form).fullmatch(question):
            return Plan((match[1], match[2]), (RELATIONS[name],))
    for relation in RELATIONS.values():
        for form in relation.questions:
            if match := _hole(form).fullmatch(question):
                thing, hops = _peeled(match[1])
                if not hops or hops[-1].to == relation.of:
                    return Plan((thing,), (*hops, relation))
    return None


def _peeled(phrase: str) -> tuple[str, list[Relation]]:
    """Take the relations off a phrase, the innermost first."""
    for relation in RELATIONS.values():
        if match := _hole(relation.phrase).fullmatch(phrase):
            thing, hops = _peeled(match[1])
            return thing, [*hops, relation]
    return phrase, []


@lru_cache(maxsize=256)
def _hole(form: str) -> re.Pattern[str]:
    return re.compile(re.escape(form).replace(r"\{\}", "(.+)"))


def fact(relation: Relation, thing: str, text: str) -> str | None:
    """Read what stands to a thing in a relation out of its passage; None where it does not say."""
    for ways in SENTENCES[relation.of, relation.part]:
        for way in ways:
            if f"{{{relation.name}}}" in way and (match := _sentence(way, relation.name, thing).search(text)):
                said = match[1].strip()
                return said.removeprefix("an ").removeprefix("a ") if relation.name == "occupation" else said
    return None


@lru_cache(maxsize=4096)
def _sentence(way: str, name: str, thing: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", way)
    said = [
        re.escape(part) if not place % 2 else re.escape(thing) if part == "thing" else "([^.;]+)" if part == name else "[^.;]+"
        for place, part in enumerate(parts)
    ]
    return re.compile("".join(said))
