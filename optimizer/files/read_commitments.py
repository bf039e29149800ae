"""`commitments.csv`: promises of units in a scope, one limit each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.files.columns import COMMITMENTS
from optimizer.files.problems import did_you_mean
from optimizer.files.records import read_records
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.plan import Commitment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.files.context import Context
    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record

SCOPES = ("site", "country", "region")


def read_commitments(tables: Mapping[str, RawTable], context: Context, problems: Problems) -> tuple[Commitment, ...]:
    """Return the commitments in the order of their keys."""
    last_period = context.horizon.num_periods - 1 if context.horizon else 0
    found = []
    for record in read_records(tables.get(COMMITMENTS.name), COMMITMENTS, context, problems):
        scopes = _check_scope(record, context.regions, problems)
        _check_units(record, problems)
        first = record.whole("from") or 0
        last = record.whole("until")
        last = last_period if last is None else last
        if first > last:
            problems.add("ends before it begins", record.place, "until")
        key = record.text("key")
        target = record.text(scopes[0]) if scopes else None
        if key is None or target is None:
            continue
        found.append(
            Commitment(
                key=key,
                scope=scopes[0],
                target=target,
                min_units=record.whole("min_units"),
                max_units=record.whole("max_units"),
                accelerator=record.text("accelerator"),
                first=first,
                last=last,
                only_if_used=record.flag("only_if_used"),
                kind=LimitKind(record.text("kind") or LimitKind.CONTRACT),
                reference=record.text("reference"),
            )
        )
    return tuple(sorted(found, key=lambda commitment: commitment.key))


def _check_scope(record: Record, regions: frozenset[str] | None, problems: Problems) -> list[str]:
    """Return the scopes a row names, of which there should be exactly one."""
    scopes = [scope for scope in SCOPES if record.gives(scope)]
    if len(scopes) != 1:
        given = f", not {' and '.join(scopes)}" if scopes else ""
        problems.add(
            f"give exactly one of site, country and region{given}", record.place, scopes[0] if scopes else "site"
        )
    region = record.text("region")
    if region is not None and regions is not None and region not in regions:
        hint = did_you_mean(region, regions) or "the column region of sites.csv names them"
        problems.add("no site is in this region", record.place, "region", region, hint)
    return scopes


def _check_units(record: Record, problems: Problems) -> None:
    if not record.gives("min_units") and not record.gives("max_units"):
        problems.add("give min_units, max_units or both", record.place, "min_units")
    least, most = record.whole("min_units"), record.whole("max_units")
    if least is not None and most is not None and least > most:
        problems.add(f"exceeds max_units, which is {most}", record.place, "min_units", least)
    if record.flag("only_if_used") and not record.gives("min_units"):
        hint = "it says when a minimum binds"
        problems.add("needs min_units", record.place, "only_if_used", hint=hint)
