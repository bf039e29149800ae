"""Look-ups of a plan and of a placement."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from optimizer.schema.placement import Placement
from tests.builders import chip, plan, site


def test_sites_and_accelerators_are_numbered_by_name_whatever_the_order_of_rows() -> None:
    rows = [site("texas", "US"), site("ohio", "US")]
    described = plan(sites=rows, accelerators=[chip("b"), chip("a")], delivered={"a": [1], "b": [2]})
    reversed_rows = plan(sites=rows[::-1], accelerators=[chip("a"), chip("b")], delivered={"b": [2], "a": [1]})

    assert described.site_index == {"ohio": 0, "texas": 1}
    assert described.accelerator_index == {"a": 0, "b": 1}
    assert described.sites == reversed_rows.sites
    assert described.accelerators == reversed_rows.accelerators


def test_deliveries_add_up_over_time() -> None:
    described = plan(sites=[site("ohio", "US")], periods=3, delivered={"chip": [4, 0, 6]})

    assert described.delivered_units == ((4, 4, 10),)


def test_an_accelerator_without_deliveries_has_none_in_any_period() -> None:
    described = plan(sites=[site("ohio", "US")], periods=2, delivered=1)
    bare = replace(described, accelerators=(replace(described.accelerators[0], delivered_units=()),))

    assert bare.delivered_units == ((0, 0),)


def test_a_plan_never_changes() -> None:
    described = plan(sites=[site("ohio", "US")])

    with pytest.raises(FrozenInstanceError):
        described.name = "other"  # type: ignore[misc]


def test_what_is_added_is_the_rise_of_what_stands() -> None:
    placement = Placement({(0, 1): (2, 2, 5)}, {0: 1})

    assert [placement.added(0, 1, period) for period in range(3)] == [2, 0, 3]
    assert placement.units(0, 1, -1) == placement.units(0, 0, 2) == 0
    assert [placement.is_open(0, period) for period in range(3)] == [False, True, True]
    assert not placement.is_open(1, 2)
