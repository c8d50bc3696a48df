"""The rules of Werewolf case by case: nights, votes, ties, deaths that bring deaths, and who has won when."""

from __future__ import annotations

import json

import numpy as np
import pytest
from village import DOCTOR, PLAIN, SEER, SEVEN, WOLF, Village

from ludens.errors import ParameterError
from ludens.games import IllegalMove, IllegalPolicy, Move, all_ids, make
from ludens.games.werewolf.presets import PRESETS
from ludens.games.werewolf.winning import winner

# -- nights ------------------------------------------------------------------------------------------------------------


def test_a_protected_player_lives_and_every_view_says_so():
    village = Village(SEVEN)
    village.night(kill=4, doctor=4)
    assert village.texts("dawn") == ["The morning of day 1. Nobody was killed in the night."]
    assert all(village.state.alive)
    village.talk()
    assert all("player_4" in village.options(seat) for seat in range(7) if seat != 4)  # it can be voted for, and is asked to vote
    assert 4 in village.state.to_move
    village.vote()
    assert "player_4" in village.options(0)  # and attacked again


def test_the_doctor_may_save_itself():
    village = Village(SEVEN)
    village.night(kill=3, doctor=3)
    assert village.state.alive[3]


def test_a_doctor_killed_in_a_night_protects_nobody_afterwards():
    village = Village(SEVEN)
    village.night(kill=3, doctor=4)
    assert not village.state.alive[3]
    village.day()
    village.night(kill=4)
    assert not village.state.alive[4]


def test_several_doctors_protect_even_when_one_of_them_dies():
    village = Village((WOLF, DOCTOR, DOCTOR, PLAIN, PLAIN))
    village.play({0: 1, 1: 3, 2: 1})  # the attacked one is protected by the other
    assert all(village.state.alive)


def test_a_seer_killed_in_a_night_learns_what_it_checked_and_cannot_say_it():
    village = Village(SEVEN)
    village.night(kill=2, seer=0)
    assert village.seen(2, "check")[-1].text == "player_0 is a werewolf."
    assert 2 not in [step[1] for step in [village.state.step, *village.state.agenda] if step[0] == "turn"]
    village.talk()
    assert 2 not in village.state.to_move


def test_the_seer_may_check_the_victim_of_the_same_night():
    village = Village(SEVEN)
    village.night(kill=5, seer=5)
    assert village.seen(2, "check")[-1].text == "player_5 is not a werewolf."


def test_the_attack_is_carried_out_when_seer_and_doctor_are_dead():
    village = Village((WOLF, WOLF, SEER, DOCTOR, *[PLAIN] * 5))
    village.night(kill=2, doctor=4)
    village.day(3)
    village.night(kill=4)
    assert not village.state.alive[4]
    assert village.state.round == 2


def test_a_lone_werewolf_decides_alone_and_its_fellows_stay_known():
    village = Village((WOLF, WOLF, SEER, DOCTOR, *[PLAIN] * 4))
    village.play({0: 4, 2: 5, 3: 6})
    assert village.state.to_move == (1,)
    assert village.seen(1, "proposal")[0].text == "player_0 proposes to attack player_4."
    village.play({1: 5})  # the last decides, whatever was proposed
    assert village.state.deaths == [(1, "kill", 5)]
    village.day(0)
    proposals = len(village.texts("proposal"))
    village.night(kill=4, doctor=6)
    assert len(village.texts("proposal")) == proposals
    assert village.seen(1, "pack")[0].data["wolves"] == [0, 1]


def test_werewolves_attack_neither_each_other_nor_themselves():
    village = Village(SEVEN)
    assert village.options(0) == ("player_2", "player_3", "player_4", "player_5", "player_6")
    with pytest.raises(IllegalMove, match="is not one of"):
        village.play({0: 1, 2: 5, 3: 6})


