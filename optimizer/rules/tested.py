"""When a share is tested: in every period, or on the stock of reporting dates.

A reporting date is tested on the close of the period before it (`opening`), of its own (`closing`), or both: the order of
events inside a period is not modelled. A date belongs to the period that contains it; whether the rule binds is asked of
that period. The close before the plan is the installed fleet alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from optimizer.schema.calendar import period_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case

CONTINUOUSLY = "continuously"
OPENING, CLOSING, BOTH = "opening", "closing", "both"
INSTALLATION = "installation"


@dataclass(frozen=True, slots=True, order=True)
class Stock:
    """The stock at the close of a period; -1 is what stood before the plan."""

    period: int

    def label(self, case: Case) -> str:
        """Return the label of the period, also of the one before the plan."""
        horizon = case.plan.horizon
        return period_label(horizon.start_index + self.period, horizon.length)


def tested_stocks(case: Case, spec: RuleSpec) -> Iterator[Stock]:
    """Yield each stock that a rule tests, in order."""
    if spec.test_dates is None or case.policy.choice(spec.test_times, "") == CONTINUOUSLY:
        yield from (Stock(period) for period in range(case.num_periods) if case.binds(spec, period))
        return
    wanted = case.policy.choice(spec.test_stock, BOTH)
    found: set[int] = set()
    for period in range(case.num_periods):
        if case.binds(spec, period) and any(_dates_in(case, spec, period)):
            if wanted in {CLOSING, BOTH}:
                found.add(period)
            if wanted in {OPENING, BOTH} and _is_in_force_at_close(case, period - 1):
                found.add(period - 1)
    yield from map(Stock, sorted(found))


def reporting_dates(case: Case, days: tuple[str, ...]) -> Iterator[date]:
    """Yield the reporting dates inside the plan from the pack's first day on."""
    horizon = case.plan.horizon
    first, end = horizon.first_day(0), horizon.first_day(case.num_periods)
    for year in range(first.year, end.year + 1):
        for text in days:
            day = date(year, *map(int, text.split("-")))
            if first <= day < end and day >= case.policy.effective_from:
                yield day


def _dates_in(case: Case, spec: RuleSpec, period: int) -> Iterator[date]:
    horizon = case.plan.horizon
    first, last = horizon.first_day(period), horizon.last_day(period)
    days = case.policy.listed(spec.test_dates)
    yield from (day for day in reporting_dates(case, days) if first <= day <= last)


def _is_in_force_at_close(case: Case, period: int) -> bool:
    if period >= 0:
        return case.is_in_force(period)
    return case.plan.horizon.first_day(0) - timedelta(days=1) >= case.policy.effective_from


def counted_period(case: Case, spec: RuleSpec, stock: Stock) -> int:
    """Return the period whose stock counts: with `counted_from = installation` additions count a period later."""
    is_late = case.policy.choice(spec.counted_from, "") == INSTALLATION
    return max(-1, stock.period - 1) if is_late else stock.period
