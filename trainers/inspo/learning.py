"""The policy's part of a step: GRPO on the player's own tokens, episodes of one deal and instruction compared with each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...arena.record import Episode
from ...arena.seeds import child_seed
from ..epo.talks import Strategy, rows
from .config import Config

__all__ = ["learn"]


def learn(  # noqa: PLR0917 - one step's things
    episodes: Sequence[Episode],
    seats: Sequence[int],
    rewards: np.ndarray,
    groups: Sequence[tuple[int, int]],
    start: Path,
    place: Path,
    config: Config,
    step: int,
) -> dict[str, Any]:
    """Take one step on the episodes of a batch, and write the checkpoint.

    All episodes of a group have the same deal and instruction, so neither is what the policy is credited for; groups without differences teach nothing.

    Args:
        episodes: what was played.
        seats: the player's, in each.
        rewards: what each earned, ``[E]``.
        groups: deal and instruction of each.
        start: the checkpoint that played them.
        place: where the new one goes.
        config: learning rate and the like.
        step: the step's number.

    Returns:
        Rows that were learned from, share of groups without differences, mean loss.
    """
    import torch

    from ...llm.nano.network import load, save
    from ...llm.nano.tokenizer import Tokenizer
    from ..epo.update import fit
    from ..sft.trainer import copy_words

    keys = sorted(set(groups))
    means = {key: float(np.mean([reward for reward, own in zip(rewards, groups, strict=True) if own == key])) for key in keys}
    found = []
    for episode, seat, reward, key in zip(episodes, seats, rewards, groups, strict=True):
        own = _own(episode, seat)
        advantage = float(reward) - means[key]
        if own and advantage:
            found += list(rows(own, np.full(len(own), advantage)))
    still = sum(np.ptp([reward for reward, own in zip(rewards, groups, strict=True) if own == key]) == 0 for key in keys) / max(len(keys), 1)
    network = load(start)
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    losses = list(fit(network, found, optimizer, epochs=config.epochs, batch=config.batch, clip=config.clip, seed=child_seed(step, "order")))
    place.mkdir(parents=True, exist_ok=True)
    copy_words(start, place)
    save(network, place, Tokenizer(start), half=False)
    return {"rows": len(found), "still": round(still, 3), "loss": round(float(np.mean(losses)), 5) if losses else 0.0}


def _own(episode: Episode, seat: int) -> list[Strategy]:
    """The player's own answers, with their tokens; the last of each decision, and only where the move was its own."""
    found = []
    for decision in episode.decisions:
        calls = [call for call in decision.calls if not call.by]
        if decision.seat == seat and calls:
            call = calls[-1]
            read = decision.status in ("ok", "repaired")
            if call.prompt_token_ids and call.token_ids and call.logprobs:
                found.append(Strategy(decision.turn, call.text or "", call.prompt_token_ids, call.token_ids, call.logprobs, read))
    return found
