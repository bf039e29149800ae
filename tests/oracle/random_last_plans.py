"""Small random plans that are planned again: `planned_again(seed)` returns a changed plan and the last plan's result."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from tests.oracle.brute_force import best_result
from tests.oracle.last_plan import as_last
from tests.oracle.plan_facts import read_plan
from tests.oracle.random_plans import random_plan

PRICES = ["0", "3.5", "400", "25000", "1000000"]
Document = dict[str, Any]


class PlannedAgain(NamedTuple):
    """A changed plan, the result of the last plan, what is frozen, and the price of a change."""

    document: Document
    last: Document
    through: str | None
    price: str

    @property
    def gone(self) -> set[str]:
        """Return the sites with units in the last plan that the changed plan no longer has."""
        return {row["site"] for row in self.last["placements"]} - {row["site"] for row in self.document["sites"]}

    @property
    def is_later(self) -> bool:
        """Return whether the changed plan begins after the last one."""
        return bool(self.document["horizon"]["start"] != self.last["plan"]["periods"][0])


def planned_again(seed: int) -> PlannedAgain | None:
    """Return what a seed gives; None where there was no plan, or nothing is left to place."""
    rng = Random(f"last {seed}")
    before = random_plan(seed)
    result = best_result(before)
    if result is None or not result["placements"]:
        return None
    document = deepcopy(before)
    _change_figures(document, rng)
    if "commitments" not in document and rng.random() < 0.4:
        _lose_a_site(document, rng)
    if "commitments" not in document and rng.random() < 0.4:
        _begin_later(document)
    if not document["deliveries"]:
        return None
    labels = [label for label in read_plan(before).labels if label in read_plan(document).index]
    through = rng.choice([None, labels[0], labels[-1]])
    return PlannedAgain(document, as_last(read_plan(before), result), through, rng.choice(PRICES))


def _change_figures(document: Document, rng: Random) -> None:
    for row in document["sites"]:
        if rng.random() < 0.4:
            row["power_mw"] = str(2 * Decimal(str(row["power_mw"])))
        row["value_multiplier"] = rng.choice(["0.8", "1", "1.3"])
    if rng.random() < 0.3:
        row = rng.choice(document["deliveries"])
        row["units"] = row["units"] // 2


def _lose_a_site(document: Document, rng: Random) -> None:
    used = {row.get("site") for row in document.get("installed", [])}
    spare = [row for row in document["sites"] if row["site"] not in used]
    if not spare or len(document["sites"]) == 1:
        return
    gone = rng.choice(spare)
    document["sites"].remove(gone)
    _keep_rows(document, ("power", "values", "unit_costs"), "site", gone["site"])
    if not document.get("values", True):
        del document["values"]


def _begin_later(document: Document) -> None:
    labels = read_plan(document).labels
    if len(labels) > 1:
        document["horizon"]["start"] = labels[1]
        tables = ("power", "deliveries", "values", "unit_costs", "external_use")
        _keep_rows(document, tables, "period", labels[0])


def _keep_rows(document: Document, tables: tuple[str, ...], column: str, gone: str) -> None:
    """Leave out the rows that speak of what is gone."""
    for table in tables:
        if table in document:
            document[table] = [row for row in document[table] if row.get(column) != gone]
