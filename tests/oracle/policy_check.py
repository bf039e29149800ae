"""The three packs the oracle knows, judged on a whole placement straight from the legal text."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tests.oracle import law
from tests.oracle.past import Past, broken
from tests.oracle.plan_facts import absolute_period, carried_forward, exact, flag
from tests.oracle.standing import Standing, place

if TYPE_CHECKING:
    from collections.abc import Iterator


def policy_problems(standing: Standing) -> list[str]:
    """Return every breach of the plan's policy pack, period by period."""
    closed = [text for period in _periods(standing) for text in _closures(standing, period)]
    return [*closed, *broken(standing.plan, past_policy(standing))]


def past_policy(standing: Standing) -> Iterator[Past]:
    """Yield every share and cap of the plan's policy pack that a placement goes past."""
    if standing.plan.policy.get("name", "three-tier-2025-01") == "three-tier-2025-01":
        for period in _periods(standing):
            yield from _shares(standing, period)
            yield from _national_cap(standing, period)


def _periods(standing: Standing) -> Iterator[int]:
    """Yield the periods in which the pack closes or caps anything."""
    plan, name = standing.plan, standing.plan.policy.get("name", "three-tier-2025-01")
    if name not in {"three-tier-2025-01", "unrestricted", "physical-only"}:
        msg = f"the oracle does not know the policy {name}"
        raise ValueError(msg)
    for period, first_day in enumerate(plan.first_days):
        if name == "physical-only" or first_day < law.IN_FORCE_FROM:
            continue
        yield period


def _closures(standing: Standing, period: int) -> Iterator[str]:
    plan = standing.plan
    when, day = plan.labels[period], plan.first_days[period]
    for site in plan.sites.values():
        added = sum(standing.added(site.key, key, period) for key in plan.accelerators)
        if added and law.tier(site.country, day) == 3:
            yield f"{site.key}: {added} units added in {when} in {site.country}, closed (Tier 3)"
        if added and law.tier(plan.headquarters, day) == 3:
            yield f"{site.key}: {added} units added in {when} by a company headquartered in Tier 3"


def _shares(standing: Standing, period: int) -> Iterator[Past]:
    plan = standing.plan
    when, day = plan.labels[period], plan.first_days[period]
    if law.tier(plan.headquarters, day) != 1:
        return
    tpp, total = _compute_standing(standing, period)
    home = exact(plan.policy.get("home_share", law.HOME_SHARE))
    if law.destination(plan.headquarters) == "US" and tpp.get("US", 0) < home * total:
        text = f"home share {when}: {tpp.get('US', 0)} of {total} TPP stand in the US, less than {home}"
        yield Past("home_share[US]", period, home * total - tpp.get("US", 0), text)
    outside = sum(amount for where, amount in tpp.items() if law.tier(where, day) != 1)
    most = exact(plan.policy.get("outside_tier1_share", law.OUTSIDE_TIER_1_SHARE))
    if outside > most * total:
        text = f"share outside Tier 1 {when}: {outside} of {total} TPP, more than {most}"
        yield Past("outside_tier1_share", period, outside - most * total, text)
    each = exact(plan.policy.get("destination_share", law.DESTINATION_SHARE))
    for where, amount in sorted(tpp.items()):
        if law.tier(where, day) == 2 and amount > each * total:
            text = f"destination share {where} {when}: {amount} of {total} TPP, more than {each}"
            yield Past(f"destination_share[{where}]", period, amount - each * total, text)


def _compute_standing(standing: Standing, period: int) -> tuple[dict[str, int], int]:
    """Return TPP by destination, installed and placed, and the denominator of the shares."""
    plan = standing.plan
    tpp: dict[str, int] = {}
    for row in plan.installed:
        where = law.destination(place(plan, row)[1])
        tpp[where] = tpp.get(where, 0) + int(row["units"]) * plan.accelerators[row["accelerator"]].tpp
    delivered = sum(tpp.values()) + sum(acc.delivered[period] * acc.tpp for acc in plan.accelerators.values())
    for site in plan.sites.values():
        where = law.destination(site.country)
        placed = sum(standing.placed(site.key, key, period) * acc.tpp for key, acc in plan.accelerators.items())
        tpp[where] = tpp.get(where, 0) + placed
    by_standing = plan.policy.get("share_denominator", "standing") == "standing"
    return tpp, sum(tpp.values()) if by_standing else delivered


def _national_cap(standing: Standing, period: int) -> Iterator[Past]:
    plan = standing.plan
    when, day = plan.labels[period], plan.first_days[period]
    exempt = flag(plan.policy.get("validated_exempt_from_national_cap", False))
    if exempt and law.tier(plan.headquarters, day) == 1:
        return
    cap = exact(plan.policy.get("national_cap", law.NATIONAL_CAP))
    unit = str(plan.policy.get("national_cap_unit", "chips"))
    for where, amount in sorted(_cap_usage(standing, period, unit).items()):
        if law.tier(where, day) == 2 and amount > cap:
            text = f"national cap {where} {when}: {float(amount)} {unit}, more than {cap}"
            yield Past(f"national_cap[{where}]", period, amount - cap, text)


def _cap_usage(standing: Standing, period: int, unit: str) -> dict[str, Fraction]:
    """Return what counts toward the cap by destination: the plan's chips, recent stock and others' use."""
    plan = standing.plan
    used: dict[str, Fraction] = {}

    def count(country: str, chips: int, tpp: int) -> None:
        amount = {"chips": Fraction(chips), "tpp": Fraction(tpp), "h100_equivalents": Fraction(tpp, law.H100_TPP)}[unit]
        where = law.destination(country)
        used[where] = used.get(where, Fraction(0)) + amount

    for site in plan.sites.values():
        for key, accelerator in plan.accelerators.items():
            chips = standing.placed(site.key, key, period)
            count(site.country, chips, chips * accelerator.tpp)
    for row in plan.installed:
        if str(row.get("placed_on") or "")[:10] >= law.IN_FORCE_FROM.isoformat():
            chips = int(row["units"])
            count(place(plan, row)[1], chips, chips * plan.accelerators[row["accelerator"]].tpp)
    now = absolute_period(plan.labels[period], plan.periods_per_year)
    for country, rows in plan.external_use.items():
        levels = [carried_forward(rows, column, now, plan.periods_per_year) for column in ("units", "tpp")]
        count(country, *levels)
    return used
