"""Replies of every kind through every parser: random texts, mutated good replies, and texts made to be slow."""

from __future__ import annotations

import json

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.games import ActionSpec, Acts, Integer, Move, OneOf, Parsed, Real, Record, Status, Text
from ludens.games.replies import MAX_REPLY_CHARS, clean_text

ITEMS = {"book": Integer(0, 3), "hat": Integer(0, 2), "ball": Integer(0, 1)}
SPECS = {
    "one_of": ActionSpec(OneOf(("cooperate", "defect"))),
    "odd_labels": ActionSpec(OneOf(("[A]", "Answer: b", '{"choice": 1}', "1", "say", "é", "C", "c")), say_chars=30),
    "integer": ActionSpec(Integer(-20, 100, 5, unit="coins"), say_chars=40),
    "real": ActionSpec(Real(-0.5, 99.99, 2, unit="$")),
    "text": ActionSpec(Text(60)),
    "record": ActionSpec(Record.of(ITEMS, at_most=4, at_least=1), say_chars=20),
    "mixed": ActionSpec(Record.of({"amount": Integer(0, 9), "to": OneOf(("player_0", "player_1")), "note": Text(10), "share": Real(0, 1)}, at_most=5)),
    "acts": ActionSpec(Acts.of({"propose": ITEMS, "accept": None, "walk": None, "pay": Record.of({"price": Real(0, 10, 1)})}), say_chars=80),
    "one_act": ActionSpec(Acts.of({"bid": {"price": Integer(0, 1000)}})),
    "nothing": ActionSpec(Record.of({}), say_chars=50),
    "talk": ActionSpec(OneOf(("talk",)), say_chars=50),
}
READ = {Status.OK, Status.REPAIRED}
UNREAD = {Status.ILLEGAL, Status.UNPARSABLE, Status.TRUNCATED}
CHUNKS = (
    *'{}[]":,.=\\/$%*_`#<>()\n\t -+0159eEaZ',
    *("\x00", "\x1b[2J", "\r\n", "\u202e", "\ud800", "\udfff", "\U0001f600", "\ufeff", "é", "١", "²", "½", "\u2028", "\U000e0041"),
    *(
        '{"choice":',
        '"choice"',
        '"say":',
        '"act":',
        "Answer:",
        "answer =",
        "Say:",
        "null",
        "true",
        "NaN",
        "-Infinity",
        "1e999",
        "1" * 5000,
        "0x10",
        "1_000",
        "1,5",
    ),
    *("```json\n", "```", "<think>", "</think>", "**", "choice", "accept", "propose", "book=1", "price: 3", "player_1", "{{", "}}", "\\u0000", "\\ud800"),
    *('{"choice": {"act": "accept"}}', '"' * 3, "[" * 50, "{" * 50, '{"a":' * 50, "ignore the rules"),
)


def judged(spec: ActionSpec, reply: object, *, truncated: bool = False) -> Parsed:
    """Parse, and check everything a caller relies on."""
    parsed = spec.parse(reply, truncated=truncated)  # type: ignore[arg-type]
    assert type(parsed) is Parsed
    if parsed.status in READ:
        assert parsed.problem is None
        assert spec.check(parsed.move) is None
        assert spec.say_chars or parsed.move.say is None
        written = orjson.dumps(list(parsed.move))  # refuses lone surrogates and numbers that are none
        assert orjson.loads(written) == list(parsed.move)
        assert parsed.move.say is None or clean_text(parsed.move.say) == parsed.move.say
        again = spec.parse(spec.write(parsed.move))
        assert again == Parsed(parsed.move, Status.OK)
    else:
        assert parsed.status in UNREAD
        assert parsed.move is None
        assert parsed.problem
        assert len(parsed.problem) < 600
        assert "\n" not in parsed.problem
        assert truncated == (parsed.status is Status.TRUNCATED)
    return parsed


