"""Reads the last plan: a placement whose plan may have begun and ended at other periods and had other sites.

Periods are matched by label, sites and accelerators by name. What this plan no longer has cannot stay as it was, and is a
problem where its stock is frozen; anywhere else it is a change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.errors import InputError
from optimizer.files.context import Context
from optimizer.files.placement_tables import ENTRIES, OPENINGS, PLACEMENTS, read_tables
from optimizer.files.problems import Place, Problems, did_you_mean, name_of
from optimizer.files.read_changes import MOVES, RETIRED, Changed, ages_as_written, net_moves
from optimizer.files.read_placement import placement_of
from optimizer.schema.calendar import Horizon, parse_period, period_label
from optimizer.schema.last_plan import LastPlan
from optimizer.schema.placement import ages_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction
    from pathlib import Path

    from optimizer.files.assumptions import Assumptions
    from optimizer.files.placement_tables import PlacementTables
    from optimizer.schema.last_plan import Row
    from optimizer.schema.placement import Ages, Placement
    from optimizer.schema.plan import Accelerator

MOST_LISTED = 20
"""Problems of one kind after which the rest are counted."""


@dataclass(frozen=True, slots=True)
class LastSettings:
    """What `[last]` of plan.toml says."""

    place: Place
    plan: str
    freeze_through: int | None
    change_price: Fraction


@dataclass(frozen=True, slots=True)
class _Frame:
    """The sites, accelerators and periods that a placement has of its own."""

    horizon: Horizon
    site_index: Mapping[str, int]
    accelerator_index: Mapping[str, int]


def read_last_plan(
    settings: LastSettings,
    base: Path,
    horizon: Horizon,
    sites: Iterable[str],
    accelerators: Mapping[str, Accelerator],
    assumptions: Assumptions,
    problems: Problems,
) -> LastPlan | None:
    """Return the last plan in the periods of this one; None where it cannot be read, and then there is a problem."""
    path, own = base / settings.plan, Problems()
    try:
        tables = read_tables(path, own, with_periods=True)
        frame = _frame(tables, horizon)
        changes = _changes(tables, frame, own)
        placement = placement_of(tables, frame, own, net_moves=net_moves(changes, frame))
    except InputError as error:
        problems.found.extend(error.problems)
        return None
    name = path.name or str(path)
    ages = ages_as_written(placement, changes, frame) if changes else ages_of(placement)
    last = _in_periods_of(horizon, frame, placement, ages, name, tables)
    last = replace(last, change_price_usd_per_unit=settings.change_price, input_sha256=_inside(settings, tables))
    place = Place(name)
    if not last.compared_periods:
        runs = f"it runs from {frame.horizon.labels[0]} to {frame.horizon.labels[-1]}"
        problems.add("has no period of this plan", place, hint=f"{runs}, the plan from {horizon.labels[0]}")
        return None
    if settings.freeze_through is not None:
        last = _frozen(last, settings.freeze_through, horizon, frame, settings.place, problems)
    if not problems.found:  # a site that could not be read is not gone
        _check_frozen(last, horizon, frozenset(sites), accelerators, place, problems)
    _note(last, frame, horizon, placement, assumptions)
    return last


def _frame(tables: PlacementTables, horizon: Horizon) -> _Frame:
    """Return what a placement speaks of. Periods that its files do not list were before its first row, and empty."""
    labels = tables.periods or tuple(_names(tables, "period"))
    known = [number for label in labels if (number := _number(label, horizon)) is not None]
    if tables.periods is None:
        known.append(horizon.start_index)
    first = min(known, default=horizon.start_index)
    own = replace(horizon, start_index=first, num_periods=max(known, default=first) - first + 1)
    return _Frame(
        own,
        {key: number for number, key in enumerate(sorted(set(_names(tables, "site"))))},
        {key: number for number, key in enumerate(sorted(set(_names(tables, "accelerator"))))},
    )


def _names(tables: PlacementTables, column: str) -> Iterable[str]:
    names = (PLACEMENTS.name, OPENINGS.name, ENTRIES.name, MOVES.name, RETIRED.name)
    read = [tables.rows[name] for name in names if name in tables.rows]
    columns = ("site", "from_site", "to_site") if column == "site" else (column,)
    return (name_of(row.cells[name]) for table in read for row in table.rows for name in columns if name in row.cells)


def _number(label: str, horizon: Horizon) -> int | None:
    """Return the absolute number of a period; None where a row says something else, as its reader then reports."""
    try:
        return parse_period(label, horizon.length)
    except ValueError:
        return None


def _changes(tables: PlacementTables, frame: _Frame, problems: Problems) -> Changed:
    """Return what leaves and moves in a last plan."""
    context = Context(frame.horizon, frozenset(frame.site_index), frozenset(frame.accelerator_index))
    changes = Changed(tables.records(MOVES, context, problems), tables.records(RETIRED, context, problems))
    problems.raise_any()
    return changes


def _in_periods_of(
    horizon: Horizon, frame: _Frame, placement: Placement, ages: Ages, name: str, tables: PlacementTables
) -> LastPlan:
    """Return what a last plan adds from the first period of this one on, and where that stands."""
    sites, accelerators = list(frame.site_index), list(frame.accelerator_index)
    offset = horizon.start_index - frame.horizon.start_index
    own_last = frame.horizon.num_periods - 1
    units: dict[tuple[str, str], Row] = {}
    additions: dict[tuple[str, str], Row] = {}
    for (site, sku, bought), row in sorted(ages.items()):
        start, pair = bought - offset, (sites[site], accelerators[sku])
        if start < 0:
            continue
        stock = (row[min(k + offset, own_last)] if k + offset >= 0 else 0 for k in range(horizon.num_periods))
        before = units.get(pair, (0,) * horizon.num_periods)
        units[pair] = tuple(earlier + max(0, own) for earlier, own in zip(before, stock, strict=True))
        if start < horizon.num_periods and row[bought]:
            own = additions.get(pair, (0,) * horizon.num_periods)
            additions[pair] = (*own[:start], own[start] + row[bought], *own[start + 1 :])
    return LastPlan(
        name=name,
        sha256=next(iter(tables.sha256.values())),
        units={pair: row for pair, row in units.items() if any(row)},
        additions=additions,
        opened={sites[site]: period - offset for site, period in placement.opened.items()},
        first=max(0, -offset),
        last=min(horizon.num_periods - 1, own_last - offset),
        prices=tables.prices,
    )


def _inside(settings: LastSettings, tables: PlacementTables) -> dict[str, str]:
    """Return the files read, named from the plan's folder, where they lie in it."""
    parts = settings.plan.replace("\\", "/").split("/")
    if settings.plan.startswith("/") or ":" in settings.plan or ".." in parts:
        return {}
    is_file = parts[-1] in tables.sha256
    folder = "/".join(part for part in (parts[:-1] if is_file else parts) if part not in {"", "."})
    return {f"{folder}/{name}" if folder else name: digest for name, digest in tables.sha256.items()}


