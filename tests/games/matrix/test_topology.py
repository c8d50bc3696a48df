"""The 144 ordinal games: counts, canonical forms, families, anchors."""

import itertools
from collections import Counter

import pytest

from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.matrix.topology import FAMILIES, TYPES, all_games, canonical, family, outcomes, pure_equilibria

RANKINGS = list(itertools.permutations((1, 2, 3, 4)))


def test_576_pairs_fall_into_144_classes_of_four():
    counts = Counter(canonical((row, col)) for row in RANKINGS for col in RANKINGS)
    assert len(counts) == 144
    assert set(counts.values()) == {4}
    assert set(counts) == {(row, col) for row, col, _ in all_games()}


def test_classes_are_the_orbits_of_row_and_column_swaps():
    def orbit(row, col):
        # the four forms as tables of payoff pairs
        pay = outcomes((row, col))
        return frozenset(tuple(pay[a ^ flip_row, b ^ flip_col] for a in (0, 1) for b in (0, 1)) for flip_row in (0, 1) for flip_col in (0, 1))

    orbits = {}
    for row in RANKINGS:
        for col in RANKINGS:
            orbits.setdefault(orbit(row, col), set()).add(canonical((row, col)))
    assert len(orbits) == 144
    assert all(len(names) == 1 for names in orbits.values())


def test_player_swap_leaves_78_and_fixes_the_symmetric_ones():
    pairs = {frozenset((row, col)) for row, col, _ in all_games()}
    assert len(pairs) == 78
    assert all(canonical((col, row)) == canonical((row, col))[::-1] for row in RANKINGS[:6] for col in RANKINGS)


@pytest.mark.parametrize(
    ("name", "payoffs"),
    [
        ("prisoners_dilemma", (3, 1, 4, 2)),
        ("chicken", (3, 2, 4, 1)),
        ("stag_hunt", (4, 1, 3, 2)),
        ("battle", (2, 3, 4, 1)),
        ("hero", (1, 3, 4, 2)),
        ("harmony", (4, 3, 2, 1)),
        ("coordination", (4, 2, 1, 3)),
        ("deadlock", (2, 1, 4, 3)),
    ],
)
def test_symmetric_anchors(name, payoffs):
    assert TYPES[name] == payoffs
    assert make("topology", row=name, col=name).type.symmetric


def test_types_form_a_cycle_of_swaps_of_neighbouring_ranks():
    chain = [*TYPES.values(), next(iter(TYPES.values()))]
    for one, two in itertools.pairwise(chain):
        changed = [(a, b) for a, b in zip(one, two, strict=True) if a != b]
        assert len(changed) == 2
        assert abs(changed[0][0] - changed[0][1]) == 1


def test_families_have_the_published_counts():
    counts = Counter(family(game) for _, _, game in all_games())
    assert counts == {"biased": 44, "win_win": 36, "unfair": 19, "cyclic": 18, "second_best": 12, "tragic": 8, "dilemma": 7}
    assert set(counts) == set(FAMILIES)


def test_family_does_not_depend_on_how_a_game_is_written():
    for row, col in itertools.product(RANKINGS[::5], RANKINGS[::7]):
        names = canonical((row, col))
        assert family((row, col)) == family((TYPES[names[0]], TYPES[names[1]]))


def test_numbers_of_pure_equilibria():
    counts = Counter(len(pure_equilibria(game)) for _, _, game in all_games())
    # 18 of the 144 have none and 18 have two; worked out in Robinson and Goforth (2005)
    assert counts == {0: 18, 1: 108, 2: 18}


def test_types_are_taken_by_number_and_kept_by_name():
    game = make("topology", row=1, col="stag_hunt")
    assert game.row == "chicken"
    assert game == make("topology", row="chicken", col=7)
    assert game.table[0].tolist() == [[3, 2], [4, 1]]
    assert game.table[1].tolist() == [[4, 3], [1, 2]]


def test_no_ranking_but_a_strict_one_has_a_canonical_form():
    with pytest.raises(ParameterError, match="permutation"):
        canonical(((1, 2, 3, 4), (4, 4, 1, 2)))