@pytest.mark.parametrize(
    ("kill", "steps", "victim"),
    [
        ("vote", [{0: 4, 1: 4, 2: 5}], 4),
        ("unanimous", [{0: 4, 1: 4, 2: 4}], 4),
        ("unanimous", [{0: 4, 1: 4, 2: 5}], None),
        ("revote", [{0: 4, 1: 5, 2: 6}, {0: 5, 1: 5, 2: 6}], 5),
    ],
)
def test_how_the_werewolves_agree(kill, steps, victim):
    village = Village((WOLF, WOLF, WOLF, SEER, *[PLAIN] * 6), kill=kill)
    village.play({**steps[0], 3: 0})
    for step in steps[1:]:
        village.play(step)
    assert village.state.victim == victim
    assert [seat for seat, lives in enumerate(village.state.alive) if not lives] == ([] if victim is None else [victim])


def test_tied_werewolves_draw_lots():
    votes = {0: 4, 1: 5, 3: 0}
    found = set()
    for seed in range(20):
        village = Village((WOLF, WOLF, DOCTOR, SEER, PLAIN, PLAIN, PLAIN), kill="vote", seed=seed)
        village.play({**votes, 2: 2})
        found.add(village.state.victim)
    assert found == {4, 5}


def test_one_werewolf_drawn_by_lot_decides():
    village = Village(SEVEN, kill="random_wolf", given={"killer": [1]})
    assert village.state.to_move == (1, 2, 3)
    village.play({1: 6, 2: 0, 3: 3})
    assert village.seen(0, "attack")[0].text == "The werewolves attack player_6 tonight."


def test_a_quiet_morning_does_not_tell_why():
    saved, skipped = Village(SEVEN, kill_skip=True), Village(SEVEN, kill_skip=True)
    saved.night(kill=4, doctor=4, seer=5)
    skipped.night(kill=None, doctor=3, seer=5)
    assert [event.text for event in saved.seen(6)] == [event.text for event in skipped.seen(6)]


def test_nobody_sees_what_others_choose_in_the_same_night_or_vote():
    village = Village(SEVEN)
    before = [len(village.seen(seat)) for seat in range(7)]
    village.play({0: 4, 2: 0, 3: 3})
    assert len(village.seen(4)) == before[4]
    assert [event.kind for event in village.seen(1)[before[1] :]] == ["proposal"]
    assert [event.kind for event in village.seen(2)[before[2] :]] == ["check"]


def test_what_the_doctor_may_not_do():
    strict = Village(SEVEN, doctor_self=False, doctor_repeats=False, doctor_told=True)
    assert "player_3" not in strict.options(3)
    strict.night(kill=4, doctor=4)
    assert [event.text for event in strict.seen(3, "save")] == ["player_4 was attacked in the night and saved by player_3."]
    strict.day()
    assert "player_4" not in strict.options(3)
    strict.night(kill=5, doctor=6)
    strict.day()
    assert "player_4" in strict.options(3)  # not two nights running


def test_what_the_seer_may_do():
    village = Village(SEVEN, seer_sees="role", seer_rechecks=False, seer_checks_dead=True)
    village.night(kill=4, seer=3, doctor=3)
    assert village.seen(2, "check")[0].text == "player_3 is a doctor."
    village.day()
    assert "player_3" not in village.options(2)
    assert "player_4" in village.options(2)  # dead


def test_the_first_night_may_be_for_checks_alone_or_left_out():
    village = Village(SEVEN, first_night="checks")
    assert village.state.to_move == (2,)
    village.play({2: 0})
    assert all(village.state.alive)
    assert village.state.step[0] == "turn"
    assert Village(SEVEN, first_night="none").state.step == ("turn", 0)


def test_whispers_are_heard_by_the_pack_alone():
    village = Village(SEVEN, whispers=2)
    said = []
    while village.state.step[0] == "whisper":
        (seat,) = village.state.to_move
        said.append(seat)
        village.state.play({seat: Move("speak", f"word of {seat}")})
    assert said == [0, 1, 0, 1]
    assert village.seen(1, "say")[0].text == 'player_0 whispers: "word of 0"'
    assert not village.seen(2, "say")


# -- witch, hunter, medium and the others ------------------------------------------------------------------------------

NINE = (WOLF, WOLF, WOLF, SEER, "witch", "hunter", PLAIN, PLAIN, PLAIN)


