"""The command as a whole: help, versions, what is imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.conftest import Call, environment

COMMANDS = (
    "init",
    "validate",
    "solve",
    "compare",
    "sweep",
    "audit",
    "headroom",
    "facilities",
    "catalogue",
    "schema",
    "bench",
)


def test_help_names_every_command(call: Call) -> None:
    answer = call("--help")

    assert answer.exit_code == 0
    assert all(f"\n  {name} " in answer.stdout for name in (*COMMANDS, "policy", "version"))


@pytest.mark.parametrize("arguments", [(name,) for name in COMMANDS] + [("policy", "list"), ("policy", "show")])
def test_help_of_each_command_shows_examples_and_no_control_codes(call: Call, arguments: tuple[str, ...]) -> None:
    answer = call(*arguments, "--help")

    assert answer.exit_code == 0
    assert "Examples:" in answer.stdout
    assert f"placement {' '.join(arguments)}" in answer.stdout
    assert "\x1b" not in answer.stdout


def test_version_is_an_option_and_a_command(call: Call) -> None:
    assert call("--version").stdout == call("version").stdout
    assert call("version").stdout.startswith("datacentre-placement ")
    assert "ortools 9." in call("version").stdout


def test_unknown_command_is_a_usage_error_with_a_suggestion(call: Call) -> None:
    answer = call("solv", "my-plan")

    assert answer.exit_code == 2
    assert "solve" in answer.stderr
    assert answer.stdout == ""


def test_missing_argument_is_a_usage_error(call: Call) -> None:
    assert call("solve").exit_code == 2


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, optimizer.cli.app\n"
        "print([name for name in ('ortools', 'numpy', 'pandas', 'rich', 'optimizer.schema.plan') if name in sys.modules])"
    )

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)

    assert answer.stdout == "[]\n"
