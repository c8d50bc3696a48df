"""Words held against the log."""

from __future__ import annotations

import numpy as np
import pytest

import ludens
from ludens.agents.player import PlayerSpec
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.arena.record import dump, load
from ludens.games.core import Event
from ludens.games.werewolf.speech import Kind, SpeechAct, parse, realise
from ludens.games.werewolf.truth import judged, titled

ROLES = ("werewolf", "werewolf", "seer", "doctor", "witch", "medium", "villager", "villager", "possessed", "minion")
WOLF_A, WOLF_B, SEER, DOCTOR, WITCH, MEDIUM, VILLAGER, OTHER, POSSESSED, MINION = range(10)


def role_events(roles=ROLES):
    return [Event("role", None, "", {"seat": seat, "role": role}, (seat,)) for seat, role in enumerate(roles)]


def night(number=1, *, sees="species", checks=VILLAGER, keeps=OTHER, attacks=DOCTOR, saves=False):
    found = ROLES[checks] if sees == "role" else "werewolf" if ROLES[checks] == "werewolf" else "not werewolf"
    return [
        Event("night", None, "", {"round": number}),
        Event("check", None, "", {"seer": SEER, "target": checks, "found": found, "night": number}, (SEER,)),
        Event("protect", DOCTOR, "", {"target": keeps, "night": number}, (DOCTOR,)),
        Event("attack", WOLF_B, "", {"target": attacks, "night": number}, (WOLF_A, WOLF_B)),
        Event("potion", WITCH, "", {"save": saves, "poison": None, "night": number}, (WITCH,)),
        Event("dawn", None, "", {"round": number, "dead": [] if saves else [attacks]}),
    ]


def say(speaker, *acts, day=1, to=None):
    text = realise(acts, speaker, np.random.default_rng(0))
    assert parse(text, speaker, len(ROLES)) == acts
    return Event("say", speaker, f"player_{speaker} says", {"round": day, "text": text}, to)


def verdict(before, speaker, act):
    (found,) = judged([*role_events(), *before, say(speaker, act)])
    assert (found.speaker, found.act, found.round) == (speaker, act, 1)
    return found.truth, found.why


@pytest.mark.parametrize(
    ("speaker", "act", "truth", "why"),
    [
        (SEER, SpeechAct(Kind.CLAIM, role="seer"), True, "claims to be the seer; is the seer"),
        (WOLF_A, SpeechAct(Kind.CLAIM, role="seer"), False, "claims to be the seer; is a werewolf"),
        (POSSESSED, SpeechAct(Kind.CLAIM, role="medium"), False, "claims to be the medium; is the possessed"),
        (SEER, SpeechAct(Kind.CLAIM, role="villager"), False, "claims to be a villager; is the seer"),
        (VILLAGER, SpeechAct(Kind.DENY, role="werewolf"), True, "says it is not a werewolf; is a villager"),
        (WOLF_A, SpeechAct(Kind.DENY, role="werewolf"), False, "says it is not a werewolf; is a werewolf"),
        (MINION, SpeechAct(Kind.DENY, role="werewolf"), None, "says it is not a werewolf; is the minion"),
        (SEER, SpeechAct(Kind.DENY, role="seer"), False, "says it is not the seer; is the seer"),
        (WOLF_B, SpeechAct(Kind.REVEAL), True, "says it is a werewolf; is a werewolf"),
        (OTHER, SpeechAct(Kind.REVEAL), False, "says it is a werewolf; is a villager"),
        (VILLAGER, SpeechAct(Kind.ACCUSE, WOLF_A), None, "suspects player_0; that player is a werewolf"),
        (VILLAGER, SpeechAct(Kind.CALL_VOTE, WOLF_A), None, "nothing to judge"),
        (VILLAGER, SpeechAct(Kind.SMALLTALK), None, "nothing to judge"),
        (VILLAGER, SpeechAct(Kind.COUNTER, SEER, role="seer"), False, "says player_2 is not the seer; that player is the seer"),
        (SEER, SpeechAct(Kind.COUNTER, WOLF_A, role="seer"), True, "says player_0 is not the seer; that player is a werewolf"),
    ],
)
def test_words_about_roles(speaker, act, truth, why):
    assert verdict(night(), speaker, act) == (truth, why)


@pytest.mark.parametrize(
    ("sees", "checks", "result", "truth"),
    [
        ("species", VILLAGER, "not werewolf", True),
        ("species", VILLAGER, "werewolf", False),
        ("species", WOLF_A, "werewolf", True),
        ("species", WOLF_A, "not werewolf", False),
        ("species", DOCTOR, "villager", True),  # as people say it
        ("species", DOCTOR, "doctor", None),  # right, but more than was found
        ("species", VILLAGER, "doctor", False),
        ("role", DOCTOR, "doctor", True),
        ("role", DOCTOR, "not werewolf", True),
        ("role", DOCTOR, "witch", False),
        ("role", DOCTOR, "villager", False),
        ("role", WOLF_B, "werewolf", True),
    ],
)
def test_reports_of_the_seer(sees, checks, result, truth):
    assert verdict(night(sees=sees, checks=checks), SEER, SpeechAct(Kind.CHECK, checks, result=result))[0] is truth


def test_reports_of_checks_that_nobody_made():
    assert verdict(night(), WOLF_A, SpeechAct(Kind.CHECK, SEER, result="werewolf")) == (
        False,
        "says it checked player_2: a werewolf; is a werewolf, and checked nobody",
    )
    # right as it happens, and still not found
    assert verdict(night(), WOLF_A, SpeechAct(Kind.CHECK, VILLAGER, result="not werewolf"))[0] is False
    assert verdict(night(), SEER, SpeechAct(Kind.CHECK, WOLF_A, result="werewolf")) == (
        False,
        "says it checked player_0: a werewolf; is the seer, and checked others",
    )