def test_the_witch_saves_once():
    village = Village(NINE, kill="vote")
    village.night(kill=6, witch="save")
    assert village.seen(4, "attacked")[0].text == "player_6 is attacked tonight."
    assert all(village.state.alive)
    village.day()
    village.night(kill=6, witch="poison player_0")
    assert len(village.seen(4, "attacked")) == 1  # without the antidote it is told nothing
    assert village.texts("dawn")[-1] == "The morning of day 2. player_0 and player_6 were killed in the night."
    village.day()
    assert 4 not in village.state.to_move
    village.play(dict.fromkeys(village.state.to_move, 7))
    assert village.state.round == 3
    assert village.state.phase == "day"  # no potion is left, so it is not asked


@pytest.mark.parametrize(("rule", "allowed"), [("always", True), ("first_night", True), ("never", False)])
def test_whether_the_witch_saves_itself(rule, allowed):
    village = Village(NINE, kill="vote", witch_saves_self=rule)
    village.play({0: 4, 1: 4, 2: 4, 3: 0})
    assert ("save" in village.options(4)) == allowed
    village.play({4: "nobody"})
    assert not village.state.alive[4]


def test_poison_counts_as_the_cause_where_both_strike():
    village = Village(NINE, kill="vote")
    village.night(kill=5, witch="poison player_5")
    assert village.state.deaths == [(1, "poison", 5)]
    assert village.state.step[0] != "shot"  # who is poisoned does not shoot


def test_both_potions_in_one_night_only_where_the_rules_say_so():
    village = Village(NINE, kill="vote", witch_both=True)
    village.night(kill=6, witch="save and poison player_1")
    assert village.texts("dawn")[-1].endswith("player_1 was killed in the night.")
    assert not any("save and" in option for option in Village(NINE).game.options.options)


@pytest.mark.parametrize("how", ["kill", "exile"])
def test_the_hunter_shoots(how):
    village = Village(NINE, kill="vote")
    village.night(kill=5 if how == "kill" else 6, witch="nobody")
    if how == "exile":
        village.day(5)
    assert village.state.step == ("shot", 5)
    village.play({5: 0})
    assert village.texts("shot") == ["player_5, the hunter, shoots player_0."]
    assert not village.state.alive[0]


def test_a_hunter_does_not_shoot_once_the_village_has_won_and_may_before_the_werewolves_have():
    won = Village((WOLF, "witch", "hunter", PLAIN, PLAIN))
    won.night(kill=2, witch="poison player_0")
    assert won.state.winner == "village"
    assert not won.texts("shot")
    last = Village((WOLF, "hunter", PLAIN))
    last.night(kill=1)
    assert last.state.step == ("shot", 1)  # one werewolf and one other are left
    last.play({1: 0})
    assert last.state.winner == "village"


def test_a_shot_that_ends_the_game_leaves_no_last_words():
    village = Village((WOLF, "hunter", PLAIN, PLAIN, PLAIN), last_words="all")
    village.night(kill=2)
    village.talk()  # last words of the dead of the first night, then the discussion
    village.vote(1)
    village.play({1: 3})
    assert village.state.winner == "werewolves"
    assert village.state.over


def test_the_medium_learns_what_the_eliminated_were():
    village = Village((WOLF, WOLF, "medium", PLAIN, PLAIN, PLAIN, PLAIN))
    village.night(kill=3)
    village.day(0)
    assert village.seen(2, "medium")[0].text == "player_0, who was eliminated, was a werewolf."
    assert not village.seen(4, "medium")


def test_the_possessed_is_human_to_the_seer_counts_as_human_and_wins_with_the_werewolves():
    village = Village((WOLF, "possessed", SEER, PLAIN, PLAIN))
    village.night(kill=3, seer=1)
    assert village.seen(2, "check")[0].text == "player_1 is not a werewolf."
    assert not village.seen(1, "pack")
    village.day(2)
    village.night(kill=4)
    assert village.state.winner == "werewolves"
    assert village.state.returns == [1.0, 1.0, -1.0, -1.0, -1.0]


