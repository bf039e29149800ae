"""Halls in the reports, and back again: what is written is what is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError
from optimizer.files.read_placement import read_placement
from optimizer.report.binding_tables import binding_tables
from optimizer.report.bundle import write_bundle
from optimizer.report.compose import compose
from optimizer.report.registry import FORMATS, render
from optimizer.rules.registry import compile_limits
from optimizer.solve.session import Session
from optimizer.strategy.outcome import Outcome, Status
from optimizer.strategy.search import SearchOptions, search
from optimizer.verify.check import verify
from tests.builders import case, chip, placing, site

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.report.document import ResultDocument

# Six chips come, then two more; each module carries four and costs little.
CAMPUS = case(
    sites=[site("ohio", "US", power_mw=0), site("reno", "US", power_mw="0.002", opening_cost_usd=10**9)],
    accelerators=[chip(power_kw=1)],
    delivered={"chip": [4, 4]},
    periods=2,
    halls=[{"site": "ohio", "hall": "north", "power_mw": "0.004", "modules": 3, "cost_usd": 10}],
)


@pytest.fixture(scope="module")
def document() -> ResultDocument:
    with Session() as session:
        return compose(search(CAMPUS, compile_limits(CAMPUS), SearchOptions(), session))


def test_rows_say_what_is_added_and_what_stands(document: ResultDocument) -> None:
    assert [
        (row.hall, row.site, row.period, row.modules_added, row.modules_standing, row.modules_most, row.mw_standing)
        for row in document.halls
    ] == [("north", "ohio", "2025Q1", 1, 1, 3, 0.004), ("north", "ohio", "2025Q2", 1, 2, 3, 0.008)]
    assert document.objective_terms["halls"] == -20


def test_power_available_is_that_of_modules_standing_and_of_sites_still_shut(document: ResultDocument) -> None:
    assert [(row.mw_available, row.mw_open, row.mw_used) for row in document.periods] == [
        (0.006, 0.004, 0.004),
        (0.01, 0.008, 0.008),
    ]


def test_a_limit_that_has_nothing_to_use_is_counted_and_not_named_among_what_binds() -> None:
    # Without modules Ohio has no power in either quarter; Reno's 2 kW are used up in the second.
    placement = placing(CAMPUS, reno=(0, 2))
    verdict = verify(CAMPUS, compile_limits(CAMPUS), placement)
    outcome = Outcome(
        CAMPUS, compile_limits(CAMPUS), Status.FEASIBLE, placement, verdict, verdict.objective, "highs", "whole-blocks"
    )
    document = compose(outcome)
    (physical,) = (table for table in binding_tables(document) if table.title == "Physical limits that bind")

    binding = {row.group: row.binding_periods for row in document.groups}
    assert binding["site_power[ohio]"] == ("2025Q1", "2025Q2")
    assert [row[0] for row in physical.rows] == ["site_power[reno]"]
    assert physical.notes[0] == "1 more have nothing to use in this placement, and nothing used of it"


def test_every_format_shows_them(document: ResultDocument) -> None:
    for name in FORMATS:
        if name != "csv":  # which has the placement alone
            assert "north" in render(document, name)


def test_a_kept_run_and_its_json_are_read_back(document: ResultDocument, tmp_path: Path) -> None:
    bundle = write_bundle(document, tmp_path / "run")

    for path in (bundle, bundle / "placement.csv", bundle / "summary.json"):
        assert read_placement(path, CAMPUS.plan).modules == {0: (1, 2)}


def test_a_hall_that_the_plan_does_not_have_is_named(document: ResultDocument, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(render(document, "json").replace('"hall": "north"', '"hall": "nort"'), encoding="utf-8")

    with pytest.raises(InputError, match="the plan has no such hall"):
        read_placement(path, CAMPUS.plan)
