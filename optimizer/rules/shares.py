"""What the share rules have in common: the compute of a place, the total it is measured against, and the setting.

With the denominator `standing` the total is installed plus placed; with `delivered` it is installed plus everything
delivered by the period, and stock not yet placed counts where it is held. A rule names what it counts (`measure`), may
count only what entered by some paths (`counted_paths`), and says when it is tested (`optimizer.rules.tested`).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of
from optimizer.rules.additions import departed, merged
from optimizer.rules.limit import WORLD, Expression, Limit, Placed, Sense
from optimizer.rules.measures import UNIT_NAMES
from optimizer.rules.tested import Stock, counted_period
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Variable


def total_compute(case: Case, spec: RuleSpec, period: int) -> Expression:
    """Return the denominator in the rule's measure; period -1 is the installed fleet alone."""
    installed = case.stock.installed(spec.measure, period=period)
    if case.policy.counts_delivered(spec):
        gone = tuple((variable, -weight) for variable, weight in departed(case, spec.measure, period))
        return Expression(gone, installed + case.delivered(spec.measure, period))
    return Expression(((Placed(spec.measure, WORLD, period), 1),) if period >= 0 else (), installed)


def compute_in(case: Case, spec: RuleSpec, places: Iterable[str], period: int) -> Expression:
    """Return the compute of some destinations in the rule's measure: installed, placed, and held there unplaced."""
    paths = case.counted_paths(spec)
    if paths is not None:
        return _entered_in(case, spec, tuple(places), period, paths)
    terms: list[tuple[Variable, Exact]] = []
    constant = 0
    held_in = case.holding_destination if case.policy.counts_delivered(spec) else None
    for place in places:
        constant += int(case.stock.installed(spec.measure, place, period=period))
        if place in case.sites_by_destination and period >= 0:
            terms.append((Placed(spec.measure, place, period), 1))
        if place == held_in and period >= 0:
            constant += int(case.delivered(spec.measure, period))
            terms.append((Placed(spec.measure, WORLD, period), -1))
            terms += [(variable, -weight) for variable, weight in departed(case, spec.measure, period)]
    return Expression(merged(terms), constant)


def _entered_in(case: Case, spec: RuleSpec, places: tuple[str, ...], period: int, paths: tuple[str, ...]) -> Expression:
    """Return the compute that entered some destinations by some paths."""
    constant = case.stock.installed(
        spec.measure,
        keep=lambda row: destination_of(row.country) in places and case.stock.came_by(row, paths),
        period=period,
    )
    if period < 0:
        return Expression(constant=constant)
    gates = [gate for place in places for gate in case.gates_by_destination.get(place, ())]
    return Expression(tuple(case.entered(paths, gates, period, spec.measure)), constant)


def share_limit(case: Case, spec: RuleSpec, *, scope: str, stock: Stock, sense: Sense, places: Iterable[str]) -> Limit:
    """Return `compute in places` at most or at least `share` of the total, on the stock at the close of a period."""
    written = case.policy.share(str(spec.share))
    share = min(max(Fraction(case.number(spec.name, scope, stock.period, written)), Fraction(0)), Fraction(1))
    period = counted_period(case, spec, stock)
    total = total_compute(case, spec, period)
    return Limit(
        rule=spec.name,
        scope=scope,
        period=max(0, stock.period),
        period_label=stock.label(case),
        sense=sense,
        usage=compute_in(case, spec, places, period),
        allowance=_scaled(total, share),
        unit=UNIT_NAMES[spec.measure],
        kind=case.kind(spec.name, scope, LimitKind.POLICY),
        setting=str(share),
        citation=spec.citation,
        number=share,
        per_number=total,
    )


def _scaled(expression: Expression, factor: Fraction) -> Expression:
    return Expression(
        tuple((variable, coefficient * factor) for variable, coefficient in expression.terms),
        expression.constant * factor,
    )
