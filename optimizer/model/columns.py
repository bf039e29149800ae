"""Which variables exist: blocks of an accelerator standing at a site, openings, totals, and extras.

A `blocks` column exists only where at least one block can stand; what the limits forbid outright is left out here, so
that the program stays small. An extra is a column of any further kind; `optimizer.model.features` lists the kinds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from optimizer.model.hall_power import modules_allowed, net_bound_with_halls
from optimizer.model.opened import sites_opened_early
from optimizer.rules.bound_lots import bound_scopes
from optimizer.rules.limit import (
    WORLD,
    Entered,
    Exact,
    Limit,
    Opened,
    Placed,
    Present,
    Sense,
    Standing,
    Unbound,
    Variable,
    variables_named,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.rules.case import Case

ABSENT = -1
UNLIMITED_FACTOR = 100
"""Times everything delivered that may stand of an accelerator where its deliveries are no limit."""


@dataclass(frozen=True, slots=True)
class Extra:
    """The column of a variable that is neither stock nor an opening nor a total."""

    most: float
    """No placement has more of the variable, in the column's unit."""
    is_whole: bool = True
    unit: Exact = 1
    """What one of the column stands for, in the variable's unit."""
    step: Exact = 1
    """The smallest amount by which placements move the variable."""
    money: Fraction = Fraction(0)
    """Present value of one of the column."""
    column: int = ABSENT


@dataclass(frozen=True)
class Columns:
    """Numbers of the columns; -1 where a variable does not exist (it is 0, or 1 for sites always open).

    `blocks` has shape (sites, accelerators, periods), `openings` (sites, periods); `most_blocks` is the largest whole
    number of blocks that could stand, by the same index.
    """

    blocks: npt.NDArray[np.int64]
    openings: npt.NDArray[np.int64]
    most_blocks: npt.NDArray[np.int64]
    totals: dict[Placed, int]
    extras: dict[Variable, Extra]
    num_columns: int

    @property
    def entries(self) -> dict[Entered, int]:
        """Return the columns of entries by path."""
        return {variable: extra.column for variable, extra in self.extras.items() if isinstance(variable, Entered)}

    def with_extras(self, extras: Iterable[tuple[Variable, Extra]]) -> Columns:
        """Return the columns with extras after them, numbered in their order."""
        numbered = {
            variable: replace(extra, column=number) for number, (variable, extra) in enumerate(extras, self.num_columns)
        }
        return replace(self, extras={**self.extras, **numbered}, num_columns=self.num_columns + len(numbered))

    def column(self, variable: Variable) -> int:
        """Return the column of an extra; ABSENT where it has none."""
        extra = self.extras.get(variable)
        return ABSENT if extra is None else extra.column


def choose_columns(case: Case, limits: Iterable[Limit]) -> Columns:
    """Return the columns of a case under some limits, without extras."""
    limits = tuple(limits)
    most = largest_blocks(case, limits)
    exists = most > 0
    blocks = np.full(most.shape, ABSENT, dtype=np.int64)
    blocks[exists] = np.arange(int(exists.sum()))
    next_column = int(exists.sum())
    openings = np.full((most.shape[0], most.shape[2]), ABSENT, dtype=np.int64)
    # What may have opened stays open, also where nothing can stand any more.
    may_open = np.maximum.accumulate(exists.any(axis=1), axis=1) | _may_open_early(case, limits)
    opens = needs_opening(case, limits)[:, None] & may_open
    for site, last in case.closes.items():
        opens[site, last + 1 :] = False
    openings[opens] = np.arange(next_column, next_column + int(opens.sum()))
    next_column += int(opens.sum())
    totals: dict[Placed, int] = {}
    for variable in _totals_named(case, limits):
        totals[variable] = next_column
        next_column += 1
    return Columns(blocks, openings, most, totals, {}, next_column)


def needs_opening(case: Case, limits: Iterable[Limit]) -> npt.NDArray[np.bool_]:
    """Return, by site, whether its opening is a decision.

    It is where opening costs money or a limit speaks of it; sites that installed stock keeps open never need one.
    """
    limits = tuple(limits)
    spoken_of = set(sites_opened_early(case, limits))
    for limit in limits:
        for variable, _ in (*limit.usage.terms, *limit.allowance.terms):
            if isinstance(variable, Opened):
                spoken_of.add(variable.site)
            elif isinstance(variable, Present):
                spoken_of.update(variable.sites)
    return np.array(
        [
            not case.is_open_from_the_start(number)
            and (bool(site.opening_cost_usd or site.fixed_cost_usd_per_period) or number in spoken_of)
            for number, site in enumerate(case.plan.sites)
        ],
        dtype=bool,
    )


