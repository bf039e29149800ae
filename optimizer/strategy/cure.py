"""A cure for a fleet in breach: as few tested stocks in breach as possible, then the largest value.

Whether a plan exists with each breached setting kept after a given number of its tests can only become truer with more
tests, so the fewest are found by bisection for each setting alone, then, where those cannot hold together, by adding one
test after the other. Every answer is a search of its own with ordinary limits (`optimizer.rules.breach`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice, product
from typing import TYPE_CHECKING

from optimizer.rules.breach import cure_limits, cures_of
from optimizer.rules.ledger import Ledger
from optimizer.strategy.outcome import Outcome, Status, status_of
from optimizer.strategy.search import search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from optimizer.rules.breach import BreachedGroup, Cure
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.solve.session import Session
    from optimizer.strategy.options import SearchOptions, SearchProgress

Counts = tuple[int, ...]
"""Tests in breach, by breached group."""
ANY_PLAN_GAP = 10.0
"""Gap of a search for whether any plan exists: it ends with the first one found."""
MOST_TRIALS = 400
"""Combinations of several breached settings that are tried before the earliest cure is left unproven."""


def search_cure(
    case: Case,
    limits: tuple[Limit, ...],
    groups: tuple[BreachedGroup, ...],
    options: SearchOptions,
    session: Session,
    on_progress: Callable[[SearchProgress], None] | None = None,
) -> Outcome:
    """Return the best plan among those that are in breach on the fewest tested stocks.

    Infeasible means that even a cure that never ends does not exist: some violation would have to rise.
    """
    trials = _Trials(case, limits, groups, options, session, on_progress)
    try:
        outcome, is_proven = trials.best(), trials.is_certain
    except _StoppedError as stop:
        outcome, is_proven = trials.stopped_at(stop.outcome), False
    return replace(outcome, cures=_cures(case, groups, outcome), is_earliest_proven=is_proven)


class _StoppedError(Exception):
    """The clock or Ctrl-C ended a search: no further one is begun."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


@dataclass
class _Trials:
    """Searches under given numbers of tests in breach, each made once."""

    case: Case
    limits: tuple[Limit, ...]
    groups: tuple[BreachedGroup, ...]
    options: SearchOptions
    session: Session
    on_progress: Callable[[SearchProgress], None] | None
    started: float = field(default_factory=time.monotonic)
    is_certain: bool = True
    fallback: Outcome | None = None
    """The plan found so far with the fewest tests in breach, then the largest value."""
    _found: dict[Counts, bool] = field(default_factory=dict)

    def best(self) -> Outcome:
        """Return the plan of largest value among those with the fewest tests in breach, with the bound of them all."""
        outcomes = [self._solve(counts, self.options) for counts in self.fewest() or [self.never]]
        placed = [outcome for outcome in outcomes if outcome.objective is not None]
        best = max(placed, key=lambda outcome: outcome.objective or Fraction(0), default=outcomes[0])
        bounds = [outcome.best_bound for outcome in outcomes if outcome.status is not Status.INFEASIBLE]
        is_known = self.is_certain and None not in bounds
        bound = max((bound for bound in bounds if bound is not None), default=None) if is_known else None
        if best.status is Status.INFEASIBLE:
            return best
        return replace(best, best_bound=bound, status=status_of(best.objective, bound, self.options.relative_gap))

    def stopped_at(self, outcome: Outcome) -> Outcome:
        """Return the best plan so far; what its search proved is no bound of the fewest tests in breach."""
        found = self.fallback or outcome
        status = Status.FEASIBLE if found.placement is not None else Status.UNKNOWN
        return replace(
            found,
            status=status,
            best_bound=None,
            stopped_by=outcome.stopped_by,
            interrupted=outcome.interrupted,
        )

    @property
    def never(self) -> Counts:
        """Return the counts of a cure that does not end inside the plan."""
        return tuple(group.num_tests for group in self.groups)

    def _solve(self, counts: Counts, options: SearchOptions) -> Outcome:
        """Search under the limits of a cure; raises _StoppedError where the search was stopped."""
        in_breach = {group.group: count for group, count in zip(self.groups, counts, strict=True)}
        eased = cure_limits(self.case, self.limits, self.groups, in_breach)
        own = options.after(time.monotonic() - self.started)
        outcome = search(self.case, eased, own, self.session, self.on_progress)
        if self.fallback is None or self._rank(outcome) > self._rank(self.fallback):
            self.fallback = outcome
        if outcome.stopped_by is not None:
            raise _StoppedError(outcome)
        return outcome

    def _rank(self, outcome: Outcome) -> tuple[bool, int, Fraction]:
        in_breach = sum(cure.tests_in_breach for cure in _cures(self.case, self.groups, outcome))
        return (outcome.placement is not None, -in_breach, outcome.objective or Fraction(0))

    def is_possible(self, counts: Counts) -> bool:
        """Return whether a plan exists."""
        if counts not in self._found:
            outcome = self._solve(counts, replace(self.options, relative_gap=ANY_PLAN_GAP))
            self._found[counts] = outcome.placement is not None
        return self._found[counts]

    def fewest(self) -> list[Counts]:
        """Return every combination of the smallest total for which a plan exists; none where there is none at all."""
        if not self.is_possible(self.never):
            return []
        least = tuple(self._least_alone(number) for number in range(len(self.groups)))
        tried = 0
        for more in range(sum(self.never) - sum(least) + 1):
            combinations = list(islice(_with_more(least, self.never, more), MOST_TRIALS - tried + 1))
            if len(combinations) > MOST_TRIALS - tried:
                combinations.pop()
                self.is_certain = False
            possible = [counts for counts in combinations if self.is_possible(counts)]
            if possible:
                return possible
            tried += len(combinations)
            if tried >= MOST_TRIALS:
                break
        self.is_certain = False
        return [self.never]

    def _least_alone(self, number: int) -> int:
        """Return the fewest tests in breach of one group, the others taking all they like."""
        low, high = 0, self.never[number]
        while low < high:
            middle = (low + high) // 2
            counts = (*self.never[:number], middle, *self.never[number + 1 :])
            low, high = (low, middle) if self.is_possible(counts) else (middle + 1, high)
        return low


def _with_more(least: Counts, most: Counts, more: int) -> Iterator[Counts]:
    """Yield the combinations between least and most whose total is `more` above the least."""
    ranges = (range(min(more, high - low) + 1) for low, high in zip(least, most, strict=True))
    for added in product(*ranges):
        if sum(added) == more:
            yield tuple(low + extra for low, extra in zip(least, added, strict=True))


def _cures(case: Case, groups: Sequence[BreachedGroup], outcome: Outcome) -> tuple[Cure, ...]:
    value_of = None if outcome.placement is None else Ledger(case, outcome.placement).value
    return cures_of(groups, value_of)
