"""What the policy's limits on one destination cost: the value of lifting all of them at once, the rest of the policy kept.

Asked of each destination with candidate sites where such a limit binds, or which the policy closes. A linear program for
each says which seem worth most; these are searched first, all of them near the plan before any further.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from optimizer.analysis.binding import Tightness, group_readings
from optimizer.catalogue.countries import destination_of
from optimizer.explain.gains import Gain, Gains
from optimizer.explain.value import Label
from optimizer.model.build import build_model
from optimizer.rules.limit import (
    Entered,
    Modules,
    Moved,
    Opened,
    Placed,
    Present,
    Served,
    Standing,
    Unbound,
    Vintage,
)
from optimizer.solve.backend import SolveOptions
from optimizer.solve.result import Termination
from optimizer.strategy.options import Effort

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from optimizer.explain.budget import Budget
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit, Variable
    from optimizer.strategy.options import SearchOptions
    from optimizer.strategy.outcome import Outcome

CLOSED_PARENT = "closed_parent"
"""The kind of rule that is about the company, wherever it places anything."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """What lifting every limit of the policy on one destination is worth."""

    destination: str
    groups: tuple[str, ...]
    screened: float | None
    """Money by a linear program, not proven; None: not worked out."""
    label: Label = Label.SCREENED
    lower: Fraction | None = None
    upper: Fraction | None = None


def lifted_by_country(outcome: Outcome, options: SearchOptions, budget: Budget) -> tuple[Lifted, ...]:
    """Return what each destination's limits cost, most first; what the budget does not allow stays screened."""
    asked = limited_destinations(outcome)
    today = _relaxed(outcome.limits, outcome, options, budget) if asked else None
    screened = []
    for place, groups in asked.items():
        then = _relaxed(_without(outcome, groups), outcome, options, budget)
        seems = None if then is None or today is None else max(0.0, then - today)
        screened.append(Lifted(place, groups, seems))
    screened.sort(key=lambda one: (-(one.screened or 0.0), one.destination))
    gains = Gains(outcome, options, budget)
    told: dict[str, Gain] = {}
    for effort, one in product(Effort, screened):
        before = told.get(one.destination)
        is_enough = before is not None and (before.is_told or (effort is Effort.REST and before.is_confirmed))
        if not is_enough and not budget.is_over():
            limits = _without(outcome, one.groups)
            told[one.destination] = gains.of(limits, is_loosened=True, effort=effort, before=before)
    found = [_with(one, told.get(one.destination)) for one in screened]
    return tuple(sorted(found, key=lambda one: (one.lower is None, -float(one.lower or 0), -(one.screened or 0.0))))


def _with(one: Lifted, gain: Gain | None) -> Lifted:
    return one if gain is None else replace(one, label=gain.label, lower=gain.lower, upper=gain.upper)


def limited_destinations(outcome: Outcome) -> dict[str, tuple[str, ...]]:
    """Return the groups of each destination with candidate sites that the policy closes, or where one of them binds."""
    if outcome.verification is None:
        return {}
    case = outcome.case
    kinds = {spec.name: spec.kind for spec in case.policy.rules}
    groups: dict[str, list[str]] = {}
    felt: set[str] = set()
    for reading in group_readings(case, outcome.verification.readings):
        limit = reading.limit
        if kinds.get(limit.rule, CLOSED_PARENT) == CLOSED_PARENT:
            continue
        place = destination_of_limit(case, limit)
        if place is not None and place in case.sites_by_destination:
            groups.setdefault(place, []).append(limit.group)
            if reading.is_binding or Tightness.CLOSED in reading.tightness:
                felt.add(place)
    return {place: tuple(names) for place, names in groups.items() if place in felt}


def destination_of_limit(case: Case, limit: Limit) -> str | None:
    """Return the one destination that a limit is about; None for a limit of several, or of the whole fleet."""
    if not limit.scope:
        return None
    places = {place for variable, _ in limit.usage.terms for place in _places(case, variable)}
    return places.pop() if len(places) == 1 else None


def _places(case: Case, variable: Variable) -> Iterator[str]:
    match variable:
        case Placed(_, place, _):
            yield place
        case Standing(site, _, _) | Opened(site, _):
            yield case.site_destinations[site]
        case Entered(gate, _, _, _):
            yield case.gate_by_key[gate].destination
        case Served() | Vintage() | Moved():
            yield case.site_destinations[variable.site]
        case Unbound(country, site, _, _):
            yield destination_of(country) if country else case.site_destinations[site]
        case Modules(hall, _):
            yield case.site_destinations[case.plan.site_index[case.plan.halls[case.plan.hall_index[hall]].site]]
        case Present(sites, _):
            yield from (case.site_destinations[site] for site in sites)


def _without(outcome: Outcome, groups: tuple[str, ...]) -> tuple[Limit, ...]:
    left_out = frozenset(groups)
    return tuple(limit for limit in outcome.limits if limit.group not in left_out)


def _relaxed(limits: tuple[Limit, ...], outcome: Outcome, options: SearchOptions, budget: Budget) -> float | None:
    """Return what the linear relaxation under some limits is worth; None where time ran out."""
    if budget.is_over():
        return None
    budget.num_solves += 1
    program = build_model(outcome.case, limits).formulation
    relaxed = program.with_integer(program.is_integer & False)
    solve_options = SolveOptions(
        relative_gap=0.0, time_limit_seconds=budget.part(None), threads=options.threads, seed=options.seed
    )
    result = budget.session.solve(options.backend, relaxed, solve_options)
    if result.termination is not Termination.SOLVED or result.objective is None:
        return None
    return result.objective * program.objective_scale
