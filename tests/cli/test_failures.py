"""What goes wrong becomes a few clear lines on stderr and the documented exit code."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

import pytest

from optimizer.errors import InputError, Problem, SolverError
from optimizer.files import read_plan
from tests.cli.conftest import Call, environment

if TYPE_CHECKING:
    from pathlib import Path


def _raise(error: BaseException) -> NoReturn:
    raise error


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, call: Call) -> Call:
    """Return a call of `validate` in which reading the plan raises the error given."""

    def run(error: BaseException) -> object:
        monkeypatch.setattr(read_plan, "read_plan", lambda *_: _raise(error))
        return call("validate", tmp_path)

    return run  # type: ignore[return-value]


def test_every_problem_is_listed_under_their_count(failing: Call) -> None:
    answer = failing(
        InputError([Problem("must not be negative", "sites.csv", 3, "power_mw", "-1", "write 1"), Problem("b")])
    )

    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert answer.stderr == (
        "2 problems in the input:\n"
        "- sites.csv, row 3, column power_mw: must not be negative (got '-1')\n"
        "    hint: write 1\n"
        "- b\n"
    )


def test_one_problem_is_not_several(failing: Call) -> None:
    assert failing(InputError([Problem("b")])).stderr.startswith("1 problem in the input:\n")


def test_a_flood_of_problems_is_cut_and_still_counted(failing: Call) -> None:
    answer = failing(InputError([Problem(str(number)) for number in range(1234)]))

    assert answer.stderr.startswith("1234 problems in the input:\n")
    assert answer.stderr.endswith("- and 1184 more\n")


def test_a_solver_that_fails_is_exit_code_3(failing: Call) -> None:
    answer = failing(SolverError("the solver process ended unexpectedly"))

    assert answer.exit_code == 3
    assert answer.stderr == "solver error: the solver process ended unexpectedly\n"


def test_an_unexpected_exception_is_one_line_and_no_traceback(failing: Call) -> None:
    answer = failing(ZeroDivisionError("division by zero"))

    assert answer.exit_code == 3
    assert "internal error: ZeroDivisionError: division by zero; please report it" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_traceback_is_shown_on_request(failing: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACEMENT_DEBUG", "1")

    answer = failing(ZeroDivisionError("division by zero"))

    assert answer.exit_code == 3
    assert "Traceback" in answer.stderr


def test_a_file_that_cannot_be_written_is_an_input_error(call: Call, plan: Path) -> None:
    answer = call("validate", plan, "--out", plan / "plan.toml" / "x.txt")

    assert answer.exit_code == 2
    assert answer.stderr.startswith("error: ")
    assert "Traceback" not in answer.stderr


def test_ctrl_c_outside_a_search_is_130(failing: Call) -> None:
    answer = failing(KeyboardInterrupt())

    assert answer.exit_code == 130
    assert answer.stderr == "interrupted\n"


@pytest.mark.parametrize("arguments", ["catalogue --countries", "--help", "policy list"])
def test_a_reader_that_goes_away_ends_the_command_quietly(arguments: str) -> None:
    command = f"{sys.executable} -m optimizer {arguments}"

    answer = subprocess.run(
        ["/bin/sh", "-c", f"({command}; echo $? >&2) | true"],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )

    assert answer.stderr.strip() in {"0", "1", "141"}


@pytest.mark.parametrize(
    "setting", ["foo", "=1", "policy.home_share=0.5.1", "policy.nothing=1", "sites[nowhere].pue=1"]
)
def test_a_setting_that_does_not_fit_is_exit_code_2(call: Call, plan: Path, setting: str) -> None:
    answer = call("validate", plan, "--set", setting)

    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("gap", ["x", "-0.1", "100%", "nan", "1", "", "%"])
def test_a_gap_that_is_none_is_exit_code_2(call: Call, plan: Path, gap: str) -> None:
    for option in ("--gap", "--require-gap"):
        answer = call("solve", plan, f"{option}={gap}")

        assert answer.exit_code == 2
        assert option in answer.stderr


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "inf", "nan"])
def test_a_time_limit_that_is_none_is_exit_code_2(call: Call, plan: Path, seconds: str) -> None:
    answer = call("solve", plan, f"--time-limit={seconds}")

    assert answer.exit_code == 2
    assert "--time-limit" in answer.stderr


@pytest.mark.parametrize("option", ["--solver=gurobi", "--strategy=luck", "--threads=0", "--seed=-1", "--format=xml"])
def test_an_option_outside_its_choices_is_exit_code_2(call: Call, plan: Path, option: str) -> None:
    assert call("solve", plan, option).exit_code == 2
