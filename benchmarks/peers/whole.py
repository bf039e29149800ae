"""The program in whole numbers for a solver that knows no others: every row exact, totals counted in their own step.

Rows of limits come from the limits' own fractions, times the common denominator, divided by the common divisor. A total is
a whole number of the largest amount that divides every block. Worth is rounded up on a fine grid, so that a bound stays a
bound. What has columns that are not whole, or numbers past 62 bits, does not fit, and the reason is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from math import ceil, floor, gcd, inf, isfinite, lcm
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from benchmarks.peers.textbook import Row, Rows, aggregate, float_rows
from optimizer.model.limit_rows import Translator, total_scale
from optimizer.rules.limit import WORLD, Placed, Sense

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from optimizer.model.build import Model

Ints = npt.NDArray[np.int64]
LARGEST = 2**62
"""Whole numbers stay below: a row's terms at their largest, added up."""
WORTH_BITS = 58
"""The total of all worth at its largest fits so many bits."""
LARGEST_DENOMINATOR = 10**7


class DoesNotFit(ValueError):  # noqa: N818  an answer, not an error
    """The program cannot be written in whole numbers of 62 bits; the text says why."""


@dataclass(frozen=True)
class WholeProgram:
    """Maximise objective x columns; all columns whole, in the order of the program they stand for."""

    lower: Ints
    upper: Ints
    objective: Ints
    objective_grid: float
    """Scaled worth times this is `objective`, rounded up."""
    row_lower: Ints
    row_upper: Ints
    row_starts: Ints
    row_columns: Ints
    row_coefficients: Ints

    def write(self, file: Path) -> None:
        """Write the arrays."""
        arrays: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez(file, **arrays)

    @classmethod
    def warm(cls) -> WholeProgram:
        """Return the smallest program there is: maximise x <= 1."""
        one, none = np.ones(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
        return cls(none, one, one, 1.0, none, one, np.array([0, 1]), none, one)

    @classmethod
    def read(cls, file: Path) -> WholeProgram:
        """Return the program of a file."""
        with np.load(file) as arrays:
            parts = {name: arrays[name] for name in arrays.files}
        return cls(**{**parts, "objective_grid": float(parts["objective_grid"])})


def whole_program(model: Model, rows: Rows) -> WholeProgram:
    """Return a model's program in whole numbers, with the rows asked for. Raises DoesNotFit."""
    formulation = model.formulation
    totals = {column: total for total, column in model.columns.totals.items()}
    real = [j for j in np.flatnonzero(~formulation.is_integer).tolist() if j not in totals]
    if real:
        msg = f"{len(real)} columns are not whole, such as compute that serves or room that is bought"
        raise DoesNotFit(msg)
    steps = {measure: _step(model, measure) for measure in model.case.weights}
    exact = list(_exact_rows(model, steps))
    upper = [int(u) if isfinite(u) else 0 for u in formulation.column_upper.tolist()]
    for column, total in sorted(totals.items(), key=lambda item: item[1].place == WORLD):
        upper[column] = _most(model, total, steps[total.measure])
    largest = np.array(upper, dtype=object)
    grid = _grid(formulation.objective, largest)
    whole = [_whole_row(row, upper) for row in (aggregate(model, exact) if rows is Rows.TEXTBOOK else exact)]
    starts = np.cumsum([0, *(len(columns) for columns, _, _, _ in whole)])
    return WholeProgram(
        formulation.column_lower.astype(np.int64),
        np.array(upper, dtype=np.int64),
        np.array([ceil(worth * grid) for worth in formulation.objective.tolist()], dtype=np.int64),
        grid,
        np.array([lower for _, _, lower, _ in whole], dtype=np.int64),
        np.array([most for _, _, _, most in whole], dtype=np.int64),
        starts.astype(np.int64),
        np.array([j for columns, _, _, _ in whole for j in columns], dtype=np.int64),
        np.array([c for _, coefficients, _, _ in whole for c in coefficients], dtype=np.int64),
    )


def _step(model: Model, measure: str) -> Fraction:
    """Return the largest amount of a measure that divides every block."""
    amounts = [
        Fraction(weight * sku.block)
        for weight, sku in zip(model.case.weights[measure], model.case.plan.accelerators, strict=True)
    ]
    common = lcm(*(amount.denominator for amount in amounts))
    divisor = gcd(*(int(amount * common) for amount in amounts))
    return Fraction(divisor, common) if divisor else Fraction(1)


def _exact_rows(model: Model, steps: dict[str, Fraction]) -> Iterator[Row]:
    """Yield the rows of the model's program in its order, exactly."""
    translate = Translator(model.case, model.columns)
    totals = {column: total for total, column in model.columns.totals.items()}
    limits = {row: model.limits[number] for number, row in model.limit_rows.items()}
    defined = {f"total {t.measure}[{t.place},{t.period}]": (t, column) for t, column in model.columns.totals.items()}
    for number, row in enumerate(float_rows(model.formulation)):
        if number in limits:
            limit = limits[number]
            terms, bound = translate.net(limit)
            exact = tuple((j, Fraction(c) * _per_step(model, totals.get(j), steps)) for j, c in terms)
            sides = (-inf, bound) if limit.sense is Sense.AT_MOST else (bound, inf)
            yield Row(row.name, exact, *sides)
        elif row.name in defined:
            total, column = defined[row.name]
            yield Row(row.name, (*_parts(model, total, steps[total.measure]), (column, Fraction(-1))), 0, 0)
        else:
            exact = tuple((j, _rational(float(c), row.name)) for j, c in row.terms)
            yield Row(row.name, exact, _side(row.lower, row.name), _side(row.upper, row.name))


def _per_step(model: Model, total: Placed | None, steps: dict[str, Fraction]) -> Fraction:
    """Return by what a coefficient is multiplied when a total is counted in steps and not in the program's unit."""
    return Fraction(1) if total is None else steps[total.measure] / Fraction(total_scale(model.case, total.measure))


def _parts(model: Model, total: Placed, step: Fraction) -> Iterator[tuple[int, Fraction]]:
    """Yield the columns that a total sums with what one of each adds, in steps."""
    case, columns = model.case, model.columns
    if total.place == WORLD:
        for place in case.sites_by_destination:
            yield columns.totals[Placed(total.measure, place, total.period)], Fraction(1)
        return
    for site in case.sites_by_destination.get(total.place, ()):
        for sku, weight in enumerate(case.weights[total.measure]):
            column = int(columns.blocks[site, sku, total.period])
            if column >= 0 and weight:
                yield column, Fraction(weight * case.plan.accelerators[sku].block) / step


def _most(model: Model, total: Placed, step: Fraction) -> int:
    """Return the most of a total by the most blocks of each column, in steps."""
    places = model.case.sites_by_destination if total.place == WORLD else (total.place,)
    upper = model.formulation.column_upper
    parts = (part for place in places for part in _parts(model, Placed(total.measure, place, total.period), step))
    return int(sum(amount * int(upper[column]) for column, amount in parts))


def _rational(number: float, row: str) -> Fraction:
    """Return the simple fraction that a coefficient stands for."""
    exact = Fraction(number).limit_denominator(LARGEST_DENOMINATOR)
    if float(exact) != number:
        msg = f"a row `{row}` has the coefficient {number!r}, which is no simple fraction"
        raise DoesNotFit(msg)
    return exact


def _side(number: float | Fraction, row: str) -> float | Fraction:
    return _rational(float(number), row) if isfinite(number) else number


def _whole_row(row: Row, upper: list[int]) -> tuple[list[int], list[int], int, int]:
    """Return columns, coefficients and sides of a row, all whole; a side is rounded to what whole columns can reach."""
    terms = [(column, Fraction(coefficient)) for column, coefficient in row.terms if coefficient]
    common = lcm(*(coefficient.denominator for _, coefficient in terms))
    divisor = gcd(*(int(coefficient * common) for _, coefficient in terms)) or 1
    factor = Fraction(common, divisor)
    coefficients = [int(coefficient * factor) for _, coefficient in terms]
    reach = sum(abs(c) * upper[column] for c, (column, _) in zip(coefficients, terms, strict=True))
    if reach >= LARGEST:
        msg = f"row {row.name} reaches {float(reach):.3g}, past 62 bits"
        raise DoesNotFit(msg)
    lower = ceil(row.lower * factor) if isfinite(row.lower) else -LARGEST
    most = floor(row.upper * factor) if isfinite(row.upper) else LARGEST
    return [column for column, _ in terms], coefficients, max(-LARGEST, lower), min(LARGEST, most)


def _grid(objective: npt.NDArray[np.float64], upper: npt.NDArray[np.object_]) -> float:
    """Return the power of two by which worth is multiplied: the finest whose largest total still fits."""
    largest = float(sum(abs(worth) * most for worth, most in zip(objective.tolist(), upper.tolist(), strict=True)))
    return float(2.0 ** (WORTH_BITS - ceil(np.log2(max(1.0, largest)))))
