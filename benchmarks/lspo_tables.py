"""Write what benchmarks/lspo_werewolf.json says into docs/lspo.md, between its marks, and draw docs/figures/lspo-werewolf.svg.

python benchmarks/lspo_tables.py
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from _pages import write_between

HERE = Path(__file__).resolve().parent
FOUND, PAGE = HERE / "lspo_werewolf.json", HERE.parent / "docs" / "lspo.md"
FIGURE = HERE.parent / "docs" / "figures" / "lspo-werewolf.svg"
WOLVES = "werewolf"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out in Markdown."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows))


def interval(values: Sequence[float], digits: int = 2) -> str:
    """Write a value with its interval."""
    value, low, high = values
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def edge(cell: Mapping[str, Any]) -> str:
    """Write how much more was won than by the base, in shares of games: payoffs are 1 and -1."""
    value, low, high = (cell[name] / 2 for name in ("edge", "edge_low", "edge_high"))
    return f"{value:+.3f} ({low:+.3f} to {high:+.3f})"


def evaluation(found: Mapping[str, Any]) -> str:
    """Every agent on one side against the last one."""
    by_side: dict[str, dict[str, Mapping[str, Any]]] = {}
    for cell in found["cells"]:
        by_side.setdefault(cell["side"], {})[cell["agent"]] = cell
    wolves = by_side.pop(WOLVES)
    (village,) = by_side.values()
    first = next(iter(wolves))
    rows = []
    for agent, cell in wolves.items():
        more = ("", "") if agent == first else (edge(cell), edge(village[agent]))
        rows.append((agent, f"{cell['won']:.3f}", more[0], f"{village[agent]['won']:.3f}", more[1]))
    return table(("agent", "as werewolves, won", "more than the base", "as the village, won", "more than the base"), rows)


def habits(found: Mapping[str, Any]) -> str:
    """What was planted, and what is left of it."""
    names = {
        "kill_first": "attacks the first it may",
        "self_save": "protects itself, first night",
        "reveal": "tells that it is a werewolf",
        "abstain": "abstains",
    }
    rows = [
        (agent, f"{counted['kill_entropy']:.3f}", *(interval(counted[name]) for name in names), interval(counted["village_won"]))
        for agent, counted in found["habits"].items()
    ]
    return table(("agent in all seats", "entropy of the first target", *names.values(), "village won"), rows)


def iterations(found: Mapping[str, Any]) -> str:
    """What was heard, and taught."""
    rows = []
    for item in found["iterations"]:
        pairs, margins = (", ".join(f"{role} {value:.4g}" for role, value in item[name].items()) for name in ("pairs", "margins"))
        seconds = item["seconds"]
        rows.append(
            (f"{item['iteration']}", f"{item['statements']:,}", pairs, margins, *(f"{seconds[name]:.0f}" for name in ("playing", "solving", "teaching")))
        )
    return table(("iteration", "turns to speak", "pairs", "margins in nats", "playing, s", "solving, s", "teaching, s"), rows)


def meanings(found: Mapping[str, Any]) -> str:
    """The last iteration's meanings."""
    last = found["iterations"][-1]
    rows = []
    for role, counts in last["heard"].items():
        for number, count in enumerate(counts):
            chance, worth = (last[name].get(role, {}).get(f"z{number}") for name in ("policy", "advantages"))
            numbers = ("" if value is None else f"{value:.2f}" for value in (chance, worth))
            rows.append((f"{role} z{number}", f"{count / max(sum(counts), 1):.2f}", *numbers, last["exemplars"][role][number].replace("|", "/")))
    return table(("role, meaning", "heard", "policy", "advantage", "most typical"), rows)


def draw(found: Mapping[str, Any]) -> None:
    """Draw how often each agent won on each side, with intervals."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "ludens", "svg.fonttype": "none", "font.size": 8})
    from matplotlib import pyplot as plt

    shown = [cell for cell in found["cells"] if cell["agent"] == "base" or cell["agent"].startswith("iteration")]
    figure, axes = plt.subplots(1, 2, figsize=(6.4, 2.4))
    for axis, name in zip(axes, ("as werewolves", "as the village"), strict=True):
        cells = [cell for cell in shown if (cell["side"] == WOLVES) == (name == "as werewolves")]
        won = [(1 + cell["mean"]) / 2 for cell in cells]
        spread = [[(cell["mean"] - cell["low"]) / 2 for cell in cells], [(cell["high"] - cell["mean"]) / 2 for cell in cells]]
        axis.errorbar(range(len(cells)), won, spread, marker="o", capsize=3, color="#2a6f97")
        axis.set_xticks(range(len(cells)), [cell["agent"] for cell in cells])
        axis.set_title(f"{name}, against the last iteration")
        axis.set_ylabel("share of games won")
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(FIGURE, metadata={"Date": None, "Creator": None})


def main() -> None:
    """Write both."""
    found = json.loads(FOUND.read_text(encoding="utf-8"))
    parts = [evaluation(found), habits(found), iterations(found), meanings(found)]
    for number, part in enumerate(parts):
        mark = f"<!-- lspo_werewolf {number} -->"
        write_between(PAGE, mark, mark, part)
    draw(found)


if __name__ == "__main__":
    main()
