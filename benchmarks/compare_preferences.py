"""Every exact method on every testbed: tables in ``docs/preferences-compared.md``, a figure beside it, curves in ``benchmarks/curves``.

    python benchmarks/compare_preferences.py

Nothing in it is random: the same code writes the same files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from _timing import markdown

from ludens.trainers.tabular import Method, PreferenceGame, Setting, Trace, methods, run
from ludens.trainers.tabular.solutions import data_reply, exploitability, minimax_winner, regularised_exploitability, regularised_nash, reward_policy
from ludens.trainers.testbeds import list_testbeds, make_testbed

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "preferences-compared.md"
FIGURE = ROOT / "docs" / "figures" / "preferences.svg"
CURVES = ROOT / "benchmarks" / "curves" / "preferences.jsonl"
SETTING = Setting(temperature=0.1, iterations=1000)
CLOSE = 1e-8
SHOWN = ("biased_rps", "six", "blotto", "majority_tokens")


def plays(method: Method, game: PreferenceGame) -> bool:
    return method.name != "maxmin" or len(game.groups) > 0


def measured(method: Method, trace: Trace) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give iterations, and exploitability, regularised exploitability and divergence of the iterate that is said to converge."""
    prefix = "mean_" if method.iterate == "average" else ""
    columns = ("iteration", f"{prefix}exploitability", f"{prefix}regularised", f"{prefix}divergence")
    table = np.array([[getattr(point, name) for name in columns] for point in trace.points])
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]


def reached(clock: np.ndarray, distance: np.ndarray) -> str:
    """Say after how many iterations a distance is close and stays so."""
    far = np.flatnonzero(~(distance <= CLOSE))
    if not len(far):
        return "0"
    return "-" if far[-1] + 1 == len(clock) else f"{clock[far[-1] + 1]:.0f}"


def everything() -> tuple[dict[str, PreferenceGame], dict[tuple[str, str], tuple[np.ndarray, ...]]]:
    games = {name: make_testbed(name) for name in list_testbeds()}
    found = {}
    for name, method in methods().items():
        for bed, game in games.items():
            if plays(method, game):
                found[name, bed] = measured(method, run(method, game, SETTING, points=10_000))
        print(name, flush=True)
    return games, found


def targets_table(games: dict[str, PreferenceGame]) -> str:
    rows = []
    for bed, game in games.items():
        policies = (
            minimax_winner(game),
            regularised_nash(game, SETTING.temperature),
            reward_policy(game, SETTING.temperature),
            data_reply(game, game.reference, SETTING.temperature),
        )
        cells = [f"{max(exploitability(game, policy), 0):.4f} / {regularised_exploitability(game, policy, SETTING.temperature):.4f}" for policy in policies]
        rows.append((f"`{bed}`", *cells))
    return markdown(rows, ("testbed", "minimax winner", "regularised Nash", "Bradley-Terry", "reply to the reference"))


def method_table(games: dict[str, PreferenceGame], found: dict[tuple[str, str], tuple[np.ndarray, ...]], names: list[str], column: int) -> str:
    def cell(name: str, bed: str) -> str:
        if (name, bed) not in found:
            return ""
        clock, *distances = found[name, bed]
        return f"{max(distances[0][-1], 0):.1e}" if column == 0 else reached(clock, distances[2])

    return markdown([(f"`{bed}`", *(cell(name, bed) for name in names)) for bed in games], ("testbed", *(f"`{name}`" for name in names)))


