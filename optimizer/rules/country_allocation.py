"""Country allocation: what may be licensed to one destination over the allocation's years, to everyone together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of
from optimizer.rules.additions import added
from optimizer.rules.external_use import level_of_others
from optimizer.rules.path_caps import cap_limit, cap_of, is_capped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.entry.gates import Gate
    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Limit, Variable
    from optimizer.schema.plan import Installed


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per destination of the rule's tiers, where the company has or may have licensed chips, and period.

    What it limits: TPP licensed to a destination since `from`. Citation: 15 CFR 742.6(b)(10)(iii)(B)(1) and (C).
    Equation: entered by the rule's paths[c,t] + charged to c[t] + installed by those paths since `from`[c] + others[c,t]
    <= cap x (1 + increase where c has given assurances). Unit: TPP. `charged to c` is what a company or operator
    headquartered in Tier 2 brings into Tier 1 by the `debit_paths`, where c is that headquarters (of the company first).
    What the plan adds after `from` but before the pack is in force counts as licensed. Nothing that leaves frees anything.
    Where others leave less than the company has, that is no breach of the company's: nothing more is licensed then.

    Raises InputError when external use is not given in TPP.
    """
    for period in range(case.num_periods):
        if not is_capped(case, spec, period):
            continue
        for place in _places(case, spec, period):
            others = _others(case, spec, place, period)
            terms, own = tuple(_terms(case, spec, place, period)), _installed(case, spec, place)
            if terms or own:
                cap = cap_of(case, spec, period) * _factor(case, spec, place)
                yield cap_limit(
                    case,
                    spec,
                    scope=place,
                    period=period,
                    terms=terms,
                    constant=own + others,
                    cap=max(cap, others + min(own, cap)),
                    setting=cap,
                )


def _places(case: Case, spec: RuleSpec, period: int) -> tuple[str, ...]:
    """Return the destinations of the rule's tiers, with those that entries elsewhere are charged to."""
    charged = {place for gate in case.gates if (place := charged_to(case, gate, period)) is not None}
    return tuple(sorted({*case.in_tiers(spec.tiers, period), *(charged if spec.debit_paths else ())}))


def room_of_others(case: Case, spec: RuleSpec, place: str, period: int) -> Exact:
    """Return the TPP that others leave of an allocation, or of the planner's own number for it; negative: overfilled.

    Zero where no allocation holds: outside the rule's tiers and years. Raises InputError when external use is not in TPP.
    Source: 15 CFR 742.6(b)(10)(iii)(B)(1), shared by all licensed buyers.
    """
    if not is_capped(case, spec, period) or case.tier(place, period) not in spec.tiers:
        return 0
    cap = case.number(spec.name, place, period, cap_of(case, spec, period) * _factor(case, spec, place))
    return cap - _others(case, spec, place, period)


def _others(case: Case, spec: RuleSpec, place: str, period: int) -> Exact:
    uses = (use for use in case.plan.external_use if destination_of(use.country) == place)
    return sum(level_of_others(use, spec.measure, period) for use in uses)


def charged_to(case: Case, gate: Gate, period: int) -> str | None:
    """Return the Tier 2 headquarters that entries into Tier 1 through a gate are charged to; None where there is none."""
    if case.tier(gate.destination, period) != 1:
        return None
    both = (case.headquarters, gate.operator_headquarters)
    return next((place for place in both if case.tier(place, period) == 2), None)  # noqa: PLR2004  Tier 2


def _factor(case: Case, spec: RuleSpec, place: str) -> Exact:
    raised = {destination_of(code) for code in case.policy.listed(spec.raised_in)}
    return 1 + case.policy.share(spec.raised_by) if spec.raised_by and place in raised else 1


def _terms(case: Case, spec: RuleSpec, place: str, period: int) -> Iterator[tuple[Variable, Exact]]:
    yield from case.entered(spec.paths, case.gates_by_destination.get(place, ()), period, spec.measure)
    charged = (gate for gate in case.gates if charged_to(case, gate, period) == place)
    yield from case.entered(spec.debit_paths, charged, period, spec.measure)
    if place in case.sites_by_destination:
        yield from _before_in_force(case, spec, place)


def _before_in_force(case: Case, spec: RuleSpec, place: str) -> Iterator[tuple[Variable, Exact]]:
    """Yield what the plan adds from the allocation's first day until the pack is in force, in a place then of the tiers."""
    day = case.policy.day(spec.from_)
    for earlier in range(case.first_in_force):
        counts = day is None or case.plan.horizon.last_day(earlier) >= day
        if counts and case.tier(place, earlier) in spec.tiers:
            yield from added(case, spec.measure, place, earlier, earlier - 1)


def _installed(case: Case, spec: RuleSpec, place: str) -> Exact:
    """Return what stands licensed to a place, and what stands in Tier 1 charged to it as the company's headquarters."""
    day = case.policy.day(spec.from_)
    is_home = place == case.headquarters

    def counts(row: Installed) -> bool:
        if row.placed_on is None or (day is not None and row.placed_on < day):
            return False
        is_here, path = destination_of(row.country) == place, case.stock.paths[row]
        return (is_here and case.stock.came_by(row, spec.paths)) or (
            is_home and path in spec.debit_paths and path in case.paths
        )

    return case.stock.installed(spec.measure, keep=counts)
