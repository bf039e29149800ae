"""The limits of a plan as arrays of whole numbers, so that rounding works on all sites at once and exactly.

A limit on one site in one period is a *local* row; any other is a *shared* row, in which sites of one *group* use the same
per block. Every row reads `use x blocks <= most`, scaled until everything in it is whole. Units that a site must have if it
is open are a *minimum*. Limits that speak of anything else are not understood: such a plan has no `Rows`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, lcm
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from optimizer.rules.limit import WORLD, Opened, Placed, Sense, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Limit, Variable

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LARGEST = 2**61
"""Sums of a row stay below this, so that 64 bits hold them; a bound above it is no bound."""
MOST_CELLS = 40_000_000
"""Cells of the table of shared rows, of 8 bytes each, beyond which a plan is not understood: its sites have too little in
common."""

Terms = tuple[tuple["Variable", "Exact"], ...]


@dataclass(frozen=True)
class Rows:
    """Every limit of a plan; the arrays are indexed by site, accelerator, period, group of sites and row, as named."""

    group: Ints
    """The group of each site."""
    may_stand: Flags
    """Site, accelerator, period: whether local rows let anything be added that stands then."""
    local_use: Ints
    """Slot, accelerator, site, period: what a block uses."""
    local_most: Ints
    """Slot, site, period."""
    least: Ints
    """Site, period: units, of all accelerators, that must stand where the site is open; 0 where nothing must."""
    push: Ints
    """Group, accelerator, period, shared row: what a block that is added in the period uses of the row by all its terms."""
    most: Ints
    """Shared row."""
    numbers: tuple[int, ...]
    """The number of each shared row's limit."""
    scales: Floats
    """Shared row: what one unit of the limit counts in the row."""


class _Shared(NamedTuple):
    """A shared limit: its number, terms with every coefficient for at most, and bound."""

    number: int
    terms: Terms
    bound: Exact


def rows_of(case: Case, limits: Iterable[Limit]) -> Rows | None:
    """Return the limits as rows; None where some are not understood, are soft or cannot be kept."""
    local, shared = _Local(case), []
    for number, limit in enumerate(limits):
        terms, bound = _at_most(limit)
        if not terms or local.takes(limit, terms, bound):
            continue
        if limit.is_soft or not all(isinstance(variable, Standing | Placed) for variable, _ in terms):
            return None
        shared.append(_Shared(number, terms, bound))
    return None if local.is_broken else _close(case, local, shared)


def _at_most(limit: Limit) -> tuple[Terms, Exact]:
    """Return a limit as terms that are at most a bound."""
    terms = limit.net_terms() if limit.allowance.terms else limit.usage.terms
    if limit.sense is Sense.AT_MOST:
        return terms, limit.net_bound
    return tuple((variable, -coefficient) for variable, coefficient in terms), -limit.net_bound


