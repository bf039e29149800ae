"""A figure that changes over time: the rows of a published table, each from the first day of its period on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from optimizer.schema.calendar import PeriodLength, parse_period, period_first_day
from optimizer.schema.quantities import parse_integer

if TYPE_CHECKING:
    from collections.abc import Iterable

_LENGTHS = (
    (re.compile(r"\d{4}-?[Qq][1-4]"), PeriodLength.QUARTER),
    (re.compile(r"\d{4}-\d{2}"), PeriodLength.MONTH),
    (re.compile(r"\d{4}"), PeriodLength.YEAR),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Rows in order of their first days; each holds until the next one begins, the last until its own period ends."""

    rows: tuple[tuple[date, int], ...]
    last_day: date
    """The last day the table speaks of."""

    def strictest(self, first_day: date, last_day: date) -> int:
        """Return the smallest figure of any day from first to last; outside the table its nearest row stands in."""
        days = [day for day, _ in self.rows]
        values = [value for day, value in self.rows if first_day < day <= last_day]
        begun = [value for day, value in self.rows if day <= first_day]
        return min([*values, begun[-1] if begun else self.rows[0][1]]) if days else 0

    def __str__(self) -> str:
        """Write the table on one line."""
        return "; ".join(f"{day}: {value:,}" for day, value in self.rows)


def parse_schedule(value: object) -> Schedule:
    """Return the schedule of a table `{2025Q1 = 5, 2025Q2 = 6}` or of the text `2025Q1=5;2025Q2=6`.

    Raises ValueError when a row is not a period and a whole number, zero or more.
    """
    rows = schedule_rows(value)
    if not rows:
        msg = "expected at least one row, such as 2025Q1 = 633000000"
        raise ValueError(msg)
    read = {}
    ends = []
    for label, figure in rows.items():
        first, end = _days_of(label)
        count = parse_integer(figure)
        if count < 0:
            msg = f"{label}: expected a whole number, zero or more"
            raise ValueError(msg)
        if first in read:
            msg = f"{label}: two rows begin on {first}"
            raise ValueError(msg)
        read[first] = count
        ends.append(end)
    return Schedule(tuple(sorted(read.items())), max(ends))


def schedule_rows(value: object) -> dict[str, object]:
    """Return the rows of a schedule as written, by label; ValueError where the value is no schedule."""
    if isinstance(value, Mapping):
        return {str(label): figure for label, figure in value.items()}
    if isinstance(value, str):
        return dict(_pairs(part for part in value.split(";") if part.strip()))
    msg = "expected a table of periods and figures, such as 2025Q1 = 633000000"
    raise ValueError(msg)


def _pairs(parts: Iterable[str]) -> Iterable[tuple[str, object]]:
    for part in parts:
        label, equals, figure = part.partition("=")
        if not equals:
            msg = f"expected period=figure, got {part.strip()!r}"
            raise ValueError(msg)
        yield label.strip(), figure.strip()


def _days_of(label: str) -> tuple[date, date]:
    """Return the first and the last day of a labelled period."""
    for pattern, length in _LENGTHS:
        if pattern.fullmatch(label.strip()):
            absolute = parse_period(label, length)
            return period_first_day(absolute, length), period_first_day(absolute + 1, length) - timedelta(days=1)
    msg = f"{label!r}: expected a period like 2025Q1, 2025-01 or 2025"
    raise ValueError(msg)
