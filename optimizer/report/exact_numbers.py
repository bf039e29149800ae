"""Exact quantities as a document holds them: a plain number for reading, and its exact twin as text."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from optimizer.rules.limit import Exact


def plain(value: Exact) -> int | float:
    """Return a whole number as it is, anything else as the nearest double."""
    return value.numerator if value.denominator == 1 else value.numerator / value.denominator


def plain_or_none(value: Exact | None) -> int | float | None:
    """Return `plain`, or None for what is not known."""
    return None if value is None else plain(value)


def exact_or_none(value: Exact | None) -> str | None:
    """Return the exact twin, or None for what is not known."""
    return None if value is None else format_exact(value)


def finite_or_none(value: float | None) -> float | None:
    """Return a double, or None for what is not known: no document holds an infinity."""
    return value if value is not None and isfinite(value) else None


def percent(part: Exact, whole: Exact) -> float | None:
    """Return 100 x part / whole, None where the whole is zero."""
    if not whole:
        return None
    return 100 * part.numerator * whole.denominator / (part.denominator * whole.numerator)
