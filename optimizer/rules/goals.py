"""What a secondary goal counts, as the usage of a limit: read exactly on any placement, kept by the goals after it.

    fewest_sites   sum over s of open[s,T-1], sites that installed stock keeps open left out
    least_carbon   sum over s, g, t of MWh[s,g,t] x carbon_kg_per_mwh[s]

A unit draws `first_period_share` of its energy in the period of its addition, so that of one unit of stock in each period

    MWh = h power_kw pue / 1000   in every period but the last,   times first_period_share in the last
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.additions import unit_periods
from optimizer.rules.limit import Exact, Expression, Limit, Opened, Sense
from optimizer.schema.goals import Goal
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Variable

UNITS = {Goal.FEWEST_SITES: "sites", Goal.LEAST_CARBON: "kg CO2"}


def goal_usage(case: Case, goal: Goal) -> Expression:
    """Return what a goal makes as small as possible."""
    match goal:
        case Goal.FEWEST_SITES:
            return _sites_open(case)
        case Goal.LEAST_CARBON:
            return _carbon_kg(case)


def goal_limit(case: Case, goal: Goal, most: Exact) -> Limit:
    """Return the limit that keeps what a goal has reached."""
    last = case.num_periods - 1
    return Limit(
        rule=goal.value,
        scope="",
        period=last,
        period_label=case.plan.horizon.labels[last],
        sense=Sense.AT_MOST,
        usage=goal_usage(case, goal),
        allowance=Expression(constant=most),
        unit=UNITS[goal],
        kind=LimitKind.CONTRACT,
        setting="what the goal reached",
        citation="plan.toml, goals.then",
    )


def _sites_open(case: Case) -> Expression:
    last = case.num_periods - 1
    sites = (site for site in range(len(case.plan.sites)) if not case.is_open_from_the_start(site))
    return Expression(tuple((Opened(site, last), 1) for site in sites))


def _carbon_kg(case: Case) -> Expression:
    plan = case.plan
    terms: list[tuple[Variable, Exact]] = []
    for number, site in enumerate(plan.sites):
        per_kw = plan.horizon.hours * site.pue / 1000 * (site.carbon_kg_per_mwh or 0)
        for sku, accelerator in enumerate(plan.accelerators):
            whole = per_kw * accelerator.power_kw
            if whole and plan.delivered_units[sku][-1]:
                drawn = unit_periods(case, number, sku, range(case.num_periods))
                terms.extend((variable, weight * whole) for variable, weight in drawn)
    return Expression(tuple(terms))
