"""Records as tables: one for each plan, and one of ratios by family."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict
from math import inf
from typing import TYPE_CHECKING, Any

from benchmarks.peers.gap_times import THRESHOLDS, clock_to
from benchmarks.peers.ratios import WHOLE_RUN, compare, spread
from optimizer.cli.listing import Cell, Listing, render
from optimizer.cli.options import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.peers.ratios import Compared
    from benchmarks.peers.record import Record
    from benchmarks.peers.settings import Settings

TO_GAPS = tuple(map(clock_to, THRESHOLDS))
COLUMNS = (
    "peer",
    "state",
    "value",
    "bound",
    "gap",
    *TO_GAPS,
    "build",
    "seconds",
    WHOLE_RUN,
    "cpu",
    "MB",
    "nodes",
    "primal integral",
    "verdict",
    "version",
)
NOTES = (
    "Seconds. `to 1%`: until value and bound of the peer's own account are 1% apart. `seconds`: from arrays (ours: "
    "tables) in memory to the end, building the model included; `start to exit`: of the process (ours: `placement solve`).",
    "value: of the answer as a placement, worked out exactly by us; bound: as the peer gives it.",
)
RATIO_NOTES = (
    "A peer's seconds over ours: least / median / most over the plans. `>=`: the peer did not prove it within the limit; "
    "`<=`: we did not; empty: neither did, or the peer did not take the program.",
)


def write(
    records: Sequence[Record],
    against: Sequence[str],
    settings: Settings,
    asked: Mapping[str, Any],
    output_format: Format,
) -> str:
    """Return the records and the ratios as text; CSV has the records alone, `against` are contradictions."""
    compared = tuple(compare(records, settings))
    if output_format is Format.JSON:
        return _document(records, compared, against, settings, asked)
    if output_format is Format.CSV:
        rows = [(record.plan, *row) for record, row in zip(records, _rows(records, settings), strict=True)]
        return render(Listing("", ("plan", *COLUMNS), rows), output_format)
    listings = [*_plan_listings(records, settings), *_ratio_listing(compared)]
    texts = [render(listing, output_format) for listing in listings]
    return "\n".join([*texts, *(f"CONTRADICTION: {sentence}\n" for sentence in against)])


def _plan_listings(records: Sequence[Record], settings: Settings) -> Iterator[Listing]:
    for plan in dict.fromkeys(record.plan for record in records):
        of_plan = [record for record in records if record.plan == plan]
        rows = [tuple(map(_rounded, row)) for row in _rows(of_plan, settings)]
        yield Listing(plan, COLUMNS, rows, NOTES)


def _rounded(cell: Cell) -> Cell:
    """Return a number as people want it."""
    if not isinstance(cell, float):
        return cell
    return round(cell) if abs(cell) >= 1e5 else float(f"{cell:.3g}")


def _rows(records: Sequence[Record], settings: Settings) -> list[tuple[Cell, ...]]:
    best: dict[str, float] = {}
    for record in records:
        if record.is_legal and record.objective is not None:
            best[record.plan] = max(best.get(record.plan, -inf), float(record.objective))
    return [_row(record, best.get(record.plan), settings) for record in records]


def _row(record: Record, best: float | None, settings: Settings) -> tuple[Cell, ...]:
    times = record.times(settings.relative_gap)
    integral = record.primal_integral(best) if best is not None and record.state.was_run else None
    return (
        record.peer,
        record.state.value,
        None if record.objective is None else float(record.objective),
        record.bound,
        record.gap,
        *(times[gap] for gap in THRESHOLDS),
        record.build_seconds,
        record.seconds,
        record.process_seconds,
        record.cpu_seconds,
        record.memory_mb,
        record.nodes,
        integral,
        record.verdict(),
        record.version,
    )


def _ratio_listing(compared: Sequence[Compared]) -> Iterator[Listing]:
    if not compared:
        return
    clocks = tuple(compared[0].ratios)
    rows: list[tuple[Cell, ...]] = []
    for one in compared:
        counts = ", ".join(f"{n} {name}" for name, n in one.counts.items())
        spreads = [one.spread(clock) for clock in clocks]
        rows.append((one.family, one.peer, one.plans, *spreads, counts))
    yield Listing("ratios: peer / ours", ("family", "peer", "plans", *clocks, "runs"), rows, RATIO_NOTES)


def _document(
    records: Sequence[Record],
    compared: Sequence[Compared],
    against: Sequence[str],
    settings: Settings,
    asked: Mapping[str, Any],
) -> str:
    from optimizer.cli.listing import as_json  # noqa: PLC0415

    names = ("min", "median", "max")
    ratios = [
        {
            "family": one.family,
            "peer": one.peer,
            "plans": one.plans,
            "runs": one.counts,
            **{
                clock: dict(zip(names, ({"ratio": r.value, "mark": r.mark} for r in spread(values)), strict=False))
                for clock, values in one.ratios.items()
            },
        }
        for one in compared
    ]
    runs = [
        {"plan": record.plan, **dict(zip(COLUMNS, row, strict=True)), **_more(record)}
        for record, row in zip(records, _rows(records, settings), strict=True)
    ]
    machine = {"system": platform.platform(), "processors": os.cpu_count(), "python": platform.python_version()}
    asked = {**asked, **asdict(settings)}
    return as_json(
        {"asked": asked, "machine": machine, "runs": runs, "ratios": ratios, "contradictions": list(against)}
    )


def _more(record: Record) -> dict[str, Any]:
    parts = record.as_dict()
    return {name: parts[name] for name in ("objective_exact", "note", "broken", "faults", "events")}
