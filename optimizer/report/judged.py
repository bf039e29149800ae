"""A placement with its exact verdict, and what several tables read from it, worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.analysis.binding import GroupReading, group_readings
from optimizer.policies.specs import RuleSpec
from optimizer.rules.additions import placed_by
from optimizer.rules.ledger import Ledger
from optimizer.rules.limit import WORLD, Exact, Limit, Placed, Sense, Vintage
from optimizer.rules.measures import CHIPS, CONTROLLED_TPP, TPP, UNIT_NAMES
from optimizer.rules.shares import compute_in, total_compute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Variable
    from optimizer.schema.placement import Placement
    from optimizer.verify.check import Verification


@dataclass(frozen=True)
class Judged:
    """One placement of one case, verified."""

    case: Case
    placement: Placement
    verification: Verification
    known_groups: tuple[GroupReading, ...] | None = None
    """The groups, where somebody has read them already."""
    prices: Mapping[str, float] = field(default_factory=dict)
    """Prices of limits at which the bound was proven, by the key of each."""

    @cached_property
    def ledger(self) -> Ledger:
        """Return the exact quantities of the placement."""
        return Ledger(self.case, self.placement)

    @cached_property
    def groups(self) -> tuple[GroupReading, ...]:
        """Return every limit by group, policy first, then contract, then physical."""
        if self.known_groups is not None:
            return self.known_groups
        return group_readings(self.case, self.verification.readings)

    @cached_property
    def closed(self) -> frozenset[tuple[str, int]]:
        """Return the destinations with sites, and the periods, in which the policy forbids every addition."""
        rules = {spec.name for spec in self.case.policy.rules}
        return frozenset(
            (place, limit.period)
            for limit in (reading.limit for reading in self.verification.readings)
            if limit.rule in rules and forbids_additions(limit)
            for variable, coefficient in limit.usage.terms
            if coefficient > 0
            for place in _places(self.case, limit, variable)
        )

    def unplaced(self, measure: str, period: int) -> Exact:
        """Return what is delivered by a period and not placed; units bought past deliveries make up for none of it."""
        placed = self._placed_units[period]
        return sum(
            weight * max(0, row[period] - units)
            for weight, row, units in zip(
                self.case.weights[measure], self.case.plan.delivered_units, placed, strict=True
            )
        )

    @cached_property
    def _placed_units(self) -> tuple[tuple[int, ...], ...]:
        """Return units placed everywhere, by period and accelerator, those that have left included."""
        units = [[0] * len(self.case.plan.accelerators) for _ in range(self.case.num_periods)]
        for site, sku in sorted({pair[:2] for pair in (*self.placement.standing_units, *self.placement.aged_units)}):
            for period in range(self.case.num_periods):
                placed = placed_by(self.case, site, sku, period)
                units[period][sku] += int(sum(weight * self.ledger.value(variable) for variable, weight in placed))
        return tuple(map(tuple, units))

    def share(self, kind: str, places: Iterable[str], period: int) -> Fraction | None:
        """Return the share of compute in some destinations as rules of a kind measure it; None where there is none."""
        spec = share_rule(self.case, kind)
        total = total_compute(self.case, spec, period).evaluate(self.ledger.value)
        if not total:
            return None
        part = compute_in(self.case, spec, places, period).evaluate(self.ledger.value)
        return Fraction(part) / Fraction(total)


def _places(case: Case, limit: Limit, variable: Variable) -> Iterable[str]:
    """Return the destinations whose additions a limit counts by a variable."""
    if isinstance(variable, Placed):
        return case.sites_by_destination if variable.place == WORLD else (variable.place,)
    is_count = isinstance(variable, Vintage) and limit.unit == UNIT_NAMES[CHIPS]
    return (case.site_destinations[variable.site],) if is_count and isinstance(variable, Vintage) else ()


def forbids_additions(limit: Limit) -> bool:
    """Return whether a limit allows nothing at all."""
    is_maximum = limit.sense is Sense.AT_MOST and not limit.is_soft
    return is_maximum and not limit.allowance.terms and limit.allowance.constant <= 0


def share_rule(case: Case, kind: str) -> RuleSpec:
    """Return the policy's first rule of a kind; without one, a rule that measures shares of what stands.

    Under a policy with legal paths that is the compute of controlled chips, which alone need one.
    """
    measure = CONTROLLED_TPP if case.policy.paths else TPP
    return next(
        (spec for spec in case.policy.rules if spec.kind == kind),
        RuleSpec(kind=kind, measure=measure, citation="a convention of the report"),
    )


def counts_delivered(case: Case, spec: RuleSpec) -> bool:
    """Return whether a rule takes shares of everything delivered, unplaced stock included."""
    return spec.denominator is not None and case.policy.value(spec.denominator) == "delivered"


def home_of(case: Case) -> str:
    """Return the destination that counts as home: the home-share rule's where it binds the company, else headquarters."""
    spec = share_rule(case, "home_share")
    is_bound = spec.home is not None and case.headquarters_within(spec.bound, case.num_periods - 1)
    return str(spec.home) if is_bound else case.headquarters
