"""When a peer knew what: its best value and bound with the seconds, written as they come, so that a kill loses nothing."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

INFINITE = 1e19
"""What solvers print for nothing yet is at least this."""


@dataclass(frozen=True, slots=True)
class Event:
    """The best value and the best bound so far, in money; None where there is none yet."""

    seconds: float
    incumbent: float | None
    bound: float | None

    @property
    def gap(self) -> float:
        """Return |bound - incumbent| / |incumbent|; infinite where it is not known."""
        if self.incumbent is None or self.bound is None:
            return inf
        if self.incumbent == self.bound:
            return 0.0
        return abs(self.bound - self.incumbent) / abs(self.incumbent) if self.incumbent else inf


class Trace:
    """Keeps the clock of one run, which starts with it, and writes an event for everything better."""

    def __init__(self, file: Path, scale: float = 1.0, offset: float = 0.0) -> None:
        self._file, self._scale, self._offset = file, scale, offset
        self._started = time.perf_counter()
        self._incumbent, self._bound = -inf, inf
        file.write_text("", encoding="utf-8")

    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self._started

    def see(self, incumbent: float | None, bound: float | None, seconds: float | None = None) -> None:
        """Take note of a value and a bound of what is maximised; infinite ones say nothing."""
        better = incumbent is not None and abs(incumbent) < INFINITE and incumbent > self._incumbent
        tighter = bound is not None and abs(bound) < INFINITE and bound < self._bound
        if better and incumbent is not None:
            self._incumbent = incumbent
        if tighter and bound is not None:
            self._bound = bound
        if better or tighter:
            at = self.seconds() if seconds is None else seconds
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps([round(at, 4), self._money(self._incumbent), self._money(self._bound)]) + "\n")

    def _money(self, value: float) -> float | None:
        return None if abs(value) >= INFINITE else (value + self._offset) * self._scale


def read_events(file: Path) -> tuple[Event, ...]:
    """Return the events of a run in the order of their times; a last line cut off by a kill is left out."""
    if not file.is_file():
        return ()
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.endswith("]")]
    return tuple(sorted((Event(*json.loads(line)) for line in lines), key=lambda event: event.seconds))
