"""How good screening is: its figures held against values that were confirmed by solving again.

A setting counts where its loosening was decided: worth money (the interval's lower end is above nothing) or worth nothing
(its upper end is nothing, or less than the money resolution can show). A false alarm is a screened value that a worthless
move should have had at least the resolution of; a miss is a screened value of nothing for a setting worth money.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from optimizer.explain.screening import Screen
from optimizer.explain.value import NOTHING, Label, Listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from optimizer.explain.value import Value

TOP = 10
CLOSE = 1.1
"""An estimate within a tenth of the interval counts as good."""


@dataclass(frozen=True, slots=True)
class ScreenQuality:
    """One screening method on one instance."""

    screen: Screen
    alarms: int
    false_alarms: int
    valuable: int
    misses: int
    close: int
    median_error: float | None
    """Median relative distance from the proven interval, over settings worth money; 0 inside it."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What confirming the values of one instance showed."""

    num_settings: int
    num_decided: int
    screens: tuple[ScreenQuality, ...]
    num_valuable: int
    num_valuable_not_tight: int
    num_tight_worthless: int
    num_tight: int
    top_confirmed: int
    top_asked: int


def quality_of(values: Sequence[Value], resolution: Fraction | None) -> Quality:
    """Return how screening did on the values of one run."""
    decided = [value for value in values if _is_decided(value)]
    top = sorted((value for value in values if value.screened), key=lambda value: -(value.screened or 0.0))[:TOP]
    tight = [value for value in decided if value.reading.is_binding]
    valuable = [value for value in decided if _worth(value)]
    return Quality(
        num_settings=len(values),
        num_decided=len(decided),
        screens=tuple(_screen_quality(screen, decided, float(resolution or 0)) for screen in Screen),
        num_valuable=len(valuable),
        num_valuable_not_tight=sum(value.listed is Listed.SLACK_VALUABLE for value in valuable),
        num_tight_worthless=sum(not _worth(value) for value in tight),
        num_tight=len(tight),
        top_confirmed=sum(value.is_confirmed for value in top),
        top_asked=len(top),
    )


def _is_decided(value: Value) -> bool:
    return value.loosened is not None and value.loosened.label is Label.CONFIRMED


def _worth(value: Value) -> bool:
    return value.loosened is not None and value.loosened.lower > NOTHING


def _screen_quality(screen: Screen, decided: Iterable[Value], resolution: float) -> ScreenQuality:
    alarms = false_alarms = valuable = misses = close = 0
    errors = []
    for value in decided:
        estimate = value.screened if screen is Screen.FIXED_OPENINGS else value.screened_relaxed
        if estimate is None or value.loosened is None:
            continue
        says = estimate * value.loosened.steps > max(float(NOTHING), resolution)
        alarms += says
        if not _worth(value):
            false_alarms += says
            continue
        valuable += 1
        misses += not says
        error = _distance(estimate * value.loosened.steps, value.loosened.lower, value.loosened.upper)
        close += error <= CLOSE - 1
        errors.append(error)
    return ScreenQuality(screen, alarms, false_alarms, valuable, misses, close, median(errors) if errors else None)


def _distance(estimate: float, lower: Fraction, upper: Fraction | None) -> float:
    """Return how far an estimate lies outside an interval, relative to its nearer end; 0 inside."""
    if estimate < lower:
        return float((float(lower) - estimate) / float(lower))
    if upper is not None and estimate > upper:
        return float((estimate - float(upper)) / float(upper))
    return 0.0
