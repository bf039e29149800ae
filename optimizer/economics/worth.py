"""What a unit and an opening are worth: present values by named term, exactly.

Equations and symbols: docs/model.md, objective. Per unit of g added at s in period a, with discount factor f(k), hours h
per period, weight w(a) = first_period_share and w(k) = 1 after it, life in periods L:

    value    = sum over k = a..T-1 of w(k) f(k) h value[g] decline[g,k] utilisation[g] value_multiplier[s]
    energy   = - sum over k = a..T-1 of w(k) f(k) h power_kw[g] pue[s] price[s,k] / 1000
    residual = R(g,a) x (margin of period T-1), R(g,a) = sum of f(k) for k = T .. a+L-1, the last one by its fraction
    cost     = - f(a) x unit costs that apply

At a site that closes after period K the sums end with K, and R counts no period after it.

Per TPP at s that serves w in period t: service = f(t) (h value_usd_per_tpp_hour[w,t] + value_usd_per_tpp[s,w]).

Per module of a hall added in period a: halls = - f(a) x cost_usd, with the residual credit of an opening cost.

Per unit by which a soft limit is broken in period t: bought = - f(t) x price_cap; per unit of the last plan that is not
added in its period t: changes = - f(t) x change price.

Everything is an exact Fraction; `optimizer.economics.worth_arrays` rounds once, at the end.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.schema.calendar import compound_factor
from optimizer.schema.plan import Plan, Residual, UnitCost
from optimizer.schema.quantities import over_common

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from optimizer.schema.placement import Placement

VALUE, ENERGY, OPENING, FIXED, RESIDUAL = "value", "energy", "opening", "fixed", "residual"
HALLS, SERVICE = "halls", "service"
"""Modules of halls, and what serving workloads is worth."""
COST_PREFIX = "cost: "

Terms = dict[str, Fraction]


@dataclass(frozen=True)
class Worth:
    """Present values of a plan's units and openings."""

    plan: Plan

    def unit_terms(self, site: int, sku: int, period: int) -> Terms:
        """Return the present value of one unit added, by term; costs are negative; nothing at a closed site."""
        if self._is_closed(site, period):
            return {}
        if self.plan.values_usd_per_unit is not None:
            return {VALUE: self._listed_value(site, sku, period)}
        plan = self.plan
        multiplier = plan.sites[site].value_multiplier
        draw = plan.accelerators[sku].power_kw * plan.sites[site].pue
        terms = {
            VALUE: multiplier * (self.value_sums[sku][period] - self._values_after(site, sku)),
            ENERGY: -draw * (self._energy_sum(site, period) - self._energy_after(site)),
        }
        residual_factor = self._residual_factor(site, sku, period)
        if residual_factor:
            margin = multiplier * self.last_values[sku] - draw * self.last_energy[site]
            terms[RESIDUAL] = residual_factor * margin
        for name, cost in self._unit_costs(site, sku, period).items():
            terms[name] = -cost * self.discount[period]
        return terms

    def standing_terms(self, site: int, sku: int, bought: int, period: int) -> Terms:
        """Return the present value of one unit of an age that stands at a site in one period, by term.

        What it costs to add it falls in the period of purchase, what it leaves in the last one.
        """
        share = self.plan.economics.first_period_share if period == bought else Fraction(1)
        terms = self._terms_of_period(site, sku, period, share)
        if period == bought:
            for name, cost in self._unit_costs(site, sku, period).items():
                terms[name] = -cost * self.discount[period]
        if period == self.plan.horizon.num_periods - 1 and (factor := self._residual_factor(site, sku, bought)):
            margin = sum(self._terms_of_period(site, sku, period, Fraction(1)).values(), Fraction(0))
            terms[RESIDUAL] = factor * margin / self.discount[period]
        return terms

    def late_terms(self, site: int, sku: int, period: int) -> Terms:
        """Return what a unit misses of the period in which it arrives at a site, by term."""
        return self._terms_of_period(site, sku, period, self.plan.economics.first_period_share - 1)

    def _terms_of_period(self, site: int, sku: int, period: int, share: Fraction) -> Terms:
        """Return the present value of a share of one period of one unit, by term."""
        described, worth = self.plan.sites[site], share * self.discount[period]
        price = described.energy_price_usd_per_mwh[period]
        drawn = self.plan.accelerators[sku].power_kw * described.pue * self.plan.horizon.hours / 1000
        return {
            VALUE: worth * described.value_multiplier * self._values[sku][period],
            ENERGY: -worth * drawn * price,
        }

    def opening_terms(self, site: int, period: int) -> Terms:
        """Return the present value of opening a site in a period, by term; the credit at the end is in `residual`."""
        described = self.plan.sites[site]
        terms: Terms = {}
        if self._is_closed(site, period):
            return terms
        if described.opening_cost_usd:
            terms[OPENING] = -described.opening_cost_usd * self.discount[period]
            credit = described.opening_cost_usd * self._unexpired_part(site, period)
            if credit:
                terms[RESIDUAL] = credit
        if described.fixed_cost_usd_per_period:
            charged = self.discount[period : self.end(site)]
            terms[FIXED] = -described.fixed_cost_usd_per_period * sum(charged)
        return terms

    def opening_value(self, site: int, period: int) -> Fraction:
        """Return the present value of opening a site in a period."""
        return sum(self.opening_terms(site, period).values(), Fraction(0))

    def module_terms(self, hall: int, period: int) -> Terms:
        """Return the present value of adding a module in a period, by term; the credit at the end is in `residual`."""
        cost, site = self.plan.halls[hall].cost_usd, self.plan.site_index[self.plan.halls[hall].site]
        if not cost or self._is_closed(site, period):
            return {}
        terms, credit = {HALLS: -cost * self.discount[period]}, cost * self._unexpired_part(site, period)
        return {**terms, RESIDUAL: credit} if credit else terms

    def module_value(self, hall: int, period: int) -> Fraction:
        """Return the present value of adding a module in a period."""
        return sum(self.module_terms(hall, period).values(), Fraction(0))

    def evaluate(self, placement: Placement, open_at_no_cost: frozenset[int]) -> Terms:
        """Return the objective of a placement by term, exactly.

        `open_at_no_cost` are the sites that installed stock keeps open.
        """
        totals: Terms = defaultdict(Fraction)
        for (site, sku), row in sorted(placement.standing_units.items()):
            for name, worth in _of_additions(row[: self.end(site)], partial(self.unit_terms, site, sku)):
                totals[name] += worth
        for site, period in sorted(placement.opened.items()):
            if site not in open_at_no_cost:
                for name, worth in self.opening_terms(site, period).items():
                    totals[name] += worth
        for hall, row in sorted(placement.modules.items()):
            for name, worth in _of_additions(row, partial(self.module_terms, hall)):
                totals[name] += worth
        return {**totals, **self._service_term(placement)}

    def _service_term(self, placement: Placement) -> Terms:
        """Return what serving workloads is worth; no term where nothing is served."""
        total = sum(
            (
                self.service_value(site, workload, period) * tpp
                for (site, workload), row in sorted(placement.served_tpp.items())
                for period, tpp in enumerate(row)
                if tpp
            ),
            Fraction(0),
        )
        return {SERVICE: total} if placement.served_tpp else {}

    def service_value(self, site: int, workload: int, period: int) -> Fraction:
        """Return the present value of one TPP at a site that serves a workload in a period."""
        plan = self.plan
        described = plan.workloads[workload]
        row = (plan.service or {}).get((described.key, plan.sites[site].key))
        amount = plan.horizon.hours * described.value_usd_per_tpp_hour[period]
        return self.discount[period] * (amount if row is None else amount + row.value_usd_per_tpp)

    def excess_price(self, price: Fraction, period_label: str) -> Fraction:
        """Return the present value of one unit past a soft limit in a period; nothing for the stock before the plan."""
        period = self.plan.horizon.index.get(period_label)
        return Fraction(0) if period is None else price * self.discount[period]

    def _listed_value(self, site: int, sku: int, period: int) -> Fraction:
        values = self.plan.values_usd_per_unit or {}
        row = values.get((self.plan.sites[site].key, self.plan.accelerators[sku].key))
        value = row[period] if row else None
        return value if value is not None else Fraction(0)

    # --- Sites that close ---------------------------------------------------------------------------------------------

    @cached_property
    def closing(self) -> tuple[int, ...]:
        """Return the sites that close, inside the plan or after it."""
        return tuple(number for number, site in enumerate(self.plan.sites) if site.closes_after is not None)

    def end(self, site: int) -> int:
        """Return the first period of the plan in which a site is no longer open; after the last one where it stays."""
        closes = self.plan.sites[site].closes_after
        num_periods = self.plan.horizon.num_periods
        return num_periods if closes is None else min(closes + 1, num_periods)

    def _is_closed(self, site: int, period: int) -> bool:
        closes = self.plan.sites[site].closes_after
        return closes is not None and period > closes

    def _values_after(self, site: int, sku: int) -> Fraction:
        """Return the value at multiplier 1 that a unit misses in the periods after its site has closed."""
        end = self.end(site)
        if end == self.plan.horizon.num_periods:
            return Fraction(0)
        return _weighted(self._values_per_period(sku)[end:], self.discount[end:])

    def _energy_after(self, site: int) -> Fraction:
        """Return the cost of one kW in the periods after the site has closed."""
        end = self.end(site)
        prices = self.plan.sites[site].energy_price_usd_per_mwh[end:]
        return _weighted([self.plan.horizon.hours * price / 1000 for price in prices], self.discount[end:])

    def _residual_factor(self, site: int, sku: int, period: int) -> Fraction:
        """Return the discounted periods after the plan in which a unit earns: as long as it lives and its site is open."""
        closes = self.plan.sites[site].closes_after
        if closes is None or not self._has_residual:
            return self.residual_factors[sku][period]
        horizon = self.plan.horizon
        lives = period + self.plan.accelerators[sku].life_years * horizon.periods_per_year
        return self._annuity(min(lives, Fraction(closes + 1)) - horizon.num_periods)

    def _unexpired_part(self, site: int, period: int) -> Fraction:
        """Return the discounted part of an opening cost unexpired at the end; it is written off until the site closes."""
        closes = self.plan.sites[site].closes_after
        if closes is None or not self._has_residual:
            return self.unexpired[period]
        horizon = self.plan.horizon
        life = min(self.plan.economics.site_life_years * horizon.periods_per_year, Fraction(closes + 1 - period))
        at_end = horizon.discount_factor(horizon.num_periods)
        return max(Fraction(0), 1 - (horizon.num_periods - period) / life) * at_end

    # --- Sums over periods --------------------------------------------------------------------------------------------

    @cached_property
    def discount(self) -> tuple[Fraction, ...]:
        """Discount factors, by period."""
        horizon = self.plan.horizon
        return tuple(horizon.discount_factor(period) for period in range(horizon.num_periods))

    @cached_property
    def _has_residual(self) -> bool:
        return self.plan.economics.residual is Residual.LIFE and self.plan.values_usd_per_unit is None

    @cached_property
    def value_sums(self) -> tuple[tuple[Fraction, ...], ...]:
        """Value of one unit at multiplier 1, by accelerator and period of addition."""
        tails = (self._tail_sums(self._values_per_period(sku)) for sku in range(len(self.plan.accelerators)))
        return tuple(tuple(Fraction(amount, over) for amount in sums) for sums, over in tails)

    @cached_property
    def _values(self) -> tuple[tuple[Fraction, ...], ...]:
        return tuple(tuple(self._values_per_period(sku)) for sku in range(len(self.plan.accelerators)))

    def _values_per_period(self, sku: int) -> list[Fraction]:
        horizon = self.plan.horizon
        accelerator = self.plan.accelerators[sku]
        hourly = horizon.hours * accelerator.value_usd_per_hour * accelerator.utilisation
        return [
            hourly * compound_factor(-accelerator.annual_value_decline, period, horizon.periods_per_year)
            for period in range(horizon.num_periods)
        ]

    @cached_property
    def last_values(self) -> tuple[Fraction, ...]:
        """Value of one unit at multiplier 1 in the last period, by accelerator."""
        return tuple(self._values_per_period(sku)[-1] for sku in range(len(self.plan.accelerators)))

    def _energy_sum(self, site: int, period: int) -> Fraction:
        """Return the cost of one kW at the meter of a site, by period of addition."""
        sums, over = self.energy_sums[site]
        return Fraction(sums[period], over)

    @cached_property
    def energy_sums(self) -> tuple[tuple[list[int], int], ...]:
        """Cost of one kW at the meter, by site and period of addition: whole numbers over one denominator."""
        hours = self.plan.horizon.hours / 1000
        return tuple(self._tail_sums(site.energy_price_usd_per_mwh, hours) for site in self.plan.sites)

    @cached_property
    def last_energy(self) -> tuple[Fraction, ...]:
        """Cost of one kW at the meter in the last period, by site."""
        return tuple(self.plan.horizon.hours * site.energy_price_usd_per_mwh[-1] / 1000 for site in self.plan.sites)

    def _tail_sums(self, per_period: Sequence[Fraction], unit: Fraction = Fraction(1)) -> tuple[list[int], int]:
        """Return, for each period of addition, the discounted sum of units from it on, itself by `first_period_share`.

        They are whole numbers over one denominator: with many sites, fractions would cost minutes.
        """
        first = self.plan.economics.first_period_share
        amounts, under = over_common(per_period)
        factors, over = self._whole_discount
        sums, later = [], 0
        for amount, factor in zip(reversed(amounts), reversed(factors), strict=True):
            sums.append(unit.numerator * (first.numerator * amount * factor + first.denominator * later))
            later += amount * factor
        return sums[::-1], unit.denominator * first.denominator * under * over

    @cached_property
    def _whole_discount(self) -> tuple[list[int], int]:
        return over_common(self.discount)

    @cached_property
    def residual_factors(self) -> tuple[tuple[Fraction, ...], ...]:
        """Discounted periods after the plan in which a unit lives, by accelerator and period of addition."""
        horizon = self.plan.horizon
        if not self._has_residual:
            return tuple((Fraction(0),) * horizon.num_periods for _ in self.plan.accelerators)
        lives = [accelerator.life_years * horizon.periods_per_year for accelerator in self.plan.accelerators]
        return tuple(
            tuple(self._annuity(period + life - horizon.num_periods) for period in range(horizon.num_periods))
            for life in lives
        )

    def _annuity(self, num_periods: Fraction) -> Fraction:
        """Return the sum of discount factors of the first `num_periods` periods after the horizon."""
        horizon = self.plan.horizon
        whole = max(0, int(num_periods))
        total = sum((horizon.discount_factor(horizon.num_periods + k) for k in range(whole)), Fraction(0))
        part = num_periods - whole
        if part > 0:
            total += part * horizon.discount_factor(horizon.num_periods + whole)
        return total

    @cached_property
    def unexpired(self) -> tuple[Fraction, ...]:
        """Discounted part of an opening cost still unexpired at the end, by period of opening."""
        horizon = self.plan.horizon
        if not self._has_residual:
            return (Fraction(0),) * horizon.num_periods
        life = self.plan.economics.site_life_years * horizon.periods_per_year
        at_end = horizon.discount_factor(horizon.num_periods)
        return tuple(
            max(Fraction(0), 1 - (horizon.num_periods - period) / life) * at_end
            for period in range(horizon.num_periods)
        )

    # --- Unit costs ---------------------------------------------------------------------------------------------------

    def _unit_costs(self, site: int, sku: int, period: int) -> Terms:
        """Return undiscounted costs per unit by name."""
        costs: Terms = defaultdict(Fraction)
        for row in self._cost_rows.get((site, sku), ()):
            if row.period in {None, period}:
                costs[COST_PREFIX + row.name] += self.cost_of(row, sku)
        return costs

    @cached_property
    def _cost_rows(self) -> dict[tuple[int, int], tuple[UnitCost, ...]]:
        rows: dict[tuple[int, int], list[UnitCost]] = defaultdict(list)
        for row in self.plan.unit_costs:
            for site in self.sites_of(row):
                for sku in self.skus_of(row):
                    rows[site, sku].append(row)
        return {pair: tuple(found) for pair, found in rows.items()}

    def cost_of(self, row: UnitCost, sku: int) -> Fraction:
        """Return what one row of unit_costs.csv charges for one unit."""
        if row.usd_per_unit is not None:
            return row.usd_per_unit
        return (row.rate_of_price or Fraction(0)) * (self.plan.accelerators[sku].price_usd or Fraction(0))

    def sites_of(self, row: UnitCost) -> Sequence[int]:
        """Return the sites at which a row of unit_costs.csv applies."""
        if row.site is None:
            return range(len(self.plan.sites)) if row.country is None else self._sites_by_country.get(row.country, ())
        site = self.plan.site_index.get(row.site)
        return (site,) if site is not None and row.country in {None, self.plan.sites[site].country} else ()

    def skus_of(self, row: UnitCost) -> Sequence[int]:
        """Return the accelerators to which a row of unit_costs.csv applies."""
        if row.accelerator is None:
            return range(len(self.plan.accelerators))
        sku = self.plan.accelerator_index.get(row.accelerator)
        return () if sku is None else (sku,)

    @cached_property
    def _sites_by_country(self) -> dict[str, list[int]]:
        sites: dict[str, list[int]] = defaultdict(list)
        for number, site in enumerate(self.plan.sites):
            sites[site.country].append(number)
        return dict(sites)


def _of_additions(row: tuple[int, ...], terms_of: Callable[[int], Terms]) -> Iterator[tuple[str, Fraction]]:
    """Yield by term what a cumulative count is worth, each of it by the period in which it was added."""
    for period, (before, count) in enumerate(pairwise((0, *row))):
        if count != before:
            for name, worth in terms_of(period).items():
                yield name, worth * (count - before)


def _weighted(amounts: Sequence[Fraction], factors: Sequence[Fraction]) -> Fraction:
    return sum((amount * factor for amount, factor in zip(amounts, factors, strict=True)), Fraction(0))
