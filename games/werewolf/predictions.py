"""What was measured of this game elsewhere, as a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core import Prediction

if TYPE_CHECKING:
    from .game import Werewolf

__all__ = ["card"]

_LSPO = "Xu et al. 2025, arXiv 2502.04686, Table 2: its own agents on both sides, 100 games"
_SLA = "Xu et al. 2024, arXiv 2310.18940: seven people in one game, 100 games of paid participants"


def card(game: Werewolf) -> tuple[Prediction, ...]:
    """Give the lines that hold for a game's parameters: those of the papers' rules alone."""
    from .game import Werewolf

    same = all(getattr(game, name) == getattr(Werewolf(), name) for name in game.params if name not in ("say_chars", "encoding", "max_rounds", "cap"))
    if not same:
        return ()
    return (
        Prediction("language_models", "village_wins", 0.27, _LSPO, "after three iterations; Llama-3-8B; its spread is stated as 0.11"),
        Prediction("human", "village_wins", 0.28, _SLA, "a person at one seat of the village among six agents"),
    )
