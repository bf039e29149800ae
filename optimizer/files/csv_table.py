"""A CSV file to rows of raw text.

The standard library's reader, not pandas: it is strict about quoting, leaves every cell the text it is, and is faster
where nothing is to become a float.
"""

from __future__ import annotations

import csv
import io

from optimizer.files.problems import Place, Problems
from optimizer.files.raw import RawRow, RawTable

HEADER_ROW = 1


def parse_csv(text: str, file: str, problems: Problems) -> RawTable:
    """Return the rows of a CSV text, without blank ones; rows count as a spreadsheet shows them."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    columns: tuple[str, ...] = ()
    rows: list[RawRow] = []
    number = 0
    try:
        for number, record in enumerate(reader, start=HEADER_ROW):
            cells = [cell.strip() for cell in record]
            if number == HEADER_ROW:
                columns = _header(cells, file, problems)
            elif any(cells):
                _add_row(cells, columns, Place(file, number), rows, problems)
    except csv.Error as error:
        hint = "look for an unpaired quotation mark"
        problems.add(f"is not valid CSV: {error}", Place(file, number + 1), hint=hint)
        rows.clear()  # half a table would have rows of other tables blamed for its missing half
    else:
        if number == 0:
            _header([], file, problems)
    return RawTable(Place(file), columns, tuple(rows))


def _header(cells: list[str], file: str, problems: Problems) -> tuple[str, ...]:
    columns = tuple(cells)
    place = Place(file, HEADER_ROW)
    if not any(columns):
        problems.add("has no header row", place, hint="the first row names the columns")
    elif len(columns) == 1 and (";" in columns[0] or "\t" in columns[0]):
        problems.add("columns must be separated by commas", place, value=columns[0])
    for column in dict.fromkeys(columns):
        if column and columns.count(column) > 1:
            problems.add("duplicate column", place, column)
    return columns


def _add_row(cells: list[str], columns: tuple[str, ...], place: Place, rows: list[RawRow], problems: Problems) -> None:
    """Add one row. Empty cells beyond the header are what spreadsheets leave behind; anything else is ragged."""
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        hint = "quote cells that hold commas" if len(cells) > len(columns) else "write a comma for each empty cell"
        problems.add(f"has {len(cells)} cells where the header has {len(columns)}", place, hint=hint)
        return
    named = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    if "" in named:
        problems.add("a cell stands under an empty column name", place, value=named.pop(""))
    rows.append(RawRow(place, named))
