"""The tables of what stands where and which sites open when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.rows import OpeningRow, PlacementRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement


def placement_rows(case: Case, placement: Placement) -> tuple[PlacementRow, ...]:
    """Return one row per site, accelerator and period with units standing."""
    return tuple(_placement_rows(case, placement))


def _placement_rows(case: Case, placement: Placement) -> Iterator[PlacementRow]:
    plan = case.plan
    for (site, sku), row in sorted(placement.standing_units.items()):
        for period, units in enumerate(row):
            if units:
                yield PlacementRow(
                    site=plan.sites[site].key,
                    country=plan.sites[site].country,
                    destination=case.site_destinations[site],
                    accelerator=plan.accelerators[sku].key,
                    period=plan.horizon.labels[period],
                    units_added=placement.added(site, sku, period),
                    units_standing=units,
                )


def opening_rows(case: Case, placement: Placement) -> tuple[OpeningRow, ...]:
    """Return one row per site that the plan opens; a site that installed stock keeps open is not opened."""
    plan = case.plan
    return tuple(
        OpeningRow(
            site=plan.sites[site].key,
            country=plan.sites[site].country,
            destination=case.site_destinations[site],
            period=plan.horizon.labels[period],
        )
        for site, period in sorted(placement.opened.items())
        if not case.is_open_from_the_start(site) and 0 <= period < case.num_periods
    )
