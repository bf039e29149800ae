"""Prices of every choice, the best bound that a linear relaxation gives, with cuts of sites where those bring it down.

Whether cuts do is asked of a program of a few likely choices first: one of every choice takes many times as long.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from optimizer.strategy.decomposed.prices import price_all, price_used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.model.formulation import Floats
    from optimizer.strategy.decomposed.cuts import Cutter
    from optimizer.strategy.decomposed.prices import Priced, Solve
    from optimizer.strategy.decomposed.separate import Separable

MOST_ROUNDS = 4
LEAST_PART = 0.1
"""Part of the gap asked for that cuts must promise to be made."""
MOST_LOOKS = 3
"""Programs of likely choices after which a promise is believed."""


def refined(
    plan: Separable, priced: Priced, cutter: Cutter, solve: Solve, gap: float
) -> Iterator[tuple[Separable, Priced]]:
    """Yield a plan with more and more cuts of single sites, each time with the prices of every choice.

    `gap` is the relative gap asked for. Nothing is yielded where time is up.
    """
    every: Priced | None = priced if priced.is_of_all else price_all(plan, solve, priced)
    for _ in range(MOST_ROUNDS):
        if every is None:
            return
        priced = every
        yield plan, priced
        cut = plan if cutter.is_at_rest else cutter.cut(plan, *_relaxed(plan, priced))
        if cut is plan or not _is_less(cut, priced, solve, LEAST_PART * gap):
            return
        plan, every = cut, price_all(cut, solve, priced)


def _relaxed(plan: Separable, priced: Priced) -> tuple[Floats, Floats]:
    """Return what stands, (s,g,t), and what is open, (s,t), in the relaxed solution of some prices."""
    opened = priced.program.opened(priced.values).cumsum(axis=1)
    return priced.program.added(priced.values).cumsum(axis=2), np.where(plan.sites.opens[:, None], opened, 1.0)


def _is_less(plan: Separable, priced: Priced, solve: Solve, part: float) -> bool:
    """Return whether a plan with cuts promises to be worth less by a part of its value."""
    enough = priced.money - part * abs(priced.money)
    return all(used.money < enough for used in islice(price_used(plan, priced, solve), MOST_LOOKS))
