"""How near a bound or a value has to come for the question of a search to be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from optimizer.strategy.run import Run

HALVINGS = 30


def deciding_bound(run: Run) -> float | None:
    """Return the largest bound by which the question is answered with the best placement; None without any."""
    value, bound, decides = run.objective(), run.bound(), run.is_decided
    if decides is None or value is None or bound is None or not decides(value, value):
        return None
    return float(_last(value, bound, lambda middle: decides(value, middle)))


def deciding_value(run: Run, most: Fraction) -> float | None:
    """Return the least value, up to `most`, by which the question is answered with the best bound; None without any."""
    value, bound, decides = run.objective(), run.bound(), run.is_decided
    if decides is None or value is None or bound is None or not decides(most, bound):
        return None
    return float(_last(most, value, lambda middle: decides(middle, bound)))


def _last(first: Fraction, other: Fraction, holds: Callable[[Fraction], bool]) -> Fraction:
    """Return the point farthest from the first, which holds, towards another at which something still does."""
    for _ in range(HALVINGS):
        middle = (first + other) / 2
        first, other = (middle, other) if holds(middle) else (first, middle)
    return first
