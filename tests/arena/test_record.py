from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens import make
from ludens.agents import PlayerSpec
from ludens.arena import CallRecord, Decision, Episode, Match, RecordError, play_match, play_match_async, prompts, replay
from ludens.arena.record import VERSION, dump, load, to_json
from ludens.games import all_ids
from ludens.games.actions import Status
from ludens.llm.chat import Message, Reply, Request, Usage
from ludens.llm.scripted import SchemaModel, ScriptedModel

RANDOM = PlayerSpec.of("random")
TALKER = PlayerSpec.of("language", model="m")


def random_match(game_id: str, seed: int) -> Match:
    game = make(game_id)
    return Match(game, (RANDOM,) * game.seats, seed)


@pytest.mark.parametrize("game_id", all_ids())
def test_every_game_replays_from_its_stored_record(game_id: str) -> None:
    for seed in range(3):
        match = random_match(game_id, seed)
        episode = play_match(match)
        assert episode.error is None
        record, clock = dump(episode)
        again = load(record, clock)
        assert dump(again) == (record, clock)
        state = replay(again)
        assert tuple(state.returns) == episode.returns
        # the record is the same whenever it is played; only the clock differs
        assert dump(play_match(match))[0] == record


def test_a_record_that_was_tampered_with_does_not_replay() -> None:
    episode = play_match(random_match("prisoners_dilemma", 1))
    first = episode.decisions[0]
    other = first._replace(choice=next(choice for choice in ("cooperate", "defect", "C", "D", "A", "B") if _legal_other(episode, choice)))
    for broken, what in (
        (replace(episode, decisions=(other, *episode.decisions[1:])), "events"),
        (replace(episode, returns=tuple(value + 1 for value in episode.returns)), "returns"),
        (replace(episode, outcome={**episode.outcome, "more": 1}), "outcome"),
        (replace(episode, game_hash="0" * 16), "rules"),
        (replace(episode, decisions=(first._replace(choice="no such"), *episode.decisions[1:])), "cannot be replayed past turn 0"),
    ):
        with pytest.raises(RecordError, match=what):
            replay(broken)


def _legal_other(episode: Episode, choice: str) -> bool:
    spec = make(episode.game).start(episode.seed).action_spec(0)
    return choice != episode.decisions[0].choice and spec.domain.check(choice) is None


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b"null", b'{"v": 1}', b'{"v": 99, "id": "x"}', b"\x00\xff"])
def test_damaged_records_give_one_line(damaged: bytes) -> None:
    with pytest.raises(RecordError) as caught:
        load(damaged)
    assert "\n" not in str(caught.value)


def test_newer_records_are_refused() -> None:
    plain = orjson.loads(dump(play_match(random_match("ultimatum", 0)))[0])
    with pytest.raises(RecordError, match=f"version {VERSION + 1}"):
        load(orjson.dumps({**plain, "v": VERSION + 1}))


async def test_prompts_are_stored_as_what_is_new_and_rebuilt_whole() -> None:
    sent: list[Request] = []

    def answer(request: Request) -> Reply:
        sent.append(request)
        text = "I do not know" if len(sent) % 5 == 2 else orjson.dumps({"choice": "cooperate" if "cooperate" in str(request.schema) else "C"}).decode()
        return Reply(text, usage=Usage(10, 5), cost=0.25, retries=("429: slow down",) if len(sent) == 1 else (), logprobs=(-0.5, -1.25), token_ids=(3, 4))

    game = make("prisoners_dilemma", rounds=6)
    episode = await play_match_async(Match(game, (TALKER, RANDOM), 3), {"m": ScriptedModel(answer, "m")})
    episode = load(*dump(episode))
    rebuilt = [messages for _, _, messages in prompts(episode)]
    assert rebuilt == [request.messages for request in sent]
    # linear in the length of the game: every message is stored once
    assert sum(len(call.new) for decision in episode.decisions for call in decision.calls) == len(rebuilt[-1])
    calls = [call for decision in episode.decisions for call in decision.calls]
    assert [call.key for call in calls] == [request.key("m") for request in sent]
    assert calls[0].retries == ("429: slow down",)
    assert calls[0].logprobs == (-0.5, -1.25)
    assert calls[0].usage == Usage(10, 5)
    assert calls[1].status == Status.UNPARSABLE
    assert calls[1].problem
    assert episode.cost == pytest.approx(0.25 * len(sent))
    assert len({request.replicate for request in sent}) == len(sent), "no two requests of a run are one to a cache"
    assert all(request.tag.startswith(episode.id + "/0/") for request in sent)
    replay(episode)


TEXT = st.text(max_size=40)
MESSAGES = st.lists(st.builds(Message, st.sampled_from(["system", "user", "assistant"]), TEXT), max_size=3).map(tuple)
CALLS = st.builds(
    CallRecord,
    keep=st.integers(0, 5),
    new=MESSAGES,
    text=st.none() | TEXT,
    status=st.sampled_from([status.value for status in Status]),
    problem=st.none() | TEXT,
    usage=st.builds(Usage, st.integers(0, 10**6), st.integers(0, 10**6)),
    cost=st.none() | st.floats(0, 1),
    retries=st.lists(TEXT, max_size=2).map(tuple),
    cached=st.booleans(),
    logprobs=st.none() | st.lists(st.floats(-50, 0), max_size=4).map(tuple),
    prompt_token_ids=st.none() | st.lists(st.integers(0, 2**31), max_size=4).map(tuple),
    token_ids=st.none() | st.lists(st.integers(0, 2**31), max_size=4).map(tuple),
    latency=st.integers(0, 10**6).map(lambda micro: micro / 1e6),
)
JSON = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=8)
DECISIONS = st.builds(
    Decision,
    turn=st.integers(0, 99),
    seat=st.integers(0, 9),
    key=st.text("0123456789abcdef", min_size=16, max_size=16),
    choice=JSON,
    say=st.none() | TEXT,
    status=st.sampled_from([Status.OK, Status.OK, Status.REPAIRED, Status.DEFAULTED, Status.FORFEITED]),
    cause=st.none() | st.sampled_from(["illegal", "hung"]),
    problem=st.none() | TEXT,
    note=st.none() | TEXT,
    calls=st.lists(CALLS, max_size=2).map(tuple),
    seconds=st.integers(0, 10**7).map(lambda micro: micro / 1e6),
)


@given(st.lists(DECISIONS, max_size=5).map(tuple), JSON)
@settings(max_examples=60)
def test_any_record_survives_its_plain_form(decisions: tuple[Decision, ...], outcome: Any) -> None:
    # a cause goes with a status or a problem: a decision that went well has neither
    decisions = tuple(item if item.status is not Status.OK else item._replace(cause=None) for item in decisions)
    episode = Episode("i", "g-v0", "h", {}, 1, "", (), decisions, (), (), {"facts": outcome})
    assert load(*dump(episode)) == episode


@given(st.text(st.characters(codec=None, categories=["Cs", "L", "Cc"]), max_size=20), st.integers())
def test_what_json_cannot_hold_is_replaced(text: str, number: int) -> None:
    plain = orjson.loads(to_json({"text": text, "number": number, "list": [text]}))
    assert isinstance(plain["text"], str)
    assert len(plain["text"]) == len(text)


async def test_identical_seeds_give_identical_episodes_with_models() -> None:
    game = make("negotiation")
    match = Match(game, (TALKER, TALKER), 11)
    one, two = [dump(await play_match_async(match, {"m": SchemaModel("m")}))[0] for _ in range(2)]
    assert one == two
