"""Folders with models, looked at without loading them: whether they can be read at all, which version they hold, whether two have the same shape."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import LudensError, ParameterError, nearest
from .lent import borrowed

__all__ = ["check_adapter", "check_adapters", "check_place", "check_replacement", "check_same_shape", "fingerprint", "folder"]

_SAMPLE = 2**20
"""Bytes from either end of a weight file that go into its fingerprint."""
_HEADER = 2**26
"""Most bytes of a safetensors header that are read."""
_NAME = re.compile(r"[A-Za-z0-9_-]+")


def folder(name: str) -> Path | None:
    """The folder that a model name means; None where it is a name at the hub."""
    place = Path(name).expanduser()
    return place if place.is_dir() else None


def check_place(name: str) -> None:
    """Look at a model's folder without loading it; a name that is no folder is taken for one of the hub. What is lent need not be written.

    Raises:
        LudensError: it looks like a path, and there is no model.
    """
    place = folder(name)
    if place is not None:
        if not (place / "config.json").is_file():
            raise LudensError(f"model {name!r}: the folder has no config.json; it should be one that save_pretrained wrote")
        if borrowed(name) is None and not any(place.glob("*.safetensors")):
            raise LudensError(f"model {name!r}: the folder has no *.safetensors; other weight formats can run code and are not read")
    elif Path(name).expanduser().is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise LudensError(f"model {name!r}: there is no such folder")


def check_adapter(name: str) -> None:
    """Look at the folder of a LoRA adapter.

    Raises:
        LudensError: there is none that can be read.
    """
    place = Path(name).expanduser()
    if not place.is_dir():
        raise LudensError(f"adapter {name!r}: there is no such folder")
    for wanted, why in (("adapter_config.json", "it should be one that peft saved"), ("adapter_model.safetensors", "other weight formats can run code")):
        if not (place / wanted).is_file():
            raise LudensError(f"adapter {name!r}: the folder has no {wanted}; {why}")


def check_adapters(engine: str, adapters: Mapping[str, Any], adapter: str) -> None:
    """Check the settings ``adapters`` and ``adapter`` of an engine, and the folders that they name.

    Raises:
        ParameterError: a name that cannot be one, or that ``adapters`` does not have.
        LudensError: there is no such folder, or no adapter in it.
    """
    if not isinstance(adapters, Mapping):
        raise ParameterError(f"engine {engine!r}: adapters={adapters!r} should be a mapping of names to folders")
    for name, place in adapters.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(place, str):
            raise ParameterError(f"engine {engine!r}: adapters={{{name!r}: {place!r}}} should be a name of letters, digits, _ and -, and a folder")
        check_adapter(place)
    if adapter and adapter not in adapters:
        raise ParameterError(f"engine {engine!r}: adapter={adapter!r} is none of adapters{nearest(str(adapter), adapters) or ', which is empty'}")


def check_replacement(name: str, adapter: str) -> Path:
    """Look at the folder whose weights are to replace those of an adapter, or of the base model for "".

    Raises:
        LudensError: there is none that can be read.
    """
    (check_adapter if adapter else check_place)(name)
    place = folder(name)
    if place is None:
        raise LudensError(f"model {name!r}: there is no such folder; weights are replaced by those of a folder")
    return place


def check_same_shape(old: str, new: str) -> None:
    """Make sure that one folder's weights can take the place of another's; only the headers of the files are read.

    Raises:
        LudensError: they cannot.
    """
    before, after = folder(old), folder(new)
    if before is None or after is None:
        return  # a hub's name: the engine itself compares
    was, now = _shapes(before), _shapes(after)
    for name in sorted(was.keys() | now.keys()):
        if was.get(name) != now.get(name):
            shape = now.get(name, "missing")
            raise LudensError(f"model {new!r}: its weights do not fit those of {old!r}: {name} is {shape}, and should be {was.get(name, 'absent')}")


def _shapes(place: Path) -> dict[str, list[int]]:
    shapes: dict[str, list[int]] = {}
    for path in place.glob("*.safetensors"):
        try:
            with path.open("rb") as file:
                length = int.from_bytes(file.read(8), "little")
                if length > _HEADER:
                    raise ValueError("its header is too long")
                header = json.loads(file.read(length))
            shapes.update({name: entry["shape"] for name, entry in header.items() if name != "__metadata__"})
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise LudensError(f"{path} is no safetensors file: {problem}") from None
    return shapes


def fingerprint(place: Path) -> str:
    """Digest of a model's or adapter's folder: its settings, and sizes and both ends of its weight files (12 hexadecimal digits)."""
    digest = hashlib.blake2b(digest_size=6)
    settings = [path for path in (place / "config.json", place / "adapter_config.json") if path.is_file()]
    for path in sorted([*settings, *place.glob("*.safetensors")]):
        size = path.stat().st_size
        digest.update(f"{path.name} {size}\n".encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLE))
            file.seek(max(size - _SAMPLE, 0), os.SEEK_SET)
            digest.update(file.read(_SAMPLE))
    return digest.hexdigest()
