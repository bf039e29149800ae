"""Arithmetic on events: when a gap was proven, and how good the plan was on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.peers.trace import Event

THRESHOLDS = (0.01, 0.001, 0.0001)
ROUNDING = 1e-9


def clock_to(gap: float) -> str:
    """Return the name of the seconds to a gap: `to 0.1%`."""
    return f"to {gap * 100:g}%"


def time_to_gap(events: Iterable[Event], gap: float) -> float | None:
    """Return the seconds after which a gap was proven; None where it never was."""
    return next((event.seconds for event in events if event.gap <= gap * (1 + ROUNDING)), None)


def primal_integral(events: Iterable[Event], best: float, end: float) -> float:
    """Return the integral over the run of the primal gap |value - best| / max(|value|, |best|), in seconds.

    The gap is 1 while there is no plan, or one of the other sign. A run that has the best plan at once comes to 0, and one
    that never finds any to its own length.
    """
    total, since, gap = 0.0, 0.0, 1.0
    for event in events:
        now = min(event.seconds, end)
        total += gap * (now - since)
        since, gap = now, _primal_gap(event.incumbent, best)
    return total + gap * max(0.0, end - since)


def _primal_gap(value: float | None, best: float) -> float:
    if value is None or value * best < 0:
        return 1.0
    largest = max(abs(value), abs(best))
    return abs(value - best) / largest if largest else 0.0
