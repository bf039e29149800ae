"""What modules of halls must be before any limit is read: growing, available, at open sites."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement


def misfit_modules(case: Case, placement: Placement) -> Iterator[str]:
    """Yield a sentence for each row of modules that is outside the plan."""
    halls = case.plan.halls
    for hall, row in sorted(placement.modules.items()):
        if not 0 <= hall < len(halls):
            yield f"the plan has no hall number {hall}"
        elif len(row) != case.num_periods:
            yield f"the hall {halls[hall].key} has {len(row)} periods, the plan has {case.num_periods}"


def module_faults(case: Case, placement: Placement) -> Iterator[str]:
    """Yield a sentence for each fault in the modules of a placement that fits the plan."""
    for number, row in sorted(placement.modules.items()):
        hall = case.plan.halls[number]
        site = case.plan.site_index[hall.site]
        name = f"the hall {hall.key}"
        if any(modules < 0 for modules in row):
            yield f"{name} has a negative number of modules"
        end = case.last_open(site) + 1
        if any(later < earlier for earlier, later in pairwise(row[:end])):
            yield f"{name} shrinks"
        if any(row[end:]):
            yield f"{name} has modules after {hall.site} has closed"
        first = next((period for period, modules in enumerate(row) if modules), None)
        if first is None:
            continue
        label = case.plan.horizon.labels[first]
        if first < hall.available_from:
            yield f"{name} has modules in {label}, before its available_from"
        if not case.is_open_from_the_start(site) and not placement.is_open(site, first):
            yield f"{name} has modules in {label} while {hall.site} is not open"