def test_the_minion_knows_the_werewolves_who_do_not_know_it():
    village = Village((WOLF, "minion", PLAIN, PLAIN, PLAIN))
    assert village.seen(1, "pack")
    assert "player_1" in village.options(0)


def test_a_werewolf_that_reveals_itself_ends_the_day():
    village = Village(NINE, kill="vote", explode=True)
    village.night(kill=6, witch="nobody")
    assert "explode" not in village.options(3) if village.state.to_move == (3,) else True
    village.play({0: "explode"})
    assert not village.state.alive[0]
    assert village.state.phase == "night"
    assert village.state.round == 2


# -- days --------------------------------------------------------------------------------------------------------------


def order_of(village):
    seats = []
    while village.state.step[0] == "turn":
        seats += village.state.to_move
        village.state.play({seat: Move("speak") for seat in village.state.to_move})
    return seats


def test_the_living_speak_in_the_order_of_seats_and_the_highest_has_the_last_word():
    village = Village(SEVEN)
    village.night(kill=6)
    assert order_of(village) == [0, 1, 2, 3, 4, 5]


def test_orders_of_speech():
    rotate = Village(SEVEN, talk_order="rotate", talk_rounds=2)
    rotate.night(kill=4, doctor=4)
    assert order_of(rotate) == [*range(7)] * 2
    rotate.vote()
    rotate.night(kill=4, doctor=4)
    assert order_of(rotate) == [1, 2, 3, 4, 5, 6, 0] * 2
    start = Village(SEVEN, talk_order="random_start", given={"starter": [5]})
    start.night(kill=4)
    assert order_of(start) == [5, 6, 0, 1, 2, 3]
    drawn = Village(SEVEN, talk_order="random", given={"order": [[3, 0, 6, 2, 1, 5]]})
    drawn.night(kill=4)
    assert order_of(drawn) == [3, 0, 6, 2, 1, 5]


def test_all_speak_at_once_without_hearing_each_other():
    village = Village(SEVEN, discussion="parallel")
    village.night(kill=4)
    assert village.state.to_move == (0, 1, 2, 3, 5, 6)
    village.state.play({seat: Move("speak", f"I am {seat}") for seat in village.state.to_move})
    assert len(village.texts("say")) == 6


def test_the_highest_bid_speaks_then_who_was_named_then_who_spoke_least():
    village = Village(SEVEN, discussion="bidding", talk_turns=3)
    village.night(kill=4)
    village.play({0: "1", 1: "3", 2: "2", 3: "0", 5: "0", 6: "0"})
    assert village.state.to_move == (1,)
    village.state.play({1: Move("speak", "player_6, what do you say?")})
    assert 1 not in village.state.to_move  # the last speaker does not bid
    village.play(dict.fromkeys(village.state.to_move, "2"))
    assert village.state.to_move == (6,)
    village.state.play({6: Move("speak", "Nothing.")})
    village.play({seat: "4" if seat in (1, 3) else "0" for seat in village.state.to_move})
    assert village.state.to_move == (3,)  # seat 1 has spoken already
    village.state.play({3: Move("speak", "Well.")})
    assert village.state.step[0] == "vote"  # three turns
    assert not village.seen(0, "bid")[0].text.startswith("player_1")


def test_a_discussion_ends_when_nobody_bids_or_all_pass():
    quiet = Village(SEVEN, discussion="bidding")
    quiet.night(kill=4)
    quiet.play(dict.fromkeys(quiet.state.to_move, "0"))
    assert quiet.state.step[0] == "vote"
    passing = Village(SEVEN, talk_pass=True, talk_rounds=5)
    passing.night(kill=4)
    turns = 0
    while passing.state.step[0] == "turn":
        passing.play(dict.fromkeys(passing.state.to_move, "pass"))
        turns += 1
    assert turns == 6


def test_plurality_decides_and_votes_are_public():
    village = Village(SEVEN)
    village.night(kill=6)
    village.day(0, seat_0=2, seat_4=2, seat_5=None)
    assert village.texts("votes")[-1] == (
        "Votes: player_0 votes for player_2; player_1 votes for player_0; player_2 votes for player_0; "
        "player_3 votes for player_0; player_4 votes for player_2; player_5 abstains."
    )
    assert village.texts("exile") == ["player_0 is eliminated."]


