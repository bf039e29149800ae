"""A plan small enough to try every placement of it, with openings, power, growth, a share and a cap that all bite."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.verify.check import verify
from tests.builders import chip, document, placing, site

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

BLOCK = 8
MOST_BLOCKS = 3
SITES = ("ohio", "johor", "lyon")


def tiny() -> dict[str, Any]:
    """Return the plan: Johor is worth most and may have a third; Lyon costs more to open than it brings."""
    costs = {"johor": 3, "ohio": 5, "lyon": 40}
    values = {"johor": 900, "ohio": 500, "lyon": 700}
    return document(
        sites=[
            site(key, country, power_mw="0.02", opening_cost_usd=costs[key] * 1000)
            for key, country in zip(SITES, ("US", "MY", "FR"), strict=True)
        ],
        accelerators=[chip(power_kw=1, block=BLOCK)],
        delivered={"chip": [16, 16]},
        periods=2,
        policy={"destination_share": "1/3", "home_share": "1/4", "outside_tier1_share": "2/5"},
        values=[{"site": key, "accelerator": "chip", "value_usd_per_unit": worth} for key, worth in values.items()],
    )


def written(folder: Path) -> Path:
    """Return the file of the plan, in a folder."""
    file = folder / "tiny-1.json"
    file.write_text(json.dumps(tiny()), encoding="utf-8")
    return file


def brute_force() -> Fraction:
    """Return the value of the best of all placements, each judged by the exact check."""
    case = make_case(plan_from_dict(tiny()))
    limits = compile_limits(case)
    rows = [(first * BLOCK, last * BLOCK) for first in range(MOST_BLOCKS) for last in range(first, MOST_BLOCKS)]
    found = [
        verify(case, limits, placing(case, **dict(zip(SITES, counts, strict=True))))
        for counts in product(rows, repeat=len(SITES))
    ]
    return max(one.objective for one in found if one.passed)
