"""The losses on samples, with gradient descent: each comes close to what its method aims at, and SPPO's last iterate does not.

A policy of three logits on the biased cycle; 256 answers a step. The bounds are those that are asked of larger policies: a divergence of .01 and an
exploitability of .002.
"""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from ludens.trainers.objectives import egpo, inpo, ipo, nash_pg, sppo
from ludens.trainers.record import Group, LogProbs, Pairs
from ludens.trainers.tabular.solutions import divergence, exploitability, regularised_exploitability, regularised_nash
from ludens.trainers.testbeds import make_testbed

GAME, T, BATCH = make_testbed("biased_rps_skewed"), 0.1, 256
TABLE, REFERENCE = torch.tensor(GAME.tables[0]), torch.tensor(np.log(GAME.reference[0]))


class Learner:
    """Logits under Adam, with the policies that a record asks for."""

    def __init__(self, rate=0.03, steps=400):
        self.logits = REFERENCE.clone().requires_grad_()
        self.previous = REFERENCE
        self.optimizer = torch.optim.Adam([self.logits], lr=rate)
        self.schedule = torch.optim.lr_scheduler.LinearLR(self.optimizer, 1.0, 0.02, steps)
        self.chance = torch.Generator().manual_seed(0)

    @property
    def now(self):
        return torch.log_softmax(self.logits.detach(), -1)

    def draw(self, logs, *shape):
        return torch.multinomial(logs.exp().expand(int(np.prod(shape[:-1])) if len(shape) > 1 else 1, -1), shape[-1], True, generator=self.chance).reshape(
            shape
        )

    def record(self, answers):
        return LogProbs(torch.log_softmax(self.logits, -1)[answers], self.now[answers], REFERENCE[answers], self.previous[answers])

    def pairs(self, logs, hard=False):
        one, two = self.draw(logs, BATCH), self.draw(logs, BATCH)
        wins = TABLE[one, two]
        return Pairs(self.record(one), self.record(two), torch.bernoulli(wins, generator=self.chance) if hard else wins), one, two

    def step(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()

    @property
    def policy(self):
        return self.now.exp().numpy()[None]


def close(learner):
    nash = regularised_nash(GAME, T)
    assert divergence(GAME, nash, GAME.reference) > 0.1
    assert divergence(GAME, nash, learner.policy) < 0.01
    assert regularised_exploitability(GAME, learner.policy, T) < 0.002


def test_a_policy_gradient_of_self_play():
    learner = Learner()
    for _ in range(400):
        answers, others = learner.draw(learner.now, BATCH), learner.draw(learner.now, BATCH)
        learner.step(nash_pg(learner.record(answers), TABLE[answers, others], T, baseline="batch"))
    close(learner)


def test_online_ipo():
    learner = Learner()
    for _ in range(400):
        learner.step(ipo(learner.pairs(learner.now)[0], T))
    close(learner)


def test_inpo_with_hard_labels():
    learner = Learner(rate=0.05, steps=600)
    for outer in range(20):
        learner.previous = learner.now
        for _ in range(30):
            learner.step(inpo(learner.pairs(learner.previous, hard=True)[0], T, 2.0 if outer < 10 else 0.5))
    close(learner)


def test_extragradient_on_answers_from_anywhere():
    learner, uniform = Learner(), torch.log(torch.full((3,), 1 / 3, dtype=torch.float64))
    for _ in range(200):
        start = learner.logits.detach().clone()

        def gap(opponent, one, two):
            others = learner.draw(opponent, BATCH)
            return TABLE[one, others] - TABLE[two, others]

        pairs, one, two = learner.pairs(uniform)
        (move,) = torch.autograd.grad(egpo(pairs, gap(learner.now, one, two), T), learner.logits)
        with torch.no_grad():
            learner.logits -= 0.05 * move
        ahead = learner.now
        with torch.no_grad():
            learner.logits.copy_(start)
        pairs, one, two = learner.pairs(uniform)
        (move,) = torch.autograd.grad(egpo(pairs, gap(ahead, one, two), T), learner.logits)
        with torch.no_grad():
            learner.logits -= 0.05 * move
    close(learner)


@pytest.mark.slow
def test_proximal_steps_of_mirror_prox():
    learner, eta = Learner(rate=0.03, steps=1200), 2 * T
    for _ in range(12):
        learner.previous = learner.now
        opponent = learner.now
        for half in range(2):
            if half:
                opponent = learner.now
                with torch.no_grad():
                    learner.logits.copy_(learner.previous)
            for _ in range(50):
                answers, others = learner.draw(learner.now, BATCH), learner.draw(opponent, BATCH)
                learner.step(nash_pg(learner.record(answers), TABLE[answers, others], T, centre=T / eta))
    close(learner)


def test_sppo_cycles_and_its_average_is_better():
    learner, total, last = Learner(rate=0.05, steps=100_000), np.zeros((1, 3)), []
    for _ in range(60):
        learner.previous = learner.now
        answers = learner.draw(learner.previous, BATCH, 5)
        group = Group(learner.record(answers), TABLE[answers[:, :, None], answers[:, None, :]])
        for _ in range(10):
            learner.step(sppo(learner.record(answers), group.win_rates, 2.0))
        total += learner.policy
        last.append(exploitability(GAME, learner.policy))
    assert min(last[20:]) > 0.03
    assert exploitability(GAME, total / 60) < np.mean(last[20:]) / 2
