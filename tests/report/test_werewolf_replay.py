"""The replay of Werewolf: a page and a terminal story that hold everything, as text."""

from __future__ import annotations

import io
import json
import re
import sys
import types
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import Markup
from rich.console import Console
from rich.text import Text

import ludens
from ludens.agents.player import PlayerSpec
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.arena.record import Episode
from ludens.arena.report import Section, add_display, print_replay, render_replay, transcribe
from ludens.arena.report.displays import _MODULES, display_of
from ludens.arena.report.werewolf_knowledge import knowledge
from ludens.arena.report.werewolf_story import Note, Speech, Vote, tell
from ludens.arena.report.werewolf_votes import arrows
from ludens.games.core import Event, seat_name
from ludens.games.registry import all_ids, spec
from ludens.games.werewolf.truth import judged

from .test_pages import chromium, driven, parse

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"><!-- {{ 7*7 }} &amp; \x00\x1b[2J\u202e\ud800 [red]x[/red]"
PRESETS = sorted(id for id in all_ids() if spec(id).family == "werewolf")
VARIANTS = {
    "sheriff": {"sheriff": True, "tie": "sheriff", "reveal_day": "side", "last_words": "exiled"},
    "meanings": {"latents": (3, 2, 2, 2), "latent_slots": "target"},
    "by_day": {"first_night": "none", "discussion": "parallel", "talk_pass": True, "vote_secret": True, "vote": "sequential"},
    "hunted": {
        "cast": ("werewolf", "werewolf", "minion", "hunter", "witch", "medium", "scapegoat", "villager"),
        "tie": "scapegoat",
        "kill": "unanimous",
        "kill_skip": True,
        "witch_both": True,
    },
}
STYLES = ("deceptive", "fair", "tough")


def play(game: ludens.Game, *, scripted: bool, seed: int = 7) -> Episode:
    seats = range(len(game.start(0).cast))  # type: ignore[attr-defined]
    players = tuple(PlayerSpec.of("scripted", style=STYLES[seat % 3]) if scripted else PlayerSpec.of("random") for seat in seats)
    return play_match(Match(game, players, seed=seed))


def told(episode: Episode, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    print_replay(episode, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def fang() -> Episode:
    """Play a game with whispers, a witch, last words, deaths, and lies."""
    return play(ludens.make("werewolf_fang9"), scripted=True, seed=1)


@pytest.fixture(scope="module")
def hostile(fang: Episode) -> Episode:
    """Put hostile words into the mouths of all, and a hostile name on a seat."""
    events = [event._replace(data=event.data | {"text": HOSTILE}) if event.kind == "say" else event for event in fang.events]
    seats = (fang.seats[0]._replace(name="<b onclick=x>\x1b[31m"), *fang.seats[1:])
    return replace(fang, events=tuple(events), seats=seats)


def every_kind() -> list[tuple[str, ludens.Game]]:
    return [*((id, ludens.make(id)) for id in PRESETS), *((name, ludens.make("werewolf", **params)) for name, params in VARIANTS.items())]


@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "random"])
@pytest.mark.parametrize(("name", "game"), every_kind(), ids=[name for name, _ in every_kind()])
def test_every_rule_set_is_shown(name: str, game: ludens.Game, scripted: bool) -> None:
    episode = play(game, scripted=scripted)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page, text = render_replay(episode), told(episode)
    checker = parse(page)
    whole = "".join(checker.text)
    assert 'class="ww"' in page
    story = tell(episode)
    assert story.result
    assert story.result in whole
    assert story.result in " ".join(text.split())
    # everything that was said or whispered, every death, and every vote is there
    items = [item for phase in story.phases for item in phase.items]
    spoken = [event.data["text"] for event in episode.events if event.kind == "say"]
    assert [item.text for item in items if isinstance(item, Speech)][: len(spoken)] == spoken or "latent" in {event.kind for event in episode.events}
    gone = set(episode.outcome["killed"] + episode.outcome["exiled"])
    assert gone <= {seat_name(one.seat) for one in story.seats if one.fate != "survived"}
    assert {seat_name(one.seat) for one in story.seats if one.fate == "survived"} == set(episode.outcome["survivors"])
    counted = sum(event.kind in ("votes", "election") for event in episode.events)
    votes = [item for item in items if isinstance(item, Vote)]
    assert len(votes) >= counted
    assert page.count('class="votes"') == len(votes)
    assert [one.role for one in story.seats] == episode.outcome["roles"]
    assert max((len(line) for line in text.splitlines()), default=0) <= 80


