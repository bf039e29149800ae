"""In which country each site of a plan stands, and which sites are alike."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from benchmarks.families.places import Place, first_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.families.dice import Dice
    from benchmarks.families.kinds import Kind
    from benchmarks.families.sizes import Size

CROWDED_PART = 0.8


@dataclass(frozen=True, slots=True)
class Map:
    """The countries of a plan and its sites among them."""

    places: tuple[Place, ...]
    tier2_parts: Mapping[str, float]
    """What part of Tier 2's power each of its countries has."""
    sites: tuple[Place, ...]
    """The country of each site, in the order of `places`."""
    models: tuple[int, ...]
    """For each site the one it is like: itself, or the first of its group."""


def draw_map(kind: Kind, size: Size, dice: Dice) -> Map:
    """Return two sites in five at home and the others abroad, in every country one group of like sites at least."""
    num_abroad = size.sites - size.num_home_sites
    groups_abroad = -(-num_abroad // kind.identical)
    places = first_places(min(size.num_destinations, 1 + groups_abroad))
    home, *abroad = places
    parts = _tier2_parts([place.country for place in abroad if place.group == 2], kind.crowded, dice)
    weights = [
        parts[place.country] * len(parts) if place.group == 2 else jitter
        for place, jitter in zip(abroad, dice.between(0.5, 1.5, len(abroad)), strict=True)
    ]
    groups = [*range(len(abroad)), *dice.pick(weights, groups_abroad - len(abroad))]
    drawn = sorted([group for group in groups for _ in range(kind.identical)][:num_abroad])
    sites = (*[home] * size.num_home_sites, *(abroad[at] for at in drawn))
    return Map(places, parts, sites, _models(sites, kind.identical))


def _tier2_parts(countries: Sequence[str], num_crowded: int, dice: Dice) -> dict[str, float]:
    """Return each country's part: four fifths to the crowded ones together, evenly but for a fifth more or less."""
    crowded, rest = countries[:num_crowded], countries[num_crowded:]
    of_crowded = CROWDED_PART if crowded and rest else float(bool(crowded))
    weights = [of_crowded / len(crowded) for _ in crowded] + [(1 - of_crowded) / len(rest) for _ in rest]
    weights = [one * jitter for one, jitter in zip(weights, dice.between(0.8, 1.2, len(weights)), strict=True)]
    total = fsum(weights)
    return {country: weight / total for country, weight in zip(countries, weights, strict=True)}


def _models(sites: Sequence[Place], identical: int) -> tuple[int, ...]:
    models: list[int] = []
    for at, place in enumerate(sites):
        goes_on = at > 0 and sites[at - 1] == place and at - models[-1] < identical
        models.append(models[-1] if goes_on else at)
    return tuple(models)
