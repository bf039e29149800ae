"""The verdict on one run: beside the published optimum, and beside the price of the placement by the original file."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from benchmarks.classical.answers import Wrong
from benchmarks.classical.shares import tight_shares

if TYPE_CHECKING:
    from benchmarks.classical.data import Published
    from benchmarks.classical.solve import Solved

ROUNDING = Fraction(1, 10**6)
"""Relative difference that a solver's doubles explain in a bound."""


class Verdict(StrEnum):
    """How a run stands. The last three make the exit code 1."""

    OPTIMAL = "optimal"
    """The published optimum, with its proof."""
    FOUND = "found, not proven"
    """The published optimum; the proof was cut short."""
    WITHIN_GAP = "within the gap"
    """Worse than the published optimum by no more than the gap that was asked for."""
    MISSED = "MISSED"
    """Worse than a proven optimum by more than that, or nothing found."""
    CONTRADICTION = "CONTRADICTION"
    """Better than a proven optimum, or a bound that leaves it out: somebody is wrong."""
    WRONG_PRICE = "WRONG PRICE"
    """The placement is no solution of the original problem, or costs something else there."""

    @property
    def is_failure(self) -> bool:
        """Return whether the run failed."""
        return self in {Verdict.MISSED, Verdict.CONTRADICTION, Verdict.WRONG_PRICE}


def judge(published: Published, solved: Solved, gap_asked: float) -> tuple[Verdict, str]:
    """Return the verdict on a run and the reason for it, empty where there is nothing to say."""
    if solved.value is None:
        return Verdict.MISSED, f"nothing was found: {solved.status}"
    if isinstance(solved.priced, Wrong):
        return Verdict.WRONG_PRICE, solved.priced.reason
    if solved.priced != solved.value:
        return Verdict.WRONG_PRICE, f"the file makes it {float(solved.priced or 0):,.10g}"
    return _beside(published, solved, solved.value, gap_asked)


def _beside(published: Published, solved: Solved, value: Fraction, gap_asked: float) -> tuple[Verdict, str]:
    """Return the verdict on a value that the original file confirms."""
    sign = 1 if published.is_minimum else -1
    worse = sign * (value - published.value)
    slack = published.tolerance + ROUNDING * abs(published.value)
    if published.is_proven and worse < -published.tolerance:
        return Verdict.CONTRADICTION, f"better than a proven optimum by {float(-worse):,.10g}"
    if solved.bound is not None and sign * (solved.bound - published.value) > slack:
        return Verdict.CONTRADICTION, "the bound leaves the published optimum out"
    if worse <= published.tolerance:
        return (Verdict.OPTIMAL, "") if solved.status == "optimal" else (Verdict.FOUND, f"the gap is {solved.gap:.2g}")
    if worse <= Fraction(gap_asked) * abs(published.value):
        return Verdict.WITHIN_GAP, f"worse by {float(worse):,.10g}"
    return Verdict.MISSED, f"worse by {float(worse):,.10g}"


def judge_shares(plain: Solved, shared: Solved) -> tuple[Verdict, str] | None:
    """Return what is wrong with a run with the shares on, None where nothing is: same value, every share slack."""
    if plain.status == shared.status == "optimal" and plain.value != shared.value:
        return Verdict.CONTRADICTION, "the shares move the value, though a solution of that value keeps them"
    tight = tight_shares(shared.result)
    return (Verdict.CONTRADICTION, f"{tight[0]} is not slack") if tight else None
