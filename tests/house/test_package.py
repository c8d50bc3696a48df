"""The packages listed in pyproject.toml are the folders that stand here, and the wheel holds them with their data."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ("games", "llm", "agents", "arena", "analysis", "trainers", "studies", "conf", "cli")


def listed():
    return set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"])


def standing():
    found = {"ludens"}
    for name in SHIPPED:
        for init in (ROOT / name).rglob("__init__.py"):
            found.add(".".join(["ludens", *init.parent.relative_to(ROOT).parts]))
    return found


def test_packages_listed_are_those_that_stand():
    assert listed() == standing()


def test_every_folder_with_python_is_a_package():
    for name in SHIPPED:
        for path in (ROOT / name).rglob("*.py"):
            assert (path.parent / "__init__.py").exists(), f"{path.parent.relative_to(ROOT)} has Python files but no __init__.py"


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(ROOT)]
    subprocess.run(pip, check=True, capture_output=True, text=True, timeout=180)
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def test_wheel_holds_every_module_and_its_data(wheel_names):
    suffixes = {".py", ".yaml", ".html", ".css", ".js", ".j2", ".txt", ".json", ".jinja", ".safetensors", ".md", ".csv"}
    expected = {"ludens/py.typed", "ludens/__init__.py", "ludens/errors.py"}
    for name in SHIPPED:
        for path in (ROOT / name).rglob("*"):
            if path.suffix in suffixes and "__pycache__" not in path.parts:
                expected.add("ludens/" + path.relative_to(ROOT).as_posix())
    assert expected <= wheel_names, sorted(expected - wheel_names)
    assert not {name for name in wheel_names if name.startswith(("ludens/tests", "ludens/benchmarks", "tests/", "benchmarks/"))}
