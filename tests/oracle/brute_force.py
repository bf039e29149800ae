"""The optimum of a tiny plan by exhaustion, in exact arithmetic: `best(plan_document)`.

Every site's whole schedules (blocks of each accelerator, never shrinking) are listed and judged on their own; then all
combinations of one schedule per site are walked, except those that provably cannot count:
- a coupling limit that fails even if every site still to come takes the schedule best for that limit;
- a value that cannot beat the best found even if every site still to come takes its most valuable schedule.
What is charged for going past limits that have a price only lowers a value; it is taken off a whole combination.

A site opens in the first period in which it holds units. Opening earlier, or without units, never pays: costs are not
negative, factors do not rise (rate >= 0), and the credit at the end is at most the opening cost at the end's factor;
nor does it ever permit more, since being open only switches minimums on.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.oracle.coupling import ConditionalRow, LinearRow, conditional_rows, linear_rows
from tests.oracle.independent_checker import bought
from tests.oracle.law import IN_FORCE_FROM, tier
from tests.oracle.money import opening_terms, unit_terms
from tests.oracle.plan_facts import AcceleratorFacts, PlanFacts, Row, SiteFacts, read_plan
from tests.oracle.service import best_service, most_service
from tests.oracle.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

Schedule = dict[str, tuple[int, ...]]
"""Units standing by accelerator and period at one site."""
LARGEST_INT64 = 2**62


@dataclass(frozen=True)
class PolicyTerms:
    """What a policy adds to the physical and contractual limits of a plan."""

    is_closed: Callable[[SiteFacts, int], bool]
    """Whether nothing may be added at a site in a period."""
    rows: tuple[LinearRow, ...] = ()
    permits: Callable[[Mapping[str, Schedule], bool], bool] = lambda _schedules, _is_complete: True
    """Whether schedules by site may stand together; of part of the sites it may say no only if adding cannot help."""
    service: Callable[[Mapping[str, Schedule]], Fraction | None] = lambda _schedules: Fraction(0)
    """What the schedules of all sites earn by serving workloads; None where they cannot serve what they must."""
    most_service: Fraction = Fraction(0)


@dataclass(frozen=True)
class Option:
    """One schedule of one site: its worth in common money steps and its first open period (None: stays shut)."""

    schedule: Schedule
    opened: int | None
    worth: int


def best(plan_document: Row) -> Fraction | None:
    """Return the exact optimal objective, or None when no plan exists."""
    found = best_result(plan_document)
    return None if found is None else Fraction(found["objective_exact"])


def best_result(plan_document: Row) -> dict[str, Any] | None:
    """Return an optimal placement in the form of the tool's JSON result, or None when no plan exists."""
    plan = read_plan(plan_document)
    chosen = optimum(plan, _announced_terms(plan))
    return None if chosen is None else as_result(plan, *chosen)


def _announced_terms(plan: PlanFacts) -> PolicyTerms:
    """Return the closures of the packs written before the rule was published; `linear_rows` holds the rest of them."""

    def is_closed(site: SiteFacts, period: int) -> bool:
        return plan.policy.get("name", "three-tier-2025-01") != "physical-only" and any(
            tier(country, plan.first_days[period]) == 3 and plan.first_days[period] >= IN_FORCE_FROM
            for country in (site.country, plan.headquarters)
        )

    if not plan.workloads:
        return PolicyTerms(is_closed)

    def service(schedules: Mapping[str, Schedule]) -> Fraction | None:
        return best_service(plan, lambda site, key, period: schedules[site][key][period])

    return PolicyTerms(is_closed, service=service, most_service=most_service(plan))


