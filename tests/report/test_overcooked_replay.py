"""The replay of Overcooked: every frame is the position of that step, in the page, in films and in the terminal."""

from __future__ import annotations

import io
import json
import re
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

import ludens
from ludens.agents.player import PlayerSpec
from ludens.analysis.summary import _length
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.arena.record import Episode, RecordError, advance
from ludens.arena.report import RunSummary, print_replay, render_replay, render_report, transcribe
from ludens.arena.report.kitchen import code, film, packed
from ludens.arena.report.kitchen_page import drawing
from ludens.arena.report.kitchen_shapes import DARK, HATS, LIGHT, PICTURES, mirrored
from ludens.arena.report.kitchen_terminal import still, terminal
from ludens.arena.report.overcooked import write_film
from ludens.cli.watching import watching
from ludens.errors import LudensError, MissingExtra
from ludens.games.actions import Move, Status
from ludens.games.overcooked.kitchen import KITCHENS, RECIPES

from .test_pages import chromium, driven, parse

HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"><!-- {{ 7*7 }} &amp; \u202e [red]x[/red]"
THREE = "XXPXXXPXX/O  1 2  O/X  XTX  X/D 3     D/XXXSXXXXX"
NINE = "XXPXXXPXXX/O1234567 O/X8      9S/XDXTXXXXXX"
ALONE = "XPX/O1S/XDX"


def play(layout: str = "cramped_room", styles: Sequence[str] = ("fair", "greedy", "cautious"), **params: Any) -> Episode:
    game = ludens.make("overcooked", layout=layout, **params)
    players = tuple(PlayerSpec.of("scripted", style=styles[seat % len(styles)]) for seat in range(game.seats))
    return play_match(Match(game, players, seed=3))


def speaking(episode: Episode, words: str) -> Episode:
    """Let the first cook say something with its third move, and give it a hostile name."""
    params = {**episode.params, "say_chars": 400}
    game = ludens.make(episode.game, **params)
    decisions = [decision._replace(say=words) if (decision.turn, decision.seat) == (2, 0) else decision for decision in episode.decisions]
    spoken = replace(episode, params=params, game_hash=game.hash, decisions=tuple(decisions))
    state = game.start(episode.seed)
    for turn in spoken.moves():
        advance(state, turn)
    return replace(spoken, events=tuple(state.events), seats=(episode.seats[0]._replace(name="<b onclick=x>\x1b[31m"), *episode.seats[1:]))


