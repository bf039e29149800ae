"""A plan keeps its meaning from a directory to JSON and back."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InputError
from optimizer.files.document import parse_json, read_document
from optimizer.files.problems import Problems
from optimizer.files.read_plan import read_plan
from optimizer.files.write_document import to_files, to_json, write_document
from tests.files.good_plan import GOOD, VALUES, write_files
from tests.files.test_good_input import MINIMAL


def test_a_directory_to_json_and_back(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {**GOOD, "values.csv": VALUES})
    document = read_document(folder)
    write_document(document, tmp_path / "plan.json")
    assert read_document(tmp_path / "plan.json") == document
    write_document(read_document(tmp_path / "plan.json"), tmp_path / "again")
    assert read_document(tmp_path / "again") == document
    plans = [read_plan(path) for path in (folder, tmp_path / "plan.json", tmp_path / "again")]
    for plan in plans[1:]:
        assert (plan.sites, plan.accelerators, plan.installed) == (
            plans[0].sites,
            plans[0].accelerators,
            plans[0].installed,
        )
        assert (plan.policy, plan.economics, plan.assumptions) == (
            plans[0].policy,
            plans[0].economics,
            plans[0].assumptions,
        )
    assert list(plans[1].input_sha256) == ["plan.json"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["again", "plan", "plan.json"]


def test_workloads_to_json_and_back(tmp_path: Path) -> None:
    tables = {
        "workloads.csv": "workload,period,demand_tpp,must_serve,countries\nchat,,900,true,US;MY\nchat,2025Q3,7,,\n",
        "service.csv": "workload,site,value_usd_per_tpp,latency_ms\nchat,ohio,-17/3,2.5\n",
    }
    folder = write_files(tmp_path, {**GOOD, **tables})
    write_document(read_document(folder), tmp_path / "plan.json")
    write_document(read_document(tmp_path / "plan.json"), tmp_path / "again")

    first, second, third = (read_plan(path) for path in (folder, tmp_path / "plan.json", tmp_path / "again"))
    assert first.workloads == second.workloads == third.workloads
    assert first.service == second.service == third.service
    assert (first.workloads[0].countries, len(first.service or ())) == (frozenset({"US", "MY"}), 1)


@pytest.mark.parametrize("name", ["budgeted", "inference-europe"])
def test_every_table_of_an_instance_to_json_and_back(name: str, tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "instances" / name
    write_document(read_document(folder), tmp_path / "plan.json")
    write_document(read_document(tmp_path / "plan.json"), tmp_path / "again")

    first, second, third = (read_plan(path) for path in (folder, tmp_path / "plan.json", tmp_path / "again"))
    assert replace(second, input_sha256=first.input_sha256) == first
    assert replace(third, input_sha256=first.input_sha256) == first


def test_python_values_are_written_exactly(tmp_path: Path) -> None:
    site = {"site": "ohio", "country": "US", "power_mw": 0.1, "pue": Decimal("1.10"), "opens_from": date(2026, 1, 1)}
    site |= {"value_multiplier": Fraction(5, 4), "allowed_accelerators": ["GB300"], "power_includes_installed": True}
    document = {**MINIMAL, "sites": [site], "economics": {"must_place": True, "defaults": {"pue": 1.5}}}
    for name in ("plan.json", "plan"):
        write_document(document, tmp_path / name)
    first, second = read_plan(tmp_path / "plan.json"), read_plan(tmp_path / "plan")
    assert first.sites == second.sites
    assert (first.sites[0].power_mw[0], first.sites[0].opens_from) == (Fraction(1, 10), 1)
    assert first.economics == second.economics


@pytest.mark.parametrize("name", ["plan.json", "plan"])
def test_nothing_is_overwritten(name: str, tmp_path: Path) -> None:
    write_document(MINIMAL, tmp_path / name)
    with pytest.raises(InputError, match="exists already"):
        write_document(MINIMAL, tmp_path / name)


@pytest.mark.parametrize(
    "value",
    [float("nan"), Decimal("inf"), "a\0b", "\ud800", object(), b"x"],
    ids=["not a number", "infinity", "null character", "half a surrogate pair", "no plain value", "bytes"],
)
def test_what_no_file_can_hold_is_refused_and_leaves_nothing(value: object, tmp_path: Path) -> None:
    for name in ("plan.json", "plan"):
        with pytest.raises(InputError, match="a plan cannot hold"):
            write_document({**MINIMAL, "sites": [{"site": value}]}, tmp_path / name)
        with pytest.raises(InputError, match="a plan cannot hold"):
            write_document({"policy": {"name": value}}, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        write_document(MINIMAL, tmp_path / "file" / "plan")


def test_nesting_has_an_end() -> None:
    deep: dict[str, object] = {}
    for _ in range(50):
        deep = {"deeper": deep}
    for write in (to_json, to_files):
        with pytest.raises(InputError, match="nested"):
            write({"policy": deep})


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
SCALARS = st.integers() | st.booleans() | st.decimals(allow_nan=False, allow_infinity=False) | TEXTS


@given(st.dictionaries(TEXTS, SCALARS | st.lists(SCALARS)))
def test_any_setting_survives_both_forms(overrides: dict[str, object]) -> None:
    written = {"policy": overrides}
    assert tomllib.loads(to_files(written)["plan.toml"], parse_float=Decimal).get("policy", {}) == overrides
    problems = Problems()
    assert parse_json(to_json(written), "plan.json", problems) == written
    assert json.loads(to_json(written))
