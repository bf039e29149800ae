"""Limits held to the last value that whole blocks can reach: the bound of a row moves to it, and the relaxation with it.

Whole blocks move a limit in steps (`Model.row_steps`): of 250 delivered units in racks of 72 only 216 can stand. The step
and what is left beyond the last one are exact and belong to the limit, so a limit that is changed or left out takes this
along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Opened, Placed, Sense, Standing

if TYPE_CHECKING:
    from optimizer.model.build import Model
    from optimizer.model.formulation import Formulation
    from optimizer.rules.limit import Limit

LEAST_REST = 1e-6
"""Part of a step below which a bound is left where it is."""
ROUNDING = 1e-6
"""Part of the rest that is left beyond the last value, so that no double cuts it off."""


def held_to_whole_steps(model: Model) -> Formulation:
    """Return the program of a model with each hard limit on stock and openings held to its last whole step."""
    program = model.formulation
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    for number, row in model.limit_rows.items():
        rest = model.row_rests[number]
        if rest < LEAST_REST or not _is_moved_by_whole_blocks(model.limits[number]):
            continue
        beyond = rest * model.row_steps[number] * (1 - ROUNDING)
        if model.limits[number].sense is Sense.AT_MOST:
            upper[row] -= beyond
        else:
            lower[row] += beyond
    return program.with_row_bounds(lower, upper)


def _is_moved_by_whole_blocks(limit: Limit) -> bool:
    """Return whether a limit is hard, and blocks and openings alone move it."""
    terms = (*limit.usage.terms, *limit.allowance.terms)
    return limit.price is None and all(isinstance(variable, Standing | Opened | Placed) for variable, _ in terms)
