"""`placement facilities PLAN`: the chip accounting by facility, for every reporting date. Imports no solver."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.group import PROGRAM, replay_command
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
    from optimizer.report.facility_document import FacilityDocument, FacilityRow, FacilityTotal

HELP = f"""Account for the chips at every facility on each reporting date, as a filing asks for it (CSV by default).

One row per date, facility, accelerator and ownership: units and TPP at the close of the period before the date (opening)
and of the period that contains it (close), installed and placed. Stock given by country alone is "installed in CC", its
operator and power unknown. Units delivered and not placed stand at no facility and are not listed.

The dates are the policy's (setting reporting_dates), else 1 February and 1 August: Supplement No. 10 to part 748,
paragraph 10. Without --placement it is the installed fleet alone. Nothing is judged; `{PROGRAM} audit` does that.

\b
Examples:
  {PROGRAM} facilities my-plan
  {PROGRAM} facilities my-plan --placement runs/my-plan --out accounting.csv
  {PROGRAM} facilities my-plan --placement runs/my-plan --date 2026-02-01 --format table
  {PROGRAM} facilities my-plan --policy ai-diffusion-2025 --set policy.reporting_dates="01-15;07-15"

Exit codes: 0 written; 2 usage or input.
"""

DateOption = Annotated[
    list[datetime] | None,
    typer.Option(
        "--date",
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Only this day of the plan, such as 2026-02-01, a reporting date or not. Repeatable.",
    ),
]
COLUMNS = (
    "facility",
    "destination",
    "tier",
    "operator",
    "tenure",
    "accelerator",
    "controlled",
    "ownership",
    "units before",
    "units after",
    "TPP before",
    "TPP after",
    "MW after",
)
"""For people; the CSV has every field."""


def facilities(
    context: typer.Context,
    plan: PlanArgument,
    placement: PlacementOption = None,
    date: DateOption = None,
    policy: PolicyOption = None,
    settings: SetOption = None,
    *,
    output_format: FormatOption = Format.CSV,
    out: OutFileOption = None,
) -> None:
    """Account and print."""
    from optimizer.report.as_json import render as as_json
    from optimizer.report.facilities import compose_facilities, facilities_csv

    case = open_case(plan, policy, settings)
    document = compose_facilities(
        case,
        open_placement(placement, case.plan),
        dates=[day.date() for day in date] if date else None,
        command=replay_command(context),
    )
    if not document.dates:
        typer.echo("no reporting date lies inside the plan; --date takes any of its days", err=True)
    match output_format:
        case Format.CSV:
            put(facilities_csv(document.rows), out)
        case Format.JSON:
            put(as_json(document), out)
        case Format.TABLE | Format.MARKDOWN:
            put("\n".join(render(listing, output_format) for listing in _listings(document)), out)


def _listings(document: FacilityDocument) -> list[Listing]:
    what = "installed fleet alone" if document.stock == "installed fleet" else "installed fleet and placement"
    head = Listing(
        f"Chip accounting of {document.company} ({document.headquarters}): {what}",
        ("policy", "version", "dates"),
        [(document.policy, document.policy_version, "; ".join(map(str, document.dates)) or "none in the plan")],
        (document.legal_status, f"Dates: {document.dates_citation}."),
    )
    return [head, *(_listing(document, total) for total in document.totals)]


def _listing(document: FacilityDocument, total: FacilityTotal) -> Listing:
    rows = [_cells(row) for row in document.rows if row.date == total.date]
    return Listing(str(total.date), COLUMNS, rows, tuple(_total_lines(total)))


def _cells(row: FacilityRow) -> tuple[Cell, ...]:
    return (
        row.facility,
        row.destination,
        row.tier,
        row.operator_headquarters,
        row.tenure,
        row.accelerator,
        row.controlled,
        row.ownership.value,
        row.units_at_opening,
        row.units_at_close,
        row.tpp_at_opening,
        row.tpp_at_close,
        row.power_mw,
    )


def _total_lines(total: FacilityTotal) -> list[str]:
    """Return the totals of all counted chips, and of the controlled ones among them."""
    opening, close = total.counted_controlled_tpp_at_opening, total.counted_controlled_tpp_at_close
    controlled = "not known of every chip" if opening is None else f"{opening:,} before, {close:,} after"
    return [
        f"TPP of the company's own count: {total.counted_tpp_at_opening:,} before, {total.counted_tpp_at_close:,} after.",
        f"Of it controlled, by ECCN 3A090.a: {controlled}.",
    ]
