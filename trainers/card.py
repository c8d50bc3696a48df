"""The model card: what a checkpoint is, how it was made, what it can and cannot do; for people (``README.md``) and for programs (``card.json``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["digest", "write_card"]

_STRENGTH = (
    "Mean payoff an episode, in each game's own unit, against opponents drawn from all scripted styles and the random player; the edge is the mean "
    "difference to a random player at the same seat, deal and opponents, with its 95 % interval."
)
_FILES = ("config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja")


def digest(place: Path) -> str:
    """Fingerprint of a checkpoint: its weights, sizes, tokens and template (24 hexadecimal digits)."""
    found = hashlib.blake2b(digest_size=12)
    for name in _FILES:
        content = (place / name).read_bytes()
        found.update(f"{name} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()


def write_card(place: Path, facts: Mapping[str, Any], measured: Sequence[Mapping[str, Any]]) -> None:
    """Write both forms of the card into a checkpoint's folder.

    Args:
        place: the folder, the checkpoint's files in it.
        facts: what is known of it, as JSON values; ``title``, ``about`` (paragraphs), ``command``, ``seed`` and ``seconds`` are shown first.
        measured: rows of :class:`ludens.trainers.strength.Strength`.
    """
    whole = {"digest": digest(place), **facts, "strength": list(measured)}
    (place / "card.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (place / "README.md").write_text(_page(whole), encoding="utf-8")


def _page(facts: Mapping[str, Any]) -> str:
    shown = {"title", "about", "command", "strength", "teachers", "digest", "began_with", "games"}
    lines = ["---", "license: apache-2.0", "language: en", "pipeline_tag: text-generation", "tags: [games, ludens]", "---", "", f"# {facts['title']}", ""]
    for paragraph in facts["about"]:
        lines += [paragraph, ""]
    if facts.get("command"):
        lines += ["Made by", "", "```console", f"$ {facts['command']}", "```", ""]
    before = facts.get("began_with")
    while before:
        made = f"`{before['command']}` (seed {before['seed']}, {before['seconds']:,.0f} s)" if "command" in before else f"`{before['checkpoint']}`"
        lines += [f"It went on from a checkpoint made by {made}.", ""]
        before = before.get("began_with")
    lines += ["| | |", "|---|---|", *(f"| {name.replace('_', ' ')} | {_cell(value)} |" for name, value in facts.items() if name not in shown)]
    lines += [f"| digest | `{facts['digest']}` |", ""]
    if facts["strength"]:
        lines += [
            "## Strength",
            "",
            _STRENGTH,
            "",
            "| game | episodes | this model | random | edge | replies read at once |",
            "|---|---|---|---|---|---|",
        ]
        teachers = facts.get("teachers", {})
        for row in facts["strength"]:
            edge = f"{row['edge']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})"
            game = f"{row['game']} (taught by {teachers[row['game']]})" if row["game"] in teachers else row["game"]
            lines.append(f"| {game} | {row['matches']} | {row['player']:.2f} | {row['random']:.2f} | {edge} | {row['parsed']:.2%} |")
        lines.append("")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" if value > 9999 else str(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(item)}" for name, item in value.items())
    return str(value)
