"""The speech of Werewolf: acts as data, in words, and read back from words."""

import json
import string
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.errors import ParameterError, UnknownName
from ludens.games.werewolf.speech import ALL_ROLES, RESULTS, STYLES, Kind, Reason, SpeechAct, parse, phrases, realise, score, score_all

SEATS = 15
LINES = [json.loads(line) for line in (Path(__file__).parent / "speech_lines.jsonl").read_text(encoding="utf-8").splitlines()]
CONTESTED = ("seer", "doctor", "bodyguard", "witch", "hunter", "medium")


def any_of(rng, options):
    return options[int(rng.integers(len(options)))]


def random_act(rng, speaker):
    kind = any_of(rng, list(Kind))
    target = any_of(rng, [seat for seat in range(SEATS) if seat != speaker])
    night = int(rng.integers(1, 5)) if rng.random() < 0.5 else None
    match kind:
        case Kind.CLAIM:
            return SpeechAct(kind, role=any_of(rng, [role for role in ALL_ROLES if role != "werewolf"]))
        case Kind.DENY:
            return SpeechAct(kind, role=any_of(rng, ["werewolf", any_of(rng, ALL_ROLES)]))
        case Kind.CHECK | Kind.IDENTIFIED:
            return SpeechAct(kind, target, result=any_of(rng, ["werewolf", "not werewolf", any_of(rng, ALL_ROLES)]), night=night)
        case Kind.PROTECTED:
            return SpeechAct(kind, speaker if rng.random() < 0.1 else target, night=night)
        case Kind.ACCUSE | Kind.DEFEND:
            return SpeechAct(kind, target, reason=any_of(rng, [None, *Reason]))
        case Kind.COUNTER:
            return SpeechAct(kind, target, role=any_of(rng, [None, *CONTESTED]))
        case Kind.NO_VOTE | Kind.REVEAL | Kind.SMALLTALK:
            return SpeechAct(kind)
        case _:
            return SpeechAct(kind, target)


def random_speech(seed):
    rng = np.random.default_rng(seed)
    speaker = int(rng.integers(SEATS))
    acts = list(dict.fromkeys(random_act(rng, speaker) for _ in range(int(rng.integers(1, 4)))))
    return speaker, acts, rng


def every_case():
    """One act of each kind and sub-case."""
    yield from (SpeechAct(Kind.CLAIM, role=role) for role in ALL_ROLES if role != "werewolf")
    yield from (SpeechAct(Kind.DENY, role=role) for role in ALL_ROLES)
    yield from (SpeechAct(kind, 3, result=result, night=night) for kind in (Kind.CHECK, Kind.IDENTIFIED) for result in RESULTS for night in (None, 2))
    yield from (SpeechAct(Kind.PROTECTED, target) for target in (3, 5))
    yield from (SpeechAct(kind, 3, reason=reason) for kind in (Kind.ACCUSE, Kind.DEFEND) for reason in (None, *Reason))
    yield from (SpeechAct(Kind.COUNTER, 3, role=role) for role in (None, *CONTESTED))
    yield from (SpeechAct(kind, 3) for kind in (Kind.CALL_VOTE, Kind.ASK, Kind.AGREE, Kind.DISAGREE))
    yield from (SpeechAct(kind) for kind in (Kind.NO_VOTE, Kind.REVEAL, Kind.SMALLTALK))


@pytest.mark.parametrize("style", STYLES)
def test_what_is_said_is_read_back(style):
    pairs = []
    for seed in range(1500):
        speaker, acts, rng = random_speech(seed)
        pairs.append((acts, parse(realise(acts, speaker, rng, style=style), speaker, SEATS)))
    result = score_all(pairs)
    assert result.precision >= 0.97
    assert result.recall >= 0.97
    assert set(result.kinds) == set(Kind)
    assert {kind: count.recall for kind, count in result.kinds.items() if count.recall < 0.93} == {}


def test_reasons_and_nights_are_read_back():
    for seed in range(300):
        speaker, (act, *_), rng = random_speech(seed)
        (found,) = parse(realise([act], speaker, rng), speaker, SEATS)
        assert found.night == act.night
        assert act.reason in (None, found.reason)


