"""What sites share: limits on deliveries, on destinations and on the world, over what stands in each zone.

A *zone* is a set of sites that every shared limit counts alike: mostly a destination. `standing[z,g,t]` are the blocks of g
that stand in zone z in t, summed over its sites; each shared limit is a row over them, with totals per destination and of
the world between, so that rows stay short.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.limit_rows import total_scale
from optimizer.rules.limit import WORLD, Placed, Sense, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model.formulation import Floats, Ints
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


@dataclass(frozen=True)
class Coupling:
    """Shared limits as rows `net terms <= bound`, over totals and over what stands in zones."""

    totals: tuple[Placed, ...]
    """Totals that limits speak of, with the destination totals that each world total sums; the world's last."""
    of_totals: Floats
    """(totals, z*g*t): each total as a sum over what stands in zones."""
    row_totals: Floats
    """(rows, totals)."""
    row_standing: Floats
    """(rows, z*g*t): the terms on units, as deliveries have them."""
    bound: Floats
    """(rows,)."""
    scale: Floats
    """(rows,): what one of a row stands for, in the unit of its limit."""
    shape: tuple[int, int, int]
    """Zones, accelerators, periods."""

    @cached_property
    def matrix(self) -> Floats:
        """Return every row over what stands in zones alone, (rows, z*g*t)."""
        return self.row_standing + self.row_totals @ self.of_totals


def zones(case: Case, limits: Sequence[Limit]) -> Ints:
    """Return the zone of each site, numbered from 0: its destination, split where a limit counts some of its sites."""
    names: list[tuple[object, ...]] = [(place,) for place in case.site_destinations]
    everywhere = len(names)
    for number, limit in enumerate(limits):
        counted: dict[tuple[int, int, object], list[int]] = {}
        for variable, coefficient in limit.net_terms():
            if isinstance(variable, Standing):
                counted.setdefault((variable.accelerator, variable.period, coefficient), []).append(variable.site)
        for key, sites in counted.items():
            if len(sites) < everywhere:
                for site in sites:
                    names[site] = (*names[site], number, key)
    number_of = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([number_of[name] for name in names], dtype=np.int64)


def couple(case: Case, limits: Sequence[Limit], zone: Ints) -> Coupling:
    """Return the rows of the shared limits."""
    num_zones = int(zone.max()) + 1
    shape = (num_zones, len(case.plan.accelerators), case.num_periods)
    first = {int(z): int(np.argmax(zone == z)) for z in range(num_zones)}
    sites = {site: z for z, site in first.items()}
    totals = _totals(limits)
    index = {total: number for number, total in enumerate(totals)}
    of_totals = _sums(case, totals, zone, shape)
    row_totals, row_standing = np.zeros((len(limits), len(totals))), np.zeros((len(limits), int(np.prod(shape))))
    bound = np.zeros(len(limits))
    blocks = [accelerator.block for accelerator in case.plan.accelerators]
    for number, limit in enumerate(limits):
        sign = 1 if limit.sense is Sense.AT_MOST else -1
        for variable, coefficient in limit.net_terms():
            if isinstance(variable, Placed):
                row_totals[number, index[variable]] = sign * float(coefficient) * total_scale(case, variable.measure)
            elif isinstance(variable, Standing) and variable.site in sites:
                place = np.ravel_multi_index((sites[variable.site], variable.accelerator, variable.period), shape)
                row_standing[number, place] = sign * float(coefficient) * blocks[variable.accelerator]
        bound[number] = sign * float(Fraction(limit.net_bound))
    scale = np.maximum(np.abs(row_totals).max(axis=1, initial=0.0), np.abs(row_standing).max(axis=1, initial=0.0))
    scale[scale == 0] = 1.0
    return Coupling(
        totals, of_totals, row_totals / scale[:, None], row_standing / scale[:, None], bound / scale, scale, shape
    )


def _totals(limits: Sequence[Limit]) -> tuple[Placed, ...]:
    named = {v for limit in limits for v, _ in limit.net_terms() if isinstance(v, Placed)}
    return tuple(sorted(named, key=lambda total: (total.place == WORLD, total)))


def _sums(case: Case, totals: Sequence[Placed], zone: Ints, shape: tuple[int, int, int]) -> Floats:
    sums = np.zeros((len(totals), *shape))
    place_of = {int(z): place for z, place in zip(zone, case.site_destinations, strict=True)}
    for number, total in enumerate(totals):
        scale = total_scale(case, total.measure)
        sizes = [
            float(weight * sku.block) / scale
            for weight, sku in zip(case.weights[total.measure], case.plan.accelerators, strict=True)
        ]
        for z in range(shape[0]):
            if total.place in {WORLD, place_of[z]}:
                sums[number, z, :, total.period] = sizes
    return sums.reshape(len(totals), int(np.prod(shape)))
