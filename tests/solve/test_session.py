"""The worker process: it is stopped, lost, started anew and cleaned up without hanging and without mixing up answers."""

from __future__ import annotations

import io
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.errors import SolverError
from optimizer.solve import session as session_module
from optimizer.solve import worker
from optimizer.solve.backend import Interrupt, Request, SolveOptions
from optimizer.solve.registry import BACKENDS
from optimizer.solve.result import Progress, SolveResult, Termination
from optimizer.solve.session import Session, _last_incumbent, _receive
from tests.solve.programs import at_most, long_search, program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OPTIONS = SolveOptions(relative_gap=0.0, time_limit_seconds=20.0)
KNAPSACK = program([6, 5], [at_most([2, 3], 9.5)])
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as shared:
        yield shared


@pytest.fixture(params=list(BACKENDS))
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def worker_of(session: Session) -> subprocess.Popen[bytes]:
    assert session._process is not None
    return session._process


def raise_at(number: int, error: BaseException) -> Callable[[Progress], None]:
    """Return a callback that raises at the given incumbent."""
    left = [number]

    def on_progress(progress: Progress) -> None:
        left[0] -= progress.incumbent is not None and progress.incumbent > 0
        if not left[0]:
            raise error

    return on_progress


def test_interruption_returns_the_incumbent_and_a_bound(session: Session, backend: str) -> None:
    started = time.monotonic()

    result = session.solve(backend, long_search(), OPTIONS, on_progress=raise_at(2, KeyboardInterrupt()))

    assert time.monotonic() - started < 15
    assert result.termination is Termination.STOPPED
    assert result.interrupted
    assert not result.hit_time_limit
    assert result.objective is not None
    assert result.values is not None
    assert result.objective == pytest.approx(long_search().objective @ result.values)
    assert 0 < result.objective <= result.best_bound


def test_solve_after_an_interrupted_one_is_not_marked_interrupted(session: Session, backend: str) -> None:
    session.solve(backend, long_search(), OPTIONS, on_progress=raise_at(1, KeyboardInterrupt()))

    result = session.solve(backend, KNAPSACK, OPTIONS)

    assert result.objective == pytest.approx(24)
    assert not result.interrupted


def waiting(session: Session, monkeypatch: pytest.MonkeyPatch, *waits: float | BaseException) -> None:
    """Let each wait of a session for its worker last so many seconds at most, or raise."""
    original, left = session._wait, list(waits)

    def wait(deadline: float, watch: session_module._Watch) -> object | None:
        seconds = left.pop(0) if left else 20.0
        if isinstance(seconds, BaseException):
            raise seconds
        return original(min(deadline, time.monotonic() + seconds), watch)

    monkeypatch.setattr(session, "_wait", wait)


