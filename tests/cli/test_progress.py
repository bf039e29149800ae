"""Progress on stderr: nothing for short solves, plain lines in a pipe, one live line on a terminal."""

from __future__ import annotations

import io
import time

import pytest

from optimizer.cli import progress
from optimizer.cli.progress import ProgressLine
from optimizer.strategy.search import SearchProgress

MOMENT = SearchProgress("whole blocks", "highs", 3.0, 1_000_000.0, 1_010_000.0, 17)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "PIPE_SECONDS", 0.02)
    monkeypatch.setattr(progress, "TICK_SECONDS", 0.02)


def _watch(stream: io.StringIO, *, is_on: bool = True, words: str = "whole blocks") -> str:
    with ProgressLine(is_on=is_on, stream=stream, currency="USD") as line:
        line.see(MOMENT)
        deadline = time.monotonic() + 20
        while is_on and words not in stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
    return stream.getvalue()


@pytest.mark.usefixtures("_impatient")
def test_a_pipe_gets_plain_lines() -> None:
    text = _watch(io.StringIO())

    assert "whole blocks (highs)  best 1,000,000 USD  bound 1,010,000  gap 1.000%  0 s\n" in text
    assert "\x1b" not in text
    assert "\r" not in text


@pytest.mark.usefixtures("_impatient")
def test_a_terminal_gets_one_line_that_vanishes() -> None:
    text = _watch(Terminal())

    assert "best 1,000,000 USD" in text
    assert text.rstrip().endswith("\x1b[2K")  # the line is erased, and the cursor shown again before that


def test_a_short_solve_shows_nothing() -> None:
    stream = io.StringIO()

    with ProgressLine(stream=stream) as line:
        line.see(MOMENT)

    assert stream.getvalue() == ""


@pytest.mark.usefixtures("_impatient")
def test_quiet_shows_nothing() -> None:
    assert _watch(io.StringIO(), is_on=False) == ""


def test_what_is_not_known_yet_is_said() -> None:
    line = ProgressLine(is_on=False)
    assert line.text().startswith("building the model")

    line.see(SearchProgress("relaxed blocks", "scip", 1.0, None, None, 0))
    assert line.text().startswith("relaxed blocks (scip)  best none yet  bound none yet  gap unknown")


def test_nothing_is_worth_minus_zero() -> None:
    line = ProgressLine(is_on=False, currency="USD")
    line.see(SearchProgress("whole blocks", "highs", 1.0, -0.0, 10.0, 0))

    assert "best 0 USD" in line.text()


@pytest.mark.usefixtures("_impatient")
def test_a_stderr_that_is_gone_does_not_end_the_solve() -> None:
    stream = io.StringIO()
    stream.close()

    with ProgressLine(stream=_Gone()) as line:
        line.see(MOMENT)
        time.sleep(0.1)


class _Gone(io.StringIO):
    def write(self, text: str) -> int:  # noqa: ARG002  the name is io's
        raise BrokenPipeError


def test_a_goal_shows_where_it_stands_and_no_money() -> None:
    line = ProgressLine(currency="USD")

    line.see(SearchProgress("fewest_sites at most 12: dive", "highs", 1.0, None, None, 0, is_money=False))

    assert line.text().startswith("fewest_sites at most 12: dive (highs)  0 s")
    assert "USD" not in line.text()
