"""What a placement must be before any limit is read: whole blocks, stock that only grows, sites open where stock stands.

Stock may shrink only where a site has closed, or as `optimizer.verify.changes` says.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.verify.changes import change_faults, misfit_changes
from optimizer.verify.entries import entry_faults, misfit_entries
from optimizer.verify.modules import misfit_modules, module_faults
from optimizer.verify.service import misfit_service, service_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement


OPENINGS = "openings"
"""The rule that says from when on a site may be open."""


def misfit_faults(case: Case, placement: Placement) -> Iterator[str]:
    """Yield a sentence for each part of a placement that is outside the plan."""
    plan = case.plan
    for (site, sku), row in sorted(placement.standing_units.items()):
        if not (0 <= site < len(plan.sites) and 0 <= sku < len(plan.accelerators)):
            yield f"the plan has no site number {site} with accelerator number {sku}"
        elif len(row) != case.num_periods:
            name = f"{plan.accelerators[sku].key} at {plan.sites[site].key}"
            yield f"{name} has {len(row)} periods, the plan has {case.num_periods}"
    for site, first in sorted(placement.opened.items()):
        if not 0 <= site < len(plan.sites):
            yield f"the plan has no site number {site} to open"
        elif not 0 <= first < case.num_periods:
            yield f"{plan.sites[site].key} opens outside the horizon (period number {first})"
    yield from misfit_entries(case, placement)
    yield from misfit_service(case, placement)
    yield from misfit_modules(case, placement)
    yield from misfit_changes(case, placement)


def structural_faults(case: Case, placement: Placement, late: frozenset[str]) -> Iterator[str]:
    """Yield a sentence for each fault in a placement that fits the plan.

    `late` are the keys of the sites that a limit keeps shut before they may open.
    """
    for (site, sku), row in sorted(placement.standing_units.items()):
        yield from _stock_faults(case, placement, site, sku, row)
    for site, first in sorted(placement.opened.items()):
        described = case.plan.sites[site]
        if described.key in late and first < described.opens_from and not case.is_open_from_the_start(site):
            yield f"{described.key} opens in {case.plan.horizon.labels[first]}, before its opens_from"
        if case.is_closed(site, first):
            yield f"{described.key} opens in {case.plan.horizon.labels[first]}, after it has closed"
    yield from entry_faults(case, placement)
    yield from service_faults(case, placement)
    yield from module_faults(case, placement)
    yield from change_faults(case, placement)


def _stock_faults(case: Case, placement: Placement, site: int, sku: int, row: tuple[int, ...]) -> Iterator[str]:
    accelerator = case.plan.accelerators[sku]
    name = f"{accelerator.key} at {case.plan.sites[site].key}"
    if any(row) and not case.plan.delivered_units[sku][-1]:
        yield f"{name} is not delivered by this plan"
    if any(units < 0 for units in row):
        yield f"{name} is negative"
    if any(units % accelerator.block for units in row):
        yield f"{name} is not in whole blocks of {accelerator.block}"
    last = case.last_open(site)
    if not case.plan.changes.is_any and any(later < earlier for earlier, later in pairwise(row[: last + 1])):
        yield f"{name} shrinks"
    if any(later > earlier for earlier, later in pairwise(row[last:])):
        yield f"{name} is added after the site has closed"
    first = next((period for period, units in enumerate(row) if units), None)
    if first is not None and not case.is_open_from_the_start(site) and not placement.is_open(site, first):
        yield f"{name} stands in {case.plan.horizon.labels[first]} while the site is not open"
