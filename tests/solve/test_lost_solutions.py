"""A program that HiGHS calls optimal without a solution is asked again another way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import SolverError
from optimizer.solve import mathopt
from optimizer.solve.backend import Request, SolveOptions
from optimizer.solve.highs import Highs
from optimizer.solve.result import SolveResult, Termination
from tests.solve.programs import at_most, program

WHOLE = program([5.0, 4.0], [at_most([2.0, 3.0], 5.0)])
LINEAR = WHOLE.with_integer(np.zeros(2, dtype=bool))
LOST = f"highs failed: {mathopt.SOLUTION_LOST}; inconsistent termination reason"
ANSWER = SolveResult(Termination.SOLVED, np.zeros(2), 0.0, 0.0)


def asked(monkeypatch: pytest.MonkeyPatch, request: Request, fails: int, why: str = LOST) -> list[SolveOptions]:
    """Return the options of every attempt when the first `fails` of them fail."""
    seen: list[SolveOptions] = []

    def attempt(_backend: object, request: Request, *_: object) -> SolveResult:
        seen.append(request.options)
        if len(seen) <= fails:
            raise SolverError(why)
        return ANSWER

    monkeypatch.setattr(mathopt, "_run", attempt)
    mathopt.run(Highs(), request, None, lambda _: None)
    return seen


def test_a_linear_program_goes_to_the_other_method_and_then_to_a_tighter_tolerance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = SolveOptions(is_interior=True)
    seen = asked(monkeypatch, Request("highs", LINEAR, options, None, None), 2)
    assert seen == [options, replace(options, is_interior=False), replace(options, is_careful=True)]


def test_a_whole_program_goes_without_presolve(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = asked(monkeypatch, Request("highs", WHOLE, SolveOptions(), None, None), 1)
    assert seen == [SolveOptions(), SolveOptions(presolve=False)]


@pytest.mark.parametrize(("fails", "why"), [(3, LOST), (1, "highs failed: something else")])
def test_other_failures_and_the_last_one_are_raised(monkeypatch: pytest.MonkeyPatch, fails: int, why: str) -> None:
    with pytest.raises(SolverError, match="highs failed"):
        asked(monkeypatch, Request("highs", LINEAR, SolveOptions(), None, None), fails, why)


def test_a_careful_solve_asks_for_a_tighter_tolerance() -> None:
    def tolerance(options: SolveOptions) -> dict[str, float]:
        return dict(Highs().parameters(options, None).highs.double_options)

    assert "primal_feasibility_tolerance" not in tolerance(SolveOptions())
    assert tolerance(SolveOptions(is_careful=True))["primal_feasibility_tolerance"] < 1e-7
