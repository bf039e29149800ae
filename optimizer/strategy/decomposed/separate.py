"""Which plans come apart into sites: their limits are sorted into those of one site and those that sites share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from optimizer.rules.limit import Opened, Placed, Sense, Standing
from optimizer.strategy.decomposed.coupling import Coupling, couple, zones
from optimizer.strategy.decomposed.schedules import Schedules, from_then_on, schedule
from optimizer.strategy.decomposed.sites import Sites, tabulate_sites

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.model.formulation import Floats, Ints
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


LocalRow = tuple[int, int, "Floats | list[float]", float, float]
"""Site, period, weight of a block by accelerator, opening and bound of one of `LocalRows`."""


@dataclass(frozen=True)
class LocalRows:
    """Further limits of one site in one period: `weights x blocks standing + opening x open <= bound`."""

    site: Ints
    period: Ints
    weights: Floats
    """(rows, accelerators)."""
    opening: Floats
    bound: Floats

    @classmethod
    def of(cls, rows: Sequence[LocalRow], num_skus: int) -> LocalRows:
        """Return rows as arrays."""
        site, period, weights, opening, bound = zip(*rows, strict=True) if rows else ((), (), (), (), ())
        return cls(
            np.array(site, dtype=np.int64),
            np.array(period, dtype=np.int64),
            np.array(weights, dtype=np.float64).reshape(-1, num_skus),
            np.array(opening, dtype=np.float64),
            np.array(bound, dtype=np.float64),
        )

    def with_more(self, other: LocalRows) -> LocalRows:
        """Return these rows and others after them."""
        return LocalRows(
            np.append(self.site, other.site),
            np.append(self.period, other.period),
            np.vstack([self.weights, other.weights]),
            np.append(self.opening, other.opening),
            np.append(self.bound, other.bound),
        )

    def charge(self, sites: Sites, prices: Floats) -> tuple[Sites, float]:
        """Return the sites less what these limits cost at prices (rows,), and what the limits earn at them."""
        num_sites, num_skus, num_periods = sites.shape
        stock, opening = np.zeros((num_sites, num_periods, num_skus)), np.zeros((num_sites, num_periods))
        np.add.at(stock, (self.site, self.period), prices[:, None] * self.weights)
        np.add.at(opening, (self.site, self.period), prices * self.opening)
        charged = replace(
            sites,
            worth=sites.worth - from_then_on(stock.transpose(0, 2, 1)),
            opening=sites.opening - np.where(sites.opens[:, None], from_then_on(opening), 0.0),
        )
        return charged, float(prices @ (self.bound - np.where(sites.opens[self.site], 0.0, self.opening)))


@dataclass(frozen=True)
class Separable:
    """A plan that comes apart into sites once what they share has prices."""

    sites: Sites
    coupling: Coupling
    local: LocalRows
    shared: tuple[int, ...]
    """The number, in the case's limits, of each row of the coupling."""

    @property
    def num_prices(self) -> int:
        """Return how many limits have a price: the shared ones and, after them, the further ones of single sites."""
        return len(self.shared) + len(self.local.site)

    def grouped(self, sites: Sites) -> Separable:
        """Return the plan with groups of sites in the place of sites; they have no further limits."""
        return replace(self, sites=sites, local=LocalRows.of((), sites.shape[1]))

    def alike(self) -> Ints:
        """Return by site a number that sites share which may change places, for limits and prices see no difference."""
        sites, local = self.sites, self.local
        tables = (
            sites.worth,
            sites.most,
            sites.draw,
            sites.power,
            sites.opening,
            sites.opens,
            sites.may_open,
            sites.zone,
        )
        own: list[list[tuple[object, ...]]] = [[] for _ in sites.opens]
        rows = zip(local.site.tolist(), local.period.tolist(), local.weights, local.opening, local.bound, strict=True)
        for site, period, weights, opening, bound in rows:
            own[site].append((period, weights.tobytes(), float(opening), float(bound)))
        numbers: dict[object, int] = {}
        return np.array(
            [
                numbers.setdefault((*(table[site].tobytes() for table in tables), *own[site]), site)
                for site in range(len(own))
            ]
        )

    def padded(self, prices: Floats) -> Floats:
        """Return prices with none for the limits that have no price in them yet."""
        return np.append(prices, np.zeros(self.num_prices - len(prices)))

    def schedules(self, prices: Floats) -> Schedules:
        """Return the best schedules of the sites at prices of all limits that have one."""
        shared, own = np.split(prices, [len(self.shared)])
        sites, earned = self.local.charge(self.sites, own)
        found = schedule(sites, self.coupling, shared)
        return replace(found, bound=found.bound + earned)

    def prices_of(self, price_of_limits: Mapping[int, float]) -> Floats:
        """Return the prices of all limits that have one from those of shared limits, in money per unit of each."""
        per_unit = np.array([price_of_limits.get(number, 0.0) for number in self.shared])
        return self.padded(per_unit * self.coupling.scale)

    def price_of_limits(self, prices: Floats) -> dict[int, float]:
        """Return the prices of shared limits by the number of the limit, in money per its unit."""
        per_unit = prices[: len(self.shared)] / self.coupling.scale
        return {number: float(price) for number, price in zip(self.shared, per_unit, strict=True) if price}


