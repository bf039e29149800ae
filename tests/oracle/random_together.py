"""Tiny random plans in which several of the larger features meet: `mixed_plan(seed)`."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.oracle.random_changes import LABELS, MOVING_COUNTRIES, _installed, _policy, _power, _site

Document = dict[str, Any]
FEATURES = ("changes", "halls", "resources", "openings", "workloads", "soft", "bound", "commitment", "closing")


def mixed_plan(seed: int, *wanted: str) -> Document:
    """Return the plan of a seed: the features named, or three to five of those above; few blocks and sites."""
    rng = Random(f"together {seed} {wanted}")
    features = set(wanted) or set(rng.sample(FEATURES, rng.choice([3, 4, 4, 5])))
    is_changing = "changes" in features
    labels = LABELS[: rng.choice([2, 3, 3])]
    blocks = [rng.choice([1, 1, 2])] if rng.random() < 0.75 or is_changing else [1, 2]
    chips = [_chip(rng, name, block) for name, block in zip(["chip", "other"], blocks, strict=False)]
    sites = _sites(rng, labels, blocks[0], features)
    plan = _frame(rng, labels, blocks[0])
    most = 2 if is_changing and len(labels) == len(LABELS) else 3
    plan |= {"accelerators": chips, "sites": sites}
    plan["deliveries"] = _lots(rng, labels, sites, chips, most, is_bound="bound" in features)
    if plan["policy"]["name"] != "physical-only" and rng.random() < 0.25 and "soft" not in features:
        plan["policy"]["share_denominator"] = "delivered"
        plan["economics"]["holding_country"] = "US"
    plan |= {"changes": _changes(rng)} if is_changing else {}
    tables: Document = {"installed": _installed(rng, sites, blocks[0])}
    tables["power"] = _power(rng, sites, labels, blocks[0], 0.5 if is_changing else 0.2)
    tables |= _tables(rng, plan, labels, blocks[0], features)
    plan |= {name: rows for name, rows in tables.items() if rows}
    return plan | (_prices(rng, plan) if "soft" in features else {})


def _sites(rng: Random, labels: list[str], block: int, features: set[str]) -> list[Document]:
    names = rng.sample(["kilo", "alfa", "echo"], rng.choice([2, 2, 3]) if "halls" in features else 3)
    sites = [_site(rng, name, rng.choice(MOVING_COUNTRIES), labels, block) for name in names]
    for site in sites:
        site["region"] = rng.choice(["east", "west"])
        site["carbon_kg_per_mwh"] = rng.choice(["0", "35.5", "120", "400", "712.25"])
        if "closing" in features and "opens_from" not in site and rng.random() < 0.6:
            site["closes_after"] = rng.choice([*labels, "2025Q4", "2026Q2"])
        elif "closing" not in features and rng.random() < 0.7:
            site.pop("closes_after", None)
    return sites


def _frame(rng: Random, labels: list[str], block: int) -> Document:
    """Return what a plan has beside its tables."""
    horizon = {"start": labels[0], "periods": len(labels), "length": "quarter"}
    law = {"name": "three-tier-2025-01"} | _policy(rng, block, is_loose=rng.random() < 0.7)
    economics = {
        "must_place": rng.choice(["by_end", "each_period"]) if rng.random() < 0.2 else "no",
        "residual": "life" if rng.random() < 0.75 else "none",
        "first_period_share": rng.choice(["1/2", "1/3", "1"]),
        "site_life_years": rng.choice(["15", "1", "0.5"]),
    }
    return {
        "company": {"name": "Oracle Test", "headquarters": "US"},
        "horizon": horizon | {"annual_discount_rate": rng.choice(["0", "0.1"])},
        "policy": law if rng.random() < 0.7 else {"name": "physical-only"},
        "economics": economics,
    } | ({"unit_costs": [{"name": "freight", "usd_per_unit": 200}]} if rng.random() < 0.2 else {})


def _tables(rng: Random, plan: Document, labels: list[str], block: int, features: set[str]) -> Document:
    sites, tables = plan["sites"], {}
    if "halls" in features:
        chosen = rng.sample(sites, rng.choice([1, 1, 2]))
        tables["halls"] = [_hall(rng, site, f"hall-{n}", labels, block) for n, site in enumerate(chosen)]
    if "openings" in features:
        tables |= _openings(rng, sites, labels)
    if "resources" in features:
        tables |= _resources(rng, plan, labels, has_halls="halls" in features)
    if "workloads" in features:
        tables |= _workloads(rng, plan, labels)
    if "commitment" in features:
        tables["commitments"] = [_commitment(rng, sites, block)]
    return tables


def with_goals(seed: int) -> Document:
    """Return a mixed plan with goals after the value."""
    rng = Random(f"together goals {seed}")
    orders = (["fewest_sites"], ["least_carbon"], ["fewest_sites", "least_carbon"], ["least_carbon", "fewest_sites"])
    within = rng.choice(["0", "1%", "10%", "1/3", "3/5"])
    return mixed_plan(seed) | {"goals": {"then": rng.choice(orders), "within": within}}


def _chip(rng: Random, name: str, block: int) -> Document:
    chip: Document = {"accelerator": name, "tpp": rng.choice([20000, 4000]), "power_kw": 10, "block": block}
    chip |= {"value_usd_per_hour": rng.choice(["1.5", "2.35", "3"]), "price_usd": 30000}
    chip |= {"life_years": rng.choice(["0.4", "0.75", "1.1", "3"])}
    if rng.random() < 0.3:
        chip["annual_value_decline"] = "0.3"
    return chip


def _changes(rng: Random) -> Document:
    kinds = rng.choice([("retirement",), ("relocation",), ("relocation",), ("retirement", "relocation")])
    changes: Document = dict.fromkeys(kinds, True)
    if "relocation" in kinds:
        changes["relocation_lead_periods"] = rng.choice([0, 0, 1])
        changes["relocation_cost_usd_per_unit"] = rng.choice([0, 50, "400.5"])
    return changes


def _lots(
    rng: Random, labels: list[str], sites: list[Document], chips: list[Document], most: int, *, is_bound: bool
) -> list[Document]:
    rows: list[Document] = []
    left = most
    for number, chip in enumerate(chips):
        blocks = left if number == len(chips) - 1 else 1
        left -= blocks
        for lot in range(blocks):
            row = {"accelerator": chip["accelerator"], "period": rng.choice([labels[0], *labels])}
            row |= {"units": chip["block"], "lot": f"{number}-{lot}"}
            if is_bound and rng.random() < 0.6:
                row["destination"] = rng.choice(sites)[rng.choice(["site", "country"])]
            rows.append(row)
    return rows


def _hall(rng: Random, site: Document, key: str, labels: list[str], block: int) -> Document:
    if rng.random() < 0.6:
        site["power_mw"] = "0"
    hall = {"site": site["site"], "hall": key, "power_mw": f"{block * rng.choice([1, 1, 2]) / 100:.2f}"}
    hall |= {"modules": rng.choice([1, 2]), "cost_usd": rng.choice([0, 400, 4000, "15000.5"])}
    if rng.random() < 0.3:
        hall["available_from"] = rng.choice(labels)
    if rng.random() < 0.3:
        hall["min_modules_if_open"] = 1
    return hall


def _openings(rng: Random, sites: list[Document], labels: list[str]) -> Document:
    limit: Document = {"key": "pace"}
    column = rng.choice(["min_openings", "max_openings", "max_sites", "max_sites", "max_countries"])
    limit[column] = rng.choice([0, 1, 1] if column == "max_openings" else [1, 1, 2])
    if rng.random() < 0.3:
        limit["region"] = rng.choice(sites)["region"]
    if rng.random() < 0.4:
        limit[rng.choice(["from", "until"])] = rng.choice(labels)
    tables: Document = {"opening_limits": [limit]}
    if rng.random() < 0.3:
        pair = rng.sample(sites, 2)
        tables["exclusions"] = [{"site": pair[0]["site"], "other_site": pair[1]["site"]}]
    return tables


def _resources(rng: Random, plan: Document, labels: list[str], *, has_halls: bool) -> Document:
    row: Document = {"resource": "budget", "counts": rng.choice(["standing", "added", "added", "cumulative"])}
    row["limit"] = rng.choice(["1", "2", "2.5", "4", "6"])
    rows = [row]
    if rng.random() < 0.4:
        rows.append({**row, "period": rng.choice(labels), "limit": rng.choice(["0", "1", "3", "10"])})
    use = [_use(rng, plan, has_halls=has_halls) for _ in range(rng.choice([1, 2]))]
    return {"resources": rows, "resource_use": use}


def _use(rng: Random, plan: Document, *, has_halls: bool) -> Document:
    use: Document = {"resource": "budget"}
    scope = rng.choice(["all", "all", "site", "region", "country"])
    if scope != "all":
        use[scope] = rng.choice(plan["sites"])[scope]
    chances = {"per_unit": (0.6, ["1", "2.5"]), "per_mwh": (0.5, ["0.05", "1/20"]), "per_mw": (0.3, ["40"])}
    if scope == "all" and rng.random() < 0.3:
        use["accelerator"] = plan["accelerators"][-1]["accelerator"]
    else:
        chances |= {"per_opening": (0.4, ["1", "2"])} | ({"per_module": (0.5, ["1"])} if has_halls else {})
    amounts = {name: rng.choice(values) for name, (chance, values) in chances.items() if rng.random() < chance}
    return use | (amounts or {"per_unit": "1"})


def _workloads(rng: Random, plan: Document, labels: list[str]) -> Document:
    tpp = sum(
        row["units"] * chip["tpp"]
        for row in plan["deliveries"]
        for chip in plan["accelerators"]
        if chip["accelerator"] == row["accelerator"]
    )
    rows: list[Document] = []
    for name in ("chat", "search")[: rng.choice([1, 2])]:
        shared: Document = {"workload": name}
        if rng.random() < 0.3:
            shared["countries"] = rng.choice(["US", "MY", "US;NO"])

        def row(shared: Document, period: str | None) -> Document:
            must = rng.random() < 0.3
            own = shared | {"demand_tpp": int(tpp * rng.choice([0, 0.2, 0.3] if must else [0.2, 0.5, 0.9])) + 1}
            own |= {"must_serve": must, "value_usd_per_tpp_hour": rng.choice(["0", "0.0001", "0.00007", "-0.00001"])}
            return own if period is None else own | {"period": period}

        rows.append(row(shared, None))
        rows += [row(shared, label) for label in labels if rng.random() < 0.25]
    tables: Document = {"workloads": rows}
    if rng.random() < 0.4:
        tables["service"] = [
            {"workload": name, "site": site["site"], "value_usd_per_tpp": rng.choice(["0", "0.05", "-0.02"])}
            for name in {row["workload"] for row in rows}
            for site in plan["sites"]
            if rng.random() < 0.85
        ]
    return tables


def _commitment(rng: Random, sites: list[Document], block: int) -> Document:
    scope = rng.choice(["site", "country"])
    row: Document = {"key": "deal", scope: rng.choice(sites)[scope]}
    if rng.random() < 0.5:
        row |= {"min_units": block, "only_if_used": rng.random() < 0.6}
    else:
        row["max_units"] = block
    return row


def _prices(rng: Random, plan: Document) -> Document:
    groups = [f"site_power[{site['site']}]" for site in plan["sites"] if not plan.get("halls")]
    groups += [f"resource[{row['resource']}]" for row in plan.get("resources", [])]
    groups += [f"must_serve[{row['workload']}]" for row in plan.get("workloads", []) if row["must_serve"]]
    groups += [f"opening_limit[{row['key']}]" for row in plan.get("opening_limits", [])]
    groups += [f"min_modules[{row['hall']}]" for row in plan.get("halls", []) if "min_modules_if_open" in row]
    if len(plan["accelerators"]) == 1 and plan["horizon"]["periods"] == 2:
        groups.append("deliveries[chip]")
    if plan["economics"]["must_place"] != "no":
        groups.append("must_place[chip]")
    if "commitments" in plan and not plan["commitments"][0].get("only_if_used"):
        groups.append("commitment[deal]")
    if plan["policy"]["name"] != "physical-only":
        groups += ["outside_tier1_share", "home_share[US]"]
        if any(site["country"] == "MY" for site in plan["sites"]):
            groups.append("national_cap[MY]")
    groups = sorted(set(groups))
    chosen = rng.sample(groups, min(len(groups), rng.choice([1, 1, 2])))
    if "deliveries[chip]" in chosen:
        chosen = ["deliveries[chip]"]
    prices = {group: rng.choice(["25", "700.25", "4000"]) for group in chosen}
    prices |= {group: rng.choice(["0.01", "0.1", "1"]) for group in chosen if "share" in group}
    prices |= {group: rng.choice(["0.1", "0.02"]) for group in chosen if group.startswith("must_serve")}
    prices |= {group: rng.choice(["20000", "300000.5"]) for group in chosen if group.startswith("site_power")}
    return {"limits": {group: {"price_cap": price} for group, price in prices.items()}} if prices else {}
