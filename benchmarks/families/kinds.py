"""The kinds of plan: what each makes hard, as the numbers that the generator reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Spread(Enum):
    """How the power of a group of countries falls to its sites."""

    MIXED = "up to sixteen times as much to one site as to another, most of them small"
    EVEN = "at most three times as much"
    FEW_LARGE = "most of it to one site in ten"


class Course(Enum):
    """How the power of a site goes over time."""

    CONSTANT = "the same in every period"
    RISING = "in steps, from a third in the first period to all of it"
    FALLING = "half of the sites lose a fifth to a half of it for good, in the second half of the plan"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of plan. Powers are multiples of the power that all deliveries need at a usual PUE."""

    name: str
    about: str
    """What is hard about it."""
    policy: str = "three-tier-2025-01"
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings of the policy that the plan writes anew."""
    cap_room: float | None = 1.5
    """National cap over the chips that 7% would let into a middling country of Tier 2; None: as the policy has it."""
    power_home: float = 0.5
    power_tier1: float = 0.35
    power_tier2: float = 0.4
    crowded: int = 3
    """Countries of Tier 2 that four fifths of its power stand in; 0: it is spread evenly."""
    value_tier1: float = 1
    value_tier2: float = 1
    """Value of compute there, over its value at home."""
    installed: float = 0.6
    """Compute that stands already, over the compute of all deliveries."""
    installed_home: float = 0.54
    installed_tier2: float = 0.18
    mean_mw: float = 6
    spread: Spread = Spread.MIXED
    identical: int = 1
    """Sites in a row that are alike in everything."""
    racks_only: bool = False
    opening: float = 0.6
    """Cost of opening, over the cost of construction."""
    course: Course = Course.CONSTANT
    blocks_too_many: int | None = None
    """Every delivered block must stand at the end, and so many more are delivered than fit. None: stock may wait."""
    drawn_as: str | None = None
    """The kind whose random numbers it takes, so that it differs from it in nothing else."""


_BASE = Kind(
    "base", "a mixed plan: servers and racks, sites of all sizes; some open late, some are air-cooled or leased"
)
_SHORT = replace(
    _BASE,
    name="one-block-short",
    about="all must stand at the end, and one block more comes than whole blocks fit: infeasible, though not in fractions",
    blocks_too_many=1,
    racks_only=True,
    cap_room=None,
    installed=5,
    installed_home=0.62,
    installed_tier2=0.12,
)
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _BASE,
        replace(
            _BASE,
            name="tight",
            about="Tier 2 pays best and Tier 1 better than home: 7%, 25% and 50% all press",
            cap_room=3,
            power_home=0.48,
            power_tier1=0.42,
            power_tier2=0.7,
            crowded=4,
            value_tier1=1.1,
            value_tier2=1.15,
        ),
        replace(
            _BASE,
            name="seven-none",
            about="little power in Tier 2: no country near 7%, openings and power decide",
            power_home=0.75,
            power_tier1=0.35,
            power_tier2=0.12,
            crowded=0,
        ),
        replace(
            _BASE,
            name="seven-many",
            about="Tier 2 pays best and may take half: as many countries at 7% as can be",
            settings={"outside_tier1_share": "1/2"},
            cap_room=3,
            power_tier1=0.25,
            power_tier2=0.85,
            crowded=7,
            value_tier2=1.15,
            installed=0.3,
            installed_home=0.75,
            installed_tier2=0.1,
        ),
        replace(_BASE, name="few-large", about="one site in ten holds most of the power", spread=Spread.FEW_LARGE),
        replace(_BASE, name="many-small", about="the same power, evenly over sites of a few MW", spread=Spread.EVEN),
        replace(_BASE, name="rising", about="power comes in steps, behind the deliveries", course=Course.RISING),
        replace(_BASE, name="falling", about="half of the sites lose power on the way", course=Course.FALLING),
        replace(
            _BASE,
            name="large-racks",
            about="only racks of 72, on sites that hold a few of them: whole blocks matter",
            racks_only=True,
            mean_mw=1.2,
        ),
        replace(_BASE, name="symmetric", about="sites are alike in groups of four: many equal plans", identical=4),
        _SHORT,
        replace(
            _SHORT,
            name="one-block-enough",
            about="the twin of one-block-short with one block less: feasible, with every site full",
            blocks_too_many=0,
            drawn_as=_SHORT.name,
        ),
        replace(_BASE, name="opening-high", about="sites are dear to open: few of them, filled", opening=1.2),
        replace(_BASE, name="opening-low", about="sites cost next to nothing to open: nearly linear", opening=0.05),
        replace(
            _BASE,
            name="national-cap",
            about="the national cap, in chips, stops countries of Tier 2 long before 7%: the best chips go there",
            cap_room=0.4,
            value_tier2=1.08,
        ),
        replace(
            _BASE,
            name="diffusion",
            about="the rule as published, ai-diffusion-2025, with the company a universal validated end user",
            policy="ai-diffusion-2025",
            settings={"authorisations": "uveu"},
            cap_room=None,
        ),
    )
}
