"""Instructions that evolve while a policy learns under them. See :mod:`ludens.trainers.inspo.trainer`."""

from .population import Instruction, Population
from .trainer import INSPO

__all__ = ["INSPO", "Instruction", "Population"]
