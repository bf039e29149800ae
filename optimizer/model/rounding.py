"""Rounding cuts: what whole blocks leave of a site's own limit, where few of them fit.

A row `sum of a[g] blocks[g] <= b x open` of one site and one period (open = 1 where the site is always open) allows, for
any divisor d > 0 and with q = b / d, r[g] = a[g] / d,

    sum of F(r[g]) blocks[g] <= floor(q) x open,     F(r) = floor(r) + max(0, frac(r) - frac(q)) / (1 - frac(q)),

mixed-integer rounding with closed sites complemented. Divisors are the blocks' own sizes and small parts of them. Only
cuts that a relaxed solution breaks are made, from the rows of the program given: they name no limit that is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.columns import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.model.formulation import Flags, Floats, Formulation, Ints

LEAST_USE = 0.9
"""Part of its bound that a row must use to be looked at."""
PARTS = (1, 2, 3)
"""Divisors are block sizes over these."""
LEAST_FRACTION, MOST_FRACTION = 1e-6, 0.95
"""Fractions of q between which a cut is made: near 0 it is the row again, near 1 doubles are not to be trusted with it."""
LEAST_VIOLATION = 1e-3
"""Blocks, over the length of the cut, by which a relaxed solution must break it."""
ROUNDING = 1e-9
MARGIN = 1e-7
"""What a cut's right side is moved out by, for rounding."""
CUT = "rounding of "


@dataclass(frozen=True)
class SiteRow:
    """`coefficients x blocks <= bound x open`; `opening` is ABSENT where the site is always open."""

    row: int
    blocks: Ints
    coefficients: Floats
    bound: float
    opening: int


@dataclass(frozen=True)
class Cut:
    """`coefficients x blocks <= bound x open`, made from a row."""

    source: SiteRow
    coefficients: Floats
    bound: float
    gain: float
    """About what it takes off the relaxation: what it forbids of the row, at the row's dual."""


def site_rows(program: Formulation, blocks: Flags, openings: Flags) -> list[SiteRow]:
    """Return the rows of a program over blocks of at least one kind, all with positive weight, and at most one opening."""
    found = []
    for row in np.flatnonzero((program.row_lower == -inf) & (np.diff(program.row_starts) > 1)).tolist():
        part = slice(program.row_starts[row], program.row_starts[row + 1])
        columns, weights = program.row_columns[part], program.row_coefficients[part]
        is_block, is_opening = blocks[columns], openings[columns]
        if not (is_block | is_opening).all() or is_opening.sum() > 1 or not (weights[is_block] > 0).all():
            continue
        bound, opening = float(program.row_upper[row]), ABSENT
        if is_opening.any():
            if bound:
                continue
            opening, bound = int(columns[is_opening][0]), -float(weights[is_opening][0])
        if is_block.any() and bound > 0:
            found.append(SiteRow(row, columns[is_block], weights[is_block], bound, opening))
    return found


def broken_cuts(rows: Iterable[SiteRow], values: Floats, duals: Floats) -> Iterator[Cut]:
    """Yield for each row the rounding cut that a relaxed solution breaks most, if it breaks any."""
    for source in rows:
        is_open = 1.0 if source.opening == ABSENT else float(values[source.opening])
        counts = values[source.blocks]
        if is_open <= LEAST_VIOLATION or source.coefficients @ counts < LEAST_USE * source.bound * is_open:
            continue
        best, most = None, LEAST_VIOLATION
        for divisor in sorted({size / part for size in source.coefficients.tolist() for part in PARTS}):
            rounded = _rounded(source, divisor)
            if rounded is None:
                continue
            coefficients, bound = rounded
            broken = float(coefficients @ counts) - bound * is_open
            depth = broken / float(np.linalg.norm(coefficients))
            if depth > most:
                most = depth
                best = Cut(source, coefficients, bound, broken * divisor * abs(float(duals[source.row])))
        if best is not None:
            yield best


def with_cuts(program: Formulation, cuts: Iterable[Cut]) -> Formulation:
    """Return a program with cuts after its rows, each divided by its bound."""
    cuts = tuple(cuts)
    columns, coefficients, lengths = [program.row_columns], [program.row_coefficients], []
    for cut in cuts:
        opening = [cut.source.opening] if cut.source.opening != ABSENT else []
        columns.append(np.append(cut.source.blocks, opening).astype(np.int64))
        coefficients.append(np.append(cut.coefficients / cut.bound, [-1.0] * len(opening)))
        lengths.append(len(columns[-1]))
    starts = program.row_starts[-1] + np.cumsum(np.array(lengths, dtype=np.int64))
    right = np.array([1.0 if cut.source.opening == ABSENT else 0.0 for cut in cuts])
    return replace(
        program,
        row_lower=np.append(program.row_lower, np.full(len(cuts), -inf)),
        row_upper=np.append(program.row_upper, right),
        row_starts=np.append(program.row_starts, starts),
        row_columns=np.concatenate(columns),
        row_coefficients=np.concatenate(coefficients),
        row_names=(*program.row_names, *(CUT + program.row_names[cut.source.row] for cut in cuts)),
    )


def _rounded(source: SiteRow, divisor: float) -> tuple[Floats, float] | None:
    """Return coefficients and bound of a row's rounding by a divisor; None where it says nothing, or none is safe."""
    quotient = source.bound / divisor
    whole = float(np.floor(quotient + ROUNDING))
    fraction = quotient - whole
    if whole < 1 or not LEAST_FRACTION < fraction < MOST_FRACTION:
        return None
    parts = source.coefficients / divisor
    floors = np.floor(parts + ROUNDING)
    over = np.maximum(0.0, np.maximum(0.0, parts - floors) - fraction) / (1 - fraction)
    coefficients = floors + over
    return (coefficients, whole * (1 + MARGIN)) if coefficients.any() else None
