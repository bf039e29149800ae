"""Entries by path in the program: they only grow, and no more units enter than stand."""

from __future__ import annotations

import itertools
from collections import defaultdict
from math import inf
from typing import TYPE_CHECKING

from optimizer.model.columns import ABSENT, Columns, Extra
from optimizer.rules.additions import brought
from optimizer.rules.limit import Entered, Standing, variables_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.entry.gates import Gate
    from optimizer.model.formulation import RowBuilder
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


def extras(case: Case, limits: Iterable[Limit], columns: Columns) -> Iterator[tuple[Entered, Extra]]:
    """Yield the entries by path that limits speak of, sorted."""
    for variable in sorted(variables_named(limits, Entered)):
        yield variable, Extra(_most_entries(case, columns, variable))


def add_rows(case: Case, columns: Columns, rows: RowBuilder) -> None:
    """Add the rows that entries by path rest on.

    entered[gate,g,p,t] >= entered[gate,g,p,t'] for the open period t' before t; sum over p of entered[gate,g,p,t] <= units
    of g that stand at the gate's sites in t and did not before the pack was in force. With the limits of the rule
    `legal_path` the two are equal: every unit enters once.
    """
    by_way: dict[tuple[str, int, str], list[Entered]] = defaultdict(list)
    for variable in columns.entries:
        by_way[variable.gate, variable.accelerator, variable.path].append(variable)
    for variables in by_way.values():
        for earlier, later in itertools.pairwise(variables):
            rows.add("growth", [(columns.column(later), 1.0), (columns.column(earlier), -1.0)], 0.0, inf)
    pairs = sorted({(gate, sku) for gate, sku, _ in by_way})
    for key, sku in pairs:
        for period in range(case.first_in_force, case.num_periods):
            _add_at_most_standing(case, columns, rows, case.gate_by_key[key], sku, period)


def _add_at_most_standing(case: Case, columns: Columns, rows: RowBuilder, gate: Gate, sku: int, period: int) -> None:
    entered = [
        column
        for path in gate.open_periods
        if (last := gate.last_open(path, period)) is not None
        and (column := columns.column(Entered(gate.key, sku, path, last))) != ABSENT
    ]
    if not entered:
        return
    block = float(case.plan.accelerators[sku].block)
    terms = [(column, 1.0 / block) for column in entered]
    came = [term for site in gate.sites for term in brought(case, site, sku, period, case.first_in_force - 1)]
    for variable, weight in sorted(came, key=lambda term: term[1] < 0):
        stock = int(columns.blocks[variable]) if isinstance(variable, Standing) else columns.column(variable)
        if stock != ABSENT:
            terms.append((stock, -float(weight)))
    rows.add("enters once", terms, -inf, 0.0)


def _most_entries(case: Case, columns: Columns, variable: Entered) -> float:
    """Return the most units that could have entered: the most that could stand at the gate's sites."""
    sites = list(case.gate_by_key[variable.gate].sites)
    # Shut paths keep their last open period's column, so what stands later counts too; stock only grows.
    blocks = columns.most_blocks[sites, variable.accelerator].max(axis=1).sum()
    if case.plan.changes.is_any:  # what has left may be followed by more
        blocks = columns.most_blocks[sites, variable.accelerator].sum()
    return float(blocks) * case.plan.accelerators[variable.accelerator].block


def entered_rows(case: Case, counts: Mapping[Entered, int]) -> dict[tuple[str, int, str], tuple[int, ...]]:
    """Return cumulative entries by (gate, accelerator, path) and period; a period in which a path is shut adds nothing."""
    rows: dict[tuple[str, int, str], list[int]] = {}
    for variable, count in sorted(counts.items()):
        if count:
            row = rows.setdefault(variable[:3], [0] * case.num_periods)
            row[variable.period :] = [count] * (case.num_periods - variable.period)
    return {way: tuple(row) for way, row in rows.items()}
