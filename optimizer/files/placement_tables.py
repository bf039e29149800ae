"""The files a placement is written in, as raw tables: the JSON of a solved plan, a placement.csv, or a run's directory.

What their rows mean is for `optimizer.files.read_placement` to say. A result also states the periods of its plan and the
prices of its bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING

from optimizer.files.cells import is_empty
from optimizer.files.csv_table import parse_csv
from optimizer.files.disk import decode, read_bytes, sha256
from optimizer.files.document import parse_json
from optimizer.files.kinds import Column, Kind, Table
from optimizer.files.problems import Place, Problems, refuse
from optimizer.files.raw import RawRow, RawTable
from optimizer.files.read_changes import MOVES, RETIRED
from optimizer.files.records import Record, read_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from optimizer.files.context import Context

PLACEMENT_FILE = "placement.csv"
OPENINGS_FILE = "openings.csv"
ENTRIES_FILE = "entries.csv"
SERVED_FILE = "served.csv"
HALLS_FILE = "halls.csv"
MOVES_FILE, RETIRED_FILE = "moves.csv", "retired.csv"
SUMMARY_FILE = "summary.json"
WHAT_IS_READ = "the JSON that `solve` writes, a placement.csv, or a directory written by `solve --out`"

PLACEMENTS = Table(
    "placements",
    "What stands where.",
    (
        Column("site", Kind.SITE, "Site.", required=True),
        Column("accelerator", Kind.ACCELERATOR, "Accelerator.", required=True),
        Column("period", Kind.PERIOD, "Period.", required=True),
        Column("units_standing", Kind.INTEGER, "Units of the plan standing, installed stock not included.", minimum=0),
        Column("units_added", Kind.INTEGER, "Units added in the period; negative for units taken away."),
    ),
    ("site", "accelerator", "period"),
    open_ended=True,
)
SERVED = Table(
    "served",
    "Which site serves which workload.",
    (
        Column("workload", Kind.WORKLOAD, "Workload.", required=True),
        Column("site", Kind.SITE, "Site.", required=True),
        Column("period", Kind.PERIOD, "Period.", required=True),
        Column("served_tpp", Kind.INTEGER, "Compute that serves it then.", "TPP", required=True, minimum=0),
    ),
    ("workload", "site", "period"),
    open_ended=True,
)
ENTRIES = Table(
    "entries",
    "By which legal path units have entered.",
    (
        Column("gate", Kind.TEXT, "Gate.", required=True),
        Column("path", Kind.TEXT, "Path.", required=True),
        Column("accelerator", Kind.ACCELERATOR, "Accelerator.", required=True),
        Column("period", Kind.PERIOD, "Period.", required=True),
        Column("units_standing", Kind.INTEGER, "Units that have entered so far.", "units", required=True, minimum=0),
    ),
    ("gate", "path", "accelerator", "period"),
    open_ended=True,
)
HALLS = Table(
    "halls",
    "Modules standing.",
    (
        Column("hall", Kind.KEY, "Hall.", required=True),
        Column("period", Kind.PERIOD, "Period.", required=True),
        Column("modules_standing", Kind.INTEGER, "Modules standing.", "modules", required=True, minimum=0),
    ),
    ("hall", "period"),
    open_ended=True,
)
OPENINGS = Table(
    "openings",
    "Which sites open when.",
    (
        Column("site", Kind.SITE, "Site.", required=True),
        Column("period", Kind.PERIOD, "First period open.", required=True),
    ),
    ("site",),
    open_ended=True,
)


BESIDE = {
    OPENINGS.name: OPENINGS_FILE,
    ENTRIES.name: ENTRIES_FILE,
    SERVED.name: SERVED_FILE,
    HALLS.name: HALLS_FILE,
    MOVES.name: MOVES_FILE,
    RETIRED.name: RETIRED_FILE,
}
"""Tables that stand beside the placements, each in a file of its own."""


@dataclass
class PlacementTables:
    """A placement as raw rows, not yet understood, by table; those that stand beside may be missing."""

    rows: Mapping[str, RawTable]
    periods: tuple[str, ...] | None = None
    """Labels of the plan's periods; None where the files do not say."""
    sha256: dict[str, str] = field(default_factory=dict)
    """Name of each file to the SHA-256 of its bytes."""
    prices: Mapping[str, float] = field(default_factory=dict)
    """`bound_price` of each limit that has one, by its key."""

    def records(self, table: Table, context: Context, problems: Problems) -> list[Record]:
        """Return the records of a table; none where it is missing."""
        return read_records(self.rows.get(table.name), table, context, problems)


