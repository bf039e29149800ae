"""A fleet already in breach: which limits the installed fleet breaks by itself, and the limits of a cure.

In a cure the violation of a breached limit never rises from one tested stock to the next, and stays at zero from the
period of compliance on. For the periods before it a limit's allowance is raised by the violation of the stock before.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Sense

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Variable


@dataclass(frozen=True, slots=True)
class BreachedGroup:
    """A setting of the policy that the installed fleet alone breaks, with its limits inside the plan, in order."""

    group: str
    limits: tuple[Limit, ...]
    start: Exact
    """By how much the installed fleet breaks it, in the limits' unit."""

    @property
    def num_tests(self) -> int:
        """Return how many stocks of the plan the setting is tested on."""
        return len(self.limits)


@dataclass(frozen=True, slots=True)
class Cure:
    """How a limit that the installed fleet breaks comes to be kept."""

    group: str
    unit: str
    start: Fraction
    """By how much the installed fleet breaks it."""
    tests_in_breach: int
    """Tested stocks of the plan on which it is still broken; as few as possible over all limits together."""
    complies_in: int | None
    """The period from which on it is kept; None where that is not reached in the plan."""


def breached_groups(case: Case, limits: Iterable[Limit]) -> tuple[BreachedGroup, ...]:
    """Return the settings of the policy that are broken before anything is placed, in the order of the limits."""
    rules = {spec.name for spec in case.policy.rules}
    by_group: dict[str, list[Limit]] = defaultdict(list)
    for limit in limits:
        if limit.rule in rules and not limit.is_soft:
            by_group[limit.group].append(limit)
    found = []
    for group, members in by_group.items():
        start = violation_of(members[0], lambda _: 0)
        inside = tuple(limit for limit in members if not is_history(case, limit))
        if start > 0 and inside:
            found.append(BreachedGroup(group, inside, start))
    return tuple(found)


def is_history(case: Case, limit: Limit) -> bool:
    """Return whether a limit tests the stock before the plan, which no plan can change."""
    return limit.period_label not in case.plan.horizon.index


def violation_of(limit: Limit, value_of: Callable[[Variable], Exact]) -> Fraction:
    """Return by how much a limit is broken, given the value of each variable; negative where there is room."""
    usage, allowance = limit.usage.evaluate(value_of), limit.allowance.evaluate(value_of)
    return -Fraction(limit.slack(usage, allowance))


def count_in_breach(group: BreachedGroup, value_of: Callable[[Variable], Exact]) -> int:
    """Return on how many tested stocks a group is in breach before it first complies."""
    return next(
        (number for number, limit in enumerate(group.limits) if violation_of(limit, value_of) <= 0), group.num_tests
    )


def cures_of(groups: Iterable[BreachedGroup], value_of: Callable[[Variable], Exact] | None) -> tuple[Cure, ...]:
    """Return when each breached group comes to be kept; never, without the values of a placement."""
    found = []
    for group in groups:
        count = group.num_tests if value_of is None else count_in_breach(group, value_of)
        complies = group.limits[count].period if count < group.num_tests else None
        found.append(Cure(group.group, group.limits[0].unit, Fraction(group.start), count, complies))
    return tuple(found)


def cure_limits(
    case: Case, limits: Sequence[Limit], groups: Sequence[BreachedGroup], in_breach: Mapping[str, int]
) -> tuple[Limit, ...]:
    """Return the limits of a cure: each breached group complies after `in_breach[group]` of its tests.

    Limits on the stock before the plan are left out for those groups: they are history.
    """
    eased: dict[str, Limit] = {}
    for group in groups:
        for number, limit in enumerate(group.limits[: in_breach[group.group]]):
            before = group.limits[number - 1] if number else None
            eased[limit.key] = _never_rising(limit, before, group.start)
    breached = {group.group for group in groups}
    return tuple(
        eased.get(limit.key, limit) for limit in limits if not (limit.group in breached and is_history(case, limit))
    )


def _never_rising(limit: Limit, before: Limit | None, start: Exact) -> Limit:
    """Return a limit whose allowance is eased by the violation of the stock before it, or of the installed fleet."""
    sign = 1 if limit.sense is Sense.AT_MOST else -1
    if before is None:
        terms: dict[Variable, Exact] = {}
        constant: Exact = sign * start
    else:
        terms = dict(before.net_terms())
        constant = -before.net_bound
    for variable, weight in limit.allowance.terms:
        terms[variable] = terms.get(variable, 0) + weight
    allowance = Expression(
        tuple((variable, weight) for variable, weight in terms.items() if weight), limit.allowance.constant + constant
    )
    return replace(limit, allowance=allowance)