def test_secret_votes_show_only_their_result():
    village = Village(SEVEN, vote_secret=True)
    village.night(kill=6)
    village.day(0)
    assert not village.texts("votes")
    assert [event.seat for event in village.seen(2, "ballot")] == [2]


def test_votes_in_turn_are_seen_by_those_who_come_later():
    village = Village(SEVEN, vote="sequential", vote_order="rotate")
    village.night(kill=6)
    village.talk()
    assert village.state.to_move == (0,)
    village.play({0: 3})
    assert village.seen(1, "ballot")[-1].text == "player_0 votes for player_3."
    assert village.state.to_move == (1,)


@pytest.mark.parametrize("target", ["player_6", "player_9", "player_0", 3, None, ["player_1"]])
def test_no_vote_for_the_dead_oneself_or_what_is_not_there(target):
    village = Village(SEVEN)
    village.night(kill=6)
    village.talk()
    good = {seat: Move("abstain") for seat in village.state.to_move}
    with pytest.raises(IllegalMove):
        village.state.play({**good, 0: Move(target)})
    with pytest.raises(IllegalMove, match="seats to move are"):
        village.state.play({seat: move for seat, move in good.items() if seat})  # a vote is missing
    assert village.state.phase == "vote"


def test_voting_for_oneself_where_allowed():
    village = Village(SEVEN, vote_self=True, abstain=False)
    village.night(kill=6)
    village.talk()
    assert "player_0" in village.options(0)
    assert "abstain" not in village.options(0)


TIED = {"seat_0": 4, "seat_1": 4, "seat_2": 0, "seat_3": 0, "seat_4": None, "seat_5": None}


def tied(**params):
    village = Village(SEVEN, **params)
    village.night(kill=6)
    village.day(None, **TIED)
    return village


def test_a_tie_is_settled_by_lot():
    gone = {tuple(seat for _, cause, seat in tied(seed=seed).state.deaths if cause == "exile") for seed in range(20)}
    assert gone == {(0,), (4,)}


def test_a_tie_may_eliminate_nobody():
    assert tied(tie="nobody").texts("exile") == ["Nobody is eliminated."]


def test_a_tie_may_be_voted_on_again():
    village = Village(SEVEN, tie="revote", tie_then="nobody")
    village.night(kill=6)
    village.talk()
    village.play({seat: TIED[f"seat_{seat}"] if TIED[f"seat_{seat}"] is not None else "abstain" for seat in village.state.to_move})
    assert village.state.step == ("vote", 1, ())
    village.vote(5)
    assert village.texts("exile") == ["player_5 is eliminated."]  # anybody may be voted for
    assert tied(tie="revote", tie_then="nobody").texts("exile") == ["Nobody is eliminated."]


def test_only_the_tied_stand_in_a_second_vote_and_do_not_vote():
    village = Village(SEVEN, tie="revote_tied", tie_then="nobody")
    village.night(kill=6)
    village.talk()
    village.play({seat: TIED[f"seat_{seat}"] if TIED[f"seat_{seat}"] is not None else "abstain" for seat in village.state.to_move})
    assert village.state.to_move == (1, 2, 3, 5)
    assert village.options(1) == ("player_0", "player_4", "abstain")
    village.vote(0)
    assert village.texts("exile") == ["player_0 is eliminated."]


def test_where_all_are_tied_there_is_no_second_vote():
    village = Village((WOLF, PLAIN, PLAIN, PLAIN), tie="revote_tied", tie_then="nobody")
    village.night(kill=3)
    village.day(None, seat_0=1, seat_1=2, seat_2=0)
    assert len(village.texts("votes")) == 1
    assert village.texts("exile") == ["Nobody is eliminated."]


