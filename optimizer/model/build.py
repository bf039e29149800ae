"""From limits to a mixed-integer program: rows for limits, definitions of totals, stock that only grows, openings.

Limits become rows in `optimizer.model.limit_rows`; money is divided by `objective_scale`. Rows come in the order of the
limits, so that the same plan gives the same program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from optimizer.economics.worth import Worth
from optimizer.economics.worth_arrays import opening_step_array, unit_value_array
from optimizer.model.columns import ABSENT, Columns, choose_columns
from optimizer.model.entries import entered_rows
from optimizer.model.features import FEATURES, add_extras
from optimizer.model.formulation import Flags, Floats, Formulation, Ints, RowBuilder
from optimizer.model.halls import limits_on_modules, module_rows, with_fewest_modules
from optimizer.model.limit_rows import Excess, LimitRows, add_limits, total_scale
from optimizer.model.opened import opened_in, sites_opened_early
from optimizer.model.pairs import aged_rows, moves_of
from optimizer.model.service import add_derived_rows, served_rows
from optimizer.model.strengthen import DerivedRow, derive_rows
from optimizer.rules.ledger import Ledger
from optimizer.rules.limit import WORLD, Limit, Modules, Moved, Opened, Placed, Served, Standing, Variable, Vintage
from optimizer.schema.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.rules.case import Case


DEAREST = 1e15
"""Scaled price from which an excess is no dearer in the program, for solvers take 1e20 for infinite; a lower price there
leaves the program's bound true."""
HALF = 0.5


@dataclass(frozen=True)
class Model:
    """A program with the way back to the plan: which column is which variable, which row is which limit."""

    case: Case
    limits: tuple[Limit, ...]
    columns: Columns
    formulation: Formulation
    limit_rows: dict[int, int]
    """Number of a limit to the number of its row; limits that cannot be broken have none."""
    row_steps: dict[int, float]
    """Number of a limit to one exact step of its left side, in the units of its row."""
    row_rests: dict[int, float]
    """Number of a limit to how far its bound lies beyond the last value that keeps it, in steps: 0 at equality, below 1."""
    row_scales: dict[int, float]
    """Number of a limit to what its row is divided by."""
    broken_limits: tuple[Limit, ...]
    """Limits that no placement can meet, whatever the rest: no variable moves them enough."""
    excesses: dict[int, Excess]
    """Number of a soft limit to the column of its excess; those that cost nothing or that nothing moves have none."""
    opened_early: frozenset[int] = frozenset()
    """Sites that a limit may want open before their first units."""
    hall_limits: tuple[Limit, ...] = ()
    """The limits that speak of modules."""

    @property
    def opening_columns(self) -> Flags:
        """Return, by column, whether it is an opening."""
        flags = np.zeros(self.formulation.num_columns, dtype=bool)
        flags[self.columns.openings[self.columns.openings != ABSENT]] = True
        return flags

    @property
    def block_columns(self) -> Flags:
        """Return, by column, whether it counts blocks."""
        flags = np.zeros(self.formulation.num_columns, dtype=bool)
        flags[self.columns.blocks[self.columns.blocks != ABSENT]] = True
        return flags

    @property
    def whole_extra_columns(self) -> Flags:
        """Return, by column, whether it is an extra that comes in whole numbers."""
        flags = np.zeros(self.formulation.num_columns, dtype=bool)
        flags[[extra.column for extra in self.columns.extras.values() if extra.is_whole]] = True
        return flags

    def placement(self, values: Floats) -> Placement:
        """Return the placement that a solution vector stands for, counts rounded to the nearest whole one."""
        plan = self.case.plan
        standing: dict[tuple[int, int], tuple[int, ...]] = {}
        counts = np.zeros(self.columns.blocks.shape, dtype=np.int64)
        present = self.columns.blocks != ABSENT
        counts[present] = np.rint(values[self.columns.blocks[present]]).astype(np.int64)
        for site, sku in zip(*np.nonzero(counts.any(axis=2)), strict=True):
            block = plan.accelerators[int(sku)].block
            standing[int(site), int(sku)] = tuple(int(count) * block for count in counts[site, sku])
        counts_by_path = {variable: round(values[column]) for variable, column in self.columns.entries.items()}
        opened = opened_in(self.case, standing, self._chosen_openings(values), self.opened_early)
        modules = {v: round(values[extra.column]) for v, extra in self.columns.extras.items() if isinstance(v, Modules)}
        placement = Placement(
            standing,
            opened,
            entered_rows(self.case, counts_by_path),
            modules=module_rows(self.case, modules),
            served_tpp=served_rows(self.case, self._served(values)),
        )
        placement = with_fewest_modules(self.case, self.hall_limits, placement)
        if not plan.changes.is_any:
            return placement
        extras = self.columns.extras.items()
        blocks = {v: round(values[extra.column]) for v, extra in extras if isinstance(v, Vintage | Moved)}
        return replace(placement, aged_units=aged_rows(self.case, blocks), moves=moves_of(self.case, blocks))

    def _served(self, values: Floats) -> dict[Served, int]:
        """Return what serves, rounded; `optimizer.analysis.service` works it out for the stock as it stands."""
        return {
            variable: round(float(values[extra.column]) * float(extra.unit))
            for variable, extra in self.columns.extras.items()
            if isinstance(variable, Served)
        }

    def _chosen_openings(self, values: Floats) -> dict[int, int]:
        """Return the first period of the opening columns that are one, of sites that may open before their first units."""
        chosen = {}
        for site in self.opened_early:
            columns = self.columns.openings[site]
            is_open = (columns != ABSENT) & (values[columns] > HALF)
            if is_open.any():
                chosen[site] = int(is_open.argmax())
        return chosen

    def value(self, values: Floats, variable: Variable) -> float:
        """Return a variable of the limits in a solution vector, relaxed or whole, in its own unit."""
        match variable:
            case Standing():
                column, factor = int(self.columns.blocks[variable]), self.case.plan.accelerators[variable[1]].block
            case Opened(site, period):
                if self.case.is_open_without(variable):
                    return 1.0
                column, factor = int(self.columns.openings[site, period]), 1
            case Placed():
                column = self.columns.totals.get(variable, ABSENT)
                return 0.0 if column == ABSENT else float(values[column]) * total_scale(self.case, variable.measure)
            case _:
                extra = self.columns.extras.get(variable)
                return 0.0 if extra is None else float(values[extra.column]) * float(extra.unit)
        return 0.0 if column == ABSENT else float(values[column]) * factor

    def values(self, placement: Placement) -> Floats:
        """Return the solution vector of a placement, totals and excesses included (a warm start)."""
        vector = np.zeros(self.formulation.num_columns)
        for (site, sku), row in placement.standing_units.items():
            columns = self.columns.blocks[site, sku]
            present = columns != ABSENT
            vector[columns[present]] = np.array(row)[present] // self.case.plan.accelerators[sku].block
        ledger = Ledger(self.case, placement)
        for total, column in self.columns.totals.items():
            vector[column] = float(ledger.totals.get(total, 0)) / total_scale(self.case, total.measure)
        for number, excess in self.excesses.items():
            limit = self.limits[number]
            vector[excess.column] = float(limit.excess(*ledger.read(limit)) / excess.unit)
        for variable, extra in self.columns.extras.items():
            vector[extra.column] = float(Fraction(ledger.value(variable)) / extra.unit)
        for site, first in placement.opened.items():
            columns = self.columns.openings[site, first:]
            vector[columns[columns != ABSENT]] = 1.0
        return vector


