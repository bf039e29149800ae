"""Prices of what sites share: from a few groups of sites to all of them, each level's program made of likely choices.

At each level a linear program over some additions and openings yields prices; at these prices every site's best schedule is
known in closed form, which gives a bound of the whole plan and shows which choices the program lacks. Prices are also tried
between the best so far and the newest, for those of a poor choice swing widely. The next level starts from the choices
used by this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from optimizer.strategy.decomposed.groups import Grouped, group_sites, ungrouped
from optimizer.strategy.decomposed.restricted import Choice, Restricted, restrict

if TYPE_CHECKING:
    from optimizer.model.formulation import Flags, Floats, Formulation
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.decomposed.schedules import Schedules
    from optimizer.strategy.decomposed.separate import Separable
    from optimizer.strategy.decomposed.sites import Sites

FIRST_GROUPS, GROWTH = 60, 5
"""Groups of the first level, and how many times as many the next one has."""
SMALL_LOSS = 0.005
"""Part of what a MW is typically worth that a likely choice loses at most, per MW."""
MOST_ADDITIONS, MOST_OPENINGS = 8, 3
"""Likely choices of one site at one set of prices."""
LEVEL_GAP = 3e-4
"""Gap between a level's own bound and program at which the next level begins."""
MOST_ROUNDS = 8
SLOW = 0.9
"""Part of a level's gap that a round may leave and be followed by another."""
BETWEEN = (0.1, 0.3, 0.6)
"""How far from the best prices towards the newest further ones are tried."""
USED = 1e-9


@dataclass(frozen=True)
class Priced:
    """One more solved program over all sites, and the best prices and bound so far."""

    prices: Floats
    bound: float
    """No plan is worth more."""
    schedules: Schedules
    """Those of the best prices."""
    program: Restricted
    values: Floats
    money: float
    """What the program's solution is worth; more than any plan's, where it misses a limit."""
    choice: Choice
    """Choices that prices have called for so far."""
    is_of_all: bool = False
    """Whether the program has every choice."""


Solve = Callable[["Formulation"], "SolveResult"]


def find_prices(plan: Separable, solve: Solve) -> Iterator[Priced]:
    """Yield better and better prices with relaxed solutions over all sites, until they are as good as they get.

    `solve` solves a linear program, with duals; where it has none (time is up) the search ends.
    """
    prices, used, coarse = np.zeros(len(plan.shared)), None, None
    for level in _levels(plan.sites):
        is_last, last = level.sites is plan.sites, None
        of_level = plan if is_last else plan.grouped(level.sites)
        prices = of_level.padded(prices)
        own = _Best(of_level, prices if is_last and used is not None else None)
        if used is None or coarse is None:
            choice = Choice(level.sites.may_add, level.sites.may_choose)
        else:
            choice = _inherited(used, coarse, level) | likely(level.sites, of_level.schedules(prices))
        for last in _rounds(of_level, own, choice, solve):
            if is_last:
                yield last
            elif last.bound - last.money <= LEVEL_GAP * abs(last.money):
                break
        if last is None:
            return
        prices, used, coarse = own.prices, _used(last), level


def price_all(plan: Separable, solve: Solve, earlier: Priced | None = None) -> Priced | None:
    """Return the prices of a plan with every choice, the best bound of all; None where time is up.

    The plan may have got more limits of single sites since it was priced earlier.
    """
    own = _begun(plan, earlier)
    every = next(_rounds(plan, own, Choice(plan.sites.may_add, plan.sites.may_choose), solve), None)
    if every is None:
        return None
    called_for = _used(every) | likely(plan.sites, every.schedules)
    return replace(every, choice=called_for if earlier is None else called_for | earlier.choice, is_of_all=True)


def price_near(plan: Separable, prices: Floats, choice: Choice, solve: Solve) -> Iterator[Priced]:
    """Yield better and better prices, from given ones, with relaxed solutions of a choice and of what they call for.

    `prices` are money per row of each limit that has one (`Separable.num_prices`); `solve` as for `find_prices`.
    """
    own = _Best(plan, prices)
    return _rounds(plan, own, choice | likely(plan.sites, own.schedules), solve)


