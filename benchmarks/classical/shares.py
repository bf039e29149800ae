"""The shares switched on: sites labelled with countries so that a solution already known satisfies every share with room.

The default pack then limits the plan, and cannot change its value: a larger cost would be a share read wrongly, a smaller
one is impossible.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import cycle
from typing import TYPE_CHECKING, Any

from benchmarks.classical.plans import ALLIES, HOME, TIER_2, number_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.classical.answers import Answer

HOME_PART, ABROAD_PART, COUNTRY_PART = Fraction(6, 10), Fraction(15, 100), Fraction(4, 100)
"""Least part at home, most outside Tier 1, most in one country there: well inside the default pack's 1/2, 1/4, 7/100."""
SHARE_RULES = ("home_share", "outside_tier1_share", "destination_share")


def compute_by_site(plan: Mapping[str, Any], answer: Answer) -> dict[int, int]:
    """Return the TPP that an answer has standing at each site."""
    tpp = {number_in(row["accelerator"]): int(row["tpp"]) for row in plan["accelerators"]}
    found: dict[int, int] = {}
    for (site, accelerator), units in answer.units.items():
        found[site] = found.get(site, 0) + units * tpp[accelerator]
    return found


def labelled(plan: Mapping[str, Any], compute: Mapping[int, int]) -> dict[str, Any]:
    """Return the plan with a country for each site, for a known solution with so much compute at each.

    The largest sites are at home until the home share has room. Each further site in use stands in a Tier 2 country where
    it is small enough for that, else with an ally; sites that the solution leaves empty stand in Tier 2, where they tempt.
    """
    total = sum(compute.values())
    countries: dict[int, str] = {}
    held = dict.fromkeys((HOME, *TIER_2), 0)
    allies, empty = cycle(ALLIES), cycle(TIER_2)
    for site, tpp in sorted(compute.items(), key=lambda item: (-item[1], item[0])):
        abroad = sum(held[code] for code in TIER_2)
        room = [code for code in TIER_2 if held[code] + tpp <= COUNTRY_PART * total]
        if held[HOME] < HOME_PART * total:
            countries[site] = HOME
        elif room and abroad + tpp <= ABROAD_PART * total:
            countries[site] = room[-1]
        else:
            countries[site] = next(allies)
        held[countries[site]] = held.get(countries[site], 0) + tpp
    sites = [{**row, "country": countries.get(number_in(row["site"])) or next(empty)} for row in plan["sites"]]
    return {**plan, "sites": sites}


def tight_shares(result: Mapping[str, Any]) -> list[str]:
    """Return the keys of share limits that a result does not report as slack, with room for one block more."""
    return [row["key"] for row in result["limits"] if row["rule"] in SHARE_RULES and row["binding"] != "slack"]
