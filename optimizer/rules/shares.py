"""What the share rules have in common: the compute of a place, the total it is measured against, and the setting.

With the denominator `standing` the total is installed plus placed; with `delivered` it is installed plus everything
delivered by the period, and stock not yet placed counts where it is held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import WORLD, Expression, Limit, Placed, Sense
from optimizer.rules.measures import TPP
from optimizer.schema.plan import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from optimizer.policies.policy import RuleSpec
    from optimizer.rules.case import Case


def total_compute(case: Case, spec: RuleSpec, period: int) -> Expression:
    """Return the denominator in TPP."""
    if case.policy.counts_delivered(spec):
        return Expression(constant=case.installed(TPP) + case.delivered(TPP, period))
    return Expression(((Placed(TPP, WORLD, period), 1),), case.installed(TPP))


def compute_in(case: Case, spec: RuleSpec, places: Iterable[str], period: int) -> Expression:
    """Return the compute of some destinations in TPP: installed, placed, and held there unplaced."""
    terms: list[tuple[Placed, int]] = []
    constant = 0
    held_in = case.holding_destination if case.policy.counts_delivered(spec) else None
    for place in places:
        constant += int(case.installed(TPP, place))
        if place in case.sites_by_destination:
            terms.append((Placed(TPP, place, period), 1))
        if place == held_in:
            constant += int(case.delivered(TPP, period))
            terms.append((Placed(TPP, WORLD, period), -1))
    return Expression(tuple(terms), constant)


def share_limit(case: Case, spec: RuleSpec, *, scope: str, period: int, sense: Sense, places: Iterable[str]) -> Limit:
    """Return `compute in places` at most or at least `share` of the total, in TPP."""
    own = case.limit_setting(spec.name, scope).setting
    share = own if own is not None else case.policy.share(str(spec.share))
    return Limit(
        rule=spec.name,
        scope=scope,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=sense,
        usage=compute_in(case, spec, places, period),
        allowance=_scaled(total_compute(case, spec, period), share),
        unit="TPP",
        kind=case.kind(spec.name, scope, LimitKind.POLICY),
        setting=str(share),
        citation=spec.citation,
    )


def _scaled(expression: Expression, factor: Fraction) -> Expression:
    return Expression(
        tuple((variable, coefficient * factor) for variable, coefficient in expression.terms),
        expression.constant * factor,
    )
