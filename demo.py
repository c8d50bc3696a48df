"""The demonstration behind ``make demo``: a real tournament of both families, scripted players and the house player.

The house player is a small language model that comes with Ludens and runs on numpy: no key, no download, no cost.
"""

from __future__ import annotations

import sys

from .cli import main

__all__ = ["GAMES", "PLAYERS", "demo"]

GAMES = ("prisoners_dilemma", "stag_hunt", "trust", "ultimatum", "negotiation", "haggling", "ultimatum_chain")
PLAYERS = ("fair", "greedy", "generous", "tough", "deceptive", "cautious", "random", "house")


def demo() -> int:
    """Play it; the same command again finds everything played and only reports."""
    words = ["tournament", f"games=[{','.join(GAMES)}]", f"players=[{','.join(PLAYERS)}]", "name=demo", "plan.replicates=2"]
    print(f"$ ludens {' '.join(words)}\n", flush=True)
    return main(words)


if __name__ == "__main__":
    sys.exit(demo())
