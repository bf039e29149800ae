"""`policy diff A B`: what two packs say differently, with both values and both sources; tiers on a day."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.policies.packs import CLOSED_TIER_3, SETTINGS, pack_text, setting, write_pack

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call

ANNOUNCED, DIFFUSION, LICENSING = "three-tier-2025-01", "ai-diffusion-2025", "licensing-2026-07"
FORMATS = ("table", "json", "csv", "markdown")
SHARE = 'kind = "destination_share"\nshare = "share"\ntiers = [2]\ncitation = "own"'


def diff(call: Call, a: object, b: object, *more: object) -> dict[str, Any]:
    answer = call("policy", "diff", a, b, "--format", "json", *more)
    assert answer.exit_code == 0, answer.stderr
    document: dict[str, Any] = json.loads(answer.stdout)
    return document


def rows(document: dict[str, Any], part: str) -> dict[str, tuple[str | None, str | None]]:
    """Return the differences of one part by name and field, as the two sides."""
    return {
        f"{row['name']} {row['field']}".strip(): (row["a"], row["b"])
        for row in document["differences"]
        if row["part"] == part
    }


def two(folder: Path, text: str) -> tuple[Path, Path]:
    """Return the small pack, and another text beside it."""
    other = folder / "other.toml"
    other.write_text(text, encoding="utf-8")
    return write_pack(folder), other


def test_the_heading_is_compared_with_where_its_dates_are_written(call: Call) -> None:
    document = diff(call, ANNOUNCED, DIFFUSION)

    heading = rows(document, "heading")
    assert heading["effective_from"] == ("2025-01-01", "2025-05-15")
    assert heading["effective_until"] == ("2027-12-31", None)
    assert heading["legal_status"][0] != heading["legal_status"][1]
    assert "tier_table" not in heading
    dated = next(row for row in document["differences"] if row["name"] == "effective_from")
    assert "general compliance date of 15 May 2025" in dated["b_citation"]


def test_settings_are_compared_by_value_not_by_how_they_are_written(call: Call, tmp_path: Path) -> None:
    """7/100 and 7% are one value; 10 and 12 are two."""
    changed = SETTINGS.replace('"7/100"', '"7%"').replace("value = 10", "value = 12")
    changed = changed.replace('description = "a cap"\ncitation = "the planner"', 'citation = "the ministry"')

    document = diff(call, *two(tmp_path, pack_text(settings=changed)))

    assert rows(document, "setting") == {"cap": ("10", "12")}
    found = document["differences"][0]
    assert (found["a_citation"], found["b_citation"]) == ("the planner", "the ministry")


def test_a_setting_of_one_pack_alone_stands_with_its_source(call: Call, tmp_path: Path) -> None:
    more = SETTINGS + setting("floor", "count", "3")

    document = diff(call, *two(tmp_path, pack_text(settings=more)))

    assert rows(document, "setting") == {"floor": (None, "3")}
    assert document["differences"][0]["b_citation"] == "c"
    assert rows(diff(call, tmp_path / "other.toml", tmp_path / "own.toml"), "setting") == {"floor": ("3", None)}


def test_schedules_are_compared_row_by_row(call: Call, tmp_path: Path) -> None:
    first = SETTINGS + setting("table", "schedule", "{ 2025Q1 = 1000, 2025Q2 = 2000 }")
    second = SETTINGS + setting("table", "schedule", "{ 2025Q1 = 1000, 2025Q2 = 2500, 2025Q3 = 3000 }")
    write_pack(tmp_path, "first.toml", settings=first)
    write_pack(tmp_path, "second.toml", settings=second)

    document = diff(call, tmp_path / "first.toml", tmp_path / "second.toml")

    assert rows(document, "setting") == {"table 2025Q2": ("2,000", "2,500"), "table 2025Q3": (None, "3,000")}


def test_rules_are_compared_field_by_field(call: Call) -> None:
    rules = rows(diff(call, ANNOUNCED, DIFFUSION), "rule")

    assert rules["home_share binds"] == ("headquarters in US", "headquarters in US, while it holds UVEU")
    assert rules["destination_share destinations"] == ("Tier 2", "Tier 2, Tier 3")
    assert rules["destination_share counts"][0] == "every chip"
    assert rules["legal_path"][0] is None
    assert rules["national_cap"][1] is None
    assert rules["closed_destination settings"] == ("none", "since: closed_from")
    assert not any(name.startswith("closed_destination ") and "settings" not in name for name in rules)


def test_a_value_that_differs_is_told_once_and_not_again_with_its_rule(call: Call, tmp_path: Path) -> None:
    write_pack(tmp_path, "first.toml", rules=SHARE)
    write_pack(tmp_path, "second.toml", rules=SHARE, settings=SETTINGS.replace("7/100", "8/100"))

    document = diff(call, tmp_path / "first.toml", tmp_path / "second.toml")

    assert [row["part"] for row in document["differences"]] == ["setting"]
    assert rows(document, "setting") == {"share": ("7/100 (7%)", "2/25 (8%)")}


def test_paths_are_compared_field_by_field(call: Call) -> None:
    paths = rows(diff(call, DIFFUSION, LICENSING), "path")

    assert paths["listed_licence destinations"] == ("Tier 1, Tier 2", "Tier 1, Tier 2, Tier 3")
    assert paths["listed_licence owner"] == ("headquarters in Tier 1 or Tier 2", "anyone")
    assert paths["uveu"][1] is None
    assert paths["uae_white_list"][0] is None


def test_what_is_uncertain_is_compared_sentence_by_sentence(call: Call) -> None:
    found = [row for row in diff(call, ANNOUNCED, LICENSING)["differences"] if row["part"] == "uncertain"]

    assert any("secondary sources" in (row["b"] or "") for row in found)
    assert all(row["a"] is None for row in found)


def test_destinations_whose_tier_differs_are_summed_up_by_the_names_of_the_tiers(call: Call) -> None:
    """Malaysia is Tier 2 of the diffusion rule; in July 2026 it needed no licence. The UAE needed one but for its list."""
    tiers = diff(call, DIFFUSION, LICENSING)["tiers"]

    assert tiers["as_of"] == "2026-11-22"
    freed = next(row for row in tiers["summary"] if (row["a_tier"], row["b_tier"]) == (2, 1))
    assert (freed["a_name"], freed["b_name"]) == ("Tier 2", "Tier 1 (no licence needed)")
    assert "MY" in freed["destinations"]
    assert "AE" not in freed["destinations"]
    assert freed["count"] == len(freed["destinations"])
    assert "PR" not in {code for row in tiers["summary"] for code in row["destinations"]}, (
        "a territory follows its parent"
    )


def test_tiers_are_compared_on_the_day_that_is_asked_for(call: Call) -> None:
    """Cambodia left Country Group D:5, and with it Tier 3, in November 2025 (day not verified, 7 November used)."""

    def tiers_of_cambodia(day: str) -> tuple[int, int]:
        tiers = diff(call, DIFFUSION, LICENSING, "--as-of", day)["tiers"]
        return next((row["a_tier"], row["b_tier"]) for row in tiers["summary"] if "KH" in row["destinations"])

    assert tiers_of_cambodia("2025-11-06")[0] == 3
    assert tiers_of_cambodia("2025-11-07")[0] == 2


def test_a_day_before_a_table_begins_takes_its_first_day(call: Call) -> None:
    assert diff(call, DIFFUSION, LICENSING, "--as-of", "2020-01-01")["tiers"]["summary"]


@pytest.mark.parametrize("output_format", FORMATS)
def test_packs_that_say_the_same_are_said_to(call: Call, tmp_path: Path, output_format: str) -> None:
    answer = call("policy", "diff", *two(tmp_path, pack_text()), "--format", output_format)

    assert answer.exit_code == 0
    match output_format:
        case "json":
            assert json.loads(answer.stdout)["differ"] is False
        case "csv":
            assert len(answer.stdout.splitlines()) == 1
        case _:
            assert "own.toml and " in answer.stdout
            assert "other.toml say the same" in " ".join(answer.stdout.split())


def test_people_read_both_sides_under_one_heading_and_what_one_side_has_in_a_list(call: Call) -> None:
    text = call("policy", "diff", ANNOUNCED, DIFFUSION).stdout

    assert text.startswith(f"A is {ANNOUNCED}, B is {DIFFUSION}.")
    share = next(part for part in text.split("\n\n") if part.startswith("home_share"))
    assert "binds, A: headquarters in US\n" in share
    assert "A cites Supplement No. 10" in share
    assert f"only in {DIFFUSION}\n" in text
    assert "- country_allocation = 790,000,000 TPP [15 CFR 742.6(b)(10)(iii)(B)(1)]" in text
    assert f"Both use the tier table {DIFFUSION}" in text


def test_tables_of_tiers_are_printed_for_people(call: Call) -> None:
    text = call("policy", "diff", DIFFUSION, LICENSING).stdout

    assert "tiers on 2026-11-22" in text
    assert "Tier 2 (licence needed)" in text


def test_csv_has_a_row_for_each_destination_whose_tier_differs(call: Call) -> None:
    answer = call("policy", "diff", DIFFUSION, LICENSING, "--format", "csv")

    found = {row["name"]: row for row in csv.DictReader(io.StringIO(answer.stdout)) if row["part"] == "tier"}

    assert found["MY"]["a"] == "Tier 2"
    assert found["MY"]["b"] == "Tier 1 (no licence needed)"
    assert "AE" not in found


def test_markdown_names_the_packs_in_its_columns(call: Call) -> None:
    text = call("policy", "diff", ANNOUNCED, DIFFUSION, "--format", "markdown").stdout

    assert f"| part | name | field | {ANNOUNCED} | {DIFFUSION} |" in text


def test_a_pack_that_cannot_be_read_ends_the_comparison(call: Call, tmp_path: Path) -> None:
    file = write_pack(tmp_path, rules=CLOSED_TIER_3.replace("[3]", "3"))

    answer = call("policy", "diff", ANNOUNCED, file)

    assert answer.exit_code == 2
    assert "rules[closed_destination].tiers" in answer.stderr
