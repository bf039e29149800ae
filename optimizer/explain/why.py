"""Why a site is used or not: what forcing it open costs, what stands in the way, and when it would be used.

An unused site is forced open by asking for one block there; its cost is a proven interval. The power price (or the value
multiplier) at which it would be used comes from the best forced plan: the price at which that plan is worth more than any
plan without the site can be (Dinkelbach's method, each step a search). A used site is shut, and what is lost is its
replacement cost; without any plan left it is irreplaceable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.economics.changing import evaluate
from optimizer.economics.worth import Worth
from optimizer.explain.conflict import Conflict, find_conflict
from optimizer.explain.feasibility import Feasibility
from optimizer.explain.setting import settings_of
from optimizer.model.halls import with_modules_for_stock
from optimizer.rules.limit import Expression, Limit, Sense, Standing
from optimizer.rules.registry import compile_limits
from optimizer.schema.limit_kind import LimitKind
from optimizer.strategy.outcome import Status
from optimizer.strategy.search import search
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.explain.budget import Budget
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement
    from optimizer.schema.plan import Site
    from optimizer.strategy.options import SearchOptions
    from optimizer.strategy.outcome import Outcome

WANTED = "wanted_site"
"""The rule of the limit that asks for a site to be used, or to stay empty."""
MOST_PRICES = 4
"""Searches for the price at which a site would be used."""


@dataclass(frozen=True, slots=True)
class Question:
    """A site, and where it matters an accelerator and the period by which it should stand there."""

    site: int
    sku: int | None = None
    period: int | None = None


@dataclass(frozen=True)
class Reason:
    """The answer. Money is at least `lower` and at most `upper`; `upper` None: no end is proven."""

    question: Question
    is_used: bool
    outcome: Outcome
    """The plan asked about."""
    other: Outcome
    """The plan with the site forced open, or shut."""
    lower: Fraction
    upper: Fraction | None
    is_impossible: bool
    """No plan uses the site at all, or none does without it: it is irreplaceable."""
    conflict: Conflict | None
    """What rules the site out, where it is impossible."""
    in_the_way: tuple[Limit, ...]
    """Limits that one block more there would break in the plan as it is."""
    energy_price: Fraction | None
    """Energy price per MWh, the same in every period, at or below which the site is used; None: no price does it, or it
    was not found."""
    value_multiplier: Fraction | None
    """Value multiplier at or above which it is used."""


@dataclass(frozen=True)
class Why:
    """Answers questions about the sites of one finished run."""

    outcome: Outcome
    options: SearchOptions
    budget: Budget

    def answer(self, question: Question) -> Reason:
        """Return why the site is used, or not. The run must have a placement."""
        case = self.outcome.case
        placement = self.outcome.placement
        is_used = placement is not None and _units(case, placement, question) > 0
        limit = _shut(case, question) if is_used else _wanted(case, question)
        limits = (*self.outcome.limits, limit)
        other = self._search(case, limits)
        is_impossible = other.status is Status.INFEASIBLE
        lower, upper = self._interval(other)
        conflict, price, multiplier = None, None, None
        if is_impossible and not self.budget.is_over():
            feasibility = Feasibility(self.options, self.budget)
            conflict = find_conflict(case, settings_of(case, limits), feasibility)
        if not is_used and other.placement is not None and case.plan.values_usd_per_unit is None:
            price = self._threshold(question, other, lambda figure: _with_price(case, figure, question.site))
            multiplier = self._threshold(question, other, lambda figure: _with_multiplier(case, figure, question.site))
        in_the_way = (
            () if is_used or placement is None else blocking_limits(case, self.outcome.limits, placement, question)
        )
        return Reason(
            question,
            is_used,
            self.outcome,
            other,
            lower,
            None if is_impossible else upper,
            is_impossible,
            conflict,
            in_the_way,
            price,
            multiplier,
        )

    def _search(self, case: Case, limits: tuple[Limit, ...]) -> Outcome:
        self.budget.num_solves += 1
        options = replace(self.options, time_limit_seconds=self.budget.part(self.options.time_limit_seconds))
        start, prices = self.outcome.placement, self.outcome.value_search.prices
        return search(case, limits, options, self.budget.session, start=start, prices=prices)

    def _interval(self, other: Outcome) -> tuple[Fraction, Fraction | None]:
        """Return what the plan asked about is worth more than the other, at least and at most."""
        mine, bound = self.outcome.objective, self.outcome.best_bound
        lower = Fraction(0)
        if mine is not None and other.best_bound is not None:
            lower = max(lower, mine - other.best_bound)
        upper = None if bound is None or other.objective is None else max(Fraction(0), bound - other.objective)
        return lower, upper

    def _threshold(self, question: Question, forced: Outcome, case_at: Callable[[Fraction], Case]) -> Fraction | None:
        """Return a figure of the site at which a plan that uses it is worth more than any plan that does not.

        The worth of a placement is linear in the figure; the bound of today's plan holds for all plans without the site.
        Where the best forced plan of today is not worth it even for nothing, the best one at nothing is asked next: more
        may stand there then.
        """
        bound, best, found = self.outcome.best_bound, forced.placement, None
        was_free = False
        for _ in range(MOST_PRICES):
            if best is None or bound is None:
                break
            at_zero = _value_of(case_at(Fraction(0)), best)
            slope = _value_of(case_at(Fraction(1)), best) - at_zero
            figure = (bound - at_zero) / slope if slope else Fraction(-1)
            if slope < 0 and figure < 0 and not was_free:
                was_free, figure = True, Fraction(0)
            elif figure < 0 or (found is not None and (figure <= found if slope < 0 else figure >= found)):
                break
            else:
                found = figure
            best = None if self.budget.is_over() else self._at(case_at(figure), question)
        return found

    def _at(self, case: Case, question: Question) -> Placement | None:
        """Return the best placement that uses the site of a changed case."""
        limits = (*compile_limits(case), _wanted(case, question))
        self.budget.num_solves += 1
        options = replace(self.options, time_limit_seconds=self.budget.part(self.options.time_limit_seconds))
        return search(case, limits, options, self.budget.session).placement


def blocking_limits(
    case: Case, limits: tuple[Limit, ...], placement: Placement, question: Question
) -> tuple[Limit, ...]:
    """Return the limits that one block more at the site would break, for the accelerator that breaks fewest."""
    skus = [question.sku] if question.sku is not None else range(len(case.plan.accelerators))
    broken: list[tuple[Limit, ...]] = []
    for sku in skus:
        if not case.plan.delivered_units[sku][-1]:
            continue
        more = _with_one_block(case, placement, question.site, sku, question.period)
        if question.site in case.power.halls_at_site:
            more = with_modules_for_stock(case, limits, more, question.site)
        verdict = verify(case, limits, more)
        broken.append(tuple(reading.limit for reading in verdict.broken))
    return min(broken, key=len, default=())


def _with_one_block(case: Case, placement: Placement, site: int, sku: int, period: int | None) -> Placement:
    last = case.last_open(site)
    first = last if period is None else period
    block = case.plan.accelerators[sku].block
    row = tuple(
        units + (block if first <= when <= last else 0)
        for when, units in enumerate(placement.standing_units.get((site, sku), (0,) * case.num_periods))
    )
    opened = dict(placement.opened)
    if not case.is_open_from_the_start(site):
        opened[site] = min(first, opened.get(site, first))
    more = replace(placement, standing_units={**placement.standing_units, (site, sku): row}, opened=opened)
    if not placement.aged_units:
        return more
    before = placement.aged_units.get((site, sku, first), (0,) * case.num_periods)
    aged = tuple(units + (block if first <= when <= last else 0) for when, units in enumerate(before))
    return replace(more, aged_units={**placement.aged_units, (site, sku, first): aged})


def _units(case: Case, placement: Placement, question: Question) -> int:
    period = case.last_open(question.site) if question.period is None else question.period
    skus = range(len(case.plan.accelerators)) if question.sku is None else (question.sku,)
    return sum(placement.units(question.site, sku, period) for sku in skus)


def _wanted(case: Case, question: Question) -> Limit:
    return _limit(case, question, Sense.AT_LEAST, 1, "at least one block")


def _shut(case: Case, question: Question) -> Limit:
    return _limit(case, question, Sense.AT_MOST, 0, "nothing")


def _limit(case: Case, question: Question, sense: Sense, units: int, setting: str) -> Limit:
    period = case.last_open(question.site) if question.period is None else question.period
    skus = range(len(case.plan.accelerators)) if question.sku is None else (question.sku,)
    return Limit(
        rule=WANTED,
        scope=case.plan.sites[question.site].key,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=sense,
        usage=Expression(tuple((Standing(question.site, sku, period), 1) for sku in skus)),
        allowance=Expression(constant=units),
        unit="units",
        kind=LimitKind.CONTRACT,
        setting=setting,
        citation="the question",
    )


def _with_price(case: Case, price: Fraction, site: int) -> Case:
    return _with_site(case, site, replace(case.plan.sites[site], energy_price_usd_per_mwh=(price,) * case.num_periods))


def _with_multiplier(case: Case, multiplier: Fraction, site: int) -> Case:
    return _with_site(case, site, replace(case.plan.sites[site], value_multiplier=multiplier))


def _with_site(case: Case, number: int, site: Site) -> Case:
    sites = (*case.plan.sites[:number], site, *case.plan.sites[number + 1 :])
    return replace(case, plan=replace(case.plan, sites=sites))


def _value_of(case: Case, placement: Placement) -> Fraction:
    """Return the exact value of a placement."""
    open_at_no_cost = frozenset(filter(case.is_open_from_the_start, range(len(case.plan.sites))))
    return sum(evaluate(Worth(case.plan), placement, open_at_no_cost).values(), Fraction(0))
