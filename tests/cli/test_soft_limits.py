"""Price caps through the command line: set, bought, kept, audited, and refused where they mean nothing."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call

SHARE = "limits.destination_share[MY]"


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """Return a plan of 10 chips worth 1,000 each, all of which only Malaysia can take; 93 of 1,000 TPP stand at home."""
    document: dict[str, Any] = {
        "name": "company",
        "company": {"name": "Example", "headquarters": "US"},
        "horizon": {"start": "2025Q1", "periods": 1},
        "sites": [{"site": "kulai", "country": "MY", "power_mw": "1"}],
        "accelerators": [{"accelerator": "chip", "tpp": 1000, "power_kw": "1", "block": 1}],
        "deliveries": [{"accelerator": "chip", "period": "2025Q1", "units": 10}],
        "installed": [{"country": "US", "accelerator": "chip", "units": 93}],
        "values": [{"site": "kulai", "accelerator": "chip", "value_usd_per_unit": 1000}],
    }
    file = tmp_path / "company.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def solved(call: Call, plan: Path, *settings: str) -> dict[str, Any]:
    flags = [part for setting in settings for part in ("--set", setting)]
    answer = call("solve", plan, *flags, "--format", "json")
    assert answer.exit_code == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_a_price_on_the_command_line_sells_room_past_a_share(call: Call, company: Path) -> None:
    # Ten are 2,790 TPP past 7% of 103,000: at 0.5 that costs 1,395 and earns 3,000 more than seven do.
    hard, sold, dear = (
        solved(call, company, *rest) for rest in ((), (f"{SHARE}.price_cap=0.5",), (f"{SHARE}.price_cap=2.5",))
    )

    assert hard["objective"] == dear["objective"] == 7000
    assert sold["objective"] == 10_000 - 1395
    assert [(row["key"], row["excess_exact"], row["cost_exact"]) for row in sold["bought"]] == [
        ("destination_share[MY,2025Q1]", "2790", "1395")
    ]
    assert dear["bought"] == []
    assert dear["plan"]["altered_limits"][0]["price_cap"] == "2.5"


def test_a_kept_run_with_excess_passes_its_audit(call: Call, company: Path, tmp_path: Path) -> None:
    flags = ("--set", f"{SHARE}.price_cap=0.5")
    run = tmp_path / "run"
    assert call("solve", company, *flags, "--out", run).exit_code == 0

    soft = call("audit", company, *flags, "--placement", run)
    hard = call("audit", company, "--placement", run)

    assert soft.exit_code == 0
    assert "within limits plus bought excess" in " ".join(soft.stdout.split())
    assert "not legal: a what-if" in " ".join(soft.stdout.split())
    assert hard.exit_code != 0
    assert "FAIL" in hard.stdout
    with (run / "limits.csv").open(encoding="utf-8") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}
    assert rows["destination_share[MY,2025Q1]"]["price_cap"] == "0.5"
    assert Fraction(rows["destination_share[MY,2025Q1]"]["slack_exact"]) == -2790


def test_an_infeasible_plan_says_what_it_costs_to_break_its_promise(call: Call, company: Path) -> None:
    document = json.loads(company.read_text(encoding="utf-8"))
    document["economics"] = {"must_place": "by_end"}
    company.write_text(json.dumps(document), encoding="utf-8")

    assert call("solve", company).exit_code == 1
    found = solved(call, company, "limits.must_place[chip].price_cap=100")

    assert found["objective"] == 7000 - 3 * 100
    assert found["bought"][0]["note"] is None


def test_report_says_what_is_not_enforced(call: Call, company: Path) -> None:
    text = " ".join(call("solve", company, "--set", f"{SHARE}.enforced=false").stdout.split())

    assert "destination_share[MY] (a policy limit): not enforced" in text
    assert "limit not enforced by the plan" in text


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (f"{SHARE}.price_cap=-1", "must not be negative"),
        (f"{SHARE}.price_cap=cheap", "expected a number"),
        ("limits.destination_share[FR].price_cap=1", "no limits of that name"),
        ("limits.allowed_accelerators[kulai].price_cap=1", "no limits of that name"),
    ],
)
def test_a_price_that_means_nothing_is_refused(call: Call, company: Path, setting: str, words: str) -> None:
    answer = call("solve", company, "--set", setting)

    assert answer.exit_code == 2
    assert words in " ".join(answer.stderr.split())


@pytest.mark.parametrize("key", ["deliveries[chip].price_cap=1", "deliveries[chip].change=8", "deliveries[*].change=8"])
def test_deliveries_are_not_for_sale_where_shares_are_of_what_is_delivered(call: Call, company: Path, key: str) -> None:
    """Nor do they change in [limits]: units that are in no delivery would be in no total either."""
    flags = ("--set", f"limits.{key}", "--set", "policy.share_denominator=delivered")

    answer = call("solve", company, *flags)

    assert answer.exit_code == 2
    assert "no place in shares of what is delivered" in " ".join(answer.stderr.split())