def optimum(plan: PlanFacts, terms: PolicyTerms) -> tuple[list[Option], Fraction] | None:
    """Return one option per site, with their worth in money, that is best under the terms; None when no plan exists."""
    if plan.rate < 0:
        msg = "the argument for opening with the first units needs a rate >= 0"
        raise ValueError(msg)

    @cache
    def unit_worth(site: str, accelerator: str, period: int) -> Fraction:
        terms = unit_terms(plan, plan.sites[site], plan.accelerators[accelerator], period)
        return sum(terms.values(), Fraction(0))

    worths = {
        site.key: [(s, o, _worth(plan, site, s, o, unit_worth)) for s, o in _schedules(plan, site, terms)]
        for site in _sites(plan)
    }
    step = lcm(*(worth.denominator for listed in worths.values() for _, _, worth in listed))
    options = [
        sorted((Option(s, o, int(worth * step)) for s, o, worth in worths[site.key]), key=lambda option: -option.worth)
        for site in _sites(plan)
    ]
    search = _Search(plan, options, terms, step)
    chosen = search.run()
    return None if chosen is None or search.best is None else (chosen, Fraction(search.best) / step)


def _sites(plan: PlanFacts) -> list[SiteFacts]:
    return list(plan.sites.values())


def _schedules(plan: PlanFacts, site: SiteFacts, terms: PolicyTerms) -> Iterator[tuple[Schedule, int | None]]:
    """Yield every schedule the site itself permits, with the period it opens in."""
    rows = [list(_rows_of(plan, site, key, terms)) for key in plan.accelerators]
    for combination in product(*rows):
        schedule = dict(zip(plan.accelerators, combination, strict=True))
        total = [sum(row[period] for row in combination) for period in range(plan.num_periods)]
        first = next((period for period, units in enumerate(total) if units), None)
        if _permits(plan, site, schedule, total):
            yield schedule, first


