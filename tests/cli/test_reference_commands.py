"""`policy`, `catalogue`, `schema` and `init`: what the program brings along."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from optimizer.catalogue.accelerators import catalogue
from optimizer.policies.load import load_policy, policy_names

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call

DEFAULT = "three-tier-2025-01"


def test_policy_list_gives_every_pack_with_its_legal_status(call: Call) -> None:
    text = " ".join(call("policy", "list").stdout.split())

    for name in policy_names():
        assert f"{name}: " in text
        assert " ".join(load_policy(name).legal_status.split()) in text


@pytest.mark.parametrize("output_format", ["json", "csv", "markdown"])
def test_policy_list_writes_every_format(call: Call, output_format: str) -> None:
    answer = call("policy", "list", "--format", output_format)

    assert answer.exit_code == 0
    assert DEFAULT in answer.stdout


def test_policy_show_suggests_a_name(call: Call) -> None:
    answer = call("policy", "show", "three-tier-2025-02")

    assert answer.exit_code == 2
    assert f"did you mean {DEFAULT}?" in answer.stderr


def test_catalogue_lists_every_accelerator(call: Call) -> None:
    rows = list(csv.DictReader(io.StringIO(call("catalogue", "--format", "csv").stdout)))

    assert [row["accelerator"] for row in rows] == [entry.key for entry in catalogue()]
    assert all(row["tpp"].isdigit() and row["source"] and row["confidence"] for row in rows)


def test_catalogue_of_countries_follows_the_day(call: Call) -> None:
    def tier(day: str) -> object:
        rows = json.loads(call("catalogue", "--countries", "--on", day, "--format", "json").stdout)["rows"]
        return next(row["tier"] for row in rows if row["country"] == "KH")

    assert tier("2025-11-06") == 3
    assert tier("2025-11-07") == 2


def test_catalogue_gives_memory_bandwidth_where_it_is_published(call: Call) -> None:
    rows = json.loads(call("catalogue", "--format", "json").stdout)["rows"]
    bandwidth = {row["accelerator"]: row["bandwidth_gb_s"] for row in rows}

    assert (bandwidth["H200-SXM"], bandwidth["L4"], bandwidth["Trainium1"]) == (4800, 300.1, None)


@pytest.mark.parametrize(
    ("policy", "tier", "tier_name"), [("ai-diffusion-2025", 2, "Tier 2"), ("licensing-2026-07", 1, "no licence needed")]
)
def test_catalogue_of_countries_calls_tiers_as_the_policys_table_does(
    call: Call, policy: str, tier: int, tier_name: str
) -> None:
    arguments = ["--countries", "--on", "2026-07-23", "--policy", policy, "--format", "json"]
    malaysia = next(row for row in json.loads(call("catalogue", *arguments).stdout)["rows"] if row["country"] == "MY")

    assert (malaysia["tier"], malaysia["tier_name"]) == (tier, tier_name)


def test_catalogue_of_countries_says_where_a_territory_counts(call: Call) -> None:
    rows = json.loads(call("catalogue", "--countries", "--format", "json").stdout)["rows"]

    assert next(row["counts_as"] for row in rows if row["country"] == "PR") == "US"


@pytest.mark.parametrize(
    "arguments", [["--on", "2025-11-07"], ["--countries", "--on", "November"], ["--countries", "--on", "1999-01-01"]]
)
def test_catalogue_refuses_a_day_that_says_nothing(call: Call, arguments: list[str]) -> None:
    assert call("catalogue", *arguments).exit_code == 2


def test_schema_is_a_json_schema(call: Call) -> None:
    schema = json.loads(call("schema").stdout)

    jsonschema.Draft202012Validator.check_schema(schema)
    assert "placements" in schema["required"]


def test_init_writes_a_commented_plan_once(call: Call, tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "plan"

    first, second = call("init", directory), call("init", directory)

    assert first.exit_code == 0
    assert f"placement solve {directory}" in first.stdout
    assert "# A plan to start from." in (directory / "plan.toml").read_text(encoding="utf-8")
    assert second.exit_code == 2
    assert "exists already" in second.stderr


def test_init_leaves_files_of_other_names_alone(call: Call, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("mine", encoding="utf-8")

    assert call("init", tmp_path).exit_code == 0
    assert (tmp_path / "notes.md").read_text(encoding="utf-8") == "mine"


def test_init_names_a_directory_it_cannot_make(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    answer = call("init", tmp_path / "file" / "plan")

    assert answer.exit_code == 2
    assert "cannot be written" in answer.stderr
