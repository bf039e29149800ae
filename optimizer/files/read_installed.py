"""`installed.csv`: what stands before the plan begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.catalogue.accelerators import find_accelerator
from optimizer.files.columns import ACCELERATORS, INSTALLED
from optimizer.files.problems import name_of
from optimizer.files.records import read_records
from optimizer.schema.plan import Installed, Ownership, Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.files.context import Context
    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record


def only_installed(tables: Mapping[str, RawTable], problems: Problems) -> frozenset[str]:
    """Return the accelerators that stand installed, are not in `accelerators.csv`, and are in the catalogue."""
    listed = {name_of(cell) for cell in _names(tables, ACCELERATORS.name)}
    listed_as = {entry.key: name for name in sorted(listed) if (entry := find_accelerator(name)) is not None}
    found = set()
    for row in tables[INSTALLED.name].rows if INSTALLED.name in tables else ():
        name = name_of(row.cells.get("accelerator", ""))
        entry = find_accelerator(name) if name and name not in listed else None
        if entry is None:
            continue
        found.add(name)
        if entry.key in listed_as:
            hint = f"accelerators.csv calls it {listed_as[entry.key]!r}: use one name"
            problems.add("one accelerator under two names", row.place, "accelerator", name, hint)
    return frozenset(found)


def _names(tables: Mapping[str, RawTable], table: str) -> Iterable[object]:
    rows = tables[table].rows if table in tables else ()
    return (row.cells["accelerator"] for row in rows if "accelerator" in row.cells)


def read_installed(
    tables: Mapping[str, RawTable], sites: Iterable[Site], context: Context, problems: Problems
) -> tuple[Installed, ...]:
    """Return the installed rows in a fixed order."""
    country_of = {site.key: site.country for site in sites}
    found = []
    for record in read_records(tables.get(INSTALLED.name), INSTALLED, context, problems):
        site, country = record.text("site"), record.text("country")
        _check_location(record, problems)
        _check_day(record, context, problems)
        accelerator, units = record.text("accelerator"), record.whole("units")
        located = country_of.get(site) if site is not None else country
        if accelerator is not None and units is not None and located is not None:
            ownership = Ownership(record.text("ownership") or Ownership.OWNED)
            placed_on, path = record.day("placed_on"), record.text("path")
            retires_on = record.day("retires_on")
            found.append(Installed(accelerator, units, located, site, placed_on, ownership, path, retires_on))
    return tuple(sorted(found, key=_order))


def _check_location(record: Record, problems: Problems) -> None:
    if record.gives("site") == record.gives("country"):
        message = "give a site or a country, not both" if record.gives("site") else "give a site or a country"
        hint = "a site of the plan brings its country" if record.gives("site") else None
        problems.add(message, record.place, "country", record.text("country"), hint)


def _check_day(record: Record, context: Context, problems: Problems) -> None:
    day = record.day("placed_on")
    if (
        day is not None
        and context.horizon is not None
        and day >= context.horizon.first_day(context.horizon.num_periods)
    ):
        hint = "installed units stand before the plan begins; later ones belong in deliveries.csv"
        problems.add("lies after the end of the plan", record.place, "placed_on", day, hint)
    leaves = record.day("retires_on")
    if day is not None and leaves is not None and leaves < day:
        problems.add(f"lies before placed_on, which is {day}", record.place, "retires_on", leaves)


def _order(row: Installed) -> tuple[str, str, str, str, str, str, str, int]:
    day, leaves = str(row.placed_on or ""), str(row.retires_on or "")
    return (row.country, row.site or "", row.accelerator, day, row.ownership, row.path or "", leaves, row.units)
