"""A plan that takes a solver a good while, made from a seed."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

COUNTRIES = ("US", "US", "US", "GB", "JP", "NO", "MY", "BR", "IN", "AE", "CL", "KZ", "TH", "PL", "ZA")
QUARTERS = ("2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3", "2026Q4")
ACCELERATORS = {"H200-SXM": 2.5, "B200-HGX": 3.9, "GB200-NVL72": 4.4, "GB300-NVL72": 6.3}


def write_big_plan(file: Path, sites: int = 60, seed: int = 1) -> Path:
    """Write a plan as one JSON file and return its path; whole racks, many openings and tight shares make it hard."""
    rng = random.Random(seed)
    document = {
        "name": "a big plan",
        "company": {"name": "Example", "headquarters": "US"},
        "horizon": {"start": "2025Q1", "periods": len(QUARTERS), "annual_discount_rate": "0.1"},
        "economics": {"utilisation": "0.7", "annual_value_decline": "0.2"},
        "sites": [_site(rng, number) for number in range(sites)],
        "accelerators": [
            {"accelerator": name, "value_usd_per_hour": str(value)} for name, value in ACCELERATORS.items()
        ],
        "deliveries": [
            {"accelerator": name, "period": quarter, "units": rng.randrange(1000, 6000)}
            for name in ACCELERATORS
            for quarter in QUARTERS
        ],
        "installed": [{"country": "US", "accelerator": "H200-SXM", "units": 20000}],
    }
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def _site(rng: random.Random, number: int) -> dict[str, str]:
    return {
        "site": f"s{number:03d}",
        "country": rng.choice(COUNTRIES),
        "power_mw": f"{rng.uniform(1, 9):.2f}",
        "pue": f"{rng.uniform(1.1, 1.5):.2f}",
        "energy_price_usd_per_mwh": f"{rng.uniform(25, 180):.1f}",
        "opening_cost_usd": str(rng.randrange(5, 120) * 1_000_000),
        "fixed_cost_usd_per_period": str(rng.randrange(1, 30) * 100_000),
    }