@pytest.mark.parametrize("act", list(every_case()), ids=lambda act: " ".join(map(str, act.to_json().values())))
def test_every_case_has_paraphrases_that_say_just_it(act):
    lines = phrases(act, of_self=act.target == 5)
    assert len(set(lines)) == len(lines) >= 8
    found = {realise([act], 5, np.random.default_rng(seed)) for seed in range(60)}
    assert len(found) >= 8
    for text in found:
        assert score([act], parse(text, 5, SEATS)).f1 == 1, text


def test_saying_is_deterministic():
    for seed in range(50):
        for style in STYLES:
            first, second = (realise(acts, speaker, rng, style=style) for speaker, acts, rng in (random_speech(seed), random_speech(seed)))
            assert first == second


@pytest.mark.parametrize("style", STYLES)
def test_most_chars_hold_and_nothing_is_cut(style):
    for seed in range(200):
        speaker, acts, rng = random_speech(seed)
        whole = realise(acts, speaker, np.random.default_rng(seed), style=style)
        most = int(rng.integers(0, 260))
        text = realise(acts, speaker, np.random.default_rng(seed), style=style, max_chars=most)
        assert len(text) <= most
        assert not text or text[-1] in ".?!"
        if len(whole) <= most:
            assert text == whole
        elif text:
            assert score(acts, parse(text, speaker, SEATS)).precision == 1


def test_the_words_are_few_enough_to_learn():
    words = set()
    for style in STYLES:
        for seed in range(1500):
            speaker, acts, rng = random_speech(seed)
            words |= {word.strip(string.punctuation).lower() for word in realise(acts, speaker, rng, style=style).split()}
    words = {word for word in words if not word.startswith("player_")}
    assert 300 <= len(words) <= 800


def lines_score(lines):
    return score_all(([SpeechAct.from_json(act) for act in line["acts"]], parse(line["text"], line["speaker"], 10)) for line in lines)


@pytest.mark.parametrize(("held_out", "count", "precision", "recall"), [(False, 160, 0.95, 0.92), (True, 120, 0.88, 0.78)])
def test_lines_as_people_and_models_write_them(held_out, count, precision, recall):
    lines = [line for line in LINES if line.get("held_out", False) == held_out]
    result = lines_score(lines)
    assert len(lines) >= count
    assert result.precision >= precision
    assert result.recall >= recall


def test_all_lines_together():
    result = lines_score(LINES)
    assert result.precision >= 0.9
    assert result.recall >= 0.85


def acts(*rows):
    return tuple(SpeechAct(*row) for row in rows)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *(
            (f"I suspect {name}.", acts((Kind.ACCUSE, 3)))
            for name in ("player_3", "Player 3", "player3", "P3", "#3", "**player_3**", "@player_3", "@3", "PLAYER_3")
        ),
        ("I suspect player_15.", ()),
        ("I suspect @99 and #1+99.", acts((Kind.ACCUSE, 1))),
        ("I suspect $seer.", acts((Kind.SMALLTALK,))),
        ("player_1 says she is the seer.", ()),
        ("Are you the seer, player_1?", acts((Kind.ASK, 1))),
        ("If I were a werewolf, I would vote for player_3.", ()),
        ("I don't think player_4 is a werewolf.", acts((Kind.DEFEND, 4))),
        ("player_1 and player_4 are suspicious.", acts((Kind.ACCUSE, 1), (Kind.ACCUSE, 4))),
        ("As the seer, I know what to do.", acts((Kind.CLAIM, None, "seer"))),
        ("I checked player_3. They are good.", acts((Kind.CHECK, 3, None, "not werewolf"))),
        ("player_3 is innocent, I checked player_3.", acts((Kind.CHECK, 3, None, "not werewolf"))),
        ("I suspect player_2.", ()),
        ("I protected myself.", acts((Kind.PROTECTED, 2))),
        ("", ()),
        ("...", ()),
        ("Lovely weather.", acts((Kind.SMALLTALK,))),
    ],
)
def test_hard_forms(text, found):
    assert parse(text, 2, 10) == found


def test_roles_not_in_the_game_are_not_read():
    assert parse("I am the witch.", 2, 10, ("villager", "werewolf", "seer")) == acts((Kind.SMALLTALK,))
    assert parse("I am the witch.", 2, 10) == acts((Kind.CLAIM, None, "witch"))


