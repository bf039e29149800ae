"""Exact numbers from text: shares, decimals and whole numbers; nothing here ever makes a binary float.

Files are parsed with `Decimal` in place of float, so what a planner wrote is what arrives here. Every parser raises
ValueError with a message that says what was expected; the reader adds file, row, column and value.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_EXPONENT = 18
"""Magnitudes from 1e-18 to 1e18: no quantity of this field comes near either end; beyond them is a slip of the keyboard."""
LONGEST_NUMBER = 64
"""Characters of the longest number read, so that 1e999999 or a million digits cost nothing."""


def parse_decimal(value: object) -> Fraction:
    """Return the exact value of a decimal number.

    Raises ValueError when the value is not a finite decimal number, or is beyond 10^18 in magnitude.
    """
    if isinstance(value, bool | float):
        msg = "expected a decimal number"
        raise ValueError(msg)
    if isinstance(value, Fraction):
        return value
    text = str(value).strip()
    if len(text) > LONGEST_NUMBER:
        msg = f"a number of {len(text)} characters is too long"
        raise ValueError(msg)
    try:
        number = Decimal(text)
    except InvalidOperation:
        msg = "expected a number"
        raise ValueError(msg) from None
    if "_" in text or not number.is_finite():
        msg = "expected a finite number"
        raise ValueError(msg)
    if number and abs(number.adjusted()) > LARGEST_EXPONENT:
        msg = "number out of range (magnitude from 1e-18 to 1e18)"
        raise ValueError(msg)
    return Fraction(number)


def parse_integer(value: object) -> int:
    """Return a whole number; `8`, `8.0` and `1e3` are whole, `8.5` is not (ValueError)."""
    number = parse_decimal(value)
    if number.denominator != 1:
        msg = "expected a whole number"
        raise ValueError(msg)
    return int(number)


def parse_share(value: object) -> Fraction:
    """Return a share between 0 and 1 from `7/100`, `7%`, `"0.07"` or a whole number.

    Raises ValueError for an unquoted decimal (it would be a binary float to most readers of the file), for anything that
    is not a number, and outside 0 to 1.
    """
    if isinstance(value, float | Decimal):
        msg = "a share must be exact, not a floating-point number"
        raise ValueError(msg)
    text = str(value).strip()
    if isinstance(value, Fraction):
        share = value
    elif text.endswith("%"):
        share = parse_decimal(text[:-1]) / 100
    elif "/" in text:
        numerator, _, denominator = text.partition("/")
        divisor = parse_integer(denominator)
        if divisor <= 0:
            msg = "the denominator of a share must be positive"
            raise ValueError(msg)
        share = parse_integer(numerator) / Fraction(divisor)
    else:
        share = parse_decimal(value)
    if not 0 <= share <= 1:
        msg = "a share lies between 0 and 1"
        raise ValueError(msg)
    return share


def over_common(values: Sequence[Fraction | int]) -> tuple[list[int], int]:
    """Return exact values as whole numbers over one denominator: sums and quotients of many are then quick."""
    denominator = lcm(*{value.denominator for value in values})
    return [value.numerator * (denominator // value.denominator) for value in values], denominator


def products_over_common(pairs: Sequence[tuple[Fraction | int, Fraction | int]]) -> tuple[list[int], int]:
    """Return the products of pairs of exact values as whole numbers over one denominator."""
    denominators = [one.denominator * other.denominator for one, other in pairs]
    common = lcm(*set(denominators))
    return [
        one.numerator * other.numerator * (common // denominator)
        for (one, other), denominator in zip(pairs, denominators, strict=True)
    ], common


def format_exact(value: Fraction | int) -> str:
    """Write an exact value so that it reads back equal: `150`, `12.5` where a decimal terminates early, else `7/93`."""
    numerator, denominator = value.numerator, value.denominator
    if denominator == 1:
        return str(numerator)
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    if rest != 1:
        return str(value)
    places = max(twos, fives)
    digits = f"{abs(numerator) * 10**places // denominator:0{places + 1}d}"
    sign = "-" if numerator < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
