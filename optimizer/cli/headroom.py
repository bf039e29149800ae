"""`placement headroom PLAN`: how much more fits where, and which limit stops it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.group import PROGRAM
from optimizer.cli.inputs import open_case, open_placement
from optimizer.cli.listing import Cell, Listing, render
from optimizer.cli.options import (
    Format,
    FormatOption,
    OutFileOption,
    PlacementOption,
    PlanArgument,
    PolicyOption,
    SetOption,
)
from optimizer.cli.output import put

if TYPE_CHECKING:
    from optimizer.schema.plan import Plan

HELP = f"""Say how many more units fit in each country or at a site, from when, and which limit stops them.

A country's headroom is what the policy allows; a site's also asks its power, its unit limits and its contracts.
Without --placement it is the room beside the installed fleet alone.

\b
Examples:
  {PROGRAM} headroom my-plan
  {PROGRAM} headroom my-plan --country MY --accelerator GB300-NVL72
  {PROGRAM} headroom my-plan --site johor --placement runs/my-plan
"""

CountryOption = Annotated[
    list[str] | None, typer.Option("--country", metavar="CC", help="Only this country (ISO code). Repeatable.")
]
SiteOption = Annotated[list[str] | None, typer.Option("--site", help="Only this site. Repeatable.")]
AcceleratorOption = Annotated[list[str] | None, typer.Option("--accelerator", help="Only this one. Repeatable.")]
PeriodOption = Annotated[list[str] | None, typer.Option("--period", help="Only units added then. Repeatable.")]
COLUMNS = ("place", "accelerator", "period", "blocks", "units", "stopped_by", "setting", "citation")


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
    output_format: FormatOption = Format.TABLE,
    out: OutFileOption = None,
) -> None:
    """List the room left."""
    from optimizer.analysis.headroom import headroom as find_headroom
    from optimizer.schema.placement import Placement

    case = open_case(plan, policy, settings)
    _check_names(case.plan, site or (), accelerator or (), period or ())
    found = find_headroom(
        case,
        open_placement(placement, case.plan) or Placement(),
        countries=tuple(country or ()),
        sites=tuple(site or ()),
        accelerators=tuple(accelerator or ()),
        periods=tuple(period or ()),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in found:
        limit = row.stopped_by
        stop = (limit.key, limit.setting, limit.citation) if limit else ("no limit", None, None)
        rows.append((row.place, row.accelerator, row.period, row.blocks, row.units, *stop))
    beside = f"beside {placement}" if placement else "beside the installed fleet alone"
    notes = (case.policy.legal_status, "Deliveries are not asked: this is what fits, not what is on order.")
    put(render(Listing(f"headroom {beside}", COLUMNS, rows, notes), output_format), out)


def _check_names(plan: Plan, sites: Iterable[str], accelerators: Iterable[str], periods: Iterable[str]) -> None:
    """Raise InputError naming everything typed that the plan does not have."""
    from optimizer.errors import InputError, Problem
    from optimizer.files.problems import did_you_mean

    asked = (
        ("--site", sites, tuple(plan.site_index)),
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
