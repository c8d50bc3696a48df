"""Losses: gradients by autograd against differences, and minima and stationary points against the exact updates."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from ludens.trainers import objectives
from ludens.trainers.objectives import RECIPES, dpo, egpo, inpo, ipo, nash_pg, omwu, p3o_joint, p3o_separate, ppo_clip, reinforce, sequence_kl, sppo, sppo_hard
from ludens.trainers.record import Group, LogProbs, Pairs, whole
from ludens.trainers.tabular import Setting, methods
from ludens.trainers.tabular.methods import State, method_named
from ludens.trainers.tabular.nash import descend, mixed_nash
from ludens.trainers.tabular.solutions import data_reply, mix, online_dpo_point, regularised_nash, reward_policy
from ludens.trainers.testbeds import make_testbed

GAME = make_testbed("biased_rps_skewed")
TABLE, REFERENCE = torch.tensor(GAME.tables[0]), torch.tensor(np.log(GAME.reference[0]))
PREVIOUS = torch.tensor(np.log([0.2, 0.5, 0.3]))
T = 0.1


def tensor(values, grad=False):
    return torch.tensor(np.asarray(values, float), requires_grad=grad)


def taken(logits, index, old=PREVIOUS, previous=PREVIOUS):
    """Log-probabilities of answers, by number."""
    index = torch.as_tensor(index)
    return LogProbs(torch.log_softmax(logits, -1)[index], old[index], REFERENCE[index], previous[index])


def expected(loss, logits, weights, **fixed):
    """The mean of a loss of one pair over a distribution of ordered pairs."""
    size, total = len(weights), 0.0
    for one in range(size):
        for two in range(size):
            pair = Pairs(taken(logits, [one], **fixed), taken(logits, [two], **fixed), TABLE[one, two][None])
            total = total + float(weights[one][two]) * loss(pair, one, two)
    return total


def slope(make, policy):
    """The gradient of a loss of logits at a policy."""
    logits = tensor(np.log(policy), grad=True)
    make(logits).backward()
    return logits.grad.numpy()


def outer(one, two=None):
    return np.multiply.outer(one, one if two is None else two)


UNIFORM = np.full((3, 3), 1 / 9)


# -- gradients against differences ---------------------------------------------------------------------------------------------------------------------


def everything(logits):
    """All losses on one batch."""
    first, second = taken(logits, [0, 1, 2, 0]), taken(logits, [1, 2, 0, 2])
    pairs = Pairs(first, second, tensor([1.0, 0.3, 0.5, 0.0]))
    gap, win = tensor([0.2, -0.1, 0.4, 0.0]), tensor([0.6, 0.4, 0.5, 0.3])
    return {
        "dpo": dpo(pairs, 0.7),
        "ipo": ipo(pairs, T),
        "inpo": inpo(pairs, T, 2.0),
        "egpo": egpo(pairs, gap, T),
        "omwu": omwu(pairs, gap, win - 0.5, 1.5),
        "sppo_hard": sppo_hard(pairs, 2.0),
        "sppo": sppo(first, win, 2.0),
        "sppo_exact": sppo(first, win, 2.0, win.exp().log()),
    }


@pytest.mark.parametrize("name", everything(PREVIOUS))
def test_gradients_are_those_of_differences(name):
    logits = tensor([0.3, -0.4, 0.9], grad=True)
    assert torch.autograd.gradcheck(lambda moved: everything(moved)[name], (logits,), eps=1e-6, atol=1e-7)


@pytest.mark.parametrize("clip", [0.05, 0.2, 10.0])
def test_clipped_losses_have_the_gradients_of_differences_with_their_weights_held(clip):
    logits, advantage = tensor([0.3, -0.4, 0.9], grad=True), tensor([1.0, -2.0, 0.5])
    assert torch.autograd.gradcheck(lambda moved: ppo_clip(torch.log_softmax(moved, -1), PREVIOUS, advantage, clip), (logits,), eps=1e-6, atol=1e-7)


# -- minima and stationary points ----------------------------------------------------------------------------------------------------------------------


def test_dpo_stands_still_at_the_reward_policy_and_at_its_own_point():
    policy = reward_policy(GAME, T)[0]
    pairs = (1 - np.eye(3)) / 6
    assert slope(lambda logits: expected(lambda pair, i, j: dpo(pair, T), logits, pairs), policy) == pytest.approx(0, abs=1e-12)
    own = online_dpo_point(GAME, T)[0]
    assert slope(lambda logits: expected(lambda pair, i, j: dpo(pair, T), logits, outer(own)), own) == pytest.approx(0, abs=1e-10)


def test_ipo_stands_still_at_the_reply_to_the_data():
    data = np.array([0.6, 0.3, 0.1])
    policy = data_reply(GAME, data[None], T)[0]
    assert slope(lambda logits: expected(lambda pair, i, j: ipo(pair, T), logits, outer(data)), policy) == pytest.approx(0, abs=1e-12)


def test_ipo_on_its_own_samples_stands_still_at_the_nash_policy_and_on_a_mixture_at_its_point():
    policy = regularised_nash(GAME, T)[0]
    assert slope(lambda logits: expected(lambda pair, i, j: ipo(pair, T), logits, outer(policy)), policy) == pytest.approx(0, abs=1e-12)
    shared = mixed_nash(GAME, T, 0.25)
    inner = mix(shared, GAME.reference, 0.25)[0]
    assert slope(lambda logits: expected(lambda pair, i, j: ipo(pair, T), logits, outer(inner)), shared[0]) == pytest.approx(0, abs=1e-12)


def test_hard_labels_give_ipo_and_inpo_the_same_expected_gradient():
    policy = np.array([0.3, 0.3, 0.4])

    def hard(loss):
        def mean(pair, i, j):
            one, zero = (loss(pair._replace(preference=tensor([label]))) for label in (1.0, 0.0))
            return pair.preference[0] * one + (1 - pair.preference[0]) * zero

        return mean

    for loss in (lambda pair: ipo(pair, T), lambda pair: inpo(pair, T, 2.0)):
        soft = slope(lambda logits: expected(lambda pair, i, j: loss(pair), logits, outer(policy)), policy)  # noqa: B023
        assert slope(lambda logits: expected(hard(loss), logits, outer(policy)), policy) == pytest.approx(soft, abs=1e-13)  # noqa: B023


def test_the_gradient_of_online_ipo_is_that_of_self_play_times_four_over_the_temperature():
    policy = np.array([0.25, 0.45, 0.3])
    found = slope(lambda logits: expected(lambda pair, i, j: ipo(pair, T), logits, outer(policy)), policy)
    win = TABLE.numpy() @ policy

    def self_play(logits):
        return sum(policy[i] * nash_pg(taken(logits, [i], previous=torch.log_softmax(logits, -1).detach()), tensor([win[i]]), T) for i in range(3))

    assert found == pytest.approx(4 / T * slope(self_play, policy), abs=1e-12)


def test_inpo_has_its_minimum_at_the_mirror_step():
    previous = PREVIOUS.exp().numpy()
    for step in (0.5, 3.0):
        after = np.exp(descend(GAME, PREVIOUS.numpy()[None], np.log(GAME.reference), previous[None], step=step, temperature=T))[0]
        found = slope(lambda logits: expected(lambda pair, i, j: inpo(pair, T, step), logits, outer(previous)), after)  # noqa: B023
        assert found == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("step", [0.5, 5.0])
def test_sppo_has_its_minimum_at_the_exponential_step_or_the_constant_one(step):
    previous = PREVIOUS.exp().numpy()
    win = TABLE.numpy() @ previous
    partition = tensor([np.log(previous @ np.exp(step * win))])
    state = State(PREVIOUS.numpy()[None], np.zeros((1, 3)), 0)

    def loss(logits, log_partition):
        return sum(previous[i] * sppo(taken(logits, [i]), tensor([win[i]]), step, log_partition) for i in range(3))

    exact = method_named("sppo").update(GAME, state, Setting(step=step)).policy[0]
    assert slope(lambda logits: loss(logits, partition), exact) == pytest.approx(0, abs=1e-12)
    constant = method_named("sppo_constant").update(GAME, state, Setting(step=step)).policy[0]
    assert slope(lambda logits: loss(logits, "constant"), constant) == pytest.approx(0, abs=1e-9)
    # pairs of samples of the previous iterate have it at the same place
    found = slope(lambda logits: expected(lambda pair, i, j: sppo_hard(pair, step), logits, outer(previous)), constant)
    assert found == pytest.approx(0, abs=1e-9)


def test_egpo_steps_as_mirror_descent_does_whoever_samples():
    policy, opponent = np.array([0.25, 0.45, 0.3]), np.array([0.5, 0.2, 0.3])
    win = TABLE.numpy() @ opponent
    found = slope(lambda logits: expected(lambda pair, i, j: egpo(pair, tensor([win[i] - win[j]]), T), logits, UNIFORM), policy)
    move = win - T * (np.log(policy) - np.log(GAME.reference[0]))
    # of the mean over uniform pairs: 4/(n t) times the move, centred
    assert -found == pytest.approx(4 / (3 * T) * (move - move.mean()), abs=1e-12)


def test_omwu_has_its_minimum_at_the_optimistic_step():
    previous = PREVIOUS.exp().numpy()
    win, last = TABLE.numpy() @ previous, TABLE.numpy() @ np.array([0.6, 0.2, 0.2])
    after = method_named("omwu").update(GAME, State(PREVIOUS.numpy()[None], last[None], 1), Setting(step=1.5)).policy[0]

    def loss(pair, i, j):
        return omwu(pair, tensor([win[i] - win[j]]), tensor([last[i] - last[j]]), 1.5)

    assert slope(lambda logits: expected(loss, logits, UNIFORM), after) == pytest.approx(0, abs=1e-12)


def test_a_policy_gradient_with_a_centre_stands_still_at_the_proximal_step():
    eta, opponent = 2 * T, PREVIOUS.exp().numpy()
    after = np.exp(descend(GAME, PREVIOUS.numpy()[None], np.log(GAME.reference), opponent[None], step=eta / ((1 + eta) * T), temperature=T))[0]
    win = TABLE.numpy() @ opponent

    def loss(logits):
        return sum(after[i] * nash_pg(taken(logits, [i]), tensor([win[i]]), T, centre=T / eta) for i in range(3))

    assert slope(loss, after) == pytest.approx(0, abs=1e-12)


def test_baselines_change_no_expectation_and_centre_a_batch():
    logits = tensor([0.3, -0.4, 0.9], grad=True)
    answers = taken(logits, [0, 1, 2])
    loss = nash_pg(answers, tensor([0.9, 0.5, 0.1]), T, baseline="batch")
    gain = tensor([0.9, 0.5, 0.1]) - 0.5 - T * answers.from_reference.detach()
    assert loss.item() == pytest.approx(-(answers.policy * (gain - gain.mean())).mean().item())
    assert reinforce(answers, tensor([1.0, 1.0, 1.0])).item() == pytest.approx(-answers.policy.mean().item())


# -- P3O -----------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [p3o_separate, p3o_joint])
def test_unclipped_p3o_is_the_policy_gradient_off_policy(loss):
    rewards, policy = np.array([1.0, -0.3, 0.4]), np.array([0.3, 0.3, 0.4])
    old = PREVIOUS.exp().numpy()
    found = slope(lambda logits: expected(lambda pair, i, j: loss(pair, tensor([rewards[i] - rewards[j]]), 1e9), logits, outer(old)), policy)
    assert -found == pytest.approx(policy * (rewards - policy @ rewards), abs=1e-13)
    shifted = rewards + 7
    moved = slope(lambda logits: expected(lambda pair, i, j: loss(pair, tensor([shifted[i] - shifted[j]]), 1e9), logits, outer(old)), policy)
    assert moved == pytest.approx(found, abs=1e-13)


@pytest.mark.parametrize("loss", [p3o_separate, p3o_joint])
def test_p3o_stops_where_it_has_gone_far_enough_and_comes_back_where_it_went_wrong(loss):
    def gradient(first, second, difference):
        policy = [tensor([value], grad=True) for value in (first, second)]
        zero = tensor([0.0])
        loss(Pairs(*(LogProbs(value, zero, zero, zero) for value in policy), zero), tensor([difference]), 0.2).backward()
        return [value.grad.item() for value in policy]

    assert gradient(0.3, -0.3, 1.0) == [0.0, 0.0]
    assert all(value != 0 for value in gradient(0.05, -0.05, 1.0))
    one, two = gradient(0.3, -0.3, -1.0)
    assert one > 0 > two


def test_p3o_agrees_with_its_tabular_form():
    game = make_testbed("biased_rps")
    for name, loss in (("p3o_separate", p3o_separate), ("p3o_joint", p3o_joint)):
        state = State(np.log(np.array([[0.2, 0.5, 0.3]])), np.zeros((1, 3)), 0)
        logs = tensor(state.logs[0])
        gain = game.rewards[0] - T * (state.logs[0] - np.log(game.reference[0]))
        for _ in range(3):
            policy = logs.exp().numpy()

            def mean(logits, loss=loss, gain=gain):
                return expected(lambda pair, i, j: loss(pair, tensor([gain[i] - gain[j]]), 0.2), logits, outer(np.array([0.2, 0.5, 0.3])))

            natural = -slope(mean, policy) / policy
            logs = torch.log_softmax(logs + 0.8 * tensor(natural), -1)
        found = method_named(name).update(game, state, Setting(step=0.8, epochs=3)).policy[0]
        assert logs.exp().numpy() == pytest.approx(found, abs=1e-12)


# -- tokens --------------------------------------------------------------------------------------------------------------------------------------------


def two_tokens(logits):
    """All four sequences of two tokens a and b: log-probabilities of their tokens; the logits are of a at first, after a and after b."""
    yes, no = torch.nn.functional.logsigmoid(logits), torch.nn.functional.logsigmoid(-logits)
    first = torch.stack([yes[0], yes[0], no[0], no[0]])
    return torch.stack([first, torch.stack([yes[1], no[1], yes[2], no[2]])], -1)


def test_the_gradient_of_a_divergence_of_sequences_is_not_the_sum_of_tokens():
    logits = tensor(np.log([0.9 / 0.1, 0.1 / 0.9, 0.9 / 0.1]), grad=True)
    reference = two_tokens(tensor(np.log([0.5 / 0.5, 0.9 / 0.1, 0.5 / 0.5])))
    tokens, mine = two_tokens(logits), torch.ones(4, 2, dtype=torch.bool)
    record = LogProbs(tokens, tokens.detach(), reference, tokens.detach())
    share = tokens.sum(-1).exp()
    (share * (tokens.sum(-1) - reference.sum(-1))).sum().backward()
    exact = logits.grad.numpy().copy()
    assert exact == pytest.approx((0.322825, -0.355950, 0.019775), abs=6e-7)

    def weighted(surrogate):
        logits.grad = None
        tokens = two_tokens(logits)
        total = 0.0
        for row in range(4):
            one = LogProbs(*(part[row : row + 1] for part in record._replace(policy=tokens)))
            total = total + share[row].detach() * surrogate(one)
        total.backward()
        return logits.grad.numpy().copy()

    assert weighted(lambda one: sequence_kl(one, mine[:1])) == pytest.approx(exact, abs=1e-12)
    local = weighted(lambda one: (one.from_reference.detach() * one.policy).sum())
    assert local == pytest.approx((0.197750, -0.355950, 0.019775), abs=6e-7)


def test_whole_answers_count_the_learners_own_tokens_only():
    tokens = LogProbs(*(tensor([[-1.0, -2.0, float("-inf")], [-3.0, -4.0, -5.0]]) * (index + 1) for index in range(4)))
    learner = torch.tensor([[True, True, False], [False, True, True]])
    found = whole(tokens, learner)
    assert found.policy.tolist() == [-3.0, -9.0]
    assert found.previous.tolist() == [-12.0, -36.0]
    assert found.from_reference.tolist() == [6.0, 18.0]


def test_a_masked_token_has_no_part_in_the_divergence():
    tokens = LogProbs(*(tensor([[-1.0, -2.0, -0.5]]) * scale for scale in (1, 1, 2, 1)))
    tokens = tokens._replace(policy=tokens.policy.clone().requires_grad_())
    sequence_kl(tokens, torch.tensor([[True, False, True]])).backward()
    # log-ratios 1 and .5 at the two tokens that count: to go, 1.5 and .5
    assert tokens.policy.grad.tolist() == [[1.5, 0.0, 0.5]]


# -- groups and batches --------------------------------------------------------------------------------------------------------------------------------


def test_groups_have_win_rates_without_themselves_and_every_pair_once():
    logs = tensor([[0.1, 0.2, 0.3]])
    table = tensor([[[0.5, 0.9, 0.4], [0.1, 0.5, 0.7], [0.6, 0.3, 0.5]]])
    group = Group(LogProbs(logs, logs, logs, logs), table)
    assert group.win_rates.numpy() == pytest.approx(np.array([[0.65, 0.4, 0.45]]))
    pairs = group.pairs
    assert pairs.preference.tolist() == [0.9, 0.4, 0.7]
    assert pairs.first.policy.tolist() == [0.1, 0.1, 0.2]
    assert pairs.second.policy.tolist() == [0.2, 0.3, 0.3]
    assert group.win_rates.mean().item() == pytest.approx(0.5)


def test_a_batch_in_two_halves_has_the_loss_of_the_whole():
    def halves(parts):
        return [type(parts)(*(halves(part)[index] if isinstance(part, tuple) else part.chunk(2)[index] for part in parts)) for index in (0, 1)]

    rng = np.random.default_rng(0)
    pairs = Pairs(*(LogProbs(*(tensor(-rng.random(8)) for _ in range(4))) for _ in range(2)), tensor(rng.random(8)))
    for loss in (lambda part: dpo(part, T), lambda part: ipo(part, T), lambda part: inpo(part, T, 1.0), lambda part: sppo_hard(part, 2.0)):
        assert loss(pairs).item() == pytest.approx(np.mean([loss(half).item() for half in halves(pairs)]), abs=1e-13)


def test_ppo_by_hand():
    policy, old = tensor(np.log([1.5, 0.5, 1.1, 1.5])), tensor(np.zeros(4))
    advantage, learner = tensor([1.0, -1.0, 2.0, -1.0]), torch.tensor([True, True, True, False])
    assert ppo_clip(policy, old, advantage, 0.2).item() == pytest.approx(-(1.2 - 0.8 + 2.2 - 1.5) / 4)
    assert ppo_clip(policy, old, advantage, 0.2, learner).item() == pytest.approx(-(1.2 - 0.8 + 2.2) / 3)


def test_every_tabular_method_of_the_family_has_a_recipe():
    exact = {"omd", "rlhf", "mpo", "nash_md", "sppo_constant"}  # closed forms: what losses are made to come to
    assert set(methods()) - exact == set(RECIPES) - {"sppo_hard"}
    for name, recipe in RECIPES.items():
        assert getattr(objectives, recipe.loss.__name__) is recipe.loss
        if name in methods():
            assert recipe.target == methods()[name].target
