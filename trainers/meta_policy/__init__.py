"""A judge's rubric that evolves while a policy learns from it. See :mod:`ludens.trainers.meta_policy.trainer`."""

from .rubric import Item, Rubric
from .trainer import MetaPolicy

__all__ = ["Item", "MetaPolicy", "Rubric"]