def test_what_comes_later_does_not_count():
    events = [*role_events(), say(SEER, SpeechAct(Kind.CHECK, WOLF_A, result="werewolf")), *night(2, checks=WOLF_A)]
    events.append(say(SEER, SpeechAct(Kind.CHECK, WOLF_A, result="werewolf"), day=2))
    assert [(one.round, one.truth) for one in judged(events)] == [(1, False), (2, True)]


def test_a_wrong_night_is_told_but_no_lie():
    assert verdict(night(), SEER, SpeechAct(Kind.CHECK, VILLAGER, result="not werewolf", night=2)) == (
        True,
        "says it checked player_6: not a werewolf; found not a werewolf, in night 1",
    )


def test_what_the_medium_learned():
    gone = [*night(), Event("medium", None, "", {"target": WOLF_A, "found": "werewolf"}, (MEDIUM,))]
    assert verdict(gone, MEDIUM, SpeechAct(Kind.IDENTIFIED, WOLF_A, result="werewolf"))[0] is True
    assert verdict(gone, MEDIUM, SpeechAct(Kind.IDENTIFIED, WOLF_A, result="not werewolf"))[0] is False
    assert verdict(gone, POSSESSED, SpeechAct(Kind.IDENTIFIED, WOLF_A, result="werewolf"))[0] is False
    assert verdict(gone, SEER, SpeechAct(Kind.CHECK, WOLF_A, result="werewolf"))[0] is False


@pytest.mark.parametrize(
    ("speaker", "act", "truth"),
    [
        (DOCTOR, SpeechAct(Kind.PROTECTED, OTHER), True),
        (DOCTOR, SpeechAct(Kind.PROTECTED, OTHER, night=1), True),
        (DOCTOR, SpeechAct(Kind.PROTECTED, OTHER, night=2), False),
        (DOCTOR, SpeechAct(Kind.PROTECTED, SEER, night=2), True),
        (DOCTOR, SpeechAct(Kind.PROTECTED, WITCH), False),
        (WITCH, SpeechAct(Kind.PROTECTED, VILLAGER), True),  # the antidote in the second night
        (WITCH, SpeechAct(Kind.PROTECTED, DOCTOR), False),
        (WOLF_A, SpeechAct(Kind.PROTECTED, OTHER), False),
    ],
)
def test_protection(speaker, act, truth):
    both = [*night(), *night(2, keeps=SEER, attacks=VILLAGER, saves=True)]
    assert verdict(both, speaker, act)[0] is truth


def test_a_contest_without_a_role_is_about_the_latest_claim():
    contest = SpeechAct(Kind.COUNTER, WOLF_A)
    claim, report = SpeechAct(Kind.CLAIM, role="medium"), SpeechAct(Kind.CHECK, SEER, result="werewolf")
    assert verdict([], SEER, contest) == (None, "contests player_0, who has claimed nothing")
    found = judged([*role_events(), say(WOLF_A, claim), say(WOLF_A, report), say(SEER, contest), say(SEER, report_of_seer()), say(WOLF_A, counter_seer())])
    assert [one.truth for one in found] == [False, False, True, False, False]
    assert found[2].why.startswith("says player_0 is not the seer")


def report_of_seer():
    return SpeechAct(Kind.CHECK, WOLF_A, result="werewolf")


def counter_seer():
    return SpeechAct(Kind.COUNTER, SEER)


def test_whispers_are_left_out_and_positions_told():
    claim = SpeechAct(Kind.CLAIM, role="seer")
    events = [*role_events(), say(WOLF_A, claim, to=(WOLF_A, WOLF_B)), say(WOLF_A, claim, SpeechAct(Kind.ACCUSE, SEER))]
    assert [(one.event, one.act.kind) for one in judged(events)] == [(len(ROLES) + 1, Kind.CLAIM), (len(ROLES) + 1, Kind.ACCUSE)]


def test_every_stored_form_reads_alike():
    players = [PlayerSpec.of("scripted", style=style) for style in ("deceptive", "fair", "tough", "deceptive", "fair", "deceptive", "tough")]
    episode = play_match(Match(ludens.make("werewolf"), tuple(players), seed=4))
    found = judged(episode.events)
    assert {one.truth for one in found} >= {None}
    assert judged(load(*dump(episode)).events) == found
    assert judged([event._asdict() for event in episode.events]) == found
    assert judged([list(event) for event in episode.events]) == found
    assert judged([event[:4] if event.visible_to is None else event[:] for event in episode.events]) == found
    speeches = [event for event in episode.events if event.kind == "say" and event.visible_to is None]
    assert len(found) == sum(len(parse(event.data["text"], event.seat, 7)) for event in speeches)


def test_a_log_without_roles_judges_nothing():
    assert [one.truth for one in judged([say(SEER, SpeechAct(Kind.SMALLTALK))])] == [None]
    assert judged([]) == []


def test_roles_that_others_add_are_held_against_the_claim():
    events = [*role_events(("werewolf", "jester", "villager")), Event("say", 1, "", {"round": 1, "text": "I am the seer. I am not a werewolf."})]
    assert [one.truth for one in judged(events)] == [False, True]
    assert judged(events)[0].why == "claims to be the seer; is the jester"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("werewolf", "a werewolf"),
        ("seer", "the seer"),
        ("not werewolf", "not a werewolf"),
        ("village", "on the side of the village"),
        ("villager", "a villager"),
    ],
)
def test_titles(name, words):
    assert titled(name) == words
    assert titled("doctor", 2) == "a doctor"
