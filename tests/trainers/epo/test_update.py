"""Masks: nothing but the strategist's own tokens is learned from, and what others say changes nothing."""

import copy

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from tiny_nano import tiny_nano  # noqa: E402

from ludens.llm.nano.network import load  # noqa: E402
from ludens.trainers.epo.anchoring import strayed  # noqa: E402
from ludens.trainers.epo.talks import Row, Spoken, Strategy, rows  # noqa: E402
from ludens.trainers.epo.update import Batch, epo_loss, fit, logprobs  # noqa: E402


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    torch.manual_seed(0)
    return load(tiny_nano(tmp_path_factory.mktemp("tiny"))).eval()


def strategy(turn, prompt, reply, logprob=-1.0, read=True):
    return Strategy(turn, "Strategy: tough", tuple(prompt), tuple(reply), (logprob,) * len(reply), read)


def talk(partner=(7, 8, 9)):
    """Two strategies in one conversation, with what others said between them."""
    first = strategy(0, (1, 2, 3), (4, 5))
    return [first, strategy(2, (1, 2, 3, 4, 5, *partner), (6,))]


def test_rows_are_one_stretch_as_long_as_prompts_go_on():
    (row,) = rows(talk(), np.array([1.0, 0.5]))
    assert row.ids == (1, 2, 3, 4, 5, 7, 8, 9, 6)
    assert row.places == (3, 4, 8)
    # mean over two strategies of the weighted mean over tokens
    np.testing.assert_allclose(row.gains, [0.25, 0.25, 0.25])


def test_a_prompt_that_begins_anew_opens_a_row():
    found = list(rows([strategy(0, (1, 2), (3,)), strategy(1, (1, 9), (3, 3))], np.array([1.0, 1.0])))
    assert [row.ids for row in found] == [(1, 2, 3), (1, 9, 3, 3)]
    np.testing.assert_allclose([sum(row.gains) for row in found], [0.5, 0.5])


def test_strategies_that_could_not_be_read_are_only_context():
    (row,) = rows([strategy(0, (1, 2), (3,), read=False), strategy(1, (1, 2, 3, 4), (5,))], np.array([9.0, 1.0]))
    assert row.places == (4,)
    assert row.gains == (1.0,)
    assert not list(rows([strategy(0, (1, 2), (3,), read=False)], np.array([1.0])))


def test_the_loss_is_the_released_one(network):
    (row,) = rows(talk(), np.array([0.99, 0.3]))
    batch = Batch.of([row])
    with torch.no_grad():
        logits = network.logits(network(batch.ids, batch.lengths))
        every = torch.log_softmax(logits, -1)[:-1].gather(-1, batch.ids[1:, None])[:, 0]
        mean = (0.99 * every[[2, 3]].mean() + 0.3 * every[[7]].mean()) / 2
        torch.testing.assert_close(epo_loss(logprobs(network, batch), batch), -mean)


def test_gradients_at_masked_positions_are_exactly_zero(network):
    (row,) = rows(talk(), np.array([1.0, 1.0]))
    batch = Batch.of([row])

    logits = network.logits(network(batch.ids, batch.lengths)).detach().requires_grad_()
    own = torch.log_softmax(logits[batch.places - 1], -1).gather(-1, batch.ids[batch.places][:, None])[:, 0]
    epo_loss(own, batch).backward()
    predicting = set((batch.places - 1).tolist())
    for place in range(len(batch.ids)):
        assert bool(logits.grad[place].abs().sum() > 0) == (place in predicting)


def test_longer_words_of_others_change_nothing_before_them(network):
    gains = np.array([1.0, 0.0])
    losses = []
    for partner in ((7, 8, 9), (7,) * 60, (11, 12)):
        (row,) = rows(talk(partner), gains)
        with torch.no_grad():
            losses.append(epo_loss(logprobs(network, Batch.of([row])), Batch.of([row])))
    for loss in losses[1:]:
        torch.testing.assert_close(loss, losses[0])


def test_the_order_of_a_batch_is_irrelevant(network):
    drawn = [next(iter(rows(talk(tuple(range(20, 20 + size))), np.array([1.0, -0.5])))) for size in (1, 5, 9)]
    with torch.no_grad():
        one, two = (epo_loss(logprobs(network, Batch.of(order)), Batch.of(order)) for order in (drawn, drawn[::-1]))
        apart = sum(epo_loss(logprobs(network, Batch.of([row])), Batch.of([row])) for row in drawn)
    torch.testing.assert_close(one, two)
    torch.testing.assert_close(one, apart)


def sampled(network, row):
    """The row with the log-probabilities that the network itself gives."""
    with torch.no_grad():
        return row._replace(logprobs=tuple(logprobs(network, Batch.of([row])).tolist()))


def test_on_the_first_step_clipping_changes_no_gradient(network):
    (row,) = rows(talk(), np.array([1.0, -0.5]))
    batch = Batch.of([sampled(network, row)])
    gradients = []
    for clip in (None, 0.2):
        network.zero_grad()
        epo_loss(logprobs(network, batch), batch, clip).backward()
        gradients.append(torch.cat([weight.grad.reshape(-1) for weight in network.parameters()]))
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-4, atol=1e-6)


def test_what_weighs_more_becomes_more_likely(network):
    import copy

    twin = copy.deepcopy(network)
    good, bad = Row((1, 2, 3), (2,), (1.0,), (0.0,)), Row((1, 2, 4), (2,), (-1.0,), (0.0,))
    before = [float(logprobs(twin, Batch.of([row])).detach()) for row in (good, bad)]
    list(fit(twin, [good, bad], torch.optim.Adam(twin.parameters(), lr=1e-3), epochs=5, batch=2, clip=None, seed=0))
    after = [float(logprobs(twin, Batch.of([row])).detach()) for row in (good, bad)]
    assert after[0] > before[0]
    assert after[1] < before[1]


def test_what_an_engine_told_in_its_last_digits_changes_no_weight(network):
    (row,) = rows(talk(), np.array([0.99, -0.3]))
    made = []
    for told in (-1.0, -1.0 + 1e-6):
        own = copy.deepcopy(network)
        optimizer = torch.optim.Adam(own.parameters(), lr=1e-2)
        list(fit(own, [row._replace(logprobs=(told,) * len(row.places))] * 3, optimizer, epochs=2, batch=2, clip=0.2, seed=0))
        made.append(torch.cat([weight.detach().flatten() for weight in own.parameters()]))
    assert torch.equal(*made)
    assert not torch.equal(made[0], torch.cat([weight.detach().flatten() for weight in network.parameters()]))


def test_how_far_strategies_have_strayed_is_told_one_by_one(network):
    def own(said):
        (row,) = rows(said, np.ones(len(said)))
        told = list(sampled(network, row).logprobs)
        return [strategy._replace(logprobs=tuple(told.pop(0) for _ in strategy.reply)) for strategy in said]

    first, second = own(talk())
    # the sampler found the first one likelier than the reference does by 0.5 a token, and the second one less likely by 2
    changed = [first._replace(logprobs=tuple(value + 0.5 for value in first.logprobs)), second._replace(logprobs=(second.logprobs[0] - 2,))]
    unread = [strategy(0, (1, 2), (3,), read=False)]
    ones = np.ones(2)
    found = strayed(network, [Spoken([first, second], ones), Spoken(unread, ones[:1]), Spoken(changed, ones)], batch=2)
    np.testing.assert_allclose(found[0], [0, 0], atol=1e-5)
    np.testing.assert_allclose(found[1], [0])
    np.testing.assert_allclose(found[2], [1.0, -2.0], atol=1e-5)
