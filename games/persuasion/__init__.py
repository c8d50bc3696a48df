"""Persuasion: two seats with evidence of their own discuss a question, and either may be wrong: register lines only."""

from ..registry import register

register(
    "persuasion-v0",
    "ludens.games.persuasion.rules:Persuasion",
    summary="two seats with private evidence discuss a question; either may be wrong, or mislead",
)
