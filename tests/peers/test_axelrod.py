"""Our strategies and the adapter against the Axelrod library, move by move."""

import itertools
import random  # noqa: TID251  # to see that nobody touches it

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.agents.axelrod_adapter import strategy_names
from ludens.agents.repeated import strategy
from ludens.errors import ParameterError, UnknownName
from ludens.games import make

axl = pytest.importorskip("axelrod")
pytestmark = pytest.mark.peer

TURNS = 60
C, D = axl.Action.C, axl.Action.D
PEERS = {
    "cooperator": "Cooperator",
    "defector": "Defector",
    "alternator": "Alternator",
    "cycler": "Cycler",
    "appeaser": "Appeaser",
    "tricky_cooperator": "TrickyCooperator",
    "tricky_defector": "TrickyDefector",
    "tit_for_tat": "TitForTat",
    "suspicious_tit_for_tat": "SuspiciousTitForTat",
    "anti_tit_for_tat": "AntiTitForTat",
    "bully": "Bully",
    "tit_for_two_tats": "TitFor2Tats",
    "two_tits_for_tat": "TwoTitsForTat",
    "hard_tit_for_tat": "HardTitForTat",
    "tits_for_tats": "NTitsForMTats",
    "hard_tit_for_two_tats": "HardTitFor2Tats",
    "sneaky_tit_for_tat": "SneakyTitForTat",
    "spiteful_tit_for_tat": "SpitefulTitForTat",
    "slow_tit_for_two_tats": "SlowTitForTwoTats2",
    "contrite_tit_for_tat": "ContriteTitForTat",
    "adaptive_tit_for_tat": "AdaptiveTitForTat",
    "gradual": "Gradual",
    "original_gradual": "OriginalGradual",
    "omega_tit_for_tat": "OmegaTFT",
    "resurrection": "Resurrection",
    "double_resurrection": "DoubleResurrection",
    "grim": "Grudger",
    "davis": "FirstByDavis",
    "spiteful_cc": "SpitefulCC",
    "fool_me_once": "FoolMeOnce",
    "aggravater": "Aggravater",
    "opposite_grudger": "OppositeGrudger",
    "easy_go": "EasyGo",
    "grudger_alternator": "GrudgerAlternator",
    "forgetful_grudger": "ForgetfulGrudger",
    "once_bitten": "OnceBitten",
    "soft_grudger": "SoftGrudger",
    "punisher": "Punisher",
    "inverse_punisher": "InversePunisher",
    "retaliate": "Retaliate",
    "limited_retaliate": "LimitedRetaliate",
    "capri": "Capri",
    "prober": "Prober",
    "prober_2": "Prober2",
    "prober_3": "Prober3",
    "prober_4": "Prober4",
    "hard_prober": "HardProber",
    "detective": "Detective",
    "handshake": "Handshake",
    "collective": "CollectiveStrategy",
    "gradual_killer": "GradualKiller",
    "soft_majority": "GoByMajority",
    "hard_majority": "HardGoByMajority",
    "soft_majority_5": "GoByMajority5",
    "hard_majority_5": "HardGoByMajority5",
    "forgiver": "Forgiver",
    "forgiving_tit_for_tat": "ForgivingTitForTat",
    "doubler": "Doubler",
    "level_punisher": "LevelPunisher",
    "grumpy": "Grumpy",
    "short_memory": "ShortMem",
    "shubik": "FirstByShubik",
    "nydegger": "FirstByNydegger",
    "downing": "FirstByDowning",
    "tester": "SecondByTester",
    "gladstein": "SecondByGladstein",
    "white": "SecondByWhite",
    "grofman": "SecondByGrofman",
    "adaptive": "Adaptive",
    "adaptive_pavlov_2006": "APavlov2006",
    "adaptive_pavlov_2011": "APavlov2011",
    "win_stay_lose_shift": "WinStayLoseShift",
    "win_shift_lose_stay": "WinShiftLoseStay",
    "fortress_3": "Fortress3",
    "fortress_4": "Fortress4",
    "pun_1": "Pun1",
    "ripoff": "Ripoff",
    "thumper": "Thumper",
}
STOCHASTIC = {
    "coin": "Random",
    "random_tit_for_tat": "RandomTitForTat",
    "dynamic_two_tits_for_tat": "DynamicTwoTitsForTat",
    "remorseful_prober": "RemorsefulProber",
    "average_copier": "AverageCopier",
    "worse_and_worse": "WorseAndWorse",
    "worse_and_worse_2": "WorseAndWorse2",
    "tullock": "FirstByTullock",
    "eatherley": "SecondByEatherley",
    "cave": "SecondByCave",
    "black": "SecondByBlack",
    "stochastic_win_stay_lose_shift": "StochasticWSLS",
    "firm_but_fair": "FirmButFair",
    "stochastic_cooperator": "StochasticCooperator",
    "desperate": "Desperate",
    "hopeless": "Hopeless",
    "willing": "Willing",
    "repeater": "ALLCorALLD",
    "joss": "FirstByJoss",
    "soft_joss": "SoftJoss",
    "generous_tit_for_tat": "GTFT",
    "extort_2": "ZDExtort2",
    "extort_3": "ZDExtort3",
    "extort_4": "ZDExtort4",
    "zd_gtft_2": "ZDGTFT2",
    "zd_gen_2": "ZDGen2",
    "zd_set_2": "ZDSet2",
}


