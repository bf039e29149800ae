"""The verdict on a run, and the exit code of the command that follows from it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.classical import families, judge
from benchmarks.classical.answers import Answer, Wrong
from benchmarks.classical.data import VARIABLE, Published
from benchmarks.classical.judge import Verdict, judge_shares
from benchmarks.classical.solve import Solved
from tests.benchmarks.classical.test_readers import HOLMBERG, OPTIMA
from tests.cli.conftest import Call, call

__all__ = ["call"]

PUBLISHED = Published("x", "CFLP", Path("x.txt"), True, Fraction(100), Fraction(1, 1000), True, "")
RUN = Solved(
    "optimal", Fraction(100), Fraction(100), 0.0, 1.0, Fraction(100), {"limits": []}, Answer({}, frozenset(), {})
)
GAP = 0.01


def ours(value: object, bound: object = 100, status: str = "optimal", gap: float = 0.0) -> Solved:
    number = Fraction(str(value))
    return replace(RUN, value=number, priced=number, bound=Fraction(str(bound)), status=status, gap=gap)


@pytest.mark.parametrize(
    ("run", "verdict", "why"),
    [
        (RUN, Verdict.OPTIMAL, ""),
        (ours("100.0005", "100.0005"), Verdict.OPTIMAL, ""),
        (ours(100, 99, "feasible", 0.01), Verdict.FOUND, "the gap is 0.01"),
        (ours("100.5", 99, "within_gap"), Verdict.WITHIN_GAP, "worse by 0.5"),
        (ours(102, 99, "feasible"), Verdict.MISSED, "worse by 2"),
        (ours("99.9", 99), Verdict.CONTRADICTION, "better than a proven optimum by 0.1"),
        (ours(102, 101), Verdict.CONTRADICTION, "the bound leaves the published optimum out"),
        (replace(RUN, priced=Fraction(99)), Verdict.WRONG_PRICE, "the file makes it 99"),
        (replace(RUN, priced=Wrong("site 1 is not open")), Verdict.WRONG_PRICE, "site 1 is not open"),
        (replace(RUN, value=None, status="infeasible"), Verdict.MISSED, "nothing was found: infeasible"),
    ],
)
def test_the_verdict_on_a_run(run: Solved, verdict: Verdict, why: str) -> None:
    assert judge.judge(PUBLISHED, run, GAP) == (verdict, why)


def test_a_maximum_is_missed_from_below_and_contradicted_from_above() -> None:
    largest = replace(PUBLISHED, is_minimum=False)

    assert judge.judge(largest, ours(98, 101, "feasible"), GAP)[0] is Verdict.MISSED
    assert judge.judge(largest, ours(101, 101), GAP)[0] is Verdict.CONTRADICTION
    assert judge.judge(largest, ours(98, 99), GAP)[0] is Verdict.CONTRADICTION


def test_an_optimum_that_nobody_proved_may_be_improved() -> None:
    assert judge.judge(replace(PUBLISHED, is_proven=False), ours(99, 99), GAP)[0] is Verdict.OPTIMAL


def test_shares_may_neither_move_the_value_nor_be_tight() -> None:
    tight = {"limits": [{"key": "home_share[US,2025Q1]", "rule": "home_share", "binding": "binding"}]}

    assert judge_shares(RUN, RUN) is None
    assert judge_shares(RUN, ours(101, 101)) == (
        Verdict.CONTRADICTION,
        "the shares move the value, though a solution of that value keeps them",
    )
    assert judge_shares(RUN, replace(RUN, result=tight)) == (
        Verdict.CONTRADICTION,
        "home_share[US,2025Q1] is not slack",
    )


@pytest.fixture
def small_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the `optima.csv` of a folder in which one small single-source problem, of optimum 310.5, is published."""
    for folder in ("sscflp_holmberg", "cflp_orlib"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "optima.csv").write_text(OPTIMA, encoding="utf-8")
    (tmp_path / "sscflp_holmberg" / "tiny.txt").write_text(HOLMBERG, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path / "sscflp_holmberg" / "optima.csv"


@pytest.mark.parametrize(("value", "verdict", "code"), [("310.5", "optimal", 0), ("309", "CONTRADICTION", 1)])
def test_the_exit_code_says_whether_an_optimum_was_missed(
    call: Call, small_data: Path, value: str, verdict: str, code: int
) -> None:
    small_data.write_text(f"{OPTIMA}tiny,tiny.txt,SSCFLP,min,{value},,,yes,s,\n", encoding="utf-8")

    answer = call("bench", "classical", "sscflp", "--format", "json")

    assert json.loads(answer.stdout)["rows"][0]["verdict"] == verdict
    assert answer.exit_code == code


def test_a_price_that_disagrees_is_exit_code_1(call: Call, small_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_data.write_text(f"{OPTIMA}tiny,tiny.txt,SSCFLP,min,310.5,,,yes,s,\n", encoding="utf-8")
    wrong = replace(families.FAMILIES["sscflp"], price=lambda *_: Wrong("customer 1 is not served"))
    monkeypatch.setattr(families, "FAMILIES", {"sscflp": wrong})

    answer = call("bench", "classical", "sscflp")

    assert answer.exit_code == 1
    assert "WRONG PRICE" in answer.stdout
    assert "customer 1 is not served" in answer.stdout


def test_without_the_files_the_command_says_where_it_looked(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/nowhere")

    answer = call("bench", "classical")

    assert answer.exit_code == 2
    assert "the published problems are not here" in answer.stderr


def test_where_the_package_is_installed_alone_the_command_says_what_to_run(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    answer = call("bench", "classical")

    assert answer.exit_code == 2
    assert "python -m benchmarks.classical" in answer.stderr
    assert sys.modules["benchmarks"] is not None


def test_every_other_word_is_a_directory_of_instances(call: Call) -> None:
    assert "holds no instance" in call("bench", "./classical").stderr
    assert "Missing argument 'DIR...'" in call("bench").stderr
    assert "placement bench classical mkp" in call("bench", "classical", "--help").stdout
