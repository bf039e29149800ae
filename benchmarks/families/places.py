"""The countries that sites stand in, in the order in which larger plans take them in, and their usual costs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from optimizer.catalogue.countries import tier_table

HOME = "US"
TIER_TABLE = "ai-diffusion-2025"
_FILE = Path(__file__).with_name("places.csv")


@dataclass(frozen=True, slots=True)
class Place:
    """A country and its middle figures; those of its sites lie around them."""

    country: str
    tier: int
    energy_usd_per_mwh: float
    construction_usd_per_watt: float
    pue: float

    @property
    def group(self) -> int:
        """Return its tier, 0 for home: the three groups that power is given to."""
        return 0 if self.country == HOME else self.tier


@cache
def all_places() -> tuple[Place, ...]:
    """Return every country, home first, then Tier 1, then Tier 2."""
    table = tier_table(TIER_TABLE)
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Place(
                row["country"],
                table.tier_on(row["country"], table.covers_from).tier,
                float(row["energy_usd_per_mwh"]),
                float(row["construction_usd_per_watt"]),
                float(row["pue"]),
            )
            for row in csv.DictReader(stream)
        )


def first_places(number: int) -> tuple[Place, ...]:
    """Return home, the first countries of Tier 1 and as many of Tier 2, or one more, in the order of the file."""
    by_group: dict[int, list[Place]] = {0: [], 1: [], 2: []}
    for place in all_places():
        by_group[place.group].append(place)
    num_tier1 = min((number - 1) // 2, len(by_group[1]))
    return (*by_group[0], *by_group[1][:num_tier1], *by_group[2][: number - 1 - num_tier1])
