"""Reading a placement to be judged: what it may look like, and what is said of one that is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError
from optimizer.files.read_placement import read_placement
from optimizer.files.read_plan import plan_from_dict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from optimizer.schema.plan import Plan

HEADER = "site,accelerator,period,units_standing\n"
STANDING = {(1, 0): (0, 8, 16)}
"""Ohio is site 1 in the order of keys: nothing in 2025Q1, one server in Q2, two in Q3."""


@pytest.fixture(scope="module")
def plan() -> Plan:
    document: Mapping[str, object] = {
        "company": {"name": "Example", "headquarters": "US"},
        "horizon": {"start": "2025Q1", "periods": 3},
        "sites": [
            {"site": "ohio", "country": "US", "power_mw": "1"},
            {"site": "johor", "country": "MY", "power_mw": "1"},
        ],
        "accelerators": [{"accelerator": "chip", "tpp": 1000, "power_kw": "1", "block": 8, "value_usd_per_hour": 1}],
        "deliveries": [{"accelerator": "chip", "period": "2025Q1", "units": 24}],
    }
    return plan_from_dict(document)


def _write(directory: Path, text: str, name: str = "mine.csv") -> Path:
    file = directory / name
    file.write_text(text, encoding="utf-8")
    return file


def _message(file: Path, plan: Plan) -> str:
    with pytest.raises(InputError) as caught:
        read_placement(file, plan)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "ohio,chip,2025Q2,8\nohio,chip,2025Q3,16\n",
        HEADER + "ohio,chip,2025Q3,16\nohio,chip,2025Q1,0\nohio,chip,2025Q2,8\n",
        "site,accelerator,period,units_added\nohio,chip,2025Q2,8\nohio,chip,2025Q3,8\n",
        "site,accelerator,period,units_added,units_standing,x_mine\nohio,chip,2025Q2,8,8,a\nohio,chip,2025Q3,8,16,b\n",
        "\ufeffsite,accelerator,period,units_standing\r\nohio,chip,2025Q2,8\r\nohio,chip,2025Q3,16\r\n",
    ],
)
def test_rows_say_what_stands_or_what_was_added_in_any_order(plan: Plan, tmp_path: Path, text: str) -> None:
    placement = read_placement(_write(tmp_path, text), plan)

    assert placement.standing_units == STANDING


def test_what_stood_before_stays_where_a_period_has_no_row(plan: Plan, tmp_path: Path) -> None:
    placement = read_placement(_write(tmp_path, HEADER + "ohio,chip,2025Q1,8\n"), plan)

    assert placement.standing_units == {(1, 0): (8, 8, 8)}


def test_a_site_opens_with_its_first_unit_where_nothing_else_is_said(plan: Plan, tmp_path: Path) -> None:
    placement = read_placement(_write(tmp_path, HEADER + "ohio,chip,2025Q2,8\njohor,chip,2025Q1,0\n"), plan)

    assert placement.opened == {1: 1}


def test_openings_beside_a_placement_are_read(plan: Plan, tmp_path: Path) -> None:
    _write(tmp_path, HEADER + "ohio,chip,2025Q2,8\n", "placement.csv")
    _write(tmp_path, "site,country,period\nohio,US,2025Q1\njohor,MY,2025Q3\n", "openings.csv")

    for path in (tmp_path, tmp_path / "placement.csv"):
        assert read_placement(path, plan).opened == {0: 2, 1: 0}


def test_a_result_document_is_read_with_its_openings(plan: Plan, tmp_path: Path) -> None:
    row = {"site": "ohio", "accelerator": "chip", "country": "US"}
    document = {
        "status": "optimal",
        "placements": [
            {**row, "period": "2025Q2", "units_added": 8, "units_standing": 8},
            {**row, "period": "2025Q3", "units_added": 8, "units_standing": 16},
        ],
        "openings": [{"site": "ohio", "period": "2025Q2"}],
    }

    placement = read_placement(_write(tmp_path, json.dumps(document), "summary.json"), plan)

    assert (placement.standing_units, placement.opened) == (STANDING, {1: 1})
    assert read_placement(tmp_path, plan) == placement


def test_units_that_make_no_sense_are_left_to_the_exact_check(plan: Plan, tmp_path: Path) -> None:
    text = "site,accelerator,period,units_added\nohio,chip,2025Q1,7\nohio,chip,2025Q2,-3\n"

    assert read_placement(_write(tmp_path, text), plan).standing_units == {(1, 0): (7, 4, 4)}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "ohi,chip,2025Q1,8",
            "mine.csv, row 2, column site: no such site in sites.csv (got 'ohi')\n  hint: did you mean 'ohio'?",
        ),
        ("ohio,chop,2025Q1,8", "row 2, column accelerator: no such accelerator"),
        ("ohio,chip,2026Q1,8", "row 2, column period: period outside the horizon"),
        ("ohio,chip,soon,8", "row 2, column period: expected a quarter like 2025Q1"),
        ("ohio,chip,2025Q1,8.5", "row 2, column units_standing: expected a whole number (got '8.5')"),
        ("ohio,chip,2025Q1,-8", "row 2, column units_standing: must not be negative"),
        ("ohio,chip,2025Q1,many", "row 2, column units_standing: expected a number"),
        ("ohio,chip,2025Q1,1e400", "row 2, column units_standing: number out of range"),
        ("ohio,chip,2025Q1,nan", "row 2, column units_standing: expected a finite number"),
        (",chip,2025Q1,8", "row 2, column site: required"),
        ("ohio,chip,2025Q1,", "row 2: a row needs units_standing or units_added"),
        ("ohio,chip,2025Q1,8\nohio,chip,2025Q1,8", "row 3, column site: duplicate site, accelerator, period"),
        ("ohio,chip,2025Q1", "row 2: has 3 cells where the header has 4"),
    ],
)
def test_a_wrong_row_is_named_with_its_place(plan: Plan, tmp_path: Path, row: str, expected: str) -> None:
    assert expected in _message(_write(tmp_path, f"{HEADER}{row}\n"), plan)


def test_every_problem_is_listed_at_once(plan: Plan, tmp_path: Path) -> None:
    message = _message(_write(tmp_path, HEADER + "ohi,chip,2025Q1,8\nohio,chip,2025Q9,8\nohio,chip,2025Q1,x\n"), plan)

    assert message.count("mine.csv, row") == 3


def test_an_addition_that_contradicts_what_stands_is_named(plan: Plan, tmp_path: Path) -> None:
    text = "site,accelerator,period,units_added,units_standing\nohio,chip,2025Q1,8,8\nohio,chip,2025Q2,8,24\n"

    message = _message(_write(tmp_path, text), plan)

    assert "row 3, column units_standing: does not fit units_added (got '24')" in message
    assert "hint: 8 stood before, so 16 or units_added 16 is meant" in message


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("mine.csv", "", "has no header row"),
        (
            "mine.csv",
            "site,accelerator,units_standing\nohio,chip,8\n",
            "row 1, column period: required column is missing",
        ),
        ("mine.txt", HEADER, "is not a placement"),
        ("mine.json", "{", "is not valid JSON"),
        ("mine.json", "[]", "JSON object"),
        ("mine.json", "{}", "has no list of placements"),
        ("mine.json", '{"placements": {}}', "has no list of placements"),
        ("mine.json", '{"status": "infeasible", "placements": []}', "holds no placement: the run ended infeasible"),
        ("mine.json", '{"placements": [1]}', "placements[0]: expected a row"),
        ("mine.json", '{"placements": [], "openings": 1}', "openings: expected a list of rows"),
        ("mine.json", '{"placements": [{"site": "ohi"}]}', "column placements[0].site: no such site"),
        ("mine.json", '{"placements": [], "openings": [{"site": "ohio", "period": "2031Q1"}]}', "openings[0].period"),
    ],
)
def test_a_file_that_is_no_placement_is_said_to_be_none(
    plan: Plan, tmp_path: Path, name: str, text: str, expected: str
) -> None:
    assert expected in _message(_write(tmp_path, text, name), plan)


def test_a_file_that_is_not_there_is_named(plan: Plan, tmp_path: Path) -> None:
    assert "nowhere.csv: no such placement" in _message(tmp_path / "nowhere.csv", plan)
    assert "holds no placement" in _message(tmp_path, plan)
    assert "cannot be read" in _message(tmp_path / ("long" * 200), plan)
