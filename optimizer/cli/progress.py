"""What a running solve shows on stderr: a live line on a terminal, a plain line now and then in a pipe.

Nothing appears in the first two seconds. A thread of its own keeps the clock going while a solver is silent.
"""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

if TYPE_CHECKING:
    from optimizer.strategy.search import SearchProgress

QUIET_SECONDS = 2.0
PIPE_SECONDS = 5.0
TICK_SECONDS = 0.25


class _Line(Protocol):
    def show(self, text: str) -> None: ...

    def close(self) -> None: ...


class ProgressLine:
    """Shows the latest moment of a search. Use as a context manager and pass `see` as `on_progress`."""

    def __init__(self, *, is_on: bool = True, stream: TextIO | None = None, currency: str = "") -> None:
        self._is_on = is_on
        self._stream = stream or sys.stderr
        self._currency = currency
        self._latest: SearchProgress | None = None
        self._words = ""
        self._started = time.monotonic()
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def see(self, moment: SearchProgress) -> None:
        """Take note of a moment; the thread shows the latest one."""
        self._latest = moment

    def say(self, words: str) -> None:
        """Show words of one's own from now on, until a moment of a search is seen."""
        self._words, self._latest = words, None

    def __enter__(self) -> Self:
        """Start the clock."""
        if self._is_on:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the line away."""
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    def text(self) -> str:
        """Return stage, incumbent, bound, gap and seconds as one line."""
        seconds = f"{time.monotonic() - self._started:,.0f} s"
        moment = self._latest
        if moment is None:
            return f"{self._words or 'building the model'}  {seconds}"
        if not moment.is_money:
            return f"{moment.stage} ({moment.backend})  {seconds}"
        money = f" {self._currency}" if self._currency else ""
        best = f"{_rounded(moment.incumbent)}{money}" if moment.incumbent is not None else "none yet"
        bound = _rounded(moment.best_bound) if moment.best_bound is not None else "none yet"
        gap = f"{moment.gap:.3%}" if moment.gap is not None else "unknown"
        return f"{moment.stage} ({moment.backend})  best {best}  bound {bound}  gap {gap}  {seconds}"

    def _run(self) -> None:
        if self._done.wait(QUIET_SECONDS):
            return
        is_terminal = self._stream.isatty()
        line: _Line = _LiveLine(self._stream) if is_terminal else _PlainLines(self._stream)
        try:
            line.show(self.text())
            while not self._done.wait(TICK_SECONDS if is_terminal else PIPE_SECONDS):
                line.show(self.text())
        except (OSError, ValueError):  # nobody reads stderr any more: the solve goes on
            return
        finally:
            line.close()


def _rounded(amount: float) -> str:
    return f"{round(amount) + 0:,}"  # whole numbers know no minus zero


class _LiveLine:
    """One line that is rewritten in place and vanishes at the end."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.live import Live

        self._live = Live(console=Console(file=stream), auto_refresh=False, transient=True, redirect_stdout=False)
        self._live.start()

    def show(self, text: str) -> None:
        from rich.text import Text

        self._live.update(Text(text, no_wrap=True, overflow="ellipsis"), refresh=True)

    def close(self) -> None:
        self._live.stop()


class _PlainLines:
    """Lines one after another, without control codes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()

    def close(self) -> None:
        self._stream.flush()
