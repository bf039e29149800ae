"""Reads a placement to be judged: the JSON of a solved plan, a placement.csv, or a directory that holds one of them.

Each row states what stands at a site in a period, or what was added, or both. Periods without a row keep what stood
before, until the site closes. Where no openings are given a site opens when its first unit stands. Whether the units make
sense (whole blocks, stock that only grows) is for the exact check to say, not for the reader.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.files.cells import is_empty
from optimizer.files.context import Context
from optimizer.files.csv_table import parse_csv
from optimizer.files.disk import decode, read_bytes
from optimizer.files.document import parse_json
from optimizer.files.kinds import Column, Kind, Table
from optimizer.files.problems import Place, Problems, refuse
from optimizer.files.raw import RawRow, RawTable
from optimizer.files.read_changes import MOVES, RETIRED, Changed, with_changes
from optimizer.files.records import Record, read_records
from optimizer.schema.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.schema.plan import Plan

PLACEMENT_FILE = "placement.csv"
OPENINGS_FILE = "openings.csv"
ENTRIES_FILE = "entries.csv"
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
    MOVES.name: MOVES_FILE,
    RETIRED.name: RETIRED_FILE,
}
"""Tables that stand beside the placements, each in a file of its own."""


def read_placement(path: str | Path, plan: Plan) -> Placement:
    """Return the placement written in a file, for a plan.

    Raises InputError listing every problem: a site, accelerator or period the plan does not have, a number that is not
    whole, two rows of one place and period, an addition that contradicts what stands.
    """
    problems = Problems()
    tables = _read_tables(Path(path), problems)
    context = Context(plan.horizon, frozenset(plan.site_index), frozenset(plan.accelerator_index))

    def records(table: Table) -> list[Record]:
        return read_records(tables.get(table.name), table, context, problems)

    rows, opening_rows, entry_rows = records(PLACEMENTS), records(OPENINGS), records(ENTRIES)
    changes = Changed(records(MOVES), records(RETIRED))
    standing = _standing(rows, plan, problems, may_change=bool(changes))
    problems.raise_any()
    placement = Placement(standing, _first_stock(standing), _entered(entry_rows, plan))
    if tables.get(OPENINGS.name) is not None:
        opened = dict(sorted((_site(row, plan), row.whole("period") or 0) for row in opening_rows))
        placement = replace(placement, opened=opened)
    return with_changes(placement, rows, changes, plan) if plan.changes.is_any else placement


def _entered(rows: Iterable[Record], plan: Plan) -> dict[tuple[str, int, str], tuple[int, ...]]:
    """Return cumulative units by (gate, accelerator, path); a period without a row keeps what had entered before."""
    found: dict[tuple[str, int, str], dict[int, int]] = defaultdict(dict)
    for row in rows:
        way = (row.text("gate") or "", plan.accelerator_index[row.text("accelerator") or ""], row.text("path") or "")
        found[way][row.whole("period") or 0] = row.whole("units_standing") or 0
    return {way: _carried_forward(by_period, plan.horizon.num_periods) for way, by_period in sorted(found.items())}


def _carried_forward(by_period: Mapping[int, int], num_periods: int) -> tuple[int, ...]:
    units, row = 0, []
    for period in range(num_periods):
        units = by_period.get(period, units)
        row.append(units)
    return tuple(row)


def _read_tables(path: Path, problems: Problems) -> Mapping[str, RawTable]:
    """Return the rows of placements, and of the other tables where there are any to read, by name."""
    path = _file_of(path)
    name = path.name or str(path)
    suffix = path.suffix.lower()
    if suffix not in {".json", ".csv"}:
        refuse("is not a placement", Place(name), f"a placement is {WHAT_IS_READ}")
    if suffix == ".json":
        return _tables_of_document(path, problems)
    files = {PLACEMENTS.name: path} | {table: path.with_name(file) for table, file in BESIDE.items()}
    return {
        table: _read_csv(file, problems)
        for table, file in files.items()
        if file == path or (path.name == PLACEMENT_FILE and file.exists())
    }


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


def _read_csv(path: Path, problems: Problems) -> RawTable:
    data = read_bytes(path, problems)
    text = None if data is None else decode(data, path.name, problems)
    problems.raise_any()
    return parse_csv(text or "", path.name, problems)


def _tables_of_document(path: Path, problems: Problems) -> Mapping[str, RawTable]:
    data = read_bytes(path, problems)
    text = None if data is None else decode(data, path.name, problems)
    document = None if text is None else parse_json(text, path.name, problems)
    problems.raise_any()
    place = Place(path.name)
    if document is None or not isinstance(document.get("placements"), list):
        refuse("has no list of placements", place, f"a placement is {WHAT_IS_READ}")
    status = document.get("status")
    if status in {"infeasible", "unknown"}:
        refuse(f"holds no placement: the run ended {status}", place)
    names = (PLACEMENTS.name, *(name for name in BESIDE if name in document))
    return {name: _rows(document, name, place, problems) for name in names}


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


def _site(row: Record, plan: Plan) -> int:
    return plan.site_index[row.text("site") or ""]


def _standing(
    rows: Iterable[Record], plan: Plan, problems: Problems, *, may_change: bool
) -> dict[tuple[int, int], tuple[int, ...]]:
    """Return cumulative units by (site, accelerator); pairs with nothing are left out."""
    by_pair: dict[tuple[int, int], dict[int, Record]] = defaultdict(dict)
    for row in rows:
        if not row.gives("units_standing") and not row.gives("units_added"):
            problems.add("a row needs units_standing or units_added", row.place)
        elif row.is_complete and not row.unread:
            pair = (_site(row, plan), plan.accelerator_index[row.text("accelerator") or ""])
            by_pair[pair][row.whole("period") or 0] = row
    if may_change:  # then additions alone do not say what stands
        problems = Problems()
    standing = {pair: _row_of(by_pair[pair], plan, problems, _end(plan, pair[0])) for pair in sorted(by_pair)}
    return {pair: units for pair, units in standing.items() if any(units)}


def _end(plan: Plan, site: int) -> int:
    """Return the period in which what stands at a site leaves with it; beyond the plan where it stays."""
    closes = plan.sites[site].closes_after
    return plan.horizon.num_periods if closes is None else closes + 1


def _row_of(records: Mapping[int, Record], plan: Plan, problems: Problems, end: int) -> tuple[int, ...]:
    units, row = 0, []
    for period in range(plan.horizon.num_periods):
        record = records.get(period)
        if period == end:
            units = 0
        if record is not None:
            before = units
            stated, added = record.whole("units_standing"), record.whole("units_added")
            units = stated if stated is not None else before + (added or 0)
            if stated is not None and added is not None and before + added != stated:
                hint = f"{before:,} stood before, so {before + added:,} or units_added {stated - before:,} is meant"
                problems.add("does not fit units_added", record.place, "units_standing", stated, hint)
        row.append(units)
    return tuple(row)


def _first_stock(standing: Mapping[tuple[int, int], tuple[int, ...]]) -> dict[int, int]:
    opened: dict[int, int] = {}
    for (site, _), row in sorted(standing.items()):
        first = next(period for period, units in enumerate(row) if units)
        opened[site] = min(first, opened.get(site, first))
    return opened
