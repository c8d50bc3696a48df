"""The batched engine against the readable one, move by move, and against itself."""

import subprocess
import sys
import zlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.actions import Move
from ludens.games.core import IllegalMove, NotSupported
from ludens.games.spaces import codec
from ludens.games.werewolf import kernel_layout
from ludens.games.werewolf.encode import encode
from ludens.games.werewolf.kernel import PHASES, WINNERS, WerewolfBatch, random_games
from ludens.games.werewolf.state import WerewolfState

pytest.importorskip("numba")
from ludens.games.werewolf import kernel_loops, kernel_sight  # need numba

SMALL = ("werewolf", "seer", "villager", "villager")
GUARDED = ("werewolf", "doctor", "villager", "seer", "werewolf", "bodyguard")
MIXED = ("minion", "villager", "werewolf", "seer", "possessed", "werewolf", "bodyguard", "villager")
LARGE = ("werewolf",) * 5 + ("seer", "seer", "doctor", "doctor", "bodyguard", "minion", "possessed") + ("villager",) * 8
RULES = {
    "as is": (400, {}),
    "four seats": (2400, {"cast": SMALL}),
    "four seats in meanings": (1600, {"cast": SMALL, "latents": (2, 3, 1), "talk_order": "rotate"}),
    "four seats, targets, two rounds of talk": (800, {"cast": SMALL, "latents": (2, 1, 2), "latent_slots": "target", "talk_rounds": 2}),
    "abstract": (400, {"latents": (3, 2, 2, 2)}),
    "abstract with targets": (150, {"latents": (3, 2, 2, 2), "latent_slots": "target", "talk_order": "rotate", "vote_self": True, "reveal_day": "role"}),
    "silent": (1200, {"cast": GUARDED, "say_chars": 0, "kill": "vote", "doctor_self": False, "doctor_repeats": False, "seer_rechecks": False}),
    "shaped": (700, {"cast": SMALL, "utility": "shaped", "cap": "village", "max_rounds": 2, "reveal_night": "side", "reveal_day": "role"}),
    "long": (400, {"cast": GUARDED, "say_chars": 0, "tie": "nobody", "threshold": "majority", "doctor_repeats": False, "utility": "shaped"}),
    "long in meanings": (200, {"cast": GUARDED, "latents": (1, 2, 3, 1, 2), "latent_slots": "target", "tie": "nobody", "threshold": "majority"}),
    "on paper": (400, {"cast": SMALL, "encoding": "paper", "threshold": "majority", "tie": "nobody", "reveal_day": "role", "talk_rounds": 0}),
    "paper and meanings": (300, {"encoding": "paper", "latents": (3, 2, 2, 2), "kill": "random_wolf", "max_rounds": 5, "tie": "nobody"}),
    "one wolf by lot": (700, {"cast": MIXED, "kill": "random_wolf", "say_chars": 0, "reveal_night": "role", "win": "majority", "vote_self": True}),
    "votes of the pack": (500, {"cast": MIXED, "kill": "vote", "say_chars": 0, "abstain": False, "cap": "random", "max_rounds": 2, "tie": "nobody"}),
    "twenty seats": (40, {"cast": LARGE, "kill": "vote", "seer_rechecks": False, "doctor_repeats": False, "say_chars": 0, "reveal_night": "role"}),
}
"""Option sets, each with so many games."""


def compare(batch, index, state):
    movers = tuple(np.flatnonzero(batch.to_move[index]).tolist())
    assert movers == state.to_move
    assert not batch.masks[index][~batch.to_move[index]].any()
    coder = codec(state.game.action_domain(0))
    for seat in movers:
        assert np.array_equal(batch.masks[index, seat], coder.mask(state.action_spec(seat).domain))
    assert batch.round[index] == state.round
    assert PHASES[batch.phase[index]] == state.phase
    assert batch.rewards[index].tolist() == state.rewards
    assert batch.returns[index].tolist() == state.returns
    assert (WINNERS[batch.winner[index]] if batch.winner[index] >= 0 else None) == state.winner


def check_agreement(game, count, seed, looks=0.06):
    """Play a batch at random and each of its games in the readable engine too; observations are compared at a part of the steps."""
    batch, rng, options = WerewolfBatch(game, count, seed), np.random.default_rng(seed), game.options.options
    states = [WerewolfState(game, 0, batch.deal(index), batch.draws(index)) for index in range(count)]
    while True:
        alive, over = batch.alive.tolist(), batch.over
        for index, state in enumerate(states):
            if state is None:
                continue
            compare(batch, index, state)
            assert alive[index] == state.alive
            assert over[index] == state.over
            if rng.random() < looks:
                for seat in range(game.seats):
                    assert np.array_equal(batch.observations()[index, seat], encode(state, seat)), seat
            if state.over:
                assert state.given == {name: [] for name in state.given}
                states[index] = None
        if not any(states):
            return
        actions = batch.random_actions()
        batch.step(actions)
        for index, state in enumerate(states):
            if state is not None:
                used = Counter(name for name, _ in state.draws)
                state.given = {name: results[used[name] :] for name, results in batch.draws(index).items()}
                state.play({seat: Move(options[actions[index, seat]]) for seat in state.to_move})


