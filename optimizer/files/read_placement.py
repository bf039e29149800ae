"""Reads a placement, to be judged or as the last plan, from the tables of its files (`optimizer.files.placement_tables`).

Each row states what stands at a site in a period, or what was added, or both. Periods without a row keep what stood
before, until the site closes. Where no openings are given a site opens when its first unit stands. Whether the units make
sense (whole blocks, stock that only grows) is for the exact check to say, not for the reader.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.files.context import Context
from optimizer.files.placement_tables import ENTRIES, HALLS, OPENINGS, PLACEMENTS, SERVED, read_tables
from optimizer.files.problems import Problems, did_you_mean
from optimizer.files.read_changes import MOVES, RETIRED, Changed, with_changes
from optimizer.schema.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.files.placement_tables import PlacementTables
    from optimizer.files.read_changes import Frame, NetMoves
    from optimizer.files.records import Record
    from optimizer.schema.plan import Plan


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
