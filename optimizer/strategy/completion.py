"""Completion: whole blocks at decided openings, near the relaxed counts.

Large blocks (racks) first with small ones (servers) still relaxed, then the small ones in what is left: rounding a rack
costs most, and servers fill the remainder. Each step searches only near the relaxed counts; where nothing whole is found
there, one solve of all blocks follows, further from the relaxed counts, and one with full ranges. A completion that fails
says nothing about the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.columns import ABSENT
from optimizer.rules.measures import TPP
from optimizer.strategy.stages import COMPLETION, LARGE_BLOCKS

if TYPE_CHECKING:
    from optimizer.model.build import Model
    from optimizer.model.formulation import Flags, Formulation
    from optimizer.schema.placement import Placement
    from optimizer.strategy.run import Run, Values

LARGE_RATIO = 3
"""A block is large when it holds at least this many times the compute of the smallest delivered block."""
LARGE_REACH, SMALL_REACH, FURTHER_REACH = 2, 2, 4
"""Blocks up or down from the relaxed count that a completion considers: in two steps, and where they find nothing."""
COMPLETION_NODES = 500
"""Nodes after which a completion gives way (a count, so that runs repeat exactly)."""
LARGE_GAP_PART, SMALL_GAP_PART, FULL_GAP_PART = 0.1, 0.05, 0.3
"""Parts of the gap asked for that the two steps may leave, and a solve of all blocks, whose last part is the dearest."""
COMPLETION_TIME_PART = 0.5


def complete(run: Run, relaxed: Values, gap: float) -> bool:
    """Offer a whole placement with the openings of a relaxed solution; return whether one was found.

    `gap` sets how hard to try: the steps leave parts of it.
    """
    decided = _decide_openings(run, relaxed)
    large, small = _columns_by_size(run.model)
    counts: Values | None = relaxed
    if large.any() and small.any():
        near = _near(decided, relaxed, large, LARGE_REACH).with_integer(large)
        counts = _solve(run, near, gap)
        decided = _hold(decided, counts, large) if counts is not None else decided
    if counts is not None and not run.is_finished():
        reach = SMALL_REACH if large.any() else LARGE_REACH
        whole = small | run.model.opening_columns | run.model.whole_extra_columns
        near = _near(decided, counts, small, reach).with_integer(whole)
        if _solve_whole(run, near, gap):
            return True
    decided, whole = _decide_openings(run, relaxed), large | small
    for program in (_near(decided, relaxed, whole, FURTHER_REACH), decided):
        if run.is_finished():
            return False
        if _solve_whole(run, program, gap, FULL_GAP_PART):
            return True
    return False


def complete_where_moved(run: Run, relaxed: Values, gap: float) -> None:
    """Offer what the best placement becomes where relaxed counts at its openings are a block or more away from its own.

    All other counts are held, so that few are left to decide. Where nothing moved there is nothing to decide. `gap` is what
    may be left open.
    """
    blocks, now = run.model.block_columns, run.hint()
    if now is None:
        return
    held = blocks & (np.abs(relaxed - now) < 1)
    if held.sum() < blocks.sum():
        _solve_whole(run, _hold(_decide_openings(run, relaxed), now, held), gap / SMALL_GAP_PART)


def complete_few(run: Run, placement: Placement, is_free: Flags, gap: float) -> None:
    """Offer what a placement becomes with the counts of a few sites, (s,), whole anew; openings and others are held.

    `gap` is what may be left open. What is not found at the root of so small a program is not looked for.
    """
    now, columns = run.model.values(placement), run.model.columns.blocks
    held = run.model.block_columns.copy()
    held[columns[is_free][columns[is_free] != ABSENT]] = False
    program = _hold(_decide_openings(run, now), now, held)
    gap *= SMALL_GAP_PART
    run.solve_whole(COMPLETION, program, gap, proves_bound=False, node_limit=1, start=placement)


def _solve(run: Run, program: Formulation, gap: float) -> Values | None:
    return run.solve(
        LARGE_BLOCKS,
        program,
        gap * LARGE_GAP_PART,
        node_limit=COMPLETION_NODES,
        time_part=COMPLETION_TIME_PART,
    ).values


def _solve_whole(run: Run, program: Formulation, gap: float, gap_part: float = SMALL_GAP_PART) -> bool:
    return run.solve_whole(
        COMPLETION,
        program,
        gap * gap_part,
        proves_bound=False,
        node_limit=COMPLETION_NODES,
        time_part=COMPLETION_TIME_PART,
    )


def _decide_openings(run: Run, relaxed: Values) -> Formulation:
    """Return the whole-block program with each site open exactly when it is in a relaxed solution."""
    openings = run.model.opening_columns
    lower, upper = run.program.column_lower.copy(), run.program.column_upper.copy()
    lower[openings] = upper[openings] = np.rint(relaxed[openings])
    return run.program.with_column_bounds(lower, upper)


def _near(program: Formulation, counts: Values, columns: Flags, reach: int) -> Formulation:
    """Return the program with some columns within `reach` of given counts."""
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    lower[columns] = np.maximum(lower[columns], np.floor(counts[columns] + 1e-6) - reach)
    upper[columns] = np.minimum(upper[columns], np.ceil(counts[columns] - 1e-6) + reach)
    return program.with_column_bounds(lower, upper)


def _hold(program: Formulation, counts: Values, columns: Flags) -> Formulation:
    """Return the program with some columns fixed to whole counts."""
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    lower[columns] = upper[columns] = np.rint(counts[columns])
    return program.with_column_bounds(lower, upper)


def _columns_by_size(model: Model) -> tuple[Flags, Flags]:
    """Return, by column, whether it counts large blocks, and whether it counts small ones."""
    case = model.case
    sizes = [weight * sku.block for weight, sku in zip(case.weights[TPP], case.plan.accelerators, strict=True)]
    present = model.columns.blocks != ABSENT
    smallest = min((size for sku, size in enumerate(sizes) if present[:, sku].any()), default=0)
    large = np.zeros(model.formulation.num_columns, dtype=bool)
    for sku, size in enumerate(sizes):
        columns = model.columns.blocks[:, sku]
        large[columns[columns != ABSENT]] = size >= LARGE_RATIO * smallest
    return large, model.block_columns & ~large
