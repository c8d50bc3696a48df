"""The economist: workers choose hours, a planner chooses their income tax, and theory says what would have been best."""

from ..registry import register

register(
    "economist-v0", "ludens.games.economist.game:Economist", summary="a planner taxes workers who choose their hours (after LLM Economist and AI Economist)"
)