def _may_open_early(case: Case, limits: Iterable[Limit]) -> npt.NDArray[np.bool_]:
    """Return, by site and period, whether a site may be open although nothing may stand there."""
    limits = tuple(limits)
    late = {limit.scope for limit in limits if limit.rule == "openings"}
    may = np.zeros((len(case.plan.sites), case.num_periods), dtype=bool)
    for site in sites_opened_early(case, limits):
        described = case.plan.sites[site]
        may[site, described.opens_from if described.key in late else 0 :] = True
    return may


def largest_blocks(case: Case, limits: Iterable[Limit]) -> npt.NDArray[np.int64]:
    """Return the most blocks of each accelerator that could stand at each site in each period, by single limits alone.

    Where no limit on deliveries is given, a program still needs an end: many times everything that is delivered.
    """
    plan = case.plan
    size = [accelerator.block for accelerator in plan.accelerators]
    ends = [
        UNLIMITED_FACTOR * (row[-1] // block + 1) if row[-1] else 0
        for row, block in zip(plan.delivered_units, size, strict=True)
    ]
    most = np.tile(np.array(ends, dtype=np.int64)[None, :, None], (len(plan.sites), 1, case.num_periods))
    alone = most.tolist()
    closed: dict[tuple[str, str], set[int]] = defaultdict(set)
    limits = tuple(limits)
    allowed = modules_allowed(case, limits)
    for limit in limits:
        if limit.sense is Sense.AT_LEAST or limit.price is not None:
            continue
        slack = net_bound_with_halls(limit, allowed)
        if slack is None:
            continue
        only_adds = all(coefficient.numerator > 0 for _, coefficient in limit.usage.terms)
        room, over = max(0, slack.numerator), slack.denominator
        for variable, coefficient in limit.usage.terms:
            if isinstance(variable, Standing) and only_adds:
                site, sku, period = variable
                fits = room * coefficient.denominator // (over * coefficient.numerator * size[sku])
                alone[site][sku][period] = min(alone[site][sku][period], fits)
            elif isinstance(variable, Unbound) and only_adds and not plan.changes.relocation:
                _bound_by_lots(case, most, variable, slack / coefficient)
            elif isinstance(variable, Placed) and slack <= 0 and (only_adds or _is_addition(limit)):
                closed[variable.place, variable.measure].add(limit.period)
    most = np.minimum(most, np.array(alone, dtype=np.int64))
    _close_until_open(case, most, closed)
    return _held_to_later(case, most)


def _held_to_later(case: Case, most: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the most that could stand where stock never shrinks while a site is open: later maxima hold earlier."""
    if case.plan.changes.is_any:
        return most
    held = np.minimum.accumulate(most[:, :, ::-1], axis=2)[:, :, ::-1]
    for site, last in case.closes.items():
        held[site, :, : last + 1] = np.minimum.accumulate(most[site, :, last::-1], axis=1)[:, ::-1]
        held[site, :, last + 1 :] = most[site, :, last + 1 :]
    return held


def _bound_by_lots(case: Case, most: npt.NDArray[np.int64], variable: Unbound, slack: Fraction) -> None:
    """Let a site hold no more than is bound to it, or to what it lies in, and what is left of the rest."""
    sku, period = variable.accelerator, variable.period
    scopes = bound_scopes(case, sku)
    for site in next(scope.sites for scope in scopes if scope.beyond(period) == variable):
        units = slack + sum(scope.units[period] for scope in scopes if site in scope.sites)
        most[site, sku, period] = min(most[site, sku, period], max(0, int(units / case.plan.accelerators[sku].block)))


def _is_addition(limit: Limit) -> bool:
    """Return whether usage is what one place holds, less what it held before: placed[c,t] - placed[c,t-k]."""
    if len(limit.usage.terms) != 2:  # noqa: PLR2004  now, and then
        return False
    (now, gained), (then, lost) = limit.usage.terms
    is_one_place = isinstance(now, Placed) and isinstance(then, Placed) and now[:2] == then[:2]
    return is_one_place and then.period < now.period == limit.period and gained == -lost > 0


def _close_until_open(case: Case, most: npt.NDArray[np.int64], closed: dict[tuple[str, str], set[int]]) -> None:
    """Zero the columns of places closed from the first period on, for as long as they stay closed.

    A place is closed to the accelerators that count in the measure of the limit that closes it.
    """
    for (place, measure), periods in closed.items():
        sites = range(most.shape[0]) if place == WORLD else case.sites_by_destination.get(place, ())
        counted = [sku for sku, weight in enumerate(case.weights[measure]) if weight]
        for period in range(case.num_periods):
            if period not in periods:
                break
            most[np.ix_(list(sites), counted, [period])] = 0


def _totals_named(case: Case, limits: Iterable[Limit]) -> tuple[Placed, ...]:
    """Return the totals that limits speak of, sorted, with the destination totals that each world total sums."""
    named = variables_named(limits, Placed)
    parts = {
        Placed(total.measure, place, total.period)
        for total in named
        if total.place == WORLD
        for place in case.sites_by_destination
    }
    return tuple(sorted(named | parts))
