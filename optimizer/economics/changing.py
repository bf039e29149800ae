"""Money where units may be retired or moved: each period in which a unit stands earns, at the site where it stands.

For one unit of g, bought in period a, in a period k in which it stands at s:

    value + energy = w f(k) (margin of period k at s), w = first_period_share in the period in which it came to s, else 1
    residual       = R(s,g,a) x (margin of period T-1 at s), for the last period; a unit keeps its age wherever it goes
    cost           = - f(a) x unit costs that apply at s, in the period of purchase alone

and `relocation = - f(k) x relocation_cost_usd_per_unit` for one that departs in period k. A unit that stays where it was
placed is worth exactly what `optimizer.economics.worth` says.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.schema.placement import ages_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.economics.worth import Terms, Worth
    from optimizer.schema.placement import Move, Placement

RELOCATION = "relocation"
"""What moves cost."""


def evaluate(worth: Worth, placement: Placement, open_at_no_cost: frozenset[int]) -> Terms:
    """Return the objective of a placement by term, exactly, whether its units may leave or not."""
    if not worth.plan.changes.is_any:
        return worth.evaluate(placement, open_at_no_cost)
    totals: Terms = defaultdict(Fraction)
    for (site, sku, bought), row in sorted(ages_of(placement).items()):
        for period, units in enumerate(row):
            if units:
                _add(totals, worth.standing_terms(site, sku, bought, period), units)
    for move, units in sorted(placement.moves.items()):
        _add(totals, move_terms(worth, move), units)
    _add(totals, worth.evaluate(replace(placement, standing_units={}), open_at_no_cost), 1)
    return dict(totals)


def move_terms(worth: Worth, move: Move) -> Terms:
    """Return the present value of one unit that moves: what it costs, and the part of its first period it does not earn."""
    late = worth.late_terms(move.target, move.accelerator, move.arrives)
    return {RELOCATION: departure_value(worth, move.accelerator, move.departs), **late}


def departure_value(worth: Worth, sku: int, period: int) -> Fraction:
    """Return the present value, negative, of one unit's departure."""
    return -worth.plan.relocation_cost(sku) * worth.plan.horizon.discount_factor(period)


def _add(totals: Terms, terms: Mapping[str, Fraction], units: int) -> None:
    for name, money in terms.items():
        totals[name] += money * units
