"""`policy show`: every number and date of a pack, with where it is written and how sure that is."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.policies.load import load_policy, policy_names
from tests.policies.packs import SETTINGS, setting, write_pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Call

DIFFUSION, LICENSING = "ai-diffusion-2025", "licensing-2026-07"
FORMATS = ("table", "json", "csv", "markdown")
WEAK = {"C", "D", "uncertain", "assumption"}


def written(name: str) -> dict[str, Any]:
    """Return a shipped pack as its file has it."""
    text = resources.files("optimizer.policies").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def figures(value: object) -> Iterator[str]:
    """Yield every number and date inside a part of a pack, as text."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from figures(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from figures(inner)
    elif isinstance(value, int | date) and not isinstance(value, bool):
        yield str(value)


def plain(text: str) -> str:
    """Return a text on one line, without separators of thousands and without what a format does to quotes and bars."""
    unquoted = " ".join(text.split()).replace('\\"', '"').replace('""', '"').replace("\\|", "|")
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", unquoted)


def shown(call: Call, name: object, output_format: str) -> str:
    """Return what the command prints, in plain text."""
    answer = call("policy", "show", name, "--format", output_format)
    assert answer.exit_code == 0, answer.stderr
    return plain(answer.stdout)


def holds(text: str, figure: str) -> bool:
    return re.search(rf"(?<![\d./]){re.escape(figure)}(?![\d/])", text) is not None


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize("name", policy_names())
def test_every_number_and_date_of_a_shipped_pack_is_printed(call: Call, name: str, output_format: str) -> None:
    text = shown(call, name, output_format)

    missing = [figure for figure in figures(written(name)) if not holds(text, figure)]

    assert not missing


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize("name", policy_names())
def test_every_citation_of_a_shipped_pack_is_printed(call: Call, name: str, output_format: str) -> None:
    text = shown(call, name, output_format)
    read = written(name)
    parts = (*read["settings"].values(), *read.get("rules", []), *read.get("paths", []))

    citations = {part["citation"] for part in parts} | {read.get("dates_citation", "")}

    assert not [citation for citation in citations if plain(citation) not in text]


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize("name", policy_names())
def test_what_a_pack_says_is_uncertain_is_printed_as_uncertain(call: Call, name: str, output_format: str) -> None:
    text = shown(call, name, output_format)

    assert all(sentence in text for sentence in written(name).get("uncertain", []))
    assert "uncertain" in text.casefold() or not written(name).get("uncertain")


@pytest.mark.parametrize("name", policy_names())
def test_each_setting_stands_beside_its_own_source_confidence_date_and_mark(call: Call, name: str) -> None:
    pack = load_policy(name)
    paragraphs = call("policy", "show", name).stdout.split("\n\n")

    for key, item in pack.settings.items():
        own = next(part for part in paragraphs if re.match(rf"{key}( =|, by period)", part))
        text = " ".join(own.split())
        assert f"{item.citation} [confidence {item.confidence}, as of {item.as_of or pack.as_of}]" in text
        assert ("<-" in own.splitlines()[0]) is (item.confidence in WEAK)


def test_a_pack_without_days_of_its_own_settings_lends_them_its_own(call: Call) -> None:
    rows = json.loads(call("policy", "show", LICENSING, "--format", "json").stdout)["settings"]

    assert {row["as_of"] for row in rows} == {"2026-11-22"}


def test_the_published_table_of_nveu_is_printed_row_by_row(call: Call) -> None:
    """Table 1 to 15 CFR 748.15(a)(2)(iii)(B): 633,000,000 TPP in 2025Q1, 5,064,000,000 in 2027Q4."""
    table = call("policy", "show", DIFFUSION).stdout
    rows = csv.DictReader(io.StringIO(call("policy", "show", DIFFUSION, "--format", "csv").stdout))
    document = json.loads(call("policy", "show", DIFFUSION, "--format", "json").stdout)

    assert re.search(r"^ +2025Q1 +633,000,000$", table, re.MULTILINE)
    assert re.search(r"^ +2027Q4 +5,064,000,000$", table, re.MULTILINE)
    by_period = {row["period"]: row["value"] for row in rows if row["name"] == "nveu_installed_base" and row["period"]}
    assert len(by_period) == 12
    assert by_period["2026Q2"] == "2690250000"
    value = next(row["value"] for row in document["settings"] if row["setting"] == "nveu_installed_base")
    assert value["2026Q2"] == 2_690_250_000