def test_second_interruption_is_raised_and_the_next_solve_gets_its_own_answer(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first reaches the session while SCIP works, the second while SCIP is stopping.
    with monkeypatch.context() as patched:
        waiting(session, patched, KeyboardInterrupt("first"), KeyboardInterrupt("second"))
        with pytest.raises(KeyboardInterrupt, match="second"):
            session.solve("scip", long_search(), OPTIONS)

    assert session.solve("scip", KNAPSACK, OPTIONS).objective == pytest.approx(24)


def test_interruption_before_the_request_is_sent_returns_without_a_solution(
    session: Session, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(session, "_send", interrupted)
        result = session.solve(backend, KNAPSACK, OPTIONS)

    assert result.interrupted
    assert result.values is None
    assert session.solve(backend, KNAPSACK, OPTIONS).objective == pytest.approx(24)


def test_worker_lost_while_it_is_being_interrupted_is_a_stop_and_no_error(session: Session) -> None:
    def kill_and_interrupt(progress: Progress) -> None:
        if progress.incumbent:
            worker_of(session).kill()
            worker_of(session).wait()
            raise KeyboardInterrupt

    result = session.solve("scip", long_search(), OPTIONS, on_progress=kill_and_interrupt)

    assert result.termination is Termination.STOPPED
    assert result.interrupted


def test_failing_progress_callback_leaves_no_answer_behind_for_the_next_solve(session: Session, backend: str) -> None:
    with pytest.raises(BrokenPipeError):
        session.solve(backend, long_search(), OPTIONS, on_progress=raise_at(1, BrokenPipeError("nobody reads on")))

    assert session.solve(backend, KNAPSACK, OPTIONS).objective == pytest.approx(24)


def test_killed_worker_is_an_error_and_the_next_solve_works_again(session: Session, backend: str) -> None:
    def kill(_: Progress) -> None:
        worker_of(session).kill()

    with pytest.raises(SolverError, match="ended unexpectedly \\(signal 9; out of memory\\?\\)"):
        session.solve(backend, long_search(), OPTIONS, on_progress=kill)

    assert session.solve(backend, KNAPSACK, OPTIONS).objective == pytest.approx(24)


def test_worker_that_died_between_two_solves_is_started_anew(session: Session) -> None:
    session.start()
    first = worker_of(session)
    first.kill()
    first.wait()

    assert session.solve("highs", KNAPSACK, OPTIONS).objective == pytest.approx(24)
    assert worker_of(session) is not first
    assert first.stdin is not None
    assert first.stdin.closed


def test_worker_past_its_deadline_is_stopped_with_what_it_had(
    session: Session, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The backend believes it has 20 seconds; the session waits for one, then asks it to stop or ends it.
    session.solve(backend, KNAPSACK, OPTIONS)  # so that starting takes none of the second

    with monkeypatch.context() as patched:
        waiting(session, patched, 1.0)
        result = session.solve(backend, long_search(), OPTIONS)

    assert result.termination is Termination.STOPPED
    assert result.values is not None
    assert result.objective is not None
    assert result.objective <= result.best_bound


def test_change_of_threads_restarts_the_worker(session: Session) -> None:
    session.solve("highs", KNAPSACK, replace(OPTIONS, threads=1))
    first = worker_of(session)
    session.solve("highs", KNAPSACK, replace(OPTIONS, threads=1))
    assert worker_of(session) is first

    result = session.solve("highs", KNAPSACK, replace(OPTIONS, threads=2))

    assert worker_of(session) is not first
    assert first.poll() is not None
    assert result.objective == pytest.approx(24)


def test_interpreter_that_cannot_be_started_is_a_solver_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")

    with Session() as session, pytest.raises(SolverError, match="cannot be started"):
        session.solve("highs", KNAPSACK, OPTIONS)


@pytest.mark.parametrize("interpreter", ["/bin/true", "/bin/false"])
def test_worker_that_leaves_at_once_is_a_solver_error(interpreter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", interpreter)

    with Session() as session, pytest.raises(SolverError, match="solver process ended"):
        session.solve("highs", KNAPSACK, OPTIONS)


def test_worker_that_never_answers_is_ended_at_the_deadline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sleeper = tmp_path / "sleeper"
    sleeper.write_text("#!/bin/sh\nexec sleep 60\n", encoding="ascii")
    sleeper.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(sleeper))
    monkeypatch.setattr(session_module, "GRACE_SECONDS", 0.2)

    with Session() as session:
        result = session.solve("highs", KNAPSACK, replace(OPTIONS, time_limit_seconds=0.2))

    assert result.termination is Termination.STOPPED
    assert result.hit_time_limit
    assert result.values is None
    assert result.best_bound == float("inf")


def test_request_that_cannot_be_read_ends_the_worker_instead_of_hanging(session: Session) -> None:
    session.start()
    process = worker_of(session)
    assert process.stdin is not None
    process.stdin.write(b"c__builtin__\nno_such_name\n.")  # a pickle of something that does not exist
    process.stdin.flush()

    assert process.wait(timeout=20) == 0
    assert session.solve("highs", KNAPSACK, OPTIONS).objective == pytest.approx(24)


def test_unknown_backend_is_an_error_of_the_caller(session: Session) -> None:
    with pytest.raises(KeyError, match="cplex"):
        session.solve("cplex", KNAPSACK, OPTIONS)


def test_session_closes_twice_and_leaves_neither_process_nor_folder() -> None:
    session = Session()
    session.start()
    process, folder = worker_of(session), Path(session._folder.name)

    session.close()
    session.close()

    assert process.poll() == 0
    assert not folder.exists()


def test_session_closed_without_a_solve_starts_nothing() -> None:
    with Session() as session:
        folder = Path(session._folder.name)

    assert session._process is None
    assert not folder.exists()


def test_closing_ends_a_worker_that_does_not_leave_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "CLOSING_SECONDS", 0.05)
    session = Session()
    session.start()
    process = worker_of(session)
    process.send_signal(signal.SIGSTOP)

    session.close()

    assert process.poll() == -signal.SIGKILL


def test_worker_ends_with_its_parent_even_in_the_middle_of_a_solve(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os\n"
        "from optimizer.solve.backend import SolveOptions\n"
        "from optimizer.solve.session import Session\n"
        "from tests.solve.programs import long_search\n"
        "session = Session()\n"
        "def die(progress):\n"
        "    print(session._process.pid, flush=True)\n"
        "    os._exit(0)\n"
        "session.solve('highs', long_search(), SolveOptions(0.0, 60.0), on_progress=die)\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    orphan = int(ran.stdout)

    deadline = time.monotonic() + 20
    while _is_alive(orphan) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not _is_alive(orphan)


def _is_alive(pid: int) -> bool:
    """Return whether a process runs; one that has ended and only waits to be collected does not."""
    status = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc to see another process")
    try:
        return status.read_text(encoding="ascii").rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.slow
def test_interrupt_signal_to_the_program_returns_its_best_solution(tmp_path: Path, backend: str) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "import os, signal, sys\n"
        "from optimizer.solve.backend import SolveOptions\n"
        "from optimizer.solve.session import Session\n"
        "from tests.solve.programs import long_search\n"
        "def signal_once(progress):\n"
        "    if progress.incumbent and not session.interrupted:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "with Session() as session:\n"
        f"    result = session.solve({backend!r}, long_search(), SolveOptions(0.0, 30.0), on_progress=signal_once)\n"
        "print(result.termination, result.interrupted, result.objective > 0, result.best_bound >= result.objective)\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    ran = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ran.stdout.strip(), ran.stderr) == ("stopped True True True", "")


SOLUTION = "Objective 24\n# Columns 2\nC0 4\nC1 0\n# Rows 1\nR0 8\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SOLUTION, [4, 0]),
        (SOLUTION + "Objective 30\n# Columns 2\n 5\n 1.5\n", [5, 1.5]),
        (SOLUTION + "Objective 30\n# Columns 2\nC0 5\n", [4, 0]),
        (SOLUTION + "Objective 30\n# Columns 2\nC0 5\nC1 1", [4, 0]),
        (SOLUTION + "Objective 30\n# Columns 2\nC0 5\nC1 -\n", [4, 0]),
        (SOLUTION + "Objective 30\n# Col", [4, 0]),
        ("Objective 30\n# Columns 2\nC0 5\n", None),
        ("", None),
    ],
    ids=["one", "two", "short", "cut in a number", "no number", "cut in a heading", "never complete", "empty"],
)
def test_last_complete_solution_of_the_incumbent_file_is_read(
    text: str, expected: list[float] | None, tmp_path: Path
) -> None:
    file = tmp_path / "incumbents.sol"
    file.write_text(text, encoding="ascii")

    found = _last_incumbent(file, 2)

    assert (None if found is None else found.tolist()) == expected


def test_no_incumbent_file_holds_no_solution(tmp_path: Path) -> None:
    assert _last_incumbent(None, 2) is None
    assert _last_incumbent(tmp_path / "incumbents.sol", 2) is None


@pytest.mark.parametrize("stream", [b"", b"\x80\x05K", b"c__builtin__\nno_such_name\n.", b"not a pickle"])
def test_stream_of_answers_that_breaks_off_is_reported_and_never_silent(stream: bytes) -> None:
    class Process:
        stdout = io.BytesIO(pickle.dumps("an answer") + stream)

    answers: queue.Queue[object] = queue.Queue()

    _receive(Process(), answers)  # type: ignore[arg-type]

    assert answers.get(timeout=1) == "an answer"
    assert answers.get(timeout=1) is session_module._LOST


def served(*messages: object) -> list[object]:
    """Return what a worker in this process answers to some messages."""
    answers = io.BytesIO()
    worker.serve(_Lasting(b"".join(pickle.dumps(message) for message in messages)), answers)
    answers.seek(0)
    read = []
    while answers.tell() < len(answers.getvalue()):
        read.append(pickle.load(answers))
    return read


class _Lasting(io.BytesIO):
    """Requests whose end is seen only once the last one has been answered: an early end would end this process."""

    def readline(self, size: int | None = -1) -> bytes:
        line = super().readline(size)
        return line or self._wait()

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        return data if data or size == 0 else self._wait()

    @staticmethod
    def _wait() -> bytes:
        time.sleep(0.5)
        return b""


def test_worker_answers_each_request_and_leaves_when_its_input_ends() -> None:
    requests = [Request("scip", KNAPSACK, OPTIONS, None, None), Request("no such", KNAPSACK, OPTIONS, None, None)]

    answered = served(requests[0])
    failed = served(Interrupt(), requests[1])

    assert isinstance(answered[-1], SolveResult)
    assert answered[-1].objective == pytest.approx(24)
    assert isinstance(failed[-1], RuntimeError)


def test_another_thread_stops_a_solve_once_and_the_next_goes_on(session: Session) -> None:
    timer = threading.Timer(0.5, session.stop)
    timer.start()
    try:
        stopped = session.solve("highs", long_search(), replace(OPTIONS, time_limit_seconds=60.0))
    finally:
        timer.cancel()

    assert stopped.interrupted
    assert not session.solve("highs", KNAPSACK, OPTIONS).interrupted


def test_a_session_that_is_stopped_between_two_solves_stops_the_next(session: Session) -> None:
    session.stop()

    assert session.solve("highs", long_search(), replace(OPTIONS, time_limit_seconds=60.0)).interrupted
