from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens import make
from ludens.agents import PlayerSpec, player_kind
from ludens.arena import Adaptive, Match, Plan, Result, Swiss, round_robin
from ludens.arena.seating import balanced_tables, latin_square, seatings, tables_of
from ludens.arena.seeds import child_seed
from ludens.errors import ParameterError

player_kind("arena_any", "ludens.agents.simple:RandomPlayer")
DILEMMA = make("prisoners_dilemma", rounds=3)
GOODS = make("public_goods")


def named(count: int) -> list[PlayerSpec]:
    return [PlayerSpec.of("arena_any", name=f"p{number}", number=number) for number in range(count)]


@given(st.integers(1, 14))
def test_latin_squares(n: int) -> None:
    square = latin_square(n)
    assert all(sorted(row) == list(range(n)) for row in square)
    assert all(sorted(column) == list(range(n)) for column in zip(*square, strict=True))
    if n % 2 == 0:
        neighbours = Counter(pair for row in square for pair in pairwise(row))
        assert set(neighbours.values()) == {1}
        assert len(neighbours) == n * (n - 1)


@given(st.integers(2, 12), st.integers(1, 5), st.integers(1, 40))
def test_balanced_tables_balance(players: int, size: int, count: int) -> None:
    size = min(size, players)
    tables = balanced_tables(players, size, count)
    assert all(len(set(table)) == size for table in tables)
    plays = Counter(item for table in tables for item in table)
    assert max(plays[item] for item in range(players)) - min(plays[item] for item in range(players)) <= 1


def test_balanced_tables_find_a_perfect_design() -> None:
    # two of four, six tables: every pair once
    assert len(set(balanced_tables(4, 2, 6))) == 6


@given(st.integers(2, 7), st.integers(1, 3), st.booleans())
@settings(max_examples=25)
def test_round_robin_is_counterbalanced(count: int, replicates: int, self_play: bool) -> None:
    plan = round_robin([DILEMMA], named(count), replicates=replicates, self_play=self_play)
    pairs = Counter((match.players[0].name, match.players[1].name) for match in plan)
    for one, other in permutations([player.name for player in named(count)], 2):
        assert pairs[one, other] == replicates
    assert sum(one == other for one, other in pairs.elements()) == (count * replicates if self_play else 0)
    seeds: dict[tuple[str, frozenset[str]], set[int]] = {}
    for match in plan:
        seeds.setdefault((match.replicate, frozenset(player.hash for player in match.players)), set()).add(match.seed)
    assert all(len(found) == 1 for found in seeds.values())
    assert len(set.union(*seeds.values())) == len(seeds)


def test_seeds_can_be_common_or_each_its_own() -> None:
    common = round_robin([DILEMMA], named(4), replicates=2, seeds="common")
    assert len({match.seed for match in common}) == 2
    own = round_robin([DILEMMA], named(4), replicates=2, seeds="match")
    assert len({match.seed for match in own}) == len(own)
    with pytest.raises(ParameterError, match="seeds='some'"):
        round_robin([DILEMMA], named(2), seeds="some")  # type: ignore[arg-type]


def test_every_player_sits_on_every_seat_equally_often_at_larger_tables() -> None:
    plan = round_robin([GOODS], named(5))
    seats = Counter((seat, player.name) for match in plan for seat, player in enumerate(match.players))
    assert len(set(seats.values())) == 1
    assert len(seats) == GOODS.seats * 5


def test_fewer_players_than_seats_share_them_evenly() -> None:
    assert GOODS.seats == 4
    for match in round_robin([GOODS], named(3)):
        assert set(Counter(player.name for player in match.players).values()) <= {1, 2}
    assert tables_of(2, 4, self_play=False, most=None) == [(0, 0, 1, 1)]


def test_match_ids_are_stable_and_tell_matches_apart() -> None:
    players = (PlayerSpec.of("tit_for_tat"), PlayerSpec.of("random"))
    match = Match(DILEMMA, players, 5, "a")
    assert match.id == Match(make("prisoners_dilemma", rounds=3), players, 5, "a", group="other").id
    others = [
        Match(DILEMMA, players[::-1], 5, "a"),
        Match(DILEMMA, players, 6, "a"),
        Match(DILEMMA, players, 5, "b"),
        Match(make("prisoners_dilemma", rounds=4), players, 5, "a"),
    ]
    assert len({match.id, *(other.id for other in others)}) == 5
    # stored runs are resumed by ids that derive from these: a change makes them unresumable
    assert child_seed(5, "seat", 0) == 255871806716902734
    assert match.seat_seed(0) != match.seat_seed(1)
    with pytest.raises(ParameterError, match="has 2 seats; 1 players were given"):
        Match(DILEMMA, players[:1], 0)
    with pytest.raises(ParameterError, match="same match twice"):
        Plan((match, match))