def price_used(plan: Separable, earlier: Priced, solve: Solve) -> Iterator[Priced]:
    """Yield the prices of a plan from the choices that an earlier solution used, more likely ones each time."""
    own = _begun(plan, earlier)
    return _rounds(plan, own, _used(earlier) | likely(plan.sites, own.schedules), solve)


def _begun(plan: Separable, earlier: Priced | None) -> _Best:
    """Return the best prices so far."""
    return _Best(plan, None if earlier is None else plan.padded(earlier.prices))


def _used(priced: Priced) -> Choice:
    return Choice(priced.program.added(priced.values) > USED, priced.program.opened(priced.values) > USED)


def _rounds(plan: Separable, own: _Best, choice: Choice, solve: Solve) -> Iterator[Priced]:
    """Yield the solved programs of one level, each with the choices that the prices of the last one call for."""
    gap = inf
    for _ in range(MOST_ROUNDS):
        program = restrict(plan.sites, plan.coupling, choice, plan.local)
        result = solve(program.formulation)
        if result.values is None or result.row_duals is None:
            return
        money = program.formulation.value(result.values) * program.formulation.objective_scale
        newest = program.prices(result.row_duals)
        own.try_prices(newest)
        yield Priced(own.prices, own.bound, own.schedules, program, result.values, money, choice)
        before, gap = gap, own.bound - money
        more = choice | likely(plan.sites, own.schedules) | likely(plan.sites, plan.schedules(newest))
        if gap > SLOW * before or not ((more.add & ~choice.add).any() or (more.open & ~choice.open).any()):
            return
        choice = more


class _Best:
    """The best prices so far for some sites or groups, by their own bound."""

    def __init__(self, plan: Separable, prices: Floats | None = None) -> None:
        """Begin with prices, or with none at all."""
        self._plan, self._is_begun = plan, prices is not None
        self.prices = np.zeros(plan.num_prices) if prices is None else prices
        self.schedules = plan.schedules(self.prices)

    @property
    def bound(self) -> float:
        """Return the bound of the best prices."""
        return self.schedules.bound

    def try_prices(self, newest: Floats) -> None:
        """Take prices, or some on the way to them, if they are better."""
        before, parts = self.prices, (1.0, *BETWEEN) if self._is_begun else (1.0,)
        for part in parts:
            prices = before + part * (newest - before)
            found = self._plan.schedules(prices)
            if found.bound < self.bound or not self._is_begun:
                self.prices, self.schedules, self._is_begun = prices, found, True


def likely(sites: Sites, schedules: Schedules) -> Choice:
    """Return the additions and openings that lose least at some prices, a few of each site."""
    scale = SMALL_LOSS * sites.money_per_mw
    loss = np.where(np.isfinite(schedules.density), schedules.ahead[:, None, :] - schedules.density, np.inf)
    free = sites.may_add & (sites.draw <= 0)[:, :, None] & (schedules.net > 0)
    add = _least(loss.reshape(len(loss), -1), MOST_ADDITIONS, np.full(len(loss), scale)).reshape(loss.shape) | free
    lost = np.where(sites.may_choose, schedules.value[:, None] - schedules.earned, np.inf)
    return Choice(add, _least(lost, MOST_OPENINGS, scale * sites.power[:, -1]))


def _least(loss: Floats, number: int, most: Floats) -> Flags:
    """Return the smallest few of each row that are no greater than its `most`."""
    found = loss <= most[:, None]
    if number < loss.shape[1]:
        few = np.zeros_like(found)
        np.put_along_axis(few, np.argpartition(loss, number, axis=1)[:, :number], values=True, axis=1)
        found &= few
    return found


def _levels(sites: Sites) -> Iterator[Grouped]:
    number = FIRST_GROUPS
    while number * 2 <= sites.shape[0]:
        yield group_sites(sites, number)
        number *= GROWTH
    yield ungrouped(sites)


def _inherited(choice: Choice, coarse: Grouped, level: Grouped) -> Choice:
    """Return for every group of a level the choices used by the coarser group its first site is in."""
    parent = coarse.of_site[level.first_sites]
    return Choice(choice.add[parent] & level.sites.may_add, choice.open[parent] & level.sites.may_choose)
