"""Work shared out to threads: everything is done once, Ctrl-C waits for what is under way, a second one does not."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from optimizer.explain import sweep_threads
from optimizer.explain.sweep_threads import SharedWork
from optimizer.solve.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG_SECONDS = 1.5


@contextmanager
def pressing(*seconds: float) -> Iterator[None]:
    """Press Ctrl-C some seconds from now, in this very process."""
    timers = [threading.Timer(after, os.kill, (os.getpid(), signal.SIGINT)) for after in seconds]
    for timer in timers:
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


def slow(number: int, _session: Session) -> int:
    if number:
        time.sleep(LONG_SECONDS)
    return number


@pytest.mark.parametrize("jobs", [1, 2, 9])
def test_every_task_is_done_once_whatever_the_jobs(jobs: int) -> None:
    work, news = SharedWork(lambda number, _: number**2), list[int]()

    assert not work.run(range(5), jobs, news.append)

    assert work.results == {number: number**2 for number in range(5)}
    assert sorted(news) == list(range(5))


def test_nothing_to_do_is_done_at_once() -> None:
    assert not SharedWork(slow).run([], 2, lambda _: pytest.fail("something was done"))


@pytest.mark.slow
@pytest.mark.parametrize("presses", [(0.3,), (0.3, 0.4)], ids=["once", "twice at once"])
def test_ctrl_c_waits_for_what_is_under_way_and_begins_nothing_more(presses: tuple[float, ...]) -> None:
    work = SharedWork(slow)

    with pressing(*presses):
        is_interrupted = work.run(range(4), 1, lambda _: None)

    assert is_interrupted
    assert work.results == {0: 0, 1: 1}


@pytest.mark.slow
def test_a_second_ctrl_c_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_threads, "SAME_WISH_SECONDS", 0.1)
    began = time.monotonic()

    with pressing(0.3, 0.8), pytest.raises(KeyboardInterrupt):
        SharedWork(slow).run(range(4), 1, lambda _: None)

    assert time.monotonic() - began < LONG_SECONDS


def test_ctrl_c_stops_the_sessions_of_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Semaphore(0)
    monkeypatch.setattr(Session, "stop", lambda _: stopped.release())

    def wait(number: int, _session: Session) -> int:
        if number:
            assert stopped.acquire(timeout=20)
        return number

    def press(_: int) -> None:
        raise KeyboardInterrupt

    assert SharedWork(wait).run(range(3), 3, press)


def test_what_the_work_raises_is_raised_here_and_ends_the_rest() -> None:
    def fail(number: int, _session: Session) -> int:
        return 1 // number

    with pytest.raises(ZeroDivisionError):
        SharedWork(fail).run([1, 0, 2], 1, lambda _: None)