def test_who_cannot_play_is_left_out_and_listed() -> None:
    players = [*named(2), PlayerSpec.of("conceder")]
    plan = round_robin([DILEMMA], players)
    assert all(player.kind != "conceder" for match in plan for player in match.players)
    (left_out,) = plan.excluded
    assert left_out.player == "conceder"
    assert left_out.game == DILEMMA.label
    assert left_out.reason
    with pytest.raises(ParameterError, match=r"nothing to play.*conceder"):
        round_robin([DILEMMA], [PlayerSpec.of("conceder")])
    assert Swiss((DILEMMA,), tuple(players)).excluded == plan.excluded


def test_too_many_tables_are_refused_with_the_way_out() -> None:
    with pytest.raises(ParameterError, match="give tables=N"):
        round_robin([GOODS], named(60))
    plan = round_robin([GOODS], named(60), tables=30)
    assert len(plan) == 30 * GOODS.seats


def test_seatings_are_each_given_once() -> None:
    assert seatings("aabb", "latin") == list(dict.fromkeys(seatings("aabb", "latin")))
    assert len(seatings("abc", "all")) == 6
    assert seatings("abc", "none") == [("a", "b", "c")]


def played(schedule: Swiss | Adaptive, strength: dict[str, float], cost: float = 0.0) -> tuple[list[Match], dict[str, Result]]:
    """Play a schedule with fixed strengths."""
    results: dict[str, Result] = {}
    order = []
    while batch := schedule.due(results):
        assert any(match.id not in results for match in batch)
        for match in batch:
            order.append(match)
            results[match.id] = Result(tuple(strength[player.name] for player in match.players), cost)
    return order, results


@pytest.mark.parametrize("count", [6, 7])
def test_swiss_pairs_equals_and_avoids_rematches(count: int) -> None:
    players = tuple(named(count))
    strength = {player.name: number for number, player in enumerate(players)}
    matches, results = played(Swiss((DILEMMA,), players, rounds=count // 2), strength)
    met = Counter(frozenset(player.name for player in match.players) for match in matches)
    assert set(met.values()) == {2}, "both seatings, and nobody twice"
    plays = Counter(name for pair in met for name in pair)
    assert max(plays.values()) - min(plays.values()) <= 1
    # the two strongest have met by then
    assert frozenset({f"p{count - 1}", f"p{count - 2}"}) in met
    assert played(Swiss((DILEMMA,), players, rounds=count // 2), strength)[1].keys() == results.keys()


def test_swiss_resumed_in_the_middle_of_a_round_goes_on_the_same() -> None:
    players = tuple(named(6))
    strength = {player.name: number % 4 for number, player in enumerate(players)}
    schedule = Swiss((DILEMMA,), players, rounds=4)
    order, results = played(schedule, strength)
    some = {match.id: results[match.id] for match in order[: len(order) // 2 + 1]}
    batch = schedule.due(some)
    assert {match.id for match in batch} <= results.keys()
    assert any(match.id in some for match in batch)
    assert any(match.id not in some for match in batch)


def test_swiss_at_tables_of_four() -> None:
    players = tuple(named(9))
    matches, _ = played(Swiss((GOODS,), players, rounds=3), {player.name: number for number, player in enumerate(players)})
    sits_out = [9 - len({player.name for match in matches if match.group == f"round {number}" for player in match.players}) for number in (1, 2, 3)]
    assert sits_out == [1, 1, 1]
    assert len({player.name for match in matches for player in match.players}) == 9


def test_adaptive_keeps_its_budgets_and_plays_where_it_is_uncertain() -> None:
    players = tuple(named(6))
    strength = {player.name: float(number) for number, player in enumerate(players)}
    matches, _ = played(Adaptive((DILEMMA,), players, matches=61), strength)
    assert len(matches) == 61
    plays = Counter(player.name for match in matches for player in match.players)
    assert min(plays.values()) >= 10
    neighbours = sum(abs(strength[match.players[0].name] - strength[match.players[1].name]) <= 2 for match in matches[20:])
    assert neighbours / 41 > 9 / 15, "more often with near ones than by chance"
    cheap, results = played(Adaptive((DILEMMA,), players, matches=1000, money=2.0), strength, cost=0.05)
    assert len(cheap) == 40
    assert sum(result.cost for result in results.values()) == pytest.approx(2.0)
    certain, _ = played(Adaptive((DILEMMA,), players, matches=1000, sigma=4.0), strength)
    assert len(certain) < 1000


def test_schedules_check_their_parameters() -> None:
    players = tuple(named(3))
    for wrong in ({"matches": 0}, {"money": -1.0}, {"batch": 0}):
        with pytest.raises(ParameterError, match=next(iter(wrong))):
            Adaptive((DILEMMA,), players, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="rounds=0"):
        Swiss((DILEMMA,), players, rounds=0)
    with pytest.raises(ParameterError, match="nothing to play"):
        Swiss((DILEMMA,), players[:1])
    with pytest.raises(ParameterError, match="replicates=0"):
        round_robin([DILEMMA], players, replicates=0)


def test_a_broken_off_match_rates_nobody() -> None:
    players = tuple(named(4))
    schedule = Adaptive((DILEMMA,), players, matches=4)
    results = {match.id: Result(None) for match in schedule.due({})}
    following = schedule.due(results)
    assert all(match.id not in results for match in following)
