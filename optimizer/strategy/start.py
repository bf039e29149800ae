"""A placement to begin a search with: the last plan, as far as this plan still has its sites and accelerators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.analysis.assignment import with_paths
from optimizer.model.opened import first_use
from optimizer.schema.placement import Placement

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


def last_placement(case: Case, limits: tuple[Limit, ...]) -> Placement | None:
    """Return the placement of the last plan in this plan's numbers, in whole blocks, by paths that are open now.

    What may not stand yet, or is no longer delivered at all, is left out. Whether the rest keeps every limit is for the
    exact check to say. None where there is no last plan, or nothing of it is left.
    """
    last = case.plan.last
    if last is None:
        return None
    standing = {}
    for (site, accelerator), row in last.units.items():
        number, sku = case.plan.site_index.get(site), case.plan.accelerator_index.get(accelerator)
        if number is None or sku is None or not case.plan.delivered_units[sku][-1]:
            continue
        block, opens_from = case.plan.accelerators[sku].block, case.plan.sites[number].opens_from
        whole = tuple(0 if period < opens_from else units // block * block for period, units in enumerate(row))
        if any(whole):
            standing[number, sku] = whole
    if not standing:
        return None
    ordered = dict(sorted(standing.items()))
    return with_paths(case, limits, Placement(ordered, first_use(case, ordered)))
