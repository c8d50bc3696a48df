"""Whatever a player does, the match comes to its end, and the record says what happened."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from ludens import Move, State
from ludens.agents import Answer, BasePlayer, Call, PlayerSpec, player_kind
from ludens.arena import Episode, Limits, Match, play_match, play_match_async, replay
from ludens.arena.record import dump
from ludens.errors import LudensError
from ludens.games.actions import ActionSpec, Status
from ludens.games.core import Game, GameType, IllegalPolicy, Observation
from ludens.games.domains import OneOf
from ludens.llm.chat import Message, ModelFailure, Reply, Request
from ludens.llm.scripted import ScriptedModel

LIMITS = Limits(move_seconds=0.05, model_seconds=0.05, patience=3)
FIXTURE = Path(__file__).parents[1] / "fixtures" / "misbehaving.py"


def load_misbehaving() -> Any:
    spec = importlib.util.spec_from_file_location("ludens_misbehaving", FIXTURE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ludens_misbehaving"] = module
    spec.loader.exec_module(module)
    module.register()
    return module


MISBEHAVING = load_misbehaving()
GOOD = PlayerSpec.of("random")


@dataclass(frozen=True, kw_only=True)
class Coin(Game):
    """Two seats call a coin, some rounds; the policy for bad answers and what goes wrong in the rules are parameters."""

    rounds: int = 5
    policy: str = "random"
    breaks_at: int = -1
    ends: bool = True

    @property
    def seats(self) -> int:
        return 2

    @cached_property
    def type(self) -> GameType:
        policy = IllegalPolicy(1, self.policy)  # type: ignore[arg-type]
        return GameType(
            (2, 2), "simultaneous", "imperfect", "general_sum", 0, self.rounds, self.rounds, illegal=policy, language=True, roles=("caller", "dealer")
        )

    def rules_text(self, seat: int | None = None) -> str:
        return "Call."

    def new_state(self, seed: int) -> State:
        return CoinState(self, seed)


class CoinState(State):
    def __init__(self, game: Coin, seed: int) -> None:
        super().__init__(game, seed)
        self.to_move = (0, 1)

    def action_spec(self, seat: int) -> ActionSpec:
        return ActionSpec(OneOf(("head", "tail")), say_chars=50)

    def request(self, seat: int) -> str:
        return "Head or tail?"

    def default_move(self, seat: int) -> Move:
        return Move("tail")

    def _apply(self, moves: Any) -> None:
        game = self.game
        assert isinstance(game, Coin)
        if self.turn == game.breaks_at:
            raise ZeroDivisionError("the coin broke")
        calls = [moves[seat].choice for seat in (0, 1)]
        self.emit("round", f"Calls: {calls}", data={"calls": calls})
        self.rewards[0] += 1.0
        if game.ends and self.turn + 1 >= game.rounds:
            self.to_move = ()


async def play(match: Match, *, limits: Limits = LIMITS, models: Any = None) -> Episode:
    episode = await play_match_async(match, models, limits=limits)
    dump(episode)
    if episode.error is None:
        assert replay(episode, match.game).returns == list(episode.returns)
    assert [decision.turn for decision in episode.decisions if decision.seat == 0] == list(range(episode.turns))
    return episode


def misbehaving(how: str, **params: Any) -> PlayerSpec:
    return PlayerSpec.of("misbehaving", how=how, **params)


@pytest.mark.parametrize("policy", ["random", "default", "forfeit"])
@pytest.mark.parametrize("how", sorted(MISBEHAVING.MODES))
async def test_any_misbehaviour_is_met_by_the_policy(how: str, policy: str) -> None:
    game = Coin(policy=policy)
    episode = await play(Match(game, (misbehaving(how, after=1, seconds=30.0), GOOD), 4))
    decisions = [decision for decision in episode.decisions if decision.seat == 0]
    assert decisions[0].status is Status.OK
    behaves = how in ("raise_in_start", "raise_in_end", "megabyte_note")
    if behaves:
        assert all(decision.status is Status.OK for decision in decisions)
        assert [fault.kind for fault in episode.faults] == (["end"] if how == "raise_in_end" else [])
        assert all(decision.note is None or len(decision.note) <= 20_000 for decision in decisions)
        return
    bad = decisions[1:]
    expected = Status.FORFEITED if policy == "forfeit" else Status.DEFAULTED
    assert {decision.status for decision in bad} == {expected}
    assert all(decision.problem and len(decision.problem) <= 500 and "\n" not in decision.problem for decision in bad)
    assert len(dump(episode)[0]) < 20_000, "what a player answers is bounded before it is stored"
    if policy == "forfeit":
        assert episode.forfeited == 0
        assert episode.turns == 2
        assert bad[0].choice is None
    else:
        assert episode.turns == game.rounds
        if policy == "default":
            assert {decision.choice for decision in bad} == {"tail"}
    assert all(decision.status is Status.OK for decision in episode.decisions if decision.seat == 1)


async def test_causes_are_told_apart() -> None:
    async def causes(spec: PlayerSpec) -> tuple[list[str | None], list[str]]:
        episode = await play(Match(Coin(), (spec, GOOD), 4))
        return [decision.cause for decision in episode.decisions if decision.seat == 0], [fault.kind for fault in episode.faults]

    assert await causes(misbehaving("raise")) == (["raised"] * 3 + ["not_asked"] * 2, ["raised"] * 3)
    assert await causes(misbehaving("raise_later")) == (["raised"] * 3 + ["not_asked"] * 2, ["raised"] * 3)
    assert await causes(misbehaving("sleep")) == (["hung"] * 3 + ["not_asked"] * 2, ["hung"] * 3)
    assert await causes(misbehaving("block")) == (["hung"] * 3 + ["not_asked"] * 2, ["hung"] * 3)
    assert await causes(misbehaving("raise_in_start")) == (["not_asked"] * 5, ["start"])
    assert await causes(misbehaving("illegal")) == (["illegal"] * 5, [])
    assert await causes(misbehaving("megabyte_say")) == (["illegal"] * 5, [])


async def test_a_random_policy_is_reproducible_and_does_not_touch_the_game() -> None:
    match = Match(Coin(), (misbehaving("none"), misbehaving("none")), 9)
    one, two = await play(match), await play(match)
    assert [decision.move for decision in one.decisions] == [decision.move for decision in two.decisions]
    other = await play(replace(match, seed=10))
    long = [decision.choice for decision in one.decisions]
    assert long != [decision.choice for decision in other.decisions] or long[:5] != long[5:]


def test_scripted_players_hang_raise_and_exit_in_the_sync_driver() -> None:
    for name, kind in (("Sleepy", "hung"), ("Stubborn", "hung"), ("Exiting", "raised"), ("Odd", "raised")):
        player_kind(f"arena_{name.lower()}", f"{__name__}:{name}")
        episode = play_match(Match(Coin(), (PlayerSpec.of(f"arena_{name.lower()}"), GOOD), 1), limits=LIMITS)
        assert [fault.kind for fault in episode.faults] == [kind] * 3, name
        assert episode.turns == 5
        replay(episode, Coin())


class Sleepy(BasePlayer):
    def act(self, observation: Observation) -> Move:
        while True:
            pass


class Stubborn(BasePlayer):
    def act(self, observation: Observation) -> Move:
        while True:
            try:
                while True:
                    pass
            except Exception:  # that is the point: it does not let itself be stopped by exceptions
                continue


class Exiting(BasePlayer):
    def act(self, observation: Observation) -> Move:
        sys.exit(3)


class Odd(BasePlayer):
    def act(self, observation: Observation) -> Move:
        class Unspeakable(Exception):
            def __str__(self) -> str:
                raise RuntimeError

        raise Unspeakable


def test_the_sync_driver_refuses_players_that_wait() -> None:
    with pytest.raises(LudensError, match="play_match_async"):
        play_match(Match(Coin(), (misbehaving("sleep"), GOOD), 1))


async def test_rules_that_raise_or_do_not_end_are_told() -> None:
    broken = await play(Match(Coin(breaks_at=2), (GOOD, GOOD), 1))
    assert broken.error == "ZeroDivisionError: the coin broke"
    assert broken.turns == 2
    assert [fault.kind for fault in broken.faults] == ["game"]
    endless = await play(Match(Coin(ends=False), (GOOD, GOOD), 1))
    assert endless.error is not None
    assert "horizon of 5" in endless.error


async def test_seats_know_their_role_and_hear_the_end() -> None:
    heard: list[Any] = []
    Hearing.heard = heard
    player_kind("arena_hearing", f"{__name__}:Hearing")
    episode = await play(Match(Coin(), (PlayerSpec.of("arena_hearing"), GOOD), 1))
    assert [seat.role for seat in episode.seats] == ["caller", "dealer"]
    assert heard == [("start", 0, Match(Coin(), (GOOD, GOOD), 1).seat_seed(0)), ("end", 5.0)]


class Hearing(BasePlayer):
    heard: list[Any]

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        self.heard.append(("start", seat, seed))

    def act(self, observation: Observation) -> Move:
        return Move("head")

    def end(self, outcome: Any) -> None:
        self.heard.append(("end", outcome["returns"]))


async def test_lost_requests_are_counted_and_fatal_ones_end_the_match() -> None:
    def answer(request: Request) -> str:
        turn = int(request.tag.split("/")[2])
        if turn % 2:
            raise ModelFailure("the server is down", ("500", "500"))
        return '{"choice": "head"}'

    talker = PlayerSpec.of("language", model="m")
    episode = await play(Match(Coin(rounds=6), (talker, GOOD), 1), models={"m": ScriptedModel(answer, "m")})
    decisions = [decision for decision in episode.decisions if decision.seat == 0]
    assert [decision.cause for decision in decisions] == [None, "no_reply"] * 3
    assert [fault.kind for fault in episode.faults] == ["no_reply"] * 3
    assert all(call.text is None for decision in decisions[1::2] for call in decision.calls)

    def refuse(request: Request) -> str:
        raise ModelFailure("wrong key", ("401",), fatal=True)

    with pytest.raises(ModelFailure, match="wrong key"):
        await play_match_async(Match(Coin(), (talker, GOOD), 1), {"m": ScriptedModel(refuse, "m")})
    with pytest.raises(LudensError, match="plays by the model 'm', which is not among"):
        await play_match_async(Match(Coin(), (talker, GOOD), 1), {})


async def test_replies_are_bounded_in_the_record() -> None:
    player_kind("arena_verbose", f"{__name__}:Verbose", sync=False)
    episode = await play(Match(Coin(), (PlayerSpec.of("arena_verbose"), GOOD), 1))
    call = episode.decisions[0].calls[0]
    assert call.text is not None
    assert len(call.text) == 100_000
    assert episode.decisions[0].status is Status.REPAIRED, "a legal move with a status that says otherwise"


class Verbose(BasePlayer):
    async def act(self, observation: Observation) -> Answer:
        call = Call((Message("user", "?"),), Reply("x" * 1_000_000), "key", Status.OK)
        return Answer(Move("head"), Status.ILLEGAL, (call,))
