"""Limits that are impossible by arithmetic alone: what they ask for beside the most that could stand.

The most of each accelerator at each site comes from single limits (its power, its deliveries, closed destinations), so a
limit listed here is a proof; a plan can be infeasible with none listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.explain.reach import Reach, reach_of
from optimizer.report.document import BrokenLimitPart
from optimizer.report.exact_numbers import plain
from optimizer.report.wording import quantity
from optimizer.rules.limit import Exact, Limit, Sense, Served
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from optimizer.rules.case import Case


def broken_limits(case: Case, limits: tuple[Limit, ...]) -> tuple[BrokenLimitPart, ...]:
    """Return the limits that no placement meets, in the order given."""
    reach = reach_of(case, limits)
    hard = (limit for limit in limits if not limit.is_soft)
    return tuple(part for limit in hard if (part := _judge(reach, limit)) is not None)


def _judge(reach: Reach, limit: Limit) -> BrokenLimitPart | None:
    if limit.allowance.terms:
        return _judge_net(reach, limit)
    if limit.sense is Sense.AT_LEAST:
        reachable = limit.usage.constant + reach.most(dict(limit.usage.terms))
    else:
        reachable = limit.usage.constant - reach.most({variable: -weight for variable, weight in limit.usage.terms})
    asked = limit.allowance.constant
    if limit.slack(reachable, asked) >= 0:
        return None
    return _part(limit, asked, reachable)


def _judge_net(reach: Reach, limit: Limit) -> BrokenLimitPart | None:
    """Judge a limit whose allowance moves with the placement by what usage and allowance differ by."""
    sign = 1 if limit.sense is Sense.AT_LEAST else -1
    best_slack = -sign * limit.net_bound + reach.most({v: sign * weight for v, weight in limit.net_terms()})
    if best_slack >= 0:
        return None
    return _part(limit, 0, best_slack, is_net=True)


def _part(limit: Limit, asked: Exact, reachable: Exact, *, is_net: bool = False) -> BrokenLimitPart:
    if is_net:
        verb = "is exceeded" if limit.sense is Sense.AT_MOST else "falls short"
        sentence = f"{limit.key} {verb} by at least {quantity(-reachable)} {limit.unit} whatever the plan does"
    elif limit.sense is Sense.AT_LEAST:
        verb = "serve it" if any(isinstance(variable, Served) for variable, _ in limit.usage.terms) else "stand"
        sentence = (
            f"{limit.key} asks for at least {quantity(asked)} {limit.unit}; "
            f"at most {quantity(reachable)} can {verb} under the other limits"
        )
    else:
        least = quantity(reachable)
        sentence = f"{limit.key} allows at most {quantity(asked)} {limit.unit}; at least {least} count against it"
    return BrokenLimitPart(
        key=limit.key,
        group=limit.group,
        asks=plain(asked),
        asks_exact=format_exact(asked),
        reachable=plain(reachable),
        reachable_exact=format_exact(reachable),
        unit=limit.unit,
        sentence=sentence,
        citation=limit.citation,
    )
