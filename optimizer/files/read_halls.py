"""`halls.csv`: power that sites add in whole modules."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.files.facility_columns import HALLS
from optimizer.files.records import read_records
from optimizer.schema.facility import Hall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.files.assumptions import Assumptions
    from optimizer.files.context import Context
    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable


def read_halls(
    tables: Mapping[str, RawTable], context: Context, assumptions: Assumptions, problems: Problems
) -> tuple[Hall, ...]:
    """Return the halls in the order of their keys."""
    found = []
    for record in read_records(tables.get(HALLS.name), HALLS, context, problems):
        modules, least = record.whole("modules"), record.whole("min_modules_if_open")
        if modules is not None and least is not None and least > modules:
            problems.add(f"exceeds modules, which is {modules}", record.place, "min_modules_if_open", least)
        key, site = record.text("hall"), record.text("site")
        if key is None or site is None or not record.is_complete:
            continue
        found.append(
            Hall(
                key=key,
                site=site,
                power_mw=record.number("power_mw") or Fraction(0),
                modules=modules or 0,
                cost_usd=assumptions.given_or_default(record, HALLS, "cost_usd") or Fraction(0),
                available_from=record.whole("available_from") or 0,
                min_modules_if_open=least,
                reference=record.text("reference"),
            )
        )
    return tuple(sorted(found, key=lambda hall: hall.key))
