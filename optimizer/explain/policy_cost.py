"""What the policy costs: the plan's value without it less its value with it, as a proven interval.

Against a named baseline pack the whole policy is exchanged; rule by rule only that rule is left out. Single costs do not
add up, since one rule stands in for another; the difference is shown as the interaction. Then destination by destination
(`optimizer.explain.lifted`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.explain.lifted import Lifted, lifted_by_country
from optimizer.explain.value import Label
from optimizer.policies.load import load_policy
from optimizer.rules.case import make_case
from optimizer.rules.ledger import Ledger
from optimizer.rules.limit import Placed
from optimizer.rules.measures import TPP
from optimizer.rules.registry import compile_limits
from optimizer.strategy.search import search

if TYPE_CHECKING:
    from optimizer.explain.budget import Budget
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Limit
    from optimizer.strategy.options import SearchOptions
    from optimizer.strategy.outcome import Outcome

BASELINE = "unrestricted"
"""The pack that lifts shares and caps and keeps embargoed destinations closed."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What some rules cost together. None: not proven."""

    rules: tuple[str, ...]
    lower: Fraction | None
    upper: Fraction | None


@dataclass(frozen=True, slots=True)
class CountryCost:
    """TPP placed in one destination at the end, with the policy and under the baseline."""

    destination: str
    tpp_with: Exact
    tpp_without: Exact


@dataclass(frozen=True)
class PolicyCost:
    """The cost of the whole policy and of each of its rules."""

    baseline: str
    total: Cost
    by_rule: tuple[Cost, ...]
    countries: tuple[CountryCost, ...]
    is_complete: bool
    """False where the budget ended before every rule was lifted."""
    by_country: tuple[Lifted, ...] = ()
    """What the limits on single destinations cost, most first."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return the destinations that there was no time for."""
        return tuple(one.destination for one in self.by_country if one.label is Label.SCREENED)

    @property
    def interaction(self) -> tuple[Fraction | None, Fraction | None]:
        """Return the total less the sum of the single rules, at least and at most."""
        lowers, uppers = [one.lower for one in self.by_rule], [one.upper for one in self.by_rule]
        known = self.is_complete and bool(self.by_rule)
        least = _difference(self.total.lower, _sum(uppers)) if known else None
        most = _difference(self.total.upper, _sum(lowers)) if known else None
        return least, most


def policy_cost(
    outcome: Outcome, options: SearchOptions, budget: Budget, *, baseline: str = BASELINE
) -> PolicyCost | None:
    """Return what the policy of a finished run costs against a baseline pack; None without a placement or time.

    Raises InputError for a baseline that does not exist.
    """
    if outcome.placement is None or budget.is_over():
        return None
    free_case = make_case(outcome.case.plan, policy=baseline)
    free = _solve(free_case, compile_limits(free_case), outcome, options, budget)
    rules = _rules_lifted(outcome.case, baseline, outcome.limits)
    singles = []
    for rule in rules:
        if budget.is_over():
            break
        limits = tuple(limit for limit in outcome.limits if limit.rule != rule)
        singles.append(_cost((rule,), outcome, _solve(outcome.case, limits, outcome, options, budget)))
    return PolicyCost(
        baseline,
        _cost(rules, outcome, free),
        tuple(singles),
        _countries(outcome, free),
        len(singles) == len(rules),
        lifted_by_country(outcome, options, budget),
    )


def _rules_lifted(case: Case, baseline: str, limits: tuple[Limit, ...]) -> tuple[str, ...]:
    """Return the rules of the policy that bind here and that the baseline does not have."""
    kept = {spec.name for spec in load_policy(baseline).rules}
    present = {limit.rule for limit in limits}
    return tuple(spec.name for spec in case.policy.rules if spec.name in present and spec.name not in kept)


def _solve(case: Case, limits: tuple[Limit, ...], outcome: Outcome, options: SearchOptions, budget: Budget) -> Outcome:
    budget.num_solves += 1
    own = replace(options, time_limit_seconds=budget.part(options.time_limit_seconds))
    start = outcome.placement
    if start is not None and case is not outcome.case:
        start = replace(start, entered_units={})
    return search(case, limits, own, budget.session, start=start, prices=outcome.value_search.prices)


def _cost(rules: tuple[str, ...], outcome: Outcome, free: Outcome) -> Cost:
    lower = _difference(free.objective, outcome.best_bound)
    upper = _difference(free.best_bound, outcome.objective)
    nothing = Fraction(0)
    return Cost(rules, max(nothing, lower) if lower is not None else nothing, upper)


def _countries(outcome: Outcome, free: Outcome) -> tuple[CountryCost, ...]:
    if outcome.placement is None or free.placement is None:
        return ()
    case, last = outcome.case, outcome.case.num_periods - 1
    here, there = Ledger(case, outcome.placement), Ledger(free.case, free.placement)
    rows = (
        CountryCost(place, here.value(Placed(TPP, place, last)), there.value(Placed(TPP, place, last)))
        for place in case.sites_by_destination
    )
    return tuple(row for row in rows if row.tpp_with or row.tpp_without)


def _difference(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one - other


def _sum(values: list[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) if len(known) == len(values) else None
