"""Tiny random plans in which stock leaves, is bound, or moves: `leaving_plan(seed)` and `changing_plan(seed)`."""

from __future__ import annotations

from random import Random
from typing import Any

LABELS = ["2025Q1", "2025Q2", "2025Q3"]
COUNTRIES = ["US", "US", "NO", "MY", "MY", "AE", "CN"]
MOVING_COUNTRIES = ["US", "US", "NO", "MY", "MY", "MY"]
"""Where stock moves about: few places, so that there are ways within one."""


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
        changes["relocation_cost_usd_per_unit"] = rng.choice([0, 0, 50, "400.5"])
    plan = _plan(rng, changes=changes, most=2)
    return _worth_leaving(rng, plan) if rng.random() < 0.6 else plan


def _worth_leaving(rng: Random, plan: dict[str, Any]) -> dict[str, Any]:
    """Return a plan whose best site has no power, or closes, after the first period, or the second."""
    best, *others = plan["sites"]
    labels = LABELS[1:]
    kept = {"site", "country", "energy_price_usd_per_mwh"}
    best = {key: cell for key, cell in best.items() if key in kept} | {"power_mw": "0.04", "value_multiplier": "1.3"}
    rows = []
    if rng.random() < 0.6:
        rows = [{"site": best["site"], "period": rng.choice(labels), "power_mw": rng.choice(["0", "0.01"])}]
    else:
        best["closes_after"] = rng.choice(LABELS[:2])
    others = [{key: cell for key, cell in row.items() if key != "closes_after"} for row in others]
    units = sum(row["units"] for row in plan["deliveries"])
    lots = [{"accelerator": "chip", "period": LABELS[0], "units": units, "lot": "all"}]
    changed = {name: rows for name, rows in plan.items() if name not in {"power", "installed"}}
    installed = [{"country": "US", "accelerator": "chip", "units": 4}]
    changed |= {"sites": [best, *others], "deliveries": lots, "installed": installed}
    return changed | ({"power": rows} if rows else {})


def _plan(rng: Random, *, changes: dict[str, Any], most: int) -> dict[str, Any]:
    count = 3 if changes else rng.choice([2, 3, 3])
    labels = LABELS[:count]
    block = rng.choice([1, 1, 2])
    chip: dict[str, Any] = {"accelerator": "chip", "tpp": 20000, "power_kw": 10, "block": block}
    chip |= {"value_usd_per_hour": rng.choice(["1.5", "2.35", "3"]), "price_usd": 30000}
    chip |= {"life_years": rng.choice(["0.4", "0.75", "1.1", "3"])} | (
        {"annual_value_decline": "0.3"} if rng.random() < 0.4 else {}
    )
    countries = MOVING_COUNTRIES if changes else COUNTRIES
    sites = [
        _site(rng, name, rng.choice(countries), labels, block)
        for name in rng.sample(["kilo", "alfa", "echo"], rng.choice([2, 3, 3]))
    ]
    plan: dict[str, Any] = {
        "company": {"name": "Oracle Test", "headquarters": "US"},
        "horizon": {"start": labels[0], "periods": count, "length": "quarter"}
        | {"annual_discount_rate": rng.choice(["0", "0.1"])},
        "policy": {"name": "three-tier-2025-01"} | _policy(rng, block, is_loose=bool(changes)),
        "economics": {
            "must_place": "by_end" if rng.random() < 0.25 else "no",
            "residual": "life" if rng.random() < 0.75 else "none",
            "first_period_share": rng.choice(["1/2", "1", "1"] if changes else ["1/2", "1/3", "1"]),
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
    power = _power(rng, sites, labels, block, 0.8 if changes else 0.3)
    return plan | ({"installed": installed} if installed else {}) | ({"power": power} if power else {})


def _site(rng: Random, name: str, country: str, labels: list[str], block: int) -> dict[str, Any]:
    site: dict[str, Any] = {"site": name, "country": country}
    site["power_mw"] = f"{rng.choice([1, 2, 2]) * block / 100:.2f}"
    site["energy_price_usd_per_mwh"] = rng.choice([30, 75])
    site["value_multiplier"] = rng.choice(["1", "0.9", "1.3", "0.5"])
    if rng.random() < 0.3:
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


def _policy(rng: Random, block: int, *, is_loose: bool) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "home_share": rng.choice(["0", "1/4", "50%"]),
        "outside_tier1_share": rng.choice(["1", "60%"]),
        "destination_share": rng.choice(["1", "1/2", "1/3"]),
    }
    if is_loose and rng.random() < 0.7:
        policy |= {"home_share": "0", "outside_tier1_share": "1", "destination_share": "1"}
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
        row: dict[str, Any] = {
            "accelerator": "chip",
            "period": rng.choice([labels[0], *labels]),
            "units": units,
            "lot": str(left),
        }
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


def _power(
    rng: Random, sites: list[dict[str, Any]], labels: list[str], block: int, chance: float
) -> list[dict[str, Any]]:
    return [
        {
            "site": site["site"],
            "period": rng.choice(labels[1:]),
            "power_mw": f"{rng.choice([0, 0, 1, 4]) * block / 100:.2f}",
        }
        for site in sites
        if rng.random() < chance
    ]