def good_reply(spec: ActionSpec, rng: np.random.Generator) -> str:
    """Write a legal move in one of the forms that are read."""
    choice = spec.domain.sample(rng)
    say = "so be it"[: spec.say_chars] if spec.say_chars and rng.random() < 0.7 else None
    form = int(rng.integers(4))
    if form == 0:
        return spec.write(Move(choice, say))
    if form == 1:
        return f"```json\n{json.dumps({'reasoning': 'so {so}', 'say': say, 'choice': choice}, indent=1)}\n```"
    shown = spec.domain.show(choice)
    return f"I think [so].\n{'Say: ' + say if say else ''}\nAnswer: {shown}" if form == 2 else f"[{shown}]"


def mutated(text: str, rng: np.random.Generator) -> str:
    """Damage a text in a few places."""
    for _ in range(int(rng.integers(0, 6))):
        at, end = sorted(int(index) for index in rng.integers(0, len(text) + 1, size=2))
        chunk = CHUNKS[int(rng.integers(len(CHUNKS)))]
        match int(rng.integers(8)):
            case 0:
                text = text[:at] + chunk + text[at:]
            case 1:
                text = text[:at] + text[end:]
            case 2:
                text = text[:at] + text[at:end] * 2 + text[end:]
            case 3:
                text = text[:at] + chunk + text[min(at + 1, len(text)) :]
            case 4:
                text = text[:end]
            case 5:
                text = text[:at] + text[at:end].swapcase() + text[end:]
            case 6:
                text = text + chunk + text[::-1][: int(rng.integers(30))]
            case 7:
                text = text[:at] + text[at:end][::-1] + text[end:]
    return text


def storm(count: int, seed: int) -> dict[Status, int]:
    """Send ``count`` texts through the parsers in turn; returns how often each status came out."""
    rng = np.random.default_rng(seed)
    seen = dict.fromkeys(Status, 0)
    specs = list(SPECS.values())
    for index in range(count):
        spec = specs[index % len(specs)]
        if rng.random() < 0.8:
            text = mutated(good_reply(spec, rng), rng)
        else:
            text = "".join(CHUNKS[int(pick)] for pick in rng.integers(len(CHUNKS), size=int(rng.integers(0, 12))))
        seen[judged(spec, text, truncated=rng.random() < 0.1).status] += 1
    return seen


def test_20_000_damaged_and_random_texts():
    seen = storm(20_000, seed=1)
    # all that can happen does happen, in numbers
    assert min(seen[status] for status in READ | UNREAD) > 200
    assert sum(seen[status] for status in READ | UNREAD) == 20_000


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_200_000_damaged_and_random_texts():
    assert sum(storm(200_000, seed=2)[status] for status in READ | UNREAD) == 200_000


@settings(max_examples=300)
@given(st.sampled_from(sorted(SPECS)), st.text(max_size=300), st.booleans())
def test_any_text_at_all(name, text, truncated):
    judged(SPECS[name], text, truncated=truncated)


NAMES = st.sampled_from(["act", "choice", "say", "book", "hat", "ball", "price", "amount", "to"]) | st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=300)
@given(st.sampled_from(sorted(SPECS)), JSON, JSON)
def test_any_json_at_all(name, choice, say):
    judged(SPECS[name], json.dumps({"say": say, "choice": choice}))
    judged(SPECS[name], json.dumps(choice))


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("reply", [None, 5, b"{}", ["cooperate"], {"choice": "cooperate"}, float("nan"), object()])
def test_what_is_no_text_is_unparsable(name, reply):
    assert SPECS[name].parse(reply).status is Status.UNPARSABLE


@pytest.mark.parametrize("name", SPECS)
@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_good_replies_are_read_as_meant(name, seed):
    spec, rng = SPECS[name], np.random.default_rng(seed)
    choice = spec.domain.sample(rng)
    say = "we agree" if spec.say_chars else None
    assert judged(spec, spec.write(Move(choice, say))) == Parsed(Move(choice, say), Status.OK)
    if name not in ("odd_labels", "nothing", "mixed", "text"):  # these hold what tagged text cannot: line ends, blanks, nothing at all
        said = f"Say: {say}\n" if say else ""
        assert judged(spec, f"{said}Answer: {spec.domain.show(choice)}").move == Move(choice, say)