def _frozen(
    last: LastPlan, through: int, horizon: Horizon, frame: _Frame, place: Place, problems: Problems
) -> LastPlan:
    """Return the last plan with its first quarters held; a period that it does not have is a problem."""
    if last.first <= through <= last.last:
        return replace(last, frozen_through=through)
    runs = f"{last.name} runs from {frame.horizon.labels[0]} to {frame.horizon.labels[-1]}"
    problems.add("the last plan has no such period", place, "freeze_through", horizon.labels[through], runs)
    return last


def _check_frozen(
    last: LastPlan,
    horizon: Horizon,
    sites: frozenset[str],
    accelerators: Mapping[str, Accelerator],
    place: Place,
    problems: Problems,
) -> None:
    """Report frozen stock that this plan cannot have: of a site or accelerator that is gone, or not in whole blocks."""
    found = 0
    for (site, accelerator), row in last.units.items():
        frozen = [row[period] for period in last.frozen_periods]
        if not any(frozen):
            continue
        stands = f"{max(frozen):,} units of {accelerator} at {site} are frozen"
        if site not in sites:
            message, column, value = f"this plan no longer has the site: {stands}", "site", site
        elif accelerator not in accelerators:
            message, column, value = f"this plan no longer has the accelerator: {stands}", "accelerator", accelerator
        elif any(units % accelerators[accelerator].block for units in frozen):
            message = f"not in whole blocks of {accelerators[accelerator].block}: {stands}"
            problems.add(message, place, "units_standing", hint="the block of accelerators.csv must fit what stands")
            continue
        else:
            continue
        found += 1
        if found <= MOST_LISTED:
            first = next(k for k in last.frozen_periods if row[k])
            known = sites if column == "site" else frozenset(accelerators)
            earlier = f"freeze only periods before {horizon.labels[first]}" if first > last.first else "freeze nothing"
            hint = did_you_mean(value, known) or f"put it back into {column}s.csv, or {earlier}"
            problems.add(message, place, column, value, hint)
    if found > MOST_LISTED:
        problems.add(f"and {found - MOST_LISTED} more that are frozen and gone", place)


def _note(last: LastPlan, frame: _Frame, horizon: Horizon, placement: Placement, assumptions: Assumptions) -> None:
    """Note what is taken to be so: what stood before this plan is installed, sites open with their first units."""
    offset = horizon.start_index - frame.horizon.start_index
    if offset > 0:
        own_last = frame.horizon.num_periods - 1
        before = sum(row[min(offset - 1, own_last)] for row in placement.standing_units.values())
        if before:
            label = horizon.labels[0]
            assumptions.note(
                f"last plan, {before:,} units standing before {label}",
                "in installed.csv",
                f"{last.name}: what stood before the plan begins is installed by now",
            )
    for site, opened in sorted(last.opened.items()):
        rows = [row for (key, _), row in last.units.items() if key == site]
        first = next((k for k in last.frozen_periods if any(row[k] for row in rows)), None)
        if opened in last.frozen_periods and opened != first:
            label = period_label(horizon.start_index + opened, horizon.length)
            source = f"{last.name}: open without units; in this plan a site opens with its first units"
            assumptions.note(f"last plan, opening of {site} in {label}", "not kept", source)
