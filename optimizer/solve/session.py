"""Runs solves in a worker process and stays in control: live progress, deadlines, Ctrl-C, lost workers.

The worker is started on first use (or ahead, by `start`) and reused. Where a backend cannot be interrupted its worker is
ended and the best incumbent it saved is returned. However a solve ends, nothing of it can reach the next one.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from optimizer.errors import SolverError
from optimizer.solve.backend import Interrupt, Request
from optimizer.solve.registry import BACKENDS
from optimizer.solve.result import Progress, SolveResult, Termination
from optimizer.solve.tree import Dive, Growth

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from optimizer.model.formulation import Formulation
    from optimizer.solve.backend import SolveOptions

GRACE_SECONDS = 5.0
"""How long past its time limit, or after an interruption, a backend may take before its process is ended."""
POLL_SECONDS = 0.1
CLOSING_SECONDS = 2.0
"""How long an idle worker may take to leave by itself."""
LOG_ROUNDING = 1e-6
"""Logs print seven digits or more; a bound read from one is loosened by this part, so that it stays a bound."""
_LOST = object()
"""Stands in the queue where a worker's answers end."""


class Session:
    """A worker process for any number of solves, one at a time. Use as a context manager."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[object] = queue.Queue()
        self._threads: int | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="placement-")
        self._stop_asked = threading.Event()
        self.interrupted = False
        """Whether the user has stopped a solve of this session."""

    def __enter__(self) -> Session:
        """Return the session."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the worker."""
        self.close()

    def start(self) -> None:
        """Start the worker now, so that it is ready when the first program is. Raises SolverError when it cannot be."""
        if self._process is not None and self._process.poll() is None:
            return
        self._end_worker()
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "optimizer.solve.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,
            )
        except OSError as error:
            msg = f"the solver process cannot be started: {error}"
            raise SolverError(msg) from error
        self._answers = queue.Queue()
        threading.Thread(target=_receive, args=(self._process, self._answers), daemon=True).start()

    def close(self) -> None:
        """End the worker and remove its files; closing twice does no harm."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError, subprocess.TimeoutExpired):
                self._process.stdin.close()
                self._process.wait(timeout=CLOSING_SECONDS)
        self._end_worker()
        self._folder.cleanup()

    def stop(self) -> None:
        """Interrupt the solve that another thread waits for, or its next one, as Ctrl-C would in the main thread."""
        self._stop_asked.set()

    def solve(
        self,
        backend: str,
        formulation: Formulation,
        options: SolveOptions,
        *,
        hint: npt.NDArray[np.float64] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> SolveResult:
        """Solve a formulation and return the answer.

        A KeyboardInterrupt while waiting stops the solve and returns its best incumbent with `interrupted` set; a second
        one is raised. Raises SolverError when the backend fails or its process is lost.
        """
        if formulation.num_columns == 0:
            return _empty(formulation)
        if self._threads not in {None, options.threads}:
            self._end_worker()  # HiGHS fixes its number of threads at its first solve
        self._threads = options.threads
        incumbents = None if BACKENDS[backend].can_interrupt else Path(self._folder.name) / "incumbents.sol"
        if incumbents is not None:
            incumbents.unlink(missing_ok=True)
        return self._answer(Request(backend, formulation, options, hint, incumbents), on_progress)

    def grow(self, growth: Growth | Dive, on_progress: Callable[[Progress], None] | None = None) -> SolveResult:
        """Grow a tree, or dive, and return how far that came; interrupted and lost as a solve is."""
        return self._answer(growth, on_progress)

    def _answer(self, request: Request | Growth | Dive, on_progress: Callable[[Progress], None] | None) -> SolveResult:
        """Return the answer of the worker, or what is known where it had to be ended."""
        self.start()
        watch = _Watch(on_progress)
        try:
            answer = self._ask(request, watch)
        except BaseException:
            self._end_worker()  # what it still has to say would be taken for the next request's answer
            raise
        if isinstance(answer, Exception):
            raise SolverError(str(answer)) from answer
        if isinstance(answer, SolveResult):
            return replace(answer, interrupted=watch.interrupted)
        self._end_worker()
        return _salvaged(request, watch)

    def _ask(self, request: Request | Growth | Dive, watch: _Watch) -> object | None:
        """Return the worker's answer; None where it gave none in time. Raises SolverError when the worker is lost."""
        limit = request.time_limit_seconds
        deadline = watch.started + limit + max(GRACE_SECONDS, limit / 10) if limit is not None else inf
        sent, answer = False, None
        try:
            self._send(request)
            sent = True
            answer = self._wait(deadline, watch)
        except KeyboardInterrupt:
            self.interrupted = watch.interrupted = True
        if answer is None and sent and (isinstance(request, Growth | Dive) or BACKENDS[request.backend].can_interrupt):
            with suppress(SolverError):
                self._send(Interrupt())
                answer = self._wait(time.monotonic() + GRACE_SECONDS, watch)
        if answer is _LOST and not watch.interrupted:
            raise SolverError(self._obituary())
        return None if answer is _LOST else answer

    def _send(self, message: object) -> None:
        stream = self._process.stdin if self._process else None
        if stream is None:
            msg = "the solver process is not running"
            raise SolverError(msg)
        try:
            pickle.dump(message, stream)
            stream.flush()
        except OSError as error:
            msg = "the solver process ended before it could be asked"
            raise SolverError(msg) from error

    def _wait(self, deadline: float, watch: _Watch) -> object | None:
        """Return the answer, or None once the deadline has passed."""
        while time.monotonic() < deadline:
            if self._stop_asked.is_set():
                self._stop_asked.clear()
                raise KeyboardInterrupt
            with suppress(queue.Empty):
                message = self._answers.get(timeout=POLL_SECONDS)
                if not isinstance(message, Progress):
                    return message
                watch.see(message)
        return None

    def _obituary(self) -> str:
        code = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                code = self._process.wait(timeout=CLOSING_SECONDS)
        how = f"signal {-code}; out of memory?" if code is not None and code < 0 else f"exit status {code}"
        return f"the solver process ended unexpectedly ({how})"

    def _end_worker(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
            self._process = None


class _Watch:
    """Remembers when a solve began, how it was stopped and what it last proved; passes progress on."""

    def __init__(self, on_progress: Callable[[Progress], None] | None) -> None:
        self._on_progress = on_progress
        self.started = time.monotonic()
        self.interrupted = False
        self.best_bound: float | None = None
        self.nodes = 0

    def see(self, progress: Progress) -> None:
        if progress.best_bound is not None:
            self.best_bound = progress.best_bound
        self.nodes = progress.nodes
        if self._on_progress is not None:
            self._on_progress(progress)


def _receive(process: subprocess.Popen[bytes], answers: queue.Queue[object]) -> None:
    """Move messages from the worker's pipe to a queue until it ends."""
    stream = process.stdout
    while stream is not None:
        try:
            answers.put(pickle.load(stream))
        except Exception:  # noqa: BLE001  a pipe cut off anywhere can raise anything, and the session must hear of it
            answers.put(_LOST)
            return


def _salvaged(request: Request | Growth | Dive, watch: _Watch) -> SolveResult:
    """Return what is known of a solve whose worker had to be ended: its last saved incumbent, its last bound."""
    formulation = request.formulation
    file = request.incumbent_file if isinstance(request, Request) else None
    values = _last_incumbent(file, formulation.num_columns)
    bound = watch.best_bound
    return SolveResult(
        Termination.STOPPED,
        values,
        formulation.value(values) if values is not None else None,
        inf if bound is None else bound + abs(bound) * LOG_ROUNDING,
        watch.nodes,
        time.monotonic() - watch.started,
        hit_time_limit=not watch.interrupted,
        interrupted=watch.interrupted,
    )


def _empty(formulation: Formulation) -> SolveResult:
    """Answer a program without columns: its rows hold or they do not."""
    if bool(np.all(formulation.row_lower <= 0) and np.all(formulation.row_upper >= 0)):
        return SolveResult(Termination.SOLVED, np.zeros(0), formulation.objective_offset, formulation.objective_offset)
    return SolveResult(Termination.INFEASIBLE, None, None, -inf)


def _last_incumbent(file: Path | None, num_columns: int) -> npt.NDArray[np.float64] | None:
    """Return the last complete solution of HiGHS's file of improving solutions, or None; a line cut short is none."""
    if file is None or not file.exists():
        return None
    lines = file.read_text(encoding="ascii", errors="replace").split("\n")[:-1]
    starts = [number for number, line in enumerate(lines) if line.startswith("# Columns")]
    for start in reversed(starts):
        block = lines[start + 1 : start + 1 + num_columns]
        with suppress(ValueError, IndexError):
            values = [float(line.split()[-1]) for line in block]
            if len(values) == num_columns:
                return np.array(values)
    return None
