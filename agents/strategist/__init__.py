"""A strategist plugged into another player: it says a short strategy before each move, and the other acts. See :mod:`ludens.agents.strategist.player`."""

from .player import StrategistPlayer, fits
from .sources import Said

__all__ = ["Said", "StrategistPlayer", "fits"]
