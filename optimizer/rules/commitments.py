"""Commitments: contracts for a minimum or maximum of units at a site, in a country or in a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Opened, Sense, Standing
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.plan import Commitment


def limits(case: Case) -> Iterator[Limit]:
    """Yield, per commitment and period of its term, one limit for its minimum and one for its maximum.

    Equation: min_units <= installed[scope] + sum over s in scope, g of units[s,g,t] <= max_units. Unit: units. A country
    is taken as written in the files. With `only_if_used` the minimum is asked once any site of the scope is open: one
    limit per site, min_units x open[s,t] on the right.
    """
    for commitment in case.plan.commitments:
        sites = _sites(case, commitment)
        for period in range(commitment.first, commitment.last + 1):
            yield from _of_period(case, commitment, sites, period)


def _of_period(case: Case, commitment: Commitment, sites: tuple[int, ...], period: int) -> Iterator[Limit]:
    key, least, most = commitment.key, commitment.min_units, commitment.max_units
    has_both = least is not None and most is not None
    usage = _units(case, commitment, sites, period)
    if most is not None:
        scope = f"{key},max" if has_both else key
        yield _limit(case, commitment, scope, period, Sense.AT_MOST, usage, most, "max {} units")
    if least is None:
        return
    scope = f"{key},min" if has_both else key
    if not commitment.only_if_used:
        yield _limit(case, commitment, scope, period, Sense.AT_LEAST, usage, least, "min {} units")
        return
    for site in sites:
        if commitment.scope != "site":
            scope = f"{key},{case.plan.sites[site].key}"
        setting = f"min {{}} units if {case.plan.sites[site].key} is used"
        yield _limit(case, commitment, scope, period, Sense.AT_LEAST, usage, least, setting, if_open=site)


def _limit(
    case: Case,
    commitment: Commitment,
    scope: str,
    period: int,
    sense: Sense,
    usage: Expression,
    written: int,
    setting: str,
    *,
    if_open: int | None = None,
) -> Limit:
    units = max(0, case.number("commitment", scope, period, written))
    per_unit = Expression(constant=1) if if_open is None else Expression(((Opened(if_open, period), 1),))
    allowance = Expression(tuple((opened, units) for opened, _ in per_unit.terms), units * per_unit.constant)
    return Limit(
        rule="commitment",
        scope=scope,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=sense,
        usage=usage,
        allowance=allowance,
        unit="units",
        kind=case.kind("commitment", scope, commitment.kind),
        setting=setting.format(format_exact(units)),
        citation=commitment.reference or "commitments.csv",
        number=units,
        per_number=per_unit,
    )


def _sites(case: Case, commitment: Commitment) -> tuple[int, ...]:
    target = commitment.target
    return tuple(
        number
        for number, site in enumerate(case.plan.sites)
        if target == {"site": site.key, "country": site.country, "region": site.region}[commitment.scope]
    )


def _units(case: Case, commitment: Commitment, sites: tuple[int, ...], period: int) -> Expression:
    plan = case.plan
    wanted = commitment.accelerator
    skus = [sku for sku, accelerator in enumerate(plan.accelerators) if wanted in {None, accelerator.key}]
    keys = {plan.sites[site].key for site in sites}
    installed = sum(
        row.units
        for row in plan.installed
        if wanted in {None, row.accelerator}
        and case.stock.stands(row, period)
        and (row.country == commitment.target if commitment.scope == "country" else row.site in keys)
    )
    return Expression(tuple((Standing(site, sku, period), 1) for site in sites for sku in skus), installed)