class _Local:
    """Collects the limits on one site in one period; those that forbid stock outright take no slot."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._blocks = [accelerator.block for accelerator in case.plan.accelerators]
        self._shape = (len(case.plan.sites), len(self._blocks), case.num_periods)
        self._slots: list[tuple[Ints, Ints]] = []
        self._taken = np.zeros((self._shape[0], self._shape[2]), dtype=np.int64)
        self.may_stand = np.ones(self._shape, dtype=bool)
        self.least = np.zeros((self._shape[0], self._shape[2]), dtype=np.int64)
        self.is_broken = False

    def takes(self, limit: Limit, terms: Terms, bound: Exact) -> bool:
        """Take a limit in, if it is local and hard."""
        if limit.is_soft:
            return False
        if isinstance(terms[-1][0], Opened):
            return self._takes_minimum(terms, bound)
        site, period = getattr(terms[0][0], "site", -1), terms[0][0].period
        for variable, coefficient in terms:
            own = isinstance(variable, Standing) and variable.site == site and variable.period == period
            if not own or coefficient <= 0:
                return False
        self._add(site, period, terms, bound)  # type: ignore[arg-type]
        return True

    def _takes_minimum(self, terms: Terms, bound: Exact) -> bool:
        """Take in a minimum of units of all accelerators at a site that is open; return whether it is one."""
        *standing, (opened, least) = terms
        site, period = opened.site, opened.period  # type: ignore[union-attr]
        wanted = {(Standing(site, sku, period), -1) for sku in range(self._shape[1])}
        if set(standing) != wanted or least.denominator != 1 or bound.denominator != 1:
            return False
        self.least[site, period] = max(int(self.least[site, period]), int(least - bound))
        return not (self._case.is_open_from_the_start(site) and self.least[site, period] > 0)

    def _add(self, site: int, period: int, terms: tuple[tuple[Standing, Exact], ...], bound: Exact) -> None:
        self.is_broken = self.is_broken or bound < 0
        if not bound:
            self.may_stand[site, [variable.accelerator for variable, _ in terms], period] = False
            return
        scale = lcm(*(coefficient.denominator for _, coefficient in terms))
        use, most = self._slot(site, period)
        for variable, coefficient in terms:
            sku = variable.accelerator
            use[sku, site, period] += coefficient.numerator * (scale // coefficient.denominator) * self._blocks[sku]
        most[site, period] = min(floor(bound * scale), LARGEST)

    def _slot(self, site: int, period: int) -> tuple[Ints, Ints]:
        number = int(self._taken[site, period])
        self._taken[site, period] += 1
        if number == len(self._slots):
            sites, skus, periods = self._shape
            self._slots.append(
                (np.zeros((skus, sites, periods), dtype=np.int64), np.full((sites, periods), LARGEST, dtype=np.int64))
            )
        return self._slots[number]

    def arrays(self) -> tuple[Ints, Ints]:
        """Return what blocks use and the most, by slot."""
        sites, skus, periods = self._shape
        if not self._slots:
            return np.zeros((0, skus, sites, periods), dtype=np.int64), np.zeros((0, sites, periods), dtype=np.int64)
        return np.stack([use for use, _ in self._slots]), np.stack([most for _, most in self._slots])


def _close(case: Case, local: _Local, shared: list[_Shared]) -> Rows | None:
    blocks = [accelerator.block for accelerator in case.plan.accelerators]
    entries, by_place = _Entries(), []
    scales, most = np.ones(len(shared)), np.zeros(len(shared), dtype=np.int64)
    for row, (_, terms, bound) in enumerate(shared):
        totals = _by_place(case, terms)
        standing = [(variable, coefficient) for variable, coefficient in terms if isinstance(variable, Standing)]
        denominators = {coefficient.denominator for _, coefficient in standing}
        denominators.update(coefficient.denominator for weights in totals.values() for coefficient in weights)
        scale = lcm(*denominators)
        entries.add(row, standing, scale, blocks)
        by_place.append(
            {key: [int(w * scale) * b for w, b in zip(ws, blocks, strict=True)] for key, ws in totals.items()}
        )
        scales[row], most[row] = scale, max(-LARGEST, min(floor(bound * scale), LARGEST))
    group, first_sites = entries.groups(case)
    if float(len(first_sites)) * len(blocks) * case.num_periods * len(shared) > MOST_CELLS:
        return None
    use = _shared_use(case, entries, first_sites, by_place)
    if _may_overflow(case, use):
        return None
    local_use, local_most = local.arrays()
    for site, last in case.closes.items():  # what has left uses nothing
        local.may_stand[site, :, last + 1 :], local_use[:, :, site, last + 1 :] = True, 0
    push = np.ascontiguousarray(np.flip(np.flip(use, axis=2).cumsum(axis=2), axis=2))
    numbers = tuple(limit.number for limit in shared)
    return Rows(group, local.may_stand, local_use, local_most, local.least, push, most, numbers, scales)


def _shared_use(
    case: Case, entries: _Entries, first_sites: list[int], by_place: list[dict[tuple[str, int], list[int]]]
) -> Ints:
    """Return what a block standing in one period uses, by group, accelerator, period and shared row."""
    shape = (len(first_sites), len(case.plan.accelerators), case.num_periods, len(by_place))
    use = np.zeros(shape, dtype=np.int64)
    for number, site in enumerate(first_sites):
        entries.fill(site, use[number])
        for row, weights in enumerate(by_place):
            for (where, period), own in weights.items():
                if where in {WORLD, case.site_destinations[site]}:
                    use[number, :, period, row] += own
        use[number, :, case.last_open(site) + 1 :] = 0
    return use


def _by_place(case: Case, terms: Terms) -> dict[tuple[str, int], list[Exact]]:
    """Return by place and period what a unit of each accelerator counts in totals."""
    found: dict[tuple[str, int], list[Exact]] = {}
    for variable, coefficient in terms:
        if isinstance(variable, Placed):
            own = found.setdefault((variable.place, variable.period), [0] * len(case.plan.accelerators))
            for sku, weight in enumerate(case.weights[variable.measure]):
                own[sku] += coefficient * weight
    return found


def _may_overflow(case: Case, use: Ints) -> bool:
    """Return whether a sum of a shared row could leave 64 bits."""
    delivered = zip(case.plan.delivered_units, case.plan.accelerators, strict=True)
    blocks = np.array([row[-1] // accelerator.block for row, accelerator in delivered], dtype=np.float64)
    largest = np.abs(use).max(axis=0, initial=0).astype(np.float64).sum(axis=1)
    return bool((blocks @ largest > LARGEST).any())


class _Entries:
    """The terms of shared limits that name sites: row, site, accelerator, period and use of a block."""

    def __init__(self) -> None:
        self._parts: list[Ints] = []
        self._table = np.zeros((5, 0), dtype=np.int64)
        self._starts: Ints = np.zeros(1, dtype=np.int64)

    def add(self, row: int, terms: list[tuple[Standing, Exact]], scale: int, blocks: list[int]) -> None:
        """Take the terms of one row in."""
        if terms:
            uses = [
                coefficient.numerator * (scale // coefficient.denominator) * blocks[variable.accelerator]
                for variable, coefficient in terms
            ]
            named = np.array([variable for variable, _ in terms], dtype=np.int64).T
            self._parts.append(np.vstack([named, np.full(len(terms), row), np.array(uses, dtype=np.int64)]))

    def groups(self, case: Case) -> tuple[Ints, list[int]]:
        """Return the group of each site, and a site of each group: same destination, same end, same terms."""
        num_sites = len(case.plan.sites)
        if self._parts:
            table = np.hstack(self._parts)
            self._table = table[:, np.lexsort((table[3], table[2], table[1], table[0]))]
        self._starts = np.searchsorted(self._table[0], np.arange(num_sites + 1))
        known: dict[tuple[str, int, bytes], int] = {}
        firsts: list[int] = []
        group = np.zeros(num_sites, dtype=np.int64)
        for site in range(num_sites):
            key = (case.site_destinations[site], case.last_open(site), self._of(site)[1:].tobytes())
            if key not in known:
                known[key] = len(firsts)
                firsts.append(site)
            group[site] = known[key]
        return group, firsts

    def fill(self, site: int, use: Ints) -> None:
        """Add a site's terms to the table of accelerator, period and row."""
        _, skus, periods, rows, uses = self._of(site)
        np.add.at(use, (skus, periods, rows), uses)

    def _of(self, site: int) -> Ints:
        return self._table[:, self._starts[site] : self._starts[site + 1]]
