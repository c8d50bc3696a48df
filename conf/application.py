"""Runs a command as a Hydra application, with mistakes told in one line."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import LudensError, nearest
from .resolve import choices
from .schema import GROUPS, check, settings, store_schemas

__all__ = ["run_application"]

_FREE = ("game", "model", "study", "trainer")
"""Settings below these belong to the game, model, study or trainer, which check them themselves."""
_WITH_VALUE = {"--cfg", "-c", "--package", "-p", "--config-path", "-cp", "--config-name", "-cn", "--config-dir", "-cd", "--experimental-rerun"}
_ALONE = {"--hydra-help", "--version", "--resolve", "--run", "-r", "--multirun", "-m", "--shell-completion", "-sc", "--info", "-i"}
_FLAGS = {"--dry-run": "dry_run=true"}
_LISTS = ("games", "players")


def run_application(command: str, words: Sequence[str], task: Callable[[dict[str, Any], list[str]], int]) -> int:
    """Compose the configuration of ``command`` and hand it to ``task`` (once a sweep point with ``-m``).

    Args:
        command: one of :data:`~ludens.conf.schema.RUN_COMMANDS`.
        words: overrides and Hydra's own flags.
        task: called with the configuration as plain values and the folders in which users keep configuration of their own.

    Returns:
        The largest exit status of the tasks.

    Raises:
        LudensError: the configuration is wrong; what Hydra says of it, in one line.
    """
    import hydra
    from hydra.core.hydra_config import HydraConfig
    from hydra.errors import HydraException
    from omegaconf import DictConfig, OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    store_schemas()
    statuses: list[int] = [0]
    failures: list[Exception] = []

    def job(config: DictConfig) -> None:
        sources = HydraConfig.get().runtime.config_sources
        searched = [source.path for source in sources if source.schema == "file"]
        try:
            plain: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
            check(plain)
            statuses.append(task(plain, searched))
        except (LudensError, OmegaConfBaseException, YAMLError) as problem:
            # raised again below: Hydra would announce it in a line of its own first
            failures.append(problem)

    before, full_error = sys.argv, os.environ.get("HYDRA_FULL_ERROR")
    # Hydra would print its own report of an exception and exit with 1; this makes it pass the exception on
    os.environ["HYDRA_FULL_ERROR"] = "1"
    own = _own_folders(words)
    given = _flags_first([_override(command, word, own) for word in words])
    try:
        with TemporaryDirectory(prefix="ludens-") as scratch:
            # Hydra always writes the list of a sweep's points somewhere; every run keeps its own configuration, so nobody needs it
            sys.argv = [f"ludens {command}", *given, f"hydra.sweep.dir={scratch}"]
            hydra.main(version_base="1.3", config_path="pkg://ludens.conf", config_name=command)(job)()
        if failures:
            raise failures[0]
    except (HydraException, OmegaConfBaseException, YAMLError) as problem:
        raise LudensError(_one_line(problem)) from problem
    finally:
        sys.argv = before
        if full_error is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = full_error
    return max(statuses)


def _own_folders(words: Sequence[str]) -> tuple[str, ...] | None:
    """Find the folders of the user's own configuration on the command line; None where only Hydra can tell."""
    if any(word.lstrip("+").startswith("hydra.searchpath") for word in words):
        return None
    split = [part for word in words for part in (word.split("=", 1) if word.startswith(("--config-dir=", "-cd=")) else [word])]
    return tuple(after for word, after in pairwise(split) if word in ("--config-dir", "-cd"))


def _flags_first(words: Sequence[str]) -> list[str]:
    """Put flags before overrides: Hydra's own parser takes overrides in one stretch only."""
    flags, overrides = [], []
    rest = iter(words)
    for word in rest:
        if word.startswith("-"):
            if (flag := word.partition("=")[0]) not in _WITH_VALUE | _ALONE:
                raise LudensError(f"unknown option {flag!r}{nearest(flag, {*_WITH_VALUE, *_ALONE, *_FLAGS})}")
            flags += [word, *([next(rest, "")] if word in _WITH_VALUE else [])]
        else:
            overrides.append(word)
    return [*flags, *overrides]


def _override(command: str, word: str, own: tuple[str, ...] | None) -> str:
    """Check the name of a setting before Hydra does, and let parameters of games and models through to those who know them.

    ``own`` are the folders of the user's own configuration; where they are unknown, choices of groups are left to Hydra.
    """
    if word in _FLAGS:
        word = _FLAGS[word]
    match = re.match(r"[+~]*([a-zA-Z_][\w.]*)=", word)
    if not match or "hydra" in match[1]:
        return word
    key = match[1]
    known = {name for name, _, _ in settings(command)} | {*GROUPS[command]}
    groups = {*GROUPS[command], *known.intersection(("game", "model"))}
    if (root := key.partition(".")[0]) in _FREE and root != key and root in known:
        return word if word.startswith("~") else f"++{word.lstrip('+')}"
    if key not in known and not any(name.startswith(f"{key}.") for name in known):
        raise LudensError(f"unknown setting {key!r}{nearest(key, known)}")
    if key in _LISTS and re.fullmatch(r"[\w-]+", value := word[match.end() :]) and value != "null":
        raise LudensError(f"{word} should be a list: {key}=[{value},...]")
    value = word[match.end() :]
    if own is not None and key in groups and re.fullmatch(r"[\w-]+", value) and value != "null" and value not in choices(key, own):
        return _unknown_choice(key, value, own)
    return word


def _unknown_choice(group: str, value: str, own: Sequence[str]) -> str:
    if group == "game":
        from ..errors import UnknownName
        from ..games import adapter_ids, all_ids, spec

        try:
            return f"++game={{id:{spec(value).id}}}"
        except UnknownName:
            raise UnknownName("game", value, {*choices("game", own), *(known.rpartition("-v")[0] for known in (*all_ids(), *adapter_ids()))}) from None
    raise LudensError(f"unknown {group} {value!r}{nearest(value, choices(group, own))}")


def _one_line(problem: Exception) -> str:
    said = f"{problem}\n{problem.__cause__ or ''}"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    kept = [line for line in lines if not line.startswith(("full_key:", "object_type=", "See https", "Set the environment"))]
    text = "; ".join(kept or lines)
    if "Missing mandatory value" in text and (missing := getattr(problem, "full_key", None)):
        return f"{missing}=... is missing"
    return text
