"""Write the generated pages: one a game from its module docstring, and the list of players. Run by ``make docs``."""

from __future__ import annotations

import inspect
import sys
from dataclasses import MISSING
from pathlib import Path

from ludens.agents import kinds
from ludens.games import all_ids, make, parameters, spec

DOCS = Path(__file__).parent


def markdown(docstring: str | None) -> str:
    """Turn the house's docstrings into Markdown: double backticks and cross-references become code."""
    text = inspect.cleandoc(docstring or "").replace("``", "`")
    for role in (":class:", ":meth:", ":func:", ":data:", ":attr:", ":mod:"):
        text = text.replace(role, "")
    return text


def game_page(game_id: str) -> str:
    """Make the page of one game."""
    found, game = spec(game_id), make(game_id)
    cls = type(game)
    module = sys.modules[cls.__module__]
    kind = game.type
    lines = [f"# {game_id}", "", found.summary, ""]
    lines += ["```python", "import ludens", "", f'game = ludens.make("{found.name}")', "```", ""]
    facts = {
        "seats": f"{game.seats}" if kind.seats[0] == kind.seats[1] else f"{game.seats} (the rules allow {kind.seats[0]} to {kind.seats[1]})",
        "moves": kind.dynamics,
        "information": kind.information,
        "utility": kind.utility.replace("_", "-"),
        "payoffs": f"{kind.payoff_low:g} to {kind.payoff_high:g} {kind.unit}",
        "horizon": f"{kind.horizon} joint moves",
        "chance": "yes" if kind.chance else "no",
        "speech": "yes" if kind.language else "no",
        "on illegal play": f"re-ask {kind.illegal.reask} times, then {kind.illegal.then}",
    }
    lines += ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items()), ""]
    lines += ["## Parameters", "", "| name | default |", "|---|---|"]
    for name, default in parameters(game_id).items():
        shown = "required" if default is MISSING else f"`{str(default)[:120]}`"
        lines.append(f"| `{name}` | {shown} |")
    lines += ["", "## Rules as a player is told them", "", "```text", game.rules_text(0), "```", ""]
    cards = game.predictions()
    if cards:
        lines += ["## Predictions", "", "| concept | quantity | value | source | note |", "|---|---|---|---|---|"]
        for card in cards:
            cells = (card.concept, card.quantity, str(card.value)[:160], card.source, card.note)
            lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
        lines.append("")
    lines += ["## About", "", markdown(module.__doc__), ""]
    if cls.__doc__ and not cls.__doc__.startswith(cls.__name__ + "("):
        lines += [f"### {cls.__name__}", "", markdown(cls.__doc__), ""]
    return "\n".join(lines)


def main() -> None:
    """Write all pages into ``docs/games`` and ``docs/reference/players.md``, and the link by which the reference finds the package."""
    link = DOCS.parent / "build" / "source" / "ludens"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(DOCS.parent, target_is_directory=True)
    folder = DOCS / "games"
    folder.mkdir(exist_ok=True)
    index = ["# Games", "", "| id | family | |", "|---|---|---|"]
    for game_id in all_ids():
        (folder / f"{game_id}.md").write_text(game_page(game_id), encoding="utf-8")
        index.append(f"| [{game_id}]({game_id}.md) | {spec(game_id).family} | {spec(game_id).summary} |")
    (folder / "index.md").write_text("\n".join(index) + "\n", encoding="utf-8")
    rows = [f"| `{name}` | {kind.summary.replace('|', '/')} |" for name, kind in kinds().items()]
    text = [
        "# Kinds of player",
        "",
        "Name any of these in `players=[...]`, or give a mapping `{kind: NAME, PARAMETER: ...}`.",
        "",
        "| kind | |",
        "|---|---|",
        *rows,
    ]
    (DOCS / "reference" / "players.md").write_text("\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
