"""What can be said of things in the made-up world: relations, how they are asked for, and the sentences that state them."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["COMPARISONS", "KINDS", "RELATIONS", "SENTENCES", "Relation"]

KINDS = ("person", "town", "company", "book")
"""Kinds of things that have passages of their own."""


class Relation(NamedTuple):
    """A relation that gives every thing of a kind exactly one object.

    Attributes:
        name: unique among the relations.
        of: kind of the thing.
        to: kind of the object, one of :data:`KINDS`, or ``"year"`` or ``"word"``, from which no further hop leads.
        phrase: the object in words, ``{}`` standing for the thing.
        questions: ways to ask for the object.
        part: in which passage of the thing it stands, 0 or 1.
    """

    name: str
    of: str
    to: str
    phrase: str
    questions: tuple[str, ...]
    part: int = 0


RELATIONS: dict[str, Relation] = {
    relation.name: relation
    for relation in (
        Relation("birthplace", "person", "town", "the town where {} was born", ("In which town was {} born?", "What is the birthplace of {}?")),
        Relation("birth_year", "person", "year", "the birth year of {}", ("In which year was {} born?", "When was {} born?")),
        Relation("occupation", "person", "word", "the occupation of {}", ("What is the occupation of {}?", "What does {} do for a living?")),
        Relation("employer", "person", "company", "the company that {} works for", ("Which company does {} work for?", "Who is the employer of {}?"), 1),
        Relation("teacher", "person", "person", "the teacher of {}", ("Who is the teacher of {}?", "Who taught {}?"), 1),
        Relation("mayor", "town", "person", "the mayor of {}", ("Who is the mayor of {}?", "Who holds the office of mayor in {}?")),
        Relation("river", "town", "word", "the river of {}", ("Which river runs through {}?", "On which river does {} lie?")),
        Relation("region", "town", "word", "the region of {}", ("In which region is {}?", "Which region does {} belong to?")),
        Relation("town_founded", "town", "year", "the founding year of {}", ("In which year was {} founded?", "When was {} founded?")),
        Relation("founder", "company", "person", "the founder of {}", ("Who is the founder of {}?", "Who founded {}?")),
        Relation("seat", "company", "town", "the town where {} has its seat", ("In which town does {} have its seat?", "Where is the seat of {}?")),
        Relation("product", "company", "word", "the product of {}", ("What does {} make?", "What is the product of {}?")),
        Relation("author", "book", "person", "the author of {}", ("Who is the author of {}?", "Who wrote {}?")),
        Relation("publisher", "book", "company", "the publisher of {}", ("Which company is the publisher of {}?", "Who published {}?")),
        Relation("setting", "book", "town", "the town where {} is set", ("In which town is {} set?", "What is the setting of {}?")),
        Relation("published", "book", "year", "the year in which {} came out", ("In which year did {} come out?", "When did {} come out?")),
    )
}

SENTENCES: dict[tuple[str, int], tuple[tuple[str, ...], ...]] = {
    # one sentence after another, in one of several ways; a relation's name in braces stands for its object
    ("person", 0): (
        ("{thing} is known in many places.", "There are several stories about {thing}.", "Few have met {thing}."),
        ("{thing} was born in {birthplace} in {birth_year}.", "The birthplace of {thing} is {birthplace}, and the birth year is {birth_year}."),
        ("{thing} earns a living as {occupation}.", "The occupation of {thing} is that of {occupation}."),
    ),
    ("person", 1): (
        ("The working life of {thing} has been long.", "This is how {thing} came to the trade."),
        ("{thing} works for {employer}.", "The employer of {thing} is {employer}."),
        ("The teacher of {thing} was {teacher}.", "{thing} was taught by {teacher}."),
    ),
    ("town", 0): (
        ("{thing} has a market, a bridge and two inns.", "Travellers speak well of {thing}."),
        ("{thing} lies on the river {river} in the region of {region}.", "The town of {thing} belongs to the region of {region}; its river is the {river}."),
        ("The mayor of {thing} is {mayor}.", "{thing} is governed by {mayor} as its mayor."),
        ("{thing} was founded in {town_founded}.", "The founding year of {thing} is {town_founded}."),
    ),
    ("company", 0): (
        ("{thing} is a name that merchants trust.", "There is a long waiting list at {thing}."),
        ("{thing} makes {product}.", "The product of {thing} is {product}."),
        ("{thing} has its seat in {seat}.", "The seat of {thing} is in {seat}."),
        ("The founder of {thing} is {founder}.", "{thing} was founded by {founder}."),
    ),
    ("book", 0): (
        ("{thing} has been read aloud in many homes.", "Copies of {thing} are hard to find."),
        ("{thing} was written by {author}.", "The author of {thing} is {author}."),
        ("{thing} is set in {setting}.", "The setting of {thing} is {setting}."),
        ("{thing} came out in {published}; its publisher is {publisher}.", "{publisher} published {thing}, which came out in {published}."),
    ),
}
"""By kind of thing and passage. The first sentence says nothing, so that the beginning of a passage does not give its facts away."""

COMPARISONS: dict[str, str] = {
    "birth_year": "Who was born earlier, {} or {}?",
    "town_founded": "Which was founded earlier, {} or {}?",
    "published": "Which came out earlier, {} or {}?",
}
"""Relations by which two things are compared, and how."""
