"""A nano model that answers batches, and whose weights can be replaced."""

from __future__ import annotations

from pathlib import Path

from ...errors import LudensError
from ..local.answers import Answers
from ..local.places import check_same_shape
from ..local.worker import Job, More
from .decode import Decoder
from .forward import Forward
from .model import NanoCheckpoint, Options, folder
from .tokenizer import Tokenizer

__all__ = ["Loaded"]


class Loaded(Answers):
    """A nano model.

    Args:
        name: a folder, or ``house``.
        options: the engine's parameters.

    Raises:
        LudensError: it cannot be loaded.
    """

    def __init__(self, name: str, options: Options) -> None:
        self._name, self._options = name, options
        super().__init__(*_parts(name, options))

    def __call__(self, jobs: list[Job], more: More) -> None:
        """Answer every job that is wanted, with so many threads: matrices are small here, and threads of numpy that wait for each other cost more."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(self._options.threads, user_api="blas"):
            super().__call__(jobs, more)

    def reload(self, place: str, adapter: str) -> None:
        check_same_shape(str(folder(self._name)), place)
        super().__init__(*_parts(place, self._options))
        self._name = place


def _parts(name: str, options: Options) -> tuple[NanoCheckpoint, Decoder]:
    place = folder(name)
    tokenizer, forward = Tokenizer(place), _forward(place, options)
    if tokenizer.size > forward.shape.vocabulary:
        raise LudensError(f"model {name!r}: the tokenizer has {tokenizer.size} tokens, the model {forward.shape.vocabulary}")
    checkpoint = NanoCheckpoint(name, place, tokenizer, forward.shape.context, options.leaning)
    return checkpoint, Decoder(forward, options.max_batch, int(options.prefix_mb * 2**20))


def _forward(place: Path, options: Options) -> Forward:
    if not options.values:
        return Forward(place)
    from .valued import ValuedForward

    return ValuedForward(place, Path(options.values).expanduser(), options.beta, options.candidates)
