"""A strategic language agent: candidates of a model, a policy that chooses among them, and a population to learn against."""

from .config import Config
from .trainer import SLA

__all__ = ["SLA", "Config"]
