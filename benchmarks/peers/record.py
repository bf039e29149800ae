"""What is known of one run, as it is kept and shown."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from benchmarks.peers.gap_times import THRESHOLDS, primal_integral, time_to_gap
from benchmarks.peers.settings import State
from benchmarks.peers.trace import Event

ROUNDING = 1e-6
"""Relative: the value that a peer claims and that of its answer in whole numbers may lie so far apart unmentioned."""
NOTHING = {State.INFEASIBLE: "", State.RELAXED: "a bound alone"}
SEED = re.compile(r"(?P<family>.+)-(?P<seed>\d{1,3})")
"""A plan called s-base-2 is the second of the family s-base; a year is no seed."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A limit that a peer's answer breaks, by how much."""

    limit: str
    by: float
    unit: str

    def __str__(self) -> str:
        """Render as `breaks destination_share[MY,2026Q4] by 0.5 TPP`."""
        return f"breaks {self.limit} by {self.by:.3g} {self.unit}".rstrip()


@dataclass(frozen=True)
class Record:
    """One peer on one plan. Seconds count from arrays (ours: tables) in memory, but for those of the whole process."""

    plan: str
    peer: str
    state: State
    version: str = ""
    note: str = ""
    objective_exact: str | None = None
    """Exact value of the peer's answer as a placement of the plan; None without one."""
    claimed: float | None = None
    bound: float | None = None
    seconds: float | None = None
    build_seconds: float | None = None
    process_seconds: float | None = None
    """Start to exit of its process; of ours, `placement solve`, plan read and result written."""
    cpu_seconds: float | None = None
    memory_mb: float | None = None
    nodes: int | None = None
    broken: tuple[Broken, ...] = ()
    faults: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def family(self) -> str:
        """Return the plan's name without its seed."""
        matched = SEED.fullmatch(self.plan)
        return matched["family"] if matched else self.plan

    @property
    def objective(self) -> Fraction | None:
        """Return the exact value of the answer."""
        return None if self.objective_exact is None else Fraction(self.objective_exact)

    @property
    def is_legal(self) -> bool:
        """Return whether there is an answer and the exact check passed it."""
        return self.objective_exact is not None and not self.broken and not self.faults

    @property
    def gap(self) -> float | None:
        """Return |bound - value| / |value| by the exact value."""
        value = self.objective
        if value is None or self.bound is None or not value:
            return None
        return abs(self.bound - float(value)) / abs(float(value))

    def times(self, gap_asked: float) -> dict[float, float | None]:
        """Return the seconds to each gap; one that was asked and that the peer calls proven is proven at its end."""
        times = {gap: time_to_gap(self.events, gap) for gap in THRESHOLDS}
        is_proven = self.state is State.SOLVED
        return {
            gap: self.seconds if seconds is None and is_proven and gap >= gap_asked else seconds
            for gap, seconds in times.items()
        }

    def primal_integral(self, best: float) -> float | None:
        """Return the integral of the primal gap to the best value known, in seconds."""
        return None if self.seconds is None else primal_integral(self.events, best, self.seconds)

    def verdict(self) -> str:
        """Return what our exact check says of the answer."""
        if self.objective_exact is None:
            return self.note or NOTHING.get(self.state, "no plan" if self.state.was_run else "")
        first = [*self.faults, *map(str, self.broken)]
        more = f" and {len(first) - 1} more" if len(first) > 1 else ""
        if first:
            return f"ILLEGAL: {first[0]}{more}"
        worth = float(Fraction(self.objective_exact))
        is_as_claimed = self.claimed is None or abs(self.claimed - worth) <= ROUNDING * abs(worth)
        return "legal" if is_as_claimed else f"legal; {self.claimed:,.2f} claimed"

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON takes it."""
        return {**asdict(self), "events": [[e.seconds, e.incumbent, e.bound] for e in self.events]}

    @classmethod
    def from_dict(cls, parts: dict[str, Any]) -> Record:
        """Return the record of its JSON form."""
        return cls(
            **{
                **parts,
                "state": State(parts["state"]),
                "broken": tuple(Broken(**one) for one in parts["broken"]),
                "faults": tuple(parts["faults"]),
                "events": tuple(Event(*one) for one in parts["events"]),
            }
        )
