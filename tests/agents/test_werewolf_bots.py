"""Werewolf bots: what they believe, what they do with it, and that deduction wins."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from village import DOCTOR, PLAIN, SEER, SEVEN, WOLF, Village

from ludens.agents import PlayerSpec
from ludens.agents.bots.werewolf import STYLES, Manner, WerewolfBot
from ludens.agents.bots.werewolf.belief import MOST_DEALS, Belief, deals
from ludens.agents.bots.werewolf.ledger import Ledger, Said
from ludens.arena import Match, play_match
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.werewolf.speech import Kind, SpeechAct


def game_of(deal=None, *, village, wolves, seed, **params):
    game = make("werewolf", **params)
    state = game.start(seed) if deal is None else game.dealt(deal, seed)
    bots = [
        WerewolfBot(game, wolves if state.role(seat).side == "werewolves" else village, seat, np.random.default_rng([seed, seat])) for seat in range(game.seats)
    ]
    while not state.over:
        state.play({seat: bots[seat].act(state.observe(seat)) for seat in state.to_move})
    return state


def wolf_wins(village, wolves, seeds, **params):
    return np.array([game_of(village=village, wolves=wolves, seed=seed, **params).winner == "werewolves" for seed in seeds], dtype=float)


# -- belief ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("known", "count"), [({}, 420), ({0: PLAIN}, 180), ({0: SEER}, 60), ({0: DOCTOR}, 60), ({0: WOLF, 1: WOLF}, 20)])
def test_all_deals_are_listed_once(known, count):
    # the numbers of consistent deals are 7!/(2! 1! 1! 3!) and its parts
    table = deals(SEVEN, tuple(sorted(known.items())))
    assert len(table) == len(np.unique(table, axis=0)) == count
    names = list(dict.fromkeys(SEVEN))
    assert all(sorted(names[index] for index in row) == sorted(SEVEN) for row in table)
    assert all(names[row[seat]] == name for row in table for seat, name in known.items())


def test_more_deals_than_fit_are_drawn_and_always_the_same():
    cast = make("werewolf_aiwolf15").cast
    table = deals(cast, ((3, SEER),))
    assert table.shape == (MOST_DEALS, 15)
    names = list(dict.fromkeys(cast))
    assert np.array_equal(np.sort(table, axis=1), np.tile(np.sort([names.index(name) for name in cast]), (MOST_DEALS, 1)))
    wolves = (table == names.index(WOLF)).mean(axis=0)
    assert wolves[3] == 0
    assert np.allclose(np.delete(wolves, 3), 3 / 14, atol=0.02)


def test_before_anything_happened_all_deals_are_alike_likely():
    belief = Belief(make("werewolf"), {4: PLAIN})
    assert np.allclose(np.delete(belief.wolves(), 4), 2 / 6)
    assert np.allclose(belief.roles().sum(axis=1), 1)
    assert np.allclose(belief.roles().sum(axis=0), [2, 1, 1, 3])


def test_the_posterior_is_that_of_bayes_rule():
    game = make("werewolf")
    ledger = Ledger(game, 6)
    ledger.role = PLAIN
    acts = [
        (0, SpeechAct(Kind.CLAIM, role="seer")),
        (0, SpeechAct(Kind.CHECK, 1, result="werewolf")),
        (1, SpeechAct(Kind.ACCUSE, 0)),
        (2, SpeechAct(Kind.DEFEND, 0)),
    ]
    ledger.said = [Said(1, speaker, act) for speaker, act in acts]
    ledger.killed = [(1, 5)]
    belief = Belief.of(game, ledger)
    fresh = Belief.of(game, ledger)
    belief.read(ledger)
    # once more by hand, deal by deal
    names = list(game.counts)
    weights = []
    for row, deal in enumerate(belief.deals):
        logs = sum(fresh.likelihood(speaker, act)[row] for speaker, act in acts)
        weights.append(np.exp(logs) * (1e-4 if names[deal[5]] == WOLF else 1.0))
    expected = np.array(weights) / np.sum(weights)
    assert np.allclose(belief.weights, expected)
    chances = belief.wolves()
    assert chances[5] < 0.01  # werewolves do not kill each other
    assert chances[1] > chances[0] > 0  # the claim is believed rather than not, and not quite


def test_what_one_found_out_is_certain():
    village = Village(SEVEN)
    bot = WerewolfBot(village.game, Manner(), 2, np.random.default_rng(0))
    village.night(kill=6, seer=0)
    bot.ledger.read(village.state.observe(2))
    chances = bot.belief.wolves()
    assert chances[0] > 0.99
    assert bot.suspect()[0] == 0


def test_what_is_said_twice_counts_once():
    game = make("werewolf")
    once, twice = Ledger(game, 6), Ledger(game, 6)
    for ledger, times in ((once, 1), (twice, 5)):
        ledger.role = PLAIN
        ledger.said = [Said(1, 0, SpeechAct(Kind.ACCUSE, 1))] * times
    beliefs = []
    for ledger in (once, twice):
        belief = Belief.of(game, ledger)
        belief.read(ledger)
        beliefs.append(belief.wolves())
    assert np.allclose(*beliefs)


# -- play --------------------------------------------------------------------------------------------------------------


def test_an_honest_seer_tells_all_and_a_hidden_one_waits():
    said = {}
    for seer in ("honest", "hidden"):
        state = game_of(SEVEN, village=Manner(seer=seer), wolves=Manner(), seed=5)
        said[seer] = [event.text for event in state.events if event.kind == "say" and event.seat == 2 and event.data["round"] == 1]
    assert "seer" in said["honest"][0]
    assert "seer" not in said["hidden"][0]


def test_a_fake_seer_claims_and_werewolves_never_accuse_each_other_unless_they_bus():
    from ludens.games.werewolf.speech import parse

    for seed, wolf in itertools.product(range(12), ("fake_seer", "aggressive", "quiet")):
        state = game_of(village=Manner(), wolves=Manner(wolf=wolf), seed=seed)
        acts = [(event.seat, act) for event in state.events if event.kind == "say" for act in parse(event.data["text"], event.seat, 7)]
        own = [act for seat, act in acts if seat in state.wolves]
        assert not [act for act in own if act.kind in (Kind.ACCUSE, Kind.CALL_VOTE) and act.target in state.wolves]
        if wolf == "fake_seer" and own:
            assert any(act.kind is Kind.CLAIM and act.role == "seer" for act in own)


def test_the_bayesian_village_clearly_beats_the_naive_ones():
    seeds = range(250)
    for wolf in ("quiet", "fake_seer"):
        wins = {name: wolf_wins(Manner(villager=name), Manner(wolf=wolf), seeds) for name in ("bayes", "majority", "first_claim")}
        for naive in ("majority", "first_claim"):
            difference = wins[naive] - wins["bayes"]
            margin = 1.96 * difference.std(ddof=1) / len(seeds) ** 0.5
            assert difference.mean() - margin > 0.05, (wolf, naive, difference.mean(), margin)


def test_talk_helps_the_village():
    # the papers' sanity anchor: without communication villages hardly ever win
    seeds = range(150)
    talks = wolf_wins(Manner(), Manner(), seeds)
    silent = wolf_wins(Manner(speaker="silent"), Manner(speaker="silent"), seeds)
    assert talks.mean() + 0.15 < silent.mean()


@pytest.mark.parametrize("preset", ["werewolf_arena8", "werewolf_kaggle8", "werewolf_fang9", "werewolf_aiwolf5", "werewolf_aiwolf13", "werewolf_mafia"])
def test_bots_play_every_preset(preset):
    game = make(preset)
    styles = list(STYLES)
    for seed in range(2):
        players = tuple(PlayerSpec.of("scripted", style=styles[(seat + seed) % len(styles)]) for seat in range(game.seats))
        episode = play_match(Match(game, players, seed))
        assert episode.error is None
        assert all(decision.status == "ok" for decision in episode.decisions)
        assert episode.outcome["winner"] in ("village", "werewolves", "draw")


def test_the_manner_of_each_role_can_be_set():
    game = make("werewolf")
    player = PlayerSpec.of("villager", villager="bayes", wolf="fake_seer", speaker="level1", voice="timid")
    assert player.why_not(game) is None
    assert play_match(Match(game, (player,) * 7, 1)).error is None
    assert "plays Werewolf only" in player.why_not(make("negotiation"))
    assert "meanings" in player.why_not(make("werewolf", latents=(3, 2, 2, 2)))
    with pytest.raises(ParameterError, match="wolf='loud' should be one of: quiet, aggressive, fake_seer, bus"):
        PlayerSpec.of("villager", wolf="loud").build()
