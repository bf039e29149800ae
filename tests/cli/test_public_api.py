"""The same as the commands, through `import optimizer`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import optimizer
from tests.cli.conftest import environment

if TYPE_CHECKING:
    from pathlib import Path


def test_importing_the_package_loads_no_solver_and_no_data_frames() -> None:
    code = (
        "import sys, optimizer\n"
        "optimizer.InputError, optimizer.read_plan, optimizer.load_policy, optimizer.audit_placement\n"
        "print([name for name in ('ortools', 'pandas') if name in sys.modules])"
    )

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)

    assert answer.stdout == "[]\n"


def test_a_case_is_made_and_judged_without_loading_a_solver(tiny_plan: Path) -> None:
    code = (
        "import sys, optimizer\n"
        "case = optimizer.make_case(optimizer.read_plan(sys.argv[1]))\n"
        "optimizer.audit_placement(case), optimizer.headroom(case, optimizer.Placement())\n"
        "print([name for name in ('ortools', 'pandas') if name in sys.modules])"
    )

    answer = subprocess.run(
        [sys.executable, "-c", code, str(tiny_plan)], capture_output=True, text=True, env=environment(), check=True
    )

    assert answer.stdout == "[]\n"


@pytest.mark.parametrize("name", optimizer.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(optimizer, name) is not None
    assert name in dir(optimizer)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = optimizer.nothing_of_the_kind


def test_a_plan_goes_from_file_to_data_frames(tiny_plan: Path) -> None:
    plan = optimizer.read_plan(tiny_plan)

    outcome = optimizer.place_fleet(plan, options=optimizer.SearchOptions(relative_gap=0.0))
    frames = optimizer.to_frames(optimizer.compose(outcome))

    assert outcome.status is optimizer.Status.OPTIMAL
    assert outcome.objective == 16_000
    assert frames["placements"]["units_standing"].tolist() == [16]


def test_a_placement_is_judged_and_its_room_found(tiny_plan: Path) -> None:
    plan = optimizer.read_plan(tiny_plan)
    case = optimizer.make_case(plan)

    verdict = optimizer.audit_placement(case, optimizer.Placement({(0, 0): (24,)}, {0: 0}))
    room = optimizer.headroom(case, optimizer.Placement(), sites=["ohio"])

    assert [reading.limit.group for reading in verdict.verification.broken] == ["max_units[ohio]"]
    assert [row.units for row in room] == [16]
