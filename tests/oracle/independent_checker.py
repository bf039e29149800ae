"""A second opinion on a result: `check(plan_document, result)` recomputes everything from the plan and the legal text.

It imports nothing from the tool, so that an error shared by the tool's model and its own verifier shows here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.oracle.money import opening_terms, unit_terms
from tests.oracle.past import Past, broken, charge, commitment_group
from tests.oracle.plan_facts import Row, SiteFacts, absolute_period, exact, flag, read_plan
from tests.oracle.policy_check import past_policy, policy_problems
from tests.oracle.service import past_service, service_worth
from tests.oracle.standing import Standing, in_scope, place, read_result

if TYPE_CHECKING:
    from collections.abc import Iterator

MONEY_TOLERANCE = Fraction(1, 10**6)
"""For figures the result gives only as plain numbers, relative; exact twins are compared exactly."""


def check(plan_document: Row, result: Row) -> list[str]:
    """Return every way in which a result breaks its plan, in words; empty when all is good."""
    plan = read_plan(plan_document)
    try:
        standing, problems = read_result(plan, result)
    except (KeyError, TypeError, ValueError) as error:
        return [f"the result cannot be read: {error!r}"]
    problems += broken_limits(standing)
    if not any("not allowed" in problem for problem in problems):
        problems += objective_problems(standing, result)
    return problems


def broken_limits(standing: Standing) -> list[str]:
    """Return every limit of the plan and of its policy that a placement breaks."""
    return [*broken_plan_limits(standing), *policy_problems(standing)]


def broken_plan_limits(standing: Standing) -> list[str]:
    """Return every physical and contractual limit that a placement breaks, whatever the policy."""
    shapes = [problem for judge in (_stock, _sites) for problem in judge(standing)]
    return [*shapes, *broken(standing.plan, [*_past_plan_limits(standing), *past_service(standing)])]


def bought(standing: Standing, *, with_service: bool = True) -> Fraction:
    """Return what is paid for going past limits that have a price, of the plan and of its policy."""
    if not standing.plan.prices:
        return Fraction(0)
    past = [*_past_plan_limits(standing), *(past_service(standing) if with_service else ())]
    return charge(standing.plan, [*past, *past_policy(standing)])


def _past_plan_limits(standing: Standing) -> Iterator[Past]:
    for site in standing.plan.sites.values():
        for period in range(standing.plan.num_periods):
            yield from _site_limits(standing, site, period)
    yield from _deliveries(standing)
    yield from _commitments(standing)


def _stock(standing: Standing) -> Iterator[str]:
    plan = standing.plan
    for (site_key, key), row in sorted(standing.units.items()):
        site, where = plan.sites[site_key], f"{key} at {site_key}"
        for period, units in enumerate(row):
            added, when = standing.added(site_key, key, period), plan.labels[period]
            if units % plan.accelerators[key].block or units < 0:
                yield f"{where} in {when}: {units} units are not whole blocks of {plan.accelerators[key].block}"
            if added < 0:
                yield f"{where} in {when}: stock shrinks by {-added}"
            if key not in site.allowed and units:
                yield f"{where} in {when}: not allowed by allowed_accelerators"
            if plan.values is not None and added and (site_key, key, period) not in plan.values:
                yield f"{where} in {when}: not allowed, the pair is missing from the values table"


def _sites(standing: Standing) -> Iterator[str]:
    plan = standing.plan
    for site in plan.sites.values():
        opened = standing.opened.get(site.key)
        if opened is not None and opened < site.opens_from:
            yield f"{site.key} opens in {plan.labels[opened]}, before opens_from"
        for period, when in enumerate(plan.labels):
            units = sum(standing.placed(site.key, key, period) for key in plan.accelerators)
            if units and period < site.opens_from:
                yield f"{site.key} holds units in {when}, before opens_from"
            if units and site.needs_opening and (opened is None or opened > period):
                yield f"{site.key} holds units in {when} but is not open"


def _site_limits(standing: Standing, site: SiteFacts, period: int) -> Iterator[Past]:
    plan, when = standing.plan, standing.plan.labels[period]
    draw, total = Fraction(0), 0
    for key, accelerator in plan.accelerators.items():
        placed, installed = standing.placed(site.key, key, period), site.installed.get(key, 0)
        total += placed + installed
        draw += (placed + (installed if site.power_includes_installed else 0)) * accelerator.power_kw * site.pue
    if draw > site.power_mw[period] * 1000:
        text = f"{site.key} draws {float(draw)} kW of {float(site.power_mw[period])} MW in {when}"
        yield Past(f"site_power[{site.key}]", period, draw / 1000 - site.power_mw[period], text)
    if site.max_units is not None and total > site.max_units:
        text = f"{site.key} holds {total} units in {when}, more than max_units {site.max_units}"
        yield Past(f"max_units[{site.key}]", period, total - site.max_units, text)
    if standing.is_open(site, period) and total < site.min_units_if_open:
        text = f"{site.key} holds {total} units in {when}, fewer than {site.min_units_if_open} if open"
        yield Past(f"min_units[{site.key}]", period, site.min_units_if_open - total, text)


def _deliveries(standing: Standing) -> Iterator[Past]:
    plan = standing.plan
    for key, accelerator in plan.accelerators.items():
        for period, when in enumerate(plan.labels):
            delivered = accelerator.delivered[period]
            placed = sum(standing.placed(site, key, period) for site in plan.sites)
            if placed > delivered:
                text = f"{placed} {key} placed by {when}, {delivered} delivered"
                yield Past(f"deliveries[{key}]", period, placed - delivered, text)
            tested = plan.must_place == "each_period" or (
                plan.must_place == "by_end" and period == plan.num_periods - 1
            )
            whole = delivered // accelerator.block * accelerator.block
            if tested and placed < whole:
                text = f"must_place {plan.must_place}: {placed} of {delivered} {key} placed by {when}"
                yield Past(f"must_place[{key}]", period, whole - placed, text)


def _commitments(standing: Standing) -> Iterator[Past]:
    plan = standing.plan
    start = absolute_period(plan.labels[0], plan.periods_per_year)
    for row in plan.commitments:
        inside, only = in_scope(plan, row), row.get("accelerator")
        first = absolute_period(row["from"], plan.periods_per_year) - start if row.get("from") else 0
        last = absolute_period(row["until"], plan.periods_per_year) - start if row.get("until") else plan.num_periods
        sites = [site for site in plan.sites.values() if inside(site.key, site.country)]
        stock = [held for held in plan.installed if only in {None, held["accelerator"]} and inside(*place(plan, held))]
        base = sum(int(held["units"]) for held in stock)
        for period in range(max(0, first), min(last + 1, plan.num_periods)):
            keys = [key for key in plan.accelerators if only in {None, key}]
            total = base + sum(standing.placed(site.key, key, period) for site in sites for key in keys)
            used = any(standing.is_open(site, period) for site in sites)
            binds = used or not flag(row.get("only_if_used", False))
            if row.get("min_units") is not None and binds and total < int(row["min_units"]):
                text = f"commitment {row['key']}: {total} of at least {row['min_units']} in {plan.labels[period]}"
                yield Past(commitment_group(row, "min"), period, int(row["min_units"]) - total, text)
            if row.get("max_units") is not None and total > int(row["max_units"]):
                text = f"commitment {row['key']}: {total} of at most {row['max_units']} in {plan.labels[period]}"
                yield Past(commitment_group(row, "max"), period, total - int(row["max_units"]), text)


def recompute_terms(standing: Standing) -> dict[str, Fraction]:
    """Return the objective by term: value, energy, unit_costs, opening_costs, fixed_costs, residual, bought."""
    plan, terms = standing.plan, dict[str, Fraction]()
    for site, key in standing.units:
        for period in range(plan.num_periods):
            added = standing.added(site, key, period)
            if added:
                for term, money in unit_terms(plan, plan.sites[site], plan.accelerators[key], period).items():
                    terms[term] = terms.get(term, Fraction(0)) + added * money
    for site, period in standing.opened.items():
        for term, money in opening_terms(plan, plan.sites[site], period).items():
            terms[term] = terms.get(term, Fraction(0)) + money
    terms["service"] = service_worth(standing)
    if paid := bought(standing):
        terms["bought"] = -paid
    return terms


def objective_problems(standing: Standing, result: Row) -> Iterator[str]:
    """Yield where the money that a result states differs from its placement's worth."""
    objective = sum(recompute_terms(standing).values(), Fraction(0))
    if (stated := result.get("objective_exact")) is not None and exact(stated) != objective:
        yield f"objective_exact {float(exact(stated))!r}, recomputed {float(objective)!r}"
    if stated is None and result.get("objective") is None:
        yield "the result states no objective"
    if (plain := result.get("objective")) is not None and not _near(exact(plain), objective):
        yield f"objective {plain!r}, recomputed {float(objective)!r}"
    for name, exactly in (("objective_terms", False), ("objective_terms_exact", True)):
        terms: Any = result.get(name)
        if not terms:
            continue
        total = sum((exact(money) for money in terms.values()), Fraction(0))
        if total != objective if exactly else not _near(total, objective):
            yield f"{name} add up to {float(total)!r}, recomputed objective {float(objective)!r}"


def _near(stated: Fraction, recomputed: Fraction) -> bool:
    return abs(stated - recomputed) <= MONEY_TOLERANCE * max(Fraction(1), abs(recomputed))
