"""Whether a plan exists: yes with a placement, no with a proof, and nothing in between but the clock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.explain.budget import Budget
from optimizer.explain.feasibility import Feasibility
from optimizer.rules.registry import compile_limits
from optimizer.verify.check import verify
from tests.builders import site
from tests.explain.small_plans import EXACT, KILOWATT_CHIP, asking, case_of
from tests.last_plans import write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.rules.case import Case
    from optimizer.solve.session import Session


def must_place_five(power_mw: str, block: int = 1) -> Case:
    """Five chips of 1 kW have to stand."""
    return case_of(
        sites=[site("ohio", "US", power_mw=power_mw), site("texas", "US", power_mw=power_mw)],
        accelerators=[{**KILOWATT_CHIP, "block": block}],
        delivered=5 * block,
        economics={"must_place": "by_end"},
    )


def test_a_yes_comes_with_a_placement_that_passes_the_exact_check(session: Session) -> None:
    case = must_place_five("0.003")
    limits = compile_limits(case)

    answer = asking(session).ask(case, limits)

    assert answer.exists is True
    assert answer.placement is not None
    assert verify(case, limits, answer.placement).passed


def test_a_no_may_come_from_the_relaxation_or_from_whole_blocks(session: Session) -> None:
    """0.004 MW hold four chips; 0.005 MW hold two and a half blocks of two, five in parts and four whole."""
    assert asking(session).ask(*_with_limits(must_place_five("0.002"))).exists is False
    assert asking(session).ask(*_with_limits(must_place_five("0.005", block=2))).exists is False


def _with_limits(case: Case) -> tuple[Case, tuple]:  # type: ignore[type-arg]
    return case, compile_limits(case)


def test_after_a_last_plan_what_it_meets_and_what_it_cannot_need_no_solver(session: Session, tmp_path: Path) -> None:
    """Five frozen chips are what the last plan has; 0.004 MW hold four."""
    last = {"plan": write_csv(tmp_path / "last.csv", {("ohio", "chip"): {"2025Q1": 5}}), "freeze_through": "2025Q1"}

    def company(power_mw: str) -> Case:
        ohio = site("ohio", "US", power_mw=power_mw)
        return case_of(sites=[ohio], accelerators=[KILOWATT_CHIP], delivered=5, last=last)

    feasibility = asking(session)
    met, missed = feasibility.ask(*_with_limits(company("0.005"))), feasibility.ask(*_with_limits(company("0.004")))

    assert (met.exists, missed.exists) == (True, False)
    assert feasibility.budget.num_solves == 0


def test_each_question_is_solved_once(session: Session) -> None:
    case, limits = _with_limits(must_place_five("0.003"))
    feasibility = asking(session)

    first, again = feasibility.ask(case, limits), feasibility.ask(case, reversed(limits))

    assert first is again
    assert feasibility.budget.num_solves == 1


def test_arithmetic_alone_takes_no_solve(session: Session) -> None:
    case = case_of(
        sites=[site("ohio", "US", power_mw="0.001", power_includes_installed=True)],
        accelerators=[KILOWATT_CHIP],
        installed=[{"site": "ohio", "accelerator": "chip", "units": 2}],
    )
    feasibility = asking(session)

    assert feasibility.ask(case, compile_limits(case)).exists is False
    assert feasibility.budget.num_solves == 0


def test_without_time_nothing_is_said_and_the_question_may_be_asked_again(session: Session) -> None:
    case, limits = _with_limits(must_place_five("0.003"))
    feasibility = Feasibility(EXACT, Budget(session, seconds=0.0))

    assert feasibility.ask(case, limits).exists is None

    feasibility.budget = replace(feasibility.budget, seconds=None)
    assert feasibility.ask(case, limits).exists is True
