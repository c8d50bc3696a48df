"""Imports only run down the floors of docs/architecture.md, and heavy packages are imported where they are used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = {"errors": 0, "plugins": 0, "games": 1, "llm": 1, "agents": 2, "arena": 3, "analysis": 4, "trainers": 4, "studies": 5, "cli": 6}
ALLOWED_SIDEWAYS = {("trainers", "analysis")}
HEAVY = {
    *("torch", "transformers", "safetensors", "llguidance", "vllm", "ray", "openai", "accelerate", "peft"),
    *("axelrod", "pandas", "pyarrow", "matplotlib", "numba", "pyspiel", "open_spiel", "textarena"),
}


TORCH_ONLY = {"llm/nano/network.py", "trainers/preference/judged.py", "trainers/sft/fit.py"}
"""Files that are torch from end to end; whoever wants them imports them late."""


def room(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0]


def modules() -> list[Path]:
    return sorted(path for name in FLOORS for path in ((ROOT / name).rglob("*.py") if (ROOT / name).is_dir() else [ROOT / f"{name}.py"]) if path.exists())


def imported_rooms(path: Path):
    """The rooms a file imports from, however deep in it the import stands."""
    package = ["ludens", *path.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            target = ".".join([*base, *([node.module] if node.module else [])])
            names = [target] if target != "ludens" else [f"ludens.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "ludens" and len(parts) > 1 and parts[1] in FLOORS:
                yield parts[1], node.lineno


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_only_run_down(path):
    here = room(path)
    for there, line in imported_rooms(path):
        down = FLOORS[there] < FLOORS[here] or there == here or (here, there) in ALLOWED_SIDEWAYS
        assert down, f"{path.relative_to(ROOT)}:{line}: {here} (floor {FLOORS[here]}) imports {there} (floor {FLOORS[there]})"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_packages_are_imported_late(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            heavy = name.split(".")[0] in HEAVY and not (isinstance(node, ast.ImportFrom) and node.level)
            heavy = heavy and not (name.split(".")[0] == "torch" and path.relative_to(ROOT).as_posix() in TORCH_ONLY)
            assert not heavy, f"{path.relative_to(ROOT)}:{node.lineno}: import {name} where it is used"


@pytest.mark.parametrize("extra", ["", ", ludens.trainers.sft, ludens.llm.nano.model, ludens.llm.nano.decode, ludens.llm.nano.tokenizer"])
def test_importing_ludens_loads_nothing_heavy(extra):
    unwanted = [*sorted(HEAVY), *([] if extra else ["scipy", "gymnasium", "sqlalchemy", "hydra"])]
    code = f"import sys, ludens{extra}; print(*sorted(set({unwanted}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
