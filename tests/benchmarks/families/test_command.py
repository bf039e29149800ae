"""`placement bench families`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.families.kinds import KINDS
from benchmarks.families.sizes import SIZES
from tests.cli.conftest import Call, call

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["call"]


def test_every_size_kind_and_seed_is_a_directory(call: Call, tmp_path: Path) -> None:
    out = tmp_path / "out"

    answer = call(
        *("bench", "families", "--size", "S", "--size", "m", "--kind", "base", "--kind", "tight"),
        *("--seed", 2, "--seed", 3, "--sites", 12, "--accelerators", 2, "--periods", 3, "--out", out),
    )

    assert answer.exit_code == 0
    names = [f"{size}-{kind}-{seed}" for size in ("s", "m", "12x2x3") for kind in ("base", "tight") for seed in (2, 3)]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert [line.rsplit("/", 1)[-1] for line in answer.stderr.splitlines()] == names
    assert call("validate", out / "12x2x3-tight-3").exit_code == 0


def test_a_directory_that_stands_there_is_left_alone_and_nothing_is_written(call: Call, tmp_path: Path) -> None:
    (tmp_path / "s-base-2").mkdir()

    answer = call("bench", "families", "--size", "s", "--seed", 1, "--seed", 2, "--out", tmp_path)

    assert answer.exit_code == 2
    assert "s-base-2: exists already" in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["s-base-2"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--size", "q"), "is no size (got 'q')"),
        (("--size", "s", "--kind", "easy"), "is no kind (got 'easy')"),
        ((), "no size is named"),
        (("--periods", 3), "--accelerators and --periods are of a size of your own"),
        (("--sites", 9), "--sites is out of range (got '9')"),
        (("--sites", 20, "--accelerators", 9), "--accelerators is out of range (got '9')"),
        (("--sites", 20, "--periods", 0), "--periods is out of range (got '0')"),
    ],
)
def test_what_is_wrong_is_said(call: Call, tmp_path: Path, arguments: tuple[object, ...], message: str) -> None:
    answer = call("bench", "families", *arguments, "--out", tmp_path)

    assert answer.exit_code == 2
    assert message in answer.stderr
    assert not list(tmp_path.iterdir())


def test_the_list_names_every_size_and_kind(call: Call) -> None:
    rows = json.loads(call("bench", "families", "--list", "--format", "json").stdout)["rows"]

    assert [row["name"] for row in rows] == [*SIZES, *KINDS]
    assert all(row["about"] for row in rows)


def test_where_the_package_is_installed_alone_the_command_says_what_to_run(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    answer = call("bench", "families", "--list")

    assert answer.exit_code == 2
    assert "python -m benchmarks.families" in answer.stderr
