"""Rows of raw cells to records of exact values, as the data dictionary says; everything wrong becomes a problem."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.files.cells import parse_cell
from optimizer.files.context import CellError, Context
from optimizer.files.csv_table import HEADER_ROW
from optimizer.files.problems import Place, Problems, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.files.kinds import Column, Table
    from optimizer.files.raw import RawRow, RawTable

MISSING = "required, and empty"


@dataclass(frozen=True, slots=True)
class Record:
    """The values of one row. Cells that could not be read are named in `unread`, and have no value."""

    place: Place
    values: Mapping[str, object]
    unread: tuple[str, ...] = ()
    is_complete: bool = True
    """Whether every required cell has a value."""

    def gives(self, name: str) -> bool:
        """Return whether the cell holds something, readable or not."""
        return name in self.values or name in self.unread

    def number(self, name: str) -> Fraction | None:
        """Return an exact number."""
        value = self.values.get(name)
        return value if isinstance(value, Fraction) else None

    def whole(self, name: str) -> int | None:
        """Return a whole number or a period."""
        value = self.values.get(name)
        return value if isinstance(value, int) else None

    def text(self, name: str) -> str | None:
        """Return a text, a key or a choice."""
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def flag(self, name: str) -> bool:
        """Return true or false; false where nothing is written."""
        return self.values.get(name) is True

    def day(self, name: str) -> date | None:
        """Return a date."""
        value = self.values.get(name)
        return value if isinstance(value, date) else None


def read_records(raw: RawTable | None, table: Table, context: Context, problems: Problems) -> list[Record]:
    """Return the records of a table, in file order; rows of a table that is not supported are refused."""
    if raw is None:
        return []
    if not table.supported:
        if raw.rows:
            place = raw.place if raw.columns is not None else Place(raw.place.file, path=table.name)
            problems.add("this table is not supported yet", place, hint="leave it out")
        return []
    missing = _check_header(raw, table, problems)
    readers = {name: _CellReader(column, context) for name, column in _known_columns(raw, table, problems).items()}
    records = [_read_record(row, readers, problems, missing) for row in raw.rows]
    _refuse_duplicates(zip(records, raw.rows, strict=True), table, problems)
    return records


def read_section(row: RawRow, table: Table, context: Context, problems: Problems) -> Record:
    """Return the values of one section of settings."""
    columns: dict[str, Column] = {column.name: column for column in table.columns if column.required}
    for name in row.cells:
        column = table.listed(name)
        if column is None:
            hint = problems.suggest(name, table.column_names, table.name)
            problems.add("unknown key", row.place, name, hint=hint)
        elif not column.supported:
            problems.add("not supported yet", row.place, name, row.cells[name], hint="leave it out")
        else:
            columns[name] = column
    readers = {name: _CellReader(column, context) for name, column in columns.items()}
    return _read_record(row, readers, problems, frozenset())


class _CellReader:
    """Reads the cells of one column. Tables repeat the same few texts many thousands of times: each is read once."""

    def __init__(self, column: Column, context: Context) -> None:
        self.is_required = column.required
        self._column = column
        self._context = context
        self._value_of: dict[str, object] = {}

    def __call__(self, cell: object) -> object:
        """Return the value of a cell; CellError where it has none."""
        if not isinstance(cell, str):
            return parse_cell(cell, self._column, self._context)
        if cell not in self._value_of:
            self._value_of[cell] = parse_cell(cell, self._column, self._context)
        return self._value_of[cell]


def _read_record(
    row: RawRow, readers: Mapping[str, _CellReader], problems: Problems, missing: frozenset[str]
) -> Record:
    """Return the values of one row. Required columns in `missing` were already reported for the whole table."""
    values: dict[str, object] = {}
    unread: list[str] = []
    is_complete = True
    for name, reader in readers.items():
        cell = row.cells.get(name)
        if cell is not None:
            try:
                value = reader(cell)
            except CellError as error:
                problems.add(str(error), row.place, name, cell, error.hint)
                unread.append(name)
            else:
                if value is not None:
                    values[name] = value
        elif reader.is_required and name not in missing:
            problems.add(MISSING, row.place, name)
        if reader.is_required and name not in values:
            is_complete = False
    return Record(row.place, values, tuple(unread), is_complete)


def _check_header(raw: RawTable, table: Table, problems: Problems) -> frozenset[str]:
    """Return the required columns a header lacks; where rows name their own columns, each row is asked instead."""
    if raw.columns is None or not any(raw.columns):
        return frozenset()
    missing = [column.name for column in table.columns if column.required and column.name not in raw.columns]
    for name in missing:
        problems.add("required column is missing", Place(raw.place.file, HEADER_ROW), name)
    return frozenset(missing)


def _known_columns(raw: RawTable, table: Table, problems: Problems) -> dict[str, Column]:
    """Return the columns to read: those the rows use, and those they must have."""
    columns = {column.name: column for column in table.columns if column.required}
    for name, place in _used_names(raw):
        column = table.column(name)
        if column is None:
            hint = problems.suggest(name, table.column_names, table.name)
            problems.add("unknown column", place, name, hint=hint)
        elif column.supported:
            columns[name] = column
        else:
            row = next((row for row in raw.rows if name in row.cells), None)
            if row is not None:
                problems.add("this column is not supported yet", row.place, name, row.cells[name], "leave it empty")
    return columns


def _used_names(raw: RawTable) -> Iterable[tuple[str, Place]]:
    """Return each column name with the place to blame for it: the header, or the first row that uses it."""
    if raw.columns is not None:
        return [(name, Place(raw.place.file, HEADER_ROW)) for name in dict.fromkeys(raw.columns) if name]
    first: dict[str, Place] = {}
    for row in raw.rows:
        for name in row.cells:
            first.setdefault(name, row.place)
    return first.items()


def _refuse_duplicates(rows: Iterable[tuple[Record, RawRow]], table: Table, problems: Problems) -> None:
    first: dict[tuple[object, ...], Place] = {}
    for record, row in rows if table.key else ():
        if not record.is_complete or any(name in record.unread for name in table.key):
            continue
        earlier = first.setdefault(
            tuple(record.values.get(name, row.cells.get(name)) for name in table.key), record.place
        )
        if earlier is not record.place:
            given = [name for name in table.key if record.gives(name)]
            value = ", ".join(name_of(row.cells[name]) for name in given)
            where = earlier.path or f"row {earlier.row}"
            problems.add(f"duplicate {', '.join(given)}", record.place, table.key[0], value, f"first given in {where}")
