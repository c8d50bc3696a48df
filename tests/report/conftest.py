"""A small real run: scripted strategies, scripted negotiators, a model that answers well, and one that answers with hostile text."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path

import pytest

import ludens
from ludens.agents.player import PlayerSpec
from ludens.analysis.summary import summarise
from ludens.arena.episode import play_match, play_match_async
from ludens.arena.plan import Match
from ludens.arena.record import Episode
from ludens.arena.report import RunSummary
from ludens.arena.rows import episode_rows
from ludens.arena.store import Run
from ludens.llm.chat import Reply, Request, Usage
from ludens.llm.scripted import SchemaModel, ScriptedModel

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"></script><!-- {{ 7*7 }} \u2028\u202e &amp;"
"""What a hostile model says: it must appear as these very characters."""


def hostile_model() -> ScriptedModel:
    """Speak hostile text with legal offers; the very first answer is no JSON at all."""
    schema = SchemaModel("inner")

    async def answer(request: Request) -> Reply:
        if request.tag.endswith("/0/0"):
            return Reply(f"I will not answer in JSON. {HOSTILE}", usage=Usage(40, 20), model="hostile-1", cost=0.001)
        [inner] = await schema.generate([request])
        plain = json.loads(inner.text)
        if "say" in plain:
            plain["say"] = HOSTILE
        return Reply(json.dumps(plain), usage=Usage(120, 30), model="hostile-1", cost=0.002, latency=0.25)

    return ScriptedModel(answer, "hostile")


def build_run(folder: Path) -> Path:
    """Play a tournament into ``folder``."""
    strategies = [PlayerSpec.of(kind) for kind in ("tit_for_tat", "defector", "cooperator", "grim", "random")]
    talkers = [PlayerSpec.of("scripted", name=style, style=style) for style in ("fair", "greedy", "deceptive")]
    talkers.append(PlayerSpec.of("language", name="model <b>hostile</b>", model="hostile"))
    pairs = [(ludens.make("prisoners_dilemma", rounds=6), strategies), (ludens.make("negotiation"), talkers), (ludens.make("haggling"), talkers)]
    matches = [
        Match(game, seats, seed=100 * number + repeat)  # the two seatings of a pair share their chance
        for game, players in pairs
        for number, pair in enumerate(itertools.combinations(players, 2))
        for repeat in range(2)
        for seats in (pair, pair[::-1])
    ]
    models = {"hostile": hostile_model()}

    async def play(match: Match) -> Episode:
        return await play_match_async(match, models)

    with Run.create(folder, {}) as run:
        run.add(matches)
        episodes = [asyncio.run(play(match)) if any(player.needs_model for player in match.players) else play_match(match) for match in matches]
        run.save([episode_rows(episode) for episode in episodes])
    return folder


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_run(tmp_path_factory.mktemp("runs") / "harbour-cup")


@pytest.fixture(scope="session")
def summary(run_folder: Path) -> RunSummary:
    with Run.open(run_folder) as run:
        return summarise(run, bootstrap=40)


@pytest.fixture(scope="session")
def hostile_episode(run_folder: Path) -> Episode:
    with Run.open(run_folder) as run:
        return next(episode for episode in run.episodes() if any(call.status == "unparsable" for decision in episode.decisions for call in decision.calls))