def _rows_of(plan: PlanFacts, site: SiteFacts, key: str, terms: PolicyTerms) -> Iterator[tuple[int, ...]]:
    """Yield every non-shrinking row of whole blocks of one accelerator that deliveries, dates and closures permit."""
    accelerator = plan.accelerators[key]
    highest = [units // accelerator.block for units in accelerator.delivered]
    if f"deliveries[{key}]" in plan.prices:
        highest = [_most_powered(site, accelerator, power) for power in site.power_mw] if any(highest) else highest

    def may_add(period: int) -> bool:
        listed = plan.values is None or (site.key, key, period) in plan.values
        return key in site.allowed and period >= site.opens_from and listed and not terms.is_closed(site, period)

    def extend(row: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        period, held = len(row), row[-1] if row else 0
        if period == plan.num_periods:
            yield tuple(blocks * accelerator.block for blocks in row)
            return
        for blocks in range(held, highest[period] + 1 if may_add(period) else held + 1):
            yield from extend((*row, blocks))

    return extend(())


def _most_powered(site: SiteFacts, accelerator: AcceleratorFacts, power_mw: Fraction) -> int:
    """Return the blocks that a site's power carries, which ends a search where deliveries may be exceeded at a price."""
    return int(power_mw * 1000 / (accelerator.power_kw * site.pue * accelerator.block))


def _permits(plan: PlanFacts, site: SiteFacts, schedule: Schedule, total: list[int]) -> bool:
    """Return whether power, the unit limits and the minimum if open hold at the site in every period."""
    at_site = sum(site.installed.values())
    hard = {rule for rule in ("site_power", "max_units", "min_units") if f"{rule}[{site.key}]" not in plan.prices}
    for period in range(plan.num_periods):
        draw = sum((row[period] * plan.accelerators[key].power_kw for key, row in schedule.items()), Fraction(0))
        if site.power_includes_installed:
            draw += sum(units * plan.accelerators[key].power_kw for key, units in site.installed.items())
        if "site_power" in hard and draw * site.pue / 1000 > site.power_mw[period]:
            return False
        standing = at_site + total[period]
        if "max_units" in hard and site.max_units is not None and standing > site.max_units:
            return False
        is_open = site.has_installed or total[period] > 0
        if "min_units" in hard and is_open and standing < site.min_units_if_open:
            return False
    return True


def _worth(
    plan: PlanFacts,
    site: SiteFacts,
    schedule: Schedule,
    opened: int | None,
    unit_worth: Callable[[str, str, int], Fraction],
) -> Fraction:
    money = Fraction(0) if opened is None else sum(opening_terms(plan, site, opened).values(), Fraction(0))
    for key, row in schedule.items():
        for period, units in enumerate(row):
            if added := units - (row[period - 1] if period else 0):
                money += added * unit_worth(site.key, key, period)
    return money


class _Search:
    """Walks the combinations, most valuable schedules first."""

    def __init__(self, plan: PlanFacts, options: list[list[Option]], terms: PolicyTerms, step: int) -> None:
        self.plan, self.step = plan, step
        names = [site.key for site in _sites(plan)]
        self.names, self.permits = names, terms.permits
        self.service, self.most_service = terms.service, terms.most_service * step
        self.options = options = [
            [option for option in listed if terms.permits({name: option.schedule}, False)]
            for name, listed in zip(names, options, strict=True)
        ]
        rows = [*linear_rows(plan), *terms.rows]
        self.conditional: list[ConditionalRow] = conditional_rows(plan)
        self.bounds = np.array([row.bound for row in rows], dtype=np.int64)
        self.usage = [
            np.array([[row.usage(name, option.schedule) for row in rows] for option in listed], dtype=np.int64)
            for name, listed in zip(names, options, strict=True)
        ]
        _refuse_overflow(rows, self.usage)
        self.best: Fraction | int | None = None
        """The value of the best combination, in money steps."""
        self.chosen: list[Option] | None = None

    def run(self) -> list[Option] | None:
        if not all(self.options):
            return None
        last = len(self.options)
        self.least = [np.zeros_like(self.bounds) for _ in range(last + 1)]
        self.most = [0] * (last + 1)
        for depth in reversed(range(last)):
            self.least[depth] = self.least[depth + 1] + self.usage[depth].min(axis=0)
            self.most[depth] = self.most[depth + 1] + self.options[depth][0].worth
        self._walk([], self.bounds.copy(), 0)
        return self.chosen

    def _walk(self, chosen: list[Option], room: NDArray[np.int64], worth: int) -> None:
        depth = len(chosen)
        if depth == len(self.options):
            if all(row.holds([option.schedule for option in chosen]) for row in self.conditional):
                served = self.service(dict(zip(self.names, (option.schedule for option in chosen), strict=True)))
                value = worth - self._charge(chosen) + (served or 0) * self.step
                if served is not None and (self.best is None or value > self.best):
                    self.best, self.chosen = value, chosen
            return
        fits = (self.usage[depth] + self.least[depth + 1] <= room).all(axis=1)
        for number in np.flatnonzero(fits):
            option = self.options[depth][number]
            most = worth + option.worth + self.most[depth + 1] + self.most_service
            if self.best is not None and most <= self.best:
                return
            together = [*chosen, option]
            schedules = {name: each.schedule for name, each in zip(self.names, together, strict=False)}
            if self.permits(schedules, len(together) == len(self.options)):
                self._walk(together, room - self.usage[depth][number], worth + option.worth)

    def _charge(self, chosen: list[Option]) -> Fraction | int:
        """Return what a combination pays for going past limits beside those on service, in money steps."""
        if not self.plan.prices:
            return 0
        named = list(zip(self.names, chosen, strict=True))
        units = {(name, key): row for name, option in named for key, row in option.schedule.items()}
        opened = {name: option.opened for name, option in named if option.opened is not None}
        return bought(Standing(self.plan, units, opened), with_service=False) * self.step


def _refuse_overflow(rows: list[LinearRow], usage: list[NDArray[np.int64]]) -> None:
    largest = sum(int(np.abs(matrix).max(initial=0)) for matrix in usage)
    if largest + max((abs(row.bound) for row in rows), default=0) > LARGEST_INT64:
        msg = "numbers too large for the brute force"
        raise ValueError(msg)


def as_result(plan: PlanFacts, chosen: list[Option], objective: Fraction) -> dict[str, Any]:
    """Return a placement in the form of the tool's JSON result."""
    placements, openings = [], []
    for site, option in zip(_sites(plan), chosen, strict=True):
        if option.opened is not None and not site.has_installed:
            openings.append({"site": site.key, "period": plan.labels[option.opened]})
        for key, row in option.schedule.items():
            for period, units in enumerate(row):
                added = units - (row[period - 1] if period else 0)
                where = {"site": site.key, "country": site.country, "accelerator": key, "period": plan.labels[period]}
                placements += [{**where, "units_added": added, "units_standing": units}] if units else []
    return {"placements": placements, "openings": openings, "objective_exact": str(objective)}