def test_a_tie_of_three_and_of_all():
    village = Village((WOLF, PLAIN, PLAIN, PLAIN), given={"tie": [2]})
    village.night(kill=3)
    village.day(None, seat_0=1, seat_1=2, seat_2=0)
    assert village.texts("tie") == ["The vote is tied between player_0, player_1 and player_2."]
    assert village.texts("exile") == ["player_2 is eliminated."]


def test_the_scapegoat_goes_in_a_tie():
    village = Village((WOLF, "scapegoat", PLAIN, PLAIN, PLAIN, PLAIN), tie="scapegoat")
    village.night(kill=5)
    village.day(None, seat_0=2, seat_2=0)
    assert village.texts("exile") == ["player_1 is eliminated."]


def test_a_sheriff_is_elected_settles_ties_and_hands_on_the_badge():
    village = Village((*SEVEN, PLAIN, PLAIN), sheriff=True, tie="sheriff")
    village.night(kill=6)
    village.play({seat: 2 if seat != 2 else 3 for seat in village.state.to_move})
    assert village.texts("sheriff") == ["player_2 is the sheriff."]
    village.talk()
    village.vote(None, seat_2=0, seat_0=2, seat_3=5, seat_4=5)
    # 1.5 for player_0 against 2 for player_5
    assert village.texts("exile") == ["player_5 is eliminated."]
    village.night(kill=2, doctor=3)
    assert village.state.step == ("badge", 2)
    village.play({2: 3})
    assert village.state.sheriff == 3
    assert village.texts("sheriff")[-1] == "player_2 hands the badge of the sheriff to player_3."


def test_a_strict_majority_is_of_all_the_living():
    village = Village(SEVEN, threshold="majority")
    village.night(kill=6)
    village.day(0, seat_0=None, seat_4=None, seat_5=None)  # three of six
    assert village.texts("exile") == ["Nobody is eliminated."]


def test_when_all_abstain():
    nobody = Village(SEVEN)
    nobody.night(kill=6)
    nobody.day()
    assert nobody.texts("exile") == ["Nobody is eliminated."]
    lot = Village(SEVEN, all_abstain="random", given={"tie": [5]})
    lot.night(kill=6)
    lot.day()
    assert lot.texts("exile") == ["player_5 is eliminated."]


@pytest.mark.parametrize(("level", "words"), [("none", []), ("side", ["on the side of the village"]), ("role", ["a villager"])])
def test_what_is_shown_of_the_dead(level, words):
    village = Village(SEVEN, reveal_night=level)
    village.night(kill=6)
    assert village.texts("reveal") == [f"player_6 was {word}." for word in words]


def test_last_words():
    village = Village((*SEVEN, PLAIN, PLAIN), last_words="all")
    village.night(kill=6)
    assert village.state.step == ("last_words", 6)
    village.talk()
    village.vote(5)
    assert village.state.step == ("last_words", 5)
    village.talk()
    village.night(kill=4)
    assert village.state.step[0] == "turn"  # only the dead of the first night speak


# -- the end -----------------------------------------------------------------------------------------------------------


def test_parity_by_a_kill_is_followed_by_no_day_and_by_a_vote_by_no_night():
    night = Village((WOLF, WOLF, PLAIN, PLAIN, PLAIN))
    night.night(kill=4)
    assert night.state.winner == "werewolves"
    assert not night.texts("say")
    assert not night.texts("votes")
    vote = Village((WOLF, WOLF, SEER, DOCTOR, PLAIN, PLAIN))
    vote.night(kill=5)
    vote.day(4)
    assert vote.state.winner == "werewolves"
    assert vote.texts("night") == ["Night 1 falls."]


def test_the_last_werewolf_voted_out_ends_the_game_at_once():
    village = Village((WOLF, PLAIN, PLAIN, PLAIN))
    village.night(kill=3)
    village.day(0)
    assert village.state.over
    assert village.state.winner == "village"
    assert village.state.returns == [-1.0, 1.0, 1.0, 1.0]  # the dead win with their side
    assert village.texts("end")[0].startswith("The village wins: no werewolf is left. The roles were: player_0 werewolf")


