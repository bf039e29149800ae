"""What still fits in each destination: `optimizer.analysis.headroom`, asked for every accelerator and period at once.

Each limit is first written down for one destination: only the totals that an addition there moves, and the slack as it
is. The answers are the same, and a plan of 200 sites takes a second instead of a minute.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.analysis.headroom import destination_headroom, with_hypothetical_sites
from optimizer.analysis.path_slacks import path_slacks
from optimizer.report.judged import forbids_additions
from optimizer.rules.ledger import Ledger
from optimizer.rules.limit import WORLD, Exact, Expression, Limit, Placed, Sense, Vintage
from optimizer.rules.registry import compile_policy_limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.analysis.path_room import Headroom
    from optimizer.analysis.path_slacks import PathSlacks
    from optimizer.report.judged import Judged


@dataclass(frozen=True)
class Room:
    """What still fits in a destination from one period on; `closed`: no addition is legal in that period."""

    by_accelerator: Mapping[str, Headroom]
    closed: bool


def rooms(judged: Judged) -> Mapping[tuple[str, int], Room]:
    """Return the room left by the policy, by destination and period."""
    case = judged.case
    ledger = Ledger(with_hypothetical_sites(case, case.destinations), judged.placement)
    policy_limits = tuple(limit for limit in compile_policy_limits(ledger.case) if not limit.is_soft)
    limits = _limits_by_place(ledger, policy_limits)
    slacks = path_slacks(ledger, policy_limits)
    return {
        (place, period): _room(ledger, limits.get(place, ()), slacks, place, period)
        for place in case.destinations
        for period in range(case.num_periods)
    }


def _room(ledger: Ledger, limits: Iterable[_Written], slacks: PathSlacks, place: str, period: int) -> Room:
    relevant = [written for written in limits if written.limit.period >= period]
    asked = [written.limit for written in relevant]
    return Room(
        {
            accelerator.key: destination_headroom(ledger.case, ledger, asked, slacks, place, sku, period)
            for sku, accelerator in enumerate(ledger.case.plan.accelerators)
        },
        closed=any(written.forbids for written in relevant if written.limit.period == period),
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """A limit written for one destination; `forbids`: it allows no addition at all."""

    limit: Limit
    forbids: bool


def _limits_by_place(ledger: Ledger, limits: Iterable[Limit]) -> Mapping[str, list[_Written]]:
    """Return, by destination, the limits that an addition there can bring closer to breaking, written for it."""
    by_place: dict[str, list[_Written]] = defaultdict(list)
    for limit in limits:
        toward = 1 if limit.sense is Sense.AT_MOST else -1
        terms: dict[str, list[tuple[Placed | Vintage, Exact]]] = defaultdict(list)
        for variable, coefficient in limit.net_terms():
            if isinstance(variable, Placed):
                terms[variable.place].append((variable, coefficient))
            elif isinstance(variable, Vintage):
                terms[ledger.case.site_destinations[variable.site]].append((variable, coefficient))
        everywhere = terms.pop(WORLD, [])
        is_everywhere = any(toward * coefficient > 0 for _, coefficient in everywhere)
        for place in ledger.case.destinations:
            own = terms.get(place, [])
            if is_everywhere or any(toward * coefficient > 0 for _, coefficient in own):
                by_place[place].append(_written_for(limit, [*own, *everywhere], ledger))
    return by_place


def _written_for(limit: Limit, terms: Sequence[tuple[Placed | Vintage, Exact]], ledger: Ledger) -> _Written:
    """Return a limit over some of its variables alone, with the slack it has on the placement."""
    slack = limit.slack(*ledger.read(limit))
    value = sum(coefficient * ledger.value(variable) for variable, coefficient in terms)
    allowance = slack if limit.sense is Sense.AT_MOST else -slack
    written = replace(limit, usage=Expression(tuple(terms), -value), allowance=Expression(constant=allowance))
    return _Written(written, forbids_additions(limit))
