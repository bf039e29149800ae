"""Reads a placement, to be judged or as the last plan: the JSON of a solved plan, a placement.csv, or a run's directory.

Each row states what stands at a site in a period, or what was added, or both. Periods without a row keep what stood
before, until the site closes. Where no openings are given a site opens when its first unit stands. Whether the units make
sense (whole blocks, stock that only grows) is for the exact check to say, not for the reader.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.files.cells import is_empty
from optimizer.files.context import Context
from optimizer.files.csv_table import parse_csv
from optimizer.files.disk import decode, read_bytes, sha256
from optimizer.files.document import parse_json
from optimizer.files.kinds import Column, Kind, Table
from optimizer.files.problems import Place, Problems, did_you_mean, refuse
from optimizer.files.raw import RawRow, RawTable
from optimizer.files.read_changes import MOVES, RETIRED, Changed, with_changes
from optimizer.files.records import Record, read_records
from optimizer.schema.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.files.read_changes import Frame, NetMoves
    from optimizer.schema.plan import Plan

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


def read_placement(path: str | Path, plan: Plan) -> Placement:
    """Return the placement written in a file, for a plan.

    Raises InputError listing every problem: a site, accelerator or period the plan does not have, a number that is not
    whole, two rows of one place and period, an addition that contradicts what stands.
    """
    problems = Problems()
    tables = read_tables(Path(path), problems)
    context = Context(
        plan.horizon,
        frozenset(plan.site_index),
        frozenset(plan.accelerator_index),
        workloads=frozenset(plan.workload_index),
    )
    services = tables.records(SERVED, context, problems)
    modules = _modules(tables.records(HALLS, context, problems), plan, problems)
    changes = Changed(tables.records(MOVES, context, problems), tables.records(RETIRED, context, problems))
    closes = {number: site.closes_after for number, site in enumerate(plan.sites) if site.closes_after is not None}
    placement = placement_of(tables, plan, problems, closes=closes, may_change=bool(changes))
    placement = replace(placement, served_tpp=_served(services, plan), modules=modules)
    if not plan.changes.is_any:
        return placement
    return with_changes(placement, tables.records(PLACEMENTS, context, problems), changes, plan)


def placement_of(
    tables: PlacementTables,
    plan: Frame,
    problems: Problems,
    *,
    closes: Mapping[int, int] | None = None,
    may_change: bool = False,
    net_moves: NetMoves | None = None,
) -> Placement:
    """Return the stock and openings that raw rows mean; InputError with every problem found so far and here.

    `closes` gives the last open period of sites that close; with `may_change` units may also have come from elsewhere.
    Where `net_moves` says what came from elsewhere, less what left, it counts with what stood before.
    """
    context = Context(plan.horizon, frozenset(plan.site_index), frozenset(plan.accelerator_index))
    rows = tables.records(PLACEMENTS, context, problems)
    opening_rows = tables.records(OPENINGS, context, problems)
    entry_rows = tables.records(ENTRIES, context, problems)
    standing = _standing(rows, plan, problems, closes or {}, net_moves or {}, may_change=may_change)
    problems.raise_any()
    placement = Placement(standing, _first_stock(standing), _entered(entry_rows, plan))
    if OPENINGS.name not in tables.rows:
        return placement
    opened = dict(sorted((_site(row, plan), row.whole("period") or 0) for row in opening_rows))
    return replace(placement, opened=opened)


def _modules(rows: Iterable[Record], plan: Plan, problems: Problems) -> dict[int, tuple[int, ...]]:
    """Return cumulative modules by hall; a period without a row keeps what stood before."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for row in rows:
        key = row.text("hall")
        if key in plan.hall_index:
            found[plan.hall_index[key]][row.whole("period") or 0] = row.whole("modules_standing") or 0
        elif key is not None:
            problems.add("the plan has no such hall", row.place, "hall", key, did_you_mean(key, plan.hall_index))
    by_hall = {
        hall: _carried_forward(_until_closed(plan, hall, own), plan.horizon.num_periods)
        for hall, own in sorted(found.items())
    }
    return {hall: row for hall, row in by_hall.items() if any(row)}


def _until_closed(plan: Plan, hall: int, by_period: Mapping[int, int]) -> Mapping[int, int]:
    """Return what is written of a hall; where that does not go on after its site has closed, nothing stands then."""
    closes = plan.sites[plan.site_index[plan.halls[hall].site]].closes_after
    return by_period if closes is None else {closes + 1: 0, **by_period}


def _served(rows: Iterable[Record], plan: Plan) -> dict[tuple[int, int], tuple[int, ...]]:
    """Return TPP by (site, workload); a period without a row has none."""
    found: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * plan.horizon.num_periods)
    for row in rows:
        pair = (_site(row, plan), plan.workload_index[row.text("workload") or ""])
        found[pair][row.whole("period") or 0] = row.whole("served_tpp") or 0
    return {pair: tuple(tpp) for pair, tpp in sorted(found.items()) if any(tpp)}


def _entered(rows: Iterable[Record], plan: Frame) -> dict[tuple[str, int, str], tuple[int, ...]]:
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


def _site(row: Record, plan: Frame) -> int:
    return plan.site_index[row.text("site") or ""]


def _standing(
    rows: Iterable[Record],
    plan: Frame,
    problems: Problems,
    closes: Mapping[int, int],
    net_moves: NetMoves,
    *,
    may_change: bool,
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
    standing = {
        pair: _row_of(by_pair[pair], plan, problems, closes.get(pair[0]), net_moves.get(pair, {}))
        for pair in sorted(by_pair)
    }
    return {pair: units for pair, units in standing.items() if any(units)}


def _row_of(
    records: Mapping[int, Record],
    plan: Frame,
    problems: Problems,
    closes: int | None,
    net_moves: Mapping[int, int],
) -> tuple[int, ...]:
    units, row = 0, []
    for period in range(plan.horizon.num_periods):
        record, stood = records.get(period), units
        units = max(0, units + net_moves.get(period, 0))
        if closes is not None and period == closes + 1:
            units = 0
        if record is not None:
            before = units
            stated, added = record.whole("units_standing"), record.whole("units_added")
            units = stated if stated is not None else before + (added or 0)
            # What leaves may be written as an addition below nothing, as beside `moves` and `retired`.
            if stated is not None and added is not None and stated not in {before + added, stood + added}:
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
