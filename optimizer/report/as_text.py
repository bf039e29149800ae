"""A report as text for a terminal, or for a pipe without colours: the summary first, then the tables."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich import box
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
STYLES = {"FAIL": "bold red", "FAILED": "bold red", "pass": "green", "infeasible": "bold red", "closed": "yellow"}
"""Words that a colour helps to find; the words alone say the same."""


def render(document: Document, *, width: int | None = None, colour: bool = False) -> str:
    """Return the report, at most `width` columns wide; long cells are folded, never cut."""
    stream = StringIO()
    console = Console(
        file=stream,
        width=max(NARROWEST, width or DEFAULT_WIDTH),
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    report = page(document)
    console.print(Text(report.title, style="bold"))
    console.print()
    console.print(_lines(report.lines))
    for table in report.tables:
        console.print()
        console.print(Text(table.title, style="bold"))
        console.print(_grid(table))
        for note in table.notes:
            console.print(Padding(Text(note, style="dim"), (0, 0, 0, 2)))
    console.print()
    for remark in report.remarks:
        console.print(Text(remark))
    # Rich pads to full width; trailing blanks would make diffs of two reports noisy.
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _lines(lines: tuple[tuple[str, str], ...]) -> RichTable:
    grid = RichTable.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, sentence in lines:
        grid.add_row(Text(label, style="bold cyan"), _cell(sentence))
    return grid


def _grid(table: Table) -> RichTable:
    grid = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for column in table.columns:
        grid.add_column(Text(column.title), justify="right" if column.is_figure else "left", overflow="fold")
    for row in table.rows:
        grid.add_row(*(_cell(cell) for cell in row))
    return grid


def _cell(text: str) -> Text:
    first = text.partition(":")[0]
    return Text(text, style=STYLES.get(first, ""))
