"""What scripted styles earn at the seats and deals at which the trainer sla measures its policy: what there is to be had.

    python -P benchmarks/sla_styles.py GAME MATCHES

Prints a line a style: the mean payoff, and that in each role. Seed 0, as a run of seed 0 has it.
"""

from __future__ import annotations

import asyncio
import sys

import numpy as np

from ludens.agents import PlayerSpec
from ludens.arena.seeds import child_seed
from ludens.games import make
from ludens.trainers.sla import Config
from ludens.trainers.strength import meet


def main() -> None:
    game, matches = make(sys.argv[1]), int(sys.argv[2])
    field = tuple(PlayerSpec.of("scripted", style, style=style) for style in Config().population)
    for player in field:
        earned: dict[str, list[float]] = {}
        for episode, seat in asyncio.run(meet(game, player, {}, matches, child_seed(0, "strength"), field=field)):
            for group in ("all", str(episode.seats[seat].role)):
                earned.setdefault(group, []).append(episode.returns[seat])
        print(player.name, {group: round(float(np.mean(values)), 3) for group, values in earned.items()})


if __name__ == "__main__":
    main()
