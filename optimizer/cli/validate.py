"""`placement validate PLAN`: read everything, solve nothing, and say what was read."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.cli.group import PROGRAM
from optimizer.cli.inputs import open_case
from optimizer.cli.listing import Cell, Listing, as_json, render, shown
from optimizer.cli.options import Format, FormatOption, OutFileOption, PlanArgument, PolicyOption, SetOption
from optimizer.cli.output import put

if TYPE_CHECKING:
    from optimizer.entry.holdings import Holding
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit

HELP = f"""Read a plan and its policy, report every problem, and print totals. Nothing is solved.

\b
Examples:
  {PROGRAM} validate my-plan
  {PROGRAM} validate my-plan --set policy.home_share=45/100 --format json

Exit codes: 0 the plan is complete and can be solved for; 2 something in it is wrong. Whether a placement exists only
`solve` can say.
"""


def validate(
    plan: PlanArgument,
    policy: PolicyOption = None,
    settings: SetOption = None,
    *,
    output_format: FormatOption = Format.TABLE,
    out: OutFileOption = None,
) -> None:
    """Read and count."""
    from optimizer.report.case_assumptions import case_assumptions
    from optimizer.rules.registry import compile_limits

    case = open_case(plan, policy, settings)
    limits = compile_limits(case)
    totals = Listing(f"{case.plan.name}: read without a problem", ("total", "value"), _totals(case, limits))
    assumed = [(item.subject, item.value, item.source) for item in (*case.plan.assumptions, *case_assumptions(case))]
    assumptions = Listing("assumptions", ("subject", "value", "source"), assumed)
    if output_format is Format.JSON:
        hashes = dict(case.plan.input_sha256)
        document = {
            "totals": {str(row[0]): _number(row[1]) for row in totals.rows},
            "assumptions": assumptions.records(),
        }
        put(as_json({"plan": case.plan.name, **document, "input_sha256": hashes}), out)
    elif output_format is Format.CSV:
        put(render(totals, output_format), out)
    else:
        put("\n".join(render(listing, output_format) for listing in (totals, assumptions)), out)


def _number(cell: Cell) -> Cell:
    return float(cell) if isinstance(cell, Fraction) else cell


def _totals(case: Case, limits: tuple[Limit, ...]) -> list[tuple[Cell, ...]]:
    from optimizer.rules.breach import breached_groups
    from optimizer.rules.measures import TPP

    plan, horizon = case.plan, case.plan.horizon
    first, last = horizon.labels[0], horizon.labels[-1]
    rows: list[tuple[Cell, ...]] = [
        ("company", f"{plan.company.name}, headquarters {plan.company.headquarters}"),
        ("policy", f"{case.policy.name}: {case.policy.describe_reading()}"),
        ("legal status", case.policy.legal_status),
        ("periods", horizon.num_periods),
        ("horizon", f"{first} to {last}"),
        ("sites", len(plan.sites)),
    ]
    tiers = Counter(case.tier(code, 0) for code in case.sites_by_destination)
    names = case.tiers.table.names
    rows += [(f"countries with sites in {names[tier]}, {first}", tiers[tier]) for tier in sorted(tiers)]
    rows += [(f"authorisation: {row.key}", _holding(row)) for row in case.holdings]
    for label, period in ((first, 0), (last, horizon.num_periods - 1)):
        may_open = [
            site.power_mw[period]
            for site in plan.sites
            if site.opens_from <= period <= case.last_open(plan.site_index[site.key])
        ]
        rows.append((f"site power {label}, MW", sum(may_open, Fraction(0))))
    for number, accelerator in enumerate(plan.accelerators):
        delivered = plan.delivered_units[number][-1] if horizon.num_periods else 0
        rows.append((f"{accelerator.key} delivered, units", delivered))
    rows += [
        ("delivered, TPP", _whole(case.delivered(TPP, horizon.num_periods - 1))),
        ("installed, units", sum(row.units for row in plan.installed if case.stock.stands(row, 0))),
        ("installed, TPP", _whole(case.stock.installed(TPP, period=0))),
    ]
    if plan.workloads:
        rows += _workloads(case)
    rows += [
        (f"installed fleet breaks {group.group}", f"by {shown(group.start)} {group.limits[0].unit}")
        for group in breached_groups(case, limits)
    ]
    by_rule = Counter(limit.rule for limit in limits)
    rows += [(f"limits: {rule}", count) for rule, count in by_rule.items()]
    rows += [("limits in all", len(limits)), ("assumptions", len(plan.assumptions))]
    return rows


def _workloads(case: Case) -> list[tuple[Cell, ...]]:
    """Return what workloads ask for in the first and the last period, and of how many the latency is estimated."""
    plan, labels = case.plan, case.plan.horizon.labels
    rows: list[tuple[Cell, ...]] = [("workloads", len(plan.workloads))]
    for period in sorted({0, case.num_periods - 1}):
        must = sum(one.demand_tpp[period] for one in plan.workloads if one.must_serve[period])
        rows.append((f"demand {labels[period]}, TPP", sum(one.demand_tpp[period] for one in plan.workloads)))
        rows.append((f"demand that must be served {labels[period]}, TPP", must))
    if plan.service is not None:
        rows.append(("pairs of workload and site in service.csv", len(plan.service)))
    return rows


def _holding(row: Holding) -> str:
    """Return an authorisation in words: type, destination, dates, quantity."""
    quantity = ""
    if row.row is not None and row.row.units is not None:
        quantity = f"{row.row.units:,} units"
    elif row.row is not None and row.row.tpp is not None:
        quantity = f"{row.row.tpp:,} TPP"
    dates = [f"from {row.first_day}" if row.first_day else "", f"until {row.last_day}" if row.last_day else ""]
    words = (row.type, row.destination, quantity, *dates, "(to be applied for)" if row.is_new else "")
    return " ".join(word for word in words if word)


def _whole(value: Fraction | int) -> Cell:
    return int(value) if value == int(value) else Fraction(value)
