"""Better openings near some: a part of the sites free to open at another time or not at all, all others held.

Free are sites drawn at random, each with its own opening, those of the relaxation and the few others that lose least: in
one of a pair at the prices of the relaxation, in the other at those of the counts. Each neighbourhood is a small integer
program. At first one dive is made into each; where dives find nothing more, it is searched by branching: those that are
solved at once make the next ones larger, those that are not make them smaller. What both of a pair change is tried
together, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.solve.tree import Dive, Growth, Tree
from optimizer.strategy.decomposed.openings import additions, hold
from optimizer.strategy.decomposed.prices import USED, likely
from optimizer.strategy.decomposed.restricted import Choice, Restricted, restrict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model.formulation import Flags, Floats, Ints
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.decomposed.cuts import Cutter
    from optimizer.strategy.decomposed.openings import Decided
    from optimizer.strategy.decomposed.prices import Priced, Solve
    from optimizer.strategy.decomposed.schedules import Schedules
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
DIVES, MOST_FAILED_DIVES, DIVE_EFFORT = 0, 6, 0.2
"""Nodes that stand for one dive, pairs of dives in a row with nothing better after which trees are grown, and what a pair
of dives takes in pairs of the first trees."""
LEAST_PART = 0.01
"""Part of a site from which an opening of a relaxed solution is one to choose."""
AT_ODDS, MORE_OFTEN = 0.01, 4.0
"""Part of a site by which the relaxation opens it otherwise, and how many times as often such a site is drawn."""
LEAST_GAIN = 2e-6
"""Part of the value that other openings must gain."""


class Found(NamedTuple):
    """Openings, (s,t), and the money that they are known to be worth."""

    is_open: Flags
    worth: float


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

    def dive(self) -> Dive:
        """Return what to dive into, for openings better than those it begins with."""
        formulation = self.program.formulation
        least = formulation.value(self.start)
        return Dive(formulation, self.program.ordered_sets(), least + LEAST_GAIN * abs(least))

    def found(self, best: Decided, values: Floats) -> Found:
        """Return the openings of a solution and what they are worth at least; the start is the best before."""
        formulation = self.program.formulation
        gain = (formulation.value(values) - formulation.value(self.start)) * formulation.objective_scale
        return Found(self.is_open(values), best.money + gain)

    def is_open(self, values: Floats) -> Flags:
        """Return the openings of a solution, (s,t)."""
        is_open = self.held.copy()
        is_open[self.free] |= np.rint(self.program.opened(values))[self.free].cumsum(axis=1) > 0
        return is_open


SolveNear = Callable[["Sequence[Near]", int], "Sequence[SolveResult | None]"]


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
    """Those that each neighbourhood may take; DIVES: one dive."""
    failures: int = 0
    """Pairs in a row with nothing better."""
    raised: int = 1
    """How many times the nodes of the first trees these are."""
    effort: float = 0.0
    """What the pairs searched have taken, in pairs of the first trees."""

    @property
    def is_over(self) -> bool:
        """Return whether more effort no longer finds better openings."""
        return self.nodes > MOST_NODES_EVER


@dataclass(frozen=True)
class Neighbourhoods:
    """Neighbourhoods of a plan's openings; what a pair finds depends only on where the search stands before it.

    `solve_near` solves neighbourhoods from their starts, each within a number of nodes, or by one dive.
    """

    plan: Separable
    cutter: Cutter
    priced: Priced
    solve: Solve
    solve_near: SolveNear
    seed: int

    @property
    def _is_large(self) -> bool:
        return self.plan.sites.worth.size >= MANY_COUNTS

    @property
    def _others(self) -> tuple[int, ...]:
        return OTHERS_OF_MANY if self._is_large else OTHERS

    def begin(self, decided: Decided, turn: int = 0) -> Standing:
        """Return where a search from some openings stands at its beginning, when so many pairs were searched before."""
        sizes = (float(FREE_SITES),) * (PAIR * len(self._others))
        plan, best = self.cutter.sharpened(self.plan, decided, self.solve)
        return Standing(plan, best, turn, sizes, DIVES)

    def with_cuts(self, standing: Standing) -> Standing:
        """Return the same standing with cuts, from now on, however little they promised."""
        if not self.cutter.is_at_rest:
            return standing
        self.cutter.is_at_rest = False
        plan, best = self.cutter.sharpened(standing.plan, standing.best, self.solve)
        return replace(standing, plan=plan, best=best)

    def after(self, standing: Standing) -> Standing:
        """Search a pair of neighbourhoods and return where the search stands then."""
        best, chance = standing.best, np.random.default_rng((self.seed, standing.turn))
        kinds = [(PAIR * standing.turn + number) % len(standing.sizes) for number in range(PAIR)]
        near = self._pair(standing, kinds, chance)
        results = self.solve_near(near, standing.nodes)
        sizes, most = list(standing.sizes), int(self.plan.sites.opens.sum())
        for kind, result in zip(kinds, results, strict=True):
            if result is not None and standing.nodes != DIVES:
                sizes[kind] = _next_size(sizes[kind], most, result, standing.nodes)
        now = self.with_found(standing, found_in(near, results, best))
        failures = standing.failures + 1 if now.best is best else 0
        effort = standing.effort + (DIVE_EFFORT if standing.nodes == DIVES else standing.raised)
        now = replace(now, turn=standing.turn + 1, sizes=tuple(sizes), failures=failures, effort=effort)
        return self._raised(now) if failures == (MOST_FAILED_DIVES if now.nodes == DIVES else MOST_FAILURES) else now

    def _raised(self, standing: Standing) -> Standing:
        """Return a standing with more effort for each neighbourhood."""
        if standing.nodes == DIVES:
            return replace(standing, nodes=NODES_OF_MANY if self._is_large else MOST_NODES, failures=0)
        return replace(standing, nodes=standing.nodes * MORE_NODES, raised=standing.raised * MORE_NODES, failures=0)

    def with_found(self, standing: Standing, found: Sequence[Found]) -> Standing:
        """Return where a search stands with the best of some openings, if it is better, and the cuts it breaks."""
        plan, best = standing.plan, standing.best
        better = best_of(plan, best, found, self.solve)
        if better is best:
            return standing
        plan, better = self.cutter.sharpened(plan, better, self.solve)
        return replace(standing, plan=plan, best=better if better.money > _least(best) else best)

    def _odds(self, best: Decided) -> Floats:
        """Return how likely each site is to be free: those that the relaxation opens otherwise are drawn more often."""
        opened = self.priced.program.opened(self.priced.values).cumsum(axis=1)
        differs = np.abs(opened - best.is_open).max(axis=1) > AT_ODDS
        return np.where(differs, MORE_OFTEN, 1.0)

    def _pair(self, standing: Standing, kinds: Sequence[int], chance: np.random.Generator) -> list[Near]:
        """Return neighbourhoods of some kinds: the first at the prices of the relaxation, the second at the counts'."""
        plan, best = standing.plan, standing.best
        at_prices = plan.schedules(plan.padded(best.prices))
        add = additions_near(plan, self.priced, best, at_prices)
        relaxed = self.priced.program.opened(self.priced.values) > LEAST_PART
        near = []
        for kind, earned in zip(kinds, (self.priced.schedules.earned, at_prices.earned), strict=True):
            odds = self._odds(best) if kind % PAIR == 0 else np.ones(len(plan.sites.opens))
            free, others = _free_sites(plan.sites.opens, odds, standing.sizes[kind], self._others[kind // PAIR], chance)
            choice = _choice(plan, best, free, earned, others)
            choice[free] |= relaxed[free]
            near.append(neighbourhood(plan, best, free, choice, add))
        return near


def additions_near(plan: Separable, priced: Priced, best: Decided, at_prices: Schedules) -> Flags:
    """Return the additions, (s,g,t), of a relaxed solution, of the best counts, and likely at the prices of either."""
    used = np.diff(best.counts, axis=2, prepend=0.0) > USED
    return np.asarray(additions(plan, priced) | likely(plan.sites, at_prices).add | used)


def found_in(near: Sequence[Near], results: Sequence[SolveResult | None], best: Decided) -> list[Found]:
    """Return what was found in neighbourhoods of the best openings before."""
    both = zip(near, results, strict=True)
    return [one.found(best, result.values) for one, result in both if result is not None and result.values is not None]


def best_of(plan: Separable, best: Decided, found: Sequence[Found], solve: Solve) -> Decided:
    """Return the best of some openings and of all that they change together, or what was best before.

    What is worth less than they are together is not looked at.
    """
    changed = [one for one in found if (one.is_open != best.is_open).any()]
    if len(changed) > 1:
        together = best.is_open.copy()
        for one in changed:
            sites = (one.is_open != best.is_open).any(axis=1)
            together[sites] = one.is_open[sites]
        changed.append(Found(together, inf))
    least, better = _least(best), best
    for one in sorted(changed, key=lambda one: -one.worth):
        held = None if one.worth <= better.money else hold(plan, one.is_open, plan.sites.may_add, solve)
        if held is not None and held.money > max(least, better.money):
            better = held
    return better


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


def neighbourhood(plan: Separable, best: Decided, free: Ints, choice: Flags, add: Flags) -> Near:
    """Return the neighbourhood in which free sites may choose and all others are held."""
    held = best.is_open.copy()
    held[free] = False
    may_stand = held | np.logical_or.accumulate(choice, axis=1) | ~plan.sites.opens[:, None]
    program = restrict(plan.sites, plan.coupling, Choice(add & may_stand[:, None, :], choice), plan.local, held)
    start = program.point(plan.sites, plan.coupling, best.counts, best.is_open)
    return Near(program, start, free, held)
