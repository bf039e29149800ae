"""What the measurement of large plans runs: every stage, on a placement that the exact check passes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.scale import filled, measure
from optimizer.files.read_plan import read_plan
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.verify.check import verify

if TYPE_CHECKING:
    import pytest

FIRST_PLAN = Path("instances/first-plan")
STAGES = [
    "read",
    "case and limits",
    "program",
    "values of a start",
    "verify",
    "document",
    "as JSON",
    "as a table",
    "kept run",
]


def test_every_stage_is_measured_and_written_out_as_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = measure(FIRST_PLAN)

    assert list(seconds) == STAGES
    assert len(capsys.readouterr().out.splitlines()) == len(STAGES)


def test_sites_are_filled_with_whole_blocks_that_are_delivered_and_have_power() -> None:
    case = make_case(read_plan(FIRST_PLAN))
    limits = tuple(limit for limit in compile_limits(case) if limit.rule in {"deliveries", "site_power", "openings"})

    placement = filled(case)

    assert placement.standing_units
    assert verify(case, limits, placement).passed
