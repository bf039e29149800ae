"""Capacity in whole modules, how many sites open, and which exclude each other."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from optimizer.schema.limit_kind import LimitKind


@dataclass(frozen=True, slots=True)
class Hall:
    """Capacity that a site can add in whole modules of one size."""

    key: str
    site: str
    power_mw: Fraction
    """Facility power of one module."""
    modules: int
    """The most that may stand."""
    cost_usd: Fraction = Fraction(0)
    """Of one module."""
    available_from: int = 0
    """First period in which a module may stand; `num_periods` when only after the horizon."""
    min_modules_if_open: int | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class OpeningLimit:
    """How many sites of a scope open in each period of a term, or are open then; None: no such limit."""

    key: str
    country: str | None
    region: str | None
    """At most one of country and region; none: every site."""
    first: int
    last: int
    min_openings: int | None = None
    max_openings: int | None = None
    max_sites: int | None = None
    max_countries: int | None = None
    kind: LimitKind = LimitKind.CONTRACT
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Two sites that are never both open."""

    site: str
    other_site: str
    reference: str | None = None
