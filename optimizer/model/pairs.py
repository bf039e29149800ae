"""Departures and arrivals of a solution paired into moves, none of which ends in the place where it began."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from optimizer.rules.limit import IN_HOME, OUT_ABROAD, OUT_HOME, Moved, Vintage
from optimizer.schema.placement import Move

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from optimizer.rules.case import Case

Counts = dict[int, int]
"""Blocks by site."""


def aged_rows(case: Case, counts: Mapping[Vintage | Moved, int]) -> dict[tuple[int, int, int], tuple[int, ...]]:
    """Return units standing by (site, accelerator, period of purchase), from blocks by variable."""
    rows: dict[tuple[int, int, int], list[int]] = {}
    for variable, count in counts.items():
        if isinstance(variable, Vintage) and count:
            row = rows.setdefault(variable[:3], [0] * case.num_periods)
            row[variable.period] = count * case.plan.accelerators[variable.accelerator].block
    return {age: tuple(row) for age, row in sorted(rows.items())}


def moves_of(case: Case, counts: Mapping[Vintage | Moved, int]) -> dict[Move, int]:
    """Return units by move, from blocks by variable: within each destination, and between destinations."""
    gone: dict[tuple[str, int, int, int], Counts] = defaultdict(dict)
    come: dict[tuple[str, int, int, int], Counts] = defaultdict(dict)
    for variable, count in counts.items():
        if isinstance(variable, Moved) and count:
            kind, site, sku, bought, period = variable
            lead = case.plan.relocation_lead(sku)
            pool = case.site_destinations[site] if kind in {OUT_HOME, IN_HOME} else ""
            if kind in {OUT_HOME, OUT_ABROAD}:
                gone[pool, sku, bought, period][site] = count
            else:
                come[pool, sku, bought, period - lead][site] = count
    found: dict[Move, int] = defaultdict(int)
    for (pool, sku, bought, departs), sources in sorted(gone.items()):
        block, arrives = case.plan.accelerators[sku].block, departs + case.plan.relocation_lead(sku)
        place_of: Callable[[int], Hashable] = (lambda site: site) if pool else case.site_destinations.__getitem__
        for origin, target in _pairs(sources, come[pool, sku, bought, departs], place_of):
            found[Move(origin, target, sku, bought, departs, arrives)] += block
    return dict(sorted(found.items()))


def _pairs(sources: Counts, sinks: Counts, place_of: Callable[[int], Hashable]) -> Iterator[tuple[int, int]]:
    """Yield (origin, target) for each block; no place has more in and out together than goes in all, so a pair is left.

    The fullest place is served first: a place whose in and out make up all that goes must be an end of every pair.
    """
    out, into = dict(sources), dict(sinks)
    while any(out.values()) and any(into.values()):
        weight: dict[Hashable, int] = defaultdict(int)
        for counts in (out, into):
            for site, count in counts.items():
                weight[place_of(site)] += count
        by_weight = sorted(weight, key=lambda place: (-weight[place], str(place)))
        pair = next(
            (origin, target)
            for first in by_weight
            for second in by_weight
            if first != second
            for origin, target in _ends(out, into, place_of, first, second)
        )
        out[pair[0]] -= 1
        into[pair[1]] -= 1
        yield pair


def _ends(
    out: Counts, into: Counts, place_of: Callable[[int], Hashable], first: Hashable, second: Hashable
) -> Iterator[tuple[int, int]]:
    """Yield the pairs between two places, in either direction."""
    for origin_place, target_place in ((first, second), (second, first)):
        origins = [site for site, count in sorted(out.items()) if count and place_of(site) == origin_place]
        targets = [site for site, count in sorted(into.items()) if count and place_of(site) == target_place]
        if origins and targets:
            yield origins[0], targets[0]