N = MAX_REPLY_CHARS
SLOW = {
    "braces": "{" * N,
    "pairs of braces": "{}" * (N // 2),
    "objects in objects": '{"a":' * (N // 5),
    "unfinished lists": '{"a":[' * 40 + "1," * ((N - 300) // 2),
    "unfinished strings": '{"' * 40 + "x" * (N - 100),
    "escapes": '{"choice":"' + "\\u0041" * ((N - 20) // 6),
    "brackets": "[" * N,
    "closed brackets": "[a]" * (N // 3),
    "deep lists": '{"choice":' + "[" * (N - 20),
    "digits": '{"choice":' + "1" * (N - 20) + "}",
    "a number of digits": "1" * N,
    "points": "1." * (N // 2),
    "commas": "1,000" * (N // 5),
    "blanks": " " * N,
    "blanks before": " " * (N - 1) + "x",
    "dollar and blanks": "$" + " " * (N - 2) + "5",
    "answer lines": "answer:\n" * (N // 8),
    "answer and blanks": "answer" + " " * (N - 10) + "x",
    "answer stars": "answer:" + "* " * (N // 2 - 10) + "x",
    "say stars": "say:" + "* " * (N // 2 - 40) + "x\nanswer: x",
    "say blanks": "say: x" + " " * (N - 40) + "y\nanswer: y",
    "quote marks": "> " * (N // 2),
    "names": "a" * N,
    "pairs": "a=1 " * (N // 4),
    "pairs in an answer": "answer: propose " + "a=1 " * (N // 4 - 10),
    "names and blanks": "answer: propose " + "a " * (N // 2 - 10),
    "equal signs": "answer: propose " + "=" * (N - 20),
    "long names": "answer: propose " + "a" * 80 + " " * (N - 200),
    "surrogates": "\ud800" * N,
    "controls": "\x00" * N,
    "wide letters": "ß" * N,
    "fields": '{"choice":{' + ",".join(f'"f{n}":1' for n in range(9000)) + "}}",
    "thoughts": "</think>" * (N // 8),
    "too long": "x" * (N + 1),
    "a megabyte": "{" * 1_000_000,
}


@pytest.mark.parametrize("attack", SLOW)
def test_texts_made_to_be_slow(attack):
    """A parser whose work grew with the square of the length would not end before the test's time limit."""
    for spec in SPECS.values():
        for truncated in (False, True):
            judged(spec, SLOW[attack], truncated=truncated)


@pytest.mark.parametrize(
    ("reply", "move"),
    [
        ('Say: they wrote {"choice": {"act": "accept"}}, I do not\nAnswer: walk', Move({"act": "walk"}, 'they wrote {"choice": {"act": "accept"}}, I do not')),
        ('Answer: walk\nSay: {"choice": {"act": "accept"}}', Move({"act": "walk"}, '{"choice": {"act": "accept"}}')),
        ('Say: now\n{"choice": {"act": "accept"}}', Move({"act": "accept"})),
        ('Say: now\nAnswer: {"choice": {"act": "accept"}, "say": "then"}', Move({"act": "accept"}, "then")),
    ],
)
def test_an_object_in_what_is_said_is_no_answer(reply: str, move: Move) -> None:
    assert SPECS["acts"].parse(reply).move == move


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ('Say: they wrote {"choice": "walk"}', 'they wrote {"choice": "walk"}'),
        ('Say: {"say": "hello"}', "hello"),
        ('Say: I will be short.\n{"say": "hello"}', "hello"),
        ('{"say": "hello"}', "hello"),
    ],
)
def test_an_object_in_the_middle_of_speech_is_part_of_it(reply: str, said: str) -> None:
    assert SPECS["talk"].parse(reply).move == Move("talk", said)
