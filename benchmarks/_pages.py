"""Pages of docs whose figures a script writes, between two marks."""

from __future__ import annotations

from pathlib import Path

from ludens.errors import LudensError

__all__ = ["write_between"]


def write_between(page: Path, begin: str, end: str, text: str) -> None:
    """Put a text between two marks of a page, in the place of what was there; both may be the same mark.

    Raises:
        LudensError: the page does not hold them; it stays as it is.
    """
    before, first, rest = page.read_text(encoding="utf-8").partition(begin)
    _, last, after = rest.partition(end)
    if not first or not last:
        raise LudensError(f"{page.name} should hold the marks {begin} and {end}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
