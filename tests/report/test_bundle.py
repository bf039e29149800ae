from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from optimizer.audit import audit
from optimizer.errors import InputError
from optimizer.files.read_placement import read_placement
from optimizer.report import bundle
from optimizer.report.bundle import write_bundle
from optimizer.report.compose import compose
from optimizer.report.facilities import compose_facilities, facilities_csv
from optimizer.report.registry import render
from optimizer.strategy.outcome import Status
from tests.builders import entering, placing, site
from tests.report.small_fleet import COMMAND, VERSIONS, no_placement, small_case, small_outcome, small_result
from tests.rules.diffusion import company

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.report.document import ResultDocument

FILES = [
    "countries.csv",
    "entries.csv",
    "limits.csv",
    "openings.csv",
    "paths.csv",
    "periods.csv",
    "placement.csv",
    "repairs.csv",
    "replay.txt",
    "report.html",
    "report.md",
    "run.json",
    "served.csv",
    "summary.json",
    "values.csv",
    "workloads.csv",
]


def names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


@pytest.fixture
def plan_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "plan"
    folder.mkdir()
    for name in ("plan.toml", "sites.csv", "private.txt"):
        (folder / name).write_text(f"{name}\n", encoding="utf-8")
    return folder


def result_of(folder: Path) -> ResultDocument:
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("plan.toml", "sites.csv")}
    document = small_result()
    return document.model_copy(update={"plan": document.plan.model_copy(update={"input_sha256": digests})})


def test_bundle_holds_the_answer_in_every_form(tmp_path: Path) -> None:
    target = tmp_path / "runs" / "first"

    assert write_bundle(small_result(), target) == target

    assert names(target) == FILES
    assert (target / "summary.json").read_text(encoding="utf-8") == render(small_result(), "json")
    assert (target / "placement.csv").read_text(encoding="utf-8") == render(small_result(), "csv")
    assert (target / "replay.txt").read_text(encoding="utf-8") == f"{COMMAND}\n"
    assert names(target.parent) == ["first"]


def test_bundle_of_an_outcome_adds_the_accounting_by_facility(tmp_path: Path) -> None:
    outcome = small_outcome()
    assert outcome.placement is not None

    write_bundle(small_result(), tmp_path / "run", outcome=outcome)

    assert names(tmp_path / "run") == sorted([*FILES, "facilities.csv"])
    text = (tmp_path / "run" / "facilities.csv").read_text(encoding="utf-8")
    assert text == facilities_csv(compose_facilities(outcome.case, outcome.placement).rows)
    assert "facilities.csv" in json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["files"]


def test_bundle_of_an_outcome_without_a_placement_accounts_for_nothing(tmp_path: Path) -> None:
    outcome = no_placement(Status.INFEASIBLE)

    write_bundle(compose(outcome, versions=VERSIONS), tmp_path / "run", outcome=outcome)

    assert (tmp_path / "run" / "facilities.csv").read_text(encoding="utf-8") == facilities_csv(())


def test_a_kept_run_with_legal_paths_is_judged_by_what_is_kept(tmp_path: Path) -> None:
    """Which path units entered by cannot be told from where they stand, so the run keeps it."""
    fleet = company(site("johor", "MY"), delivered=1)
    placement = entering(fleet, placing(fleet, johor=1), {("MY", "licence"): 1})
    outcome = small_outcome(fleet, placement)

    write_bundle(compose(outcome, versions=VERSIONS), tmp_path / "run", outcome=outcome)

    read = read_placement(tmp_path / "run", fleet.plan)
    assert read.entered_units == placement.entered_units
    assert audit(fleet, read).verification.passed


def test_bundle_keeps_the_inputs_and_their_hashes_but_nothing_else_of_the_folder(
    tmp_path: Path, plan_folder: Path
) -> None:
    target = tmp_path / "run"

    write_bundle(result_of(plan_folder), target, plan_folder)

    assert names(target / "inputs") == ["plan.toml", "sites.csv"]
    assert (target / "inputs" / "sites.csv").read_text(encoding="utf-8") == "sites.csv\n"
    run = json.loads((target / "run.json").read_text(encoding="utf-8"))
    assert [(row["file"], row["kept"], row["changed_since_read"]) for row in run["inputs"]] == [
        ("plan.toml", True, False),
        ("sites.csv", True, False),
    ]