def read_tables(path: Path, problems: Problems, *, with_periods: bool = False) -> PlacementTables:
    """Return the rows of a placement, and where asked the periods of its plan from the result kept beside it.

    Raises InputError where there is none to read.
    """
    path = _file_of(path)
    name = path.name or str(path)
    suffix = path.suffix.lower()
    if suffix not in {".json", ".csv"}:
        refuse("is not a placement", Place(name), f"a placement is {WHAT_IS_READ}")
    if suffix == ".json":
        return _tables_of_document(path, problems)
    files = {PLACEMENTS.name: path}
    if path.name == PLACEMENT_FILE:
        files |= {table: beside for table, file in BESIDE.items() if (beside := path.with_name(file)).exists()}
    hashes: dict[str, str] = {}
    tables = PlacementTables({table: _read_csv(file, problems, hashes) for table, file in files.items()}, sha256=hashes)
    summary = path.with_name(SUMMARY_FILE)
    if with_periods and path.name == PLACEMENT_FILE and summary.exists():
        kept = _tables_of_document(summary, problems)
        tables.periods, tables.prices = kept.periods, kept.prices
        tables.sha256 = {**hashes, **kept.sha256}
    return tables


def _file_of(path: Path) -> Path:
    """Return the file that holds the placement: itself, or one in the directory."""
    name = path.name or str(path)
    try:
        if path.is_dir():
            path = next((path / file for file in (PLACEMENT_FILE, SUMMARY_FILE) if (path / file).exists()), path)
            if path.is_dir():
                refuse("holds no placement", Place(name), f"expected {PLACEMENT_FILE} or {SUMMARY_FILE} in it")
        elif not path.exists():
            refuse("no such placement", Place(name), f"a placement is {WHAT_IS_READ}")
    except (OSError, ValueError) as error:  # a name too long, or one with a NUL
        refuse(f"cannot be read: {error}", Place(name))
    return path


def _read_csv(path: Path, problems: Problems, hashes: dict[str, str]) -> RawTable:
    return parse_csv(_text(path, problems, hashes) or "", path.name, problems)


def _text(path: Path, problems: Problems, hashes: dict[str, str]) -> str | None:
    data = read_bytes(path, problems)
    text = None if data is None else decode(data, path.name, problems)
    problems.raise_any()
    hashes[path.name] = sha256(data or b"")
    return text


def _periods(document: Mapping[str, object]) -> tuple[str, ...] | None:
    """Return the labels of the periods of the plan that a result is of, if it says so."""
    plan = document.get("plan")
    periods = plan.get("periods") if isinstance(plan, dict) else None
    is_listed = isinstance(periods, list) and all(isinstance(label, str) for label in periods)
    return tuple(periods) if is_listed and periods else None


def _prices(document: Mapping[str, object]) -> dict[str, float]:
    """Return the prices of limits as far as a result states any: they only say where a search begins."""
    listed = document.get("limits")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    priced = {row["key"]: _price(row.get("bound_price")) for row in rows if isinstance(row.get("key"), str)}
    return {key: price for key, price in priced.items() if price is not None}


def _price(cell: object) -> float | None:
    """Return a price above 0 as a double; None where a cell is none."""
    if not isinstance(cell, int | float | Decimal) or isinstance(cell, bool):
        return None
    try:
        price = float(cell)
    except OverflowError:
        return None
    return price if isfinite(price) and price > 0 else None


def _tables_of_document(path: Path, problems: Problems) -> PlacementTables:
    hashes: dict[str, str] = {}
    document = parse_json(_text(path, problems, hashes) or "", path.name, problems)
    problems.raise_any()
    place = Place(path.name)
    if document is None or not isinstance(document.get("placements"), list):
        refuse("has no list of placements", place, f"a placement is {WHAT_IS_READ}")
    status = document.get("status")
    if status in {"infeasible", "unknown"}:
        refuse(f"holds no placement: the run ended {status}", place)
    names = (PLACEMENTS.name, *(name for name in BESIDE if name in document))
    rows = {name: _rows(document, name, place, problems) for name in names}
    return PlacementTables(rows, _periods(document), hashes, _prices(document))


def _rows(document: Mapping[str, object], name: str, place: Place, problems: Problems) -> RawTable:
    rows = []
    listed = document[name]
    if not isinstance(listed, list):
        problems.add("expected a list of rows", place, name)
        listed = []
    for number, row in enumerate(listed):
        where = Place(place.file, path=f"{name}[{number}]")
        if isinstance(row, dict):
            rows.append(RawRow(where, {key: cell for key, cell in row.items() if not is_empty(cell)}))
        else:
            problems.add("expected a row: an object of columns and values", where)
    return RawTable(place, None, tuple(rows))
