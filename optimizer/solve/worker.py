"""The child process that runs backends: requests on standard input, progress and answers on standard output, pickled.

A solver that ignores interruption can then be ended from outside without losing its incumbents, and nothing a solver
prints reaches the user's terminal. Run as `python -m optimizer.solve.worker`; it ends when its input closes.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

from optimizer.solve.backend import Interrupt, Request
from optimizer.solve.tree import Dive, Growth

if TYPE_CHECKING:
    from collections.abc import Callable

_Task = tuple[Request | Growth | Dive, Any]
"""A request and what interrupts its solve."""


def main() -> None:
    """Serve requests until the parent goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.dup2(nowhere, sys.stderr.fileno())
    serve(sys.stdin.buffer, answers)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each request with any number of Progress messages, then a SolveResult or an exception."""
    from ortools.util.python.pybind_solve_interrupter import PySolveInterrupter  # noqa: PLC0415  streams are redirected

    from optimizer.solve import mathopt, registry  # noqa: PLC0415

    inbox: queue.Queue[_Task | None] = queue.Queue()
    running: list[Any] = []
    """The interrupter of the solve that is asked for, until it is answered."""

    def send(message: object) -> None:
        pickle.dump(message, answers)
        answers.flush()

    threading.Thread(target=_listen, args=(requests, inbox, running, PySolveInterrupter), daemon=True).start()
    while (received := inbox.get()) is not None:
        request, interrupter = received
        try:
            if isinstance(request, Growth):
                from optimizer.solve import branching  # noqa: PLC0415

                answer: object = branching.grow(request, _asks(interrupter), send)
            elif isinstance(request, Dive):
                from optimizer.solve import diving  # noqa: PLC0415

                answer = diving.dive(request, _asks(interrupter))
            else:
                answer = mathopt.run(registry.BACKENDS[request.backend], request, interrupter, send)
        except Exception as error:  # noqa: BLE001  handed to the parent, which raises it
            answer = RuntimeError(str(error))
        running.clear()
        send(answer)


def _asks(interrupter: Any) -> Callable[[], bool]:  # noqa: ANN401  OR-Tools' own type
    """Return what tells whether a solve is to stop."""
    return lambda: bool(interrupter.interrupted)


def _listen(
    requests: BinaryIO, inbox: queue.Queue[_Task | None], running: list[Any], new_interrupter: Callable[[], Any]
) -> None:
    """Pass requests on, and interruptions to their solve; end with the parent, at once where a solve runs."""
    while True:
        try:
            message = pickle.load(requests)
        except Exception:  # noqa: BLE001  the parent left, perhaps in the middle of a word
            if running:
                os._exit(0)
            inbox.put(None)
            return
        if isinstance(message, Interrupt):
            for interrupter in running:
                interrupter.interrupt()
        else:
            running.append(new_interrupter())
            inbox.put((message, running[0]))


if __name__ == "__main__":
    main()