def test_bundle_says_when_an_input_changed_during_the_run(tmp_path: Path, plan_folder: Path) -> None:
    document = result_of(plan_folder)
    (plan_folder / "sites.csv").write_text("edited\n", encoding="utf-8")
    (plan_folder / "plan.toml").unlink()

    write_bundle(document, tmp_path / "run", plan_folder)

    run = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert [(row["kept"], row["changed_since_read"]) for row in run["inputs"]] == [(False, False), (True, True)]


def test_bundle_of_a_plan_in_one_file_keeps_that_file(tmp_path: Path) -> None:
    file = tmp_path / "fleet.json"
    file.write_text("{}", encoding="utf-8")
    document = small_result()
    plan = document.plan.model_copy(update={"input_sha256": {"fleet.json": hashlib.sha256(b"{}").hexdigest()}})

    write_bundle(document.model_copy(update={"plan": plan}), tmp_path / "run", file)

    assert names(tmp_path / "run" / "inputs") == ["fleet.json"]


def test_run_file_says_how_to_make_the_answer_again(tmp_path: Path) -> None:
    write_bundle(small_result(small_case(home_share="45/100")), tmp_path / "run")

    run = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert run["command"] == COMMAND
    assert run["parameters"]["seed"] == 0
    assert run["policy"]["changed_settings"] == {"home_share": "9/20"}
    assert run["versions"]["ortools"] == "9.15.6755"
    assert run["files"] == FILES


def test_an_earlier_run_is_replaced_whole(tmp_path: Path, plan_folder: Path) -> None:
    target = tmp_path / "run"
    write_bundle(result_of(plan_folder), target, plan_folder)

    write_bundle(small_result().model_copy(update={"command": None}), target)

    assert names(target) == [name for name in FILES if name != "replay.txt"]
    assert names(tmp_path) == ["plan", "run"]


def test_an_empty_directory_is_used(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()

    write_bundle(small_result(), tmp_path / "run")

    assert names(tmp_path / "run") == FILES


@pytest.mark.parametrize("content", [None, "not json", "[]", '{"made_by": "somebody else"}'])
def test_a_directory_that_holds_no_earlier_run_is_left_alone(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    if content is not None:
        (tmp_path / "run.json").write_text(content, encoding="utf-8")
    before = names(tmp_path)

    with pytest.raises(InputError, match=r"(?s)^--out: the directory is not empty and holds no earlier run.*hint"):
        write_bundle(small_result(), tmp_path)

    assert names(tmp_path) == before
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_somebodys_notes_beside_an_earlier_run_are_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "run"
    write_bundle(small_result(), target)
    (target / "notes.md").write_text("mine", encoding="utf-8")

    with pytest.raises(InputError, match=r"also notes\.md"):
        write_bundle(small_result(), target)

    assert (target / "notes.md").read_text(encoding="utf-8") == "mine"


def test_an_earlier_run_is_kept_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "run"
    write_bundle(small_result(), target)
    before = {name: (target / name).read_bytes() for name in FILES}

    def full_disk(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundle, "write_csv", full_disk)
    with pytest.raises(InputError, match=r"^--out: the directory cannot be written: No space left on device"):
        write_bundle(small_result().model_copy(update={"command": "another"}), target)

    assert {name: (target / name).read_bytes() for name in names(target)} == before
    assert names(tmp_path) == ["run"]


def test_an_earlier_run_is_kept_when_the_last_rename_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "run"
    write_bundle(small_result(), target)
    rename = type(target).rename

    def refuse_the_new_one(self: Path, to: Path) -> Path:
        if to == target and not self.name.endswith(".old"):
            raise OSError(13, "Permission denied")
        return rename(self, to)

    monkeypatch.setattr(type(target), "rename", refuse_the_new_one)
    with pytest.raises(InputError, match="Permission denied"):
        write_bundle(small_result(), target)

    assert names(target) == FILES
    assert names(tmp_path) == ["run"]


def test_nothing_is_left_behind_when_the_run_is_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(bundle, "write_csv", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bundle(small_result(), tmp_path / "run")

    assert names(tmp_path) == []


def test_a_file_of_that_name_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine", encoding="utf-8")

    with pytest.raises(InputError, match=r"^--out: a file of that name is in the way"):
        write_bundle(small_result(), tmp_path / "run")

    assert (tmp_path / "run").read_text(encoding="utf-8") == "mine"