@pytest.mark.parametrize(
    ("win", "alive", "result"),
    [
        ("parity", "WPP", None),
        ("parity", "WP", "werewolves"),
        ("majority", "WP", None),
        ("majority", "WWP", "werewolves"),
        ("sides", "WSP", None),
        ("sides", "WSS", "werewolves"),
        ("sides", "WPPP", "werewolves"),
        ("parity", "SP", "village"),
        ("sides", "SP", "village"),
        ("parity", "WOP", None),
    ],
)
def test_who_has_won(win, alive, result):
    names = {"W": WOLF, "P": PLAIN, "S": SEER, "O": "possessed"}
    found = winner(win, [names[letter] for letter in alive], [True] * len(alive))
    assert (found and found[0]) == result


@pytest.mark.parametrize(("cap", "returns"), [("draw", 0.0), ("village", 1.0), ("werewolves", -1.0)])
def test_a_game_without_end_is_ended(cap, returns):
    village = Village((WOLF, DOCTOR, PLAIN, PLAIN), max_rounds=3, cap=cap)
    for _ in range(3):
        village.night(kill=2, doctor=2)
        village.day()
    assert village.state.over
    assert village.state.winner == cap
    assert village.state.returns[1] == returns
    assert "round 3 is over" in village.texts("end")[0]


def test_a_player_that_gives_up_loses_for_its_side():
    village = Village(SEVEN)
    village.state.forfeit(0)
    assert village.state.winner == "village"


def test_who_gives_no_legal_move_does_nothing_where_that_is_legal():
    state = make("werewolf", failure="abstain", retries=0, kill_skip=True, talk_pass=True).start(3)
    assert state.game.type.illegal == IllegalPolicy(reask=0, then="default")
    idle = set()
    while not state.over and state.round == 1:
        moves = {seat: state.default_move(seat) for seat in state.to_move}
        assert moves == {seat: state.default_move(seat) for seat in state.to_move}
        assert all(move.say is None for move in moves.values())
        idle |= {(state.step[0], move.choice) for seat, move in moves.items() if state.cast[seat] in ("werewolf", "villager")}
        state.play(moves)
    assert idle == {("acts", "nobody"), ("kill", "nobody"), ("turn", "pass"), ("vote", "abstain")}
    assert state.living == list(range(7))


def test_where_nothing_is_not_legal_something_is_drawn():
    game = make("werewolf", failure="abstain", abstain=False)
    drawn = {game.start(seed).default_move(game.start(seed).cast.index("werewolf")).choice for seed in range(60)}
    assert len(drawn) > 4
    assert make("werewolf", failure="forfeit").type.illegal.then == "forfeit"
    with pytest.raises(ParameterError, match="failure='draw' should be 'random' or 'abstain' or 'forfeit'"):
        make("werewolf", failure="draw")


def test_the_rewards_of_lspo():
    village = Village(SEVEN, utility="shaped")
    village.night(kill=6, seer=0, doctor=3)
    assert village.state.returns == [0.0] * 7
    village.day(0, seat_0=2, seat_5=None)
    # votes for a werewolf: +20 to the village; its elimination: -10, +5 for opponents, -5 for its fellow; a round survived: +5
    assert village.state.returns == [-10.0, 0.0, 30.0, 30.0, 30.0, 10.0, 0.0]
    village.night(kill=5, doctor=3)
    village.day(1)
    assert village.state.winner == "village"
    assert village.state.returns[2] == 30.0 + 20.0 + 5.0 + 300.0
    assert village.state.returns[1] == 0.0 - 10.0 - 300.0


def test_long_games_keep_their_shape():
    village = Village(SEVEN, max_rounds=10)
    shapes = set()
    for _ in range(10):
        village.night(kill=4, doctor=4)
        shapes.add(village.state.data(0)["observation"].shape)
        village.day()
    assert shapes == {village.game.observation_space(0).shape}
    assert village.state.winner == "draw"


# -- words -------------------------------------------------------------------------------------------------------------


def test_claims_that_contradict_each_other_are_kept_as_they_are():
    village = Village(SEVEN)
    village.night(kill=6)
    village.talk({0: "I am the seer.", 2: "I am the seer.", 4: "I am the doctor. No, the seer."})
    assert [event.data["text"] for event in village.seen(5, "say")] == ["I am the seer.", "I am the seer.", "I am the doctor. No, the seer."]


