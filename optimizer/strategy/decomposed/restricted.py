"""The plan as a linear program over a choice of additions and openings, of a size that grows with that choice alone.

    y[s,g,t] >= 0        blocks added            z[s,t] in [0,1]     opened in t
    sum over t' <= t of draw[s,g] y[s,g,t'] <= power[s,t] x sum over t' <= t of z[s,t']
    standing[z,g,t] = standing[z,g,t-1] + sum over s in zone z of y[s,g,t]
    shared limits over standing, with totals between; further limits of single sites

A row of power is left out where the next one implies it. Any solution is one of the plan's linear relaxation, and the
duals of the shared limits are prices for `optimizer.strategy.decomposed.schedules`. A shared limit that nothing placed
would break may be missed at a high price, so that a poor choice still has a solution.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.formulation import Formulation
from optimizer.solve.tree import NO_COLUMN, NO_ROW, OrderedSets

if TYPE_CHECKING:
    import numpy.typing as npt

    from optimizer.model.formulation import Flags, Floats, Ints
    from optimizer.strategy.decomposed.coupling import Coupling
    from optimizer.strategy.decomposed.separate import LocalRows
    from optimizer.strategy.decomposed.sites import Sites

DEAR = 10.0
"""Price of missing a shared limit, in the greatest worth of a block."""
NO_POWER = 1e-9
"""MW below which a site has none; rows are divided by the power."""


@dataclass(frozen=True)
class Choice:
    """Which additions (s,g,t) and which openings (s,t) may be made."""

    add: Flags
    open: Flags

    def __or__(self, other: Choice) -> Choice:
        """Return what either allows."""
        return Choice(self.add | other.add, self.open | other.open)


@dataclass(frozen=True)
class LocalPlaces:
    """Where further limits of single sites stand among the rows of a program."""

    first_row: int
    limits: Ints
    """The number of the limit behind each row from the first one on."""
    scale: Floats
    """What each of these rows is divided by."""
    num_limits: int


@dataclass(frozen=True)
class Restricted:
    """A program and the way back from its columns and rows."""

    formulation: Formulation
    choice: Choice
    first_shared_row: int
    num_shared: int
    first_cell: int
    """Column from which on what stands in zones is counted, and after that totals."""
    first_miss: int
    """Column from which on limits are missed."""
    local: LocalPlaces

    def added(self, values: Floats) -> Floats:
        """Return the blocks added, (s,g,t)."""
        found = np.zeros(self.choice.add.shape)
        found[self.choice.add] = values[: int(self.choice.add.sum())]
        return found

    def opened(self, values: Floats) -> Floats:
        """Return the parts of sites opened, (s,t)."""
        found, first = np.zeros(self.choice.open.shape), int(self.choice.add.sum())
        found[self.choice.open] = values[first : self.first_cell]
        return found

    def point(self, sites: Sites, coupling: Coupling, counts: Floats, is_open: Flags) -> Floats:
        """Return the solution vector of counts (s,g,t) and openings (s,t) that the choice allows."""
        found = np.zeros(self.formulation.num_columns)
        first = int(self.choice.add.sum())
        found[:first] = np.diff(counts, axis=2, prepend=0.0)[self.choice.add]
        found[first : self.first_cell] = np.diff(is_open, axis=1, prepend=False)[self.choice.open]
        cells = np.zeros(coupling.shape)
        np.add.at(cells, sites.zone, counts)
        found[self.first_cell : self.first_miss] = np.append(cells.ravel(), coupling.of_totals @ cells.ravel())
        return found

    def with_whole_openings(self) -> Formulation:
        """Return the program with openings whole."""
        is_integer = np.zeros(self.formulation.num_columns, dtype=bool)
        is_integer[int(self.choice.add.sum()) : self.first_cell] = True
        return self.formulation.with_integer(is_integer)

    def ordered_sets(self, alike: Ints | None = None) -> OrderedSets:
        """Return the openings of each site in order of period, of the sites that have any.

        `alike` (s,) has the same number for sites that may change places; None: no site may.
        """
        (sites,) = np.nonzero(self.choice.open.any(axis=1))
        first, columns = int(self.choice.add.sum()), np.full(self.choice.open.shape, NO_COLUMN)
        columns[self.choice.open] = np.arange(first, self.first_cell)
        several = self.choice.open.sum(axis=1) > 1
        rows = np.full(len(columns), NO_ROW)
        rows[several] = self.formulation.num_rows - int(several.sum()) + np.arange(int(several.sum()))
        groups = sites if alike is None else alike[sites]
        return OrderedSets(columns[sites], rows[sites], np.unique(groups, return_inverse=True)[1])

    def missed(self, values: Floats) -> float:
        """Return by how much shared limits are missed, in the units of their rows."""
        return float(values[self.first_miss :].sum())

    def prices(self, duals: Floats) -> Floats:
        """Return the prices of the shared limits and, after them, of the further limits of single sites, in money."""
        shared = duals[self.first_shared_row : self.first_shared_row + self.num_shared]
        own, places = np.zeros(self.local.num_limits), self.local
        own[places.limits] = duals[places.first_row : places.first_row + len(places.limits)] / places.scale
        return np.maximum(np.append(shared, own), 0.0) * self.formulation.objective_scale


def restrict(
    sites: Sites, coupling: Coupling, choice: Choice, local: LocalRows | None = None, is_open: Flags | None = None
) -> Restricted:
    """Return the program of a choice, its objective in money over `objective_scale`.

    `is_open` (s,t) holds openings of sites of which none is chosen. `local` adds further limits of single sites.
    """
    add, opens = np.nonzero(choice.add), np.nonzero(choice.open)
    always = np.broadcast_to(~sites.opens[:, None], choice.open.shape)
    held = always if is_open is None else always | is_open
    num_cells = int(np.prod(coupling.shape))
    miss = np.flatnonzero(coupling.bound < 0)
    first_open = len(add[0])
    first_cell = first_open + len(opens[0])
    first_total = first_cell + num_cells
    first_miss = first_total + len(coupling.totals)
    rows = _Rows()
    _add_standing(rows, sites, coupling, add, first_cell)
    which, cells = np.nonzero(coupling.of_totals)
    rows.put(which, first_cell + cells, coupling.of_totals[which, cells])
    rows.put(np.arange(len(coupling.totals)), first_total + np.arange(len(coupling.totals)), -1.0)
    rows.end(0.0, 0.0, len(coupling.totals))
    first_shared_row = rows.num
    which, parts = np.nonzero(coupling.row_totals)
    rows.put(which, first_total + parts, coupling.row_totals[which, parts])
    which, cells = np.nonzero(coupling.row_standing)
    rows.put(which, first_cell + cells, coupling.row_standing[which, cells])
    rows.put(miss, first_miss + np.arange(len(miss)), -1.0)
    rows.end(-inf, coupling.bound, len(coupling.bound))
    _add_power(rows, sites, choice, held, first_open)
    places = LocalPlaces(rows.num, np.zeros(0, dtype=np.int64), np.zeros(0), 0)
    if local is not None:
        places = _add_local(rows, choice, local, held, first_open)
    _add_one_opening(rows, choice, first_open)
    money = np.zeros(first_miss + len(miss))
    money[:first_open] = sites.worth[add]
    money[first_open:first_cell] = sites.opening[opens]
    money[first_miss:] = -DEAR * np.abs(sites.worth).max(initial=1.0)
    upper = np.full(len(money), inf)
    upper[:first_open] = sites.most[add]
    upper[first_open:first_cell] = 1.0
    program = rows.close(money, upper)
    return Restricted(program, choice, first_shared_row, len(coupling.bound), first_cell, first_miss, places)


def _add_standing(rows: _Rows, sites: Sites, coupling: Coupling, add: tuple[Ints, ...], first_cell: int) -> None:
    """Let what stands in a zone be what stood there and what is added."""
    num_periods = coupling.shape[2]
    cell = np.arange(int(np.prod(coupling.shape)))
    later = cell[cell % num_periods > 0]
    rows.put(cell, first_cell + cell, 1.0)
    rows.put(later, first_cell + later - 1, -1.0)
    of_addition = np.ravel_multi_index((sites.zone[add[0]], add[1], add[2]), coupling.shape)
    rows.put(of_addition, np.arange(len(add[0])), -1.0)
    rows.end(0.0, 0.0, len(cell))


def _add_power(rows: _Rows, sites: Sites, choice: Choice, held: Flags, first_open: int) -> None:
    """Keep what stands at a site within its power, where it is open."""
    begun = np.logical_or.accumulate(choice.add.any(axis=1), axis=1)
    changes = np.ones_like(begun)
    changes[:, :-1] = choice.open[:, 1:] | (sites.growth[:, 1:] > 0) | (held[:, 1:] & ~held[:, :-1])
    at = begun & changes
    power = np.maximum(sites.power, NO_POWER)
    rows.stand(choice, at, sites.draw[:, :, None] / power[:, None, :], np.full(at.shape, -1.0), first_open)
    rows.end(-inf, held[at].astype(np.float64), int(at.sum()))


def _add_local(rows: _Rows, choice: Choice, local: LocalRows, held: Flags, first_open: int) -> LocalPlaces:
    """Keep the further limits of single sites, one of each site and period at a time; return where they are."""
    begun = np.logical_or.accumulate(choice.add.any(axis=1), axis=1)
    left = np.flatnonzero(begun[local.site, local.period])
    first_row, limits, scales = rows.num, [left[:0]], [np.zeros(0)]
    while len(left):
        _, first = np.unique(local.site[left] * begun.shape[1] + local.period[left], return_index=True)
        now = left[first]
        left = np.setdiff1d(left, now)
        at = np.zeros_like(begun)
        at[local.site[now], local.period[now]] = True
        weights, opening = np.zeros((*choice.add.shape,)), np.zeros(begun.shape)
        scale = np.abs(local.weights[now]).max(axis=1)
        scale[scale == 0] = 1.0
        weights[local.site[now], :, local.period[now]] = local.weights[now] / scale[:, None]
        opening[local.site[now], local.period[now]] = local.opening[now] / scale
        bound = np.zeros(begun.shape)
        bound[local.site[now], local.period[now]] = local.bound[now] / scale
        rows.stand(choice, at, weights, opening, first_open)
        rows.end(-inf, (bound - opening * held)[at], int(at.sum()))
        limits.append(now)
        scales.append(scale)
    return LocalPlaces(first_row, np.concatenate(limits), np.concatenate(scales), len(local.site))


def _add_one_opening(rows: _Rows, choice: Choice, first_open: int) -> None:
    """Open each site once at most; these rows are the last, one for each site with several openings, in order."""
    site = np.nonzero(choice.open)[0]
    several = np.flatnonzero(choice.open.sum(axis=1) > 1)
    number = np.searchsorted(several, site)
    number[number == len(several)] = 0
    is_several = several[number] == site if len(several) else np.zeros(len(site), dtype=bool)
    rows.put(number[is_several], first_open + np.flatnonzero(is_several), 1.0)
    rows.end(-inf, 1.0, len(several))


class _Rows:
    """Collects rows in bulk."""

    def __init__(self) -> None:
        self.num = 0
        self._parts: list[tuple[Ints, Ints, Floats]] = []
        self._lower: list[Floats] = []
        self._upper: list[Floats] = []

    def put(self, rows: Ints, columns: Ints, coefficients: npt.ArrayLike) -> None:
        """Put coefficients into rows that the next `end` closes, numbered from 0."""
        self._parts.append((rows + self.num, columns, np.broadcast_to(np.asarray(coefficients, float), columns.shape)))

    def stand(self, choice: Choice, at: Flags, weights: Floats, opening: Floats, first_open: int) -> None:
        """Put what stands, (s,g,t) weights, and what is open, (s,t) weights, into one row for each (s,t) of `at`."""
        number = np.full(at.shape, -1)
        number[at] = np.arange(int(at.sum()))
        site, sku, period = np.nonzero(choice.add)
        opened, when = np.nonzero(choice.open)
        for now in range(at.shape[1]):
            here = np.flatnonzero((number[site, now] >= 0) & (period <= now))
            self.put(number[site[here], now], here, weights[site[here], sku[here], now])
            here = np.flatnonzero((number[opened, now] >= 0) & (when <= now))
            self.put(number[opened[here], now], first_open + here, opening[opened[here], now])

    def end(self, lower: npt.ArrayLike, upper: npt.ArrayLike, number: int) -> None:
        """Close a number of rows with their bounds."""
        self._lower.append(np.broadcast_to(np.asarray(lower, float), (number,)))
        self._upper.append(np.broadcast_to(np.asarray(upper, float), (number,)))
        self.num += number

    def close(self, money: Floats, upper: Floats) -> Formulation:
        """Return the program that earns most."""
        rows, columns, coefficients = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        kept = np.flatnonzero(coefficients)
        order = kept[np.lexsort((columns[kept], rows[kept]))]
        scale = float(10.0 ** (np.floor(np.log10(np.abs(money).max(initial=1.0))) - 2))
        return Formulation(
            column_lower=np.zeros(len(money)),
            column_upper=upper,
            objective=money / scale,
            is_integer=np.zeros(len(money), dtype=bool),
            row_lower=np.concatenate(self._lower),
            row_upper=np.concatenate(self._upper),
            row_starts=np.searchsorted(rows[order], np.arange(self.num + 1)),
            row_columns=columns[order],
            row_coefficients=coefficients[order],
            row_names=(),
            objective_scale=scale,
        )
