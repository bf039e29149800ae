"""Headroom within the legal paths: the sum of what each open path still takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.rules.limit import Limit, Standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.analysis.path_slacks import PathSlacks
    from optimizer.entry.gates import Gate
    from optimizer.rules.case import Case


@dataclass(frozen=True, slots=True)
class Headroom:
    """Room for more: whole blocks and units, and the first limit that stops one block more.

    None in `blocks`, `units` and `stopped_by` means that no limit stops it.
    """

    place: str
    accelerator: str
    period: str
    blocks: int | None
    units: int | None
    stopped_by: Limit | None
    units_by_path: Mapping[str, int | None] | None = None
    """Room by legal path alone, in units, before blocks and other limits; None where no path has to be chosen."""


def within_paths(
    case: Case, slacks: PathSlacks, gates: Sequence[Gate], sku: int, period: int, found: Headroom
) -> Headroom:
    """Return headroom found under the other limits, cut to what the paths through some gates still take."""
    is_asked = sku_needs_path(case, sku, period)
    if not gates or not is_asked or any(gate.free_path is not None for gate in gates):
        return found
    left = slacks.copy()
    by_path: dict[str, int | None] = {}
    stop = _closed_by(slacks, gates, sku, period)
    for path in case.paths:
        for gate in gates:
            if case.may_enter(gate, path, sku, period):
                room, limit = left.room((gate.key, sku, path), period)
                before = by_path.get(path, 0)
                by_path[path] = None if room is None or before is None else before + room
                if room is not None:
                    left.take((gate.key, sku, path), period, room)
                stop = limit or stop
    if any(units is None for units in by_path.values()):
        return replace(found, units_by_path=by_path)
    block = case.plan.accelerators[sku].block
    blocks = sum(units or 0 for units in by_path.values()) // block
    if found.blocks is not None and found.blocks <= blocks:
        return replace(found, units_by_path=by_path)
    return replace(found, blocks=blocks, units=blocks * block, stopped_by=stop, units_by_path=by_path)


def sku_needs_path(case: Case, sku: int, period: int) -> bool:
    """Return whether an accelerator that enters in a period needs a legal path."""
    return bool(case.gates) and case.controlled[sku] and case.is_in_force(period)


def _closed_by(slacks: PathSlacks, gates: Sequence[Gate], sku: int, period: int) -> Limit | None:
    """Return the limit that asks for a path, for where none is open."""
    asking = (slacks.asking.get(Standing(site, sku, period)) for gate in gates for site in gate.sites)
    return next((limit for limit in asking if limit is not None), None)
