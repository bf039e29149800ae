"""`placement why`: one site, one answer."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.report.why_document import WhyDocument
from tests.builders import document, site
from tests.cli.explained_plans import write_impossible
from tests.explain.small_plans import KILOWATT_CHIP

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Ten chips of 1 kW, 1.095 MWh each; `b` costs 109.50 to open, `tianjin` is closed."""
    file = tmp_path / "plan.json"
    made = document(
        sites=[
            site("a", "US", energy_price_usd_per_mwh=50),
            site("b", "US", energy_price_usd_per_mwh=60, opening_cost_usd="109.5"),
            site("tianjin", "CN"),
        ],
        accelerators=[KILOWATT_CHIP],
        delivered=10,
    )
    file.write_text(json.dumps(made), encoding="utf-8")
    return file


def ask(call: Call, *arguments: object) -> dict[str, Any]:
    answer = call("why", *arguments, "--format", "json")
    assert answer.exit_code == 0, answer.stderr
    said: dict[str, Any] = json.loads(answer.stdout)
    assert WhyDocument.model_validate_json(answer.stdout).model_dump(mode="json") == said
    return said


def test_an_unused_site_has_its_cost_and_the_price_at_which_it_would_be_used(call: Call, plan: Path) -> None:
    said = ask(call, plan, "b")

    assert (said["used"], said["impossible"]) == (False, False)
    assert said["cost_lower"] == pytest.approx(120.45, abs=0.01)
    assert said["energy_price_today"] == 60
    assert said["energy_price"] == pytest.approx(40, abs=1e-3)
    assert said["sites_instead"] == ["b"]


def test_the_table_says_it_in_sentences(call: Call, plan: Path) -> None:
    text = " ".join(call("why", plan, "b").stdout.split())

    assert "b is not used. Forcing it into use costs $120.45." in text
    assert "At an energy price of 40.00 per MWh in every period (60.00 today) it would be used." in text


def test_a_used_site_has_what_doing_without_it_costs(call: Call, plan: Path) -> None:
    said = ask(call, plan, "a")

    assert said["used"] is True
    assert said["cost_upper"] == pytest.approx(219, abs=0.01)
    assert said["sites_instead"] == ["b"]


def test_a_closed_country_is_ruled_out_by_its_closure(call: Call, plan: Path) -> None:
    said = ask(call, plan, "tianjin")

    assert said["impossible"] is True
    assert said["sentences"] == ["tianjin is not used, and no plan can use it."]
    assert "closed_destination[CN]" in {one["name"] for one in said["conflict"]["members"]}
    assert "rules it out" in call("why", plan, "tianjin").stdout


def test_csv_is_one_row(call: Call, plan: Path) -> None:
    (row,) = csv.DictReader(io.StringIO(call("why", plan, "b", "--format", "csv").stdout))

    assert (row["site"], row["used"], row["impossible"]) == ("b", "false", "false")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ohoi",), "SITE"),
        (("a", "--accelerator", "chop"), "--accelerator"),
        (("a", "--period", "2031Q1"), "--period"),
    ],
)
def test_names_that_the_plan_does_not_have_are_refused(
    call: Call, plan: Path, arguments: tuple[str, ...], words: str
) -> None:
    answer = call("why", plan, *arguments)

    assert answer.exit_code == 2
    assert words in answer.stderr


def test_a_plan_that_cannot_be_has_no_answer_and_says_who_has_one(call: Call, tmp_path: Path) -> None:
    answer = call("why", write_impossible(tmp_path), "tokyo")

    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert "`placement explain` says why" in answer.stderr
