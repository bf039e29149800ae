"""The sites of a plan beside their power: costs, dates, cooling, leases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.families.fleet import KW_PER_MW, Model
from benchmarks.families.kinds import Course
from benchmarks.families.periods import period_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.families.dice import Dice
    from benchmarks.families.kinds import Kind
    from benchmarks.families.places import Place
    from benchmarks.families.sizes import Size
    from benchmarks.families.where import Map

LEAST_PUE = 1.05
FIXED_PER_QUARTER = 0.007
"""Upkeep and staff over the cost of construction, in the middle."""
LATE, AIR_COOLED, LEASED = 0.3, 0.15, 0.1
"""Parts of the sites."""
LAST_OPENING = 0.7
"""Of the plan's periods: no site opens later."""
SERVER_BLOCK = 8
LEASED_PART, KW_PER_UNIT = 0.3, 2
W_PER_MW = 1_000_000


@dataclass(frozen=True, slots=True)
class Traits:
    """What a site has beside its power."""

    place: Place
    pue: float
    energy_usd_per_mwh: float
    construction_usd_per_watt: float
    fixed_part: float
    """Fixed cost of a period over the cost of construction."""
    value_multiplier: float
    opens_at: int
    """Index of the first period in which it may be open."""
    is_air_cooled: bool
    is_leased: bool


def draw_traits(kind: Kind, size: Size, where: Map, dice: Dice) -> list[Traits]:
    """Return each site's traits, those of the site it is like."""
    number = size.sites
    pues, energies = dice.between(-0.05, 0.05, number), dice.between(0.8, 1.25, number)
    constructions, fixed = dice.between(0.85, 1.2, number), dice.between(0.6, 1.4, number)
    values, dates = dice.between(0.97, 1.03, number), dice.between(0, 1, number)
    coolings, leases = dice.between(0, 1, number), dice.between(0, 1, number)
    worth = {0: 1.0, 1: kind.value_tier1, 2: kind.value_tier2}
    latest = int((size.periods - 1) * LAST_OPENING)
    own = [
        Traits(
            place,
            max(round(place.pue + pues[at], 2), LEAST_PUE),
            place.energy_usd_per_mwh * energies[at],
            place.construction_usd_per_watt * constructions[at],
            FIXED_PER_QUARTER * fixed[at],
            worth[place.group] * values[at],
            1 + int(dates[at] / LATE * latest) if dates[at] < LATE and latest else 0,
            coolings[at] < AIR_COOLED and not kind.racks_only,
            leases[at] < LEASED and kind.course is Course.CONSTANT and kind.blocks_too_many is None,
        )
        for at, place in enumerate(where.sites)
    ]
    return [own[model] for model in where.models]


def site_rows(
    kind: Kind, traits: Sequence[Traits], megawatts: Sequence[float], models: Sequence[Model]
) -> list[dict[str, Any]]:
    """Return the rows of sites.csv, each site called by its country and its number there."""
    servers = ";".join(model.name for model in models if model.block == SERVER_BLOCK)
    counts: dict[str, int] = {}
    rows = []
    for site, facility_mw in zip(traits, megawatts, strict=True):
        country = site.place.country
        counts[country] = counts.get(country, 0) + 1
        it_mw = facility_mw / site.pue
        construction_usd = site.construction_usd_per_watt * it_mw * W_PER_MW
        leased_units = int(it_mw * KW_PER_MW / KW_PER_UNIT * LEASED_PART) // SERVER_BLOCK * SERVER_BLOCK
        rows.append(
            {
                "site": f"{country.lower()}-{counts[country]:04d}",
                "country": country,
                "power_mw": f"{facility_mw:.6g}",
                "pue": f"{site.pue:.2f}",
                "energy_price_usd_per_mwh": f"{site.energy_usd_per_mwh:.1f}",
                "opening_cost_usd": round(construction_usd * kind.opening / 10_000) * 10_000,
                "fixed_cost_usd_per_period": round(construction_usd * site.fixed_part / 1_000) * 1_000,
                "opens_from": period_name(site.opens_at) if site.opens_at else None,
                "min_units_if_open": leased_units if site.is_leased and leased_units else None,
                "value_multiplier": f"{site.value_multiplier:.3f}",
                "allowed_accelerators": servers if site.is_air_cooled else None,
            }
        )
    return rows
