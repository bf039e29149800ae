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
from typing import Any, BinaryIO

from optimizer.solve.backend import Interrupt, Request


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
    from ortools.util.python import pybind_solve_interrupter  # noqa: PLC0415  once the streams are redirected

    from optimizer.solve import mathopt, registry  # noqa: PLC0415

    running: list[Any] = []
    """The interrupter of the solve that runs, if one does."""
    inbox: queue.Queue[Request | None] = queue.Queue()
    threading.Thread(target=_listen, args=(requests, inbox, running), daemon=True).start()

    def send(message: object) -> None:
        pickle.dump(message, answers)
        answers.flush()

    while (request := inbox.get()) is not None:
        running[:] = [pybind_solve_interrupter.PySolveInterrupter()]
        backend = registry.BACKENDS[request.backend]
        try:
            answer: object = mathopt.run(backend, request, running[0], send)
        except Exception as error:  # noqa: BLE001  handed to the parent, which raises it
            answer = RuntimeError(str(error))
        running.clear()
        send(answer)


def _listen(requests: BinaryIO, inbox: queue.Queue[Request | None], running: list[Any]) -> None:
    """Pass requests on, and interruptions to the running solve; end with the parent, at once where a solve runs."""
    while True:
        try:
            message = pickle.load(requests)
        except (EOFError, pickle.UnpicklingError, OSError):
            if running:
                os._exit(0)
            inbox.put(None)
            return
        if isinstance(message, Interrupt):
            for interrupter in running:
                interrupter.interrupt()
        else:
            inbox.put(message)


if __name__ == "__main__":
    main()