def test_page_needs_nothing_else(fang: Episode) -> None:
    page = render_replay(fang)
    checker = parse(page)
    assert not {"img", "link", "iframe", "object", "embed", "base", "form"} & set(checker.tags)
    assert checker.tags.count("script") == 2
    assert not any(name.startswith("on") or name == "src" for _, name, _ in checker.attributes)
    links = [value for _, name, value in checker.attributes if name == "href"]
    ids = {value for _, name, value in checker.attributes if name == "id"}
    assert links
    assert all(value.startswith("#") and value[1:] in ids for value in links)
    assert "url(" not in page
    assert "@import" not in page
    assert not re.search(r"https?://", page)


def test_hostile_words_stay_words(hostile: Episode) -> None:
    page = render_replay(hostile)
    checker = parse(page)
    assert not {"img", "b onclick"} & set(checker.tags)
    assert checker.tags.count("script") == 2
    assert not any(name.startswith("on") for _, name, _ in checker.attributes)
    assert "\x00" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    whole = "".join(checker.text)
    assert "<script>document.title='owned'</script><img src=x onerror=" in whole
    assert "{{ 7*7 }} &amp;amp;" in page
    assert "\\x00\\x1b[2J" in whole
    assert "<b onclick=x>\\x1b[31m" in whole
    page.encode("utf-8")
    text = told(hostile)
    assert not {"\x00", "\x1b", "\u202e"} & set(text)
    assert "[red]x[/red]" in " ".join(text.split())


def test_marks_say_what_the_log_says(fang: Episode) -> None:
    marks = [one for one in judged(fang.events) if one.truth is not None]
    assert {one.truth for one in marks} == {True, False}
    checker = parse(render_replay(fang))
    shown = [(value, dict(attributes)) for value, attributes in marked(checker)]
    assert [title for title, _ in shown] == [one.why for one in marks]
    assert [kind["class"] for _, kind in shown] == ["true" if one.truth else "false" for one in marks]
    text = " ".join(told(fang, 200).split())
    assert all(f"{'✓' if one.truth else '✗'} {one.why}" in text for one in marks)


def marked(checker: object) -> list[tuple[str, list[tuple[str, str]]]]:
    attributes = checker.attributes  # type: ignore[attr-defined]
    return [(value, [attributes[at - 1][1:]]) for at, (tag, name, value) in enumerate(attributes) if tag == "li" and name == "title"]


def test_a_constructed_lie_is_marked(fang: Episode) -> None:
    wolf = next(seat for seat, one in enumerate(fang.seats) if one.role == "werewolf")
    at = next(index for index, event in enumerate(fang.events) if event.kind == "dawn")
    lie = Event("say", wolf, "", {"round": 1, "text": "I am the seer."})
    page = render_replay(replace(fang, events=(*fang.events[: at + 1], lie, *fang.events[at + 1 :])))
    assert '<li class="false" title="claims to be the seer; is a werewolf"><b>✗ false</b> claims to be the seer; is a werewolf</li>' in page


