"""How many modules of each hall may stand, by single limits alone, and the power they can bring."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.rules.limit import Limit, Modules, Sense

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    import numpy.typing as npt

    from optimizer.rules.case import Case


def modules_allowed(case: Case, limits: Iterable[Limit]) -> Mapping[Modules, int | None]:
    """Return the most modules by hall and period; None where no hard limit says, and nothing before they are available."""
    most: dict[Modules, int | None] = {
        Modules(hall.key, period): None if period >= hall.available_from else 0
        for hall in case.plan.halls
        for period in range(case.num_periods)
    }
    for limit in limits if most else ():
        is_plain = limit.sense is Sense.AT_MOST and limit.price is None and not limit.allowance.terms
        if is_plain and all(weight > 0 for _, weight in limit.usage.terms):
            for variable, weight in limit.usage.terms:
                if isinstance(variable, Modules):
                    fits = max(0, int(Fraction(limit.net_bound) / weight))
                    known = most[variable]
                    most[variable] = fits if known is None else min(known, fits)
    return most


def net_bound_with_halls(limit: Limit, allowed: Mapping[Modules, int | None]) -> Fraction | None:
    """Return the most that usage can come to where the allowance takes in modules of halls, every one of them standing.

    None where there is no end to it, or the allowance moves with anything else.
    """
    bound = Fraction(limit.net_bound)
    for variable, weight in limit.allowance.terms:
        most = allowed.get(variable) if isinstance(variable, Modules) else None
        if most is None:
            return None
        bound += max(0, weight) * most
    return bound


def modules_in_reach(case: Case, limits: Iterable[Limit], most_blocks: npt.NDArray[np.int64]) -> Mapping[Modules, int]:
    """Return the most modules that can be of use: as many as are allowed, or carry all that could stand at the site."""
    found = {}
    for variable, most in modules_allowed(case, limits).items():
        if most is not None:
            found[variable] = most
            continue
        hall = case.plan.halls[case.plan.hall_index[variable.hall]]
        site = case.plan.site_index[hall.site]
        blocks = most_blocks[site].max(axis=1)  # modules stay, also where stock may leave
        skus = case.plan.accelerators
        draw = sum((int(n) * sku.block * sku.power_kw for n, sku in zip(blocks, skus, strict=True)), Fraction(0))
        draw += 1000 * case.power.drawn_mw(site, variable.period) / case.plan.sites[site].pue
        needed = -(-draw * case.plan.sites[site].pue / 1000 // hall.power_mw)
        least = case.number("min_modules", hall.key, variable.period, hall.min_modules_if_open or 0)
        found[variable] = max(int(needed), hall.modules, int(least))
    return found