@pytest.mark.parametrize("said", [None, "", "  \n ", "\x00\x1b"])
def test_who_says_nothing_is_shown_to_say_nothing(said):
    village = Village(SEVEN)
    village.night(kill=6)
    village.talk({0: said})
    assert village.texts("silence")[0] == "player_0 says nothing."


# -- parameters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"cast": ["werewolf", "villager"]}, "from 3 to 20 roles"),
        ({"cast": ["werewolf", "werewolf", "villager", "villager"]}, "more others than werewolves"),
        ({"cast": ["villager"] * 5}, "at least one werewolf"),
        ({"cast": ["werewolf", "sear", "villager"]}, "is no role; did you mean 'seer'"),
        ({"kill": "duel"}, "kill='duel'"),
        ({"max_rounds": 0}, "from 1 to 50"),
        ({"tie": "sheriff"}, "needs sheriff=True"),
        ({"tie": "scapegoat"}, "needs a scapegoat"),
        ({"win": "sides", "cast": ["werewolf", "villager", "villager"]}, "needs villagers and special roles"),
        ({"latents": [2, 2]}, "a number from 1 to 50 for each of: werewolf, seer, doctor, villager"),
    ],
)
def test_bad_parameters_are_told(params, said):
    with pytest.raises(ParameterError, match=said):
        make("werewolf", **params)


def test_a_deal_must_be_of_the_cast():
    game = make("werewolf")
    state = game.dealt([*game.cast[::-1]], seed=4)
    assert state.cast == game.cast[::-1]
    with pytest.raises(ParameterError, match="cannot be dealt"):
        game.dealt(["werewolf"] * 7)


def test_the_presets_of_the_papers_are_registered():
    known = {game_id for game_id in all_ids() if game_id.startswith("werewolf")}
    assert known == {"werewolf-v0", "werewolf_mafia-v0", *(f"werewolf_{name}-v0" for name in PRESETS)}
    assert [make(f"werewolf_{name}").seats for name in PRESETS] == [4, 8, 8, 9, 5, 13, 15]
    for seats in range(5, 16):
        assert make("werewolf_mafia", players=seats).counts["werewolf"] == max(1, round(0.25 * seats))
    assert len(make("werewolf").observation_space(0).sample()) == 351
    assert len(make("werewolf", encoding="paper").observation_space(0).sample()) == 211


def test_rules_are_told_from_the_options():
    plain, changed = make("werewolf").rules_text(0), make("werewolf", doctor_self=False, tie="nobody", reveal_day="role", vote_secret=True).rules_text(0)
    assert "who may be itself" in plain
    assert "Ties are settled by lot." in plain
    assert "all votes are public" in plain
    assert "protects another player" in changed
    assert "In a tie nobody is eliminated." in changed
    assert "only the result is shown" in changed


# -- chance ------------------------------------------------------------------------------------------------------------


def test_all_deals_are_alike_likely():
    game = make("werewolf", cast=["werewolf", "seer", "villager", "villager"])
    counts = {}
    for seed in range(2400):
        deal = game.start(seed).cast
        counts[deal] = counts.get(deal, 0) + 1
    assert len(counts) == 12
    from scipy.stats import chisquare

    assert chisquare(list(counts.values())).pvalue > 0.001


def test_what_chance_decided_can_be_given_again():
    village = Village(SEVEN, seed=3)
    rng = np.random.default_rng(0)
    while not village.state.over:
        village.state.play({seat: village.state.action_spec(seat).sample(rng) for seat in village.state.to_move})
    given = {}
    for drawn, result in village.state.draws:
        given.setdefault(drawn, []).append(result)
    again = Village(SEVEN, seed=99, given=given)
    for _, moves in village.state.history:
        again.state.play({seat: Move(*move) for seat, move in moves.items()})
    assert [event.text for event in again.state.events] == [event.text for event in village.state.events]
    json.dumps(again.state.to_dict())