@pytest.mark.parametrize("name", RULES)
def test_agrees_with_the_readable_engine(name):
    count, params = RULES[name]
    check_agreement(make("werewolf", **params), count, seed=len(name))


def test_ten_thousand_games_are_compared():
    assert sum(count for count, _ in RULES.values()) >= 10_000


@st.composite
def option_sets(draw):
    others = draw(st.lists(st.sampled_from(["seer", "doctor", "bodyguard", "villager", "possessed", "minion"]), min_size=2, max_size=6))
    wolves = draw(st.integers(1, (len(others) - 1) // 2 or 1))
    cast = tuple(draw(st.permutations([*others, *["werewolf"] * min(wolves, len(others) - 1)])))
    params = {
        "cast": cast,
        "say_chars": draw(st.sampled_from([0, 600])),
        "latents": draw(st.one_of(st.just(()), st.tuples(*[st.integers(1, 3)] * len(set(cast))))),
        "latent_slots": draw(st.sampled_from(["none", "target"])),
        "kill": draw(st.sampled_from(["propose", "random_wolf", "vote"])),
        "talk_rounds": draw(st.integers(0, 2)),
        "talk_order": draw(st.sampled_from(["seats", "rotate"])),
        "tie": draw(st.sampled_from(["random", "nobody"])),
        "threshold": draw(st.sampled_from(["plurality", "majority"])),
        "all_abstain": draw(st.sampled_from(["nobody", "random"])),
        "win": draw(st.sampled_from(["parity", "majority"])),
        "max_rounds": draw(st.integers(1, 6)),
        "cap": draw(st.sampled_from(["draw", "village", "werewolves", "random"])),
        "utility": draw(st.sampled_from(["team", "shaped"])),
        "encoding": draw(st.sampled_from(["extended", "paper"])),
        "reveal_night": draw(st.sampled_from(["none", "side", "role"])),
        "reveal_day": draw(st.sampled_from(["none", "side", "role"])),
    }
    yes_no = ("seer_rechecks", "doctor_self", "doctor_repeats", "vote_self", "abstain")
    return {**params, **{name: draw(st.booleans()) for name in yes_no}}


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(option_sets(), st.integers(0, 2**64))
def test_agrees_for_any_options(params, seed):
    check_agreement(make("werewolf", **params), 6, seed, looks=0.3)


def played(game, size, seed, **how):
    """Return all that a batch shows until every game is over, as lists by game."""
    batch, seen = WerewolfBatch(game, size, seed, **how), [[] for _ in range(size)]
    while True:
        actions = batch.random_actions()
        for index in range(size):
            seen[index].append([part[index].copy() for part in (batch.to_move, batch.masks, batch.rewards, batch.observations(), actions, batch.winner)])
        if batch.over.all():
            return batch, seen
        batch.step(actions)


def same(one, other):
    return all(np.array_equal(a, b) for left, right in zip(one, other, strict=False) for a, b in zip(left, right, strict=True))


def test_a_game_is_the_same_in_a_batch_of_any_size():
    game = make("werewolf", latents=(3, 2, 2, 2))
    (_, few), (_, many), (_, other) = played(game, 3, 5), played(game, 40, 5), played(game, 3, 6)
    assert all(same(few[index], many[index]) for index in range(3))
    assert not any(same(few[index], other[index]) for index in range(3))
    assert not same(few[0], few[1])


def test_random_games_are_those_of_a_batch():
    game = make("werewolf_mafia", players=9, talk_order="rotate")
    batch, _ = played(game, 50, 2**63 + 11)
    result = random_games(game, 50, 2**63 + 11)
    assert result.winners.tolist() == batch.winner.tolist()
    assert result.rounds.tolist() == batch.round.tolist()
    assert random_games(game, 20, 2**63 + 11).winners.tolist() == result.winners[:20].tolist()


def test_masks_are_never_empty_for_a_seat_to_move():
    game = make("werewolf", cast=GUARDED, doctor_self=False, doctor_repeats=False, seer_rechecks=False, abstain=False, win="majority", tie="nobody")
    batch = WerewolfBatch(game, 500, seed=3, observe=False, auto_reset=True)
    for _ in range(100):
        assert np.array_equal(batch.masks.any(axis=2), batch.to_move)
        assert np.array_equal(batch.to_move.any(axis=1), ~batch.over)
        batch.step(batch.random_actions())
    assert batch.episode.min() > 1


def test_games_stay_over_until_they_are_reset():
    batch, _ = played(make("werewolf", cast=SMALL), 20, 1)
    returns, winners, seen = batch.returns.copy(), batch.winner.copy(), batch.observations().copy()
    batch.step(np.full((20, 4), 99))
    assert batch.over.all()
    assert not batch.rewards.any()
    assert np.array_equal(batch.returns, returns)
    assert np.array_equal(batch.winner, winners)
    assert np.array_equal(batch.observations(), seen)
    batch.reset()
    assert not batch.over.any()
    assert not batch.returns.any()
    assert batch.episode.tolist() == [1] * 20


def test_auto_reset_deals_what_reset_deals():
    game = make("werewolf", cast=SMALL, latents=(2, 2, 2))
    manual, _ = played(game, 8, 4)
    manual.reset()
    auto = WerewolfBatch(game, 8, 4, auto_reset=True)
    waiting = set(range(8))
    while waiting:
        auto.step(auto.random_actions())
        for index in [index for index in waiting if auto.episode[index]]:
            assert np.array_equal(auto.observations()[index], manual.observations()[index])
            assert np.array_equal(auto.masks[index], manual.masks[index])
            waiting.discard(index)


def test_deals_can_be_given():
    game = make("werewolf", cast=SMALL)
    batch = WerewolfBatch(game, 2)
    batch.reset([[0, 1, 2, 2], [2, 2, 1, 0]])
    assert batch.deal(0) == SMALL
    assert batch.deal(1) == SMALL[::-1]
    for wrong in ([[0, 1, 2, 2]], [[0, 1, 2, 2], [0, 0, 1, 2]]):
        with pytest.raises(ParameterError, match="an order of the cast"):
            batch.reset(wrong)


def test_deals_and_lots_are_fair():
    """Five standard errors are allowed."""
    game = make("werewolf", cast=GUARDED, kill="random_wolf")
    batch = WerewolfBatch(game, 20_000, seed=8, observe=False)
    wolves = (batch.roles == 0).mean(axis=0)
    assert np.abs(wolves - 1 / 3).max() < 5 * (2 / 9 / 20_000) ** 0.5
    killers = np.array([batch.draws(index)["killer"][0] for index in range(5000)])
    first = (batch.roles[:5000] == 0).argmax(axis=1)
    assert abs((killers == first).mean() - 0.5) < 5 * (0.25 / 5000) ** 0.5


def test_random_play_has_the_base_rates_of_the_readable_engine():
    game, rng, wins = make("werewolf", cast=SMALL), np.random.default_rng(0), 0
    for seed in range(1500):
        state = game.start(seed)
        while not state.over:
            state.play({seat: Move(state.action_spec(seat).domain.sample(rng)) for seat in state.to_move})
        wins += state.winner == "village"
    rate = (random_games(game, 200_000, seed=1).winners == WINNERS.index("village")).mean()
    assert abs(rate - wins / 1500) < 5 * (rate * (1 - rate) / 1500) ** 0.5


@pytest.mark.parametrize(
    "params",
    [
        {"cast": ("werewolf", "witch", "villager", "villager")},
        {"first_night": "checks"},
        {"kill": "unanimous"},
        {"kill_skip": True},
        {"whispers": 1},
        {"seer_sees": "role"},
        {"seer_checks_dead": True},
        {"doctor_told": True},
        {"last_words": "exiled"},
        {"discussion": "bidding"},
        {"talk_order": "random"},
        {"talk_pass": True},
        {"explode": True},
        {"vote": "sequential"},
        {"vote_secret": True},
        {"tie": "revote"},
        {"win": "sides"},
        {"sheriff": True},
    ],
)
def test_other_rules_are_refused_by_name(params):
    game = make("werewolf", **params)
    for call in (lambda: WerewolfBatch(game, 1), lambda: random_games(game, 1)):
        with pytest.raises(NotSupported, match=f"does not play (a )?{next(iter(params))}"):
            call()


def test_bad_actions_change_nothing():
    batch = WerewolfBatch(make("werewolf", cast=SMALL), 3, seed=2)
    actions = batch.random_actions()
    before = [part.copy() for part in (batch.to_move, batch.masks, batch.observations())]
    wolf = int(np.flatnonzero(batch.roles[1] == 0)[0])
    for wrong in (wolf, -1, 99):
        actions[1, wolf] = wrong
        with pytest.raises(IllegalMove, match=f"game 1: player_{wolf} may not choose option {wrong}"):
            batch.step(actions)
    with pytest.raises(ParameterError, match="shape"):
        batch.step(actions[:2])
    assert all(np.array_equal(old, new) for old, new in zip(before, (batch.to_move, batch.masks, batch.observations()), strict=True))


def test_bad_arguments():
    with pytest.raises(ParameterError, match="size=0"):
        WerewolfBatch(make("werewolf"), 0)
    with pytest.raises(ParameterError, match="observe=False"):
        WerewolfBatch(make("werewolf"), 1, observe=False).observations()


def test_compiled_code_knows_the_layout():
    """A change of the layout must change both files too, or numba would go on with code that it compiled before."""
    numbers = sorted((name, number) for name, number in vars(kernel_layout).items() if name.isupper() and isinstance(number, int))
    digest = zlib.crc32(repr(numbers).encode())
    assert (digest, digest) == (kernel_loops.LAYOUT, kernel_sight.LAYOUT)


def test_numba_is_asked_for_only_when_played():
    """Without numba the package imports, and playing says which extra is missing."""
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "from ludens.games import make\n"
        "from ludens.games.werewolf.kernel import random_games\n"
        "try:\n    random_games(make('werewolf'), 5)\nexcept ImportError as problem:\n    print(type(problem).__name__, problem)\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.startswith("MissingExtra")
    assert "ludens[fast]" in done.stdout
