"""Reading the last plan: periods by label, sites by name, and what is said of one that does not fit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.errors import InputError
from optimizer.files.read_plan import plan_from_dict, read_plan
from optimizer.report.bundle import write_bundle
from optimizer.report.compose import compose
from tests.builders import case, chip, document, placing, site
from tests.last_plans import write_csv, write_json
from tests.report.small_fleet import small_outcome

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.schema.last_plan import LastPlan

QUARTERS = ("2025Q1", "2025Q2", "2025Q3", "2025Q4")
STOCK = {("ohio", "a"): {"2025Q2": 8, "2025Q3": 20, "2025Q4": 20}}


def plan_document(last: dict[str, Any], start: str = "2025Q1", **parts: Any) -> dict[str, Any]:  # noqa: ANN401
    own = document(
        sites=[site("ohio", "US"), site("texas", "US")],
        accelerators=[chip("a", block=4), chip("b")],
        delivered={"a": [40]},
        start=start,
        periods=4,
        **parts,
    )
    return {**own, "last": last}


def read(last: dict[str, Any], start: str = "2025Q1", **parts: Any) -> LastPlan:  # noqa: ANN401
    found = plan_from_dict(plan_document(last, start, **parts)).last
    assert found is not None
    return found


def message(last: dict[str, Any], start: str = "2025Q1", **parts: Any) -> str:  # noqa: ANN401
    with pytest.raises(InputError) as caught:
        read(last, start, **parts)
    return str(caught.value)


def test_a_last_plan_of_the_same_periods_is_taken_as_it_is(tmp_path: Path) -> None:
    last = read({"plan": write_json(tmp_path / "last.json", STOCK, QUARTERS), "freeze_through": "2025Q3"})

    assert last.units == {("ohio", "a"): (0, 8, 20, 20)}
    assert last.opened == {"ohio": 1}
    assert (last.first, last.last, last.frozen_through) == (0, 3, 2)
    assert [last.added("ohio", "a", period) for period in range(4)] == [0, 8, 12, 0]


def test_prices_of_limits_come_with_the_document_and_nothing_else_is_a_price(tmp_path: Path) -> None:
    written = write_json(tmp_path / "last.json", STOCK, QUARTERS)
    document = json.loads((tmp_path / "last.json").read_text(encoding="utf-8"))
    prices: list[object] = [2.5, 3, None, "7", -1.0, 0, True, 123456.0, 10**400]
    rows = [{"key": f"limit {number}", "bound_price": price} for number, price in enumerate(prices)]
    for listed in ([*rows, "a word", {"bound_price": 1.0}, {"key": 5, "bound_price": 1.0}], "no list", None):
        text = json.dumps({**document, "limits": listed}).replace("123456.0", "1e400")  # beyond every double
        (tmp_path / "last.json").write_text(text, encoding="utf-8")
        assert read({"plan": written}).prices == ({"limit 0": 2.5, "limit 1": 3.0} if isinstance(listed, list) else {})
    assert read({"plan": write_csv(tmp_path / "last.csv", STOCK)}).prices == {}


def test_a_plan_that_begins_later_takes_what_stood_before_to_be_installed(tmp_path: Path) -> None:
    plan = plan_from_dict(plan_document({"plan": write_json(tmp_path / "last.json", STOCK, QUARTERS)}, "2025Q3"))

    assert plan.last is not None
    assert plan.last.units == {("ohio", "a"): (12, 12, 12, 12)}
    assert plan.last.opened == {"ohio": -1}
    assert (plan.last.first, plan.last.last) == (0, 1)
    assert ("last plan, 8 units standing before 2025Q3", "in installed.csv") in [
        (one.subject, one.value) for one in plan.assumptions
    ]


def test_a_plan_that_begins_earlier_is_compared_from_the_last_plans_first_period_on(tmp_path: Path) -> None:
    file = write_json(tmp_path / "last.json", STOCK, QUARTERS)
    last = read({"plan": file, "freeze_through": "2025Q1"}, "2024Q3")

    assert last.units == {("ohio", "a"): (0, 0, 0, 8)}
    assert (list(last.frozen_periods), last.first, last.last) == ([2], 2, 3)


def test_a_csv_without_periods_of_its_own_has_nothing_before_its_first_row(tmp_path: Path) -> None:
    last = read({"plan": write_csv(tmp_path / "march.csv", STOCK), "freeze_through": "2025Q1"})

    assert (list(last.frozen_periods), last.first, last.last) == ([0], 0, 3)


def test_after_its_end_the_last_plan_stays_as_it_was_and_is_not_compared(tmp_path: Path) -> None:
    last = read({"plan": write_json(tmp_path / "last.json", {("ohio", "a"): {"2025Q2": 8}}, QUARTERS[:2])})

    assert last.units == {("ohio", "a"): (0, 8, 8, 8)}
    assert list(last.compared_periods) == [0, 1]


def test_a_kept_run_is_read_with_the_periods_of_its_plan(tmp_path: Path) -> None:
    earlier = case(
        sites=[site("ohio", "US")], accelerators=[chip("a")], delivered={"a": [8]}, start="2024Q4", periods=4
    )
    placement = placing(earlier, ohio=(0, 8, 8, 8))
    write_bundle(compose(small_outcome(earlier, placement)), tmp_path / "run")

    last = read({"plan": str(tmp_path / "run")})
    assert last.name == "run"
    assert last.units == {("ohio", "a"): (8, 8, 8, 8)}
    assert list(last.compared_periods) == [0, 1, 2]


def test_a_file_in_the_plans_folder_is_one_of_its_inputs(tmp_path: Path) -> None:
    write_json(tmp_path / "last.json", STOCK, QUARTERS)
    (tmp_path / "plan.json").write_text(json.dumps(plan_document({"plan": "last.json"})), encoding="utf-8")

    plan = read_plan(tmp_path / "plan.json")
    assert plan.last is not None
    assert plan.input_sha256["last.json"] == plan.last.sha256


def test_an_opening_without_units_is_not_kept_and_that_is_said(tmp_path: Path) -> None:
    file = write_json(tmp_path / "last.json", STOCK, QUARTERS, {"ohio": "2025Q1"})
    plan = plan_from_dict(plan_document({"plan": file, "freeze_through": "2025Q2"}))

    assert "last plan, opening of ohio in 2025Q1" in [one.subject for one in plan.assumptions]


@pytest.mark.parametrize(
    ("last", "start", "words"),
    [
        ({"plan": "nowhere.json"}, "2025Q1", ["no such placement"]),
        ({"freeze_through": "2025Q1"}, "2025Q1", ["last.plan", "required"]),
        ({"plan": "last.json", "freeze": "2025Q1"}, "2025Q1", ["last.freeze", "unknown key", "freeze_through"]),
        ({"plan": "last.json", "freeze_through": "2025-03"}, "2025Q1", ["freeze_through", "a quarter like 2025Q1"]),
        ({"plan": "last.json", "freeze_through": "2026Q1"}, "2025Q3", ["no such period", "runs from 2025Q1 to 2025Q4"]),
        ({"plan": "last.json", "freeze_through": "2024Q4"}, "2024Q3", ["no such period", "runs from 2025Q1 to 2025Q4"]),
        ({"plan": "last.json"}, "2027Q1", ["no period of this plan", "runs from 2025Q1 to 2025Q4"]),
        ({"plan": "last.json", "change_price_usd_per_unit": "-1"}, "2025Q1", ["must not be negative"]),
    ],
)
def test_what_does_not_fit_is_said(tmp_path: Path, last: dict[str, Any], start: str, words: list[str]) -> None:
    write_json(tmp_path / "last.json", STOCK, QUARTERS)
    if last.get("plan") == "last.json":
        last = {**last, "plan": str(tmp_path / "last.json")}

    said = message(last, start)
    assert all(word in said for word in words), said


def test_frozen_stock_of_a_site_or_accelerator_that_is_gone_is_refused_with_what_to_do(tmp_path: Path) -> None:
    stock = {**STOCK, ("ohioo", "a"): {"2025Q2": 4}, ("texas", "c"): {"2025Q1": 4}, ("utah", "a"): {"2025Q4": 4}}
    said = message({"plan": write_json(tmp_path / "last.json", stock, QUARTERS), "freeze_through": "2025Q2"})

    assert "last.json, column site: this plan no longer has the site: 4 units of a at ohioo are frozen" in said
    assert "did you mean 'ohio'?" in said
    assert "no longer has the accelerator: 4 units of c at texas are frozen" in said
    assert "utah" not in said


def test_what_is_gone_after_the_freeze_is_a_change(tmp_path: Path) -> None:
    stock = {("utah", "a"): {"2025Q4": 4}}
    last = read({"plan": write_json(tmp_path / "last.json", stock, QUARTERS), "freeze_through": "2025Q3"})

    assert last.units == {("utah", "a"): (0, 0, 0, 4)}


def test_frozen_stock_that_is_no_longer_in_whole_blocks_is_refused(tmp_path: Path) -> None:
    stock = {("ohio", "a"): {"2025Q2": 6}}
    said = message({"plan": write_json(tmp_path / "last.json", stock, QUARTERS), "freeze_through": "2025Q2"})

    assert "not in whole blocks of 4: 6 units of a at ohio are frozen" in said


def test_a_run_that_found_no_plan_is_no_last_plan(tmp_path: Path) -> None:
    file = tmp_path / "last.json"
    file.write_text('{"status": "infeasible", "placements": []}', encoding="utf-8")

    assert "holds no placement: the run ended infeasible" in message({"plan": str(file)})


def test_a_kept_run_that_found_no_plan_is_no_last_plan_either(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "placement.csv").write_text("site,accelerator,period,units_standing\n", encoding="utf-8")
    (run / "summary.json").write_text('{"status": "unknown", "placements": []}', encoding="utf-8")

    assert "holds no placement: the run ended unknown" in message({"plan": str(run)})


def test_problems_of_the_plan_and_of_the_last_plan_are_listed_together(tmp_path: Path) -> None:
    said = message({"plan": str(tmp_path / "nowhere.json")}, discount="x")

    assert "annual_discount_rate" in said
    assert "no such placement" in said


def moving(rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return a result in which 8 units go from Ohio to Texas in the third quarter and 4 leave for good in the fourth."""
    stock = [("ohio", "2025Q1", 8, 8), ("ohio", "2025Q2", 4, 12), ("ohio", "2025Q3", 0, 4)]
    stock += [("texas", "2025Q3", 4, 12), ("texas", "2025Q4", 0, 12), ("ohio", "2025Q4", 0, 0)]
    placements = [
        {"site": site, "accelerator": "a", "period": label, "units_added": added, "units_standing": units}
        for site, label, added, units in stock
    ]
    move = {"from_site": "ohio", "to_site": "texas", "accelerator": "a", "added_in": "2025Q1", "units": 8}
    moves = [{**move, "departs": "2025Q3", "arrives": "2025Q3"}]
    gone = [{"site": "ohio", "accelerator": "a", "added_in": "2025Q2", "period": "2025Q4", "units": 4}]
    written = {"placements": placements, "moves": moves, "retired": gone, "plan": {"periods": list(QUARTERS)}}
    return {"status": "optimal"} | written | rows


