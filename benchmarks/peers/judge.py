"""Whether answers can all be true: each is put through our exact check, and no plan may be worth more than any bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.peers.record import Broken
from benchmarks.peers.settings import State
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from benchmarks.peers.record import Record
    from optimizer.model.build import Model
    from optimizer.model.formulation import Floats

TOLERANCE = 1e-6
"""Relative: solvers work out their bounds in floating point, on rows that may be missed by so much."""


def check(model: Model, values: Floats) -> tuple[Fraction, tuple[Broken, ...], tuple[str, ...]]:
    """Return the exact value of a solution vector as a placement, the limits that it breaks, and what else is wrong."""
    checked = verify(model.case, model.limits, model.placement(values))
    broken = tuple(Broken(one.limit.key, float(-one.slack), one.limit.unit) for one in checked.broken)
    return checked.objective, broken, checked.faults


def contradictions(records: Sequence[Record]) -> Iterator[str]:
    """Yield a sentence for each legal plan of one peer that another's bound, or its verdict of infeasible, rules out.

    All records are of one plan. A peer's own plan counts against its own bound too.
    """
    for one in records:
        value = one.objective
        if not one.is_legal or value is None:
            continue
        worth = float(value)
        for other in records:
            if other.state is State.INFEASIBLE:
                yield f"{one.plan}: {other.peer} says infeasible, and the plan of {one.peer} keeps every limit"
            elif other.bound is not None and worth > other.bound + TOLERANCE * abs(other.bound):
                by = (worth - other.bound) / abs(other.bound) if other.bound else 1.0
                yield (
                    f"{one.plan}: the legal plan of {one.peer} is worth {worth:,.2f}, above the bound {other.bound:,.2f} "
                    f"of {other.peer} by {by:.2e}"
                )
