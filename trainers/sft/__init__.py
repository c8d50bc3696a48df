"""Supervised fine-tuning on demonstrations: who teaches (:mod:`.teaching`), what is read (:mod:`.corpus`), how it is fitted (:mod:`.fit`).

:mod:`.trainer` puts them in order; :mod:`.config` has the parameters.
"""

from .config import Config
from .trainer import SFT

__all__ = ["SFT", "Config"]
