"""Values and repairs as CSV: one row a setting, one row a change, and exact numbers."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer.report.bundle import write_bundle
from optimizer.report.explain_csv import costs_csv, repairs_csv, values_csv
from tests.report.explained_runs import impossible_document, possible_document

if TYPE_CHECKING:
    from pathlib import Path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_values_have_a_row_for_each_setting_and_columns_for_each_direction() -> None:
    found = {row["group"]: row for row in rows(values_csv(possible_document()))}

    share = found["destination_share[MY]"]
    assert (share["kind"], share["listed"], share["step_exact"]) == ("policy", "binding and valuable", "0.01")
    assert (share["loosened_label"], share["loosened_change_exact"], share["loosened_infeasible"]) == (
        "confirmed",
        "0.01",
        "false",
    )
    assert float(Fraction(share["tightened_upper_exact"])) == pytest.approx(1095, abs=0.01)
    assert (share["range_lower"], share["range_upper"]) == ("0.06", "0.08")
    assert (found["site_power[tokyo]"]["loosened_label"], found["site_power[tokyo]"]["loosened_upper_exact"]) == (
        "confirmed",
        "0",
    )


def test_repairs_are_numbered_and_carry_their_command() -> None:
    contract, law = rows(repairs_csv(impossible_document()))

    assert (contract["repair"], contract["family"], contract["group"]) == ("1", "yours to change", "commitment[lease]")
    assert (contract["today"], contract["suggested"], contract["change_exact"]) == ("20 units", "7 units", "-13")
    assert contract["from_period"] == ""
    assert law["command"].endswith("change=+13%'")
    assert (law["unit"], law["objective_exact"]) == ("share", "109500")


def test_tables_without_rows_keep_their_heads() -> None:
    assert rows(values_csv(impossible_document())) == []
    assert values_csv(impossible_document()).startswith("group,kind,listed,")
    assert repairs_csv(possible_document()).startswith("repair,family,label,group,")


def test_a_kept_run_has_both(tmp_path: Path) -> None:
    kept = write_bundle(possible_document(), tmp_path / "run")

    assert (kept / "values.csv").read_text(encoding="utf-8") == values_csv(possible_document())
    assert (kept / "repairs.csv").read_text(encoding="utf-8") == repairs_csv(possible_document())


def test_the_policys_cost_is_a_row_in_all_by_rule_and_by_country() -> None:
    found = {(row["of"], row["name"]): row for row in rows(costs_csv(possible_document()))}

    assert list(found) == [
        ("policy", "unrestricted"),
        ("rule", "outside_tier1_share"),
        ("rule", "destination_share"),
        ("rule", "national_cap"),
        ("country", "MY"),
    ]
    malaysia = found["country", "MY"]
    assert malaysia["lifted"] == "destination_share[MY];national_cap[MY]"
    assert malaysia["label"] == "confirmed"
    assert float(Fraction(malaysia["lower_exact"])) == pytest.approx(18 * 1095, abs=0.01)
    assert rows(costs_csv(impossible_document())) == []