def peer(name):
    return getattr(axl, {**PEERS, **STOCHASTIC}[name])()


def codes(pairs):
    return [tuple(0 if action == C else 1 for action in pair) for pair in pairs]


def play(game, players, seed=0):
    """Play in our game; return the joint actions and the returns."""
    state = game.start(seed)
    for seat, player in enumerate(players):
        player.start(seat, game.type, seed + seat)
    while state.to_move:
        state.play({seat: players[seat].act(state.observe(seat)) for seat in state.to_move})
    return [tuple(event.data["actions"]) for event in state.events if event.kind == "round"], state.returns


def test_round_robin_equals_axelrod_move_by_move_and_payoff_by_payoff():
    game = make("prisoners_dilemma", rounds=TURNS)
    scores = {}
    for one, two in itertools.combinations_with_replacement(PEERS, 2):
        match = axl.Match((peer(one), peer(two)), turns=TURNS)
        moves, returns = play(game, [strategy(one), strategy(two)])
        assert moves == codes(match.play()), (one, two)
        assert tuple(returns) == tuple(match.final_score()), (one, two)
        scores[one, two] = returns
    assert len(PEERS) >= 30
    pytest.importorskip("numba")
    from ludens.games.matrix.kernel import play_round_robin

    names = [name for name in PEERS if name not in ("adaptive_tit_for_tat", "downing", "limited_retaliate")]  # these have no small machine
    robin = play_round_robin([strategy(name).automaton(TURNS) for name in names], TURNS)
    for one, two in itertools.combinations_with_replacement(range(len(names)), 2):
        assert [robin.scores[one, two, 0], robin.scores[two, one, 0]] == scores[names[one], names[two]]


@pytest.mark.parametrize("name", PEERS)
def test_deterministic_strategies_against_random_play(name):
    rng = np.random.default_rng(7)
    for share in (0.02, 0.1, 0.3, 0.5, 0.8, 0.97):
        theirs = (rng.random(150) < share).astype(int).tolist()
        match = axl.Match((peer(name), axl.MockPlayer([D if action else C for action in theirs])), turns=len(theirs))
        me, mine = strategy(name), []
        memory = me.opening()
        for action in theirs:
            mine.append(0 if me.cooperates(memory) else 1)
            memory = me.after(memory, mine[-1], action)
        assert mine == [one for one, _ in codes(match.play())]


class SharedDraws:
    """Stands in for a library player's generator: one number a round, the one our strategy is given."""

    def __init__(self):
        self.number = 0.0

    def random(self):
        return self.number

    def random_choice(self, p=0.5):
        return C if self.number < p else D


@pytest.mark.parametrize("name", STOCHASTIC)
def test_stochastic_strategies_draw_with_the_same_probabilities(name):
    """With the same uniform number each round, both play the same: so their probabilities are equal wherever the numbers fall between."""
    rng = np.random.default_rng(13)
    for share in (0.1, 0.4, 0.8):
        other, mirror, draws, me = peer(name), axl.MockPlayer(), SharedDraws(), strategy(name)
        other.set_match_attributes(length=200)
        other._random = draws
        memory = me.opening()
        for number in range(200):
            draws.number = float(rng.random())
            action = other.strategy(mirror)
            assert (action == D) == (draws.number >= me.cooperates(memory)), (name, number)
            theirs = D if rng.random() < share else C
            other.update_history(action, theirs)
            mirror.update_history(theirs, action)
            memory = me.after(memory, int(action == D), int(theirs == D))


