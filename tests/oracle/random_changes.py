"""Tiny random plans in which stock leaves, is bound, or moves: `leaving_plan(seed)` and `changing_plan(seed)`."""

from __future__ import annotations

from random import Random
from typing import Any

LABELS = ["2025Q1", "2025Q2", "2025Q3"]
COUNTRIES = ["US", "US", "NO", "MY", "MY", "AE", "CN"]


def leaving_plan(seed: int) -> dict[str, Any]:
    """Return a plan with sites that close, installed stock that leaves and lots bound to a place."""
    return _plan(Random(f"leaving {seed}"), changes={}, most=3)


def changing_plan(seed: int) -> dict[str, Any]:
    """Return a plan whose units may be retired, or moved, or both."""
    rng = Random(f"changing {seed}")
    kinds = rng.choice([("retirement",), ("relocation",), ("relocation",), ("retirement", "relocation")])
    changes: dict[str, Any] = dict.fromkeys(kinds, True)
    if "relocation" in kinds:
        changes["relocation_lead_periods"] = rng.choice([0, 0, 1, 1, 2])
        changes["relocation_cost_usd_per_unit"] = rng.choice([0, 150, "1200.5"])
    return _plan(rng, changes=changes, most=2)


def _plan(rng: Random, *, changes: dict[str, Any], most: int) -> dict[str, Any]:
    count = rng.choice([2, 3, 3])
    labels = LABELS[:count]
    block = rng.choice([1, 1, 2])
    chip: dict[str, Any] = {"accelerator": "chip", "tpp": 20000, "power_kw": 10, "block": block}
    chip |= {"value_usd_per_hour": rng.choice(["1.5", "2.35", "3"]), "price_usd": 30000}
    chip |= {"life_years": rng.choice(["0.4", "0.75", "1.1", "3"])} | (
        {"annual_value_decline": "0.3"} if rng.random() < 0.4 else {}
    )
    sites = [_site(rng, name, labels, block) for name in rng.sample(["kilo", "alfa", "echo"], rng.choice([2, 3, 3]))]
    plan: dict[str, Any] = {
        "company": {"name": "Oracle Test", "headquarters": "US"},
        "horizon": {"start": labels[0], "periods": count, "length": "quarter"}
        | {"annual_discount_rate": rng.choice(["0", "0.1"])},
        "policy": {"name": "three-tier-2025-01"} | _policy(rng, block),
        "economics": {
            "must_place": "by_end" if rng.random() < 0.25 else "no",
            "residual": "life" if rng.random() < 0.75 else "none",
            "first_period_share": rng.choice(["1/2", "1/3", "1"]),
        },
        "accelerators": [chip],
        "sites": sites,
        "deliveries": _deliveries(rng, labels, sites, block, most if block == 1 or most < 3 else 2),
    }
    if changes:
        plan["changes"] = changes
    if rng.random() < 0.3:
        plan["unit_costs"] = [{"name": "freight", "usd_per_unit": 200}]
    installed = _installed(rng, sites, block)
    power = _power(rng, sites, labels, block)
    return plan | ({"installed": installed} if installed else {}) | ({"power": power} if power else {})


def _site(rng: Random, name: str, labels: list[str], block: int) -> dict[str, Any]:
    site: dict[str, Any] = {"site": name, "country": rng.choice(COUNTRIES)}
    site["power_mw"] = f"{rng.choice([1, 2, 3]) * block / 100:.2f}"
    site["energy_price_usd_per_mwh"] = rng.choice([30, 75])
    site["value_multiplier"] = rng.choice(["1", "0.9", "1.3", "0.5"])
    if rng.random() < 0.4:
        site["opening_cost_usd"] = rng.choice([500, 3000])
    if rng.random() < 0.3:
        site["fixed_cost_usd_per_period"] = rng.choice([100, 700])
    if rng.random() < 0.5:
        site["closes_after"] = rng.choice([*labels, "2025Q4", "2026Q2"])
    elif rng.random() < 0.3:
        site["opens_from"] = labels[1]
    if rng.random() < 0.2:
        site["max_units"] = block * rng.choice([1, 2])
    if rng.random() < 0.15:
        site["min_units_if_open"] = block
    return site


def _policy(rng: Random, block: int) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "home_share": rng.choice(["0", "1/4", "50%"]),
        "outside_tier1_share": rng.choice(["1", "60%"]),
        "destination_share": rng.choice(["1", "1/2", "1/3"]),
    }
    if rng.random() < 0.5:
        policy["national_cap"] = block * rng.choice([1, 2])
    return policy


def _deliveries(
    rng: Random, labels: list[str], sites: list[dict[str, Any]], block: int, most: int
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    left = most * block
    while left > 0:
        units = min(left, rng.choice([1, block, 2 * block]))
        row: dict[str, Any] = {"accelerator": "chip", "period": rng.choice(labels), "units": units, "lot": str(left)}
        if rng.random() < 0.35:
            site = rng.choice(sites)
            row["destination"] = site[rng.choice(["site", "country"])]
        rows.append(row)
        left -= units
    return rows


def _installed(rng: Random, sites: list[dict[str, Any]], block: int) -> list[dict[str, Any]]:
    rows = []
    days = ["2025-01-15", "2025-03-31", "2025-05-01", "2025-12-31"]
    if rng.random() < 0.8:
        rows.append({"country": "US", "accelerator": "chip", "units": block * rng.choice([1, 3])})
        rows[-1] |= {"retires_on": rng.choice(days)} if rng.random() < 0.5 else {}
    for site in sites:
        if rng.random() < 0.3 and site["country"] != "CN" and "opens_from" not in site:
            row = {"site": site["site"], "accelerator": "chip", "units": block}
            row |= {"retires_on": rng.choice(days)} if rng.random() < 0.6 else {}
            row |= {"placed_on": "2025-01-10"} if rng.random() < 0.3 else {}
            site["power_includes_installed"] = rng.random() < 0.5
            rows.append(row)
    return rows


def _power(rng: Random, sites: list[dict[str, Any]], labels: list[str], block: int) -> list[dict[str, Any]]:
    return [
        {"site": site["site"], "period": labels[-1], "power_mw": f"{rng.choice([0, 1, 4]) * block / 100:.2f}"}
        for site in sites
        if rng.random() < 0.3
    ]
