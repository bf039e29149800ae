"""Modules of halls in the exact check: what does not fit the plan, and what is wrong in itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.verify.check import verify
from tests.builders import adding, case, placing, site

CAMPUS = case(
    sites=[site("ohio", "US", power_mw=0, opening_cost_usd=1)],
    delivered={"chip": [5, 0, 0]},
    periods=3,
    halls=[{"site": "ohio", "hall": "north", "power_mw": 1, "modules": 3, "available_from": "2025Q2"}],
)


def faults(placement: Placement) -> tuple[str, ...]:
    return verify(CAMPUS, compile_limits(CAMPUS), placement).faults


def test_modules_that_grow_at_an_open_site_are_no_fault() -> None:
    assert faults(adding(CAMPUS, placing(CAMPUS, ohio=5), north=(0, 1, 3))) == ()


@pytest.mark.parametrize(
    ("modules", "fault"),
    [
        ({1: (0, 1, 1)}, "the plan has no hall number 1"),
        ({-1: (0, 1, 1)}, "the plan has no hall number -1"),
        ({0: (0, 1)}, "the hall north has 2 periods, the plan has 3"),
        ({0: (0, 2, 1)}, "the hall north shrinks"),
        ({0: (0, -1, 0)}, "the hall north has a negative number of modules"),
        ({0: (1, 1, 1)}, "the hall north has modules in 2025Q1, before its available_from"),
    ],
)
def test_modules_that_cannot_be_are_faults(modules: dict[int, tuple[int, ...]], fault: str) -> None:
    assert fault in faults(replace(placing(CAMPUS, ohio=5), modules=modules))


def test_modules_at_a_closed_site_are_a_fault() -> None:
    late = Placement({(0, 0): (0, 0, 5)}, {0: 2}, modules={0: (0, 1, 1)})

    assert faults(late) == ("the hall north has modules in 2025Q2 while ohio is not open",)
