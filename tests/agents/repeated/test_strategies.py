"""The strategies as players and as automata, without any other library."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.agents import PlayerSpec, kinds
from ludens.agents.repeated import STRATEGIES, strategy
from ludens.agents.repeated.base import C, D
from ludens.errors import LudensError, ParameterError, UnknownName
from ludens.games import make

GENERIC = {
    "memory_one": {"p_cc": 0.9, "p_cd": 0.2, "p_dc": 0.6, "p_dd": 0.1},
    "reactive": {"p": 0.9, "q": 0.2},
    "zero_determinant": {"phi": 0.1, "s": 0.5, "l": 1.0},
    "machine": {"table": [[0, "C", 1, "D"], [1, "D", 0, "C"]]},
}
"""Parameters for the kinds that have no defaults."""
UNBOUNDED = {"adaptive_tit_for_tat", "downing", "limited_retaliate"}
"""They keep a real number or several counts, so they have no small machine."""
ALL = sorted(STRATEGIES)
GENERAL = {name for name, entry in STRATEGIES.items() if entry.entry_point.endswith((":MemoryOne", ":Reactive"))}
MACHINES = sorted(set(ALL) - UNBOUNDED)


def seat(player, index, game, seed=0):
    player.start(index, game.type, seed)
    return player


def play(game, players, seed=0):
    """Play to the end; return the actions carried out, round by round."""
    state = game.start(seed)
    for index, player in enumerate(players):
        player.start(index, game.type, seed + index)
    while state.to_move:
        state.play({index: players[index].act(state.observe(index)) for index in state.to_move})
    return [tuple(event.data["actions"]) for event in state.events if event.kind == "round"]


def test_there_are_enough_of_them_and_all_are_kinds():
    registered = kinds()
    assert len(ALL) >= 100
    assert set(ALL) <= set(registered)
    assert all(registered[name].sync and registered[name].summary for name in ALL)


@pytest.mark.parametrize("name", ALL)
def test_metadata_is_true(name):
    made = strategy(name, **GENERIC.get(name, {}))
    assert made.source
    assert made.__class__.__doc__
    chances = made.automaton(turns=8 if name in UNBOUNDED else 30).cooperation
    if name in GENERAL:
        assert made.stochastic  # by some of their parameters
    else:
        assert made.stochastic == any(0 < chance < 1 for chance in chances)


@pytest.mark.parametrize("name", [name for name in ALL if math.isfinite(strategy(name, **GENERIC.get(name, {})).depth)])
def test_depth_is_kept(name):
    """What it does follows from the last ``depth`` rounds, once so many have been played."""
    made = strategy(name, **GENERIC.get(name, {}))
    rng, depth = np.random.default_rng(5), int(made.depth)
    for _ in range(60):
        tail = [(int(mine), int(theirs)) for mine, theirs in rng.integers(0, 2, (depth, 2))]
        chances = set()
        for length in (0, 3, 7):
            memory = made.opening()
            for mine, theirs in [*(tuple(int(x) for x in pair) for pair in rng.integers(0, 2, (30 + length, 2))), *tail]:
                memory = made.after(memory, mine, theirs)
            chances.add(float(made.cooperates(memory)))
        assert len(chances) == 1


@pytest.mark.parametrize("name", MACHINES)
def test_automaton_follows_the_player(name):
    """The machine, fed with what the player at the table sees, agrees with it before each round, under trembles too."""
    game = make("prisoners_dilemma", rounds=40, tremble=0.1)
    rival = "coin"
    me, other = strategy(name, **GENERIC.get(name, {})), strategy(rival)
    machine = me.automaton(turns=40)
    rounds = play(game, [me, other], seed=11)
    here, memory = 0, me.opening()
    assert len(rounds) == 40
    for mine, theirs in rounds:
        assert machine.cooperation[here] == pytest.approx(float(me.cooperates(memory)))
        here = machine.successors[here][2 * mine + theirs]
        memory = me.after(memory, mine, theirs)


@pytest.mark.parametrize("name", ALL)
def test_seat_does_not_matter_and_play_is_reproducible(name):
    game = make("prisoners_dilemma", rounds=25)

    def pair():
        return strategy(name, **GENERIC.get(name, {})), strategy("cycler", pattern="CDDCC")

    first, second = pair()
    forward = play(game, [first, second])
    first, second = pair()
    assert play(game, [first, second]) == forward
    if not strategy(name, **GENERIC.get(name, {})).stochastic:
        first, second = pair()
        assert [pair[::-1] for pair in play(game, [second, first])] == forward


def test_labels_follow_the_display():
    game = make("prisoners_dilemma", rounds=3, labels="letters", relabel=13)
    assert play(game, [strategy("grim"), strategy("alternator")]) == [(C, C), (C, D), (D, C)]


def test_events_are_read_once():
    game = make("prisoners_dilemma", rounds=30)
    me = strategy("cooperator")
    calls = []
    me.after = lambda memory, mine, theirs: calls.append(theirs) or C
    play(game, [me, strategy("defector")])
    assert len(calls) == 29  # the last round comes after its last choice


@pytest.mark.parametrize(
    ("talk", "kind", "said"), [("honest", "defector", "defect"), ("promise", "defector", "cooperate"), ("honest", "cooperator", "cooperate")]
)
def test_talk(talk, kind, said):
    game = make("prisoners_dilemma", rounds=4, say_chars=120)
    state = game.start(0)
    players = [seat(strategy(kind, talk=talk), 0, game, seed=3), seat(strategy("coin"), 1, game)]
    while state.to_move:
        state.play({index: players[index].act(state.observe(index)) for index in state.to_move})
    lines = [event.data["text"] for event in state.events if event.kind == "say"]
    assert len(lines) == 4  # the coin knows nothing to announce
    assert all(said in line for line in lines)
    assert len(set(lines)) > 1
    assert state.outcome is not None


def test_talk_is_silent_when_too_long_or_told_so():
    for talk, chars in (("silent", 120), ("honest", 5)):
        game = make("prisoners_dilemma", rounds=2, say_chars=chars)
        state = game.start(0)
        players = [seat(strategy("defector", talk=talk), index, game) for index in range(2)]
        while state.to_move:
            state.play({index: players[index].act(state.observe(index)) for index in state.to_move})
        assert not [event for event in state.events if event.kind == "say"]


@pytest.mark.parametrize(
    ("game", "params", "why"),
    [
        ("rock_paper_scissors", {}, "two actions each"),
        ("prisoners_dilemma", {"monitoring": "payoff"}, "see what the other seat did"),
        ("negotiation", {}, "matrix games only"),
    ],
)
def test_fits_says_why_not(game, params, why):
    assert why in PlayerSpec.of("grim").why_not(make(game, **params))


def test_fits_two_by_two_games():
    for name in ("prisoners_dilemma", "stag_hunt", "battle_of_the_sexes", "matching_pennies"):
        assert PlayerSpec.of("grim").why_not(make(name, rounds=5)) is None


@pytest.mark.parametrize(
    ("kind", "params", "message"),
    [
        ("coin", {"p": 1.5}, "p=1.5 should be a probability"),
        ("cycler", {"pattern": "CX"}, "word of C and D"),
        ("tits_for_tats", {"tits": 0}, "at least 1"),
        ("zero_determinant", {"phi": 0.9, "s": 0.5, "l": 1.0}, "no zero-determinant strategy"),
        ("machine", {"table": [[0, "C", 7, "D"]]}, "row 0"),
        ("grim", {"talk": "loud"}, "should be 'honest'"),
        ("grim", {"nosuch": 1}, "nosuch"),
        ("generous_tit_for_tat", {"reward": 0, "sucker": 1}, "needs R > S"),
    ],
)
def test_bad_parameters_give_one_clear_line(kind, params, message):
    with pytest.raises(ParameterError, match=message) as caught:
        PlayerSpec.of(kind, **params).build()
    assert "\n" not in str(caught.value)


def test_unknown_strategy_names_the_nearest():
    with pytest.raises(UnknownName, match="tit_for_tat"):
        strategy("tit_for_tatt")


def test_unbounded_memory_is_refused_as_a_machine():
    with pytest.raises(LudensError, match="more than 1000 states"):
        strategy("soft_majority").automaton(max_states=1000)
    with pytest.raises(LudensError, match="needs more than"):
        strategy("adaptive_tit_for_tat").automaton(turns=60, max_states=5000)


def test_contrition_ends_an_echo():
    """After one slip two contrite players are back at mutual cooperation after one answer; two tit for tats echo for ever."""

    def echo(kind):
        memories, rounds, me = [strategy(kind).opening()] * 2, [], strategy(kind)
        for number in range(12):
            actions = [C if me.cooperates(memory) else D for memory in memories]
            if number == 3:
                actions[0] = D
            rounds.append(tuple(actions))
            memories = [me.after(memories[0], *actions), me.after(memories[1], *actions[::-1])]
        return rounds

    assert echo("contrite_tit_for_tat")[3:7] == [(D, C), (C, D), (C, C), (C, C)]
    assert echo("tit_for_tat")[3:7] == [(D, C), (C, D), (D, C), (C, D)]


@settings(max_examples=60)
@given(st.lists(st.sampled_from([C, D]), max_size=40), st.sampled_from(["gradual", "shubik", "soft_grudger", "forgetful_grudger"]))
def test_punishments_end(theirs, name):
    """Whatever happened, patience is enough to bring these back to cooperation."""
    me = strategy(name)
    memory = me.opening()
    for action in theirs:
        memory = me.after(memory, C if me.cooperates(memory) else D, action)
    for _ in range(120):
        memory = me.after(memory, C if me.cooperates(memory) else D, C)
    assert me.cooperates(memory)
