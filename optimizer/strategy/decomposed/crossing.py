"""Openings crossed with those of a relaxed solution: better ones that take from both, found by dives.

One dive is made among all sites, each with its own opening and those of the relaxed solution, the other among the sites
that the relaxed solution opens quite otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.strategy.decomposed.neighbours import DIVES, LEAST_PART, additions_near, best_of, found_in, neighbourhood

if TYPE_CHECKING:
    from optimizer.strategy.decomposed.openings import Decided
    from optimizer.strategy.decomposed.prices import Priced
    from optimizer.strategy.decomposed.separate import Separable
    from optimizer.strategy.decomposed.solving import Solving

APART = 0.3
"""Part of a site by which a relaxed solution opens it otherwise, so that both ways are crossed."""
MOST_CROSSINGS, MUCH_GAIN_PART = 4, 0.15
"""Times that openings are crossed with those of one relaxed solution, and the part of the gap asked for that each must gain
for another one."""
FEW_COUNTS = 800
"""Sites times accelerators times periods up to which openings are not crossed: a proof finds better ones as quickly."""


def cross(plan: Separable, priced: Priced, decided: Decided, solving: Solving) -> Decided:
    """Return better openings than some that are decided, as long as crossing gains much; the same where none are."""
    best, run = decided, solving.run
    for _ in range(MOST_CROSSINGS if plan.sites.worth.size > FEW_COUNTS else 0):
        before, best = best, _crossed(plan, priced, best, solving)
        if best.money - before.money < MUCH_GAIN_PART * run.options.relative_gap * abs(best.money):
            break
        if run.is_finished():
            break
    return best


def _crossed(plan: Separable, priced: Priced, best: Decided, solving: Solving) -> Decided:
    parts = priced.program.opened(priced.values)
    apart = np.abs(parts.cumsum(axis=1) - best.is_open).max(axis=1)
    own = np.diff(best.is_open, axis=1, prepend=False)
    add = additions_near(plan, priced, best, plan.schedules(plan.padded(best.prices)))
    near = []
    for least, part in ((0.0, LEAST_PART), (APART, APART)):
        free, choice = np.flatnonzero(plan.sites.opens & (apart >= least)), np.zeros_like(own)
        choice[free] = own[free] | (parts[free] > part)
        near.append(neighbourhood(plan, best, free, choice, add))
    return best_of(plan, best, found_in(near, solving.near(near, DIVES), best), solving.held)
