"""Proven intervals of money in words. No figure smaller than the money resolution is shown as a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.explain.value import NOTHING
from optimizer.report.wording import money

if TYPE_CHECKING:
    from fractions import Fraction

NOT_PROVEN = "not known"


def interval_text(
    lower: Fraction | float | None, upper: Fraction | float | None, currency: str, resolution: Fraction | float | None
) -> str:
    """Return `$11.00 m to $13.00 m`, `at least $11.00 m`, `at most $13.00 m`, `nothing`, or that it hides in the gap.

    Where both ends print alike they are one figure.
    """
    least = float(resolution or 0)
    shown_lower = lower is not None and abs(float(lower)) >= max(least, float(NOTHING))
    if upper is None:
        return f"at least {money(lower, currency)}" if lower is not None and shown_lower else NOT_PROVEN
    if abs(float(upper)) <= NOTHING and not shown_lower:
        return "nothing"
    if abs(float(upper)) < least and not shown_lower:
        return f"under {money(least, currency)}"
    high = money(upper, currency)
    if lower is None or not shown_lower:
        return f"at most {high}"
    low = money(lower, currency)
    return high if low == high else f"{low} to {high}"
