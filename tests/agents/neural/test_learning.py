"""Policies can be trained with what they offer: the example of the documentation, and imitation of a scripted bot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

from ludens.agents import PlayerSpec  # noqa: E402
from ludens.agents.neural import load_policy, new_policy, save_policy  # noqa: E402
from ludens.arena import play_match  # noqa: E402
from ludens.arena.plan import Match  # noqa: E402
from ludens.games import make  # noqa: E402

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-player.md"


def mean_return(game, player, *others, seeds=range(20)):
    return np.mean([play_match(Match(game, (player, *others), seed)).returns[0] for seed in seeds])


def test_the_documented_example_learns_to_play_tit_for_tat(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    example = next(block.partition("```")[0] for block in text.split("```python\n")[1:] if "new_policy" in block)
    exec(compile(example, str(PAGE), "exec"), {})
    game, other = make("prisoners_dilemma", rounds=10), PlayerSpec.of("tit_for_tat")
    learned = PlayerSpec.of("neural", path="policies/learned")
    greedy = PlayerSpec.of("neural", path="policies/learned", sample=False)
    best = 9 * 3 + 5  # cooperate, and defect in the last round
    assert mean_return(game, learned, other) > mean_return(game, PlayerSpec.of("random"), other) + 5
    assert best - 2 <= mean_return(game, greedy, other) <= best


def test_it_imitates_a_scripted_bot(tmp_path):
    game = make("public_goods")
    policy = new_policy(game, hidden=[32], seed=0)
    shown, masks, wanted = [], [], []
    for seed in range(10):
        bots = [PlayerSpec.of("scripted", style=style).build() for style in ("cautious", "fair", "greedy", "generous")]
        for seat, bot in enumerate(bots):
            bot.start(seat, game.type, seed * 10 + seat)
        state = game.start(seed)
        while not state.over:
            mine = state.observe(0)
            moves = {seat: bots[seat].act(state.observe(seat)) for seat in state.to_move}
            shown.append(policy.features(mine))
            masks.append(policy.mask(mine))
            wanted.append(policy.actions.encode(moves[0].choice))
            state.play(moves)
    rows, allowed, targets = torch.tensor(np.array(shown)), torch.tensor(np.array(masks)), torch.tensor(np.array(wanted))
    optimiser = torch.optim.Adam(policy.module.parameters(), lr=0.01)
    losses = []
    for _ in range(200):
        loss = -policy.log_prob(policy.logits(rows, allowed)[0], targets).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[0] == pytest.approx(np.log(21), rel=0.2)
    twin = load_policy(save_policy(tmp_path, policy))
    logits, _ = twin.logits(rows, allowed)
    agreement = float((logits.argmax(-1, keepdim=True) == targets).float().mean())
    assert agreement > 0.8, (agreement, losses[-1])
