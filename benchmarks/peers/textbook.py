"""The program that a planner would write from the textbook, with the same whole solutions as ours.

    blocks[s,g,t]  whole, cumulative       open[s,t]  0 or 1       totals of a destination and of the world by period

    blocks[s,g,t] >= blocks[s,g,t-1],  open[s,t] >= open[s,t-1],  deliveries, shares and caps over totals, and
    sum over g of power[s,g] x blocks[s,g,t] <= MW[s,t] x open[s,t]                            (one aggregated row)

`PLAIN` keeps what the program of `optimizer.model` has instead of the last: the power row without the opening and one row
`blocks <= most x open` for each accelerator. `STRENGTHENED` is our own program with every derived row, for the question how
much of the difference the rows alone make. Rows are divided in the same way in all three.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING

from benchmarks.peers.row_lists import rows_of
from optimizer.model.build import Model, build_model
from optimizer.model.columns import ABSENT
from optimizer.model.formulation import Formulation, RowBuilder
from optimizer.rules.limit import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit

OPEN_ROWS = "stands where open"
POWER = "site_power"


class Rows(StrEnum):
    """Which rows the peers are given."""

    TEXTBOOK = "textbook"
    PLAIN = "plain"
    STRENGTHENED = "strengthened"


Numbers = float | Fraction


@dataclass(frozen=True)
class Row:
    """`lower <= sum of coefficient x column <= upper`, in floats or exactly."""

    name: str
    terms: tuple[tuple[int, Numbers], ...]
    lower: Numbers
    upper: Numbers


def build_program(case: Case, limits: Iterable[Limit], rows: Rows = Rows.TEXTBOOK) -> tuple[Model, Formulation]:
    """Return the model of a case, and its program with the rows asked for: the same columns in the same order."""
    model = build_model(case, limits, strengthen=rows is Rows.STRENGTHENED)
    if rows is not Rows.TEXTBOOK:
        return model, model.formulation
    builder = RowBuilder()
    for row in aggregate(model, float_rows(model.formulation)):
        builder.add(row.name, [(j, float(c)) for j, c in row.terms], float(row.lower), float(row.upper))
    lower, upper, starts, columns, coefficients = builder.arrays()
    textbook = replace(
        model.formulation,
        row_lower=lower,
        row_upper=upper,
        row_starts=starts,
        row_columns=columns,
        row_coefficients=coefficients,
        row_names=tuple(builder.names),
    )
    return model, textbook


def float_rows(formulation: Formulation) -> list[Row]:
    """Return the rows of a program."""
    rows = zip(formulation.row_names, rows_of(formulation), strict=True)
    return [Row(name, tuple(zip(j, c, strict=True)), lower, upper) for name, (j, c, lower, upper) in rows]


def aggregate(model: Model, rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows of a model with openings in the power rows, in place of the opening rows that these imply.

    `rows` are those of the model's own program, in its order.
    """
    rows = tuple(rows)
    openings = dict(_power_rows(model))
    drawing = {column for number in openings for column, _ in rows[number].terms}
    for number, row in enumerate(rows):
        if number in openings:
            yield Row(row.name, (*row.terms, (openings[number], -row.upper)), -inf, 0)
        elif row.name != OPEN_ROWS or row.terms[0][0] not in drawing:
            yield row


def _power_rows(model: Model) -> Iterator[tuple[int, int]]:
    """Yield each power row of blocks alone, at a site that opens, with the column of its opening.

    A site with halls keeps both kinds of rows: its power is not one number.
    """
    for number, row in model.limit_rows.items():
        limit = model.limits[number]
        if limit.rule != POWER or limit.price is not None:
            continue
        variables = [variable for variable, _ in limit.net_terms()]
        sites = {v.site for v in variables if isinstance(v, Standing) and v.period == limit.period}
        if len(sites) == 1 and all(isinstance(v, Standing) for v in variables):
            opening = int(model.columns.openings[sites.pop(), limit.period])
            if opening != ABSENT:
                yield row, opening
