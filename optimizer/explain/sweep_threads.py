"""Work shared out to threads, each with a solver process of its own; Ctrl-C keeps what is finished.

Threads, not processes: a Session already solves in a process of its own, so threads only wait and build models, and when
this program is killed nothing is left behind that waits for it.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from optimizer.solve.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Result = TypeVar("Result")
SAME_WISH_SECONDS = 0.5


@dataclass
class SharedWork(Generic[Result]):
    """Tasks by number, in order, each done by the first thread that is free."""

    work: Callable[[int, Session], Result]
    results: dict[int, Result] = field(default_factory=dict)
    """What is finished, by number."""
    _tasks: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)
    _news: queue.SimpleQueue[int | None] = field(default_factory=queue.SimpleQueue)
    """Numbers of finished tasks; None where a thread ends."""
    _sessions: list[Session] = field(default_factory=list)
    _errors: list[BaseException] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    def run(self, tasks: Iterable[int], jobs: int, on_done: Callable[[int], None]) -> bool:
        """Do all tasks and return whether Ctrl-C came first; `on_done` is called in this thread.

        The solves under way are then stopped and waited for; a second Ctrl-C is raised. So is whatever `work` raises.
        """
        numbers = list(tasks)
        for number in numbers:
            self._tasks.put(number)
        ends = [threading.Event() for _ in range(min(jobs, len(numbers)))]
        is_interrupted = False
        for end in ends:
            threading.Thread(target=self._serve, args=(end,), daemon=True).start()
        try:
            self._listen(len(ends), on_done)
        except KeyboardInterrupt:
            is_interrupted = True
        finally:
            self._end(ends)
        if self._errors:
            raise self._errors[0]
        return is_interrupted

    def _end(self, ends: Iterable[threading.Event]) -> None:
        """Stop what is under way, once, and wait for it; a KeyboardInterrupt is raised unless it comes at once.

        `timeout` signals a program and its group, so that one wish to stop arrives twice.
        """
        self._is_over.set()
        began = time.monotonic()
        while True:
            try:
                while self._sessions:
                    self._sessions.pop().stop()
                for end in ends:
                    end.wait()  # Thread.join, once interrupted, takes a thread for ended
            except KeyboardInterrupt:
                if time.monotonic() - began > SAME_WISH_SECONDS:
                    raise
            else:
                return

    def _listen(self, running: int, on_done: Callable[[int], None]) -> None:
        while running and not self._errors:
            number = self._news.get()
            if number is None:
                running -= 1
            else:
                on_done(number)

    def _serve(self, end: threading.Event) -> None:
        try:
            with Session() as session:
                self._sessions.append(session)
                while not self._is_over.is_set():
                    number = self._tasks.get_nowait()
                    self.results[number] = self.work(number, session)
                    self._news.put(number)
        except queue.Empty:
            pass
        except BaseException as error:  # noqa: BLE001  raised again where somebody listens
            self._errors.append(error)
        finally:
            self._news.put(None)
            end.set()