def page(games: dict[str, PreferenceGame], found: dict[tuple[str, str], tuple[np.ndarray, ...]]) -> str:
    by_target: dict[str, list[str]] = {}
    for name, method in methods().items():
        by_target.setdefault(method.target, []).append(name)
    others = by_target["Bradley-Terry"] + by_target["data reply"] + by_target["max-min"]
    return "\n".join(
        [
            "# Preference methods compared",
            "",
            "Made by `python benchmarks/compare_preferences.py`; nothing here is typed in by hand, and nothing is random. Temperature 0.1, 1,000 iterations",
            "from the reference, every method with its own step size. What the methods and testbeds are: [Preferences](preferences.md).",
            "",
            "![Exploitability against queries](figures/preferences.svg)",
            "",
            "## What the targets are worth",
            "",
            "Exploitability in the original game, and in the regularised one: each target is best by its own measure alone, and a fitted reward by neither",
            "where the preference goes round in circles.",
            "",
            targets_table(games),
            "",
            "## For the minimax winner",
            "",
            "Exploitability after 1,000 iterations, of the average or of the last iterate as the method promises it. `omwu` promises it where the winner plays",
            "every answer.",
            "",
            method_table(games, found, by_target["minimax winner"], 0),
            "",
            "## For the regularised Nash policy",
            "",
            f"Iterations after which the divergence of the method's own target from its last iterate stays below {CLOSE:g}; a dash: more than 1,000.",
            "`nash_mp` and `egpo` ask for two expected preferences an iteration, the others for one.",
            "",
            method_table(games, found, by_target["regularised Nash"], 1),
            "",
            "## For rewards",
            "",
            "The same.",
            "",
            method_table(games, found, others, 1),
            "",
        ]
    )


def figure(games: dict[str, PreferenceGame], found: dict[tuple[str, str], tuple[np.ndarray, ...]]) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "ludens", "svg.fonttype": "none", "font.size": 8})
    import matplotlib.pyplot as plt

    rows = (("minimax winner", 0, "exploitability"), ("regularised Nash", 1, "regularised exploitability"))
    drawn, axes = plt.subplots(2, len(SHOWN), figsize=(12, 6), sharex=True, constrained_layout=True)
    for line, (target, column, label) in enumerate(rows):
        names = [name for name, method in methods().items() if method.target == target and name != "spo"]
        for place, bed in enumerate(SHOWN):
            axis = axes[line][place]
            for index, name in enumerate(names):
                clock, *distances = found[name, bed]
                kept = np.unique(np.geomspace(1, len(clock) - 1, 40).round().astype(int))
                queries = clock[kept] * methods()[name].queries
                style = ("-", "--", ":")[index // 5]
                axis.loglog(
                    queries, np.maximum(distances[column][kept], 1e-12), style, color=f"C{index}", lw=1.2, label="spo, sppo" if name == "sppo" else name
                )
            if line == 0:
                axis.axhline(exploitability(games[bed], reward_policy(games[bed], 0.1)), color="grey", lw=0.8, ls="-.", label="Bradley-Terry policy")
                axis.set_title(bed)
            else:
                axis.set_xlabel("queries")
            axis.set_ylim(1e-6 if line == 0 else 1e-12, 1)
        axes[line][0].set_ylabel(label)
        axes[line][-1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False)
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    drawn.savefig(FIGURE, metadata={"Date": None})


def curves(found: dict[tuple[str, str], tuple[np.ndarray, ...]]) -> str:
    lines = []
    for (name, bed), (clock, *distances) in found.items():
        kept = np.unique(np.r_[0, np.geomspace(1, len(clock) - 1, 16).round().astype(int)])
        row: dict[str, Any] = {"method": name, "testbed": bed, "iterate": methods()[name].iterate, "iteration": clock[kept].astype(int).tolist()}
        row["queries"] = (clock[kept] * methods()[name].queries).astype(int).tolist()
        for label, distance in zip(("exploitability", "regularised", "divergence"), distances, strict=True):
            row[label] = [float(f"{value:.3e}") for value in distance[kept]]
        lines.append(json.dumps(row))
    return "\n".join(lines) + "\n"


def main() -> None:
    games, found = everything()
    PAGE.write_text(page(games, found), encoding="utf-8")
    CURVES.write_text(curves(found), encoding="utf-8")
    figure(games, found)


if __name__ == "__main__":
    main()
