"""A network that chooses, with all that it needs to see: the game, the embedder and what was heard; in a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from ...errors import LudensError, ParameterError
from ...games.actions import Move
from ...games.core import Observation
from ...games.registry import make
from ..latent.embedding import TfIdf
from ..neural.modules import torch_or_missing
from .network import Batch, Sizes, network
from .sights import Bank, Sight, Sights, draw_candidates

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Chooser", "Drawn", "card_of"]

CARD, WEIGHTS, EMBEDDER = "chooser.json", "chooser.safetensors", "embedder.npz"
_FORMAT = 1


@dataclass(frozen=True)
class Drawn:
    """A decision that was drawn.

    Attributes:
        choice: number of the listed choice.
        said: number of the candidate, -1 for none.
        log: log-probability of both.
        value: what the critic expects.
    """

    choice: int
    said: int
    log: float
    value: float


@dataclass(frozen=True, eq=False)
class Chooser:
    """A policy over listed choices and candidates.

    Attributes:
        sights: what it sees of its game.
        bank: what was heard of each role.
        candidates: how many things it chooses among.
        sizes: of the network.
        module: the network.
    """

    sights: Sights
    bank: Bank
    candidates: int
    sizes: Sizes
    module: nn.Module

    @classmethod
    def fresh(cls, sights: Sights, bank: Bank, candidates: int, *, model: int, heads: int, hidden: Sequence[int], seed: int) -> Self:
        """Make one with random weights."""
        torch_or_missing()
        sizes = Sizes(sights.inputs, sights.game.seats, sights.memory, sights.width, sights.actions.size, model, heads, tuple(hidden))
        return cls(sights, bank, candidates, sizes, network(sizes, seed))

    def twin(self) -> Self:
        """Copy it with the weights that it has now."""
        module = network(self.sizes)
        module.load_state_dict(self.module.state_dict())
        return type(self)(self.sights, self.bank, self.candidates, self.sizes, module)

    def offer(self, observation: Observation, rng: np.random.Generator) -> tuple[str, ...]:
        """Draw what might be said out of the bank; nothing where nothing may."""
        return draw_candidates(self.bank, observation, self.candidates, rng) if observation.action_spec.say_chars else ()

    def draw(self, sights: Sequence[Sight], rng: np.random.Generator) -> list[Drawn]:
        """Draw a decision in each of some positions."""
        import torch

        with torch.inference_mode():
            found = self.module(Batch.of(sights))
            choices, said, values = (tensor.double().numpy() for tensor in found)
        out = []
        for row, sight in enumerate(sights):
            choice = _drawn(np.where(sight.legal, np.exp(choices[row]), 0.0), rng)
            spoken = _drawn(np.exp(said[row, : len(sight.offered)]), rng) if len(sight.offered) else -1
            log = choices[row, choice] + (said[row, spoken] if spoken >= 0 else 0.0)
            out.append(Drawn(choice, spoken, float(log), float(values[row])))
        return out

    def move(self, drawn: Drawn, texts: Sequence[str]) -> Move:
        """Give the move that was drawn."""
        return Move(self.sights.actions.choices[drawn.choice], texts[drawn.said] if drawn.said >= 0 else None)

    # -- in a folder -----------------------------------------------------------------------------------------------------

    def save(self, place: Path) -> Path:
        """Write it into a folder, the card last.

        Raises:
            LudensError: its weights are no finite numbers.
        """
        import torch
        from safetensors.torch import save

        tensors = {name: tensor.detach().contiguous().clone() for name, tensor in self.module.state_dict().items()}
        if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
            raise LudensError("the chooser's weights are no finite numbers; a smaller learning_rate would be right")
        place.mkdir(parents=True, exist_ok=True)
        (place / WEIGHTS).write_bytes(save(tensors))
        arrays: dict[str, NDArray[Any]] = self.sights.embedder.arrays()
        np.savez(place / EMBEDDER, **arrays)  # type: ignore[arg-type]
        game = self.sights.game
        card = {
            "format": _FORMAT,
            "game": game.made_as,
            "params": game.params,
            "game_hash": game.hash,
            "memory": self.sights.memory,
            "candidates": self.candidates,
            "sizes": self.sizes._asdict(),
            "files": {name: _digest((place / name).read_bytes()) for name in (WEIGHTS, EMBEDDER)},
            "bank": self.bank,
        }
        fresh = place / f"{CARD}.new"
        fresh.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        fresh.replace(place / CARD)
        return place

    @classmethod
    def load(cls, place: str | Path) -> Self:
        """Read one that :meth:`save` wrote.

        Raises:
            ParameterError: there is none in the folder.
            LudensError: a file was changed since, or the game is another one now.
            MissingExtra: torch is not installed.
        """
        card, _ = card_of(place)
        torch_or_missing()
        from safetensors.torch import load

        folder = Path(place).expanduser()
        for name, digest in card["files"].items():
            if _digest((folder / name).read_bytes()) != digest:
                raise LudensError(f"chooser {str(place)!r}: its {name} is not the file that its {CARD} was written with")
        game = make(card["game"], **card["params"])
        if game.hash != card["game_hash"]:
            raise LudensError(f"chooser {str(place)!r}: its game has other rules here than when it was trained")
        with np.load(folder / EMBEDDER, allow_pickle=False) as file:
            embedder = TfIdf.restore({name: file[name] for name in file.files})
        sizes = Sizes(**{**card["sizes"], "hidden": tuple(card["sizes"]["hidden"])})
        module = network(sizes)
        module.load_state_dict(load((folder / WEIGHTS).read_bytes()))
        bank = {role: tuple((str(text), int(times)) for text, times in rows) for role, rows in card["bank"].items()}
        return cls(Sights(game, embedder, card["memory"]), bank, card["candidates"], sizes, module)


def card_of(place: str | Path) -> tuple[dict[str, Any], str]:
    """Read a folder's card without torch; give it with a digest that tells any two choosers apart.

    Raises:
        ParameterError: there is none.
        LudensError: it is of another format.
    """
    path = Path(place).expanduser() / CARD
    try:
        raw = path.read_bytes()
        card: dict[str, Any] = json.loads(raw)
    except (OSError, ValueError) as problem:
        raise ParameterError(f"{str(place)!r} holds no chooser: it should be a folder that the trainer sla wrote") from problem
    if card.get("format") != _FORMAT:
        raise LudensError(f"chooser {str(place)!r}: its {CARD} has format {card.get('format')}, this version reads {_FORMAT}")
    return card, _digest(raw)


def _digest(raw: bytes) -> str:
    return hashlib.blake2b(raw, digest_size=8).hexdigest()


def _drawn(chances: NDArray[np.float64], rng: np.random.Generator) -> int:
    """Draw one that has a chance."""
    edges = np.cumsum(chances)
    return min(int(np.searchsorted(edges, rng.random() * edges[-1], side="right")), int(np.flatnonzero(chances)[-1]))


@lru_cache(maxsize=16)
def loaded(path: str, digest: str) -> Chooser:
    """Read a chooser once for all seats and episodes of a process; it holds nothing of an episode."""
    return Chooser.load(path)
