"""Runs one process to its end, with its seconds, its processor time and its memory; kills it where it does not end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
TICK_SECONDS = 0.02
GRACE_SECONDS = 60.0
"""How long a peer may run past the time limit, with a quarter of it on top, before it is killed."""
GRACE_PART = 0.25
LEAVING_SECONDS = 5.0
"""How long what was interrupted may take to leave."""
KILOBYTES_PER_MEGABYTE = 1024


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended, its own children counted."""

    seconds: float
    cpu_seconds: float
    memory_mb: float
    """Peak of the largest single process."""
    code: int
    was_killed: bool


def run_process(arguments: Sequence[object], folder: Path, time_limit_seconds: float) -> Ended:
    """Run Python with arguments, its output in files `stdout` and `stderr` of a folder.

    The process has a group of its own, so that Ctrl-C reaches us alone; the group is then ended.
    """
    latest = time.perf_counter() + time_limit_seconds * (1 + GRACE_PART) + GRACE_SECONDS
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as errors:
        started = time.perf_counter()
        process: subprocess.Popen[bytes] | None = None
        was_killed = False
        try:
            with _interruptions_held():
                process = subprocess.Popen(
                    [sys.executable, *map(str, arguments)],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=errors,
                    env=environment,
                    start_new_session=True,
                )
            while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
                if time.perf_counter() > latest and not was_killed:
                    was_killed = True
                    _end(process.pid)
                time.sleep(TICK_SECONDS)
        except BaseException:
            if process is not None:
                _end(process.pid)
                process.wait()
            raise
        seconds = time.perf_counter() - started
    _, status, usage = ended
    process.returncode = os.waitstatus_to_exitcode(status)  # it has been waited for: Popen need not
    cpu = usage.ru_utime + usage.ru_stime
    return Ended(seconds, cpu, usage.ru_maxrss / KILOBYTES_PER_MEGABYTE, process.returncode, was_killed)


@contextmanager
def _interruptions_held() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM come afterwards: a process whose start they break off would be known to nobody."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    ways = (signal.SIGINT, signal.SIGTERM)
    before = {way: signal.signal(way, lambda number, _: held.append(number)) for way in ways}
    try:
        yield
    finally:
        for way, handler in before.items():
            signal.signal(way, handler)
    for number in held[:1]:
        signal.raise_signal(number)


def _end(group: int) -> None:
    """Interrupt a group, so that our own search can end the worker that it has started apart, and kill what is left."""
    latest = time.perf_counter() + LEAVING_SECONDS
    os.killpg(group, signal.SIGINT)
    while time.perf_counter() < latest:
        if os.waitid(os.P_PID, group, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            break
        time.sleep(TICK_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
