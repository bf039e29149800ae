"""The command in a real process that a test stops on the way: it says at once what it does, and is never left behind."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from tests.cli.conftest import unmeasured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 120.0
"""Seconds that anything may take on a busy machine."""
PROMPT = """
from optimizer.cli import app, progress
from optimizer.strategy import goals

progress.QUIET_SECONDS, progress.PIPE_SECONDS = 0.0, 0.05
goals.LEAST_SECONDS = 10.0
app.main()
"""
"""The command whose progress shows from the beginning, many times a second, and whose goals have time on a busy machine."""


class Running:
    """A command under way; its stderr goes to a file that can be watched."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process, self._log = process, log

    @property
    def stderr(self) -> str:
        """Return what it has said so far."""
        return self._log.read_text(encoding="utf-8")

    def wait_until(self, is_so: Callable[[], object]) -> None:
        """Wait until something is so; fail where the command ends first."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert self.process.poll() is None, f"it ended by itself: {self.stderr!r}"
            assert time.monotonic() < deadline, f"not in time: {self.stderr!r}"
            time.sleep(0.01)

    def wait_for(self, words: str) -> None:
        """Wait until it says some words."""
        self.wait_until(lambda: words in self.stderr)

    def end(self) -> str:
        """Return what it has printed on stdout when it has ended."""
        return self.process.communicate(timeout=PATIENCE)[0]


@contextmanager
def running(log: Path, *arguments: object) -> Iterator[Running]:
    """Start the command; whatever becomes of the test, nothing is left of it."""
    command = [sys.executable, "-c", PROMPT, *map(str, arguments)]
    with log.open("w", encoding="utf-8") as stderr, _ended(command, stderr) as process:
        yield Running(process, log)


@contextmanager
def _ended(command: list[str], stderr: IO[str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=unmeasured()) as process:
        try:
            yield process
        finally:
            process.kill()
