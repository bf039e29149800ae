"""docs/writing-a-policy.md: its packs can be used as they stand, and its tables list what a pack may say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.policies.names import READ_BY_NAME
from optimizer.policies.pack_problems import OWN_KEYS
from optimizer.policies.policy import Policy
from optimizer.policies.setting import Setting, SettingType
from optimizer.policies.specs import PATH_SETTINGS, SETTING_FIELDS, PathSpec, RuleSpec
from optimizer.rules.fields import NEEDS, READ_BY_ALL, READ_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

    from tests.cli.conftest import Call

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/writing-a-policy.md").read_text(encoding="utf-8")
TOML = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
SHORT = TOML[0]
WITH_PATHS = next(block for block in TOML if "[[paths]]" in block)
FIRST_PLAN = ROOT / "instances/first-plan"
SHARE_OPTIONS = READ_FIELDS["home_share"] - set(NEEDS["home_share"])


@pytest.fixture
def save(tmp_path: Path) -> Path:
    return tmp_path / "my-policy.toml"


def solved(call: Call, pack: Path, *more: object) -> dict[str, object]:
    answer = call("solve", FIRST_PLAN, "--policy", pack, "--quiet", "--format", "json", *more)
    assert answer.exit_code == 0, answer.stderr
    document: dict[str, object] = json.loads(answer.stdout)
    return document


def table(heading: str, first: str) -> dict[str, list[str]]:
    """Return a table below a heading whose first column is called so: name in the first cell to the other cells."""
    section = TEXT[TEXT.index(f"### {heading}") :].split("\n### ")[0].split("\n#### ")[0]
    lines = section[section.index(f"| {first} |") :].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")] for line in lines]
    return {row[0].strip("`"): row[1:] for row in cells}


def names(fields: Mapping[str, FieldInfo]) -> set[str]:
    return {field.alias or name for name, field in fields.items()}


def test_the_first_pack_has_at_most_twenty_lines() -> None:
    lines = [line for line in SHORT.splitlines() if line.strip() and not line.strip().startswith("#")]

    assert len(lines) <= 20


@pytest.mark.parametrize("text", [SHORT, WITH_PATHS])
def test_its_packs_pass_the_check_without_a_warning(call: Call, save: Path, text: str) -> None:
    save.write_text(text, encoding="utf-8")

    answer = call("policy", "check", save)

    assert answer.exit_code == 0, answer.stderr
    assert "warnings" not in answer.stdout


def test_the_first_pack_places_the_first_plan(call: Call, save: Path) -> None:
    """At 10% all twenty servers fit in Johor, as at the 8% that the instance works out: 2,788,126.4 USD."""
    save.write_text(SHORT, encoding="utf-8")

    document = solved(call, save)

    assert document["status"] == "optimal"
    assert document["objective"] == 2_788_126.4


def test_a_number_of_the_first_pack_is_replaced_by_name_for_one_run(call: Call, save: Path) -> None:
    """At 7% it is the instance's own optimum: 2,786,812.4 USD."""
    save.write_text(SHORT, encoding="utf-8")

    assert solved(call, save, "--set", "policy.abroad=7%")["objective"] == 2_786_812.4


def test_the_pack_with_paths_places_the_first_plan_within_its_table(call: Call, save: Path) -> None:
    """The table leaves 1,000,000 TPP in 2025Q1 and 2,000,000 in 2025Q2 to Johor: 7 and 15 servers of 128,000 TPP.

    2025Q1: a rack and three servers in Ohio, seven in Johor, 769,478.4 + 3 x 33,726 + 7 x 34,164. 2025Q2: the same in Ohio,
    15 servers in Johor, a rack and the last two servers in Dublin, 769,478.4 + 744,249.6 + 3 x 33,726 + 15 x 34,164 +
    2 x 31,974, less 520,000 for Dublin. Together 2,781,118.4 USD.
    """
    save.write_text(WITH_PATHS, encoding="utf-8")

    document = solved(call, save)

    assert document["objective"] == 2_781_118.4


def test_the_mistakes_it_shows_are_reported_as_it_shows_them(call: Call, save: Path) -> None:
    wrong = SHORT.replace('value = "10%"', "value = 0.1").replace('share = "home"', 'share = "hom"')
    save.write_text(wrong, encoding="utf-8")
    shown = next(block for block in re.findall(r"^```text\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE))

    answer = call("policy", "check", save)

    assert answer.exit_code == 2
    assert answer.stderr == shown


def test_its_tables_list_every_key_of_a_pack_and_of_a_setting() -> None:
    assert set(table("At the top", "key")) == names(Policy.model_fields) - OWN_KEYS
    assert set(table("A setting", "key")) == names(Setting.model_fields)
    assert set(table("A setting", "type")) == set(SettingType)
    assert set(table("A setting", "setting")) == READ_BY_NAME


def test_its_tables_list_every_field_with_the_types_of_setting_it_names() -> None:
    for heading, model, naming in (("A rule", RuleSpec, SETTING_FIELDS), ("A path", PathSpec, PATH_SETTINGS)):
        rows = table(heading, "field")
        assert set(rows) == names(model.model_fields)
        for field, types in naming.items():
            holds = rows[field.rstrip("_")][0]
            assert holds.startswith("setting: ")
            assert all(kind in holds for kind in types), field


def test_its_table_of_kinds_says_what_each_needs_and_may_have() -> None:
    rows = table("A rule", "kind")
    assert set(rows) == set(NEEDS)
    for kind, (_, needs, may_have) in rows.items():
        assert set(re.findall(r"`(\w+)`", needs)) == set(NEEDS[kind])
        options = READ_FIELDS[kind] - set(NEEDS[kind]) - READ_BY_ALL
        written = SHARE_OPTIONS if may_have == "the same" else set(re.findall(r"`(\w+)`", may_have))
        assert {name.rstrip("_") for name in written} == {name.rstrip("_") for name in options}, kind


def test_the_commands_it_names_exist(call: Call) -> None:
    for command in sorted(set(re.findall(r"^\$ placement (policy \w+|\w+)", TEXT, re.MULTILINE))):
        assert call(*command.split(), "--help").exit_code == 0