def build_model(case: Case, limits: Iterable[Limit], *, strengthen: bool = True) -> Model:
    """Return the program of a case under some limits.

    With `strengthen` it also has rows that the limits imply for whole solutions (`optimizer.model.strengthen`); they
    change the relaxation, never the answer.
    """
    limits = tuple(limits)
    columns = add_extras(case, limits, choose_columns(case, limits))
    rows, worth = RowBuilder(), Worth(case.plan)
    of_limits = add_limits(case, limits, columns, rows, worth)
    _add_totals(case, columns, rows)
    _add_growth(case, columns, rows)
    for feature in FEATURES:
        feature.add_rows(case, columns, rows)
    _add_openings(columns, rows, derive_rows(case, limits, columns) if strengthen else ())
    if strengthen:
        add_derived_rows(case, limits, columns, rows)
    return Model(
        case,
        limits,
        columns,
        _close(case, columns, rows, worth, of_limits),
        of_limits.rows,
        of_limits.steps,
        of_limits.rests,
        of_limits.scales,
        tuple(of_limits.broken),
        of_limits.excesses,
        sites_opened_early(case, limits),
        limits_on_modules(limits) if case.plan.halls else (),
    )


def _add_totals(case: Case, columns: Columns, rows: RowBuilder) -> None:
    """Define each total: of a destination from its blocks, of the world from the destinations."""
    sizes = [accelerator.block for accelerator in case.plan.accelerators]
    for total, column in columns.totals.items():
        if total.place == WORLD:
            parts = [columns.totals[Placed(total.measure, place, total.period)] for place in case.sites_by_destination]
            counted = [1.0] * len(parts)
        else:
            scale = total_scale(case, total.measure)
            weights = zip(case.weights[total.measure], sizes, strict=True)
            counts = np.array([float(weight * size) / scale for weight, size in weights])
            blocks = columns.blocks[list(case.sites_by_destination.get(total.place, ())), :, total.period]
            of_site, sku = np.nonzero((blocks != ABSENT) & (counts != 0))
            parts, counted = blocks[of_site, sku].tolist(), counts[sku].tolist()
        name = f"total {total.measure}[{total.place},{total.period}]"
        rows.add_row(name, [*parts, column], [*counted, -1.0], 0.0, 0.0)


