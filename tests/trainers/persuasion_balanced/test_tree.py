"""Trees to pairs: hand-made trees, whose preferences can be worked out on paper; and samples of a size."""

import pytest

from ludens.errors import LudensError
from ludens.trainers.persuasion_balanced.fitting import corpus_of
from ludens.trainers.persuasion_balanced.tree import Pair, Playout, Step, counted, matched, pairs


def step(point, text, yields, prompt=(1, 2), tokens=None):
    return Step(point, text, yields, prompt, tuple(text.encode()) if tokens is None else tokens)


def playout(worth, *steps, forced=0, deal=0):
    return Playout(deal, forced, steps, worth)


def accept(worth, **given):
    return playout(worth, step("root", "yes", True), **given)


def resist(worth, **given):
    return playout(worth, step("root", "no", False), **given)


def test_where_giving_in_leads_to_the_right_answer_it_is_preferred():
    (pair,) = pairs([accept(1.0), accept(0.0), resist(0.0), resist(0.0)])
    assert (pair.kind, pair.texts, pair.gap) == ("accept", ("yes", "no"), 0.5)
    assert (pair.prompt, pair.better, pair.worse) == ((1, 2), tuple(b"yes"), tuple(b"no"))


def test_where_giving_in_leads_to_errors_holding_out_is_preferred():
    (pair,) = pairs([accept(0.0), resist(1.0), resist(0.0), resist(0.0)])
    assert (pair.kind, pair.texts) == ("resist", ("no", "yes"))
    assert pair.gap == pytest.approx(1 / 3)


def test_a_subtree_counts_as_the_model_would_play_it_and_not_by_the_number_of_its_leaves():
    # holding out leads to a second turn, drawn at four times, right in three of them; what was drawn there later is no draw at the root
    later = [(1.0, 0), (1.0, 1), (1.0, 1), (0.0, 1)]
    tree = [playout(worth, step("root", "no", False), step("then", f"{number}", None), forced=forced) for number, (worth, forced) in enumerate(later)]
    tree += [accept(1.0), accept(0.0), accept(1.0)]
    (pair,) = pairs(tree)
    assert pair.kind == "resist"
    assert pair.gap == pytest.approx(3 / 4 - 2 / 3)
    # by leaves of the root alone it would have been one draw of worth 1
    (alone,) = pairs([tree[0], *tree[4:]])
    assert alone.gap == pytest.approx(1 - 2 / 3)


def test_every_node_makes_a_pair_of_its_own():
    tree = [
        playout(1.0, step("root", "no", False), step("then", "yes", True, (1, 2, 3))),
        playout(0.0, step("root", "no", False), step("then", "no", False, (1, 2, 3)), forced=1),
        accept(0.0),
        accept(0.0),
    ]
    found = {pair.prompt: pair for pair in pairs(tree)}
    assert found[1, 2].kind == "resist"  # worth 1/2 against 0
    assert found[1, 2].gap == pytest.approx(0.5)
    assert found[1, 2, 3].kind == "accept"


def test_replies_that_were_drawn_most_stand_for_their_kind():
    tree = [playout(0.0, step("root", text, False)) for text in ("a", "b", "b")] + [accept(1.0)]
    (pair,) = pairs(tree)
    assert pair.texts == ("yes", "b")


def test_what_makes_no_pair_is_counted_by_its_reason():
    undisputed = playout(1.0, step("quiet", "hm", None))
    tree = [undisputed, undisputed, accept(1.0, deal=1), accept(0.0, deal=1)]
    tree += [accept(1.0, deal=2), resist(1.0, deal=2)]
    tree += [accept(1.0, deal=3), playout(0.0, step("root", "??", False, tokens=()), deal=3)]
    tree += [accept(1.0, deal=4), resist(0.0, deal=4), accept(0.0, deal=5), resist(1.0, deal=5)]
    assert counted(tree)._asdict() == {
        "dialogues": 12,
        "undisputed": 2,
        "nodes": 5,
        "onesided": 1,
        "even": 1,
        "unread": 1,
        "accept": 1,
        "resist": 1,
    }
    assert [(pair.deal, pair.kind) for pair in pairs(tree)] == [(4, "accept"), (5, "resist")]


def some(kind, count):
    return [Pair(number, kind, (1,), (2,), (3,), f"deal {number}", ("a", "b"), 0.5, (1, 2), ((1, 2),)) for number in range(count)]


@pytest.mark.parametrize(("mode", "accepts", "resists"), [("balanced", 3, 4), ("accept", 7, 0), ("resist", 0, 7)])
def test_all_modes_learn_from_as_many_pairs_as_there_are_of_the_rarer_kind(mode, accepts, resists):
    found = some("accept", 20) + some("resist", 7)
    chosen = matched(found, mode, 1)
    assert sum(pair.kind == "accept" for pair in chosen) == accepts
    assert sum(pair.kind == "resist" for pair in chosen) == resists
    assert len({(pair.kind, pair.deal) for pair in chosen}) == len(chosen)
    assert matched(found, mode, 1) == chosen
    if accepts:
        assert matched(found, mode, 2) != chosen


def test_one_kind_alone_cannot_be_balanced():
    with pytest.raises(LudensError, match="found 3 in which to accept, 0 in which to resist"):
        matched(some("accept", 3), "accept", 1)


def test_of_a_dialogue_the_learners_own_replies_are_learned_and_nothing_else():
    first = step("root", "x", None, (1, 2), (3,))
    second = step("then", "no", False, (1, 2, 3, 4), (5, 6))
    last = step("end", "y", None, (1, 2, 3, 4, 5, 6, 7), (8,))
    other = playout(0.0, first, step("then", "yes", True, (1, 2, 3, 4), (9,)), forced=1)
    (pair,) = pairs([playout(1.0, first, second, last), other])
    assert pair.dialogue == (1, 2, 3, 4, 5, 6, 7, 8)
    assert pair.own == ((2, 3), (4, 6), (7, 8))
    whole = corpus_of([pair, pair])
    assert whole.ids.tolist() == list(pair.dialogue) * 2
    assert whole.marks.tolist() == [0, 0, 1, 0, 2, 2, 0, 1] * 2  # the preferred reply is marked apart, for its own weight
    assert whole.starts.tolist() == [0, 8, 16]
    alone = corpus_of([pair], whole=False)
    assert alone.ids.tolist() == [1, 2, 3, 4, 5, 6]
    assert alone.marks.tolist() == [0, 0, 0, 0, 2, 2]


def test_a_conversation_that_was_shortened_leaves_the_other_stretch_out():
    # the turn after the reply begins anew: its prompt does not go on from what was said
    first, anew = step("root", "no", False, (1, 2), (3,)), step("then", "y", None, (7, 7), (8,))
    (pair,) = pairs([playout(1.0, first, anew), accept(0.0)])
    assert pair.dialogue == (1, 2, 3)
    assert pair.own == ((2, 3),)
