"""A plan whose curve is known: the value at each share of Malaysia, worked out by hand.

930 chips stand in the US and 100 more arrive, worth 2,000 USD each in Johor and 1,000 in Ohio. All are placed, so with a
share s Malaysia may hold floor(1,030 s) of them:

    0%  2%  4%  6%  8%  10%  12%
     0  20  41  61  82  100  100    in Johor, 1,000 x (100 + those) USD in all
"""

from __future__ import annotations

import json
from math import floor
from typing import TYPE_CHECKING, Any

from tests.builders import document, site

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

KEY = "policy.destination_share"
VARY = f"{KEY}=0%:12%:2%"
IN_JOHOR = (0, 20, 41, 61, 82, 100, 100)
CURVE = tuple(1000 * (100 + units) for units in IN_JOHOR)


def worth(share: Fraction) -> int:
    """Return what the plan is worth at a share."""
    return 1000 * (100 + min(100, floor(1030 * share)))


def write_plan(file: Path, **parts: Any) -> Path:  # noqa: ANN401  whatever `document` takes
    defaults: dict[str, Any] = {
        "sites": [site("johor", "MY"), site("ohio", "US")],
        "delivered": 100,
        "installed": [{"country": "US", "accelerator": "chip", "units": 930}],
        "values": [
            {"site": "johor", "accelerator": "chip", "value_usd_per_unit": 2000},
            {"site": "ohio", "accelerator": "chip", "value_usd_per_unit": 1000},
        ],
    }
    file.write_text(json.dumps(document(**{**defaults, **parts})), encoding="utf-8")
    return file


def lease(units: int) -> list[dict[str, Any]]:
    """Return a commitment to a number of units in Johor."""
    return [{"key": "lease", "site": "johor", "min_units": units}]
