"""`resources.csv` and `resource_use.csv`: what sites share, and what units and openings use of it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.files.problems import did_you_mean
from optimizer.files.read_values import fill_prices
from optimizer.files.records import read_records
from optimizer.files.resource_columns import RESOURCE_USE, RESOURCES
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.resource import Counting, Resource, ResourceUse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.files.assumptions import Assumptions
    from optimizer.files.context import Context
    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record
    from optimizer.schema.plan import Accelerator

SHARED = ("unit", "counts", "kind")
"""What rows of one resource have to agree on, where they say it."""
BY_UNIT = ("per_unit", "per_mw", "per_mwh", "rate_of_price")
AMOUNTS = (*BY_UNIT, "per_opening", "per_module")
"""Columns of amounts, each the name of its field."""


def read_resources(tables: Mapping[str, RawTable], context: Context, problems: Problems) -> tuple[Resource, ...]:
    """Return the resources in the order of their keys; a row without a period stands for those without their own."""
    rows_of: dict[str, list[Record]] = {}
    for record in read_records(tables.get(RESOURCES.name), RESOURCES, context, problems):
        key = record.text("resource")
        if key is not None:
            rows_of.setdefault(key, []).append(record)
    used = _names_used(tables)
    for key, rows in rows_of.items():
        _check_agreement(rows, problems)
        if used is not None and key not in used:
            problems.add("nothing uses it", rows[0].place, "resource", key, "resource_use.csv says what does")
    return tuple(_resource(key, rows_of[key], context) for key in sorted(rows_of))


def _names_used(tables: Mapping[str, RawTable]) -> frozenset[str] | None:
    """Return the names that resource_use.csv mentions; None where it is there and could not be read."""
    table = tables.get(RESOURCE_USE.name)
    if table is not None and not table.rows and table.columns is None:
        return None
    return frozenset(str(row.cells.get("resource", "")).strip() for row in (table.rows if table else ()))


def _check_agreement(rows: list[Record], problems: Problems) -> None:
    for column in SHARED:
        given = [row for row in rows if row.text(column) is not None]
        for row in given[1:]:
            if row.text(column) != given[0].text(column):
                message = f"rows of one resource differ in period and limit alone; another says {given[0].text(column)}"
                problems.add(message, row.place, column, row.text(column))


def _resource(key: str, rows: list[Record], context: Context) -> Resource:
    def shared(column: str) -> str | None:
        return next((text for row in rows if (text := row.text(column)) is not None), None)

    limits = {row.whole("period"): row.number("limit") for row in rows}
    periods = range(context.horizon.num_periods if context.horizon else 0)
    return Resource(
        key=key,
        limits=tuple(limits.get(period, limits.get(None)) for period in periods),
        unit=shared("unit") or key,
        counts=Counting(shared("counts") or Counting.STANDING),
        kind=LimitKind(shared("kind") or LimitKind.CONTRACT),
        reference=shared("reference"),
    )


def read_resource_use(
    tables: Mapping[str, RawTable],
    resources: tuple[Resource, ...],
    halls: frozenset[str],
    accelerators: dict[str, Accelerator],
    context: Context,
    assumptions: Assumptions,
    problems: Problems,
) -> tuple[ResourceUse, ...]:
    """Return the uses in a fixed order; prices that their rates need are filled in from the catalogue."""
    known = {resource.key for resource in resources}
    found = []
    for record in read_records(tables.get(RESOURCE_USE.name), RESOURCE_USE, context, problems):
        _check_use(record, known, context, problems)
        _check_hall(record, halls, problems)
        if record.number("rate_of_price"):
            fill_prices(record, accelerators, assumptions, problems)
        if record.is_complete:
            found.append(
                ResourceUse(
                    resource=record.text("resource") or "",
                    site=record.text("site"),
                    country=record.text("country"),
                    region=record.text("region"),
                    accelerator=record.text("accelerator"),
                    hall=record.text("hall"),
                    **{column: record.number(column) or Fraction(0) for column in AMOUNTS},
                )
            )
    return tuple(sorted(found, key=_order))


def _order(use: ResourceUse) -> tuple[object, ...]:
    filters = (use.resource, use.site or "", use.country or "", use.region or "", use.accelerator or "")
    return (
        *filters,
        use.hall or "",
        use.per_unit,
        use.per_opening,
        use.per_module,
        use.per_mw,
        use.per_mwh,
        use.rate_of_price,
    )


def _check_use(record: Record, known: set[str], context: Context, problems: Problems) -> None:
    key, region = record.text("resource"), record.text("region")
    if key is not None and key not in known:
        problems.add("no such resource in resources.csv", record.place, "resource", key, did_you_mean(key, known))
    if region is not None and context.regions is not None and region not in context.regions:
        hint = did_you_mean(region, context.regions) or "the column region of sites.csv names them"
        problems.add("no site is in this region", record.place, "region", region, hint)
    if not any(record.gives(column) for column in AMOUNTS):
        problems.add(f"give one of {', '.join(AMOUNTS)}", record.place, "per_unit")
    wrong = [column for column in ("per_opening", "per_module") if record.gives(column)]
    if record.gives("accelerator") and wrong:
        noun = {"per_opening": "an opening", "per_module": "a module"}[wrong[0]]
        problems.add(f"{noun} is of no accelerator", record.place, wrong[0], hint="give it in a row without one")


def _check_hall(record: Record, halls: frozenset[str], problems: Problems) -> None:
    hall = record.text("hall")
    if hall is not None and hall not in halls:
        problems.add("no such hall in halls.csv", record.place, "hall", hall, did_you_mean(hall, halls))
    wrong = [column for column in AMOUNTS if column != "per_module" and record.gives(column)]
    if hall is not None and wrong:
        problems.add("a hall has modules alone", record.place, wrong[0], hint="give it in a row without a hall")
