"""Measures of Werewolf, on games whose every event is known and on games that bots played."""

from __future__ import annotations

import math

import numpy as np
import pytest
from village import SEVEN, Village

from ludens.agents import PlayerSpec
from ludens.analysis.werewolf import MEASURES, beliefs_in, calibration, calibration_by_player, family_measures, guesses_in, paired_difference, read, swings
from ludens.arena import Match, play_match
from ludens.arena.record import Decision, Episode, SeatRecord
from ludens.games import make


def record(village, *, notes=(), seed=1):
    """The episode of a table that a test has played."""
    state = village.state
    seats = tuple(SeatRecord(f"hash{seat % 2}", "even" if seat % 2 == 0 else "odd", {}, role) for seat, role in enumerate(state.cast))
    decisions = tuple(Decision(0, seat, "", "abstain", note=note) for seat, note in notes)
    return Episode(
        "match", "werewolf-v0", village.game.hash, village.game.params, seed, "", seats, decisions, tuple(state.events), tuple(state.returns), state.outcome
    )


@pytest.fixture(scope="module")
def story():
    """Werewolves 0 and 1, seer 2, doctor 3. Werewolf 0 pretends to be the seer, is believed by two, and is eliminated on the second day; then werewolf 1 is."""
    village = Village(SEVEN)
    village.night(kill=4, seer=0, doctor=4)
    village.talk({0: "I am the seer. I checked player_5 and player_5 is a werewolf.", 2: "Hello everybody.", 5: "I am not a werewolf."})
    village.vote(None, seat_0=5, seat_1=5, seat_2=0, seat_3=5, seat_4=5, seat_5=0, seat_6=None)
    village.night(kill=3, seer=1, doctor=3)
    village.talk({2: "I am the seer. I checked player_0 and player_0 is a werewolf.", 0: "I am the doctor."})
    village.vote(0, seat_0=2, seat_1=0)
    village.night(kill=6, doctor=3)
    village.talk({2: "I checked player_1 and player_1 is a werewolf.", 1: "Fine. I am the werewolf."})
    village.vote(1, seat_1=None)
    return read(record(village, notes=[(2, "player_0 100 %, player_1 50 %, player_6 0 %"), (0, "player_1 3 %"), (4, "no idea")]))


def of(measure, played):
    return list(MEASURES[measure](played))


def test_the_story_is_sorted(story):
    assert story.winner == "village"
    assert story.rounds == 3
    assert story.attacks == [(1, 4), (2, 3), (3, 6)]
    assert story.checks[:2] == [(1, 2, 0, True), (2, 2, 1, True)]
    assert story.protections == [(1, 3, 4), (2, 3, 3), (3, 3, 3)]
    assert story.exiled == [(1, 5), (2, 0), (3, 1)]
    assert story.survived == (False, False, True, True, True, False, False)


def test_measures_by_hand(story):
    assert of("wins", story) == [(seat, float(seat > 1)) for seat in range(7)]
    first_day = [(2, 1.0), (3, 0.0), (4, 0.0), (5, 1.0)]
    assert of("vote accuracy", story)[:4] == first_day
    assert of("bus", story) == [(0, 0.0), (1, 0.0), (0, 0.0), (1, 1.0)]
    assert of("saves", story) == [(3, 1.0), (3, 1.0), (3, 0.0)]
    assert of("self-protection", story) == [(3, 0.0), (3, 1.0), (3, 1.0)]
    assert of("checks found", story)[:2] == [(2, 1.0), (2, 1.0)]
    assert of("reveal day", story) == [(2, 2.0)]
    assert of("fake seer", story) == [(0, 1.0), (1, 0.0)]
    assert of("self-reveal", story) == [(0, 0.0), (1, 1.0)]
    assert dict(of("contradiction", story)) == {0: 1.0, 2: 0.0}
    # of the village but the accused: 2 voted otherwise, 3 and 4 followed, 6 abstained
    assert of("believed", story) == [(0, 0.5)]
    assert of("seer believed", story) == [(2, 1.0), (2, 1.0)]
    assert of("backfire", story) == [(0, 0.0)]
    assert of("first target", story) == [(2, 0.0), (3, 0.0), (4, 1.0), (5, 0.0), (6, 0.0)]


def test_lies_are_what_a_speaker_knows_to_be_false(story):
    lies = of("lies", story)
    assert [value for seat, value in lies if seat == 0] == [1.0, 1.0, 1.0]  # seer, the check, doctor
    assert [value for seat, value in lies if seat == 2] == [0.0, 0.0, 0.0]
    assert [value for seat, value in lies if seat == 5] == [0.0]
    assert [value for seat, value in lies if seat == 1] == [0.0]  # it told the truth


