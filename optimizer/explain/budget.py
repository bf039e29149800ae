"""How long explanations may take: solves are counted, and none is begun once the time is up."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.solve.session import Session


@dataclass
class Budget:
    """Time and Ctrl-C for a series of solves."""

    session: Session
    seconds: float | None = None
    """None: as long as it takes."""
    started: float = field(default_factory=time.monotonic)
    num_solves: int = 0
    was_interrupted: bool = False

    @property
    def spent(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float | None:
        """Return the seconds left, None without an end."""
        return None if self.seconds is None else max(0.0, self.seconds - self.spent)

    def is_over(self) -> bool:
        """Return whether no further solve may begin."""
        self.was_interrupted = self.was_interrupted or self.session.interrupted
        return self.was_interrupted or self.left == 0

    def is_mostly_spent(self, part: float) -> bool:
        """Return whether more than a part of the time is gone."""
        return self.is_over() or (self.seconds is not None and self.spent > part * self.seconds)

    def part(self, seconds: float | None) -> float | None:
        """Return a time limit that keeps within what is left."""
        known = [limit for limit in (seconds, self.left) if limit is not None]
        return min(known) if known else None

    def half(self) -> Budget:
        """Return a budget that ends when half of what is left is spent, counting on from this one."""
        return replace(self, seconds=None if self.left is None else self.spent + self.left / 2)
