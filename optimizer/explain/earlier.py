"""Deliveries brought forward: units of one delivery, by as few periods as can be, then as few of them as can be.

More that is delivered earlier seldom takes a plan away, so both are found by bisection; `is_least` is said only of what was
shown. An accelerator without whose deliveries there is no plan either is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.explain.setting import DELIVERIES, thousands
from optimizer.explain.table_change import ChangedTable, TableChange, has_plan, least_steps
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from optimizer.explain.feasibility import Feasibility
    from optimizer.rules.case import Case

LABEL = "delivery date"


def earlier_deliveries(case: Case, feasibility: Feasibility) -> list[ChangedTable]:
    """Return each one delivery with which a plan exists once it comes earlier: fewest periods first, then fewest units."""
    limits = compile_limits(case)
    found = []
    for sku, accelerator in enumerate(case.plan.accelerators):
        late = [period for period, count in enumerate(accelerator.delivered_units) if period and count]
        others = [limit for limit in limits if (limit.rule, limit.scope) != (DELIVERIES, accelerator.key)]
        if late and feasibility.ask(case, others).exists is True:
            found += [moved for period in late if (moved := _least(_Lot(case, sku, period), feasibility)) is not None]
    found.sort(key=lambda one: one[:2])
    return [changed for _, _, changed in found]


@dataclass(frozen=True, slots=True)
class _Lot:
    """What is delivered of one accelerator in one period."""

    case: Case
    sku: int
    period: int

    @property
    def units(self) -> int:
        return self.case.plan.accelerators[self.sku].delivered_units[self.period]

    def moved(self, periods: int, units: int) -> Case:
        """Return the case of the plan with so many of the units so many periods earlier."""
        accelerators = list(self.case.plan.accelerators)
        row = list(accelerators[self.sku].delivered_units)
        row[self.period] -= units
        row[self.period - periods] += units
        accelerators[self.sku] = replace(accelerators[self.sku], delivered_units=tuple(row))
        return make_case(replace(self.case.plan, accelerators=tuple(accelerators)))


def _least(lot: _Lot, feasibility: Feasibility) -> tuple[int, int, ChangedTable] | None:
    """Return the fewest periods, the fewest units by these, and the change; None where no earlier date is enough."""
    far = least_steps(lot.period, lambda periods: has_plan(lot.moved(periods, lot.units), feasibility))
    if far is None:
        return None
    block = lot.case.plan.accelerators[lot.sku].block
    periods, is_nearest = far

    def units_of(steps: int) -> int:
        return min(lot.units, steps * block)

    fewest = least_steps(
        -(-lot.units // block), lambda steps: has_plan(lot.moved(periods, units_of(steps)), feasibility)
    )
    if fewest is None:
        return None
    units = units_of(fewest[0])
    change = _change(lot.case, lot.sku, lot.period, periods, units)
    return periods, units, ChangedTable(change, lot.moved(periods, units), is_nearest and fewest[1])


def _change(case: Case, sku: int, period: int, periods: int, units: int) -> TableChange:
    accelerator, labels = case.plan.accelerators[sku], case.plan.horizon.labels
    old, new = labels[period], labels[period - periods]
    count = f"{thousands(units)} unit{'' if units == 1 else 's'}"
    return TableChange(
        row=f"deliveries[{accelerator.key}]",
        kind=LimitKind.CONTRACT,
        label=LABEL,
        today=f"{count} in {old}",
        suggested=f"{count} in {new}",
        change=f"{periods} period{'' if periods == 1 else 's'} earlier",
        sentence=f"{accelerator.key}: {count} in {new} instead of {old}",
        citation="deliveries.csv",
        set_option=f"deliveries[{accelerator.key},{old} to {new}].units={units}",
    )
