"""`sites.csv` and `power.csv` to sites with power and prices per period."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.files.columns import POWER, SITES
from optimizer.files.kinds import PASS_THROUGH, PASS_THROUGH_PREFIX
from optimizer.files.records import read_records
from optimizer.schema.plan import Site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.files.assumptions import Assumptions
    from optimizer.files.context import Context
    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record

ENERGY_PRICE = "energy_price_usd_per_mwh"
PERIOD_FIGURES = ("power_mw", ENERGY_PRICE)

Figures = dict[tuple[str, int], dict[str, Fraction]]
"""What `power.csv` says of a site in a period."""


def read_sites(
    tables: Mapping[str, RawTable], context: Context, assumptions: Assumptions, problems: Problems, *, is_valued: bool
) -> tuple[Site, ...]:
    """Return the sites in the order of their keys. With `is_valued` (values.csv) prices of energy do not matter."""
    by_period = _read_power(tables.get(POWER.name), context, problems)
    sites = []
    for record in sorted(
        read_records(tables.get(SITES.name), SITES, context, problems), key=lambda record: record.text("site") or ""
    ):
        _check_units(record, problems)
        _check_dates(record, problems)
        if record.is_complete and context.horizon is not None:
            sites.append(_site(record, by_period, context.horizon.num_periods, assumptions, is_valued=is_valued))
    return tuple(sites)


def _read_power(raw: RawTable | None, context: Context, problems: Problems) -> Figures:
    figures: Figures = {}
    for record in read_records(raw, POWER, context, problems):
        site, period = record.text("site"), record.whole("period")
        if site is not None and period is not None:
            found = {name: record.number(name) for name in PERIOD_FIGURES}
            figures[site, period] = {name: number for name, number in found.items() if number is not None}
    return figures


def _check_units(record: Record, problems: Problems) -> None:
    least, most = record.whole("min_units_if_open"), record.whole("max_units")
    if least is not None and most is not None and least > most:
        problems.add(f"exceeds max_units, which is {most}", record.place, "min_units_if_open", least)


def _check_dates(record: Record, problems: Problems) -> None:
    opens, closes = record.whole("opens_from"), record.whole("closes_after")
    if opens is not None and closes is not None and closes < opens:
        hint = "leave out a site that is never open"
        problems.add("the site closes before it opens", record.place, "closes_after", hint=hint)


def _site(record: Record, by_period: Figures, num_periods: int, assumptions: Assumptions, *, is_valued: bool) -> Site:
    key, country, power_mw = record.text("site"), record.text("country"), record.number("power_mw")
    if key is None or country is None or power_mw is None:
        msg = "an incomplete record has no site"
        raise ValueError(msg)
    rows = [by_period.get((key, period), {}) for period in range(num_periods)]
    prices = [row.get(ENERGY_PRICE, record.number(ENERGY_PRICE)) for row in rows]
    price = assumptions.default_of(SITES, ENERGY_PRICE) or Fraction(0)
    if not is_valued and not record.gives(ENERGY_PRICE) and None in prices:
        assumptions.count_use(SITES, ENERGY_PRICE, key)

    def figure(name: str) -> Fraction:
        return assumptions.given_or_default(record, SITES, name) or Fraction(0)

    multiplier = record.number("value_multiplier") if is_valued else figure("value_multiplier")
    opens_from, allowed = record.whole("opens_from"), record.values.get("allowed_accelerators")
    return Site(
        key=key,
        country=country,
        power_mw=tuple(row.get("power_mw", power_mw) for row in rows),
        energy_price_usd_per_mwh=tuple(price if given is None else given for given in prices),
        pue=figure("pue"),
        value_multiplier=Fraction(1) if multiplier is None else multiplier,
        opening_cost_usd=figure("opening_cost_usd"),
        fixed_cost_usd_per_period=figure("fixed_cost_usd_per_period"),
        opens_from=0 if opens_from is None else opens_from,
        closes_after=record.whole("closes_after"),
        max_units=record.whole("max_units"),
        min_units_if_open=record.whole("min_units_if_open"),
        allowed_accelerators=allowed if isinstance(allowed, frozenset) else None,
        power_includes_installed=record.flag("power_includes_installed"),
        name=record.text("name"),
        region=record.text("region"),
        latitude=record.number("latitude"),
        longitude=record.number("longitude"),
        carbon_kg_per_mwh=record.number("carbon_kg_per_mwh"),
        operator_headquarters=record.text("operator_headquarters"),
        tenure=record.text("tenure"),
        authorised_from=record.whole("authorised_from"),
        notes={
            name: str(value)
            for name, value in record.values.items()
            if name in PASS_THROUGH or name.startswith(PASS_THROUGH_PREFIX)
        },
    )
