"""A search that begins with the last plan, as far as this plan still has its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.pipeline import place_fleet
from optimizer.rules.registry import compile_limits
from optimizer.solve.session import Session
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.start import last_placement
from optimizer.verify.check import verify
from tests.builders import case, chip, placing, site
from tests.last_plans import write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement


def fleet(folder: Path, stock: dict[tuple[str, str], dict[str, int]], **parts: object) -> Case:
    return case(
        sites=[site("ohio", "US"), site("texas", "US", opens_from="2025Q2")],
        accelerators=[chip("a", block=4), chip("b")],
        delivered={"a": [40]},
        periods=3,
        policy="physical-only",
        last={"plan": write_csv(folder / "march.csv", stock)},
        **parts,
    )


def start(company: Case) -> Placement | None:
    return last_placement(company, compile_limits(company))


def test_a_plan_that_still_holds_is_the_start(tmp_path: Path) -> None:
    company = fleet(tmp_path, {("ohio", "a"): {"2025Q1": 8, "2025Q2": 16}})

    assert start(company) == placing(company, ohio={"a": (8, 16, 16)})


def test_what_is_gone_or_may_not_stand_yet_is_left_out(tmp_path: Path) -> None:
    stock = {("utah", "a"): {"2025Q1": 4}, ("ohio", "b"): {"2025Q1": 4}, ("ohio", "c"): {"2025Q1": 4}}
    company = fleet(tmp_path, {**stock, ("texas", "a"): {"2025Q1": 8}, ("ohio", "a"): {"2025Q1": 6}})

    begun = start(company)
    assert begun == placing(company, texas={"a": (0, 8, 8)}, ohio={"a": (4, 4, 4)})
    assert begun is not None
    assert verify(company, compile_limits(company), begun).passed


def test_without_a_last_plan_or_with_nothing_left_of_it_there_is_no_start(tmp_path: Path) -> None:
    assert start(case(sites=[site("ohio", "US")], delivered=8)) is None
    assert start(fleet(tmp_path, {("utah", "a"): {"2025Q1": 4}})) is None


@pytest.mark.slow
def test_a_search_stopped_at_once_still_has_the_last_plan(tmp_path: Path) -> None:
    company = fleet(tmp_path, {("ohio", "a"): {"2025Q1": 8, "2025Q2": 16}})
    options = SearchOptions(time_limit_seconds=0.001)

    with Session() as session:
        outcome = place_fleet(company.plan, options=options, session=session)
    assert outcome.placement is not None
    assert outcome.verification is not None
    assert outcome.verification.passed