def test_what_a_last_plan_moves_stands_at_the_other_site_and_is_not_added_there(tmp_path: Path) -> None:
    file = tmp_path / "last.json"
    file.write_text(json.dumps(moving({})), encoding="utf-8")
    last = read({"plan": str(file)})

    assert last.units == {("ohio", "a"): (8, 12, 4, 0), ("texas", "a"): (0, 0, 12, 12)}
    assert last.additions == {("ohio", "a"): (8, 4, 0, 0), ("texas", "a"): (0, 0, 4, 0)}


def test_a_plan_that_begins_later_takes_only_units_added_since_wherever_they_are(tmp_path: Path) -> None:
    file = tmp_path / "last.json"
    file.write_text(json.dumps(moving({})), encoding="utf-8")
    last = read({"plan": str(file)}, start="2025Q2")

    assert last.units == {("ohio", "a"): (4, 4, 0, 0), ("texas", "a"): (0, 4, 4, 4)}
    assert last.additions == {("ohio", "a"): (4, 0, 0, 0), ("texas", "a"): (0, 4, 0, 0)}


def test_what_left_a_site_that_closed_is_not_carried_on(tmp_path: Path) -> None:
    """A plan without [changes] has no row for a site after it has closed."""
    file = tmp_path / "last.json"
    stock = {"site": "ohio", "accelerator": "a", "period": "2025Q1", "units_added": 8, "units_standing": 8}
    gone = {"site": "ohio", "accelerator": "a", "added_in": "2025Q1", "period": "2025Q2", "units": 8}
    file.write_text(json.dumps(moving({"placements": [stock], "moves": [], "retired": [gone]})), encoding="utf-8")

    assert read({"plan": str(file)}).units == {("ohio", "a"): (8, 0, 0, 0)}
