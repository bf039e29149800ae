"""Limits as rows of the program, soft ones with a column for what is bought past them.

A limit's row is divided so that its largest coefficient is one, which is about one per block. The excess of a soft limit
counts in the same unit:

    usage - allowance <= excess   (allowance - usage <= excess for a minimum),   excess >= 0, charged at its price

A soft limit that no column moves charges a constant; one whose excess costs nothing asks nothing and has no row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, inf
from typing import TYPE_CHECKING

from optimizer.model.columns import ABSENT, Columns
from optimizer.rules.limit import WORLD, Exact, Limit, Opened, Placed, Sense, Standing, Variable
from optimizer.schema.quantities import products_over_common

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.economics.worth import Worth
    from optimizer.model.formulation import RowBuilder
    from optimizer.rules.case import Case

Terms = list[tuple[int, Exact]]
Products = list[tuple[Exact, Exact]]
MARGIN = 1e-6
"""Relative margin by which the end of an excess column lies beyond the largest excess, for rounding."""


@dataclass(frozen=True, slots=True)
class Excess:
    """The column of what is bought past a soft limit."""

    column: int
    unit: Fraction
    """What one of the column stands for, in the limit's unit."""
    price: Fraction
    """Present value paid for one of the column."""
    most: float
    """No placement goes further past the limit, in the column's unit."""


@dataclass
class LimitRows:
    """What became of each limit, by its number."""

    rows: dict[int, int] = field(default_factory=dict)
    steps: dict[int, float] = field(default_factory=dict)
    rests: dict[int, float] = field(default_factory=dict)
    scales: dict[int, float] = field(default_factory=dict)
    broken: list[Limit] = field(default_factory=list)
    excesses: dict[int, Excess] = field(default_factory=dict)
    charge: Fraction = Fraction(0)
    """What every placement pays for soft limits that no column moves."""


def add_limits(case: Case, limits: Iterable[Limit], columns: Columns, rows: RowBuilder, worth: Worth) -> LimitRows:
    """Add the rows of the limits; columns of excesses are numbered after all others."""
    found = LimitRows()
    translate = Translator(case, columns)
    for number, limit in enumerate(limits):
        price = None if limit.price is None else worth.excess_price(limit.price, limit.period_label)
        if price == 0:
            continue
        moved, products, bound = translate.factors(limit)
        if not moved:
            _note_constant(found, limit, bound, price)
            continue
        # In whole numbers over common denominators: their quotients are the doubles nearest to the exact ones.
        whole, over = products_over_common(products)
        largest = max(map(abs, whole))
        scaled = [coefficient / largest for coefficient in whole]
        if price is not None:
            scale = Fraction(largest, over)
            moved.append(columns.num_columns + len(found.excesses))
            most = translate.largest_excess(limit, bound, scale)
            found.excesses[number] = Excess(moved[-1], scale, price * scale, most)
            scaled.append(-1.0 if limit.sense is Sense.AT_MOST else 1.0)
        right = bound.numerator * over / (bound.denominator * largest)
        lower, upper = (-inf, right) if limit.sense is Sense.AT_MOST else (right, inf)
        found.rows[number] = rows.add_row(limit.key, moved, scaled, lower, upper)
        found.scales[number] = largest / over
        step = translate.step(limit)
        found.steps[number] = step.numerator * over / (step.denominator * largest)
        steps = (bound.numerator if limit.sense is Sense.AT_MOST else -bound.numerator) * step.denominator
        one = bound.denominator * step.numerator
        found.rests[number] = steps % one / one
    return found


def _note_constant(found: LimitRows, limit: Limit, bound: Fraction, price: Fraction | None) -> None:
    """Note a limit that nothing moves, if it is broken: against every placement, or charged to every one."""
    excess = limit.excess(0, bound)
    if excess and price is None:
        found.broken.append(limit)
    elif excess and price is not None:
        found.charge += price * excess


def total_scale(case: Case, measure: str) -> float:
    """Return what one unit of a total's column stands for: the largest block, so that totals count about in blocks."""
    return float(
        max(
            (weight * sku.block for weight, sku in zip(case.weights[measure], case.plan.accelerators, strict=True)),
            default=1,
        )
    )