def _add_growth(case: Case, columns: Columns, rows: RowBuilder) -> None:
    """Let stock never shrink: blocks[s,g,t] >= blocks[s,g,t-1]; a column that ends holds nothing before either.

    Once a site has closed, nothing is added: blocks[s,g,t] <= blocks[s,g,t-1].
    """
    if case.plan.changes.is_any:
        return
    later, earlier = columns.blocks[:, :, 1:], columns.blocks[:, :, :-1].copy()
    for site, last in case.closes.items():
        _add_nothing(columns, rows, site, last)
        earlier[site, :, last:] = ABSENT
    _add_no_less(rows, "growth", later[earlier != ABSENT], earlier[earlier != ABSENT])


def _add_no_less(rows: RowBuilder, name: str, later: Ints, earlier: Ints) -> None:
    """Add rows later >= earlier."""
    pairs = np.stack([later, earlier], axis=1)
    rows.add_rows(name, pairs, np.broadcast_to([1.0, -1.0], pairs.shape), 0.0, inf)


def _add_nothing(columns: Columns, rows: RowBuilder, site: int, last: int) -> None:
    """Add the rows of a site that has closed, where the limits given let anything stand there."""
    for row in columns.blocks[site].tolist():
        for before, after in pairwise(row[last:]):
            if after != ABSENT:
                terms = [(after, 1.0), (before, -1.0)] if before != ABSENT else [(after, 1.0)]
                rows.add("nothing is added", terms, -inf, 0.0)


def _add_openings(columns: Columns, rows: RowBuilder, derived: Iterable[DerivedRow]) -> None:
    """Keep what is open open, and let nothing stand where nothing is open."""
    later, earlier = columns.openings[:, 1:], columns.openings[:, :-1]
    both = (earlier != ABSENT) & (later != ABSENT)  # a site that closes has no later one
    _add_no_less(rows, "stays open", later[both], earlier[both])
    site, sku, period = np.nonzero((columns.blocks != ABSENT) & (columns.openings != ABSENT)[:, None, :])
    per_most = 1.0 / columns.most_blocks[site, sku, period]
    rows.add_rows(
        "stands where open",
        np.stack([columns.blocks[site, sku, period], columns.openings[site, period]], axis=1),
        np.stack([per_most, np.full(len(per_most), -1.0)], axis=1),
        -inf,
        0.0,
    )
    for row in derived:
        opening = columns.openings.item(row.site, row.period)
        coefficients = [coefficient / row.over for coefficient in row.coefficients]
        bound = float(row.bound)
        scale = bound or max(map(abs, coefficients))
        scaled = [coefficient / scale for coefficient in coefficients]
        rows.add_row(row.name, [*row.columns, opening], [*scaled, -bound / scale], -inf, 0.0)


def _close(case: Case, columns: Columns, rows: RowBuilder, worth: Worth, of_limits: LimitRows) -> Formulation:
    num_columns = columns.num_columns + len(of_limits.excesses)
    lower = np.zeros(num_columns)
    upper = np.full(num_columns, inf)
    is_integer = np.zeros(num_columns, dtype=bool)
    money = np.zeros(num_columns)
    present = columns.blocks != ABSENT
    upper[columns.blocks[present]] = columns.most_blocks[present]
    is_integer[columns.blocks[present]] = True
    for extra in columns.extras.values():
        is_integer[extra.column], upper[extra.column] = extra.is_whole, extra.most
        money[extra.column] = float(extra.money)
    if not case.plan.changes.is_any:  # else each age of a unit has a column of its own, with its worth
        money[columns.blocks[present]] = _cumulative_worth(case, worth)[present]
    opens = columns.openings != ABSENT
    upper[columns.openings[opens]], is_integer[columns.openings[opens]] = 1.0, True
    money[columns.openings[opens]] = opening_step_array(worth)[opens]
    prices = np.array([float(excess.price) for excess in of_limits.excesses.values()])
    scale = _money_scale(money if money.any() else prices)
    for excess, price in zip(of_limits.excesses.values(), prices, strict=True):
        money[excess.column] = -min(price, scale * DEAREST)
        upper[excess.column] = excess.most
    row_lower, row_upper, starts, row_columns, coefficients = rows.arrays()
    return Formulation(
        lower,
        upper,
        money / scale,
        is_integer,
        row_lower,
        row_upper,
        starts,
        row_columns,
        coefficients,
        tuple(rows.names),
        scale,
        -float(of_limits.charge) / scale,
    )


def _cumulative_worth(case: Case, worth: Worth) -> npt.NDArray[np.float64]:
    """Return the worth of one more block standing in one period only: v(t) - v(t+1), since stock is cumulative."""
    per_unit = unit_value_array(worth)
    blocks = np.array([accelerator.block for accelerator in case.plan.accelerators], dtype=np.float64)
    step = per_unit.copy()
    step[:, :, :-1] -= per_unit[:, :, 1:]
    return np.asarray(step * blocks[None, :, None], dtype=np.float64)


def _money_scale(money: Floats) -> float:
    """Return a power of ten that brings the largest coefficient near 1,000."""
    largest = float(np.abs(money).max(initial=0.0))
    return float(10.0 ** (np.floor(np.log10(largest)) - 2)) if largest > 0 else 1.0