def test_a_script_reads_numbers_lists_and_flags_as_such_and_shares_as_fractions(call: Call) -> None:
    settings = json.loads(call("policy", "show", DIFFUSION, "--format", "json").stdout)["settings"]
    values = {row["setting"]: row["value"] for row in settings}

    assert values["destination_share"] == "7/100"
    assert values["country_allocation"] == 790_000_000
    assert values["reporting_dates"] == ["02-01", "08-01"]
    assert values["nveu_countries"] == []
    assert values["country_allocation_until"] == "2027-12-31"


def test_a_path_says_where_it_leads_for_whom_and_what_it_asks(call: Call) -> None:
    paths = json.loads(call("policy", "show", LICENSING, "--format", "json").stdout)["paths"]
    review = next(row for row in paths if row["path"] == "china_case_by_case")

    assert review["destinations"] == "Tier 3, only CN, MO [china]"
    assert review["owner"] == "headquarters in Tier 1 or Tier 2 or CN"
    assert "while assume_approval = assumed" in review["conditions"]
    assert "chips below 21,000 TPP [china_tpp_below]" in review["conditions"]


def test_a_path_or_a_rule_that_rests_on_a_weak_setting_is_marked(call: Call) -> None:
    text = call("policy", "show", DIFFUSION).stdout

    paths = {part.splitlines()[0].partition(":")[0]: part for part in text.split("\n\n")}
    assert "<- RESTS ON tier1_without_uveu (uncertain)" in paths["licence_tier1_owner"]
    assert "RESTS ON" not in paths["uveu"]
    assert "share_test_times (C)" in paths["destination_share"]


def test_a_rule_says_when_it_binds_and_what_it_counts(call: Call) -> None:
    rules = json.loads(call("policy", "show", DIFFUSION, "--format", "json").stdout)["rules"]
    by_name = {row["rule"]: row for row in rules}

    assert by_name["home_share"]["binds"] == "headquarters in US, while it holds UVEU"
    assert "test_dates: reporting_dates = 02-01, 08-01" in by_name["home_share"]["settings"]
    assert by_name["nveu_installed_base"]["kind"] == "installed_base"
    assert "licence_in_tier1, charged to the headquarters' country" in by_name["country_allocation"]["counts"]


def test_the_cap_of_the_announced_framework_says_whom_its_exemption_reaches(call: Call) -> None:
    rules = json.loads(call("policy", "show", "three-tier-2025-01", "--format", "json").stdout)["rules"]

    cap = next(row for row in rules if row["rule"] == "national_cap")

    assert cap["binds"] == "everyone; not headquarters in Tier 1 where validated_exempt_from_national_cap is true"


def test_a_pack_without_numbers_says_so(call: Call) -> None:
    assert call("policy", "show", "physical-only").stdout.count("(none)") == 2


def test_values_of_every_type_are_readable(call: Call, tmp_path: Path) -> None:
    more = (
        setting("nobody", "names", "[]"),
        setting("blank", "text", '""'),
        setting("third", "share", '"1/3"'),
        setting("open", "flag", "true"),
        setting("unsure", "count", "3", confidence="D"),
    )
    text = call("policy", "show", write_pack(tmp_path, settings=SETTINGS + "".join(more))).stdout

    for line in (
        "nobody = (none)",
        "blank = (empty)",
        "third = 1/3",
        "open = true",
        "share = 7/100 (7%)  <- ASSUMPTION",
    ):
        assert f"\n{line}\n" in text
    assert "\nunsure = 3  <- CONFIDENCE D\n" in text
