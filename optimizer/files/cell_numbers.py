"""Cells that hold numbers: always exact, never a binary float."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from optimizer.files.context import CellError, Context
from optimizer.schema.quantities import parse_decimal, parse_integer, parse_share

if TYPE_CHECKING:
    from fractions import Fraction

    from optimizer.files.kinds import Column

SHARE_HINT = 'write it in quotes, as "7/100" or "7%"'

_SEPARATORS = ",' \u00a0\u2009\u202f_"
_THOUSANDS = re.compile(rf"[-+]?\d{{1,3}}([{_SEPARATORS}]\d{{3}})+(\.\d+)?")
_WITHOUT_SEPARATORS = str.maketrans("", "", _SEPARATORS)
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_NUMBER_WITH_UNIT = re.compile(r"[$€£¥]?\s*([-+]?\d+(\.\d+)?)\s*([^\d\s.,]\D*)?")


def exact(value: object) -> object:
    """Return a binary float as the decimal it is written as; everything else unchanged."""
    return Decimal(repr(value)) if isinstance(value, float) and math.isfinite(value) else value


def read_decimal(value: object, column: Column, _context: Context) -> Fraction:
    """Return a decimal number within its column's range."""
    try:
        number = parse_decimal(exact(value))
    except ValueError as error:
        raise CellError(str(error), number_hint(value)) from None
    check_bounds(number, column)
    return number


def read_integer(value: object, column: Column, _context: Context) -> int:
    """Return a whole number within its column's range."""
    try:
        number = parse_integer(exact(value))
    except ValueError as error:
        raise CellError(str(error), number_hint(value)) from None
    check_bounds(number, column)
    return number


def read_rate(value: object, column: Column, context: Context) -> Fraction:
    """Return a decimal number that may also be written as a percentage or a fraction."""
    text = value.strip() if isinstance(value, str) else ""
    if not text.endswith("%") and "/" not in text:
        return read_decimal(value, column, context)
    try:
        if text.endswith("%"):
            number = parse_decimal(text[:-1]) / 100
        else:
            numerator, _, denominator = text.partition("/")
            number = parse_decimal(numerator) / parse_decimal(denominator)
    except (ValueError, ZeroDivisionError):
        msg = "expected a number"
        raise CellError(msg, "write 0.08, 8% or 8/100") from None
    check_bounds(number, column)
    return number


def read_share(value: object, _column: Column, _context: Context) -> Fraction:
    """Return an exact share between 0 and 1; binary floats and unquoted decimals are refused."""
    if isinstance(value, bool):
        msg = "expected a share"
        raise CellError(msg, SHARE_HINT)
    try:
        return parse_share(value)
    except ValueError as error:
        raise CellError(str(error), SHARE_HINT) from None


def check_bounds(number: Fraction | int, column: Column) -> None:
    """Raise CellError when a number lies outside its column's range."""
    low, high = column.minimum, column.maximum
    if column.above is not None and number <= column.above:
        msg = "must be positive" if column.above == 0 else f"must be more than {column.above}"
        raise CellError(msg)
    if (low is None or number >= low) and (high is None or number <= high):
        return
    if low is not None and high is not None:
        msg = f"must lie between {low} and {high}"
    elif low == 0:
        msg = "must not be negative"
    else:
        msg = f"must be at least {low}" if low is not None else f"must be at most {high}"
    raise CellError(msg)


def number_hint(value: object) -> str | None:
    """Return what to do about a text that is nearly a number."""
    text = value.strip() if isinstance(value, str) else ""
    if _THOUSANDS.fullmatch(text):
        return f"write {text.translate(_WITHOUT_SEPARATORS)}, without thousands separators"
    if _DECIMAL_COMMA.fullmatch(text):
        return f"write {text.replace(',', '.')}, with a decimal point"
    match = _NUMBER_WITH_UNIT.fullmatch(text)
    return f"write {match[1]}: the unit is part of the column's name" if match and match[1] != text else None
