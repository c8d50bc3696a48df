"""The display of Werewolf: what :mod:`.displays` asks of a family."""

from .werewolf_page import page_section
from .werewolf_terminal import terminal

__all__ = ["page_section", "terminal"]
