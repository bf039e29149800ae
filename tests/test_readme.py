"""The README shows what the program does today: its example, its Python, its length, its links."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import optimizer
from optimizer.cli.app import app
from tests.cli.conftest import run_process

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = "instances/first-plan"
LEFT_OUT = "\n...\n"


def block(language: str, mark: str) -> str:
    """Return the one fenced block of a language that contains a text."""
    blocks = [
        text for text in re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE) if mark in text
    ]
    assert len(blocks) == 1
    return str(blocks[0])


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) <= 120


def test_the_example_prints_what_the_command_prints() -> None:
    command, _, shown = block("console", EXAMPLE).partition("\n")
    assert command == f"$ placement solve {EXAMPLE}"

    answer = run_process("solve", ROOT / EXAMPLE, "--quiet")

    assert answer.returncode == 0, answer.stderr
    rest = answer.stdout
    for part in shown.split(LEFT_OUT):
        before, found, rest = rest.partition(part.strip("\n"))
        assert found, f"not printed, or not in this order:\n{part}"
        assert before.endswith("\n") or not before


def test_the_python_runs_and_says_what_it_is_said_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    code = block("python", "import optimizer")
    names: dict[str, Any] = {}

    exec(compile(code, "README.md", "exec"), names)

    assert capsys.readouterr().out.strip() == re.findall(r"^print\(.*\)  # (.*)$", code, re.MULTILINE)[0]
    assert names["outcome"].objective == Fraction(13_934_062, 5)
    assert not names["frames"]["placements"].empty
    assert names["outcome"].status is optimizer.Status.OPTIMAL


def test_every_command_has_a_line() -> None:
    table = TEXT[TEXT.index("## Commands") : TEXT.index("## From Python")]
    names = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}

    for name in names:
        assert re.search(rf"\| `placement {name}\b", table) or f", `{name}` |" in table, name


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT))))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
