"""`external_use.csv`: what others already use of a shared national cap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.files.columns import EXTERNAL_USE
from optimizer.files.records import read_records
from optimizer.schema.plan import ExternalUse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.files.context import Context
    from optimizer.files.problems import Problems
    from optimizer.files.raw import RawTable
    from optimizer.files.records import Record

MEASURES = ("tpp", "units")


def read_external_use(tables: Mapping[str, RawTable], context: Context, problems: Problems) -> tuple[ExternalUse, ...]:
    """Return the use of others by country: the last level given, 0 before the first."""
    rows_of: dict[str, list[tuple[int, Record]]] = {}
    for record in read_records(tables.get(EXTERNAL_USE.name), EXTERNAL_USE, context, problems):
        if not any(record.gives(measure) for measure in MEASURES):
            problems.add("give tpp, units or both", record.place, "tpp")
        country, period = record.text("country"), record.whole("period")
        if country is not None and period is not None:
            rows_of.setdefault(country, []).append((period, record))
    found = []
    for country in sorted(rows_of):
        rows = sorted(rows_of[country], key=lambda row: row[0])
        levels = {measure: _levels(rows, measure, context, problems) for measure in MEASURES}
        found.append(ExternalUse(country, levels["tpp"], levels["units"]))
    return tuple(found)


def _levels(
    rows: list[tuple[int, Record]], measure: str, context: Context, problems: Problems
) -> tuple[int, ...] | None:
    """Return the level of each period; None where the plan never gives it."""
    given: list[tuple[int, int]] = []
    for period, record in rows:
        level = record.whole(measure)
        if level is None:
            continue
        if given and level < given[-1][1]:
            hint = "give the level reached so far, not what is added"
            problems.add("a cumulative level cannot fall", record.place, measure, level, hint)
        given.append((period, level))
    if not given:
        return None
    periods = range(context.horizon.num_periods if context.horizon else 0)
    return tuple(max((level for start, level in given if start <= period), default=0) for period in periods)
