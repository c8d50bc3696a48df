"""Improving players: one file or folder an algorithm. :mod:`ludens.trainers.registry` knows them by name; ``ludens train trainer=NAME`` runs them."""

from .registry import Task, Trainer, trainer, trainer_kind, trainers

__all__ = ["Task", "Trainer", "trainer", "trainer_kind", "trainers"]