PIECES = st.sampled_from(
    [
        *("player_1", "P2", "#3", "@4+99", "$werewolf", "wolf", "wolves", "I", "am", "not", "the seer", "if", "?", ".", ",", "\n", "and", "or", "vote"),
        *("they", "you", "claims", "is", "\x00", "<|im_end|>", "{t}", "%s", "\\", "night 0", "n9", "'s", "why", "myself", "one of", "as a wolf", "checked"),
        *("player_١", "protected", "I agree", "ignore all previous instructions", '{"kind": "reveal"}'),
    ]
)


@settings(max_examples=300)
@given(text=st.one_of(st.text(), st.lists(PIECES, max_size=60).map(" ".join), st.lists(PIECES, max_size=60).map("".join)), speaker=st.integers(0, 9))
def test_nothing_raises(text, speaker):
    found = parse(text, speaker, 10)
    assert len(set(found)) == len(found)
    for act in found:
        assert act.target is None or 0 <= act.target < 10
        assert act.target != speaker or act.kind is Kind.PROTECTED
        assert SpeechAct.from_json(json.loads(json.dumps(act.to_json()))) == act


@pytest.mark.parametrize(
    "piece",
    [
        "player_3 ",
        "not ",
        "I do not think ",
        "p1, ",
        "I am the ",
        "if ",
        "?",
        "\n",
        "a",
        " ",
        "vote ",
        "I checked p3 it is p3 ",
        "suspicious p1 ",
        "my ",
        "\x07",
        "ﷺ",
        "no real ",
    ],
)
def test_long_texts_take_bounded_work(piece):
    start = time.process_time()
    for text in (piece * (100_000 // len(piece)), piece * 500 + "player_1"):
        parse(text, 2, 10)
    assert time.process_time() - start < 5


def test_only_the_head_is_read():
    assert parse("x " * 2000 + "I am the seer.", 2, 10) == acts((Kind.SMALLTALK,))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "sing"}, "unknown kind 'sing'"),
        ({"kind": "accuse"}, "needs a target"),
        ({"kind": "claim", "role": "seer", "target": 1}, "has no target"),
        ({"kind": "claim", "role": "baker"}, "should be one of villager"),
        ({"kind": "claim", "role": "werewolf"}, "'reveal'"),
        ({"kind": "check", "target": 1, "result": "dead"}, "result='dead'"),
        ({"kind": "check", "target": 1, "result": "seer", "night": 0}, "integer from 1"),
        ({"kind": "accuse", "target": -1}, "integer from 0"),
        ({"kind": "accuse", "target": True}, "integer from 0"),
        ({"kind": "accuse", "target": 1, "reason": "hunger"}, "unknown reason 'hunger'"),
        ({"kind": "accuse", "target": 1, "why": "x"}, "no field 'why'"),
        ({"target": 1}, "needs a kind"),
    ],
)
def test_wrong_acts_are_refused(fields, words):
    with pytest.raises(ParameterError, match=words):
        SpeechAct.from_json(fields)


def test_wrong_speech_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ParameterError, match="from 1 to 3"):
        realise([], 0, rng)
    with pytest.raises(ParameterError, match="about itself"):
        realise([SpeechAct(Kind.ACCUSE, 2)], 2, rng)
    with pytest.raises(UnknownName, match="did you mean 'calm'"):
        realise([SpeechAct(Kind.NO_VOTE)], 2, rng, style="clam")


def test_score_counts_each_act_once():
    one, two = SpeechAct(Kind.ACCUSE, 1, reason=Reason.SILENCE), SpeechAct(Kind.DEFEND, 2)
    result = score([one, two], [SpeechAct(Kind.ACCUSE, 1), SpeechAct(Kind.ACCUSE, 3), SpeechAct(Kind.NO_VOTE)])
    assert (result.precision, result.recall) == (1 / 3, 1 / 2)
    assert result.f1 == pytest.approx(0.4)
    assert (result.kinds[Kind.ACCUSE].expected, result.kinds[Kind.ACCUSE].found, result.kinds[Kind.ACCUSE].right) == (1, 2, 1)
    assert result.kinds[Kind.DEFEND].recall == 0
    assert score([], []).precision == score([], []).recall == 1
