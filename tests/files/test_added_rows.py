"""Rows added and deliveries moved from the command line."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.errors import InputError
from optimizer.files.overrides import apply_overrides
from optimizer.files.read_plan import plan_from_dict
from tests.builders import document, site

FLEET = document(sites=[site("ohio", "US")], start="2026Q1", periods=4, delivered={"chip": [10, 0, 40, 8]})


def delivered(*changes: str, **parts: Any) -> tuple[int, ...]:  # noqa: ANN401  whatever a plan has
    return plan_from_dict(apply_overrides({**FLEET, **parts}, changes)).accelerators[0].delivered_units


def test_units_of_a_delivery_come_in_another_period() -> None:
    assert delivered("deliveries[chip,2026Q3 to 2026Q2].units=15") == (10, 15, 25, 8)
    assert delivered("deliveries[chip,2026Q3 to 2026Q1].units=40") == (50, 0, 0, 8)
    assert delivered("deliveries[chip,2026Q3 to 2026Q4].units=1") == (10, 0, 39, 9)


def test_lots_are_taken_in_order_and_keep_their_labels() -> None:
    rows = [
        {"accelerator": "chip", "period": "2026Q3", "units": 5, "lot": "a"},
        {"accelerator": "chip", "period": "2026Q3", "units": 5, "lot": "b"},
        {"accelerator": "chip", "period": "2026Q1", "units": 2, "lot": "b"},
    ]

    changed = apply_overrides({"deliveries": rows}, ["deliveries[chip,2026Q3 to 2026Q1].units=8"])

    assert changed["deliveries"] == [
        {"accelerator": "chip", "period": "2026Q3", "units": 2, "lot": "b"},
        {"accelerator": "chip", "period": "2026Q1", "units": 5, "lot": "b"},
        {"accelerator": "chip", "period": "2026Q1", "units": 5, "lot": "a"},
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("deliveries[chip,2026Q3 to 2026Q1].units=41", "40 units of chip come in 2026Q3"),
        ("deliveries[chip,2026Q2 to 2026Q1].units=1", "0 units of chip come in 2026Q2"),
        ("deliveries[chip,2026Q3 to 2026Q1].units=some", "are moved as"),
        ("authorisations[+licence,MY,chip,1,1,2026-01-01,2027-01-01,p,l,r,n,and more].units=1", "a new row is told by"),
    ],
)
def test_what_cannot_be_moved_or_added_is_refused(change: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        delivered(change)


def test_a_row_is_added_under_its_first_columns() -> None:
    changes = ["authorisations[+licence,MY].units=500", "deliveries[+chip,2026Q2].units=7"]

    plan = plan_from_dict(apply_overrides(FLEET, changes))

    (row,) = plan.authorisations
    assert (row.key, row.type, row.country, row.units) == ("licence MY", "licence", "MY", 500)
    assert plan.accelerators[0].delivered_units == (10, 7, 40, 8)