def test_what_is_hidden_is_marked_as_such(fang: Episode) -> None:
    """What the public view leaves out: roles, whispers, marks, and all notes of what not everybody saw."""
    page = render_replay(fang)
    body = page[page.index('<section class="ww"') : page.index('class="moves-section"')]
    for role in set(ludens.make("werewolf_fang9").cast):  # type: ignore[attr-defined]
        assert not re.search(rf'<span class="ww-role(?! inside)[^>]*>{role}<', body)
    assert body.count('class="ww-marks inside"') == body.count('class="ww-marks')
    assert all("inside" in found for found in re.findall(r'class="(ww-say[^"]*whisper[^"]*)"', body))
    private = [
        event for event in fang.events if event.visible_to is not None and event.kind in ("check", "protect", "proposal", "attack", "potion", "attacked")
    ]
    hidden = [item for phase in tell(fang).phases for item in phase.items if isinstance(item, Note) and item.inside]
    assert len(hidden) >= len(private) > 0


def test_votes_are_drawn_as_arrows() -> None:
    vote = Vote("Vote", {0: 1, 1: 0, 2: 2, 3: None}, (0, 1, 2, 3, 4))
    drawn = str(arrows(vote, {1}))
    assert drawn.count('class="arrow') == 3
    assert drawn.count('class="node') == 5
    assert drawn.count("ring inside") == 1
    assert "player_0 votes for player_1; player_1 votes for player_0; player_2 votes for player_2; player_3 abstains" in drawn
    assert "player_4 has no vote" in drawn
    assert vote.tally == [(0, [1]), (1, [0]), (2, [2])]
    assert vote.abstained == [3]
    parse(drawn)
    assert "nan" not in str(arrows(Vote("Vote", {0: 0}, (0,)), set()))


def test_votes_that_are_secret_are_said_to_be(fang: Episode) -> None:
    episode = play(ludens.make("werewolf_arena8"), scripted=True)
    votes = [item for phase in tell(episode).phases for item in phase.items if isinstance(item, Vote)]
    assert votes
    assert all(vote.secret for vote in votes)
    assert 'class="ww-vote inside"' in render_replay(episode)
    assert 'class="ww-vote inside"' not in render_replay(fang)


def test_knowledge_is_what_was_told(fang: Episode) -> None:
    roles = [one.role for one in fang.seats]
    rounds = knowledge(fang.events, len(roles))
    assert [known.round for known in rounds] == list(range(1, fang.outcome["rounds"] + 1))
    wolves = {seat for seat, role in enumerate(roles) if role == "werewolf"}
    seer = roles.index("seer")
    checks = [event.data for event in fang.events if event.kind == "check"]
    for known in rounds:
        assert known.public == {}  # these rules show nothing of the dead
        for seat, row in enumerate(known.told):
            assert row[seat] == roles[seat]
            if seat in wolves:
                assert {other for other, what in row.items() if what == "werewolf"} == wolves
                assert len(row) == len(roles)
            elif seat == seer:
                assert {other: what for other, what in row.items() if other != seat} == {
                    data["target"]: data["found"] for data in checks if data["night"] <= known.round
                }
            else:
                assert set(row) == {seat}


def test_what_is_shown_of_the_dead_is_known_to_all() -> None:
    episode = play(ludens.make("werewolf_kaggle8"), scripted=True)
    last = knowledge(episode.events, 8)[-1]
    shown = {event.data["seat"]: event.data["reveal"] for event in episode.events if event.kind == "reveal"}
    assert shown
    assert last.public == shown
    assert all(row.items() >= shown.items() for row in last.told)
    assert last.dead == set(shown)


@pytest.mark.parametrize("width", [40, 80, 140])
def test_terminal_keeps_to_its_width(fang: Episode, width: int) -> None:
    text = told(fang, width)
    assert max(map(len, text.splitlines())) <= width
    assert "Night 1" in text
    assert "Day 1" in text
    assert "←" in text


def test_seats_that_pass_share_a_line() -> None:
    episode = play(ludens.make("werewolf_aiwolf15"), scripted=True)
    notes = [item for phase in tell(episode).phases for item in phase.items if isinstance(item, Note)]
    assert any(re.fullmatch(r"player_\d+(, player_\d+)* and player_\d+ pass\.", note.text) for note in notes)


