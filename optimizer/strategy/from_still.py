"""A plan whose units may leave or move, searched from the best plan in which they stay.

Stock by age makes a program many times as large. What is best without changes keeps every limit with them, too, and is
found soon: it is a first placement, and seldom far from the best. No bound is taken from it.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import ages_of
from optimizer.schema.plan import Changes
from optimizer.strategy.search import search

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.solve.session import Session
    from optimizer.strategy.options import SearchOptions, SearchProgress
    from optimizer.strategy.outcome import Outcome

STILL_TIME_PART = 0.25
"""Part of the time limit that the plan without changes may take."""


def search_from_still(
    case: Case,
    limits: tuple[Limit, ...],
    options: SearchOptions,
    session: Session,
    on_progress: Callable[[SearchProgress], None] | None = None,
) -> Outcome:
    """Return the best verified placement of a case whose units may leave or move, and the bound proven for it.

    Raises what `search` raises.
    """
    started = time.monotonic()
    still = replace(case, plan=replace(case.plan, changes=Changes()))
    seconds = options.time_limit_seconds
    quick = replace(options, time_limit_seconds=None if seconds is None else seconds * STILL_TIME_PART)
    first = search(still, compile_limits(still), quick, session, on_progress)
    own = options.after(time.monotonic() - started)
    start = None if first.placement is None else replace(first.placement, aged_units=ages_of(first.placement))
    if not first.interrupted:
        return search(case, limits, own, session, on_progress, start=start)
    stopped = search(case, limits, replace(own, time_limit_seconds=0.0), session, on_progress, start=start)
    return replace(stopped, interrupted=True, stopped_by=first.stopped_by)
