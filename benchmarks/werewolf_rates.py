"""How often the werewolves win: scripted match-ups on paired deals, and casts of 4 to 15 seats at random play; written to ``docs/werewolf-rates.md``.

    python benchmarks/werewolf_rates.py --games 20000 --processes 2

What was counted is kept in ``build/werewolf_rates.json``, so that a run that was cut off goes on.
"""

from __future__ import annotations

import argparse
import json
import math
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from _timing import markdown

from ludens.agents.bots.werewolf import Manner, WerewolfBot
from ludens.games import make
from ludens.games.werewolf.kernel import WINNERS, random_games

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "build" / "werewolf_rates.json"
PAGE = ROOT / "docs" / "werewolf-rates.md"
CHUNK = 250
VILLAGES = {
    "silent": Manner(speaker="silent"),
    "majority": Manner(villager="majority"),
    "first claim": Manner(villager="first_claim"),
    "Bayes": Manner(),
}
WOLVES = {
    "quiet": Manner(),
    "aggressive": Manner(wolf="aggressive"),
    "fake seer": Manner(wolf="fake_seer"),
    "level 1": Manner(wolf="fake_seer", speaker="level1"),
}
CASTS = {seats: (max(1, round(0.25 * seats)), seats) for seats in range(4, 16)}


def played(task: tuple[str, str, int]) -> tuple[str, str, int, list[int]]:
    """Play a chunk of seeds; 1 where the werewolves win."""
    village, wolves, first = task
    game = make("werewolf")
    won = []
    for seed in range(first, first + CHUNK):
        state = game.start(seed)
        manners = [WOLVES[wolves] if state.role(seat).side == "werewolves" else VILLAGES[village] for seat in range(game.seats)]
        bots = [WerewolfBot(game, manner, seat, np.random.default_rng([seed, seat])) for seat, manner in enumerate(manners)]
        while not state.over:
            state.play({seat: bots[seat].act(state.observe(seat)) for seat in state.to_move})
        won.append(int(state.winner == "werewolves"))
    return village, wolves, first, won


def matchups(games: int, processes: int) -> dict[tuple[str, str], np.ndarray]:
    """Play all match-ups on the same seeds."""
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    tasks = [(village, wolves, first) for first in range(0, games, CHUNK) for village in VILLAGES for wolves in WOLVES]
    KEPT.parent.mkdir(exist_ok=True)
    with ProcessPoolExecutor(processes) as pool:
        for count, (village, wolves, first, won) in enumerate(pool.map(played, [task for task in tasks if _key(*task) not in kept])):
            kept[_key(village, wolves, first)] = won
            if count % 64 == 0:
                KEPT.write_text(json.dumps(kept))
    KEPT.write_text(json.dumps(kept))
    firsts = range(0, games, CHUNK)
    return {(village, wolves): np.concatenate([kept[_key(village, wolves, first)] for first in firsts]) for village in VILLAGES for wolves in WOLVES}


def _key(village: str, wolves: str, first: int) -> str:
    return f"{village}|{wolves}|{first}"


def wilson(wins: int, games: int) -> tuple[float, float]:
    """Give the 95 % interval of a share (Wilson 1927)."""
    z, share = 1.96, wins / games
    middle, half = share + z * z / (2 * games), z * math.sqrt(share * (1 - share) / games + z * z / (4 * games * games))
    return (middle - half) / (1 + z * z / games), (middle + half) / (1 + z * z / games)


def share(wins: int, games: int) -> str:
    low, high = wilson(wins, games)
    return f"{100 * wins / games:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def paired(one: np.ndarray, other: np.ndarray) -> str:
    """Give the mean difference of two match-ups on the same seeds, with its 95 % interval."""
    difference = one.astype(float) - other
    half = 1.96 * difference.std(ddof=1) / math.sqrt(len(difference))
    return f"{100 * difference.mean():+.1f} ({100 * (difference.mean() - half):+.1f} to {100 * (difference.mean() + half):+.1f})"