def test_private_chances_are_scored(story):
    assert sorted(value for _, value in of("brier", story)) == [0.0, 0.0, 0.25]
    assert sum(value for _, value in of("log loss", story)) == pytest.approx(math.log(2) - 2 * math.log(0.99))
    assert of("suspicion", story) == [(2, 1.0)]
    assert calibration([story]) == [(0.0, 0.0, 1), (0.5, 1.0, 1), (1.0, 1.0, 1)]
    assert {seat for seat, _ in of("brier", story)} == {2}  # werewolves have no belief to score


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("player_1 60 %, player_2 10 %", {1: 0.6, 2: 0.1}),
        ("player_1: 33.5%; player_2=0", {1: 0.335, 2: 0.0}),
        ("player_1 is 20 percent, player_1 90", {1: 0.2}),
        ("player_9 50, player_3 400, player_0 10", {}),
        ("nothing at all", {}),
        ("player_1 " * 100_000 + "50", {}),
    ],
)
def test_beliefs_are_read_out_of_notes(note, found):
    assert beliefs_in(note, 7, 0) == found


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("player_1 60 % werewolf, player_2 10 % seer, player_0 villager", {1: "werewolf", 2: "seer"}),
        ("Player_1: 99, the Doctor; player_9 is a seer; player_2 is the hunter", {1: "doctor", 2: "hunter"}),
        ("player_1 60, player_2 seer, player_2 doctor", {2: "seer"}),
        ("the seer is player_1", {}),
        ("player_1 " + "9" * 5000 + " seer", {}),
    ],
)
def test_role_guesses_are_read_from_notes(note, found):
    assert guesses_in(note, 7, 0) == found


def test_role_guesses_count_for_the_guesser_and_for_the_guessed(story):
    village = Village(SEVEN)
    played = read(record(village, notes=[(2, "player_0 90 % werewolf, player_1 5 % villager"), (0, "player_2 0 % seer")]))
    assert of("role guess", played) == [(2, 1.0), (2, 0.0)]
    assert of("recognised", played) == [(0, 1.0), (1, 0.0)]
    assert of("role guess", story) == []


def test_a_true_report_helps_the_village_and_a_false_one_hurts_it(story):
    moved = list(swings(story))
    told = {(day, seat): change for day, seat, change in moved}
    assert told[1, 0] < 0
    assert told[2, 2] > 0 or told[3, 2] > 0
    assert told[3, 1] > 5  # a werewolf that admits to be one
    assert len(moved) == len([event for event in story.events if event.kind == "say"])


def played_by(names, count, **params):
    game = make("werewolf", **params)
    players = tuple(PlayerSpec.of("scripted", names[seat % len(names)], style=names[seat % len(names)]) for seat in range(7))
    return [play_match(Match(game, players, seed)) for seed in range(count)]


def test_tables_hold_rates_with_intervals():
    tables = family_measures(played_by(["fair", "deceptive"], 30)).tables
    assert [table.title for table in tables] == ["Players", "Players by side", "Roles", "Seats"]
    roles = {row[0]: dict(zip(tables[2].columns, row, strict=True)) for row in tables[2].rows}
    seer, wolf, village = roles["seer"], roles["werewolf"], roles["villager"]
    assert 0.2 < seer["checks found"].value < 0.8
    assert seer["checks found"].low < seer["checks found"].value < seer["checks found"].high
    assert seer["saves"] is None
    assert seer["recognised"].low > 0.25  # one of six seats is the seer
    assert wolf["wins"].value + village["wins"].value == pytest.approx(1.0)
    seats = [cells[2].value for _, *cells in tables[3].rows if cells[2] is not None]
    assert len(seats) == 7


def test_charts_hold_shares_by_day_and_by_chance_told(story):
    episodes = played_by(["fair", "deceptive"], 30)
    games, players = [read(episode) for episode in episodes], [tuple(seat.name for seat in episode.seats) for episode in episodes]
    by_day, calibrated = family_measures(episodes, names={seat.hash: seat.name for seat in episodes[0].seats}.__getitem__).curves
    assert [name for name, _ in by_day.lines] == [name for name, _ in calibrated.lines] == ["deceptive", "fair"]
    hits = [
        np.mean([target in played.wolves for day, voter, target in played.votes if (day, seats[voter], played.side(voter)) == (1, "fair", "village")])
        for played, seats in zip(games, players, strict=True)
    ]
    day, first = dict(by_day.lines)["fair"][0]
    assert (day, first.n) == (1.0, 30)
    assert first.value == pytest.approx(np.mean(hits))
    assert first.low < first.value < first.high
    for _, points in calibrated.lines:
        assert all(0 <= x <= 1 and 0 <= one.low <= one.value <= one.high <= 1 for x, one in points)
        assert points[-1][1].value > points[0][1].value + 0.2  # what is held likelier is the case more often
    # a single game is no ground for a point
    assert calibration_by_player([story], [("somebody",) * 7]).lines == ()


def test_conditions_are_compared_deal_by_deal():
    honest, lying = ([read(episode) for episode in played_by([style], 40)] for style in ("fair", "deceptive"))

    def wolves_win(played):
        return float(played.winner == "werewolves")

    same = paired_difference(honest, honest, wolves_win)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    found = paired_difference(lying, honest, wolves_win)
    assert found.n == 40
    assert found.value == pytest.approx(np.mean([wolves_win(one) for one in lying]) - np.mean([wolves_win(one) for one in honest]))
    with pytest.raises(ValueError, match="0 seeds are common"):
        paired_difference(honest[:3], [], wolves_win)


def test_bots_beliefs_are_better_than_the_base_rate():
    games = [read(episode) for episode in played_by(["fair"], 40)]
    errors = [value for played in games for _, value in MEASURES["brier"](played)]
    assert len(errors) > 200
    base = 2 / 6
    assert np.mean(errors) < base * (1 - base)