def test_a_record_that_broke_off_is_shown(fang: Episode) -> None:
    for end in range(len(fang.events)):
        section = display_of(fang.game).page_section(replace(fang, events=fang.events[:end]))  # type: ignore[union-attr]
        parse(f"<main>{section.html}</main>")
    assert "The game broke off." in section.html
    page = render_replay(replace(fang, events=fang.events[:-1], error="RuntimeError: <oops>"))
    assert "RuntimeError: &lt;oops&gt;" in page


# -- the seam ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def dilemma() -> Episode:
    return play_match(Match(ludens.make("prisoners_dilemma", rounds=2), (PlayerSpec.of("defector"), PlayerSpec.of("cooperator")), seed=0))


def test_families_without_a_display_are_shown_as_before(dilemma: Episode, fang: Episode) -> None:
    assert display_of(dilemma.game) is None
    assert 'class="moves-section"' not in render_replay(dilemma)
    assert display_of("no_such_game-v0") is None
    assert 'class="ww"' not in render_replay(transcribe(fang))


def test_another_family_brings_a_display(dilemma: Episode, monkeypatch: pytest.MonkeyPatch) -> None:
    family = spec(dilemma.game).family
    monkeypatch.setitem(_MODULES, family, "")
    module = types.ModuleType("their_display")
    module.page_section = lambda episode: Section(Markup("<p>their own words</p>"), ".theirs { color: red }", "Their title")  # type: ignore[attr-defined]
    module.terminal = lambda episode: [Text("their own line")]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "their_display", module)
    add_display(family, "their_display")
    page = render_replay(dilemma)
    assert "<p>their own words</p>" in page
    assert ".theirs { color: red }" in page
    assert "<h1>Their title</h1>" in page
    assert "their own line" in told(dilemma)


def test_a_display_that_fails_takes_nothing_down(dilemma: Episode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_MODULES, spec(dilemma.game).family, "no.such.module")
    with pytest.warns(UserWarning, match="without the display of its family"):
        assert "data-replay" in render_replay(dilemma)
    with pytest.warns(UserWarning, match="without the display of its family"):
        assert "turn 1" in told(dilemma)


# -- in a browser ------------------------------------------------------------------------------------------------------

LOOK = """
window.problems = []; addEventListener('error', (event) => problems.push(event.message));
addEventListener('securitypolicyviolation', (event) => problems.push(event.violatedDirective));
const seen = (query) => [...document.querySelectorAll(query)].filter((node) => node.checkVisibility()).length;
const count = () => [seen('.ww-role'), seen('.ww-marks'), seen('.whisper'), seen('.hidden-fact'), seen('#ww-known'), seen('.ww .outside'), seen('.ww-words')];
const before = count(); document.querySelector('label[for=ww-public]').click(); const after = count();
document.querySelector('label[for=ww-all]').click(); const back = count();
document.body.dataset.found = JSON.stringify([before, after, back, problems, document.documentElement.scrollWidth - innerWidth]);
"""


@pytest.mark.browser
def test_switch_hides_what_was_hidden_and_shows_it_again(fang: Episode, tmp_path: Path) -> None:
    seen = chromium(driven(render_replay(fang), LOOK), tmp_path)
    found = re.search(r'data-found="([^"]*)"', seen)
    assert found is not None
    before, after, back, problems, overflow = json.loads(found[1].replace("&quot;", '"'))
    assert problems == []
    assert overflow <= 0
    assert back == before
    assert all(number > 0 for number in before[:5])
    assert before[5] == 0
    assert after[:5] == [0, 0, 0, 0, 0]
    assert after[5] > 0
    assert 0 < after[6] < before[6]


@pytest.mark.browser
def test_hostile_words_do_nothing_in_a_browser(hostile: Episode, tmp_path: Path) -> None:
    page = render_replay(hostile).replace("\\ud800", "")  # Chromium dies of dumping a lone surrogate, which no stored record holds
    seen = chromium(page, tmp_path)
    found = re.search(r"<title>(.*?)</title>", seen)
    assert found is not None
    assert "owned" not in found[1]
    assert "<img" not in seen
    assert 'class="ww-words">&lt;script&gt;document' in seen
