"""Marginal values, the policy's cost and repairs as CSV: one row a setting, a rule or a country, a change."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.report.document import ResultDocument
    from optimizer.report.explain_parts import CostPart, MovePart

VALUE_COLUMNS = ("group", "kind", "listed", "setting", "unit", "step_exact", "screened", "range_lower", "range_upper")
MOVE_COLUMNS = ("label", "steps", "change_exact", "lower_exact", "upper_exact", "infeasible")
COST_COLUMNS = ("of", "name", "lifted", "label", "lower_exact", "upper_exact", "screened")
REPAIR_COLUMNS = ("group", "today", "suggested", "change", "change_exact", "unit", "from_period", "relative_change")


def values_csv(document: ResultDocument) -> str:
    """Return the marginal values, each direction with its proven interval."""
    moves = [f"{name}_{column}" for name in ("loosened", "tightened") for column in MOVE_COLUMNS]
    rows = []
    for value in document.values:
        cells: dict[str, object] = {column: getattr(value, column) for column in VALUE_COLUMNS}
        for name, move in (("loosened", value.loosened), ("tightened", value.tightened)):
            cells |= {f"{name}_{column}": cell for column, cell in _move_cells(move).items()}
        rows.append(cells | {"sentence": value.sentence})
    return _csv((*VALUE_COLUMNS, *moves, "sentence"), rows)


def _move_cells(move: MovePart | None) -> dict[str, object]:
    if move is None:
        return {}
    return {column: getattr(move, column) for column in MOVE_COLUMNS}


def repairs_csv(document: ResultDocument) -> str:
    """Return the repairs, one row a change, numbered in their order."""
    rows = [
        {
            "repair": number,
            "family": repair.family,
            "label": repair.label,
            **{column: getattr(change, column) for column in REPAIR_COLUMNS},
            "objective_exact": repair.plan.objective_exact,
            "command": repair.command,
        }
        for number, repair in enumerate(document.repairs, start=1)
        for change in repair.changes
    ]
    return _csv(("repair", "family", "label", *REPAIR_COLUMNS, "objective_exact", "command"), rows)


def costs_csv(document: ResultDocument) -> str:
    """Return what the policy costs: in all, by rule, by country; no rows where it was not worked out."""
    cost = document.policy_cost
    rows: list[dict[str, object]] = []
    if cost is not None:
        rows = [_cost_cells("policy", cost.baseline, cost.total)]
        rows += [_cost_cells("rule", one.rules[0], one) for one in cost.by_rule]
        rows += [
            {"of": "country", "name": one.country, "lifted": ";".join(one.groups)}
            | {column: getattr(one, column) for column in ("label", "lower_exact", "upper_exact", "screened")}
            for one in cost.by_country
        ]
    return _csv(COST_COLUMNS, rows)


def _cost_cells(of: str, name: str, cost: CostPart) -> dict[str, object]:
    lifted = ";".join(cost.rules)
    return {"of": of, "name": name, "lifted": lifted, "lower_exact": cost.lower_exact, "upper_exact": cost.upper_exact}


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    stream = StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({column: _cell(cell) for column, cell in row.items()} for row in rows)
    return stream.getvalue()


def _cell(cell: object) -> object:
    if isinstance(cell, bool):
        return str(cell).lower()
    return "" if cell is None else cell