class Translator:
    """Turns a limit's exact terms over variables into exact terms over columns (blocks, scaled totals)."""

    def __init__(self, case: Case, columns: Columns) -> None:
        self._case = case
        self._columns = columns
        self._blocks = columns.blocks.tolist()
        self._openings = columns.openings.tolist()
        self._block = [accelerator.block for accelerator in case.plan.accelerators]
        self._scale = {measure: Fraction(total_scale(case, measure)) for measure in case.weights}

    def net(self, limit: Limit) -> tuple[list[tuple[int, Exact]], Fraction]:
        """Return usage minus allowance over columns, and the right-hand side."""
        columns, products, bound = self.factors(limit)
        return [(column, weight * factor) for column, (weight, factor) in zip(columns, products, strict=True)], bound

    def factors(self, limit: Limit) -> tuple[list[int], Products, Fraction]:
        """Return usage minus allowance as columns and coefficients still to be multiplied, and the right-hand side."""
        bound = Fraction(limit.net_bound)
        columns: list[int] = []
        products: Products = []
        net = limit.usage.terms if not limit.allowance.terms else limit.net_terms()
        for variable, coefficient in net:
            column, factor = self._column(variable)
            if column != ABSENT:
                columns.append(column)
                products.append((coefficient, factor))
            elif isinstance(variable, Opened) and self._case.is_open_without(variable):
                bound -= coefficient
        return columns, products, bound

    def _column(self, variable: Variable) -> tuple[int, Exact]:
        match variable:
            case Standing():
                site, sku, period = variable
                return self._blocks[site][sku][period], self._block[sku]
            case Opened(site, period):
                return self._openings[site][period], 1
            case Placed():
                return self._columns.totals.get(variable, ABSENT), self._scale[variable.measure]
            case _:
                extra = self._columns.extras.get(variable)
                return (ABSENT, 1) if extra is None else (extra.column, extra.unit)

    def largest_excess(self, limit: Limit, bound: Fraction, scale: Fraction) -> float:
        """Return a number that no placement's excess is above, in units of the limit's row."""
        sign = 1 if limit.sense is Sense.AT_MOST else -1
        reach = -sign * bound
        for variable, coefficient in limit.net_terms():
            column, factor = self._column(variable)
            if column != ABSENT:
                reach += max(Fraction(0), sign * Fraction(coefficient) * factor * self.most(variable))
        return float(max(Fraction(0), reach) / scale) * (1 + MARGIN) + MARGIN

    def most(self, variable: Variable) -> Exact:
        """Return the most that the column of a variable can come to, in the column's own unit."""
        match variable:
            case Standing():
                return int(self._columns.most_blocks[variable])
            case Opened():
                return 1
            case Placed(measure, place, period):
                return Fraction(self._most_placed(measure, place, period)) / self._scale[measure]
            case _:
                return Fraction(self._columns.extras[variable].most)

    def _most_placed(self, measure: str, place: str, period: int) -> Exact:
        places = self._case.sites_by_destination
        sites = range(len(self._case.plan.sites)) if place == WORLD else places.get(place, ())
        most = self._columns.most_blocks[list(sites), :, period].sum(axis=0)
        weights = self._case.weights[measure]
        return sum(weight * block * int(count) for weight, block, count in zip(weights, self._block, most, strict=True))

    def step(self, limit: Limit) -> Fraction:
        """Return the smallest amount by which whole blocks can move a limit: the gcd of its steps."""
        steps: Products = []
        for variable, coefficient in limit.net_terms():
            match variable:
                case Standing():
                    steps.append((coefficient, self._block[variable.accelerator]))
                case Opened():
                    steps.append((coefficient, 1))
                case Placed():
                    weights = self._case.weights[variable.measure]
                    steps += [(coefficient * w, b) for w, b in zip(weights, self._block, strict=True)]
                case _:
                    extra = self._columns.extras.get(variable)
                    steps.append((coefficient, 1 if extra is None else extra.step))
        whole, over = products_over_common(steps)
        return Fraction(gcd(*whole), over)
