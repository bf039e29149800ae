"""Last plans for tests, written as files: units that stand by site, accelerator and period."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def write_csv(file: Path, stock: Mapping[tuple[str, str], Mapping[str, int]]) -> str:
    """Write a placement.csv and return its path."""
    rows = [f"{site},{key},{label},{n}" for (site, key), row in stock.items() for label, n in row.items()]
    file.write_text("\n".join(["site,accelerator,period,units_standing", *rows, ""]), encoding="utf-8")
    return str(file)


def write_json(
    file: Path,
    stock: Mapping[tuple[str, str], Mapping[str, int]],
    periods: Sequence[str],
    openings: Mapping[str, str] | None = None,
) -> str:
    """Write a result as far as a last plan is read from it, and return its path."""
    document: dict[str, Any] = {
        "status": "optimal",
        "plan": {"periods": list(periods)},
        "placements": [
            {"site": site, "accelerator": key, "period": label, "units_standing": units}
            for (site, key), row in stock.items()
            for label, units in row.items()
        ],
    }
    if openings is not None:
        document["openings"] = [{"site": site, "period": label} for site, label in openings.items()]
    file.write_text(json.dumps(document), encoding="utf-8")
    return str(file)
