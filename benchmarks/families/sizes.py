"""The sizes of a family: sites, accelerators and quarters. Five have a name; any other is for growth curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FEWEST_SITES, LONGEST = 10, 100
"""Sites and quarters: what a size of one's own may have."""
FEWEST_DESTINATIONS, MOST_DESTINATIONS = 10, 40
SITES_OF_FEWEST_DESTINATIONS = 20
MORE_PER_DOUBLING = 4


@dataclass(frozen=True, slots=True)
class Size:
    """How large a plan is. The name begins the name of its directory."""

    name: str
    sites: int
    accelerators: int
    periods: int

    @property
    def num_home_sites(self) -> int:
        """Return how many sites stand at home: two in five."""
        return self.sites * 2 // 5

    @property
    def num_destinations(self) -> int:
        """Return in how many countries they stand: 10 up to 39 sites, four more each time sites double, at most 40."""
        doublings = max(self.sites // SITES_OF_FEWEST_DESTINATIONS, 1).bit_length() - 1
        wanted = FEWEST_DESTINATIONS + MORE_PER_DOUBLING * doublings
        return min(wanted, MOST_DESTINATIONS, 1 + self.sites - self.num_home_sites)


SIZES: Mapping[str, Size] = {
    size.name: size
    for size in (
        Size("s", 20, 3, 4),
        Size("m", 50, 4, 8),
        Size("l", 200, 6, 12),
        Size("xl", 1_000, 8, 12),
        Size("xxl", 10_000, 8, 12),
    )
}


def free_size(sites: int, accelerators: int, periods: int) -> Size:
    """Return a size by its three numbers, called `400x6x12`."""
    return Size(f"{sites}x{accelerators}x{periods}", sites, accelerators, periods)
