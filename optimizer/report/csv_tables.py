"""The tables of a document as flat records, for CSV files and data frames: one column per field, keys unfolded."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from optimizer.report.change_parts import ChangeRow, OpeningChangeRow
from optimizer.report.document import ResultDocument
from optimizer.report.rows import (
    CountryRow,
    EntryRow,
    GoalRow,
    GroupRow,
    HallRow,
    LimitRow,
    MoveRow,
    OpeningRow,
    PathRow,
    PeriodRow,
    PlacementRow,
    ResourceRow,
    RetiredRow,
    SiteRow,
)
from optimizer.report.workload_rows import ServedRow, WorkloadRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.report.pages import Document
    from optimizer.report.rows import Part

Cell = str | int | float | bool | None
Record = dict[str, Cell]

UNFOLDED = frozenset({"headroom_units", "headroom_stopped_by"})
"""Fields by accelerator: one column each, such as `headroom_units[H100]`."""
TABLES: dict[str, type[Part]] = {
    "sites": SiteRow,
    "placements": PlacementRow,
    "openings": OpeningRow,
    "moves": MoveRow,
    "retired": RetiredRow,
    "periods": PeriodRow,
    "countries": CountryRow,
    "limits": LimitRow,
    "groups": GroupRow,
    "served": ServedRow,
    "workloads": WorkloadRow,
    "entries": EntryRow,
    "paths": PathRow,
    "goals": GoalRow,
    "changes": ChangeRow,
    "opening_changes": OpeningChangeRow,
    "halls": HallRow,
    "resources": ResourceRow,
}
LIST_SEPARATOR = ";"


def table_columns(document: Document, name: str) -> tuple[str, ...]:
    """Return the columns of a table; they are there even where it has no rows."""
    columns: list[str] = []
    for field in TABLES[name].model_fields:
        columns += [f"{field}[{key}]" for key in document.plan.accelerators] if field in UNFOLDED else [field]
    return _key_first(columns)


def table_records(document: Document, name: str) -> Iterator[Record]:
    """Yield the rows of a table."""
    order = table_columns(document, name)
    rows: Sequence[Part] = getattr(document, name)
    for row in rows:
        record = _flat(row)
        yield {column: record[column] for column in order}


def write_csv(document: Document, name: str) -> str:
    """Return a table as CSV with a header; what does not apply is empty."""
    stream = StringIO()
    writer = csv.DictWriter(stream, table_columns(document, name), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {column: _text(cell) for column, cell in record.items()} for record in table_records(document, name)
    )
    return stream.getvalue()


def _key_first(columns: list[str]) -> tuple[str, ...]:
    """Return inherited fields after a row's own key and period, the order in which people look them up."""
    first = [name for name in ("key", "group", "period") if name in columns and "group" in columns]
    return (*first, *(name for name in columns if name not in first))


def _flat(row: Part) -> Record:
    record: Record = {}
    for field, value in row.model_dump(mode="json").items():
        if isinstance(value, dict):
            record.update({f"{field}[{key}]": cell for key, cell in value.items()})
        elif isinstance(value, list):
            record[field] = LIST_SEPARATOR.join(value)
        else:
            record[field] = value
    return record


def _text(cell: Cell) -> Cell:
    return str(cell).lower() if isinstance(cell, bool) else cell


def main_table(document: Document) -> str:
    """Return the name of the one table that `--format csv` prints: placements, or for an audit its limits."""
    return "placements" if isinstance(document, ResultDocument) else "limits"
