"""The power of the sites: how much each has in the end, and how it goes over time."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, Any

from benchmarks.families.fleet import KW_PER_MW
from benchmarks.families.kinds import Course, Spread
from benchmarks.families.periods import period_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.families.dice import Dice
    from benchmarks.families.kinds import Kind
    from benchmarks.families.sites import Traits
    from benchmarks.families.sizes import Size
    from benchmarks.families.where import Map

LEAST_MW = 0.3
LARGE, LARGE_PART = 60.0, 0.1
RISING_FROM, RISING_STEPS = 1 / 3, 3
FALLING_PART = 0.5
FEWEST_RACKS, MOST_RACKS = 2, 8
LARGEST_RACK_KW, SMALLEST_RACK_KW = 140, 131.9


def spread_power(kind: Kind, need_mw: float, where: Map, dice: Dice) -> list[float]:
    """Return the megawatts of each site: to home and each tier its multiple of the need, in Tier 2 by country."""
    own = _weights(kind.spread, len(where.sites), dice)
    weights = [own[model] for model in where.models]
    shares = [_share(kind, place.group, place.country, where) for place in where.sites]
    keys = [place.country if place.group == 2 else str(place.group) for place in where.sites]
    by_key: dict[str, list[float]] = {}
    for key, weight in zip(keys, weights, strict=True):
        by_key.setdefault(key, []).append(weight)
    totals = {key: fsum(of_key) for key, of_key in by_key.items()}
    return [
        max(round(need_mw * share * weight / totals[key], 2), LEAST_MW)
        for share, weight, key in zip(shares, weights, keys, strict=True)
    ]


def _share(kind: Kind, group: int, country: str, where: Map) -> float:
    if group == 2:
        return kind.power_tier2 * where.tier2_parts[country]
    return kind.power_tier1 if group else kind.power_home


def _weights(spread: Spread, number: int, dice: Dice) -> list[float]:
    match spread:
        case Spread.MIXED:
            return dice.skewed(0.25, 4, number)
        case Spread.EVEN:
            return dice.between(0.5, 1.5, number)
        case Spread.FEW_LARGE:
            return [LARGE if one < LARGE_PART else 1.0 for one in dice.between(0, 1, number)]


def draw_racks(number: int, dice: Dice) -> list[int]:
    """Return for each site how many racks it is to hold."""
    return dice.whole(FEWEST_RACKS, MOST_RACKS, number)


def power_for_racks(racks: Sequence[int], traits: Sequence[Traits], dice: Dice) -> list[float]:
    """Return the megawatts at which each site holds so many racks, whichever, and no mix of one rack more."""
    spares = dice.between(0.1, 0.9, len(racks))
    megawatts = []
    for count, site, spare in zip(racks, traits, spares, strict=True):
        enough = LARGEST_RACK_KW * count
        too_much = SMALLEST_RACK_KW * (count + 1)
        megawatts.append(round((enough + spare * (too_much - enough)) * site.pue / KW_PER_MW, 4))
    return megawatts


def power_rows(
    kind: Kind, size: Size, sites: Sequence[dict[str, Any]], megawatts: Sequence[float], where: Map, dice: Dice
) -> list[dict[str, Any]]:
    """Return the rows of power.csv."""
    if kind.course is Course.CONSTANT:
        return []
    number = len(sites)
    firsts, seconds = dice.between(0, 1, number), dice.between(0, 1, number)
    courses = [
        _rising(size.periods, firsts[model])
        if kind.course is Course.RISING
        else _falling(size.periods, firsts[model], seconds[model])
        for model in where.models
    ]
    return [
        {"site": site["site"], "period": period_name(period), "power_mw": f"{round(final * part, 2):.6g}"}
        for site, final, course in zip(sites, megawatts, courses, strict=True)
        for period, part in course.items()
    ]


def _rising(periods: int, pace: float) -> dict[int, float]:
    """Return the part of the final power in every period: three steps, the last of them before the last period."""
    last_step = max(int((periods - 1) * (0.5 + 0.5 * pace)), 1)
    return {
        period: RISING_FROM + (1 - RISING_FROM) * min(period * RISING_STEPS // last_step, RISING_STEPS) / RISING_STEPS
        for period in range(periods)
    }


def _falling(periods: int, chance: float, depth: float) -> dict[int, float]:
    """Return the part that is left, in the periods after a loss."""
    if chance >= FALLING_PART:
        return {}
    from_period = periods // 2 + int(chance / FALLING_PART * (periods - periods // 2))
    return dict.fromkeys(range(from_period, periods), 0.5 + 0.3 * depth)
