"""A report as text for a terminal, or for a pipe without colours: the summary first, then the tables."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from optimizer.report.pages import page

if TYPE_CHECKING:
    from optimizer.report.pages import Document
    from optimizer.report.table import Table

DEFAULT_WIDTH = 120
NARROWEST = 40
FOLDED_WIDTH = 18
"""Columns left to a cell that is broken over lines."""
COLUMN_GAP = 2
STYLES = {"FAIL": "bold red", "FAILED": "bold red", "pass": "green", "infeasible": "bold red", "closed": "yellow"}
"""Words that a colour helps to find; the words alone say the same."""


def render(document: Document, *, width: int | None = None, colour: bool = False, only_explained: bool = False) -> str:
    """Return the report, `width` columns wide; a table whose figures need more takes more, and nothing is ever cut."""
    stream = StringIO()
    report_width = max(NARROWEST, width or DEFAULT_WIDTH)
    console = Console(
        file=stream,
        width=report_width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    report = page(document, only_explained=only_explained)
    console.print(Text(report.title, style="bold"))
    console.print()
    console.print(_lines(report.lines))
    for table in report.tables:
        console.print()
        console.print(Text(table.title, style="bold"))
        console.width = max(report_width, _least_width(table))
        console.print(_grid(table))
        console.width = report_width
        for note in table.notes:
            console.print(Padding(Text(note, style="dim"), (0, 0, 0, 2)))
    console.print()
    for remark in report.remarks:
        console.print(Text(remark))
    # Rich pads to full width; trailing blanks would make the difference of two reports noisy.
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _lines(lines: tuple[tuple[str, str], ...]) -> RichTable:
    grid = RichTable.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, sentence in lines:
        grid.add_row(Text(label, style="bold cyan"), _cell(sentence))
    return grid


def _grid(table: Table) -> RichTable:
    grid = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column in table.columns:
        justify: Literal["right", "left"] = "right" if column.is_figure else "left"
        grid.add_column(Text(column.title), justify=justify, overflow="fold", no_wrap=not column.may_fold)
    for row in table.rows:
        grid.add_row(*(_cell(cell) for cell in row))
    return grid


def _least_width(table: Table) -> int:
    """Return the width below which a table would lose figures."""
    total = 0
    for number, column in enumerate(table.columns):
        natural = max(cell_len(text) for text in (column.title, *(row[number] for row in table.rows)))
        total += min(natural, FOLDED_WIDTH) if column.may_fold else natural
    return total + COLUMN_GAP * (len(table.columns) - 1)


def _cell(text: str) -> Text:
    first = text.partition(":")[0]
    return Text(text, style=STYLES.get(first, ""))