def compositions(games: int) -> str:
    """Count wins at random play for each number of seats, as the compiled kernel plays it."""
    rows = []
    for seats in CASTS:
        row = [str(seats)]
        for wolves in (1, 2, 3, 4):
            if wolves >= seats - wolves or (seats <= 4 and wolves > 1):
                row.append("–")
                continue
            cast = ("werewolf",) * wolves + ("seer", "doctor")[: max(0, min(2, seats - wolves - 1))]
            game = make("werewolf", cast=[*cast, *["villager"] * (seats - len(cast))], say_chars=0)
            winners, _ = random_games(game, games, seed=0)
            row.append(share(int((np.asarray(winners) == WINNERS.index("werewolves")).sum()), games))
        rows.append(row)
    return markdown(rows, ("seats", "1 werewolf", "2 werewolves", "3 werewolves", "4 werewolves"))


def page(games: int, processes: int) -> str:
    found = matchups(games, processes)
    head = ("village", *(f"werewolves: {name}" for name in WOLVES))
    table = markdown([(village, *(share(int(found[village, wolves].sum()), games) for wolves in WOLVES)) for village in VILLAGES], head)
    gain = markdown(
        [(village, *(paired(found[village, wolves], found["Bayes", wolves]) for wolves in WOLVES)) for village in VILLAGES if village != "Bayes"], head
    )
    lie = markdown(
        [(village, *(paired(found[village, wolves], found[village, "quiet"]) for wolves in WOLVES if wolves != "quiet")) for village in VILLAGES],
        ("village", *(f"werewolves: {name}" for name in WOLVES if name != "quiet")),
    )
    return TEXT.format(games=f"{games:,}", table=table, gain=gain, lie=lie, casts=compositions(100_000))


TEXT = """# Who wins at Werewolf

Made by `python benchmarks/werewolf_rates.py`; nothing here is typed in by hand. Shares of games that the werewolves win, with 95 % intervals.

## Scripted match-ups

The default rules (seven seats: two werewolves, a seer, a doctor, three villagers). Every match-up is played on the same {games} deals. Rows are how the village
plays (`villager` players; the seer is honest, the doctor protects who claims to be the seer), columns how the werewolves do.

{table}

What a village loses by not weighing claims: percentage points more for the werewolves than against the Bayesian village, deal by deal.

{gain}

What lying brings: percentage points more than quiet werewolves win against the same village, deal by deal.

{lie}

How to read it:

- Two werewolves among seven are as many as the others after a night, a wrong vote and another night: unless the doctor saves somebody, the first wrong
  vote loses the game. That is why random play ends in nearly nine games of ten with the werewolves, and why talk is all the village has.
- A `silent` village says nothing, its seer included (its votes still follow the posterior, which votes and deaths move a little). It is at the mercy of
  whoever does speak: one claim that nobody contests decides the vote, and a fake seer never loses.
- `majority` and `first claim` throw away who said what. The first falls to werewolves that accuse, the second to the first liar. Against quiet
  werewolves, who accuse nobody and claim nothing, the two play the same games.
- `Bayes` weighs every claim by who could have made it. A true seer's word then usually stands against a false one, because a report that a death or an
  earlier claim contradicts costs its speaker.
- `level 1` werewolves choose the words that look least suspicious to somebody who saw only the open events. That pays against a village that reasons.

## Casts at random play

100,000 games a cell by the compiled kernel, without talk, everybody moving at random; one seer and one doctor where there is room for them. A dash marks
casts that the rules do not allow or that are over at the first morning.

{casts}

One werewolf more hurts the village more than several seats help it. An odd number of seats is no better for it than the even one below: the seat more
brings no vote more before the werewolves are as many as the others, and makes every vote likelier to miss.
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    PAGE.write_text(page(arguments.games, arguments.processes), encoding="utf-8")
    print(f"wrote {PAGE}")
