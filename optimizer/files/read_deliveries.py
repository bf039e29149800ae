"""`deliveries.csv`: what arrives when, and what of it is bound to a site or a country."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import find_country
from optimizer.files.columns import DELIVERIES
from optimizer.files.problems import did_you_mean
from optimizer.files.records import read_records
from optimizer.schema.plan import BoundLot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.files.context import Context
    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record
    from optimizer.schema.plan import Site

ByPeriod = dict[int, int]


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Units of one accelerator by period: all of them, and those bound to a place."""

    units: ByPeriod = field(default_factory=dict)
    bound: dict[tuple[str, bool], ByPeriod] = field(default_factory=dict)
    """Place, and whether it is a site, to units."""

    def by_period(self, num_periods: int) -> tuple[int, ...]:
        """Return the units of each period."""
        return _row(self.units, num_periods)

    def lots(self, num_periods: int) -> tuple[BoundLot, ...]:
        """Return what is bound, by place."""
        return tuple(BoundLot(*place, _row(units, num_periods)) for place, units in sorted(self.bound.items()))


def read_deliveries(
    raw: RawTable | None, sites: Iterable[Site], context: Context, problems: Problems
) -> dict[str, Deliveries]:
    """Return deliveries by accelerator."""
    delivered: dict[str, Deliveries] = {}
    countries = frozenset(site.country for site in sites)
    for record in read_records(raw, DELIVERIES, context, problems):
        accelerator, period, units = record.text("accelerator"), record.whole("period"), record.whole("units")
        target = record.text("destination")
        is_site = _is_site(target, record, countries, context, problems) if target is not None else False
        if accelerator is not None and period is not None and units is not None:
            found = delivered.setdefault(accelerator, Deliveries())
            found.units[period] = found.units.get(period, 0) + units
            if target is not None:
                row = found.bound.setdefault((target, is_site), {})
                row[period] = row.get(period, 0) + units
    return delivered


def _row(units: ByPeriod, num_periods: int) -> tuple[int, ...]:
    return tuple(units.get(period, 0) for period in range(num_periods))


def _is_site(target: str, record: Record, countries: frozenset[str], context: Context, problems: Problems) -> bool:
    """Return whether a destination is a site; what is neither a site nor a country with one is a problem."""
    if context.sites is None:
        return False
    is_site, is_country = target in context.sites, find_country(target) is not None

    def refuse(message: str, hint: str | None) -> None:
        problems.add(message, record.place, "destination", target, hint)

    if is_site and is_country:
        refuse("is a site and a country", "call the site something else")
    elif not is_site and not is_country:
        near = did_you_mean(target, (*context.sites, *countries))
        refuse("no such site or country", near or "a site of sites.csv, or two capital letters such as MY")
    elif not is_site and countries and target not in countries:
        refuse("no site of the plan lies in this country", "leave the row out, or add a site there")
    return is_site
