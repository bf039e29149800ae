"""Better openings near some: a few sites free to open at another time or not at all, all others held.

Free are the sites whose best other opening seems to lose least at the prices of the counts, each with that opening and the
next best; where that found nothing better, chance widens the choice. Each neighbourhood is a small integer program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.strategy.decomposed.openings import additions, hold
from optimizer.strategy.decomposed.prices import likely
from optimizer.strategy.decomposed.restricted import Choice, Restricted, restrict
from optimizer.strategy.decomposed.schedules import schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.model.formulation import Flags, Floats, Formulation, Ints
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.decomposed.openings import Decided
    from optimizer.strategy.decomposed.prices import Priced, Solve
    from optimizer.strategy.decomposed.separate import Separable

FREE_SITES, OTHERS = 12, 3
"""Sites free at a time, and openings of each beside its own."""
MOST_FAILURES = 4
"""Neighbourhoods in a row without anything better after which the search of them ends."""
LEAST_GAIN = 2e-6


def search_neighbours(
    plan: Separable,
    priced: Priced,
    decided: Decided,
    solve: Solve,
    solve_whole: Callable[[Formulation], SolveResult],
    *,
    most: int,
    seed: int,
) -> Iterator[Decided]:
    """Yield better and better openings; `most` neighbourhoods are searched at most."""
    chance, failures, best = np.random.default_rng(seed), 0, decided
    for _ in range(most):
        at_prices = schedule(plan.sites, plan.coupling, best.prices)
        add = additions(plan, priced) | likely(plan.sites, at_prices).add
        now, loss = _losses(plan.sites.opens, best.is_open, at_prices.earned)
        free = _nearest(loss, chance, failures)
        program, is_open = _neighbourhood(plan, best.is_open, free, now, loss, add)
        result = solve_whole(_with_whole_openings(program))
        found = None
        if result.values is not None:
            is_open[free] = (np.rint(program.opened(result.values))[free].cumsum(axis=1) > 0) | is_open[free]
            found = hold(plan, is_open, add, solve)
        if found is not None and found.money > best.money + LEAST_GAIN * abs(best.money):
            best, failures = found, 0
            yield best
        else:
            failures += 1
        if failures == MOST_FAILURES:
            return


def _losses(opens: Flags, is_open: Flags, earned: Floats) -> tuple[Ints, Floats]:
    """Return by site the period it opens in (after the last: never), and what each other one seems to lose."""
    never = is_open.shape[1]
    earned = np.column_stack([earned, np.zeros(len(earned))])
    now = np.where(is_open.any(axis=1), is_open.argmax(axis=1), never)
    loss = np.where(opens[:, None], np.take_along_axis(earned, now[:, None], axis=1) - earned, np.inf)
    np.put_along_axis(loss, now[:, None], np.inf, axis=1)
    return now, loss


def _nearest(loss: Floats, chance: np.random.Generator, failures: int) -> Ints:
    """Return the sites that seem to lose least by opening otherwise; the more failures, the more by chance."""
    least = loss.min(axis=1)
    scale = float(np.median(np.abs(least[np.isfinite(least)]))) if np.isfinite(least).any() else 1.0
    return np.argsort(least / max(scale, 1.0) + failures * chance.gumbel(size=len(least)), kind="stable")[:FREE_SITES]


def _neighbourhood(
    plan: Separable, is_open: Flags, free: Ints, now: Ints, loss: Floats, add: Flags
) -> tuple[Restricted, Flags]:
    """Return the program of a neighbourhood, and the openings that stay held in it."""
    never = is_open.shape[1]
    held, choice = is_open.copy(), np.zeros_like(is_open)
    held[free] = False
    for site in free[plan.sites.opens[free]].tolist():
        others = np.argsort(loss[site], kind="stable")[:OTHERS]
        periods = {int(now[site]), *others[np.isfinite(loss[site][others])].tolist()} - {never}
        choice[site, sorted(periods)] = True
    may_stand = held | np.logical_or.accumulate(choice, axis=1) | ~plan.sites.opens[:, None]
    return restrict(plan.sites, plan.coupling, Choice(add & may_stand[:, None, :], choice), plan.local, held), held


def _with_whole_openings(program: Restricted) -> Formulation:
    first = int(program.choice.add.sum())
    is_integer = np.zeros(program.formulation.num_columns, dtype=bool)
    is_integer[first : first + int(program.choice.open.sum())] = True
    return program.formulation.with_integer(is_integer)
