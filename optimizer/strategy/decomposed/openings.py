"""Openings decided: those of a relaxed solution rounded, and the counts solved again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.strategy.decomposed.prices import USED, likely
from optimizer.strategy.decomposed.restricted import Choice, restrict

if TYPE_CHECKING:
    from optimizer.model.formulation import Flags, Floats
    from optimizer.strategy.decomposed.prices import Priced, Solve
    from optimizer.strategy.decomposed.separate import Separable

ROUND_UP = (0.4, 0.3, 0.5)
"""Parts of a site opened by a period from which it counts as open, each tried."""


class Decided(NamedTuple):
    """Openings held, with the best relaxed counts there."""

    is_open: Flags
    """(s,t)."""
    counts: Floats
    """(s,g,t): blocks standing."""
    money: float
    prices: Floats


def decide_openings(plan: Separable, priced: Priced, solve: Solve) -> list[Decided]:
    """Return ways to round the openings of a relaxed solution, the most valuable first."""
    sites = plan.sites
    parts = priced.program.opened(priced.values).cumsum(axis=1)
    add = likely(sites, priced.schedules).add | (priced.program.added(priced.values) > USED) | priced.program.choice.add
    found: list[Decided] = []
    for least in ROUND_UP:
        is_open = np.where(sites.opens[:, None], parts >= least, sites.may_open)
        decided = hold(plan, is_open, add, solve)
        if decided is None:
            break
        found.append(decided)
    return sorted(found, key=lambda decided: -decided.money)


def hold(plan: Separable, is_open: Flags, add: Flags, solve: Solve) -> Decided | None:
    """Return the best relaxed counts at openings held, among some additions; None where there are none."""
    sites = plan.sites
    choice = Choice(add & is_open[:, None, :], np.zeros_like(is_open))
    program = restrict(sites, plan.coupling, choice, plan.local, is_open)
    result = solve(program.formulation)
    if result.values is None or result.row_duals is None:
        return None
    first = np.argmax(is_open, axis=1)
    opened = np.flatnonzero(is_open.any(axis=1) & sites.opens)
    money = program.formulation.value(result.values) * program.formulation.objective_scale
    money += float(sites.opening[opened, first[opened]].sum())
    counts = program.added(result.values).cumsum(axis=2)
    return Decided(is_open, counts, money, program.prices(result.row_duals))