def told(episode: Episode, width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    print_replay(episode, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def data_of(page: str) -> dict[str, Any]:
    block = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    return json.loads(block[1])["transcripts"][0]


def unrolled(scene: dict[str, Any]) -> list[dict[str, Any]]:
    """Undo what a scene leaves out, as the page's script does."""
    out: list[dict[str, Any]] = []
    cooks: dict[int, list[Any]] = {}
    counters: dict[tuple[int, int], Any] = {}
    pots: dict[tuple[int, int], list[int]] = {}
    score, soups = 0.0, 0
    for step, (walked, did, lying, stews, rest) in enumerate(scene["steps"]):
        cooks = cooks | {seat: row for seat, *row in walked or []}
        counters = {cell: thing for cell, thing in (counters | {(x, y): thing for x, y, thing in lying or []}).items() if thing}
        pots = {cell: stew for cell, stew in (pots | {(x, y): stew for x, y, *stew in stews or []}).items() if stew}
        facts = rest or {}
        score, soups = facts.get("score", score), facts.get("soups", soups)
        left = {cell: None if ready < 0 else max(0, ready - step) for cell, (_, _, ready, _) in pots.items()}
        words = [scene["words"][index] for index in did or []]
        out.append({"cooks": cooks, "counters": counters, "pots": pots, "left": left, "score": score, "soups": soups, "did": words, **facts})
    return out


@pytest.fixture(scope="module")
def busy() -> Episode:
    return play("forced_coordination")


@pytest.fixture(scope="module")
def hostile() -> Episode:
    return speaking(play(horizon=30), HOSTILE)


# -- frames ------------------------------------------------------------------------------------------------------------


def check_frames(episode: Episode) -> None:
    """Compare the film, and the scene of a page read back from JSON, with the positions of the rules step by step."""
    shown = film(episode)
    scene = json.loads(json.dumps(packed(shown)))
    steps = unrolled(scene)
    game = ludens.make(episode.game, **episode.params)
    state = game.start(episode.seed)
    moves: list[Any] = [None, *episode.moves()]
    assert len(shown.frames) == len(steps) == len(moves) == episode.turns + 1
    for step, (frame, seen, turn) in enumerate(zip(shown.frames, steps, moves, strict=True)):
        if turn is not None:
            advance(state, turn)
        assert frame.step == step == state.turn
        assert [cook.cell for cook in frame.cooks] == state.where
        assert [cook.facing for cook in frame.cooks] == state.facing
        assert [cook.holds for cook in frame.cooks] == state.hands
        assert [cook.shaped for cook in frame.cooks] == state.shaped
        assert frame.counters == state.counters
        assert frame.score == state.returns[0]
        assert frame.soups == state.delivered
        assert sum(served.value for served in frame.served) == (state.rewards[0] if step else 0)
        left = {}
        for cell, (onions, tomatoes, ticks) in state.pots.items():
            time = game.kitchen.time((onions, tomatoes))
            left[cell] = None if ticks < 0 else max(0, time - ticks)
            assert frame.pots[cell] == (onions, tomatoes, left[cell], time)
        assert frame.pots.keys() == state.pots.keys()
        assert seen["cooks"] == {seat: [*state.where[seat], state.facing[seat], code(state.hands[seat])] for seat in range(game.seats)}
        assert seen["counters"] == {cell: code(thing) for cell, thing in state.counters.items()}
        assert {cell: stew[:2] for cell, stew in seen["pots"].items()} == {cell: list(pot[:2]) for cell, pot in state.pots.items()}
        assert seen["left"] == left
        assert (seen["score"], seen["soups"]) == (state.returns[0], state.delivered)
        assert [seen.get("shaped", {}).get(str(seat), 0) for seat in range(game.seats)] == state.shaped
        assert seen["did"] == [cook.did for cook in frame.cooks if cook.did]
        assert all(cook.did for cook in frame.cooks) or step == 0


@pytest.mark.parametrize("layout", [*KITCHENS, THREE, NINE, ALONE], ids=[*KITCHENS, "three", "nine", "alone"])
def test_frames_are_the_positions_of_the_steps(layout: str) -> None:
    check_frames(play(layout, horizon=150))


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.sampled_from([*KITCHENS, THREE, ALONE]), st.booleans())
def test_frames_of_random_play_too(seed: int, layout: str, old: bool) -> None:
    game = ludens.make("overcooked", layout=layout, horizon=60, old_dynamics=old)
    check_frames(play_match(Match(game, (PlayerSpec.of("random"),) * game.seats, seed=seed)))


def test_what_cooks_did_is_what_the_rules_said() -> None:
    moves = [("east", "stay"), ("interact", "north"), ("north", "interact"), ("interact", "west")]
    game = ludens.make("overcooked", layout="XXPXX/O21 X/X   X/XDXSX", horizon=4)
    state, players = game.start(0), (PlayerSpec.of("random"),) * 2
    episode = play_match(Match(game, players, seed=0))
    decisions = []
    for turn, (one, two) in enumerate(moves):
        decisions += [episode.decisions[2 * turn + seat]._replace(choice=choice) for seat, choice in enumerate((one, two))]
        state.play({0: Move(one), 1: Move(two)})
    made = replace(episode, decisions=tuple(decisions), events=tuple(state.events), returns=tuple(state.returns))
    assert [[cook.did for cook in frame.cooks] for frame in film(made).frames[1:]] == [
        ["goes east", "stays"], ["interacts in vain", "faces north"], ["faces north", "interacts in vain"], ["interacts in vain", "faces west"],
    ]  # fmt: skip


def test_cooks_in_each_others_way_cannot_go() -> None:
    game = ludens.make("overcooked", layout="XPXX/O12S/XDXX", horizon=1)
    episode = play_match(Match(game, (PlayerSpec.of("random"),) * 2, seed=0))
    state = game.start(0)
    state.play({0: Move("east"), 1: Move("west")})
    decisions = tuple(decision._replace(choice=choice) for decision, choice in zip(episode.decisions, ("east", "west"), strict=True))
    frames = film(replace(episode, decisions=decisions, events=tuple(state.events))).frames
    assert [cook.did for cook in frames[1].cooks] == ["cannot go east", "cannot go west"]


def test_a_default_is_said_to_be_one(busy: Episode) -> None:
    first = busy.decisions[0]._replace(status=Status.DEFAULTED, cause="unparsable")
    frame = film(replace(busy, decisions=(first, *busy.decisions[1:]))).frames[1]
    assert frame.cooks[0].did.endswith("(by default: unparsable)")


def test_other_rules_are_refused(busy: Episode) -> None:
    with pytest.raises(RecordError, match="other rules"):
        film(replace(busy, game_hash="0"))
    with pytest.warns(UserWarning, match="without the display of its family"):
        page = render_replay(replace(busy, game_hash="0"))
    assert 'id="scene"' not in page
    assert "could not be replayed" in page


# -- the page ----------------------------------------------------------------------------------------------------------


def test_page_needs_nothing_else_and_is_small() -> None:
    episode = play("coordination_ring", horizon=400)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page = render_replay(episode)
    checker = parse(page)
    assert "Overcooked: coordination ring, 2 cooks" in "".join(checker.text)
    assert ("div", "id", "scene") in checker.attributes
    assert not {"img", "link", "iframe", "object", "embed", "base", "form"} & set(checker.tags)
    assert checker.tags.count("script") == 2
    assert not any(name.startswith("on") or name in ("src", "href") for _, name, _ in checker.attributes)
    assert "url(" not in page
    assert "@import" not in page
    assert re.findall(r"https?://[^\"' ]+", page) == ["http://www.w3.org/2000/svg"]  # the name of a vocabulary; nothing is fetched
    assert len(page) < 300_000
    assert len(json.dumps(data_of(page)["scene"], separators=(",", ":"))) < 30_000


def test_hostile_words_stay_words(hostile: Episode) -> None:
    page = render_replay(hostile)
    checker = parse(page)
    assert "img" not in checker.tags
    assert checker.tags.count("script") == 2
    assert "\x1b" not in page
    transcript = data_of(page)
    [said] = [step[4]["say"]["0"] for step in transcript["scene"]["steps"] if step[4] and "say" in step[4]]
    assert said.startswith("</script><script>document.title")
    assert transcript["seats"][0].startswith("<b onclick=x>")


def test_a_report_holds_scenes_and_draws_them_once(busy: Episode, summary: RunSummary) -> None:
    page = render_report(replace(summary, transcripts=(transcribe(busy), transcribe(busy))))
    assert page.count("const kitchenLook") == 1
    assert page.count(".kt-card {") == 1
    assert data_of(page)["scene"] == json.loads(json.dumps(packed(film(busy))))
    assert "kitchenLook" not in render_report(summary)


def test_a_scene_counts_among_what_a_report_may_hold(busy: Episode) -> None:
    transcript = transcribe(busy)
    assert _length(transcript) > _length(replace(transcript, scene=None)) + 10_000


def test_every_shape_has_its_colour() -> None:
    seats = {"hat", "hat_deep"}
    assert {shape[1] for shapes in PICTURES.values() for shape in shapes} <= LIGHT.keys() | seats
    assert DARK.keys() == LIGHT.keys()
    assert len(set(HATS)) == 9
    style = drawing().style
    assert all(f"--k-{name}:" in style for name in (*LIGHT, "hat0", "hat8_deep"))
    assert all(re.fullmatch(r"#[0-9a-f]{6}([0-9a-f]{2})?", colour) for colour in (*LIGHT.values(), *DARK.values(), *HATS))
    for onions, tomatoes in RECIPES:
        assert {f"s{onions}{tomatoes}", f"raw{onions}{tomatoes}", f"hot{onions}{tomatoes}"} <= PICTURES.keys()
    assert mirrored(PICTURES["west"]) == PICTURES["east"]


LISTEN = """<script>
window.problems = []; addEventListener('error', (event) => problems.push(event.message));
addEventListener('securitypolicyviolation', (event) => problems.push(event.violatedDirective));
for (const name of ['error', 'warn']) console[name] = (...words) => problems.push(words.join(' '));
</script>"""
DRIVE = """
const one = (query) => document.querySelector(query), fact = () => one('.kt-facts dd').firstChild.data;
const places = () => [...document.querySelectorAll('.kt-cook')].map((node) => node.style.transform);
const seen = [fact(), places()];
const key = (name) => { document.body.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true })); seen.push(fact()); };
key('ArrowRight'); key('ArrowRight'); key('ArrowLeft'); key('End'); key('ArrowRight'); key('Home'); key('ArrowLeft');
const slider = one('.kt-slider'); slider.value = 7; slider.dispatchEvent(new Event('input')); seen.push(fact());
one('.kt-last').click(); seen.push(fact()); one('.kt-first').click(); seen.push(fact());
slider.value = 3; slider.dispatchEvent(new Event('input'));
const said = [...document.querySelectorAll('.kt-said')].map((node) => node.hidden ? null : node.textContent);
one('.kt-first').click(); one('.kt-play').click();
setTimeout(() => {
  const moved = Number(fact()) > 0; one('.kt-play').click();
  document.body.dataset.found = JSON.stringify([seen, said, moved, problems, document.documentElement.scrollWidth - innerWidth, location.hash]);
}, 900);
"""


@pytest.mark.browser
def test_controls_move_the_kitchen(hostile: Episode, tmp_path: Path) -> None:
    document = chromium(driven(render_replay(hostile), DRIVE).replace("<body>", f"<body>{LISTEN}"), tmp_path)
    found = re.search(r'data-found="([^"]*)"', document)
    assert found is not None
    seen, said, moved, problems, overflow, address = json.loads(found[1].replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert problems == []
    assert overflow <= 0
    assert seen[0] == "0"
    assert seen[1] == [f"translate({100 * x}px, {100 * y}px)" for x, y in ludens.make("overcooked").kitchen.starts]  # type: ignore[attr-defined]
    assert seen[2:] == ["1", "2", "1", "30", "30", "0", "0", "7", "30", "0"]
    assert said[0].startswith("</script><script>document.title='owned'</script><img src=x onerror=")
    assert said[1] is None
    assert moved
    assert re.fullmatch(r"#step=\d+", address)
    assert "<title>owned" not in document
    assert "<img" not in document


@pytest.mark.browser
def test_a_report_draws_the_transcript_that_is_picked(busy: Episode, summary: RunSummary, tmp_path: Path) -> None:
    page = render_report(replace(summary, transcripts=(transcribe(busy), *summary.transcripts[:1], transcribe(play(THREE, horizon=20)))))
    pick = "const entries = document.querySelectorAll('#matches button'); entries[1].click(); const none = document.querySelectorAll('.kt').length;"
    ask = f"{pick} entries[2].click(); document.body.dataset.found = [none, document.querySelectorAll('.kt').length, problems.length];"
    document = chromium(driven(page, ask).replace("<body>", f"<body>{LISTEN}"), tmp_path)
    assert 'data-found="0,1,0"' in document
    assert document.count('class="kt-cook"') == 3


@pytest.mark.browser
def test_address_opens_at_a_step_and_every_kitchen_is_drawn(tmp_path: Path) -> None:
    for number, layout in enumerate((NINE, ALONE)):
        episode = play(layout, horizon=40)
        folder = tmp_path / str(number)
        folder.mkdir()
        ask = "location.hash = '#step=12'; setTimeout(() => { document.body.dataset.found = document.querySelector('.kt-facts dd').firstChild.data; }, 100);"
        document = chromium(driven(render_replay(episode), ask), folder)
        assert 'data-found="12"' in document
        assert document.count('class="kt-cook"') == len(episode.seats)
        frame = film(episode).frames[12]
        for cook in frame.cooks:
            assert f"translate({100 * cook.cell[0]}px, {100 * cook.cell[1]}px)" in document
        assert f"The kitchen after 12 steps. player_0 at {frame.cooks[0].cell[0]}, {frame.cooks[0].cell[1]}" in document


# -- the terminal ------------------------------------------------------------------------------------------------------


def test_terminal_tells_all_that_happened(busy: Episode) -> None:
    text = told(busy)
    joined = " ".join(text.split())
    for frame in film(busy).frames:
        for seat, cook in enumerate(frame.cooks):
            if cook.acted:
                assert f"player_{seat} {cook.did}" in joined
    assert text.count("step ") >= 2 + busy.outcome["soups"]
    assert "▲0 " in text
    assert "[D]" in text
    assert "░░░" in text


@pytest.mark.parametrize("width", [40, 80])
def test_terminal_keeps_to_its_width(busy: Episode, hostile: Episode, width: int) -> None:
    for episode in (busy, hostile):
        text = told(episode, width)
        assert max(map(len, text.splitlines())) <= width
        assert not {"\x1b", "\u202e"} & set(text)
    assert "[red]x[/red]" in " ".join(told(hostile).split())


def test_a_position_is_shown_with_what_led_to_it() -> None:
    game = ludens.make("overcooked", layout=ALONE, say_chars=50, horizon=10)
    state = game.start(0)
    state.play({0: Move("west")})
    at = len(state.events)
    state.play({0: Move("interact", "mine [b]now[/b]")})
    console = Console(file=io.StringIO(), width=60)
    console.print(still(state, state.events[at:]))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert text.splitlines()[0] == "step 2 of 10, 0 points, 0 soups"
    assert "[O]◀0o[S]" in text
    assert "player_0 holds an onion; takes an onion “mine [b]now[/b]”" in text


def test_a_real_terminal_plays_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ludens.arena.report.terminal.STILL_SECONDS", 0)
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    print_replay(play(horizon=12), console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(f"step {step} of 12" in text for step in range(13))


def test_only_names_wear_the_colours_of_the_hats(busy: Episode) -> None:
    lines = [line for line in terminal(busy) if isinstance(line, Text)]
    hats = [(str(line)[span.start : span.end], span.style) for line in lines for span in line.spans if HATS[0] in str(span.style)]
    assert hats
    assert {text for text, _ in hats} == {"player_0"}
    assert not any(HATS[0] in str(line.style) for line in lines)


def test_a_film_in_the_terminal_can_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ludens.arena.report.terminal.time.sleep", leave)
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    print_replay(play(horizon=12), console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "stopped here" in text
    assert "step 1 of 12" not in text


def test_play_shows_each_position_in_a_terminal_and_events_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ludens.arena.report.terminal.STILL_SECONDS", 0)
    game = ludens.make("overcooked", layout=ALONE, horizon=3)
    for real in (True, False):
        console = Console(file=io.StringIO(), width=100, force_terminal=real, color_system=None)
        state = game.start(0)
        with watching(game, console, show_private=False) as watch:
            watch(state)
            for choice in ("west", "interact", "stay"):
                state.play({0: Move(choice)})
                watch(state)
        text = console.file.getvalue()  # type: ignore[attr-defined]
        assert all((f"step {step} of 3" in text) == real for step in range(4))
        assert ("player_0 takes an onion." in text) != real


# -- films -------------------------------------------------------------------------------------------------------------


def test_gif_has_a_picture_a_step(hostile: Episode, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    write_film(hostile, tmp_path / "one.gif", "gif")
    with image.open(tmp_path / "one.gif") as made:
        assert made.n_frames == 31
        assert made.info["loop"] == 0
        shown = []
        for step in range(31):
            made.seek(step)
            shown.append(made.convert("RGB").tobytes())
        assert len(set(shown)) == 31
    write_film(hostile, tmp_path / "two.gif", "gif")
    assert (tmp_path / "one.gif").read_bytes() == (tmp_path / "two.gif").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.gif", "two.gif"]


def test_pictures_show_cooks_where_they_are(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    from ludens.arena.report.kitchen_pictures import Painter

    shown = film(play(NINE, horizon=25))
    painter = Painter(shown)
    for step in (0, 13, 25):
        picture = painter.paint(step)
        for seat, cook in enumerate(shown.frames[step].cooks):
            # left of the number, in the middle of the hat
            point = (cook.cell[0] * painter.cell + 0.36 * painter.cell, painter.head + cook.cell[1] * painter.cell + 0.17 * painter.cell)
            assert picture.getpixel((round(point[0]), round(point[1]))) == tuple(int(HATS[seat][at : at + 2], 16) for at in (1, 3, 5))


def test_mp4_opens(busy: Episode, tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    reader = pytest.importorskip("imageio.v2").get_reader
    short = play(horizon=10)
    write_film(short, tmp_path / "film.mp4", "mp4")
    with reader(tmp_path / "film.mp4") as made:
        assert made.count_frames() == 31
        assert made.get_data(30).shape[2] == 3


@pytest.mark.parametrize(("kind", "package"), [("gif", "PIL"), ("mp4", "imageio_ffmpeg")])
def test_without_the_packages_one_line_says_what_to_install(kind: str, package: str, busy: Episode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=rf"a film as {kind.upper()} needs the extra 'video': pip install 'ludens\[video\]'"):
        write_film(busy, tmp_path / "film", kind)
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_be_written_is_said(hostile: Episode, tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    with pytest.raises(LudensError, match="cannot write"):
        write_film(hostile, tmp_path / "nowhere" / "film.gif", "gif")
