"""The engine ``nano``: models of the nano family in this process, on numpy alone."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import LudensError, ParameterError
from ..chat import Message
from ..local.in_process import InProcess
from .house import HOUSE, house_folder

if TYPE_CHECKING:
    from ..local.worker import Answerer
    from ..spec import ModelSpec
    from .tokenizer import Tokenizer

__all__ = ["NanoCheckpoint", "NanoModel", "Options", "folder"]


@dataclass(frozen=True)
class Options:
    """The engine's own parameters.

    Attributes:
        max_batch: most requests that are generated together; others join as places become free.
        prefix_mb: memory for what was read before, in megabytes: the rules of a game are read once for all its episodes.
        threads: of numpy's linear algebra while it generates; more than one pays for large batches on idle cores only.
        values: a file of the trainer ``vas``: answers then lean towards tokens of high value; "" for the model alone.
        beta: how far they lean.
        candidates: likeliest tokens that are weighed so.
    """

    max_batch: int = 64
    prefix_mb: float = 256.0
    threads: int = 1
    values: str = ""
    beta: float = 1.0
    candidates: int = 20

    def __post_init__(self) -> None:
        for name in ("max_batch", "threads", "candidates"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 1:
                raise ParameterError(f"engine 'nano': {name}={getattr(self, name)!r} should be a whole number above 0")
        if not isinstance(self.prefix_mb, int | float) or not math.isfinite(self.prefix_mb) or self.prefix_mb < 0:
            raise ParameterError(f"engine 'nano': prefix_mb={self.prefix_mb!r} should be a number of megabytes, 0 or more")
        if not isinstance(self.values, str):
            raise ParameterError(f"engine 'nano': values={self.values!r} should be the path of a file that the trainer vas wrote")
        if not isinstance(self.beta, int | float) or not math.isfinite(self.beta):
            raise ParameterError(f"engine 'nano': beta={self.beta!r} should be a finite number")

    @property
    def leaning(self) -> str:
        """A fingerprint of what answers lean towards, "" where they do not."""
        if not self.values:
            return ""
        from .valued import values_digest

        return f"+{values_digest(self.values)}*{self.beta:g}/{self.candidates}"


def folder(name: str) -> Path:
    """Find a checkpoint: a folder, or ``house`` for the one that comes with Ludens.

    Raises:
        LudensError: there is no such folder, or no checkpoint in it.
    """
    place = house_folder() if name == HOUSE else Path(name).expanduser()
    if not place.is_dir():
        raise LudensError(f"model {name!r}: there is no such folder; the engine 'nano' plays checkpoints that ludens train wrote, or 'house'")
    for file in ("config.json", "model.safetensors", "tokenizer.json"):
        if not (place / file).is_file():
            raise LudensError(f"model {name!r}: the folder has no {file}; it should be one that ludens train wrote")
    return place


class NanoCheckpoint:
    """The words of a nano model."""

    def __init__(self, name: str, place: Path, tokenizer: Tokenizer, context: int, leaning: str = "") -> None:
        self._name, self._place, self._tokenizer, self._leaning = name, place, tokenizer, leaning
        self.ends = (tokenizer.end,)
        self.special = tokenizer.special
        self.context = context

    @cached_property
    def version(self) -> str:
        """The name, a fingerprint of the weights, and one of the values that answers lean towards."""
        digest = hashlib.blake2b((self._place / "model.safetensors").read_bytes(), digest_size=6)
        return f"{self._name if self._name == HOUSE else self._place.resolve().name}@{digest.hexdigest()}{self._leaning}"

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        return self._tokenizer.prompt(messages)

    def text(self, ids: Sequence[int]) -> str:
        return self._tokenizer.text(ids)

    def table(self) -> Any:
        return self._tokenizer.table


class NanoModel(InProcess):
    """A nano model: loaded in a fraction of a second, and light enough to sit at every table.

    Replies say what those of the engine ``transformers`` say, to rounding: token ids, log-probabilities of the model's own distribution, the same draws from
    the same seeds. Requests join those that are being answered as soon as there is room.

    Args:
        spec: the model: a folder that ``ludens train`` wrote, or ``house``. ``structured`` is obeyed by masks over the tokens.
        options: the engine's own parameters.

    Raises:
        ParameterError: the spec asks for what a model in this process does not have.
        LudensError: there is no such folder, or no checkpoint in it.
    """

    def __init__(self, spec: ModelSpec, options: Options) -> None:
        def load(places: Mapping[str, str]) -> Answerer:
            from .loaded import Loaded

            return Loaded(places[""], options)

        # whoever is early in a batch need not wait: the others join
        super().__init__(spec, load, options.max_batch, 0.0)
        folder(spec.model)
