"""One solve in another session, while the caller goes on with solves of its own.

The answer is waited for where it is needed, so that what is made of it never depends on which of two solves ends first.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from optimizer.errors import SolverError

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.solve.result import SolveResult
    from optimizer.solve.session import Session

POLL_SECONDS = 0.2


class SolveBeside:
    """A solve of a session under way in a thread of its own; the session takes no other until it has ended."""

    def __init__(self, session: Session, solve: Callable[[Session], SolveResult]) -> None:
        """Begin the solve."""
        self._session, self._solve = session, solve
        self._result: SolveResult | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result = self._solve(self._session)
        except BaseException as error:  # noqa: BLE001  raised where the answer is asked for
            self._error = error

    @property
    def is_done(self) -> bool:
        """Return whether the answer is there."""
        return not self._thread.is_alive()

    def stop(self) -> SolveResult:
        """End the solve and return what it has found and proven so far."""
        if not self.is_done:
            self._session.stop()
        return self.result()

    @property
    def answer(self) -> SolveResult | None:
        """Return the answer; None where it is not there yet, or the solve failed."""
        return self._result if self.is_done else None

    def wait(self) -> None:
        """Wait for the end of the solve; a KeyboardInterrupt ends the waiting, not the solve."""
        while not self.is_done:
            self._thread.join(POLL_SECONDS)

    def result(self) -> SolveResult:
        """Wait for the answer and return it. Raises SolverError when the backend failed or its process is lost."""
        self.wait()
        if self._result is None:
            raise self._error or SolverError("a solve ended without an answer")
        return self._result