def test_contrite_play_under_trembles():
    """Actions that were not intended reach both implementations the same way."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        other, mirror, me = axl.ContriteTitForTat(), axl.MockPlayer(), strategy("contrite_tit_for_tat")
        memory = me.opening()
        for _ in range(60):
            intended = other.strategy(mirror)
            assert (intended == C) == bool(me.cooperates(memory))
            played = intended.flip() if rng.random() < 0.2 else intended
            theirs = D if rng.random() < 0.4 else C
            other.update_history(played, theirs)
            mirror.update_history(theirs, played)
            memory = me.after(memory, int(played == D), int(theirs == D))


# -- the adapter -------------------------------------------------------------------------------------------------------


def adapted(name, **params):
    return PlayerSpec.of("axelrod", strategy=name, **({"params": params} if params else {})).build()


@pytest.mark.parametrize("kind", ["prisoners_dilemma", "stag_hunt"])
def test_adapted_strategies_play_as_in_their_own_library(kind):
    names = ["TitForTat", "Gradual", "BackStabber", "Adaptive", "FirstByDowning", "EvolvedLookerUp2_2_2", "DBS", "SecondByBorufsen", "Stalker", "TF2"]
    names = [name for name in names if not axl.Classifiers["stochastic"](getattr(axl, name)())]
    game = make(kind, rounds=30)
    (reward, sucker), (temptation, punishment) = game.table[0].tolist()
    library_game = axl.Game(r=reward, s=sucker, t=temptation, p=punishment)
    for one, two in itertools.combinations(names, 2):
        match = axl.Match((getattr(axl, one)(), getattr(axl, two)()), turns=30, game=library_game)
        moves, returns = play(game, [adapted(one), adapted(two)])
        assert moves == codes(match.play()), (one, two)
        assert tuple(returns) == tuple(match.final_score())
    assert len(names) >= 6


@pytest.mark.parametrize("name", ["tit_for_tat", "gradual", "omega_tit_for_tat", "grim", "adaptive", "tester"])
def test_adapter_and_our_own_form_are_one(name):
    game = make("prisoners_dilemma", rounds=50, tremble=0.05)
    rival = "random_tit_for_tat"
    assert play(game, [adapted(PEERS[name]), strategy(rival)], 5) == play(game, [strategy(name), strategy(rival)], 5)


def test_every_strategy_can_sit_down():
    """All but the slow ones play a short match; they are built, seeded and give legal moves."""
    game = make("prisoners_dilemma", rounds=6)
    names = strategy_names()
    assert len(names) >= 240
    slow = {cls.__name__ for cls in axl.long_run_time_strategies}
    for name in sorted(set(names) - slow):
        moves, _ = play(game, [adapted(name), strategy("cycler")])
        assert len(moves) == 6, name


def test_seeds_fix_an_episode_and_global_randomness_is_left_alone():
    game = make("prisoners_dilemma", rounds=40)
    before, numpy_before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002  # to see that nobody touches it
    one, again, other = (play(game, [adapted("Random"), adapted("ZDExtort2")], seed) for seed in (1, 1, 2))
    assert one == again != other
    assert random.getstate() == before
    assert np.random.get_state()[1].tolist() == numpy_before  # noqa: NPY002  # as above


def test_the_end_is_known_only_where_the_rules_tell_it():
    told, untold = make("prisoners_dilemma", rounds=12), make("prisoners_dilemma", rounds=12, show_rounds=False)
    assert [mine for mine, _ in play(told, [adapted("BackStabber"), strategy("cooperator")])[0]][-2:] == [1, 1]
    assert [mine for mine, _ in play(untold, [adapted("BackStabber"), strategy("cooperator")])[0]][-2:] == [0, 0]


def test_arguments_and_mistakes():
    rounds, _ = play(make("prisoners_dilemma", rounds=6), [adapted("Cycler", cycle="CDD"), strategy("cooperator")])
    assert [mine for mine, _ in rounds] == [0, 1, 1, 0, 1, 1]
    for name in ("TitForTatt", "Human", "Player", "Match", "__name__"):
        with pytest.raises(UnknownName, match="unknown Axelrod strategy"):
            adapted(name)
    with pytest.raises(ParameterError, match="refuses"):
        adapted("Cycler", nosuch=1)
    with pytest.raises(ParameterError, match="inspects source"):
        adapted("Darwin")


def test_it_keeps_silent_in_the_talking_phase():
    game = make("prisoners_dilemma", rounds=3, say_chars=50)
    assert play(game, [adapted("TitForTat"), strategy("defector", talk="silent")])[0] == [(0, 1), (1, 1), (1, 1)]


def test_asymmetric_games_are_handed_over():
    game = make("battle_of_the_sexes", rounds=10)
    moves, _ = play(game, [adapted("Adaptive"), adapted("TitForTat")])
    assert len(moves) == 10
