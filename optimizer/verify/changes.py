"""What retirements and moves must be before any limit is read: allowed, by whole blocks, and every unit accounted for."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from optimizer.schema.placement import ages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case
    from optimizer.schema.placement import Move, Placement


def misfit_changes(case: Case, placement: Placement) -> Iterator[str]:
    """Yield a sentence for each age or move that is outside the plan."""
    sites, skus, periods = range(len(case.plan.sites)), range(len(case.plan.accelerators)), range(case.num_periods)
    for (site, sku, bought), row in sorted(placement.aged_units.items()):
        if site not in sites or sku not in skus or bought not in periods or len(row) != case.num_periods:
            yield f"units of age {bought} of accelerator number {sku} at site number {site} do not fit the plan"
    for move in sorted(placement.moves):
        fits = move.origin in sites and move.target in sites and move.accelerator in skus
        if not fits or any(period not in periods for period in move[3:]):
            yield f"a move from site number {move.origin} to site number {move.target} does not fit the plan"


def change_faults(case: Case, placement: Placement) -> Iterator[str]:
    """Yield a sentence for each fault in the ages and moves of a placement that fits the plan."""
    if not case.plan.changes.is_any:
        if placement.aged_units or placement.moves:
            yield "the plan does not say that units may be retired or moved"
        return
    for move, units in sorted(placement.moves.items()):
        yield from _move_faults(case, move, units)
    yield from _age_faults(case, placement)


def _move_faults(case: Case, move: Move, units: int) -> Iterator[str]:
    plan = case.plan
    accelerator = plan.accelerators[move.accelerator]
    name = f"{accelerator.key} from {plan.sites[move.origin].key} to {plan.sites[move.target].key}"
    if not plan.changes.relocation:
        yield f"{name}: the plan does not say that units may be moved"
    if move.origin == move.target:
        yield f"{name}: a move ends where it began"
    if units <= 0 or units % accelerator.block:
        yield f"{name}: {units} units are not whole blocks of {accelerator.block}"
    if move.departs <= move.bought:
        yield f"{name} departs before it has stood there"
    if move.arrives != move.departs + plan.relocation_lead(move.accelerator):
        yield f"{name} is not on its way for {plan.relocation_lead(move.accelerator)} periods"


def _age_faults(case: Case, placement: Placement) -> Iterator[str]:
    gone: dict[tuple[int, int, int, int], int] = defaultdict(int)
    come: dict[tuple[int, int, int, int], int] = defaultdict(int)
    for move, units in placement.moves.items():
        gone[move.origin, move.accelerator, move.bought, move.departs] += units
        come[move.target, move.accelerator, move.bought, move.arrives] += units
    ages = ages_of(placement)
    totals: dict[tuple[int, int, int], int] = defaultdict(int)
    for age in sorted({*ages, *(key[:3] for key in (*gone, *come))}):
        site, sku, bought = age
        row = ages.get(age, (0,) * case.num_periods)
        accelerator = case.plan.accelerators[sku]
        name = f"{accelerator.key} of {case.plan.horizon.labels[bought]} at {case.plan.sites[site].key}"
        if any(units < 0 or units % accelerator.block for units in row) or any(row[:bought]):
            yield f"{name} is not in whole blocks, or stands before it is bought"
        for period in range(case.num_periods):
            totals[site, sku, period] += row[period]
            if period > bought:
                came, went = come[(*age, period)], gone[(*age, period)]
                retired = row[period - 1] + came - went - row[period]
                yield from _flow_faults(case, name, period, (came, row[period], retired), site)
    for (site, sku, period), units in sorted(totals.items()):
        if units != placement.units(site, sku, period):
            name = f"{case.plan.accelerators[sku].key} at {case.plan.sites[site].key}"
            yield f"{name}: ages add up to {units} in {case.plan.horizon.labels[period]}"


def _flow_faults(case: Case, name: str, period: int, flow: tuple[int, int, int], site: int) -> Iterator[str]:
    came, stands, retired = flow
    label = case.plan.horizon.labels[period]
    if retired < 0:
        yield f"{name}: {-retired} more stand in {label} than stood there and came"
    elif came > stands:
        yield f"{name}: what arrives in {label} does not stay"
    elif retired and not (case.plan.changes.retirement or case.is_closed(site, period)):
        yield f"{name}: {retired} are gone in {label}, and the plan does not say that units may be retired"
