"""`values.csv` and `unit_costs.csv`: what a unit is worth where, and what adding it costs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.catalogue.accelerators import find_accelerator
from optimizer.files.columns import UNIT_COSTS, VALUES
from optimizer.files.read_accelerators import note_catalogue
from optimizer.files.records import read_records
from optimizer.schema.plan import UnitCost
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.files.assumptions import Assumptions
    from optimizer.files.context import Context
    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record
    from optimizer.schema.plan import Accelerator

Values = dict[tuple[str, str], tuple[Fraction | None, ...]]


def read_values(tables: Mapping[str, RawTable], context: Context, problems: Problems) -> Values | None:
    """Return the value of one unit by site, accelerator and period; None where the plan has no `values.csv`.

    A row without a period stands for every period that has no row of its own.
    """
    if VALUES.name not in tables:
        return None
    always: dict[tuple[str, str], Fraction] = {}
    by_period: dict[tuple[str, str], dict[int, Fraction]] = {}
    for record in read_records(tables[VALUES.name], VALUES, context, problems):
        site, accelerator = record.text("site"), record.text("accelerator")
        value, period = record.number("value_usd_per_unit"), record.whole("period")
        if site is None or accelerator is None or value is None:
            continue
        if period is None:
            always[site, accelerator] = value
        else:
            by_period.setdefault((site, accelerator), {})[period] = value
    periods = range(context.horizon.num_periods if context.horizon else 0)
    values: Values = {}
    for pair in sorted({*always, *by_period}):
        own, rest = by_period.get(pair, {}), always.get(pair)
        values[pair] = tuple(own.get(period, rest) for period in periods)
    return values


def read_unit_costs(
    tables: Mapping[str, RawTable],
    accelerators: dict[str, Accelerator],
    context: Context,
    assumptions: Assumptions,
    problems: Problems,
) -> tuple[UnitCost, ...]:
    """Return the costs in a fixed order; prices that their rates need are filled in from the catalogue."""
    found = []
    for record in read_records(tables.get(UNIT_COSTS.name), UNIT_COSTS, context, problems):
        _check_amount(record, problems)
        if record.number("rate_of_price") is not None:
            fill_prices(record, accelerators, assumptions, problems)
        if record.is_complete:
            found.append(
                UnitCost(
                    name=record.text("name") or "",
                    usd_per_unit=record.number("usd_per_unit"),
                    rate_of_price=record.number("rate_of_price"),
                    site=record.text("site"),
                    country=record.text("country"),
                    accelerator=record.text("accelerator"),
                    period=record.whole("period"),
                )
            )
    if found and VALUES.name in tables:
        assumptions.note("unit_costs.csv", "not counted", "values.csv replaces value, energy, residual and unit costs")
    return tuple(sorted(found, key=_order))


def _check_amount(record: Record, problems: Problems) -> None:
    if record.gives("usd_per_unit") == record.gives("rate_of_price"):
        column = "rate_of_price" if record.gives("rate_of_price") else "usd_per_unit"
        problems.add("give exactly one of usd_per_unit and rate_of_price", record.place, column)
    if record.gives("site") and record.gives("country"):
        problems.add("give a site or a country, not both", record.place, "country")


def fill_prices(
    record: Record, accelerators: dict[str, Accelerator], assumptions: Assumptions, problems: Problems
) -> None:
    """Give every delivered accelerator a rate applies to the price of the catalogue, where the plan gives none."""
    only = record.text("accelerator")
    for key, accelerator in sorted(accelerators.items()):
        if only not in {None, key} or accelerator.price_usd is not None or not any(accelerator.delivered_units):
            continue
        entry = find_accelerator(key)
        if entry is None or entry.price_usd is None:
            hint = "give price_usd in accelerators.csv"
            problems.add(f"needs the price of {key}", record.place, "rate_of_price", hint=hint)
            continue
        note_catalogue(assumptions, key, "price_usd", format_exact(entry.price_usd), entry)
        accelerators[key] = replace(accelerator, price_usd=entry.price_usd)


def _order(cost: UnitCost) -> tuple[str, str, str, str, int]:
    return (cost.name, cost.site or "", cost.country or "", cost.accelerator or "", cost.period or -1)
