"""What units and openings are worth as arrays for the model: the exact amounts of `Worth`, rounded once, at the end.

Axes run over sites, accelerators and periods, in the plan's order.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from optimizer.schema.quantities import over_common

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.economics.worth import Worth
    from optimizer.schema.plan import Plan

Floats = npt.NDArray[np.float64]


def unit_value_array(worth: Worth) -> Floats:
    """Return the present value of one unit added, shape (sites, accelerators, periods), nearest doubles.

    Pairs that values.csv does not allow are 0.
    """
    plan = worth.plan
    if plan.values_usd_per_unit is not None:
        values = _listed(plan)
        for site in worth.closing:
            values[site, :, worth.end(site) :] = 0.0
        return values
    values = _calculated(worth)
    for site in worth.closing:
        for sku, period in np.ndindex(values.shape[1:]):
            values[site, sku, period] = float(sum(worth.unit_terms(site, sku, period).values(), Fraction(0)))
    return values


def opening_step_array(worth: Worth) -> Floats:
    """Return how much more opening a site is worth than opening it a period later, or never after the last period.

    Shape (sites, periods), nearest doubles of the exact amounts.
    """
    plan, periods = worth.plan, range(worth.plan.horizon.num_periods)
    once = [unexpired - paid for unexpired, paid in zip(worth.unexpired, worth.discount, strict=True)]
    steps = [now - after for now, after in pairwise([*once, Fraction(0)])]
    whole, over = over_common([*steps, *worth.discount])
    steps_of_cost, steps_of_fixed = whole[: len(periods)], whole[len(periods) :]
    array = np.zeros((len(plan.sites), len(periods)))
    for number, site in enumerate(plan.sites):
        (cost, fixed), under = over_common([site.opening_cost_usd, site.fixed_cost_usd_per_period])
        pairs = zip(steps_of_cost, steps_of_fixed, strict=True)
        array[number] = [(cost * step - fixed * charge) / (under * over) for step, charge in pairs]
    for number in worth.closing:
        values = [worth.opening_value(number, period) for period in periods]
        array[number] = [float(now - after) for now, after in pairwise([*values, Fraction(0)])]
    return array


def _listed(plan: Plan) -> Floats:
    """Return what values.csv says of each unit."""
    array = np.zeros(_shape(plan))
    for (site, accelerator), row in (plan.values_usd_per_unit or {}).items():
        array[plan.site_index[site], plan.accelerator_index[accelerator]] = [
            float(value) if value is not None else 0.0 for value in row
        ]
    return array


def _calculated(worth: Worth) -> Floats:
    """Return what each unit is worth at a site that stays open: its value less its energy and costs, and its residual."""
    plan = worth.plan
    multiplier = _floats(site.value_multiplier for site in plan.sites)[:, None, None]
    pue = _floats(site.pue for site in plan.sites)[:, None, None]
    power = _floats(accelerator.power_kw for accelerator in plan.accelerators)[None, :, None]
    residual = _table(worth.residual_factors)[None, :, :]
    last_value = _floats(worth.last_values)[None, :, None]
    last_energy = _floats(worth.last_energy)[:, None, None]
    energy = np.array([[amount / over for amount in sums] for sums, over in worth.energy_sums])
    value = multiplier * _table(worth.value_sums)[None, :, :] - power * pue * energy[:, None, :]
    value = value + residual * (multiplier * last_value - power * pue * last_energy)
    return np.asarray(value - _unit_costs(worth), dtype=np.float64)


def _unit_costs(worth: Worth) -> Floats:
    """Return discounted costs per unit, one vectorised step per row of unit_costs.csv."""
    costs = np.zeros(_shape(worth.plan))
    for row in worth.plan.unit_costs:
        sites = np.array(worth.sites_of(row), dtype=np.intp)
        periods = slice(None) if row.period is None else slice(row.period, row.period + 1)
        for sku in worth.skus_of(row):
            costs[sites, sku, periods] += float(worth.cost_of(row, sku))
    return np.asarray(costs * _floats(worth.discount)[None, None, :])


def _shape(plan: Plan) -> tuple[int, int, int]:
    return (len(plan.sites), len(plan.accelerators), plan.horizon.num_periods)


def _floats(values: Iterable[Fraction]) -> Floats:
    return np.array([float(value) for value in values], dtype=np.float64)


def _table(rows: Iterable[Iterable[Fraction]]) -> Floats:
    return np.array([[float(value) for value in row] for row in rows], dtype=np.float64)
