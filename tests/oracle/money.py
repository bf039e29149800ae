"""What a unit and an opening are worth, as exact fractions, written from the objective's description in words."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from tests.oracle.plan_facts import AcceleratorFacts, PlanFacts, Row, SiteFacts, absolute_period, exact, power_of


def factor(plan: PlanFacts, period: int) -> Fraction:
    """Return (1+r)^(-k/n) to 12 decimals; the period may lie beyond the horizon."""
    return power_of(1 + plan.rate, -period, plan.periods_per_year)


def earned(plan: PlanFacts, site: SiteFacts, accelerator: AcceleratorFacts, period: int) -> tuple[Fraction, Fraction]:
    """Return the value and the (negative) energy money of one unit in one full period, undiscounted."""
    hours = Fraction(8760, plan.periods_per_year)
    decline = power_of(1 - accelerator.annual_value_decline, period, plan.periods_per_year)
    value = accelerator.value_per_hour * decline * accelerator.utilisation * site.value_multiplier
    energy = accelerator.power_kw * site.pue * site.energy_price[period] / 1000
    return hours * value, -hours * energy


def cost_of_adding(plan: PlanFacts, site: SiteFacts, accelerator: AcceleratorFacts, period: int) -> Fraction:
    """Return the undiscounted per-unit costs of adding one unit: every row whose filters match."""

    def matches(row: Row) -> bool:
        return (
            row.get("site") in {None, site.key}
            and row.get("country") in {None, site.country}
            and row.get("accelerator") in {None, accelerator.key}
            and (row.get("period") is None or _period(plan, row["period"]) == period)
        )

    total = Fraction(0)
    for row in filter(matches, plan.unit_costs):
        if row.get("usd_per_unit") is not None:
            total += exact(row["usd_per_unit"])
        if row.get("rate_of_price") is not None:
            total += exact(row["rate_of_price"]) * accelerator.price
    return total


def unit_terms(plan: PlanFacts, site: SiteFacts, accelerator: AcceleratorFacts, added_in: int) -> dict[str, Fraction]:
    """Return the present value, by term, of one unit added in a period."""
    if plan.values is not None:
        return {"value": plan.values[site.key, accelerator.key, added_in]}
    value = energy = residual = Fraction(0)
    for period in range(added_in, plan.num_periods):
        share = plan.first_period_share if period == added_in else Fraction(1)
        full_value, full_energy = earned(plan, site, accelerator, period)
        value += factor(plan, period) * share * full_value
        energy += factor(plan, period) * share * full_energy
    if plan.residual == "life":
        end = added_in + accelerator.life_years * plan.periods_per_year
        margin = sum(earned(plan, site, accelerator, plan.num_periods - 1), Fraction(0))
        for period in range(plan.num_periods, ceil(end)):
            residual += factor(plan, period) * min(Fraction(1), end - period) * margin
    costs = -factor(plan, added_in) * cost_of_adding(plan, site, accelerator, added_in)
    return {"value": value, "energy": energy, "unit_costs": costs, "residual": residual}


def opening_terms(plan: PlanFacts, site: SiteFacts, opened_in: int) -> dict[str, Fraction]:
    """Return the money, by term, of opening a site in a period; a site with installed stock costs nothing."""
    if site.has_installed:
        return {}
    end = plan.num_periods
    fixed = -sum((factor(plan, period) for period in range(opened_in, end)), Fraction(0)) * site.fixed_cost
    credit = Fraction(0)
    if plan.residual == "life" and plan.values is None:
        unexpired = 1 - Fraction(end - opened_in) / (plan.site_life_years * plan.periods_per_year)
        credit = site.opening_cost * max(Fraction(0), unexpired) * factor(plan, end)
    opening = -factor(plan, opened_in) * site.opening_cost
    return {"opening_costs": opening, "fixed_costs": fixed, "residual": credit}


def _period(plan: PlanFacts, label: str) -> int:
    start = absolute_period(plan.labels[0], plan.periods_per_year)
    return absolute_period(label, plan.periods_per_year) - start
