"""A plan as it was written, before anything is understood: settings, tables of raw cells, and where each one stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from optimizer.files.cells import is_empty, is_key
from optimizer.files.columns import TABLES
from optimizer.files.keys import SECTIONS, TOP
from optimizer.files.problems import Place, Problems

if TYPE_CHECKING:
    from pathlib import Path

Document = dict[str, object]
"""A plan as one dictionary: the sections of `plan.toml`, and each table as a list of rows under its name."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """The cells of one row (or one section of settings) that hold something."""

    place: Place
    cells: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table. `columns` is what its header names; None where every row names its own."""

    place: Place
    columns: tuple[str, ...] | None
    rows: tuple[RawRow, ...]


@dataclass(frozen=True)
class RawPlan:
    """Everything found under a path. `base` is where relative paths in the plan start from."""

    place: Place
    base: Path
    name: str
    settings: Mapping[str, object]
    tables: Mapping[str, RawTable] = field(default_factory=dict)
    input_sha256: Mapping[str, str] = field(default_factory=dict)
    is_directory: bool = False

    def place_of(self, table: str) -> Place:
        """Return where a table stands, or would stand."""
        if table in self.tables and self.tables[table].columns is not None:
            return self.tables[table].place
        return Place(f"{table}.csv") if self.is_directory else Place(self.place.file, path=table)

    def document(self) -> Document:
        """Return the plan as one dictionary of raw values."""
        tables = {name: [dict(row.cells) for row in table.rows] for name, table in self.tables.items()}
        return {**self.settings, **tables}

    def with_document(self, document: Mapping[str, object]) -> RawPlan:
        """Return the plan with a document of the same rows in the same order, keeping where each row stands."""
        tables = {}
        for name, table in self.tables.items():
            rows = document[name]
            if isinstance(rows, list):
                pairs = zip(table.rows, rows, strict=True)
                columns = None if table.columns is None else tuple(dict.fromkeys([*table.columns, *_names(rows)]))
                tables[name] = RawTable(
                    table.place, columns, tuple(RawRow(row.place, filled(cells)) for row, cells in pairs)
                )
        settings = {key: value for key, value in document.items() if key not in tables}
        return replace(self, settings=settings, tables=tables)


def raw_plan_of(
    document: Mapping[str, object], *, file: str | None, base: Path, name: str, problems: Problems
) -> RawPlan:
    """Split a document into settings and tables."""
    place = Place(file)
    settings: Document = {}
    tables = {}
    for key, value in document.items():
        if not is_key(key):
            problems.add("a key must be text", place, value=key)
        elif key in TABLES:
            tables[key] = RawTable(place, None, tuple(_rows_of(key, value, place, problems)))
        elif is_known_section(key, place, problems, (*SECTIONS, *TOP.column_names, *TABLES)):
            settings[key] = value
    ordered = {key: tables[key] for key in TABLES if key in tables}
    return RawPlan(place, base, name, settings, ordered)


def is_known_section(key: str, place: Place, problems: Problems, known: tuple[str, ...]) -> bool:
    """Return whether a key may stand at the top of the settings; one that may not is a problem."""
    if key in SECTIONS or key in TOP.column_names:
        return True
    hint = f"write it as a file {key}.csv" if key in TABLES else problems.suggest(key, known, "sections")
    problems.add("unknown key", place, key, hint=hint)
    return False


def _rows_of(table: str, value: object, place: Place, problems: Problems) -> list[RawRow]:
    if not isinstance(value, list | tuple):
        problems.add("expected a list of rows", place, table, hint='write [{"column": value, ...}, ...]')
        return []
    rows = []
    for number, row in enumerate(value):
        where = Place(place.file, path=f"{table}[{number}]")
        if not isinstance(row, Mapping) or not all(map(is_key, row)):
            problems.add("expected a row: an object of columns and values", where)
        else:
            rows.append(RawRow(where, filled(row)))
    return rows


def filled(cells: Mapping[str, object]) -> dict[str, object]:
    """Return the cells that hold something."""
    return {name: cell for name, cell in cells.items() if not is_empty(cell)}


def _names(rows: list[Mapping[str, object]]) -> list[str]:
    return [name for row in rows for name in row]
