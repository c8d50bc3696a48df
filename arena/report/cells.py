"""How the cells of tables are written, the same in the page, in the terminal and in LaTeX."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence

from .numbers import count, decimals, interval, number
from .summary import Cell, DataTable, Estimate

__all__ = ["as_csv", "as_latex", "cell_interval", "cell_text", "places_of", "textual"]


def textual(table: DataTable, column: int) -> bool:
    """Tell whether a column holds words, which stand on the left; numbers stand on the right."""
    return any(isinstance(row[column], str) for row in table.rows)


def places_of(table: DataTable, column: int) -> int:
    """Choose the decimals of a column: as many as show its differences, two at least where a number, or the end of an interval, is no whole one."""
    cells = [row[column] for row in table.rows]
    values = [cell.value if isinstance(cell, Estimate) else float(cell) for cell in cells if isinstance(cell, Estimate | float | int)]
    found = decimals(values)
    ends = [end for cell in cells if isinstance(cell, Estimate) and cell.has_interval for end in (cell.low, cell.high)]
    broken = any(not value.is_integer() for value in [*values, *ends])
    return max(found, 2) if any(isinstance(cell, Estimate | float) for cell in cells) and (found or broken) else found


def cell_text(cell: Cell, places: int) -> str:
    """Write a cell, without its interval; a number such as a p-value that its column's decimals would show as 0 gets a power of ten."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return count(cell) if cell >= 0 else number(cell, 0)
    value = cell.value if isinstance(cell, Estimate) else cell
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if isinstance(cell, float) and 0 < value < 0.5 * 10.0**-places:
        return f"{value:.1e}".replace("-", "−")
    return number(value, places)


def cell_interval(cell: Cell, places: int) -> str:
    """Write the interval of a cell; nothing where there is none."""
    return interval(cell, places) if isinstance(cell, Estimate) else ""


def as_csv(tables: Iterable[DataTable]) -> str:
    """Write tables under one another, at full precision: an estimate takes columns for its interval and its units where any of its column has them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for number_of_table, table in enumerate(tables):
        if number_of_table:
            out.write("\n")
        wide = [any(isinstance(row[column], Estimate) for row in table.rows) for column in range(len(table.columns))]
        writer.writerow(
            [
                name
                for column, title in enumerate(table.columns)
                for name in ((title, f"{title} low", f"{title} high", f"{title} n") if wide[column] else (title,))
            ]
        )
        for row in table.rows:
            writer.writerow([value for column, cell in enumerate(row) for value in _values(cell, wide[column])])
    return out.getvalue()


def _values(cell: Cell, wide: bool) -> Sequence[object]:
    if isinstance(cell, Estimate):
        ends = (cell.low, cell.high) if cell.has_interval else ("", "")
        return (cell.value, *ends, cell.n)
    shown = "" if cell is None else cell
    return (shown, "", "", "") if wide else (shown,)


_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "×": r"$\times$",
    "²": "$^2$",
    "−": "$-$",
    "–": "--",
    "∞": r"$\infty$",
    "\N{NO-BREAK SPACE}": "~",
}


def _latex(text: str) -> str:
    return "".join(_LATEX.get(letter, letter) for letter in text)


def as_latex(tables: Iterable[DataTable]) -> str:
    """Write tables as LaTeX with the rules of the package booktabs, intervals in brackets."""
    return "\n".join(_latex_table(table) for table in tables)


def _latex_table(table: DataTable) -> str:
    places = [places_of(table, column) for column in range(len(table.columns))]
    align = "".join("l" if column == 0 or textual(table, column) else "r" for column in range(len(table.columns)))
    lines = [r"\begin{table}", r"\centering", rf"\caption{{{_latex(table.title)}. {_latex(table.about)}}}", rf"\begin{{tabular}}{{{align}}}", r"\toprule"]
    lines += [" & ".join(map(_latex, table.columns)) + r" \\", r"\midrule"]
    for row in table.rows:
        cells = []
        for cell, at in zip(row, places, strict=True):
            ends = cell_interval(cell, at)
            cells.append(_latex(cell_text(cell, at)) + (f" [{_latex(ends)}]" if ends else ""))
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table}", ""])
