"""What a placement must be before any limit is read: whole blocks, stock that only grows, sites open where stock stands."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement


def structural_faults(case: Case, placement: Placement) -> Iterator[str]:
    """Yield a sentence for each fault in the placement itself."""
    for (site, sku), row in sorted(placement.standing_units.items()):
        yield from _stock_faults(case, placement, site, sku, row)
    for site, first in sorted(placement.opened.items()):
        described = case.plan.sites[site]
        if not 0 <= first < case.num_periods:
            yield f"{described.key} opens outside the horizon (period number {first})"
        elif first < described.opens_from and not case.is_open_from_the_start(site):
            yield f"{described.key} opens in {case.plan.horizon.labels[first]}, before its opens_from"


def _stock_faults(case: Case, placement: Placement, site: int, sku: int, row: tuple[int, ...]) -> Iterator[str]:
    accelerator = case.plan.accelerators[sku]
    name = f"{accelerator.key} at {case.plan.sites[site].key}"
    if len(row) != case.num_periods:
        yield f"{name} has {len(row)} periods, the plan has {case.num_periods}"
        return
    if any(units < 0 for units in row):
        yield f"{name} is negative"
    if any(units % accelerator.block for units in row):
        yield f"{name} is not in whole blocks of {accelerator.block}"
    if any(later < earlier for earlier, later in pairwise(row)):
        yield f"{name} shrinks"
    first = next((period for period, units in enumerate(row) if units), None)
    if first is not None and not case.is_open_from_the_start(site) and not placement.is_open(site, first):
        yield f"{name} stands in {case.plan.horizon.labels[first]} while the site is not open"
