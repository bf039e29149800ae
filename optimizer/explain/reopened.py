"""Limits without some closings are those of the plan whose sites stay: deliveries and stock rest on closings, too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.rules.registry import compile_limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit

CLOSINGS = "closings"


def reopened(case: Case, limits: Sequence[Limit]) -> tuple[Case, tuple[Limit, ...]]:
    """Return a case whose sites close as far as some limits say so, with these limits as that case has them.

    The case and the limits themselves where every closing is among the limits.
    """
    closing = {limit.scope for limit in limits if limit.rule == CLOSINGS}
    staying = {case.plan.sites[number].key for number in case.closes} - closing
    if not staying:
        return case, tuple(limits)
    sites = tuple(replace(site, closes_after=None) if site.key in staying else site for site in case.plan.sites)
    other = replace(case, plan=replace(case.plan, sites=sites))
    return other, tuple(_as_in(other, case, limits))


def _as_in(other: Case, case: Case, limits: Sequence[Limit]) -> Iterator[Limit]:
    """Yield limits as another case has them, moved by as much as they were moved before."""
    written = {(limit.group, limit.period): limit.number for limit in compile_limits(case)}
    asked = {(limit.group, limit.period): limit.number for limit in limits}
    for limit in compile_limits(other):
        key = (limit.group, limit.period)
        if key in asked:
            moved = (asked[key] or 0) - (written.get(key) or 0)
            yield limit.moved(moved) if moved else limit
