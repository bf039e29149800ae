"""The most that any placement can reach, by single limits and by each site's power: what arithmetic alone can say."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.model.columns import largest_blocks
from optimizer.model.hall_power import modules_in_reach
from optimizer.rules.bound_lots import bound_by, bound_scopes
from optimizer.rules.limit import (
    WORLD,
    Entered,
    Exact,
    Limit,
    Modules,
    Moved,
    Opened,
    Placed,
    Present,
    Served,
    Standing,
    Unbound,
    Variable,
    Vintage,
    accelerator_of,
)
from optimizer.rules.serving import installed_tpp, most_served

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    import numpy.typing as npt

    from optimizer.rules.case import Case

DELIVERIES = "deliveries"


def reach_of(case: Case, limits: Iterable[Limit]) -> Reach:
    """Return what is in reach of a case under some limits."""
    limits = tuple(limits)
    most = largest_blocks(case, limits)
    standing = {
        (int(site), int(sku), int(period)): int(most[site, sku, period]) * case.plan.accelerators[sku].block
        for site, sku, period in zip(*most.nonzero(), strict=True)
    }
    delivered = {
        (sku, limit.period): int(limit.net_bound) + bound_by(case, sku, limit.period)
        for limit in limits
        if limit.rule == DELIVERIES and not limit.is_soft
        for variable, _ in limit.usage.terms
        if (sku := accelerator_of(variable)) is not None
    }
    return Reach(case, standing, delivered, modules_in_reach(case, limits, most), most_served(case, limits))


@dataclass(frozen=True)
class Reach:
    """The most that any placement can make of a sum of variables."""

    case: Case
    standing: Mapping[tuple[int, int, int], int]
    """Site, accelerator and period to the most units, by single limits alone."""
    delivered: Mapping[tuple[int, int], int]
    """Accelerator and period to the units delivered by then; none where deliveries are no limit."""
    modules: Mapping[Modules, int]
    """The most modules of each hall that can be of use in each period."""
    served: npt.NDArray[np.int64]
    """The most that limits on service alone let each site serve of each workload in each period."""
    _best: dict[Placed, Exact] = field(default_factory=dict)

    def most(self, terms: Mapping[Variable, Exact]) -> Exact:
        """Return an upper bound of a sum; several counts of one accelerator share its deliveries."""
        total: Exact = 0
        units: dict[tuple[int, int], list[tuple[Exact, int]]] = {}
        for variable, coefficient in terms.items():
            if coefficient <= 0:
                continue
            match variable:
                case Standing(_, sku, period):
                    units.setdefault((sku, period), []).append(
                        (coefficient, self.standing.get((variable.site, sku, period), 0))
                    )
                case Opened() | Present():
                    total += coefficient
                case Placed():
                    total += coefficient * self._placed(variable)
                case Modules():
                    total += coefficient * self.modules.get(variable, 0)
                case Served():
                    total += coefficient * self._served(variable)
                case _:
                    total += coefficient * self._units(variable)
        return total + sum(self._shared(sku, period, wanted) for (sku, period), wanted in units.items())

    def _units(self, variable: Entered | Unbound | Vintage | Moved) -> int:
        """Return the most units of a kind that is neither stock nor an opening nor a total."""
        match variable:
            case Entered():
                return self._entered(variable)
            case Unbound():
                return self._unbound(variable)
            case Vintage() | Moved():
                return self._most_ever(variable.site, variable.accelerator)

    def _entered(self, variable: Entered) -> int:
        """Return the most units that could have entered: the most that could stand at the gate's sites at the end."""
        sites = self.case.gate_by_key[variable.gate].sites
        if self.case.plan.changes.is_any:  # what has left may be followed by more
            return self.case.num_periods * sum(self._most_ever(site, variable.accelerator) for site in sites)
        return sum(self.standing.get((site, variable.accelerator, self.case.last_open(site)), 0) for site in sites)

    def _unbound(self, variable: Unbound) -> int:
        """Return the most units that a scope can have taken by a period: the most that could stand there by then."""
        scope = next(
            one for one in bound_scopes(self.case, variable.accelerator) if one.beyond(variable.period) == variable
        )
        if self.case.plan.changes.is_any:
            return self.case.num_periods * sum(self._most_ever(site, scope.sku) for site in scope.sites)
        return sum(
            self.standing.get((site, scope.sku, min(variable.period, self.case.last_open(site))), 0)
            for site in scope.sites
        )

    def _most_ever(self, site: int, sku: int) -> int:
        """Return the most units of an accelerator that can stand at a site in any period."""
        return max(self.standing.get((site, sku, period), 0) for period in range(self.case.num_periods))

    def _served(self, variable: Served) -> int:
        """Return the most compute that could serve: by limits on service, and by what could stand at the site."""
        skus = enumerate(self.case.plan.accelerators)
        placed = sum(self.standing.get((variable.site, sku, variable.period), 0) * row.tpp for sku, row in skus)
        by_limits = int(self.served[variable.site, variable.workload, variable.period])
        return min(by_limits, placed + installed_tpp(self.case, variable.site, variable.period))

    def _shared(self, sku: int, period: int, wanted: list[tuple[Exact, int]]) -> Exact:
        """Return the most of some counts of one accelerator, the dearest first, until what is delivered runs out."""
        left = self.delivered.get((sku, period), sum(most for _, most in wanted))
        total: Exact = 0
        for coefficient, most in sorted(wanted, key=lambda pair: -pair[0]):
            taken = min(left, most)
            total += coefficient * taken
            left -= taken
        return total

    def _placed(self, total: Placed) -> Exact:
        if total not in self._best:
            places = self.case.sites_by_destination
            sites = range(len(self.case.plan.sites)) if total.place == WORLD else places.get(total.place, ())
            weights = self.case.weights[total.measure]
            self._best[total] = sum(
                self._shared(
                    sku, total.period, [(weight, self.standing.get((site, sku, total.period), 0)) for site in sites]
                )
                for sku, weight in enumerate(weights)
            )
        return self._best[total]

    def in_place(self, place: str, measure: str, period: int) -> Fraction:
        """Return the most of a measure that can stand in a destination: site by site no more than its power carries."""
        sites = self.case.sites_by_destination.get(place, ())
        by_power = sum((self._at_site(site, measure, period) for site in sites), Fraction(0))
        return min(by_power, Fraction(self.most({Placed(measure, place, period): 1})))

    def _at_site(self, site: int, measure: str, period: int) -> Fraction:
        """Return the most of a measure at one site: the densest accelerators first, until its power runs out."""
        plan, weights = self.case.plan, self.case.weights[measure]
        left = max(Fraction(0), self.case.power.reachable_mw(site, period))
        total = Fraction(0)
        draws = [accelerator.power_kw * plan.sites[site].pue / 1000 for accelerator in plan.accelerators]
        by_density = sorted(
            range(len(draws)), key=lambda sku: draws[sku] / weights[sku] if weights[sku] else Fraction(10**12)
        )
        for sku in by_density:
            units = Fraction(self.standing.get((site, sku, period), 0))
            if draws[sku] and draws[sku] * units > left:
                units = left / draws[sku]
            total += units * weights[sku]
            left -= units * draws[sku]
        return total
