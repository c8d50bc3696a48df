"""The pages are self-contained, well-formed, and show hostile text as text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.arena.record import Episode
from ludens.arena.report import Estimate, RunSummary, render_replay, render_report, transcribe
from ludens.arena.report.pages import _data_block

from .conftest import HOSTILE

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Checker(HTMLParser):
    """Fails on tags that do not nest, and collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parse(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


@pytest.fixture(scope="module")
def report(summary: RunSummary) -> str:
    return render_report(summary)


@pytest.fixture(scope="module")
def replayed(hostile_episode: Episode) -> str:
    return render_replay(hostile_episode)


@pytest.mark.parametrize("which", ["report", "replayed"])
def test_page_is_well_formed_and_needs_nothing_else(which: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(which)
    checker = parse(page)
    assert not {"img", "link", "iframe", "object", "embed", "base", "form"} & set(checker.tags)
    assert checker.tags.count("script") == 2
    assert not any(name.startswith("on") or name == "src" for _, name, _ in checker.attributes)
    assert all(value.startswith("#") for _, name, value in checker.attributes if name == "href")
    assert "@import" not in page
    assert "url(" not in page
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", page)


@pytest.mark.parametrize("which", ["report", "replayed"])
def test_policy_names_the_one_script_and_forbids_network(which: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(which)
    policy = next(value for tag, name, value in parse(page).attributes if tag == "meta" and name == "content" and "default-src" in value)
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert policy.split("; ") == ["default-src 'none'", "style-src 'unsafe-inline'", f"script-src 'sha256-{digest}'", "base-uri 'none'", "form-action 'none'"]


@pytest.mark.parametrize("which", ["report", "replayed"])
def test_hostile_text_is_data(which: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(which)
    assert "<script>document" not in page
    assert "<b>hostile" not in page
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    assert not set("<>&") & set(block[1])
    transcripts = json.loads(block[1])["transcripts"]
    said = [line["text"] for one in transcripts for line in one["lines"] if line.get("speech")]
    assert any("<img src=x onerror=" in text for text in said)
    replies = [exchange["reply"] for one in transcripts for line in one["lines"] for exchange in line.get("answer", {}).get("exchanges", [])]
    assert any(HOSTILE in reply for reply in replies)


def test_data_block_survives_every_awkward_character() -> None:
    nasty = {"text": HOSTILE + "]]>\x00\ud800" + "".join(map(chr, range(0x250)))}
    assert json.loads(str(_data_block(nasty))) == nasty


@settings(max_examples=60)
@given(st.text(st.characters(codec=None, categories=None), max_size=80), st.text(st.sampled_from("<>/!-script&;'\"{}%"), max_size=60))
def test_any_text_stays_within_its_data_block(text: str, markup: str) -> None:
    block = str(_data_block({"one": text, markup: markup}))
    assert not set("<>&") & set(block)
    assert block.isascii()
    assert json.loads(block) == {"one": text, markup: markup}


def test_lone_surrogates_can_be_written(summary: RunSummary) -> None:
    page = render_report(replace(summary, name="cup \ud800 end", transcripts=()))
    assert "cup ? end" in page
    page.encode("utf-8")


def test_seat_and_turn_zero_are_kept(replayed: str) -> None:
    block = re.search(r'id="data">(.*?)</script>', replayed, re.DOTALL)
    assert block is not None
    lines = json.loads(block[1])["transcripts"][0]["lines"]
    assert any(line.get("seat") == 0 for line in lines)
    assert any(line["turn"] == 0 for line in lines)


def test_report_shows_all_its_parts(report: str, summary: RunSummary) -> None:
    text = " ".join(parse(report).text)
    for heading in ("Leaderboard", "Games", "Answers", "Spending", "Faults and losses", "Transcripts", "Methods"):
        assert heading in text
    for row in summary.standings:
        assert row.name in text
    for game in summary.games:
        assert game.title in text
        assert game.rules.split("\n")[0][:60] in text
    assert report.count('class="strip"') >= 2 * len(summary.standings)
    assert 'class="plane"' in report
    assert "unparsable tries" in text


def test_report_of_a_run_without_spending_or_faults(summary: RunSummary) -> None:
    rows = tuple(
        replace(row, spending=type(row.spending)(), statuses={"ok": row.decisions}, rating=None, online=None, score=Estimate(0.5, n=1))
        for row in summary.standings
    )
    bare = replace(summary, standings=rows, faults=(), transcripts=(), notes=(), games=summary.games[:1])
    page = render_report(bare)
    parse(page)
    assert 'id="spending"' not in page
    assert 'id="transcripts"' not in page
    assert "Every one of" in page
    assert "nothing was retried, dropped, defaulted or left out" in page


def chromium(page: str, folder: Path) -> str:
    """Open a page in headless Chromium and give its document as it stands after scripts ran."""
    binary = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if binary is None:
        pytest.skip("no Chromium here")
    file = folder / "page.html"
    file.write_text(page, "utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", f"--user-data-dir={folder / 'profile'}"]
    return subprocess.run(
        [binary, *flags, "--virtual-time-budget=2000", "--dump-dom", file.as_uri()], capture_output=True, timeout=120, check=True
    ).stdout.decode()


@pytest.mark.browser
def test_hostile_text_stays_text_in_a_browser(summary: RunSummary, hostile_episode: Episode, tmp_path: Path) -> None:
    pages = {
        "replay": (render_replay(hostile_episode), "Ludens replay"),
        "report": (render_report(replace(summary, transcripts=(transcribe(hostile_episode),))), "Ludens report"),
    }
    for name, (page, title) in pages.items():
        folder = tmp_path / name
        folder.mkdir()
        seen = chromium(page, folder)
        found = re.search(r"<title>(.*?)</title>", seen)
        assert found is not None
        assert title in found[1]
        assert "owned" not in found[1]
        assert "<img" not in seen
        # the script ran, and put the words there as words
        assert "<p class=\"words\">&lt;script&gt;document.title='owned'&lt;/script&gt;&lt;img src=x onerror=" in seen


def driven(page: str, script: str) -> str:
    """Add a script that works the page's controls; the policy would stop it, so it is loosened."""
    loosened, times = re.subn(r"script-src &#39;sha256-[^&]*&#39;", "script-src 'unsafe-inline'", page)
    assert times == 1
    return loosened.replace("</body>", f"<script>{script}</script></body>")


@pytest.mark.browser
def test_policy_stops_scripts_that_are_not_ours(replayed: str, tmp_path: Path) -> None:
    seen = chromium(replayed.replace("</body>", "<script>document.title = 'foreign'</script></body>"), tmp_path)
    assert "<title>foreign" not in seen
    assert 'class="turn"' in seen


@pytest.mark.browser
def test_view_of_a_seat_hides_what_it_could_not_see(replayed: str, tmp_path: Path) -> None:
    assert "only player_1" in chromium(replayed, tmp_path)
    choose = "const view = document.querySelector('.controls select'); view.value = '0'; view.dispatchEvent(new Event('change'));"
    seen = chromium(driven(replayed, choose), tmp_path)
    flow = seen[seen.index('class="flow"') : seen.index('id="data"')]
    assert "only player_0" in flow
    assert "only player_1" not in flow


@pytest.mark.browser
def test_slider_goes_back_to_before_the_first_move(replayed: str, tmp_path: Path) -> None:
    move = "const slider = document.querySelector('input[type=range]'); slider.value = 0; slider.dispatchEvent(new Event('input'));"
    seen = chromium(driven(replayed, move), tmp_path)
    flow = seen[seen.index('class="flow"') : seen.index('id="data"')]
    assert ">before the first move<" in seen
    assert 'class="turn"' not in flow
    assert "only player_0" in flow


@pytest.mark.browser
def test_transcripts_are_filtered_by_player(report: str, summary: RunSummary, tmp_path: Path) -> None:
    choose = "const pick = document.getElementById('pick-player'); pick.value = 'greedy'; pick.dispatchEvent(new Event('change'));"
    seen = chromium(driven(report, choose), tmp_path)
    listed = seen[seen.index('id="matches"') : seen.index('id="transcript"')]
    assert listed.count("<li>") == sum("greedy" in transcript.seats for transcript in summary.transcripts)
    assert "tit_for_tat" not in listed
