"""Where a curve rises, where it is flat, where there is no plan: runs of neighbouring points that do one thing.

A stretch is judged from its first point to its last, so that many small steps that no gap can tell apart are still seen to
rise together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from optimizer.report.comparison import Interval
from optimizer.report.exact_numbers import exact_or_none, plain_or_none
from optimizer.report.sweep_document import StretchPart

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from optimizer.report.comparison_document import Verdict
    from optimizer.report.sweep_document import Trend

TRENDS: dict[Verdict | None, Trend] = {
    "more": "rises",
    "less": "falls",
    "equal": "flat",
    "not_distinguishable": "flat",
    None: "not_known",
}


@dataclass(frozen=True, slots=True)
class Height:
    """A point of a curve: what its best placement is worth at least and at most."""

    value: str
    state: Trend | None
    """`no_plan` or `not_answered`; None where there is a plan."""
    objective: Fraction | None = None
    best_bound: Fraction | None = None


@dataclass(frozen=True, slots=True)
class _Stretch:
    first: int
    last: int
    trend: Trend


def difference(one: Height, other: Height) -> Interval:
    """Return what is proven of the value of the other point less that of the first."""
    return Interval(_less(other.objective, one.best_bound), _less(other.best_bound, one.objective))


def _less(larger: Fraction | None, smaller: Fraction | None) -> Fraction | None:
    return None if larger is None or smaller is None else larger - smaller


def stretches(heights: Sequence[Height]) -> tuple[StretchPart, ...]:
    """Return the stretches of a curve, in order."""
    found: list[StretchPart] = []
    for state, run in groupby(range(len(heights)), key=lambda number: heights[number].state):
        numbers = list(run)
        if state is not None:
            found.append(_part(heights, _Stretch(numbers[0], numbers[-1], state)))
        elif len(numbers) == 1:
            found.append(_part(heights, _Stretch(numbers[0], numbers[0], "single")))
        else:
            found += [_part(heights, one) for one in _slopes(heights, numbers)]
    return tuple(found)


def _slopes(heights: Sequence[Height], numbers: Sequence[int]) -> Iterator[_Stretch]:
    """Yield the stretches of neighbouring points with a plan; those that turn out to do the same are made one."""
    by_step = [_trend(heights, number, number + 1) for number in numbers[:-1]]
    runs = groupby(zip(numbers, by_step, strict=False), key=lambda pair: pair[1])
    merged: list[_Stretch] = []
    for trend, run in runs:
        steps = [number for number, _ in run]
        first, last = steps[0], steps[-1] + 1
        told = _trend(heights, first, last) if trend == "flat" else trend
        if merged and merged[-1].trend == told:
            first = merged.pop().first
        merged.append(_Stretch(first, last, told))
    yield from merged


def _trend(heights: Sequence[Height], first: int, last: int) -> Trend:
    return TRENDS[difference(heights[first], heights[last]).verdict]


def _part(heights: Sequence[Height], stretch: _Stretch) -> StretchPart:
    first, last = heights[stretch.first], heights[stretch.last]
    proven = difference(first, last) if stretch.last > stretch.first else Interval(None, None)
    return StretchPart(
        first=first.value,
        last=last.value,
        trend=stretch.trend,
        difference_at_least=plain_or_none(proven.at_least),
        difference_at_least_exact=exact_or_none(proven.at_least),
        difference_at_most=plain_or_none(proven.at_most),
        difference_at_most_exact=exact_or_none(proven.at_most),
    )
