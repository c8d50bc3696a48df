"""Choices between two described options: register lines only; the rules are loaded when a game is made."""

from ..registry import register

register(
    "forced_choice-v0",
    "ludens.games.choice.rules:ForcedChoice",
    summary="which of two described options would you rather have? (two-alternative forced choice)",
)
