"""What a last plan asks of the next one, in words: near quarters stay, and each unit that does not come as planned costs.

Only additions are looked at: those of periods that both plans have. What was added before is no part of it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.oracle.brute_force import Schedule, announced_terms, optimum
from tests.oracle.money import factor
from tests.oracle.plan_facts import PlanFacts, Row, read_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

Planned = dict[tuple[str, str], dict[int, int]]
"""Units added by site and accelerator, by period of the plan at hand."""


def planned_additions(plan: PlanFacts, last: Row) -> Planned:
    """Return what the result of a last plan adds in the periods of a plan."""
    planned: Planned = defaultdict(dict)
    for row in last["placements"]:
        if row["period"] in plan.index and int(row["units_added"]):
            planned[row["site"], row["accelerator"]][plan.index[row["period"]]] = int(row["units_added"])
    return planned


def added_in(row: tuple[int, ...], period: int) -> int:
    """Return the units that a row of stock adds in a period."""
    return row[period] - (row[period - 1] if period else 0)


def moved_units(planned: Planned, schedules: Mapping[tuple[str, str], tuple[int, ...]]) -> dict[int, int]:
    """Return, by period, how many of the units planned for it do not come to their site."""
    missing: dict[int, int] = defaultdict(int)
    for pair, by_period in planned.items():
        for period, units in by_period.items():
            comes = added_in(schedules[pair], period) if pair in schedules else 0
            missing[period] += max(0, units - comes)
    return missing


def _frozen_periods(plan: PlanFacts, last: Row, through: str | None) -> list[int]:
    both = [k for k, label in enumerate(plan.labels) if label in last["plan"]["periods"]]
    return [k for k in both if through is not None and k <= plan.index[through]]


def is_frozen_and_gone(document: Row, last: Row, through: str | None) -> bool:
    """Return whether a unit is frozen at a site that a plan no longer has."""
    plan = read_plan(document)
    frozen = _frozen_periods(plan, last, through)
    planned = planned_additions(plan, last)
    return any(site not in plan.sites and any(k in frozen for k in row) for (site, _), row in planned.items())


def best_after(document: Row, last: Row, through: str | None, price: Fraction) -> Fraction | None:
    """Return the exact optimum of a plan after a last one, None where there is none.

    `document` says nothing of the last plan.
    """
    plan = read_plan(document)
    planned = planned_additions(plan, last)
    frozen = _frozen_periods(plan, last, through)
    later: Planned = {
        pair: {k: units for k, units in by_period.items() if k not in frozen} for pair, by_period in planned.items()
    }

    def keeps(schedules: Mapping[str, Schedule], _is_complete: bool) -> bool:
        return all(
            added_in(row, period) == planned.get((site, key), {}).get(period, 0)
            for site, schedule in schedules.items()
            for key, row in schedule.items()
            for period in frozen
        )

    def charge(site: str, schedule: Schedule) -> Fraction:
        own = {pair: by_period for pair, by_period in later.items() if pair[0] == site}
        missing = moved_units(own, {(site, key): row for key, row in schedule.items()})
        return sum((price * factor(plan, period) * units for period, units in missing.items()), Fraction(0))

    gone = {pair: by_period for pair, by_period in later.items() if pair[0] not in plan.sites}
    for_gone = sum((price * factor(plan, k) * units for k, units in moved_units(gone, {}).items()), Fraction(0))
    found = optimum(plan, replace(announced_terms(plan), permits=keeps, charge=charge))
    return None if found is None else found[1] - for_gone


def as_last(plan: PlanFacts, result: dict[str, Any]) -> dict[str, Any]:
    """Return a result in the form in which `solve` writes it, as far as a last plan is read from it."""
    return {**result, "status": "optimal", "plan": {"periods": list(plan.labels)}}
