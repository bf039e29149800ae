"""What entries by path must be before any limit is read: growing, while their path is open, no more than stand."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.rules.additions import brought
from optimizer.rules.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement


def misfit_entries(case: Case, placement: Placement) -> Iterator[str]:
    """Yield a sentence for each entry that is outside the plan and its policy."""
    for (gate, sku, path), row in sorted(placement.entered_units.items()):
        if gate not in case.gate_by_key or path not in case.gate_by_key[gate].open_periods:
            yield f"nothing can enter {gate} by the path {path}"
        elif not 0 <= sku < len(case.plan.accelerators):
            yield f"the plan has no accelerator number {sku} that enters {gate}"
        elif len(row) != case.num_periods:
            yield f"{case.plan.accelerators[sku].key} entering {gate} by {path} has {len(row)} periods"


def entry_faults(case: Case, placement: Placement) -> Iterator[str]:
    """Yield a sentence for each fault in the entries of a placement that fits the plan."""
    totals: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0] * case.num_periods)
    for (gate, sku, path), row in sorted(placement.entered_units.items()):
        yield from _row_faults(case, gate, sku, path, row)
        for period, units in enumerate(row):
            totals[gate, sku][period] += units
    yield from _surplus_faults(case, placement, totals)


def _row_faults(case: Case, key: str, sku: int, path: str, row: tuple[int, ...]) -> Iterator[str]:
    gate, name = case.gate_by_key[key], f"{case.plan.accelerators[sku].key} entering {key} by {path}"
    if not case.paths[path].allows[sku] and any(row):
        yield f"{name}: the path is not open to this accelerator"
    for period, (before, units) in enumerate(pairwise((0, *row))):
        label = case.plan.horizon.labels[period]
        if units < before:
            yield f"{name} shrinks in {label}"
        elif units > before and not gate.open_periods[path][period]:
            yield f"{name}: the path is not open in {label}"


def _surplus_faults(case: Case, placement: Placement, totals: Mapping[tuple[str, int], Sequence[int]]) -> Iterator[str]:
    ledger = Ledger(case, placement)
    for (key, sku), entered in totals.items():
        sites = case.gate_by_key[key].sites
        for period in range(case.first_in_force, case.num_periods):
            came = (term for site in sites for term in brought(case, site, sku, period, case.first_in_force - 1))
            standing = sum(weight * ledger.value(variable) for variable, weight in came)
            if entered[period] > standing:
                name, label = case.plan.accelerators[sku].key, case.plan.horizon.labels[period]
                yield f"{entered[period]:,} {name} have entered {key} by {label}, and {standing:,} stand there"
                break
