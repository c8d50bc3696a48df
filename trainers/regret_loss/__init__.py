"""Regret as a loss, for a layer of self-attention and for language models. See :mod:`ludens.trainers.regret_loss.loss`."""

from .language import RegretLanguage
from .layer import RegretLoss

__all__ = ["RegretLanguage", "RegretLoss"]
