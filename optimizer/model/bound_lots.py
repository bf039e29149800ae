"""Deliveries bound to a place in the program: what is placed beyond them is at least the difference, and never falls."""

from __future__ import annotations

from collections import defaultdict
from math import inf
from typing import TYPE_CHECKING

from optimizer.model.columns import ABSENT, Extra
from optimizer.rules.bound_lots import beyond_terms, bound_scopes
from optimizer.rules.limit import Standing, Unbound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.model.columns import Columns
    from optimizer.model.formulation import RowBuilder
    from optimizer.rules.bound_lots import BoundScope
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit, Variable


def extras(case: Case, limits: Iterable[Limit], columns: Columns) -> Iterator[tuple[Unbound, Extra]]:
    """Yield what limits name, what that rests on, and the same of all periods before."""
    last: dict[int, int] = defaultdict(lambda: -1)
    for limit in limits:
        for variable, _ in limit.net_terms():
            if isinstance(variable, Unbound):
                last[variable.accelerator] = max(last[variable.accelerator], variable.period)
    for sku in sorted(last):
        for scope in bound_scopes(case, sku):
            for period in range(last[sku] + 1):
                yield scope.beyond(period), Extra(_most(case, columns, scope), is_whole=False)


def _most(case: Case, columns: Columns, scope: BoundScope) -> float:
    """Return the most units that can have been placed beyond what is bound: all that could stand there."""
    blocks = columns.most_blocks[list(scope.sites), scope.sku].max(axis=1, initial=0).sum()
    if case.plan.changes.is_any:  # what has left may be followed by more
        blocks = columns.most_blocks[list(scope.sites), scope.sku].sum()
    return float(blocks) * case.plan.accelerators[scope.sku].block


def add_rows(case: Case, columns: Columns, rows: RowBuilder) -> None:
    """Add unbound[t] >= what counts against the bound units - bound[t], and unbound[t] >= unbound[t-1]."""
    for sku in range(len(case.plan.accelerators)):
        for scope in bound_scopes(case, sku):
            for period in range(case.num_periods):
                column = columns.column(scope.beyond(period))
                if column != ABSENT:
                    _add(case, columns, rows, scope, period, column)


def _add(case: Case, columns: Columns, rows: RowBuilder, scope: BoundScope, period: int, column: int) -> None:
    block = float(case.plan.accelerators[scope.sku].block)
    terms = [(column, 1.0 / block)]
    for variable, weight in beyond_terms(case, scope, period):
        number, factor = _column(case, columns, variable)
        if number != ABSENT:
            terms.append((number, -float(weight) * factor / block))
    if len(terms) > 1:
        rows.add("beyond what is bound", terms, -scope.units[period] / block, inf)
    if period:
        before = columns.column(scope.beyond(period - 1))
        rows.add("growth", [(column, 1.0), (before, -1.0)], 0.0, inf)


def _column(case: Case, columns: Columns, variable: Variable) -> tuple[int, float]:
    """Return the column of a variable and what one of it stands for, in units."""
    if isinstance(variable, Standing):
        return int(columns.blocks[variable]), float(case.plan.accelerators[variable.accelerator].block)
    extra = columns.extras.get(variable)
    return (ABSENT, 1.0) if extra is None else (extra.column, float(extra.unit))
