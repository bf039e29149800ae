"""The tables of candidate sites, of what stands where and of which sites open when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.exact_numbers import plain_or_none
from optimizer.report.rows import OpeningRow, PlacementRow, SiteRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement


def site_rows(case: Case, placement: Placement | None) -> tuple[SiteRow, ...]:
    """Return one row per candidate site, with what stands there at the end; null figures without a placement."""
    last = case.num_periods - 1
    units = dict.fromkeys(range(len(case.plan.sites)), 0)
    tpp = dict(units)
    for (site, sku), row in placement.standing_units.items() if placement is not None else ():
        units[site] += row[last]
        tpp[site] += row[last] * case.plan.accelerators[sku].tpp
    return tuple(
        SiteRow(
            site=site.key,
            name=site.name,
            region=site.region,
            country=site.country,
            destination=case.site_destinations[number],
            tier=case.tier(case.site_destinations[number], last),
            latitude=plain_or_none(site.latitude),
            longitude=plain_or_none(site.longitude),
            units_placed=None if placement is None else units[number],
            tpp_placed=None if placement is None else tpp[number],
        )
        for number, site in enumerate(case.plan.sites)
    )


def placement_rows(case: Case, placement: Placement) -> tuple[PlacementRow, ...]:
    """Return one row per site, accelerator and period with units standing, or where the last ones have left or moved."""
    return tuple(_placement_rows(case, placement))


def _placement_rows(case: Case, placement: Placement) -> Iterator[PlacementRow]:
    plan = case.plan
    for (site, sku), row in sorted(placement.standing_units.items()):
        for period, units in enumerate(row):
            if units or (period and row[period - 1] and case.plan.changes.is_any):
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
