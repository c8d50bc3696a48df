"""Spaces of Gymnasium as domains: every answer is an action of the space, every action an answer; masks close what they say."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium import spaces

from ludens.games.adapters.display import about, shown, unpainted
from ludens.games.adapters.spaces_in import Unfit, action_of, domain_of, flat_space, flattened, legal
from ludens.games.domains import Integer, OneOf, Real, Record

FITTING = [
    spaces.Discrete(5),
    spaces.Discrete(3, start=-1),
    spaces.MultiDiscrete([3, 2, 4]),
    spaces.MultiDiscrete([3, 2], start=[1, -1]),
    spaces.MultiBinary(3),
    spaces.Box(-1.0, 2.0, (3,), np.float32),
    spaces.Box(0.0, 1.0, (2, 2), np.float64),
    spaces.Box(-2, 3, (2,), np.int64),
    spaces.Box(-2.0, 2.0, (1,), np.float32),
]


@pytest.mark.parametrize("space", FITTING, ids=str)
@pytest.mark.parametrize("masked", [False, True])
def test_every_answer_is_an_action(space, masked):
    domain, rng = domain_of(space, masked=masked), np.random.default_rng(0)
    for _ in range(50):
        assert space.contains(action_of(space, domain, domain.sample(rng)))


@pytest.mark.parametrize("space", [space for space in FITTING if not isinstance(space, spaces.Box)], ids=str)
@pytest.mark.parametrize("masked", [False, True])
def test_every_action_is_an_answer_in_the_order_of_the_space(space, masked):
    domain = domain_of(space, masked=masked)
    actions = [np.ravel(action_of(space, domain, choice)).tolist() for choice in domain.values()]
    assert actions == sorted(actions)
    assert len({tuple(action) for action in actions}) == domain.size()
    space.seed(0)
    assert all(np.ravel(space.sample()).tolist() in actions for _ in range(50))


def test_names_stand_for_numbers():
    space = spaces.Discrete(4)
    domain = domain_of(space, ("left", "down", "right", "up"))
    assert [action_of(space, domain, name) for name in ("left", "up")] == [0, 3]


def test_masks_close_actions():
    assert legal(OneOf(("a", "b", "c")), [1, 0, 1]) == OneOf(("a", "c"))
    assert legal(OneOf(("a", "b")), [0, 0]) == OneOf(("a", "b"))
    assert legal(domain_of(spaces.MultiDiscrete([2, 3]), masked=True), [0, 1, 1, 0, 1]) == Record.of({"part_0": OneOf(("1",)), "part_1": OneOf(("0", "2"))})
    assert legal(Integer(0, 3), [1, 0, 0, 0]) == Integer(0, 3)
    with pytest.raises(ValueError, match="zip"):
        legal(OneOf(("a", "b")), [1, 1, 1])


def test_bounds_of_single_precision_are_kept():
    space = spaces.Box(np.float32(-0.1), np.float32(0.7), (1,), np.float32)
    domain = domain_of(space)
    assert isinstance(domain, Real)
    for choice in (domain.low, domain.high):
        assert space.contains(action_of(space, domain, choice))


@pytest.mark.parametrize(
    ("space", "words"),
    [
        (spaces.Box(-np.inf, np.inf, (2,)), "no bounds"),
        (spaces.Box(0, 1, (65,)), "65 numbers"),
        (spaces.Dict({"a": spaces.Discrete(2)}), "is not Discrete"),
        (spaces.MultiDiscrete([[2, 2], [3, 3]]), "is not Discrete"),
        (spaces.Text(4), "is not Discrete"),
    ],
)
def test_other_actions_are_refused(space, words):
    with pytest.raises(Unfit, match=words):
        domain_of(space)


def test_names_must_be_as_many_as_actions():
    with pytest.raises(Unfit, match="names 1 actions"):
        domain_of(spaces.Discrete(2), ("left",))
    with pytest.raises(Unfit, match="names 2 actions"):
        domain_of(spaces.MultiDiscrete([2, 2]), ("left", "right"))


SHOWN = [
    spaces.Discrete(4),
    spaces.Tuple((spaces.Discrete(3), spaces.Box(0, 1, (2,)))),
    spaces.Dict({"a": spaces.MultiBinary(2)}),
    spaces.Box(0, 255, (2, 3), np.uint8),
]


@pytest.mark.parametrize("space", SHOWN, ids=str)
def test_observations_become_arrays_of_their_flat_space(space):
    space.seed(1)
    for _ in range(10):
        assert flat_space(space).contains(flattened(space, space.sample()))


def test_observations_without_a_shape_are_refused():
    with pytest.raises(Unfit, match="no array of a fixed shape"):
        flat_space(spaces.Sequence(spaces.Discrete(2)))


def test_observations_in_words():
    assert shown("a door\x1b[2J") == "a door[2J"
    assert shown(np.int64(6)) == "6"
    assert shown((13, 10, 0)) == "(13, 10, 0)"
    assert shown(np.array([0.123456, -1.0, 2.0], np.float32)) == "0.1235 -1 2"
    assert shown(np.eye(2)) == "\n1 0\n0 1"
    assert shown(np.arange(8).reshape(2, 2, 2)) == "\nplane 0:\n0 2\n4 6\nplane 1:\n1 3\n5 7"
    assert shown({"here": 1, "board": np.eye(2)}) == "here: 1\nboard: \n  1 0\n  0 1"
    assert shown(np.zeros((210, 160, 3), np.uint8)) == "an array of shape (210, 160, 3) with numbers from 0 to 0"


def test_paint_becomes_brackets():
    assert unpainted("  (Up)\n\x1b[41mS\x1b[0mFF\n") == "  (Up)\n[S]FF"


def test_descriptions_keep_what_a_player_needs():
    text = """# Boxes

    | Import | `from zoo import boxes` |
    |---|---|
    | Agents | 2 |

    Push <b>boxes</b>.

    ## Rewards
    One a box.

    ```python
    zoo.make("boxes")
    ```

    ```
    0 | 1
    ```

    ## Version History
    * v0
    """
    assert about(text) == "Boxes:\nPush boxes.\n\nRewards:\nOne a box.\n\n0 | 1"
    assert about(None) == ""
    assert about("word\n" * 5000).endswith("(cut short)")
