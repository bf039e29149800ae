"""`policy check FILE`: everything that is wrong with a planner's pack at once; else what it holds, with warnings."""

from __future__ import annotations

import ast
import csv
import importlib
import inspect
import io
import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from optimizer.cli.policy_warnings import pack_warnings
from optimizer.policies.load import load_policy, policy_names
from optimizer.policies.specs import RuleSpec
from optimizer.rules.fields import NEEDS, READ_BY_ALL, READ_FIELDS
from optimizer.rules.registry import POLICY_RULES
from tests.policies.packs import CLOSED_TIER_3, SETTINGS, pack_text, setting, write_pack

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call

TODAY = date(2026, 11, 22)
SHARE = 'kind = "destination_share"\nshare = "share"\ntiers = [2]\ncitation = "own"'
CAP = 'kind = "national_cap"\ncap = "cap"\ntiers = [2]\ncitation = "own"'
LEGAL_PATH = 'kind = "legal_path"\ncitation = "own"'
READ = f"{SHARE}\n\n{CAP}\n\n{CLOSED_TIER_3}"
"""Rules that read both settings of the small pack and close Tier 3."""


def path(extra: str = "tiers = [2]") -> str:
    return f'\n[[paths]]\nkey = "way"\ncitation = "own"\n{extra}\n'


def warned(folder: Path, *, more: str = "", **parts: str) -> dict[str, str]:
    """Return the warnings of a pack by place."""
    file = folder / "own.toml"
    file.write_text(pack_text(**{"rules": READ, **parts}) + more, encoding="utf-8")
    return {problem.column or "": problem.message for problem in pack_warnings(load_policy(str(file)), TODAY)}


# --- What is wrong ----------------------------------------------------------------------------------------------------


def test_mistakes_of_file_and_of_rules_come_in_one_list(call: Call, tmp_path: Path) -> None:
    """A value that does not fit, a kind that does not exist, a rule without its number, a choice without a meaning."""
    odd = setting("unit", "choice", '"racks"', 'choices = ["racks", "chips"]')
    rules = (
        f"{CLOSED_TIER_3.replace('closed_destination', 'closed_destnation')}\n\n"
        f'kind = "home_share"\nhome = "US"\ncitation = "own"\n\n{CAP}\ncap_unit = "unit"'
    )
    file = write_pack(tmp_path, settings=SETTINGS.replace('"7/100"', "0.07") + odd, rules=rules)

    answer = call("policy", "check", file)

    assert answer.exit_code == 2
    assert "4 problems in the input" in answer.stderr
    assert "own.toml, column settings.share.value: a share must be exact" in answer.stderr
    assert "own.toml, column rules[closed_destnation]: no rule of kind" in answer.stderr
    assert "did you mean closed_destination?" in answer.stderr
    assert "own.toml, column rules[home_share]: a rule of kind home_share needs share" in answer.stderr
    assert "docs/writing-a-policy.md" in answer.stderr
    assert "own.toml, column settings.unit: no meaning for the choice racks" in answer.stderr


def test_mistakes_in_rules_alone_are_found_too(call: Call, tmp_path: Path) -> None:
    answer = call("policy", "check", write_pack(tmp_path, rules='kind = "quota"\ncitation = "own"'))

    assert answer.exit_code == 2
    assert "own.toml, column rules[quota]: no rule of kind 'quota'" in answer.stderr


def test_a_field_in_the_wrong_shape_is_not_called_missing_as_well(call: Call, tmp_path: Path) -> None:
    answer = call("policy", "check", write_pack(tmp_path, rules=CAP.replace('"cap"', "50000")))

    assert "1 problem in the input" in answer.stderr
    assert "rules[national_cap].cap: expected the name of a setting (got '50000')" in answer.stderr


def test_a_rule_that_names_a_missing_setting_is_checked_all_the_same(call: Call, tmp_path: Path) -> None:
    answer = call("policy", "check", write_pack(tmp_path, rules=f'{CAP.replace("[2]", "[]")}\ncap_unit = "unit"'))

    assert "rules[national_cap].cap_unit: the pack has no setting of that name" in answer.stderr
    assert "a rule of kind national_cap needs tiers" in answer.stderr


