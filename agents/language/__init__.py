"""The language player: any chat model at the table. See :mod:`ludens.agents.language.player`."""

from .player import LanguagePlayer

__all__ = ["LanguagePlayer"]
