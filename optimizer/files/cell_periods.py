"""Cells that hold periods and dates."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from optimizer.files.context import CellError, Context
from optimizer.files.kinds import Kind
from optimizer.schema.calendar import parse_period, period_containing

if TYPE_CHECKING:
    from optimizer.files.kinds import Column

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_period(value: object, column: Column, context: Context) -> int | None:
    """Return the number of a period inside the horizon, or before it (negative) where the column allows that."""
    horizon = context.horizon
    if horizon is None:
        return None
    try:
        period = parse_period(str(value), horizon.length) - horizon.start_index
    except ValueError as error:
        raise CellError(str(error)) from None
    lowest = 0 if column.kind is Kind.PERIOD else period
    if not lowest <= period < horizon.num_periods:
        msg = "period outside the horizon"
        raise CellError(msg, f"the plan runs from {horizon.labels[0]} to {horizon.labels[-1]}")
    return period


def read_period_or_date(value: object, column: Column, context: Context) -> int | None:
    """Return the first period that begins on or after the date or label, from 0 to `num_periods`."""
    horizon = context.horizon
    if horizon is None:
        return None
    if isinstance(value, date) or _ISO_DATE.fullmatch(str(value).strip()):
        day = read_date(value, column, context)
        period = period_containing(day, horizon.length) - horizon.start_index
        if horizon.first_day(period) != day:
            period += 1
    else:
        try:
            period = parse_period(str(value), horizon.length) - horizon.start_index
        except ValueError as error:
            raise CellError(str(error), "or write a date like 2025-07-01") from None
    return min(max(period, 0), horizon.num_periods)


def read_last_period_or_date(value: object, column: Column, context: Context) -> int | None:
    """Return the label's period, or the last one that ends on or before the date; it may lie beyond the horizon."""
    horizon = context.horizon
    if horizon is None:
        return None
    if isinstance(value, date) or _ISO_DATE.fullmatch(str(value).strip()):
        day = read_date(value, column, context)
        period = period_containing(day, horizon.length) - horizon.start_index
        period -= horizon.last_day(period) != day
    else:
        try:
            period = parse_period(str(value), horizon.length) - horizon.start_index
        except ValueError as error:
            raise CellError(str(error), "or write a date like 2025-06-30") from None
    if period < 0:
        msg = "lies before the end of the plan's first period"
        raise CellError(msg, "leave out a site that is never open")
    return period


def read_date(value: object, _column: Column, _context: Context) -> date:
    """Return a date written as 2025-07-01."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = str(value).strip()
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise CellError(str(error)) from None
    msg = "expected a date like 2025-07-01"
    raise CellError(msg)
