"""Players that choose what to say among candidates: a network compares its state with each of them; all other moves are its listed choices."""

from .chooser import Chooser
from .player import BankChooser, ModelChooser
from .sights import Sight, Sights

__all__ = ["BankChooser", "Chooser", "ModelChooser", "Sight", "Sights"]
