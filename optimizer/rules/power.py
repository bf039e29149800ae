"""The power of a case's sites: what each offers, what installed stock draws of it, and what new units could have.

All of it is MW at the facility, by site and period.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.rules.case import Case


@dataclass(frozen=True)
class Power:
    """The power of the sites and halls of a case."""

    case: Case

    def offered_mw(self, site: int, period: int) -> Fraction:
        """Return what a site offers, what installed stock draws included where the site says so.

        As written, or as the planner changes it: where that is more than there is in a period, nothing is left.
        """
        described = self.case.plan.sites[site]
        power = self.case.number("site_power", described.key, period, described.power_mw[period])
        return Fraction(power) if power.numerator > 0 else Fraction(0)

    def drawn_mw(self, site: int, period: int) -> Fraction:
        """Return what installed stock takes of what a site offers in a period."""
        plan = self.case.plan
        if not plan.sites[site].power_includes_installed:
            return Fraction(0)
        index, skus = plan.accelerator_index, plan.accelerators
        standing = self.case.stock.standing_at(site, period)
        draw = sum((row.units * skus[index[row.accelerator]].power_kw for row in standing), Fraction(0))
        return draw * plan.sites[site].pue / 1000

    def available_mw(self, site: int, period: int) -> Fraction:
        """Return what is free for new units; negative where the installed stock alone is over."""
        offered, drawn = self.offered_mw(site, period), self.drawn_mw(site, period)
        return offered - drawn if drawn else offered

    @cached_property
    def halls_at_site(self) -> Mapping[int, tuple[int, ...]]:
        """Map site number to the numbers of its halls."""
        halls: dict[int, list[int]] = defaultdict(list)
        for number, hall in enumerate(self.case.plan.halls):
            halls[self.case.plan.site_index[hall.site]].append(number)
        return {site: tuple(numbers) for site, numbers in halls.items()}

    def reachable_mw(self, site: int, period: int) -> Fraction:
        """Return what new units could have: what is available, and every module that may stand.

        Where a hall's number of modules is no limit, what everything delivered draws stands for it.
        """
        case, power = self.case, self.available_mw(site, period)
        for number in self.halls_at_site.get(site, ()):
            hall = case.plan.halls[number]
            own = case.limit_setting("max_modules", hall.key)
            if period < hall.available_from:
                continue
            if own.is_enforced and own.price_cap is None:
                power += hall.power_mw * max(0, case.number("max_modules", hall.key, period, hall.modules))
            else:
                power += self._delivered_mw(site)
        return power

    def _delivered_mw(self, site: int) -> Fraction:
        """Return what everything delivered would draw at a site."""
        plan = self.case.plan
        draws = (row[-1] * unit.power_kw for row, unit in zip(plan.delivered_units, plan.accelerators, strict=True))
        return sum(draws, Fraction(0)) * plan.sites[site].pue / 1000
