"""A latent space: what utterances of each role mean, as numbers of clusters; with words for each."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import LudensError, ParameterError
from ...games.adapters.latent import LatentGame, Meaning
from ...games.core import seat_name
from ...games.registry import make
from .clusters import nearest
from .embedding import Embedder, TfIdf
from .intents import Intents

__all__ = ["LatentSpace", "anonymous", "named", "seats_named"]

_FILE = "space"
_NAME = re.compile(r"\bplayer_(\d+)\b")
_SELF, _OTHER = "MYSELF", "SOMEBODY"


def anonymous(text: str, seat: int) -> str:
    """Leave out who is named, so that clusters follow what is said rather than of whom."""
    return _NAME.sub(lambda found: _SELF if int(found[1]) == seat else _OTHER, text)


def seats_named(text: str) -> list[int]:
    """List the seats that a text names, in its order."""
    return [int(number) for number in _NAME.findall(text)]


def named(text: str, seat: int, about: int) -> str:
    """Put names into what :func:`anonymous` gives."""
    return text.replace(_SELF, seat_name(seat)).replace(_OTHER, seat_name(about))


@dataclass(frozen=True, eq=False)
class LatentSpace:
    """Clusters of utterances by role.

    Attributes:
        game: the abstract game that its meanings make of the game in words.
        embedder: puts utterances into the space.
        centroids: for each of the game's speakers, shape (meanings, dimensions).
        banks: for each speaker and meaning some utterances without names, those nearest to the centroid first.
        counts: for each speaker and meaning, how many utterances it was made of.
    """

    game: LatentGame
    embedder: Embedder
    centroids: tuple[NDArray[np.float64], ...]
    banks: tuple[tuple[tuple[str, ...], ...], ...]
    counts: tuple[tuple[int, ...], ...]

    @cached_property
    def _remembered(self) -> dict[tuple[str | None, str], int]:
        return {}

    def speaker(self, role: str | None) -> int:
        """Number the role among the game's speakers."""
        return self.game.speakers.index(role) if role in self.game.speakers else 0

    def meaning(self, text: str, seat: int, role: str | None) -> Meaning:
        """Tell what an utterance of a seat with a known role means."""
        return Meaning(self._number(anonymous(text, seat), role), self._about(text, seat))

    def heard(self, text: str, seat: int) -> Meaning:
        """Tell what an utterance means to those who do not know the speaker's role: the number of the nearest meaning of any role."""
        return Meaning(self._number(anonymous(text, seat), None), self._about(text, seat))

    def _about(self, text: str, seat: int) -> int | None:
        whom = seats_named(text) if self.game.slots else []
        return next((other for other in whom if other != seat and other < self.game.seats), None)

    def _number(self, text: str, role: str | None) -> int:
        found = self._remembered.get((role, text))
        if found is None:
            known = role in self.game.speakers or len(self.centroids) == 1
            centroids = self.centroids[self.speaker(role)] if known else np.vstack(self.centroids)
            found = int(nearest(self.embedder([text]), centroids)[0])
            if not known:
                found = [number for own in self.centroids for number in range(len(own))][found]
            self._remembered[role, text] = found
        return found

    def words(self, meaning: Meaning, seat: int, role: str | None, rng: np.random.Generator) -> str:
        """Put a meaning into words out of the bank; where it names nobody in particular, somebody is named at random."""
        bank = self.banks[self.speaker(role)][meaning.number]
        if self.game.slots:
            # whoever hears it should take it to be about somebody just when it is
            bank = tuple(text for text in bank if (_OTHER in text) == (meaning.about is not None)) or bank
        text = bank[int(rng.integers(len(bank)))]
        others = [other for other in range(self.game.seats) if other != seat]
        about = meaning.about if meaning.about is not None else int(others[int(rng.integers(len(others)))])
        return named(text, seat, about)

    # -- in files --------------------------------------------------------------------------------------------------------

    @property
    def digest(self) -> str:
        """Fingerprint of the space (16 hexadecimal digits)."""
        found = hashlib.blake2b(json.dumps(self._plain(), sort_keys=True).encode(), digest_size=8)
        for array in (*self.embedder.arrays().values(), *self.centroids):
            found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()

    def _plain(self) -> dict[str, Any]:
        game = self.game
        params = {"of": game.of, "kwargs": dict(game.kwargs), "meanings": list(game.meanings), "slots": game.slots, "memory": game.memory, "words": game.words}
        return {"game": params, "banks": self.banks, "counts": self.counts}

    def save(self, place: Path) -> None:
        """Write it into a folder."""
        place.mkdir(parents=True, exist_ok=True)
        arrays = {f"embedder/{name}": array for name, array in self.embedder.arrays().items()}
        arrays |= {f"centroids/{number}": array for number, array in enumerate(self.centroids)}
        np.savez(place / f"{_FILE}.npz", **arrays)  # type: ignore[arg-type]
        (place / f"{_FILE}.json").write_text(json.dumps({**self._plain(), "digest": self.digest}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, place: str | Path) -> LatentSpace:
        """Read one that :meth:`save` wrote.

        Raises:
            ParameterError: there is none in the folder.
            LudensError: its files do not belong together.
        """
        place = Path(place).expanduser()
        try:
            plain: Mapping[str, Any] = json.loads((place / f"{_FILE}.json").read_text(encoding="utf-8"))
            with np.load(place / f"{_FILE}.npz", allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
        except (OSError, ValueError) as problem:
            raise ParameterError(f"{str(place)!r} holds no latent space: it should be a folder that the trainer lspo wrote") from problem
        game = make("latent", **plain["game"])
        assert isinstance(game, LatentGame)
        own = {name.removeprefix("embedder/"): array for name, array in arrays.items() if name.startswith("embedder/")}
        embedder: Embedder = Intents.restore(own) if "intents" in own else TfIdf.restore(own)
        centroids = tuple(arrays[f"centroids/{number}"] for number in range(len(game.speakers)))
        found = cls(game, embedder, centroids, _tuples(plain["banks"]), _tuples(plain["counts"]))
        if found.digest != plain["digest"]:
            raise LudensError(f"the latent space in {str(place)!r} was changed since it was made")
        return found


def _tuples(rows: Sequence[Any]) -> Any:
    return tuple(_tuples(row) if isinstance(row, list) else row for row in rows)
