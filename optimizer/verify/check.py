"""Judge a placement exactly: its structure, and every limit, in integers and fractions.

This code has never seen the model or a solver. A limit is kept at equality and broken by the smallest excess. A soft limit
is never broken: its excess is charged.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.economics.changing import evaluate
from optimizer.economics.worth import Worth
from optimizer.rules.ledger import Ledger
from optimizer.rules.limit import BOUGHT
from optimizer.verify.structure import OPENINGS, misfit_faults, structural_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Limit
    from optimizer.schema.placement import Placement


@dataclass(frozen=True, slots=True)
class Reading:
    """A limit read on a placement: exact usage, allowance and slack in the limit's unit (negative slack: broken)."""

    limit: Limit
    usage: Exact
    allowance: Exact
    slack: Exact

    @property
    def is_broken(self) -> bool:
        """Return whether usage lies past the allowance of a limit that must hold."""
        return self.slack < 0 and not self.limit.is_soft

    @property
    def excess(self) -> Exact:
        """Return what is bought past a soft limit; 0 for any other."""
        return max(0, -self.slack) if self.limit.is_soft else 0


@dataclass(frozen=True)
class Verification:
    """The verdict on a placement and everything it rests on."""

    readings: tuple[Reading, ...]
    faults: tuple[str, ...]
    """What is wrong with the placement itself, in sentences."""
    objective_terms: dict[str, Fraction]

    @property
    def broken(self) -> tuple[Reading, ...]:
        """Return the limits the placement breaks."""
        return tuple(reading for reading in self.readings if reading.is_broken)

    @property
    def bought(self) -> tuple[Reading, ...]:
        """Return the soft limits that the placement goes past, at a price for room; not what is changed of a last plan."""
        return tuple(reading for reading in self.readings if reading.excess and reading.limit.term == BOUGHT)

    @property
    def passed(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.faults and not self.broken

    @property
    def objective(self) -> Fraction:
        """Return the exact objective, the sum of its terms."""
        return sum(self.objective_terms.values(), Fraction(0))


def verify(case: Case, limits: Iterable[Limit], placement: Placement) -> Verification:
    """Return the exact verdict on a placement of a case under some limits.

    What does not fit the plan's sites, accelerators and periods is a fault, and no limit can be read on it.
    """
    misfits = tuple(misfit_faults(case, placement))
    if misfits:
        return Verification(readings=(), faults=misfits, objective_terms={})
    limits = tuple(limits)
    late = frozenset(limit.scope for limit in limits if limit.rule == OPENINGS)
    ledger = Ledger(case, placement)
    open_at_no_cost = frozenset(site for site in range(len(case.plan.sites)) if case.is_open_from_the_start(site))
    readings, worth = tuple(_read(ledger, limits)), Worth(case.plan)
    return Verification(
        readings=readings,
        faults=tuple(structural_faults(case, placement, late)),
        objective_terms={**evaluate(worth, placement, open_at_no_cost), **_charges(worth, readings)},
    )


def _read(ledger: Ledger, limits: Iterable[Limit]) -> Iterator[Reading]:
    for limit in limits:
        usage, allowance = ledger.read(limit)
        yield Reading(limit, usage, allowance, limit.slack(usage, allowance))


def _charges(worth: Worth, readings: Iterable[Reading]) -> dict[str, Fraction]:
    """Return the charges for going past soft limits, by the term of the objective, where there is any excess."""
    charges: dict[str, Fraction] = defaultdict(Fraction)
    for reading in readings:
        if reading.excess:
            charges[reading.limit.term] -= charge_of(worth, reading)
    return dict(charges)


def charge_of(worth: Worth, reading: Reading) -> Fraction:
    """Return the present value of what is paid for the excess of a limit; nothing for the stock before the plan."""
    return worth.excess_price(reading.limit.price or Fraction(0), reading.limit.period_label) * reading.excess
