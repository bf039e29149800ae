"""A small plan whose units may be retired or moved, worked out by hand, and placements of such plans."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.schema.placement import Move, Placement
from tests.builders import chip, document, site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.rules.case import Case

DIPS = [{"site": "ohio", "period": "2025Q3", "power_mw": 0}]


def dipping(*, changes: Mapping[str, Any], **parts: Any) -> dict[str, Any]:  # noqa: ANN401  whatever `document` takes
    """Return one chip of 10 kW, three quarters, Ohio without power in the last, and Texas, worth half, beside it.

    A quarter is worth 2,190 in Ohio and 1,095 in Texas, half of it on arrival.
    """
    sites = [site("ohio", "US", power_mw="0.01"), site("texas", "US", power_mw="0.01", value_multiplier="0.5")]
    defaults: dict[str, Any] = {"accelerators": [chip(power_kw=10)], "delivered": 1, "policy": "physical-only"}
    return document(**{"sites": sites, "periods": 3, "power": DIPS, **defaults, **parts}) | {"changes": dict(changes)}


def changing(
    case: Case,
    ages: Mapping[tuple[str, int], tuple[int, ...]],
    moves: Mapping[tuple[str, str, int, int, int], int] | None = None,
) -> Placement:
    """Return a placement of one accelerator: units by (site, purchase), and by (from, to, bought, departs, arrives)."""
    index = case.plan.site_index
    aged = {(index[key], 0, bought): row for (key, bought), row in ages.items()}
    standing: dict[tuple[int, int], tuple[int, ...]] = {}
    for (number, sku, _), row in aged.items():
        before = standing.get((number, sku), (0,) * case.num_periods)
        standing[number, sku] = tuple(a + b for a, b in zip(before, row, strict=True))
    opened = {
        number: next(period for period, units in enumerate(row) if units)
        for (number, _), row in standing.items()
        if any(row)
    }
    found = {
        Move(index[origin], index[target], 0, *periods): units
        for (origin, target, *periods), units in (moves or {}).items()
    }
    return replace(Placement(standing, opened), aged_units=aged, moves=found)
