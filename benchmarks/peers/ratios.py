"""How many times longer each peer takes than we do, by family: least, median and most over its plans.

A run that did not prove a gap counts with the time limit, and the ratio is then a bound: `>=` where the peer did not, `<=`
where we did not. Where neither did there is no ratio. A gap below the one asked is not compared.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.peers.gap_times import THRESHOLDS, clock_to
from benchmarks.peers.registry import OURS
from benchmarks.peers.settings import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.peers.record import Record
    from benchmarks.peers.settings import Settings

EXACT, AT_LEAST, AT_MOST = "", ">=", "<="
WHOLE_RUN = "start to exit"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A peer's seconds over ours, and whether that is exact or a bound."""

    value: float
    mark: str = EXACT

    def __str__(self) -> str:
        """Render as `>= 12.3`."""
        return f"{self.mark} {self.value:.3g}".strip()


@dataclass(frozen=True)
class Compared:
    """One peer on one family."""

    family: str
    peer: str
    plans: int
    counts: dict[str, int]
    """How many runs ended in each state, and how many answers were illegal."""
    ratios: dict[str, tuple[Ratio, ...]]
    """By clock, sorted; at most one for each plan."""

    def spread(self, clock: str) -> str:
        """Return `least / median / most` of a clock."""
        return " / ".join(str(one) for one in spread(self.ratios[clock]))


def spread(ratios: Sequence[Ratio]) -> tuple[Ratio, ...]:
    """Return least, median and most of sorted ratios; the median of two is the lower bound that both give."""
    if not ratios:
        return ()
    low, high = ratios[(len(ratios) - 1) // 2], ratios[len(ratios) // 2]
    mark = next((one.mark for one in (high, low) if one.mark), EXACT)
    return ratios[0], Ratio((low.value + high.value) / 2, mark), ratios[-1]


def compare(records: Iterable[Record], settings: Settings) -> Iterator[Compared]:
    """Yield the comparison of each family and peer with ours."""
    records = tuple(records)
    ours = {record.plan: record for record in records if record.peer == OURS}
    groups: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        if record.peer != OURS and record.plan in ours:
            groups[record.family, record.peer].append(record)
    for (family, peer), runs in groups.items():
        counts: dict[str, int] = defaultdict(int)
        for run in runs:
            counts[run.state.value] += 1
            counts["illegal"] += bool(run.objective_exact and not run.is_legal)
        clocks = _clocks(settings)
        found = {clock: [r for run in runs if (r := _ratio(run, ours[run.plan], clock, settings))] for clock in clocks}
        ratios = {clock: tuple(sorted(values, key=lambda ratio: ratio.value)) for clock, values in found.items()}
        yield Compared(family, peer, len(runs), {name: n for name, n in counts.items() if n}, ratios)


def _clocks(settings: Settings) -> dict[str, float | None]:
    return {**{clock_to(gap): gap for gap in THRESHOLDS if gap >= settings.relative_gap}, WHOLE_RUN: None}


def _ratio(run: Record, ours: Record, clock: str, settings: Settings) -> Ratio | None:
    """Return the ratio of two runs by one clock; None where there is none."""
    if not run.state.was_run or run.state in {State.FAILED, State.RELAXED} or not ours.state.was_run:
        return None
    theirs, own = (_seconds(one, _clocks(settings)[clock], settings) for one in (run, ours))
    limit = settings.time_limit_seconds
    if theirs is None and own is None:
        return None
    if theirs is None:
        return Ratio(limit / max(own or limit, 1e-9), AT_LEAST)
    if own is None:
        return Ratio(theirs / limit, AT_MOST)
    return Ratio(theirs / max(own, 1e-9))


def _seconds(record: Record, gap: float | None, settings: Settings) -> float | None:
    """Return the seconds by a clock, None where the limit came first."""
    if gap is not None:
        return record.times(settings.relative_gap)[gap]
    return record.process_seconds if record.state is State.SOLVED else None
