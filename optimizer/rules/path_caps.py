"""What the caps on legal paths have in common: their terms, their last day, and the limit itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.policies.specs import HOLD
from optimizer.rules.limit import Exact, Expression, Limit, Sense
from optimizer.rules.measures import UNIT_NAMES
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Variable


def is_capped(case: Case, spec: RuleSpec, period: int) -> bool:
    """Return whether a cap holds in a period: in force, and before its last day or held on after it.

    Where nothing more may enter after the last day (`closed`), the cap on what stands goes on holding; the path is shut.
    """
    if not case.binds(spec, period):
        return False
    until = case.policy.day(spec.until)
    is_past = until is not None and case.plan.horizon.first_day(period) > until
    return not is_past or case.policy.choice(spec.after, HOLD) != "none"


def cap_of(case: Case, spec: RuleSpec, period: int) -> int:
    """Return the cap of a period: one figure, or the strictest row of a table; after the table its last row."""
    cap = case.policy.schedule(str(spec.cap))
    if isinstance(cap, int):
        return cap
    return cap.strictest(case.plan.horizon.first_day(period), case.plan.horizon.last_day(period))


def cap_limit(
    case: Case,
    spec: RuleSpec,
    *,
    scope: str,
    period: int,
    terms: Iterable[tuple[Variable, Exact]],
    constant: Exact,
    cap: Exact,
    setting: Exact | None = None,
) -> Limit:
    """Return `terms + constant <= cap`, in the rule's measure; a number of the planner's own replaces the cap.

    `setting` is the number that was written, where the cap is not that.
    """
    allowance = case.number(spec.name, scope, period, cap)
    unit = UNIT_NAMES[spec.measure]
    return Limit(
        rule=spec.name,
        scope=scope,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=Sense.AT_MOST,
        usage=Expression(tuple(terms), constant),
        allowance=Expression(constant=allowance),
        unit=unit,
        kind=case.kind(spec.name, scope, LimitKind.POLICY),
        setting=f"{format_exact(allowance if allowance != cap or setting is None else setting)} {unit}",
        citation=spec.citation,
        number=allowance,
    )
