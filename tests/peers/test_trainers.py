"""Trainers of others on our environments as they are: Stable-Baselines3 by SuperSuit and by Gymnasium, and a single file in the manner of CleanRL."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from gymnasium.wrappers.vector import RecordEpisodeStatistics

from ludens.games import make
from ludens.games.gym import gym_env
from ludens.games.pettingzoo import parallel_env

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peer

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "pettingzoo.md").read_text(encoding="utf-8")
TWO_COOKS, ONE_COOK = re.findall(r"```python\n(.*?)```", PAGE.partition("\n## Train with Stable-Baselines3\n")[2], re.DOTALL)
ONE_CELL = "{'grid': 'XPX/O1D/XSX', 'cook_time': 5, 'start_all_orders': [{'ingredients': ['onion']}]}"


def run(block, steps=None):
    """Run a block of the page, with so many steps in place of its own, and give the model."""
    pytest.importorskip("supersuit")
    pytest.importorskip("stable_baselines3").common.utils.set_random_seed(0)
    short = block if steps is None else re.sub(r"learn\([\d_]+\)", f"learn({steps})", block)
    assert steps is None or short != block
    scope = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The `render_mode` attribute")  # SuperSuit's
        exec(compile(short, "page", "exec"), scope)
    return scope["model"]


def team_earns(choose, games=20):
    """Give what a team earns a game, without shaped rewards, when ``choose`` acts for both."""
    env, earned = parallel_env("overcooked", layout="XOXOX/D1P2D/XSXSX", encoding="features", old_dynamics=True, horizon=100), 0.0
    for game in range(games):
        seen, _ = env.reset(seed=game)
        while env.agents:
            seen, rewards, *_ = env.step({name: choose(seen[name]) for name in env.agents})
            earned += rewards["player_0"]
    return earned / games


@pytest.mark.parametrize("block", [TWO_COOKS, ONE_COOK], ids=["supersuit", "gymnasium"])
def test_the_page_runs(block):
    model = run(block, steps=1)
    assert model.num_timesteps == model.n_steps * model.n_envs


def test_stable_baselines3_finds_no_fault_in_our_views():
    check = pytest.importorskip("stable_baselines3.common.env_checker").check_env
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(gym_env("overcooked", layout=ONE_CELL, encoding="features", horizon=20))
    check(gym_env("overcooked", layout=ONE_CELL, horizon=20), warn=False)  # it takes planes of bytes for a picture, and warns
    check(gym_env("bertrand", seats=1), warn=False)  # it warns of prices that do not lie between -1 and 1


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_stable_baselines3_teaches_two_cooks():
    model, rng = run(TWO_COOKS), np.random.default_rng(0)
    untaught = run(TWO_COOKS, steps=1)
    before = [team_earns(lambda seen: int(rng.integers(6))), team_earns(lambda seen: untaught.predict(seen)[0])]
    assert max(before) < 8
    assert team_earns(lambda seen: model.predict(seen)[0]) > max(15, 2 * max(before))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_stable_baselines3_teaches_one_cook_by_soups_alone():
    from stable_baselines3.common.evaluation import evaluate_policy
    from stable_baselines3.common.monitor import Monitor

    env = Monitor(gym_env("overcooked", layout=ONE_CELL, encoding="features", horizon=100))
    untaught, model = run(ONE_COOK, steps=1), run(ONE_COOK)
    assert evaluate_policy(untaught, env, 20, deterministic=False)[0] < 5
    assert evaluate_policy(model, env, 20, deterministic=False)[0] > 40  # two soups


def test_a_single_file_teaches_a_cook():
    """Advantage actor-critic in a few lines, as single-file trainers write it; it knows nothing of Ludens."""
    torch.manual_seed(0)
    envs = RecordEpisodeStatistics(make("overcooked", layout=ONE_CELL, encoding="features", horizon=100).vector_env(64), buffer_length=64)
    numbers, options = int(np.prod(envs.single_observation_space.shape)), int(envs.single_action_space.nvec[0])
    body = torch.nn.Sequential(torch.nn.Linear(numbers, 64), torch.nn.Tanh(), torch.nn.Linear(64, options + 1))
    optimizer, scale, length = torch.optim.Adam(body.parameters(), lr=6e-3), 0.05, 16
    seen, _ = envs.reset(seed=0)
    done, means = np.zeros(envs.num_envs, bool), []
    for update in range(250):
        steps = []
        for _ in range(length):
            out, live = body(torch.from_numpy(seen).flatten(1)), torch.from_numpy(~done)
            choice = torch.distributions.Categorical(logits=out[:, :options])
            actions = choice.sample()
            seen, reward, ended, cut, _ = envs.step(actions.numpy()[:, None])
            done = ended | cut
            steps.append((choice.log_prob(actions), choice.entropy(), out[:, -1], torch.from_numpy(reward) * scale, torch.from_numpy(done), live))
        logs, entropies, values, rewards, ends, live = (torch.stack(part) for part in zip(*steps, strict=True))
        with torch.no_grad():
            target, targets = body(torch.from_numpy(seen).flatten(1))[:, -1], torch.zeros_like(rewards)
            for step in reversed(range(length)):
                targets[step] = target = rewards[step] + 0.98 * torch.where(ends[step], 0.0, target)
        surprise = (targets - values)[live]  # a step that only begins a game anew teaches nothing
        loss = (-logs[live] * surprise.detach()).mean() + 0.5 * surprise.square().mean() - 0.01 * entropies[live].mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if update % 50 == 49 and envs.return_queue:
            means.append(float(np.mean(envs.return_queue)))
    assert set(envs.length_queue) == {100}
    assert means[0] < 5
    assert means[-1] > 40
