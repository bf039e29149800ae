"""Yearly allowance: what the whole group may receive by some paths in a calendar year, in all destinations together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.path_caps import cap_limit, cap_of, is_capped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Limit, Variable
    from optimizer.schema.plan import Installed


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per period: what has entered in its calendar year so far.

    What it limits: TPP received in a calendar year by the ultimate parent under LPP, a flow. Citation: 15 CFR 740.29.
    Equation: entered by the rule's paths[world,t] - entered by them[world, end of last year] + installed by them this year
    <= allowance. Unit: TPP. It starts anew each January; what came in earlier years stays.
    """
    horizon = case.plan.horizon
    for period in range(case.num_periods):
        year = horizon.first_day(period).year
        stock = _installed(case, spec, year)
        terms = tuple(_terms(case, spec, period))
        if is_capped(case, spec, period) and (terms or stock):
            yield cap_limit(
                case,
                spec,
                scope=str(year),
                period=period,
                terms=terms,
                constant=stock,
                cap=cap_of(case, spec, period),
            )


def _terms(case: Case, spec: RuleSpec, period: int) -> Iterator[tuple[Variable, Exact]]:
    first_day = case.plan.horizon.first_day
    before = next((k for k in range(period, -1, -1) if first_day(k).year < first_day(period).year), None)
    gained: dict[Variable, Exact] = dict(case.entered(spec.paths, case.gates, period, spec.measure))
    if before is not None:
        for variable, weight in case.entered(spec.paths, case.gates, before, spec.measure):
            gained[variable] = gained.get(variable, 0) - weight
    yield from ((variable, weight) for variable, weight in gained.items() if weight)


def _installed(case: Case, spec: RuleSpec, year: int) -> Exact:
    def counts(row: Installed) -> bool:
        is_of_year = row.placed_on is not None and row.placed_on.year == year
        return is_of_year and case.stock.came_by(row, spec.paths)

    return case.stock.installed(spec.measure, keep=counts)
