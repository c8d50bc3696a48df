"""A language policy computes on exactly what was sampled: its log-probabilities are the engine's, and its gradients move them."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from ludens.agents import PlayerSpec
from ludens.arena import Match, play_match, play_match_async
from ludens.arena.record import dump, load
from ludens.arena.trajectory import trajectories
from ludens.errors import LudensError
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.trainers.language_policy import LanguagePolicy, TokenBatch
from ludens.trainers.samples import samples

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from tiny_nano import tiny_nano  # noqa: E402


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tiny_nano(tmp_path_factory.mktemp("policy") / "tiny")


def played(place, engine, structured="json_schema", seeds=3, **params):
    """Samples of episodes that a model of the engine plays against itself, read back from the record's bytes."""

    async def go():
        model = ModelSpec.of({"engine": engine, "model": str(place), "name": "m", "structured": structured, "concurrency": None}).build()
        player = PlayerSpec.of("language", model="m", max_tokens=60, reask=0, **params)
        try:
            return await asyncio.gather(*(play_match_async(Match(make("negotiation"), (player, player), seed), {"m": model}) for seed in range(seeds)))
        finally:
            await model.close()

    return samples(part for episode in asyncio.run(go()) for part in trajectories(load(*dump(episode))))


@pytest.mark.parametrize("engine", ["transformers", "nano"])
@pytest.mark.parametrize("structured", ["json_schema", "none"])
def test_its_log_probabilities_are_the_engines(place, engine, structured):
    found = played(place, engine, structured)
    assert len(found.kept) >= 6
    assert found.without_tokens == 0
    batch = TokenBatch.of(found.kept)
    with torch.no_grad():
        own = LanguagePolicy.load(place).logprobs(batch)
    assert torch.allclose(own, batch.logprobs, atol=1e-4)
    assert int(batch.sampled.sum()) == sum(len(sample.reply) for sample in found.kept)


def test_the_mask_covers_the_sampled_tokens_and_nothing_else(place):
    found = played(place, "nano", seeds=1)
    batch = TokenBatch.of(found.kept)
    for row, sample in enumerate(found.kept):
        assert tuple(batch.tokens[row][batch.sampled[row]].tolist()) == sample.reply
        before = batch.tokens[row][: len(sample.prompt)]
        assert tuple(before.tolist()) == sample.prompt
        assert not batch.sampled[row][: len(sample.prompt)].any()
        assert int(batch.attention[row].sum()) == len(sample.prompt) + len(sample.reply)


def test_rewards_to_go_sum_up(place):
    episode_samples = played(place, "nano", seeds=2).kept
    by_seat: dict[tuple[str, int], list] = {}
    for sample in episode_samples:
        by_seat.setdefault((sample.episode, sample.seat), []).append(sample)
    for own in by_seat.values():
        for earlier, later in pairwise(own):
            assert earlier.to_go == pytest.approx(earlier.reward + later.to_go)
        assert own[-1].to_go == pytest.approx(own[-1].reward)


def test_a_gradient_step_raises_what_it_is_told_to_raise_and_the_engine_agrees(place, tmp_path):
    found = played(place, "nano", seeds=2)
    batch = TokenBatch.of(found.kept)
    policy = LanguagePolicy.load(place)
    optimizer = torch.optim.SGD(policy.model.parameters(), lr=0.02)
    before = policy.logprobs(batch)[batch.sampled].mean()
    (-before).backward()
    optimizer.step()
    with torch.no_grad():
        after = policy.logprobs(batch)[batch.sampled].mean()
    assert after > before
    trained = policy.save(tmp_path / "next")
    again = played(trained, "nano", seeds=2)
    with torch.no_grad():
        batch = TokenBatch.of(again.kept)
        assert torch.allclose(policy.logprobs(batch), batch.logprobs, atol=1e-4)


def test_padding_changes_nothing(place):
    found = played(place, "nano", seeds=2).kept
    policy = LanguagePolicy.load(place)
    with torch.no_grad():
        together = policy.logprobs(TokenBatch.of(found))
        for row, sample in enumerate(found):
            alone = policy.logprobs(TokenBatch.of([sample]))
            assert torch.allclose(together[row, : alone.shape[1]], alone[0], atol=1e-5)


def test_decisions_without_tokens_are_counted():
    episode = play_match(Match(make("ultimatum"), (PlayerSpec.of("random"), PlayerSpec.of("random")), 1))
    found = samples(trajectories(episode))
    assert found.kept == []
    assert found.without_tokens == len(episode.decisions)


def test_what_will_not_do_is_told(place, tmp_path):
    with pytest.raises(LudensError, match="at least one sample"):
        TokenBatch.of([])
    with pytest.raises(LudensError, match="there is no such folder"):
        LanguagePolicy.load(tmp_path / "nowhere")
    (sample, *_) = played(place, "nano", seeds=1).kept
    with pytest.raises(LudensError, match="sampled tokens have 0 log-probabilities"):
        TokenBatch.of([sample._replace(logprobs=())])
