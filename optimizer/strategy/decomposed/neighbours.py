"""Better openings near some: a part of the sites free to open at another time or not at all, all others held.

Free are sites drawn at random, each with its own opening and the few others that lose least: in one of a pair at the prices
of the relaxation, in the other at those of the counts. Each neighbourhood is a small integer program, begun from the best
openings so far; those that are solved at once make the next ones larger, those that are not make them smaller. What both of
a pair change is tried together, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.solve.tree import Growth, Tree
from optimizer.strategy.decomposed.openings import additions, hold
from optimizer.strategy.decomposed.prices import USED, likely
from optimizer.strategy.decomposed.restricted import Choice, Restricted, restrict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.model.formulation import Flags, Floats, Ints
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.decomposed.cuts import Cutter
    from optimizer.strategy.decomposed.openings import Decided
    from optimizer.strategy.decomposed.prices import Priced, Solve
    from optimizer.strategy.decomposed.separate import Separable

MANY_COUNTS = 5_000
"""Sites times accelerators times periods from which neighbourhoods are given less effort each: there are more of them."""
OTHERS, OTHERS_OF_MANY = (1, 2, 3), (2,)
"""Openings of a free site beside its own, by turns."""
PAIR = 2
"""Neighbourhoods drawn at a time: they do not wait for each other."""
FREE_SITES, LEAST_FREE_SITES = 20, 6
GROWTH, SHRINKAGE = 1.4, 0.7
"""How the number of free sites follows the effort of the last neighbourhood of its kind."""
AT_ONCE, MOST_NODES, NODES_OF_MANY = 6, 50, 25
"""Nodes up to which a neighbourhood was solved at once, and after which it is given up."""
MOST_FAILURES, MORE_NODES, MOST_NODES_EVER = 12, 4, 1_000
"""Pairs in a row with nothing better after which each is given so many times the nodes, and the end of that."""
AT_ODDS, MORE_OFTEN = 0.01, 4.0
"""Part of a site by which the relaxation opens it otherwise, and how many times as often such a site is drawn."""
LEAST_GAIN = 2e-6
"""Part of the value that other openings must gain."""


@dataclass(frozen=True)
class Near:
    """One neighbourhood: its program, where it begins, and what stays held in it."""

    program: Restricted
    start: Floats
    free: Ints
    """The sites whose opening is free."""
    held: Flags
    """(s,t): openings of the others."""

    def growth(self, relative_gap: float, most_nodes: int) -> Growth:
        """Return what to search: openings better than those it begins with, to a gap or so many nodes."""
        formulation, sets = self.program.with_whole_openings(), self.program.ordered_sets()
        best = formulation.value(self.start)
        enough = best + relative_gap * abs(best)
        return Growth(formulation, sets, Tree.planted(sets), best, enough, dives=True, most_nodes=most_nodes)

    def is_open(self, values: Floats) -> Flags:
        """Return the openings of a solution, (s,t)."""
        is_open = self.held.copy()
        is_open[self.free] |= np.rint(self.program.opened(values))[self.free].cumsum(axis=1) > 0
        return is_open


@dataclass(frozen=True)
class Standing:
    """How far a search of neighbourhoods has come."""

    plan: Separable
    """The plan with the cuts that were found so far."""
    best: Decided
    """The best openings so far."""
    turn: int
    """Pairs searched."""
    sizes: tuple[float, ...]
    """Free sites of the next neighbourhood of each kind."""
    nodes: int
    """Those that each neighbourhood may take."""
    failures: int = 0
    """Pairs in a row with nothing better."""
    raised: int = 1
    """How many times the nodes of the beginning these are."""

    @property
    def is_over(self) -> bool:
        """Return whether more effort no longer finds better openings."""
        return self.nodes > MOST_NODES_EVER


@dataclass(frozen=True)
class Neighbourhoods:
    """Neighbourhoods of a plan's openings; what a pair finds depends only on where the search stands before it.

    `solve_near` solves neighbourhoods from their starts, each within a number of nodes.
    """

    plan: Separable
    cutter: Cutter
    priced: Priced
    solve: Solve
    solve_near: Callable[[Sequence[Near], int], Sequence[SolveResult | None]]
    seed: int

    @property
    def _is_large(self) -> bool:
        return self.plan.sites.worth.size >= MANY_COUNTS

    @property
    def _others(self) -> tuple[int, ...]:
        return OTHERS_OF_MANY if self._is_large else OTHERS

    def begin(self, decided: Decided) -> Standing:
        """Return where a search from some openings stands at its beginning."""
        sizes = (float(FREE_SITES),) * (PAIR * len(self._others))
        plan, best = self.cutter.sharpened(self.plan, decided, self.solve)
        return Standing(plan, best, 0, sizes, NODES_OF_MANY if self._is_large else MOST_NODES)

    def after(self, standing: Standing) -> Standing:
        """Search a pair of neighbourhoods and return where the search stands then."""
        best, chance = standing.best, np.random.default_rng((self.seed, standing.turn))
        kinds = [(PAIR * standing.turn + number) % len(standing.sizes) for number in range(PAIR)]
        near = self._pair(standing, kinds, chance)
        results = self.solve_near(near, standing.nodes)
        sizes, most = list(standing.sizes), int(self.plan.sites.opens.sum())
        for kind, result in zip(kinds, results, strict=True):
            if result is not None:
                sizes[kind] = _next_size(sizes[kind], most, result, standing.nodes)
        values = [None if result is None else result.values for result in results]
        opened = [one.is_open(found) for one, found in zip(near, values, strict=True) if found is not None]
        now = self.with_opened(standing, opened)
        failures, more = (standing.failures + 1 if now.best is best else 0), 1
        if failures == MOST_FAILURES:
            failures, more = 0, MORE_NODES
        nodes, raised = standing.nodes * more, standing.raised * more
        return replace(now, turn=standing.turn + 1, sizes=tuple(sizes), nodes=nodes, failures=failures, raised=raised)

    def with_opened(self, standing: Standing, opened: Sequence[Flags]) -> Standing:
        """Return where a search stands with the best of some openings, (s,t), if it is better, and the cuts it breaks."""
        plan, best = standing.plan, standing.best
        found = _best_of(plan, best, opened, self.solve)
        if found is best:
            return standing
        plan, found = self.cutter.sharpened(plan, found, self.solve)
        return replace(standing, plan=plan, best=found if found.money > _least(best) else best)

    def _odds(self, best: Decided) -> Floats:
        """Return how likely each site is to be free: those that the relaxation opens otherwise are drawn more often."""
        opened = self.priced.program.opened(self.priced.values).cumsum(axis=1)
        differs = np.abs(opened - best.is_open).max(axis=1) > AT_ODDS
        return np.where(differs, MORE_OFTEN, 1.0)

    def _pair(self, standing: Standing, kinds: Sequence[int], chance: np.random.Generator) -> list[Near]:
        """Return neighbourhoods of some kinds: the first at the prices of the relaxation, the second at the counts'."""
        plan, best = standing.plan, standing.best
        at_prices = plan.schedules(plan.padded(best.prices))
        used = np.diff(best.counts, axis=2, prepend=0.0) > USED
        add = additions(plan, self.priced) | likely(plan.sites, at_prices).add | used
        near = []
        for kind, earned in zip(kinds, (self.priced.schedules.earned, at_prices.earned), strict=True):
            odds = self._odds(best) if kind % PAIR == 0 else np.ones(len(plan.sites.opens))
            free, others = _free_sites(plan.sites.opens, odds, standing.sizes[kind], self._others[kind // PAIR], chance)
            near.append(_neighbourhood(plan, best, free, _choice(plan, best, free, earned, others), add))
        return near


def _best_of(plan: Separable, best: Decided, opened: Sequence[Flags], solve: Solve) -> Decided:
    """Return the best of some openings and of all that they change together, or what was best before."""
    changed = [is_open for is_open in opened if (is_open != best.is_open).any()]
    if len(changed) > 1:
        together = best.is_open.copy()
        for is_open in changed:
            sites = (is_open != best.is_open).any(axis=1)
            together[sites] = is_open[sites]
        changed.append(together)
    least = _least(best)
    held = [hold(plan, is_open, plan.sites.may_add, solve) for is_open in changed]
    return max((one for one in held if one is not None and one.money > least), key=lambda one: one.money, default=best)


def _least(best: Decided) -> float:
    """Return the money that better openings than some must be worth more than."""
    return best.money + LEAST_GAIN * abs(best.money)


def _next_size(size: float, most: int, result: SolveResult, nodes: int) -> float:
    """Return the next size of a kind: what was solved with every site free holds nothing more."""
    if result.nodes >= nodes or result.hit_time_limit:
        return max(LEAST_FREE_SITES, size * SHRINKAGE)
    return size * GROWTH if result.nodes <= AT_ONCE or size >= most else size


def _free_sites(opens: Flags, odds: Floats, size: float, others: int, chance: np.random.Generator) -> tuple[Ints, Ints]:
    """Return some of the sites whose opening is a decision, and how many other openings each may choose from.

    Beyond all sites, size adds other openings: a further tenth, say, adds one to a tenth of the sites, drawn at random.
    """
    sites = np.flatnonzero(opens)
    number, odds = min(round(size), len(sites)), odds[sites]
    free = np.sort(chance.choice(sites, number, replace=False, p=odds / odds.sum()))
    beyond = max(0.0, size / max(len(sites), 1) - 1)
    return free, others + np.floor(beyond + chance.random(len(free))).astype(np.int64)


def _choice(plan: Separable, best: Decided, free: Ints, earned: Floats, others: Ints) -> Flags:
    """Return the openings that free sites may choose from, (s,t): their own and those that lose least, so many of each."""
    never = best.is_open.shape[1]
    choice = np.zeros_like(best.is_open)
    now = np.where(best.is_open.any(axis=1), best.is_open.argmax(axis=1), never)
    worth = np.column_stack([np.where(plan.sites.may_choose, earned, -np.inf), np.zeros(len(earned))])
    np.put_along_axis(worth, now[:, None], -np.inf, axis=1)
    for site, number in zip(free.tolist(), others.tolist(), strict=True):
        best_others = np.argsort(-worth[site], kind="stable")[:number]
        periods = {int(now[site]), *best_others[np.isfinite(worth[site][best_others])].tolist()} - {never}
        choice[site, sorted(periods)] = True
    return choice


def _neighbourhood(plan: Separable, best: Decided, free: Ints, choice: Flags, add: Flags) -> Near:
    """Return the neighbourhood in which free sites may choose and all others are held."""
    held = best.is_open.copy()
    held[free] = False
    may_stand = held | np.logical_or.accumulate(choice, axis=1) | ~plan.sites.opens[:, None]
    program = restrict(plan.sites, plan.coupling, Choice(add & may_stand[:, None, :], choice), plan.local, held)
    start = program.point(plan.sites, plan.coupling, best.counts, best.is_open)
    return Near(program, start, free, held)
