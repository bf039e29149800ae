"""Published problems give their published optima, proven, and cost as much by the original file.

The files are no part of the project: where they are absent these tests are skipped, and say so.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.classical.data import VARIABLE, has_data
from benchmarks.classical.families import FAMILIES, LARGE, Instance, find_instances
from benchmarks.classical.judge import Verdict, judge_shares
from benchmarks.classical.run import Ran, run, run_with_shares
from optimizer import SearchOptions
from optimizer.files.columns import TABLES
from tests.cli.conftest import Call, call

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["call"]

OPTIONS = SearchOptions(relative_gap=1e-8)
ABSENT = f"the published problems are not here: put them in ../shared/classical or name their folder in {VARIABLE}"
pytestmark = pytest.mark.skipif(not has_data(), reason=ABSENT)

FAST = {
    "sscflp": ["holmberg_p1", "holmberg_p6", "holmberg_p13", "holmberg_p22", "cap72"],
    "cflp": ["cap41", "cap62", "cap103"],
    "uflp": ["cap71", "cap102", "cap134"],
    "mkp": ["mknap1_1", "mknap1_2", "mknap1_3", "mknap1_4", "mknap1_5"],
}
"""Each in about a second."""
SLOW = {
    "sscflp": [f"holmberg_p{number}" for number in (2, 3, 4, 9, 14, 17, 21, 23)],
    "cflp": ["cap44", "cap64", "cap94", "cap123", "cap134"],
    "uflp": ["cap73", "cap104", "cap131", "KCAPMO2"],
    "mkp": ["mknap1_6", "mknap1_7"],
}
NEEDS = {"cflp": "workloads", "uflp": "workloads", "transport": "workloads", "mkp": "resources"}


def instance_of(family: str, name: str) -> Instance:
    needed = NEEDS.get(family, "sites")
    if not TABLES[needed].supported:
        pytest.skip(f"{needed}.csv is not supported yet")
    return find_instances([family], [name])[0]


def assert_optimal(ran: Ran) -> None:
    assert (ran.verdict, ran.why) == (Verdict.OPTIMAL, "")
    assert ran.priced == ran.solved.value
    assert ran.solved.status == "optimal"


@pytest.mark.parametrize(("family", "name"), [(family, name) for family, names in FAST.items() for name in names])
def test_a_published_optimum_is_found_and_proven(family: str, name: str) -> None:
    assert_optimal(run(instance_of(family, name), OPTIONS))


@pytest.mark.slow
@pytest.mark.parametrize(("family", "name"), [(family, name) for family, names in SLOW.items() for name in names])
def test_a_further_published_optimum_is_found_and_proven(family: str, name: str) -> None:
    assert_optimal(run(instance_of(family, name), OPTIONS))


@pytest.mark.slow
def test_the_optimum_that_depends_on_national_caps_is_found_and_every_cap_binds() -> None:
    ran = run(instance_of("transport", "ran13x13"), OPTIONS)

    caps = [row for row in ran.solved.result["limits"] if row["rule"].startswith("national_cap")]
    assert_optimal(ran)
    assert len(caps) == 13
    assert {row["binding"] for row in caps} == {"binding"}


@pytest.mark.slow
@pytest.mark.parametrize(("family", "name"), [("sscflp", "holmberg_p1"), ("cflp", "cap62"), ("uflp", "cap71")])
def test_shares_that_the_optimum_keeps_do_not_move_it(family: str, name: str) -> None:
    instance = instance_of(family, name)
    plain = run(instance, OPTIONS)
    shared = run_with_shares(instance, plain.solved, OPTIONS)

    assert_optimal(shared)
    assert judge_shares(plain.solved, shared.solved) is None


def test_every_published_instance_belongs_to_a_family_and_large_ones_have_to_be_named() -> None:
    found = {(instance.family.name, instance.name) for instance in find_instances()}

    assert len(found) == 24 + 24 + 29 + 12 + 2 + 37 + 1
    assert not {name for _, name in found} & LARGE
    assert [one.name for one in find_instances(["cflp"], ["capa_8000"])] == ["capa_8000"]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_published_file_can_be_read(family: str) -> None:
    for instance in find_instances([family]):
        assert instance.problem().name == instance.name


def test_the_knapsacks_print_the_optima_that_are_published() -> None:
    for instance in find_instances(["mkp"]):
        assert instance.problem().printed_best == instance.published.value


def test_the_command_prints_a_row_for_each_run(call: Call) -> None:
    answer = call("bench", "classical", "sscflp", "--instance", "holmberg_p1", "--shares", "--format", "json")

    rows = json.loads(answer.stdout)["rows"]
    assert answer.exit_code == 0
    assert [(row["instance"], row["verdict"]) for row in rows] == [
        ("holmberg_p1", "optimal"),
        ("holmberg_p1 with shares", "optimal"),
    ]
    assert rows[0]["published"] == rows[0]["ours"] == rows[0]["priced again"] == 8848
    assert "sscflp holmberg_p1: optimal" in answer.stderr


def test_the_command_keeps_plans_that_solve_takes(call: Call, tmp_path: Path) -> None:
    kept = call("bench", "classical", "sscflp", "--instance", "holmberg_p6", "--keep", tmp_path / "plans")
    answer = call("solve", tmp_path / "plans" / "sscflp-holmberg_p6", "--format", "json", "--gap", "1e-8")

    assert kept.exit_code == 0
    assert json.loads(answer.stdout)["objective_exact"] == "-7777"
