"""Soft actor-critic of bodies: densities, critics and temperature with known answers, and a small task that it has to solve."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from ludens.trainers import Task
from ludens.trainers.control import Config, SPOControl
from ludens.trainers.control.environments import ENVIRONMENTS, Environment
from ludens.trainers.control.learner import Experience
from ludens.trainers.control.sac import SAC, squashed_log_density
from ludens.trainers.control.sight import scale_of, sight


def learner(**given):
    torch.manual_seed(0)
    config = Config(**{"learner": "sac", "hidden": (16, 16), "batch": 64, **given})
    made = SAC(config, 2, 1, 0)
    return made, torch.optim.Adam([weight for weight in made.weights.parameters() if weight.requires_grad], lr=config.learning_rate)


def test_the_density_of_squashed_actions_is_that_of_torch():
    means, spread, noise = torch.randn(50, 3), torch.rand(50, 3) * 3 - 2, torch.randn(50, 3)
    free = means + spread.exp() * noise
    squashed = torch.distributions.TransformedDistribution(torch.distributions.Normal(means, spread.exp()), torch.distributions.TanhTransform(cache_size=1))
    assert torch.allclose(squashed_log_density(means, spread, free), squashed.log_prob(squashed.transforms[0](free)).sum(-1), atol=1e-3)
    # where the hyperbolic tangent is 1 in single precision it is still finite
    assert squashed_log_density(torch.zeros(1), torch.zeros(1), torch.tensor([30.0])).isfinite().all()


def test_actions_begin_in_the_middle_with_the_deviation_that_was_asked_for():
    made, _ = learner(deviation=0.3)
    drawn = made.draw(torch.zeros(20_000, 2)).atanh()
    # standard errors: .002 of the mean, .0015 of the deviation
    assert drawn.mean().item() == pytest.approx(0, abs=0.02)
    assert drawn.std().item() == pytest.approx(0.3, abs=0.01)


def test_critics_that_lie_upon_each_other_say_what_two_networks_say():
    made, _ = learner()
    seen, actions = torch.randn(5, 2), torch.randn(5, 1)
    from ludens.agents.neural.modules import module_of

    apart = [module_of("mlp", 3, 1, {"hidden": [16, 16]}, seed)(torch.cat([seen, actions], -1))[:, 0] for seed in (1, 2)]
    assert torch.allclose(made._judged("critics", seen, actions), torch.stack(apart), atol=1e-6)


def experience(rewards):
    """Make trajectories in which there is nothing to see but the clock, and actions are drawn evenly."""
    rounds, count, horizon = rewards.shape
    seen = sight(scale_of(1), torch.zeros(rounds, count, horizon + 1, 1), torch.arange(horizon + 1), horizon)
    return Experience(seen, torch.rand(rounds, count, horizon, 1) * 2 - 1, rewards)


def test_critics_learn_the_sum_of_what_is_still_to_come():
    # no entropy is paid for, 1 a step: the sum of a geometric series that ends with the trajectory
    made, optimizer = learner(discount=0.8, updates=900, learning_rate=5e-3, reward_scale=1.0, temperature=1e-9, following=0.1)
    horizon = 6
    given = experience(torch.ones(2, 8, horizon))
    made.learn(given, optimizer, 0.0)
    expected = (1 - 0.8 ** (horizon - torch.arange(horizon))) / 0.2
    found = made._judged("critics", given.seen[0, 0, :-1], given.chosen[0, 0]).detach()
    assert torch.allclose(found, expected.expand(2, -1), rtol=0.06)


def test_targets_follow_the_critics_by_as_much_as_was_said():
    made, optimizer = learner(updates=1, following=0.25)
    before = [weight.clone() for weight in made.weights["targets"]]
    made.learn(experience(torch.randn(1, 4, 3)), optimizer, 0.0)
    for old, target, critic in zip(before, made.weights["targets"], made.weights["critics"], strict=True):
        assert torch.allclose(target, 0.75 * old + 0.25 * critic, atol=1e-7)
        assert not torch.equal(target, critic)


def test_the_actor_s_loss_leaves_the_critics_alone():
    apart = []
    for actor in (1.0, 3.0):  # another actor, the same data without a future: what critics learn must be the same
        made, optimizer = learner(updates=1, discount=0.0)
        with torch.no_grad():
            made.weights["actor"][-1].bias += actor
        torch.manual_seed(3)
        made.learn(Experience(*(part.detach() for part in experience(torch.full((1, 4, 3), 2.0)))), optimizer, 0.0)
        apart.append([weight.detach().clone() for weight in made.weights["critics"]])
    assert all(torch.equal(one, other) for one, other in zip(*apart, strict=True))


@pytest.mark.parametrize("aim", [-0.5, 0.3])
def test_the_temperature_holds_the_entropy_where_it_is_wanted(aim):
    # actions near 1/2 are worth more; the entropy of an even draw from -1 to 1 is log 2
    made, optimizer = learner(updates=600, target_entropy=aim, learning_rate=1e-2, discount=0.0, reward_scale=1.0)
    given = experience(torch.zeros(2, 60, 6))
    made.learn(given._replace(rewards=-(given.chosen[..., 0] - 0.5).square()), optimizer, 0.0)
    drawn, logs = made._drawn(given.seen[0, :, 0].repeat(50, 1))
    assert -logs.mean().item() == pytest.approx(aim, abs=0.15)
    assert drawn.mean().item() == pytest.approx(0.5, abs=0.1) or aim > 0


class Target(gymnasium.Env):
    """A point on a line that has to come to 0 and stay; it is pushed by half an action at most."""

    observation_space = gymnasium.spaces.Box(-4, 4, (1,), np.float32)
    action_space = gymnasium.spaces.Box(-1, 1, (1,), np.float32)

    def reset(self, *, seed=None, options=None):
        self.place = np.random.default_rng(seed).uniform(-1, 1, 1).astype(np.float32)
        return self.place, {}

    def step(self, action):
        self.place = (self.place + 0.5 * action).astype(np.float32)
        return self.place, -float(abs(self.place[0])), False, False, {}


@pytest.mark.parametrize("method", ["hidden_return", "spo"])
def test_a_point_is_brought_to_where_it_should_be(monkeypatch, tmp_path, method):
    if "ludens-tests/Target-v0" not in gymnasium.registry:
        gymnasium.register("ludens-tests/Target-v0", Target)
    monkeypatch.setitem(ENVIRONMENTS, "target", Environment("ludens-tests/Target-v0", 10, lambda after, actions: np.concatenate([after, actions], -1)))
    given = {"environment": "target", "learner": "sac", "envs": 10, "rounds": 15, "queue": 15, "updates": 50, "batch": 64, "hidden": [16, 16], "episodes": 200}
    found = SPOControl(Task((), None, tmp_path, 0), method=method, opponents=20, learning_rate=1e-2, target_entropy=-2.0, **given).run(lambda line: None)
    # the best there is: after the first step only what was further away than 1/2 is left, 1/8 on average. To stay at the place costs 5, random pushes more
    assert found["return"] > -0.5
