"""How tests of the command line call it, and the plan they call it with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from optimizer.cli.app import app

Call = Callable[..., Result]
ROOT = Path(__file__).parents[2]


def environment(**extra: str) -> dict[str, str]:
    """Return the environment of a child process that finds this package whether it is installed or not."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **extra}


def unmeasured(**extra: str) -> dict[str, str]:
    """Return the environment of a child process that is interrupted: coverage is not measured there.

    Its tracer takes a lock at the first line of each file, and an interruption at that moment never gives it back.
    """
    return {name: text for name, text in environment(**extra).items() if not name.startswith("COVERAGE_PROCESS")}


@pytest.fixture
def call() -> Call:
    def run(*arguments: object, **options: Any) -> Result:  # noqa: ANN401  whatever typer's runner takes
        return CliRunner().invoke(app, [str(argument) for argument in arguments], **options)

    return run


@pytest.fixture
def plan(tmp_path: Path, call: Call) -> Path:
    """Return the plan that `init` writes."""
    directory = tmp_path / "my-plan"
    assert call("init", directory).exit_code == 0
    return directory


@pytest.fixture
def tiny_plan(tmp_path: Path) -> Path:
    """Return a plan whose answer is plain: two servers fit in Ohio and are worth 1,000 each unit, 16,000 in all."""
    document = {
        "name": "tiny",
        "company": {"name": "Example", "headquarters": "US"},
        "horizon": {"start": "2025Q1", "periods": 1},
        "sites": [{"site": "ohio", "country": "US", "power_mw": "1", "max_units": 16}],
        "accelerators": [{"accelerator": "chip", "tpp": 1000, "power_kw": "1", "block": 8}],
        "deliveries": [{"accelerator": "chip", "period": "2025Q1", "units": 24}],
        "values": [{"site": "ohio", "accelerator": "chip", "value_usd_per_unit": 1000}],
    }
    file = tmp_path / "tiny.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def run_process(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "optimizer", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment(), check=False, timeout=120)
