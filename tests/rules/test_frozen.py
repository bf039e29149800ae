"""Frozen: in near quarters what stands is what the last plan has standing there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.rules.limit import Sense
from optimizer.schema.limit_kind import LimitKind
from tests.builders import broken, case, chip, limit_keys, limits_of, placing, site
from tests.last_plans import write_csv
from tests.rules.golden_text import assert_golden

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.rules.case import Case

LAST = {("ohio", "a"): {"2025Q1": 8, "2025Q2": 16}, ("ohio", "b"): {"2025Q3": 4}}


def fleet(folder: Path, through: str | None = "2025Q2", **parts: object) -> Case:
    last = {"plan": write_csv(folder / "march.csv", LAST), **({"freeze_through": through} if through else {})}
    return case(
        sites=[site("ohio", "US"), site("texas", "US")],
        accelerators=[chip("a", block=4), chip("b")],
        delivered={"a": [16], "b": [50]},
        periods=3,
        policy="physical-only",
        last=last,
        **parts,
    )


def test_the_limits_read_as_in_the_golden_text(tmp_path: Path) -> None:
    assert_golden(fleet(tmp_path), "frozen", "frozen")


def test_stock_as_planned_keeps_it_and_one_unit_more_or_less_breaks_it(tmp_path: Path) -> None:
    company = fleet(tmp_path)

    assert broken(company, placing(company, ohio={"a": (8, 16, 16)})) == {}
    assert broken(company, placing(company, ohio={"a": (8, 12, 16)})) == {"frozen[ohio,a,min,2025Q2]": 4}
    assert broken(company, placing(company, ohio={"a": (12, 16, 16)})) == {"frozen[ohio,a,max,2025Q1]": 4}


def test_what_it_has_nowhere_yet_may_not_come_before_the_freeze_ends(tmp_path: Path) -> None:
    company = fleet(tmp_path)

    early = placing(company, ohio={"a": (8, 16, 16), "b": (0, 1, 4)}, texas={"b": (0, 2, 2)})
    assert broken(company, early) == {"frozen[ohio,others,2025Q2]": 1, "frozen[texas,2025Q2]": 2}
    assert broken(company, placing(company, ohio={"a": (8, 16, 16), "b": (0, 0, 9)}, texas={"b": (0, 0, 9)})) == {}


def test_limits_are_contracts_that_name_the_file(tmp_path: Path) -> None:
    limits = limits_of(fleet(tmp_path), "frozen")

    assert {limit.kind for limit in limits} == {LimitKind.CONTRACT}
    assert {limit.citation for limit in limits} == {"march.csv"}
    assert all((limit.sense is Sense.AT_LEAST) == limit.scope.endswith(",min") for limit in limits)


@pytest.mark.parametrize("through", [None, "2025Q1"])
def test_only_periods_up_to_the_one_named_are_frozen(tmp_path: Path, through: str | None) -> None:
    assert {key[-7:-1] for key in limit_keys(fleet(tmp_path, through), "frozen")} == ({through} if through else set())


def test_the_planner_may_let_one_of_them_go_move_it_or_put_a_price_on_it(tmp_path: Path) -> None:
    freed = fleet(tmp_path, limits={"frozen[ohio,a,min]": {"enforced": False}})
    moved = fleet(tmp_path, limits={"frozen[ohio,a,min]": {"change": -4}})
    soft = fleet(tmp_path, limits={"frozen[*]": {"price_cap": 5}})

    assert broken(freed, placing(freed, ohio={"a": (0, 0, 0)})) == {}
    assert broken(moved, placing(moved, ohio={"a": (4, 12, 12)})) == {}
    assert broken(moved, placing(moved, ohio={"a": (0, 12, 12)})) == {"frozen[ohio,a,min,2025Q1]": 4}
    assert broken(soft, placing(soft, ohio={"a": (0, 0, 0)})) == {}


def test_without_a_last_plan_nothing_is_frozen() -> None:
    company = case(sites=[site("ohio", "US")], delivered=8)

    assert limit_keys(company, "frozen") == limit_keys(company, "changes") == []
