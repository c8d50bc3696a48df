"""Rows as a tree: every row is in it whole, what rows begin with is there once, and a network finds the same of them, gradients too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.trainers.stretches import stretches

rows = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12), min_size=1, max_size=9)


def laid(found):
    out = np.full((len(found), max(map(len, found))), 7)
    for number, row in enumerate(found):
        out[number, : len(row)] = row
    return out, [len(row) for row in found]


@given(rows, st.integers(1, 5))
def test_every_row_is_a_path_and_no_token_is_there_without_one(found, least):
    tokens, lengths = laid(found)
    tree = stretches(tokens, lengths, least)
    packed = tokens[tree.first[0], tree.first[1]]
    starts = np.cumsum([0, *tree.lengths])
    owner = np.repeat(np.arange(len(tree.lengths)), tree.lengths)
    assert sum(tree.lengths) == tree.first.shape[1]
    assert all(length > 0 for length in tree.lengths)
    assert all(parent < number for number, parent in enumerate(tree.after))
    seen = set()
    for number, row in enumerate(found):
        at = tree.place[number, : len(row)]
        assert packed[at].tolist() == row
        seen |= set(at.tolist())
        # a row's stretches are whole, and each goes on from the one before
        path = list(dict.fromkeys(owner[at].tolist()))
        assert [tree.after[one] for one in path] == [-1, *path[:-1]]
        assert at.tolist() == [place for one in path for place in range(starts[one], starts[one + 1])]
    assert seen == set(range(len(packed)))
    # with nothing too short to be shared, no prefix is there twice
    if least == 1:
        assert len(packed) == len({tuple(row[: end + 1]) for row in found for end in range(len(row))})


def test_short_beginnings_are_read_again_and_equal_rows_once():
    tokens, lengths = laid([[1, 2, 3, 4], [1, 2, 5, 6], [1, 2, 3, 4]])
    assert sorted(stretches(tokens, lengths, 3).lengths) == [4, 4]
    assert stretches(tokens, lengths, 2).lengths == [2, 2, 2]


def test_a_network_finds_the_same_of_a_tree_as_of_its_rows():
    torch = pytest.importorskip("torch")
    from ludens.llm.nano.network import Network
    from ludens.llm.nano.shape import Shape

    rng = np.random.default_rng(3)
    begin, middle = rng.integers(0, 50, 9).tolist(), rng.integers(0, 50, 10).tolist()
    found = [[*begin, *middle, 1, 2, 3], [*begin, *middle, 4], [*begin, 5, 6], rng.integers(0, 50, 6).tolist(), [*begin, *middle]]
    tokens, lengths = laid(found)
    tree = stretches(tokens, lengths)
    assert max(tree.after) >= 1
    torch.manual_seed(0)
    network = Network(Shape(2, 16, 4, 2, 24, 50, 64), 0.4)
    weight = torch.randn(sum(lengths), 16)

    def gradient(hidden):
        network.zero_grad()
        (hidden * weight).sum().backward()
        return torch.cat([one.grad.flatten().clone() for one in network.parameters()])

    alone = network(torch.tensor([token for row in found for token in row]), lengths)
    at = torch.from_numpy(np.concatenate([tree.place[number, :length] for number, length in enumerate(lengths)]))
    shared = network(torch.from_numpy(tokens[tree.first[0], tree.first[1]]), tree.lengths, tree.after)[at]
    assert torch.allclose(alone, shared, atol=1e-5)
    assert torch.allclose(gradient(alone), gradient(shared), atol=1e-4)
