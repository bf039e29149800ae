"""Planning again from the last plan through the command line: frozen, priced, listed, explained, and refused."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.families.generate import generate
from benchmarks.families.kinds import KINDS
from benchmarks.families.sizes import free_size

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call

COMPANY: dict[str, Any] = {
    "name": "company",
    "company": {"name": "Example", "headquarters": "US"},
    "horizon": {"start": "2025Q1", "periods": 3},
    "policy": {"name": "physical-only"},
    "sites": [
        {"site": "ohio", "country": "US", "power_mw": "1", "max_units": 12},
        {"site": "texas", "country": "US", "power_mw": "1"},
    ],
    "accelerators": [{"accelerator": "chip", "tpp": 1000, "power_kw": "1", "block": 1}],
    "deliveries": [
        {"accelerator": "chip", "period": "2025Q1", "units": 10},
        {"accelerator": "chip", "period": "2025Q2", "units": 10},
    ],
}


def values(first: int, later: int) -> list[dict[str, object]]:
    """Return values of a unit in the first quarter, and in the two after it less 10 and 20, so that waiting never pays."""
    return [
        {
            "site": site,
            "accelerator": "chip",
            "period": f"2025Q{quarter + 1}",
            "value_usd_per_unit": worth - 10 * quarter,
        }
        for site, worth in (("ohio", first), ("texas", later))
        for quarter in range(3)
    ]


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """Return the plan as it is now: a unit is worth 1,000 in Ohio and 1,200 in Texas, 10 less with each quarter."""
    file = tmp_path / "company.json"
    file.write_text(json.dumps({**COMPANY, "values": values(1000, 1200)}), encoding="utf-8")
    return file


@pytest.fixture
def last(call: Call, tmp_path: Path) -> Path:
    """Return the run of a quarter ago, when Texas was worth 900: ten to Ohio, then two to Ohio and eight to Texas."""
    file = tmp_path / "before.json"
    file.write_text(json.dumps({**COMPANY, "values": values(1000, 900)}), encoding="utf-8")
    run = tmp_path / "last"
    assert call("solve", file, "--out", run, "--quiet").exit_code == 0
    return run


def solved(call: Call, *arguments: object) -> dict[str, Any]:
    answer = call("solve", *arguments, "--format", "json")
    assert answer.exit_code == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def words(text: str) -> str:
    return " ".join(text.split())


def test_with_the_last_plan_alone_nothing_is_held_and_every_change_is_listed(
    call: Call, company: Path, last: Path
) -> None:
    # All twenty go to Texas: the last plan's ten and two of Ohio come elsewhere, its eight of Texas as planned.
    found = solved(call, company, "--last", last)

    assert found["objective"] == 10 * 1200 + 10 * 1190
    assert found["last_plan"]["name"] == "last"
    assert (found["last_plan"]["units_planned"], found["last_plan"]["units_changed"]) == (20, 12)
    assert [
        (row["site"], row["period"], row["units_before"], row["units_after"], row["difference"])
        for row in found["changes"]
    ] == [
        ("ohio", "2025Q1", 10, 0, -10),
        ("ohio", "2025Q2", 12, 0, -12),
        ("ohio", "2025Q3", 12, 0, -12),
        ("texas", "2025Q1", 0, 10, 10),
        ("texas", "2025Q2", 8, 20, 12),
        ("texas", "2025Q3", 8, 20, 12),
    ]
    assert [
        (row["site"], row["change"], row["period_before"], row["period_after"]) for row in found["opening_changes"]
    ] == [
        ("ohio", "dropped", "2025Q1", None),
        ("texas", "earlier", "2025Q2", "2025Q1"),
    ]
    assert "changes" not in found["objective_terms"]


@pytest.mark.parametrize(
    ("flags", "objective", "changed", "charged"),
    [
        ((), 10 * 1000 + 10 * 1190, 2, None),
        (("--change-price", "250"), 10 * 1000 + 2 * 990 + 8 * 1190, 0, None),
        (("--change-price", "150"), 10 * 1000 + 10 * 1190 - 2 * 150, 2, -300),
    ],
    ids=["frozen", "too dear to move", "worth moving"],
)
def test_a_frozen_quarter_stays_and_a_later_change_is_made_where_it_is_worth_its_price(
    call: Call, company: Path, last: Path, flags: tuple[str, ...], objective: int, changed: int, charged: int | None
) -> None:
    found = solved(call, company, "--last", last, "--freeze-through", "2025Q1", *flags)

    assert found["objective"] == objective
    assert found["last_plan"]["units_changed"] == changed
    assert found["last_plan"]["frozen_through"] == "2025Q1"
    assert found["objective_terms"].get("changes") == charged
    assert found["bought"] == []
    assert found["verification"]["verdict"] == "within limits"


def test_the_plan_itself_can_name_its_last_plan(call: Call, company: Path, last: Path) -> None:
    document = json.loads(company.read_text(encoding="utf-8"))
    document["last"] = {"plan": "last/summary.json", "freeze_through": "2025Q1", "change_price_usd_per_unit": 150}
    company.write_text(json.dumps(document), encoding="utf-8")

    found = solved(call, company)
    assert found["objective"] == 10 * 1000 + 10 * 1190 - 2 * 150
    assert found["last_plan"]["name"] == "summary.json"
    assert "last/summary.json" in found["plan"]["input_sha256"]
    assert last.is_dir()


def test_the_report_says_in_a_line_and_a_table_what_changes(
    call: Call, company: Path, last: Path, tmp_path: Path
) -> None:
    run = tmp_path / "now"
    flags = ("--last", last, "--freeze-through", "2025Q1", "--change-price", "150", "--out", run)
    answer = call("solve", company, *flags)

    said = words(answer.stdout)
    assert "2 of 20 units of last come elsewhere, at another time or not; 2 come where it had none" in said
    assert "charged $300; stock frozen through 2025Q1" in said
    assert "Changes from the last plan, last" in said
    assert "Bought" not in said
    assert '<section id="changes">' in (run / "report.html").read_text(encoding="utf-8")
    assert "Changes from the last plan, last" in (run / "report.md").read_text(encoding="utf-8")
    with (run / "changes.csv").open(encoding="utf-8") as file:
        rows = [(row["site"], row["period"], row["difference"]) for row in csv.DictReader(file)]
    assert rows == [
        ("ohio", "2025Q2", "-2"),
        ("ohio", "2025Q3", "-2"),
        ("texas", "2025Q2", "2"),
        ("texas", "2025Q3", "2"),
    ]


def test_a_run_after_the_last_plan_passes_its_audit(call: Call, company: Path, last: Path, tmp_path: Path) -> None:
    flags = ("--set", f"last.plan={last}", "--set", "last.freeze_through=2025Q1")
    assert call("solve", company, *flags, "--out", tmp_path / "now").exit_code == 0

    kept = call("audit", company, *flags, "--placement", tmp_path / "now")
    free = solved(call, company)
    (tmp_path / "free.json").write_text(json.dumps(free), encoding="utf-8")
    other = call("audit", company, *flags, "--placement", tmp_path / "free.json")

    assert kept.exit_code == 0
    assert "2 of 20 units of last come elsewhere" in words(kept.stdout)
    assert other.exit_code != 0
    assert "FAIL" in other.stdout
    assert "frozen[ohio,chip,min]" in other.stdout


def test_a_frozen_quarter_against_less_power_is_explained_with_a_way_out(call: Call, company: Path, last: Path) -> None:
    flags = ("--last", last, "--freeze-through", "2025Q2", "--set", "sites[ohio].power_mw=0.007")
    answer = call("explain", company, *flags)

    said = words(answer.stdout)
    assert answer.exit_code == 1
    assert "These cannot hold together: frozen[ohio,chip,min] (at least 10 to 12 units, as last planned)" in said
    assert "the power of US" in said
    assert "frozen[ohio,chip,min] 5 units less (contract)" in said
    assert f"placement solve {company} --last {last} --freeze-through 2025Q2" in answer.stdout.replace("\n  ", " ")


def test_the_way_out_of_a_frozen_quarter_can_be_taken(call: Call, company: Path, last: Path) -> None:
    flags = ("--last", last, "--freeze-through", "2025Q2", "--set", "sites[ohio].power_mw=0.007")
    found = json.loads(call("explain", company, *flags, "--format", "json").stdout)

    options = [part for option in found["repairs"][0]["set_options"] for part in ("--set", option)]
    again = solved(call, company, *flags, *options)
    assert again["objective"] == found["repairs"][0]["plan"]["objective"]


def test_limits_take_the_last_plan_too(call: Call, company: Path, last: Path) -> None:
    answer = call("limits", company, "--last", last, "--freeze-through", "2025Q1", "--format", "json")

    found = json.loads(answer.stdout)
    value = {one["group"]: one for one in found["values"]}["frozen[ohio,chip,min]"]
    # One of the ten fewer goes to Texas a quarter later, where nothing is frozen: 1,190 for 1,000.
    assert value["loosened"]["lower"] == value["loosened"]["upper"] == 190
    assert not any(one["group"].startswith("changes") for one in found["values"])


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--last", "nowhere"), "nowhere: no such placement"),
        (("--freeze-through", "2025Q1"), "--freeze-through: needs a last plan"),
        (("--last", "LAST", "--freeze-through", "2026Q1"), "the plan runs from 2025Q1 to 2025Q3"),
        (("--last", "LAST", "--change-price", "dear"), "--change-price: expected a number"),
    ],
)
def test_what_is_wrong_with_the_options_is_said(
    call: Call, company: Path, last: Path, flags: tuple[str, ...], said: str
) -> None:
    answer = call("solve", company, *(str(last) if flag == "LAST" else flag for flag in flags))

    assert answer.exit_code == 2
    assert said in words(answer.stderr)


MOVING: dict[str, Any] = {
    **COMPANY,
    "horizon": {"start": "2025Q1", "periods": 3},
    "sites": [
        {"site": "ohio", "country": "US", "power_mw": "1", "closes_after": "2025Q2"},
        {"site": "texas", "country": "US", "power_mw": "1", "opens_from": "2025Q3"},
    ],
    "accelerators": [
        {"accelerator": "chip", "tpp": 1000, "power_kw": "1", "block": 1, "value_usd_per_hour": "1", "life_years": 5}
    ],
}


@pytest.mark.parametrize("what", ["run", "run/placement.csv", "run/summary.json"])
@pytest.mark.parametrize("changes", [{"relocation": True}, {"retirement": True}, None])
def test_a_last_plan_whose_units_move_or_leave_is_no_change_of_itself(
    call: Call, tmp_path: Path, changes: dict[str, object] | None, what: str
) -> None:
    # Ohio closes: its twenty units move to Texas, or leave the plan with it.
    plan = tmp_path / "moving.json"
    deliveries = COMPANY["deliveries"] if changes == {"relocation": True} else COMPANY["deliveries"][:1]
    own = {} if changes is None else {"changes": changes}
    plan.write_text(
        json.dumps({**MOVING, **own, "deliveries": deliveries, "economics": {"must_place": "each_period"}}),
        encoding="utf-8",
    )
    assert call("solve", plan, "--out", tmp_path / "run", "--quiet").exit_code == 0

    again = solved(call, plan, "--last", tmp_path / what, "--change-price", 5, "--freeze-through", "2025Q1")

    assert again["changes"] == again["opening_changes"] == []
    assert (again["last_plan"]["units_changed"], again["last_plan"]["units_new"]) == (0, 0)
    assert again["last_plan"]["units_planned"] == sum(row["units"] for row in deliveries)
    assert bool(again["moves"]) == (changes == {"relocation": True})


@pytest.mark.parametrize("command", ["limits", "explain"])
def test_other_commands_say_it_in_the_words_of_the_options_too(call: Call, company: Path, command: str) -> None:
    answer = call(command, company, "--freeze-through", "2025Q1", "--change-price", "-3")

    assert answer.exit_code == 2
    assert "- --change-price: must not be negative (got '-3')" in answer.stderr
    assert "- --freeze-through: needs a last plan\n    hint: give --last FILE" in answer.stderr


def test_a_setting_moved_a_little_is_proven_again_from_the_prices_of_the_last_plan(call: Call, tmp_path: Path) -> None:
    plan, last = tmp_path / "plan.json", tmp_path / "last.json"
    plan.write_text(json.dumps(generate(KINDS["base"], free_size(20, 3, 4), 1)), encoding="utf-8")
    first = solved(call, plan, "--gap", "0.01", "--values", "0")
    last.write_text(json.dumps(first), encoding="utf-8")
    priced = {row["key"]: row["bound_price"] for row in first["limits"] if row["bound_price"] is not None}
    again = solved(call, plan, "--gap", "0.01", "--values", "0", "--last", last, "--set", "policy.home_share=51%")

    assert first["solver"]["strategy"] == again["solver"]["strategy"] == "prices"
    assert priced
    assert all(price > 0 for price in priced.values())
    assert again["status"] == "within_gap"
    assert {row["setting"] for row in again["limits"] if row["rule"] == "home_share"} == {"51/100"}
    assert again["objective"] <= first["best_bound"] * 1.000001, "a tighter limit cannot be worth more"
    assert "prices" in {stage["name"] for stage in first["solver"]["stages"]}
    assert "prices" not in {stage["name"] for stage in again["solver"]["stages"]}
    assert any(key.startswith("deliveries[") for key in priced)
