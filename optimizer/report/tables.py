"""The tables of a result for people, in reading order: limits, what goes where, periods, countries, money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.binding_tables import binding_tables
from optimizer.report.bought import bought_table
from optimizer.report.changes import change_tables
from optimizer.report.explain_tables import explain_tables
from optimizer.report.goals import goal_table
from optimizer.report.halls import hall_table
from optimizer.report.leaving import leaving_table
from optimizer.report.path_tables import alternative_table, breach_table, notice_table, path_table
from optimizer.report.resources import resource_table
from optimizer.report.table import Table, columns, cut
from optimizer.report.wording import (
    NOTHING,
    compact,
    money_above,
    percent_used_text,
    quantity,
    share_text,
)
from optimizer.report.workload_tables import workload_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.report.document import AuditDocument, ResultDocument
    from optimizer.report.policy_parts import PolicyPart
    from optimizer.report.rows import CountryRow, PeriodRow

MOST_SITES = 60
MOST_ACCELERATORS = 3
NEARLY_FULL = 80
"""Per cent used from which a country is listed although nothing stands there."""


def result_tables(document: ResultDocument) -> tuple[Table, ...]:
    """Return every table of a result that has rows."""
    if document.verification is None:
        without = (*explain_tables(document), alternative_table(document), breach_table(document))
        return tuple(table for table in without if table.rows)
    tables = (
        alternative_table(document),
        breach_table(document),
        bought_table(document, document.currency),
        goal_table(document),
        *change_tables(document),
        *explain_tables(document),
        *binding_tables(document),
        path_table(document),
        site_table(document),
        workload_table(document),
        leaving_table(document),
        period_table(document.periods, document.policy),
        hall_table(document),
        resource_table(document),
        country_table(document),
        notice_table(document),
        money_table(document),
    )
    return tuple(table for table in tables if table.rows)


def explained_tables(document: ResultDocument) -> tuple[Table, ...]:
    """Return the tables about limits: what binds, what it is worth, what contradicts what."""
    tables = (*explain_tables(document), *binding_tables(document))
    return tuple(table for table in tables if table.rows)


def site_table(document: ResultDocument | AuditDocument) -> Table:
    """Return what stands at each site at the end of the horizon, when it opens and when units first stand there."""
    plan = document.plan
    opens = {row.site: row.period for row in document.openings}
    first: dict[str, str] = {}
    units: dict[str, dict[str, int]] = {}
    country: dict[str, str] = {}
    for row in document.placements:
        first[row.site] = min(first.get(row.site, row.period), row.period)
        country[row.site] = row.country
        if row.period == plan.last_period:
            units.setdefault(row.site, {})[row.accelerator] = row.units_standing
    used = [key for key in plan.accelerators if any(key in row for row in units.values())]
    rows = (
        (
            site,
            country[site],
            opens.get(site, NOTHING),
            first[site],
            *(quantity(units[site].get(key, 0)) if key in units[site] else NOTHING for key in used),
            quantity(sum(units[site].values())),
        )
        for site in sorted(units, key=lambda site: (-sum(units[site].values()), site))
    )
    shown, notes = cut(rows, MOST_SITES, "sites")
    headings = columns("site", "country", "opens", "first units", *(f">{key}" for key in used), ">all")
    return Table(f"What stands where in {plan.last_period} (units of the plan)", headings, shown, notes)


def period_table(periods: Sequence[PeriodRow], policy: PolicyPart) -> Table:
    """Return deliveries, power and shares by period."""
    return Table(
        "Period by period",
        columns(
            "period",
            ">delivered",
            ">placed",
            ">unplaced",
            ">MW used",
            ">MW free",
            ">home",
            ">outside T1",
            ">largest T2",
        ),
        tuple(
            (
                row.period,
                quantity(row.delivered_units),
                quantity(row.placed_units),
                quantity(row.unplaced_units),
                compact(row.mw_used),
                compact(row.mw_free),
                share_text(row.home_share),
                share_text(row.outside_tier1_share),
                f"{row.largest_tier2_country} {share_text(row.largest_tier2_share)}"
                if row.largest_tier2_country
                else NOTHING,
            )
            for row in periods
        ),
        (
            "Units are cumulative; shares count installed stock; MW leave out closed countries and sites not open yet.",
            *_tier_note(policy),
        ),
    )


def country_table(document: ResultDocument | AuditDocument) -> Table:
    """Return the countries with stock or nearly full at the end of the horizon, and what still fits there."""
    rows = [
        row
        for row in document.countries
        if row.period == document.plan.last_period and (row.units or (row.percent_used or 0) >= NEARLY_FULL)
    ]
    rows.sort(key=lambda row: (row.tier, -row.tpp, row.country))
    shown = _most_placed(document)
    return Table(
        f"Countries in {document.plan.last_period}",
        columns("~country", ">tier", ">TPP", ">share", ">allowance", ">used", *(f">+{key}" for key in shown)),
        tuple(
            (
                f"{row.country} {row.name}",
                str(row.tier),
                compact(row.tpp),
                share_text(row.share),
                compact(row.allowance) if row.allowance is not None else NOTHING,
                percent_used_text(row.percent_used),
                *(_room(row, key) for key in shown),
            )
            for row in rows
        ),
        (
            "TPP and shares count installed stock; `used` is of the tightest cap on the country alone; + is how many "
            "more units the policy allows, in whole blocks of that accelerator alone (`placement headroom` for others).",
            *_tier_note(document.policy),
        ),
    )


def _tier_note(policy: PolicyPart) -> tuple[str, ...]:
    """Return what T1, T2 and the tiers of countries stand for, where the policy has other names for them."""
    if all(name == f"Tier {tier}" for tier, name in policy.tier_names.items()):
        return ()
    return ("Tiers: " + ", ".join(f"{tier} {name}" for tier, name in policy.tier_names.items()) + ".",)


def _most_placed(document: ResultDocument | AuditDocument) -> tuple[str, ...]:
    """Return the accelerators with most units at the end of the horizon, without a placement the first of the plan."""
    units = dict.fromkeys(document.plan.accelerators, 0)
    for row in document.placements:
        if row.period == document.plan.last_period:
            units[row.accelerator] += row.units_standing
    most = sorted(units, key=lambda key: -units[key])[:MOST_ACCELERATORS]
    return tuple(sorted(most))


def _room(row: CountryRow, accelerator: str) -> str:
    if row.closed:
        return "closed"
    units = row.headroom_units[accelerator]
    return "no limit" if units is None else quantity(units)


def money_table(document: ResultDocument) -> Table:
    """Return the objective by term."""
    return Table(
        f"Net present value by term ({document.currency})",
        columns("term", ">value"),
        tuple(
            (name, money_above(value, document.currency, document.money_resolution))
            for name, value in document.objective_terms.items()
        ),
    )
