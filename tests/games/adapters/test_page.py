"""The Python that the page on other libraries shows runs."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "other-environments.md").read_text(encoding="utf-8")
BLOCKS = [
    pytest.param(package, block, id=f"{package}-{number}")
    for title, package in (("OpenSpiel", "pyspiel"), ("TextArena", "textarena"))
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0], re.DOTALL))
]


def test_there_are_some():
    assert len(BLOCKS) == 3


@pytest.mark.peer
@pytest.mark.parametrize(("package", "block"), BLOCKS)
def test_it_runs(package, block, capsys):
    pytest.importorskip(package)
    exec(compile(block, "page", "exec"), {})
    assert capsys.readouterr().out.strip()
