"""A language policy computes on exactly what was sampled: its log-probabilities are the engine's, and its gradients move them."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace
from itertools import pairwise

import pytest

from ludens.agents import PlayerSpec
from ludens.arena import Match, play_match, play_match_async
from ludens.arena.record import dump, load
from ludens.arena.trajectory import trajectories
from ludens.errors import LudensError
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.llm.chat import Message, Request, Sampling
from ludens.trainers.language_policy import LanguagePolicy, TokenBatch, row_of
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


# -- published, not written ----------------------------------------------------------------------------------------------


def moved(policy):
    """Move whatever is learned a little."""
    torch.manual_seed(3)
    with torch.no_grad():
        for weight in policy.model.parameters():
            if weight.requires_grad:
                weight.add_(torch.randn_like(weight) * 0.05)
    return policy


@pytest.mark.parametrize("lora", [0, 4])
def test_a_published_policy_plays_as_a_saved_one(place, tmp_path, lora):
    if lora:
        pytest.importorskip("peft")
    policy = moved(LanguagePolicy.load(place, lora=lora))
    spec = ModelSpec(engine="transformers", model=str(place), name="m")
    saved = policy.playing(spec, policy.save(tmp_path / "saved"))
    here = policy.playing(spec, policy.publish(tmp_path / "published"))
    assert not list((tmp_path / "published").glob("*.safetensors"))
    one, other = (said(described) for described in (saved, here))
    assert [reply.token_ids for reply in one] == [reply.token_ids for reply in other]
    for first, second in zip(one, other, strict=True):
        assert first.logprobs == pytest.approx(second.logprobs, abs=1e-4)
    # it trains on, and what answers is what it is then; versions tell which
    again = said(policy.playing(spec, moved(policy).publish(tmp_path / "published")))
    assert [reply.logprobs for reply in again] != [reply.logprobs for reply in other]
    assert len({one[0].model, other[0].model, again[0].model}) == 3
    assert all(weight.requires_grad == ("lora_" in name) for name, weight in policy.model.named_parameters()) if lora else True


def test_what_is_published_in_half_precision_is_sampled_as_it_is_learned(place, tmp_path):
    policy = LanguagePolicy.load(place, dtype="bfloat16")
    spec = ModelSpec(engine="transformers", model=str(place), name="m", options={"device": "cpu", "dtype": "bfloat16"})

    def gap(at):
        batch = TokenBatch.laid([row_of(reply.prompt_token_ids, reply.token_ids, reply.logprobs) for reply in said(replace(spec, model=str(at)))])
        with torch.no_grad():
            return float((policy.logprobs(batch) - batch.logprobs)[batch.sampled].abs().mean())

    # weights that are rounded before they are multiplied differ from those that are rounded on the way
    assert gap(policy.publish(tmp_path / "published")) < 0.5 * gap(policy.save(tmp_path / "saved"))


def test_what_is_saved_where_something_was_published_counts(place, tmp_path):
    policy, spec = LanguagePolicy.load(place), ModelSpec(engine="transformers", model=str(tmp_path / "both"), name="m")
    policy.publish(tmp_path / "both")
    policy.save(tmp_path / "both")
    (saved,) = {reply.logprobs for reply in said(spec)[:1]}
    moved(policy)
    assert said(spec)[0].logprobs == saved


def test_what_was_published_is_gone_with_its_network(place, tmp_path):
    policy = LanguagePolicy.load(place)
    at = policy.publish(tmp_path / "published")
    del policy
    gc.collect()
    with pytest.raises(LudensError, match=r"no \*\.safetensors"):
        ModelSpec(engine="transformers", model=str(at), name="m").build()


def said(spec):
    """Answers to two prompts, unconstrained."""

    async def go():
        model = replace(spec, structured="none", concurrency=None).build()
        try:
            talks = [(Message("user", text),) for text in ("How much for the boat?", "What do you want of it?")]
            return await model.generate([Request(talk, Sampling(temperature=1.0, max_tokens=12), seed=5) for talk in talks])
        finally:
            await model.close()

    return asyncio.run(go())
