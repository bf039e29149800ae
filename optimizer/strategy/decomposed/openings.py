"""Openings decided: those of a relaxed solution rounded, the counts solved again, and openings moved where prices say so.

At the prices of the counts solved with openings held, every site's best schedule says what opening it at another time, or
not at all, seems to gain. The moves that seem to gain most are made together; where that is no better, half as many are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.strategy.decomposed.prices import USED, likely
from optimizer.strategy.decomposed.restricted import Choice, restrict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.model.formulation import Flags, Floats, Ints
    from optimizer.strategy.decomposed.prices import Priced, Solve
    from optimizer.strategy.decomposed.separate import Separable

ROUND_UP = (0.4, 0.3, 0.5)
"""Parts of a site opened by a period from which it counts as open, each tried."""
FIRST_MOVES, MOST_MOVES = 8, 32
"""Openings moved together, at first and at most."""
LEAST_GAIN = 1e-7
"""Part of the value that moved openings must gain."""


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
    sites, add = plan.sites, additions(plan, priced)
    parts = priced.program.opened(priced.values).cumsum(axis=1)
    found: list[Decided] = []
    for least in ROUND_UP:
        is_open = np.where(sites.opens[:, None], parts >= least, sites.may_open)
        decided = hold(plan, is_open, add, solve)
        if decided is None:
            break
        found.append(decided)
    return sorted(found, key=lambda decided: -decided.money)


def better_openings(plan: Separable, priced: Priced, decided: Decided, solve: Solve, tries: int) -> Iterator[Decided]:
    """Yield better and better openings, from some that are decided; `tries` programs are solved at most."""
    sites, add, best = plan.sites, additions(plan, priced), decided
    together, tried = FIRST_MOVES, np.zeros((sites.shape[0], sites.shape[2] + 1), dtype=bool)
    for _ in range(tries):
        at_prices = plan.schedules(best.prices)
        to, gain = _moves(sites.opens, best.is_open, at_prices.earned, tried)
        moved = np.argsort(-gain, kind="stable")[:together]
        moved = moved[gain[moved] > 0]
        if not len(moved):
            return
        is_open = best.is_open.copy()
        is_open[moved] = np.arange(sites.shape[2]) >= to[moved, None]
        other = hold(plan, is_open, add | likely(sites, at_prices).add, solve)
        if other is None:
            return
        if other.money > best.money + LEAST_GAIN * abs(best.money):
            best, together = other, min(MOST_MOVES, together * 2)
            tried[:] = False
            yield best
        elif len(moved) > 1:
            together = len(moved) // 2
        else:
            tried[moved, to[moved]] = True


def _moves(opens: Flags, is_open: Flags, earned: Floats, tried: Flags) -> tuple[Ints, Floats]:
    """Return by site the period to open in that seems to gain most (after the last: never), and that gain."""
    never = is_open.shape[1]
    earned = np.column_stack([earned, np.zeros(len(earned))])
    now = np.where(is_open.any(axis=1), is_open.argmax(axis=1), never)
    gain = np.where(tried | ~opens[:, None], -np.inf, earned - np.take_along_axis(earned, now[:, None], axis=1))
    to = gain.argmax(axis=1)
    return to, np.take_along_axis(gain, to[:, None], axis=1)[:, 0]


def additions(plan: Separable, priced: Priced) -> Flags:
    """Return the additions that a relaxed solution makes or prices have called for."""
    used = priced.program.added(priced.values) > USED
    return np.asarray(likely(plan.sites, priced.schedules).add | used | priced.choice.add)


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
