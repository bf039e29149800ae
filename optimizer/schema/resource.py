"""What sites share: capital, carbon, water, grid, staff, and what units, openings and modules use of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from optimizer.schema.limit_kind import LimitKind


class Counting(StrEnum):
    """What of a shared resource counts: all that stands, what is added in a period, or all that was added by then."""

    STANDING = "standing"
    ADDED = "added"
    CUMULATIVE = "cumulative"


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that sites share: capital, carbon, water, grid, staff."""

    key: str
    limits: tuple[Fraction | None, ...]
    """The most that may be used, by period; None: no limit then."""
    unit: str
    counts: Counting = Counting.STANDING
    kind: LimitKind = LimitKind.CONTRACT
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """What units, openings and modules of a scope use of a resource; rows add up. Empty filters match everything."""

    resource: str
    site: str | None = None
    country: str | None = None
    region: str | None = None
    accelerator: str | None = None
    hall: str | None = None
    per_unit: Fraction = Fraction(0)
    per_opening: Fraction = Fraction(0)
    per_module: Fraction = Fraction(0)
    per_mw: Fraction = Fraction(0)
    """By facility power drawn."""
    per_mwh: Fraction = Fraction(0)
    """By energy drawn in a period; units draw `first_period_share` of it in the period of their addition."""
    rate_of_price: Fraction = Fraction(0)