def separate(case: Case, limits: Sequence[Limit]) -> Separable | None:
    """Return a case as sites and what they share; None where it has more than stock, openings and totals.

    Stock that may leave, sites that close, soft limits, and limits on how many sites open are such things.
    """
    if case.plan.changes.is_any or case.closes:
        return None
    kinds = [_kind(limit) for limit in limits]
    power = [limit for limit, kind in zip(limits, kinds, strict=True) if kind is Kind.POWER]
    local = [limit for limit, kind in zip(limits, kinds, strict=True) if kind is Kind.LOCAL]
    numbers = tuple(number for number, kind in enumerate(kinds) if kind is Kind.SHARED)
    if Kind.OTHER in kinds or not numbers or len(power) < case.num_periods * len(case.plan.sites):
        return None
    shared = [limits[number] for number in numbers]
    zone = zones(case, shared)
    sites = tabulate_sites(case, limits, power, zone)
    return Separable(sites, couple(case, shared, zone), _local_rows(case, local), numbers)


class Kind(Enum):
    """What a limit is to a plan that comes apart."""

    POWER = "a site's power"
    LOCAL = "another limit of one site in one period"
    SHARED = "a limit that sites share"
    NOTHING = "a limit that nothing moves"
    OTHER = "a limit that keeps the plan together"


def _kind(limit: Limit) -> Kind:
    if limit.rule == "site_power" and not limit.is_soft and not limit.allowance.terms:
        return Kind.POWER
    terms = limit.net_terms()
    variables = [variable for variable, _ in terms]
    if limit.is_soft or not all(isinstance(variable, Standing | Opened | Placed) for variable in variables):
        return Kind.OTHER
    if not terms:
        return Kind.OTHER if limit.excess(0, limit.net_bound) else Kind.NOTHING
    sites = {variable.site for variable in variables if isinstance(variable, Standing | Opened)}
    if len(sites) > 1 or any(isinstance(variable, Placed) for variable in variables):
        return Kind.OTHER if any(isinstance(variable, Opened) for variable in variables) else Kind.SHARED
    return Kind.LOCAL if all(variable.period == limit.period for variable in variables) else Kind.OTHER


def _local_rows(case: Case, limits: Sequence[Limit]) -> LocalRows:
    """Return the limits of one site with more than one term; `Sites.most` holds what the others say."""
    blocks = [accelerator.block for accelerator in case.plan.accelerators]
    rows: list[LocalRow] = []
    for limit in limits:
        terms = limit.net_terms()
        if len(terms) == 1 and limit.sense is Sense.AT_MOST and isinstance(terms[0][0], Standing):
            continue
        sign = 1 if limit.sense is Sense.AT_MOST else -1
        weights, opening, bound, site = [0.0] * len(blocks), 0.0, sign * float(limit.net_bound), 0
        for variable, coefficient in terms:
            if isinstance(variable, Standing):
                weights[variable.accelerator], site = (
                    sign * float(coefficient) * blocks[variable.accelerator],
                    variable.site,
                )
            elif isinstance(variable, Opened) and case.is_open_without(variable):
                bound -= sign * float(coefficient)
            elif isinstance(variable, Opened):
                opening, site = sign * float(coefficient), variable.site
        rows.append((site, limit.period, weights, opening, bound))
    return LocalRows.of(rows, len(blocks))