def test_a_file_that_is_no_toml_is_shown_with_line_and_column(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('name = "own"\n[settings.share]\nvalue = 7%\n', encoding="utf-8")

    answer = call("policy", "check", file)

    assert answer.exit_code == 2
    assert "1 problem in the input" in answer.stderr
    assert "line 3, column 10" in answer.stderr
    assert "line 3 reads 'value = 7%'" in answer.stderr


@pytest.mark.parametrize("content", [None, b"name = 'Z\xfcrich'"])
def test_a_file_that_cannot_be_read_is_refused_once(call: Call, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "own.toml"
    if content is not None:
        file.write_bytes(content)

    answer = call("policy", "check", file)

    assert answer.exit_code == 2
    assert "1 problem in the input" in answer.stderr


# --- What is good -----------------------------------------------------------------------------------------------------


def test_a_good_pack_is_summed_up_with_its_dates(call: Call, tmp_path: Path) -> None:
    dates = 'after = "closed"\neffective_until = 2027-12-31'
    answer = call("policy", "check", write_pack(tmp_path, dates=dates, rules=READ))

    text = " ".join(answer.stdout.split())
    assert answer.exit_code == 0
    assert "from 2025-01-01 until 2027-12-31, then nothing more may be added outside Tier 1" in text
    assert "3: destination_share, national_cap, closed_destination" in text
    assert "2: cap, share" in text
    assert "warnings" not in text


def test_a_script_reads_summary_and_warnings(call: Call, tmp_path: Path) -> None:
    file = write_pack(tmp_path)

    document = json.loads(call("policy", "check", file, "--format", "json").stdout)
    rows = list(csv.DictReader(io.StringIO(call("policy", "check", file, "--format", "csv").stdout)))
    markdown = call("policy", "check", file, "--format", "markdown").stdout

    assert document["policy"] == "own"
    assert [row["where"] for row in document["warnings"]] == ["settings.cap", "settings.share"]
    assert [row["where"] for row in rows if row["kind"] == "warning"] == ["settings.cap", "settings.share"]
    assert "| settings.cap | no rule and no path reads it |" in markdown


@pytest.mark.parametrize("name", policy_names())
def test_every_shipped_pack_passes(call: Call, name: str) -> None:
    assert call("policy", "check", name).exit_code == 0


# --- Warnings ---------------------------------------------------------------------------------------------------------


def test_a_plain_pack_is_not_warned_of(tmp_path: Path) -> None:
    assert not warned(tmp_path)


def test_a_setting_that_nothing_reads_is_warned_of_unless_the_program_knows_it_by_name(tmp_path: Path) -> None:
    settings = SETTINGS + setting("spare", "count", "3") + setting("listed_as", "text", '"Example"')

    assert warned(tmp_path, settings=settings) == {"settings.spare": "no rule and no path reads it"}


def test_a_field_that_the_kind_does_not_read_is_warned_of(tmp_path: Path) -> None:
    """A share has no last day of its own: `until` would be passed over in silence."""
    settings = SETTINGS + setting("end", "date", "2026-12-31")
    rules = READ.replace('share = "share"', 'share = "share"\nuntil = "end"')

    assert warned(tmp_path, settings=settings, rules=rules) == {
        "rules[destination_share].until": "a rule of kind destination_share does not read it"
    }


def test_paths_that_no_rule_asks_for_are_warned_of(tmp_path: Path) -> None:
    assert "chips need none" in warned(tmp_path, more=path())["paths"]


def test_a_rule_that_asks_for_paths_where_there_are_none_is_warned_of(tmp_path: Path) -> None:
    found = warned(tmp_path, rules=f"{READ}\n\n{LEGAL_PATH}")

    assert "every destination is closed" in found["rules[legal_path]"]


@pytest.mark.parametrize(
    ("extra", "settings", "where", "why"),
    [
        ("tiers = [4]", "", "tiers", "no destination is of Tier 4"),
        ("tiers = []", "", "tiers", "no destination is of no tier"),
        (
            'tiers = [1]\ncountries = "places"',
            setting("places", "countries", '["MY", "AE"]'),
            "countries",
            "none of AE, MY is of Tier 1",
        ),
        ("tiers = [2]\nowner = { tiers = [4] }", "", "owner", "no headquarters lies within it"),
        ("tiers = [2]\noperator = { }", "", "operator", "no headquarters lies within it"),
        ('tiers = [2]\nnames = "few"', setting("few", "names", "[]"), "names", "few lists no company"),
        (
            'tiers = [2]\nfrom = "first"\nuntil = "last"',
            setting("first", "date", "2026-07-01") + setting("last", "date", "2026-06-30"),
            "until",
            "it ends on 2026-06-30, before it begins on 2026-07-01",
        ),
    ],
)
def test_a_path_that_nobody_can_use_is_warned_of(
    tmp_path: Path, extra: str, settings: str, where: str, why: str
) -> None:
    rules = f"{READ}\n\n{LEGAL_PATH}"

    assert warned(tmp_path, settings=SETTINGS + settings, rules=rules, more=path(extra)) == {
        f"paths[way].{where}": f"nobody can use this path: {why}"
    }


def test_a_path_that_somebody_can_use_is_not_warned_of(tmp_path: Path) -> None:
    extra = 'tiers = [2]\ncountries = "places"\nowner = { countries = ["US"] }'
    settings = SETTINGS + setting("places", "countries", '["MY"]')

    assert not warned(tmp_path, settings=settings, rules=f"{READ}\n\n{LEGAL_PATH}", more=path(extra))


def test_a_rule_whose_paths_lead_elsewhere_is_warned_of(tmp_path: Path) -> None:
    base = 'kind = "installed_base"\ncap = "cap"\npaths = ["way"]\ntiers = [1]\ncitation = "own"'

    found = warned(tmp_path, rules=f"{READ}\n\n{LEGAL_PATH}\n\n{base}", more=path())

    assert found == {"rules[installed_base].paths": "the path way leads to none of the rule's destinations"}


def test_a_tier_that_no_country_is_in_is_warned_of(tmp_path: Path) -> None:
    assert warned(tmp_path, rules=READ.replace("[2]", "[2, 5]", 1)) == {
        "rules[destination_share].tiers": "no country is of this tier"
    }


def test_a_pack_that_leaves_embargoed_destinations_open_is_warned_of(tmp_path: Path) -> None:
    assert "embargoed" in warned(tmp_path, rules=f"{SHARE}\n\n{CAP}")["rules"]


def test_days_that_lie_too_late_are_warned_of(tmp_path: Path) -> None:
    """The small pack and its settings are as of 2026-01-31."""
    ended = 'after = "hold"\neffective_until = 2025-12-31'
    newer = SETTINGS.replace("2026-01-31", "2026-03-01", 1)
    text = pack_text(rules=READ).replace("as_of = 2026-01-31\neffective", "as_of = 2999-01-31\neffective")
    (tmp_path / "late.toml").write_text(text, encoding="utf-8")

    assert warned(tmp_path, dates=ended) == {"as_of": "the pack had ended when it was written"}
    assert warned(tmp_path, settings=newer) == {"settings.cap.as_of": "is newer than the pack"}
    late = pack_warnings(load_policy(str(tmp_path / "late.toml")), TODAY)
    assert [(problem.column, problem.message) for problem in late] == [("as_of", "lies in the future")]


def test_a_number_without_a_confidence_or_with_an_unknown_one_is_warned_of(tmp_path: Path) -> None:
    settings = SETTINGS.replace('confidence = "assumption"\n', "", 1).replace('"assumption"', '"fairly"')

    assert warned(tmp_path, settings=settings) == {
        "settings.cap.confidence": "not given: how sure the number is, nobody can see",
        "settings.share.confidence": "no such confidence",
    }


# --- What each kind reads ---------------------------------------------------------------------------------------------


def test_what_a_kind_reads_is_known_for_every_kind_and_covers_what_it_needs() -> None:
    assert sorted(READ_FIELDS) == sorted(POLICY_RULES)
    assert all(set(NEEDS[kind]) <= READ_FIELDS[kind] | READ_BY_ALL for kind in NEEDS)
    assert frozenset().union(*READ_FIELDS.values(), READ_BY_ALL) == set(RuleSpec.model_fields)


@pytest.mark.parametrize("kind", POLICY_RULES)
def test_a_rule_reads_no_field_of_the_pack_that_is_not_listed_for_its_kind(kind: str) -> None:
    module = importlib.import_module(POLICY_RULES[kind].__module__)

    read = {
        node.attr
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "spec"
    }

    assert read & set(RuleSpec.model_fields) <= READ_FIELDS[kind] | READ_BY_ALL
