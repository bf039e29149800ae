"""`placement headroom PLAN`: how much more fits where, and which limit stops it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.group import PROGRAM
from optimizer.cli.inputs import open_case, open_placement
from optimizer.cli.listing import Cell, Listing, render
from optimizer.cli.options import (
    BreachOption,
    Format,
    FormatOption,
    OutFileOption,
    PlacementOption,
    PlanArgument,
    PolicyOption,
    SetOption,
    with_breach,
)
from optimizer.cli.output import put

if TYPE_CHECKING:
    from optimizer.analysis.path_room import Headroom
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement
    from optimizer.schema.plan import Plan

HELP = f"""Say how many more units fit in each country or at a site, from when, and which limit stops them.

A country's headroom is what the policy allows; a site's also asks its power (of halls that of the modules standing), its
unit limits and its contracts.
Without --placement it is the room beside the installed fleet alone.

\b
Examples:
  {PROGRAM} headroom my-plan
  {PROGRAM} headroom my-plan --country MY --accelerator GB300-NVL72
  {PROGRAM} headroom my-plan --site johor --placement runs/my-plan

Exit codes: 0 done; 2 usage or input.
"""

CountryOption = Annotated[
    list[str] | None, typer.Option("--country", metavar="CC", help="Only this country (ISO code). Repeatable.")
]
SiteOption = Annotated[list[str] | None, typer.Option("--site", help="Only this site. Repeatable.")]
AcceleratorOption = Annotated[list[str] | None, typer.Option("--accelerator", help="Only this one. Repeatable.")]
PeriodOption = Annotated[list[str] | None, typer.Option("--period", help="Only units added then. Repeatable.")]
COLUMNS = ("place", "accelerator", "period", "blocks", "units", "stopped_by", "setting", "citation", "units_by_path")
NO_LIMIT = "no limit"


def headroom(
    plan: PlanArgument,
    country: CountryOption = None,
    site: SiteOption = None,
    accelerator: AcceleratorOption = None,
    *,
    period: PeriodOption = None,
    placement: PlacementOption = None,
    policy: PolicyOption = None,
    settings: SetOption = None,
    breach: BreachOption = None,
    output_format: FormatOption = Format.TABLE,
    out: OutFileOption = None,
) -> None:
    """List the room left."""
    from optimizer.analysis.headroom import headroom as find_headroom
    from optimizer.schema.placement import Placement

    case = open_case(plan, policy, with_breach(settings, breach))
    check_names(case.plan, site or (), accelerator or (), period or ())
    stands = open_placement(placement, case.plan) or Placement()
    found = find_headroom(
        case,
        stands,
        countries=tuple(country or ()),
        sites=tuple(site or ()),
        accelerators=tuple(accelerator or ()),
        periods=tuple(period or ()),
    )
    beside = f"beside {placement}" if placement else "beside the installed fleet alone"
    notes = (
        *_not_built(case.plan, stands, site or ()),
        *_not_open(case, stands, site or ()),
        case.policy.legal_status,
        "Deliveries are not asked: this is what fits, not what is on order.",
    )
    is_for_people = output_format in {Format.TABLE, Format.MARKDOWN}
    listing = _for_people(found) if is_for_people else _for_scripts(found)
    put(render(replace(listing, title=f"headroom {beside}", notes=(*listing.notes, *notes)), output_format), out)


def _not_built(plan: Plan, placement: Placement, sites: Sequence[str]) -> Iterator[str]:
    """Yield, for each hall of the sites asked about, the modules that may still be built: their power is no room yet."""
    from optimizer.schema.quantities import format_exact

    last = plan.horizon.num_periods - 1
    for number, hall in enumerate(plan.halls):
        standing = placement.modules_standing(number, last)
        if hall.site in sites and standing < hall.modules and hall.available_from <= last:
            more = hall.modules - standing
            yield (
                f"{hall.site} has the power of the modules that stand. Not counted: {more} more of {hall.key}, "
                f"{format_exact(hall.power_mw)} MW each, from {plan.horizon.labels[hall.available_from]} on."
            )


def _not_open(case: Case, placement: Placement, sites: Sequence[str]) -> Iterator[str]:
    """Yield the sites asked about that are shut, where a limit counts openings: headroom is of units alone."""
    plan, last = case.plan, case.num_periods - 1
    if plan.opening_limits or plan.exclusions or any(use.per_opening for use in plan.resource_use):
        for key in sites:
            number = plan.site_index[key]
            if not placement.is_open(number, last) and not case.is_open_from_the_start(number):
                yield f"{key} is not open: what its opening needs or rules out is not asked."


def _for_scripts(found: Iterable[Headroom]) -> Listing:
    rows: list[tuple[Cell, ...]] = []
    for row in found:
        limit = row.stopped_by
        stop = (limit.key, limit.setting, limit.citation) if limit else (None, None, None)
        rows.append((row.place, row.accelerator, row.period, row.blocks, row.units, *stop, _by_path(row)))
    return Listing("", COLUMNS, rows)


def _for_people(found: Iterable[Headroom]) -> Listing:
    """Return one row for neighbouring periods of which the same is true, and each citation once, below."""
    from optimizer.report.wording import grouped

    rows: list[tuple[Cell, ...]] = []
    notes: dict[str, None] = {}
    for _, same in groupby(found, key=lambda row: (row.place, row.accelerator, row.blocks, _group(row), _by_path(row))):
        first, *others = same
        period = f"{first.period} to {others[-1].period}" if others else first.period
        limit = first.stopped_by
        if limit is None:
            rows.append((first.place, first.accelerator, period, "any", "any", NO_LIMIT, None, _by_path(first)))
            continue
        notes[f"{limit.rule}: {limit.citation}"] = None
        stop = limit.group if others else limit.key
        figures = (first.blocks, first.units, stop, grouped(limit.setting), _by_path(first))
        rows.append((first.place, first.accelerator, period, *figures))
    columns: tuple[str, ...] = (*COLUMNS[:2], "added in", *COLUMNS[3:-2], "by path")
    if not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Listing("", columns, rows, tuple(notes))


def _by_path(row: Headroom) -> str | None:
    """Return the room of each open path, `licence 49898; lpp 1699`; None where no path has to be chosen."""
    if row.units_by_path is None:
        return None
    units = ((path, "any" if room is None else str(room)) for path, room in row.units_by_path.items())
    return "; ".join(f"{path} {room}" for path, room in units) or "no path is open"


def _group(row: Headroom) -> str:
    return row.stopped_by.group if row.stopped_by else NO_LIMIT


def check_names(
    plan: Plan,
    sites: Iterable[str],
    accelerators: Iterable[str],
    periods: Iterable[str],
    *,
    site_option: str = "--site",
) -> None:
    """Raise InputError naming everything typed that the plan does not have."""
    from optimizer.errors import InputError, Problem
    from optimizer.files.problems import did_you_mean

    asked = (
        (site_option, sites, tuple(plan.site_index)),
        ("--accelerator", accelerators, tuple(plan.accelerator_index)),
        ("--period", periods, plan.horizon.labels),
    )
    problems = [
        Problem("not in the plan", file=option, value=name, hint=did_you_mean(name, known) or _some(known))
        for option, names, known in asked
        for name in names
        if name not in known
    ]
    if problems:
        raise InputError(problems)


MOST_NAMED = 8


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"the plan has {', '.join(names[:MOST_NAMED])}{more}"
