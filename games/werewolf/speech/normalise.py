"""Free text of any kind, brought to the few forms that the table of patterns reads.

A seat becomes ``@3``, several ones ``@1+4``, a role ``$seer``; contractions are written out, adverbs that change nothing fall away, and pronouns that
follow the name of a seat become that seat.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from .acts import WEREWOLF

__all__ = ["MOST_CHARS", "NO_SEAT", "Clause", "clauses", "night_of"]

MOST_CHARS = 4000
"""So much of a text is read."""
NO_SEAT = "no_such_seat"
"""Stands for a seat that the game does not have."""
MOST_SENTENCE = 400
"""Longer sentences are cut, so that no pattern can take long."""

_SEAT = re.compile(r"(?<![a-z0-9])#?(?:(?:player|seat) ?(?:number |no\.? ?)?[_# -]?|p[_ ]?|#)(\d{1,2})(?![a-z0-9])")
_BARE_SEAT = re.compile(
    r"\b((?:vote|voting|votes|lynch|exile|eliminate|suspect|checked|peeked|protected|trust)(?: for| out| against)? )(\d{1,2})(?= ?(?:$|[.,!?]| and))"
)
_LIST = re.compile(r"@[\d+]+(?:(?:, ?@\d+)*,? ?(?:and|or|&|plus|/|\+) ?@\d+)+(?!'s| (?:is|was|has|seems|looks|needs|should|will)\b)")

_WORDS = (
    (r"(?<=[a-z])n't\b|(?<=\b(?:do|is))nt\b|(?<=\b(?:are|did|was|can|has))nt\b", " not"),
    (r"\bwo not\b", "will not"),
    (r"\bca not\b|\bcannot\b|\bcant\b", "can not"),
    (r"\bi'?m\b", "i am"),
    (r"\b(i|we|they|you)'?ve\b", r"\1 have"),
    (r"\b(i|we|they|you|he|she)'d\b", r"\1 would"),
    (r"\b(i|we|they|you|he|she|it)'ll\b", r"\1 will"),
    (r"\b(we|you|they)'re\b|\b(you|they)re\b", r"\1\2 are"),
    (r"\b(he|she|it|that|there|who|what|here)'s\b", r"\1 is"),
    (r"\blet'?s\b", "let us"),
    (r"\bone of the villagers\b", "a villager"),
    (r"\b(?:gonna|going to)\b", "will"),
    (r"\bwill go with\b", "go with"),
    (r"\btown ?-?read", "town read"),
    (r"\b(?:wolf|scum) ?-?read", "wolf read"),
    (
        (
            r"(@\d+)'s (?=(?:an?|the|not|no|so|too|very|been|lying|definitely|clearly|obviously|probably|just|our|acting|being|sus\w*"
            r"|right|wrong|innocent|clean)\b)"
        ),
        r"\1 is ",
    ),
    (r"(?:^|(?<=[.!?:\n] ))(?:(?:ok|okay|um|er|hmm|nah|yeah),? |(?:well|listen|look|yes|no), )", ""),
    (
        (
            r"\bif (?:you ask me|that is all right|i may(?: say so)?|nobody minds|you do not mind),? ?|\bif i (?:had|have) to (?:guess"
            r"|choose|pick|say),? ?|\bin my (?:eyes|opinion|view),? ?|\bto be (?:fair|honest|frank),? ?|\bimo\b"
        ),
        "",
    ),
    (
        (
            r"\b(?:on|for|with) (?:the )?(?:side of (?:the )?(?:village(?:rs)?|town)|villag(?:e|ers?)'?s?(?: (?:side|team))?"
            r"|town'?s?(?: (?:side|team))?|good (?:side|team))"
            r"(?![a-z ]*\$)|\bon (?:our|your) (?:side|team)\b|\b(?:village|villager|town)[- ](?:aligned|sided)\b"
        ),
        "innocent",
    ),
)
_ADVERBS = re.compile(
    r"\b(?:really|very|so(?! (?:i|we|my|let|please|too)\b| @)|too|definitely|almost certainly|probably|certainly|clearly|obviously"
    r"|(?:most )?likely|just|simply|truly|actually|honestly|surely"
    r"|perhaps|maybe|totally|completely|fully|quite|rather|pretty|a bit|a little|kind of|sort of|somewhat|still|also|indeed"
    r"|for sure|absolutely|strongly"
    r"|highly|extremely|awfully|far|in fact|basically|even|only|always|suddenly|again|seriously|super|now|please|here(?= (?:is|,))"
    r"|for a second) (?!one\b)"
)
_TIMES = re.compile(
    r"(?:,? ?\b(?:(?:on|in|during|from) )?(?:(?:the )?(?:last|first|second|third|previous) night|(?:the )?night ?\d+|n\d)(?:'s)?"
    r"|,? ?\b(?:at night|in the night|today|tonight|yesterday|this (?:round|day|time)|right now|for now|every night|each night"
    r"|on day (?:\d|one|two)))\b"
)
_NIGHT = re.compile(r"\b(?:night ?|n)(\d{1,2})\b|\b(first|second|third) night\b")
_ORDER = {"first": 1, "second": 2, "third": 3}

_ROLE_WORDS = {
    "villager": r"villager|townie|townsperson|civilian|vt|vanilla",
    WEREWOLF: r"were-?wolf|wolf|ww|scum|lycan|mafia",
    "seer": r"seer|prophet|fortune[ -]teller|oracle|detective",
    "doctor": r"doctor|doc|healer|medic",
    "bodyguard": r"body-? ?guard|guardian",
    "witch": r"witch",
    "hunter": r"hunter",
    "medium": r"medium|psychic|shaman|necromancer",
    "possessed": r"possessed|madman",
    "minion": r"minion",
}
_WOLVES = re.compile(r"\b(?:were-?wolves|wolves|(?:were-?)?wolf ?(?:team|pack|side))\b")
_WOLFISH = re.compile(r"\b(?:were-?wolf|wolf)[- ]?(?:y|ish|like)\b|\b(?:were)?wolf (?=(?:behavio|vibe|play|move|tactic|strateg|energy))")

_NOT_IS = r"\1 is not"
_NEGATIONS = (
    (
        (
            r"\bnot (?:(?:think|believe|feel|suspect|imagine|say|agree|buy|convinced|sure|see)(?: that| how| why)? )(?:it is "
            r"|its )?(@[\d+]+)(?: (?:is|was|can be|could be|would be)| as)?(?= (?:an?|the|one|any|right|guilty|suspicious|our|lying|evil"
            r"|\$))"
        ),
        _NOT_IS,
    ),
    (r"\b(?:doubt|no way|unlikely|hard to believe|impossible|not believe|not true)(?: that)? (@[\d+]+) (?:is|was|can be|could be)", _NOT_IS),
    (r"(@[\d+]+) (?:can|could|would) not (?:possibly )?be\b", _NOT_IS),
    (r"(@[\d+]+) (?:is|was) (?:[a-z]+ )?(?:never|no|hardly|unlikely to be|far from)(?: been)? (?=an? |the |\$)", _NOT_IS + " "),
)
_VERBS = (
    (r"(@[\d+]+) (?:does|do) not (?:seem|look|sound|feel|appear|strike me|come across)(?: to be)?(?: like| as)?", _NOT_IS),
    (r"(@[\d+]+) (?:are|am)\b", r"\1 is"),
    (r"(@[\d+]+) were\b", r"\1 was"),
    (r"(@[\d+]+) have\b", r"\1 has"),
    (r"(@[\d+]+) do\b", r"\1 does"),
)

_SENTENCE = re.compile(r"[.!;\n]+|\?[?!]*")
_CLAUSE = re.compile(
    r",? (?=(?:but|yet|although|though|however|because|while)\b)|,? (?:-|and|so),? (?=(?:i|we|my|let us|please)\b)|,? - "
    r"|, (?=(?:i (?:am|do|think|would|will|suspect|believe|vote|trust|say)|let us|we should|my)\b)"
)
_CONTRAST = re.compile(r",? (?=(?:but|yet|although|though|however)\b)")
_SUPPOSED = re.compile(r"\b(?:if|unless|suppose|imagine|assume|assuming|hypothetically)\b[^,@$]*[@$]")
_MENTION = re.compile(
    r"@[\d+]+|\b(?:wolves|everyone|everybody|villagers|people|others|he|him|she|they|them|his|their|her|hers|theirs|you|your"
    r"|yourself)\b"
)
_MANY = frozenset({"wolves", "everyone", "everybody", "villagers", "people", "others"})
_CALLED = re.compile(r"(?:^|^\w+ |[,:] )(@[\d+]+) ?[,:]|, (@[\d+]+)$")
_OWNED = re.compile(r" (?:vot|stor|claim|silence|behavio|word|argument|reason|logic|point|accus|suggest|statement|explanation)")


@dataclass(frozen=True)
class Clause:
    """A part of a text that is read by itself.

    Attributes:
        text: in canonical form.
        sentence: the sentence around it, with its words of time.
        number: of the sentence.
        asks: the sentence is a question.
    """

    text: str
    sentence: str
    number: int
    asks: bool


def clauses(text: str, speaker: int, seats: int, roles: Collection[str]) -> list[Clause]:
    """Bring a text to canonical form, in clauses."""
    found = []
    reader = _Pronouns()
    for number, (sentence, asks) in enumerate(_sentences(_canonical(text, speaker, seats, roles))):
        resolved = reader.resolve(sentence)
        for pattern, new in (*_VERBS_C, *_NEGATIONS_C):
            resolved = pattern.sub(new, resolved)
        splitter = _CONTRAST if _SUPPOSED.search(resolved) else _CLAUSE  # what follows a condition is part of it
        parts = [part.strip(" ,:-") for part in splitter.split(resolved)]
        found += [Clause(_squeezed(_TIMES.sub("", part)), resolved, number, asks) for part in parts if part]
    return found


def night_of(sentence: str) -> int | None:
    """Find the number of the night a sentence names."""
    match = _NIGHT.search(sentence)
    number = (int(match[1]) if match[1] else _ORDER[match[2]]) if match else None
    return number or None


def _canonical(text: str, speaker: int, seats: int, roles: Collection[str]) -> str:
    text = unicodedata.normalize("NFKC", text[:MOST_CHARS])[:MOST_CHARS].lower()
    text = text.translate(_MARKS)
    text = "".join(char if char == "\n" or char.isprintable() else " " for char in text)
    text = re.sub(r"(?<!player)(?<!seat)_|[ \t]+", " ", text)
    text = _SEAT.sub(lambda match: _seat(int(match[1]), seats), text)
    text = _BARE_SEAT.sub(lambda match: match[1] + _seat(int(match[2]), seats), text)
    for pattern, new in _WORDS_C:
        text = pattern.sub(new, text)
    text = _WOLFISH.sub("wolfish ", text)
    text = _WOLVES.sub("wolves", text)
    for role, pattern in _ROLES_C:
        if role in roles:
            text = pattern.sub(f"${role}", text)
    text = re.sub(r"\bmyself\b", f"@{speaker}", text)
    text = _ADVERBS.sub("", text)
    return _LIST.sub(lambda match: "@" + "+".join(re.findall(r"\d+", match[0])), text)


def _seat(number: int, seats: int) -> str:
    return f"@{number}" if number < seats else NO_SEAT


def _squeezed(text: str) -> str:
    return re.sub(r" {2,}", " ", text).strip(" ,:-")


def _sentences(text: str) -> list[tuple[str, bool]]:
    found, start = [], 0
    for match in _SENTENCE.finditer(text):
        found.append((_squeezed(text[start : match.start()]), match[0].startswith("?")))
        start = match.end()
    found.append((_squeezed(text[start:]), False))
    return [(part, asks) for sentence, asks in found for part in _cut(sentence)]


def _cut(sentence: str) -> list[str]:
    parts = []
    while len(sentence) > MOST_SENTENCE:
        end = sentence.rfind(" ", 1, MOST_SENTENCE)
        end = end if end > 0 else MOST_SENTENCE
        parts.append(sentence[:end])
        sentence = sentence[end:].strip()
    return [*parts, sentence] if sentence else parts


class _Pronouns:
    """Replaces pronouns by the seat named last; ``you`` by the one that is spoken to."""

    def __init__(self) -> None:
        self.last = ""
        self.many = False
        self.called = ""

    def resolve(self, sentence: str) -> str:
        match = _CALLED.search(sentence)
        if match:
            self.called = match[1] or match[2]
        return _MENTION.sub(self._replaced, sentence)

    def _replaced(self, match: re.Match[str]) -> str:
        word = match[0]
        if word[0] == "@":
            self.last, self.many = word, False
            return word
        if word in _MANY:
            self.many = True
            return word
        if word in ("you", "your", "yourself"):
            return (self.called + ("'s" if word == "your" else "")) if self.called else word
        if not self.last or (self.many and word[0] == "t"):
            return word
        owned = word in ("his", "their") or (word == "her" and _OWNED.match(match.string, match.end()))
        return f"{self.last}'s" if owned else self.last


def _compiled(rules: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), new) for pattern, new in rules)


_MARKS = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": " - ", "—": " - ", "*": None, "@": "#", "$": None, "`": None, "~": None, '"': None, "(": ", ", ")": ", "}
)
_WORDS_C, _NEGATIONS_C, _VERBS_C = _compiled(_WORDS), _compiled(_NEGATIONS), _compiled(_VERBS)
_ROLES_C = tuple((role, re.compile(rf"\b(?:{words})\b")) for role, words in _ROLE_WORDS.items())
