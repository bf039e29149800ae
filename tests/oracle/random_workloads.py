"""Small random plans with workloads, seeded: those of `random_plan`, with compute that must or may be served."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.oracle.plan_facts import read_plan
from tests.oracle.random_plans import random_plan
from tests.oracle.service import asked

MOST_SITES = 3


def random_workload_plan(seed: int) -> dict[str, Any]:
    """Return the plan document of a seed: the same seed, the same plan."""
    rng = Random(f"workloads {seed}")
    number = seed
    while not _is_small(document := random_plan(number)):
        number += 1000
    document = {**document, "sites": [_located(rng, site) for site in document["sites"]]}
    by_workload = [_workload(rng, document, name) for name in ("chat", "search", "train")[: rng.choice([1, 2, 2, 3])]]
    rows = [row for rows in by_workload for row in rows]
    service = _service(rng, document, [rows[0]["workload"] for rows in by_workload])
    document = document | {"workloads": rows} | ({} if service is None else {"service": service})
    facts = read_plan(document)
    musts = sorted({one.key for period in range(facts.num_periods) for one in asked(facts, period) if one.must})
    if musts and rng.random() < 0.3:
        document["limits"] = {
            f"must_serve[{rng.choice(musts)}]": {"price_cap": rng.choice(["0", "0.01", "1.5", "900"])}
        }
    return document


def _is_small(document: dict[str, Any]) -> bool:
    return len(document["sites"]) <= MOST_SITES and document["horizon"]["periods"] * len(document["accelerators"]) <= 2


def _located(rng: Random, site: dict[str, Any]) -> dict[str, Any]:
    return {**site, "latitude": rng.randint(-50, 60), "longitude": rng.randint(-170, 170)}


def _workload(rng: Random, document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    delivered = {chip["accelerator"]: 0 for chip in document["accelerators"]}
    for row in document["deliveries"]:
        delivered[row["accelerator"]] += row["units"]
    compute = sum(delivered[chip["accelerator"]] * chip["tpp"] for chip in document["accelerators"])
    shared: dict[str, Any] = {"workload": name}
    if rng.random() < 0.3:
        shared["countries"] = ";".join({rng.choice(document["sites"])["country"], rng.choice(["US", "DE", "MY"])})
    if rng.random() < 0.4:
        place = {"latitude": rng.randint(-50, 60), "longitude": rng.randint(-170, 170)}
        shared |= {**place, "max_latency_ms": rng.choice(["60.03", "120.07", "250.01"])}

    def row_of(period: str | None) -> dict[str, Any]:
        is_must = rng.random() < 0.35
        demand = int(compute * rng.choice([0, 0.02, 0.1] if is_must else [0, 0.02, 0.2, 0.4, 0.9])) + rng.choice(
            [0, 1, 17]
        )
        value = rng.choice(["0", "0.0001", "0.002", "-0.0003", "1/30"])
        written = {**shared, "demand_tpp": demand, "must_serve": is_must, "value_usd_per_tpp_hour": value}
        return written if period is None else {**written, "period": period}

    labels = sorted({str(line["period"]) for line in document["deliveries"]})
    return [row_of(None), *(row_of(label) for label in labels if rng.random() < 0.25)]


def _service(rng: Random, document: dict[str, Any], names: list[str]) -> list[dict[str, Any]] | None:
    if rng.random() < 0.4:
        return None
    pairs = []
    for name in names:
        for site in document["sites"]:
            if rng.random() < 0.85:
                value = rng.choice(["0", "-17/3", "2.5", "0.25", "-0.75", "40"])
                pair = {"workload": name, "site": site["site"], "value_usd_per_tpp": value}
                pairs.append({**pair, "latency_ms": rng.choice([30, 90, 200])} if rng.random() < 0.3 else pair)
    return pairs
