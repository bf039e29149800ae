"""`opening_limits.csv` and `exclusions.csv`: how many sites open, and which exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.files.facility_columns import EXCLUSIONS, OPENING_LIMITS
from optimizer.files.problems import did_you_mean
from optimizer.files.records import read_records
from optimizer.schema.facility import Exclusion, OpeningLimit
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.files.context import Context
    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record

NUMBERS = ("min_openings", "max_openings", "max_sites", "max_countries")


def read_opening_limits(
    tables: Mapping[str, RawTable], context: Context, problems: Problems
) -> tuple[OpeningLimit, ...]:
    """Return the limits on openings in the order of their keys."""
    last_period = context.horizon.num_periods - 1 if context.horizon else 0
    found = []
    for record in read_records(tables.get(OPENING_LIMITS.name), OPENING_LIMITS, context, problems):
        _check(record, context.regions, problems)
        first, last = record.whole("from") or 0, record.whole("until")
        last = last_period if last is None else last
        if first > last:
            problems.add("ends before it begins", record.place, "until")
        key = record.text("key")
        if key is not None:
            found.append(
                OpeningLimit(
                    key=key,
                    country=record.text("country"),
                    region=record.text("region"),
                    first=first,
                    last=last,
                    min_openings=record.whole("min_openings"),
                    max_openings=record.whole("max_openings"),
                    max_sites=record.whole("max_sites"),
                    max_countries=record.whole("max_countries"),
                    kind=LimitKind(record.text("kind") or LimitKind.CONTRACT),
                    reference=record.text("reference"),
                )
            )
    return tuple(sorted(found, key=lambda limit: limit.key))


def _check(record: Record, regions: frozenset[str] | None, problems: Problems) -> None:
    if not any(record.gives(column) for column in NUMBERS):
        problems.add(f"give one of {', '.join(NUMBERS)}", record.place, "max_openings")
    least, most = record.whole("min_openings"), record.whole("max_openings")
    if least is not None and most is not None and least > most:
        problems.add(f"exceeds max_openings, which is {most}", record.place, "min_openings", least)
    if record.gives("country") and record.gives("region"):
        problems.add("give a country or a region, not both", record.place, "region")
    region = record.text("region")
    if region is not None and regions is not None and region not in regions:
        hint = did_you_mean(region, regions) or "the column region of sites.csv names them"
        problems.add("no site is in this region", record.place, "region", region, hint)


def read_exclusions(tables: Mapping[str, RawTable], context: Context, problems: Problems) -> tuple[Exclusion, ...]:
    """Return the pairs of sites that exclude each other, each in the order of its keys."""
    found: dict[tuple[str, str], Exclusion] = {}
    for record in read_records(tables.get(EXCLUSIONS.name), EXCLUSIONS, context, problems):
        site, other = record.text("site"), record.text("other_site")
        if site is None or other is None:
            continue
        pair = (min(site, other), max(site, other))
        if site == other:
            problems.add("a site does not exclude itself", record.place, "other_site", other)
        elif pair in found:
            problems.add("this pair is listed the other way round already", record.place, "other_site", other)
        else:
            found[pair] = Exclusion(*pair, record.text("reference"))
    return tuple(found[pair] for pair in sorted(found))
