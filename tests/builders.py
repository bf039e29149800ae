"""Small plans in one expression, for every test: each table is a list of rows, and what a test leaves out does not matter.

Unless a test says otherwise the company is headquartered in the US, the plan has one quarter (2025Q1) without discounting,
sites have 1,000 MW, and the only accelerator is `chip`: 1,000 TPP, no power, bought singly, worth 1 USD an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits, compile_policy_limits
from optimizer.schema.calendar import PeriodLength, parse_period, period_label
from optimizer.schema.placement import Placement
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.plan import Plan

    Units = int | Sequence[int]

Row = dict[str, Any]


def chip(key: str = "chip", **columns: object) -> Row:
    """Return a row of accelerators.csv: 1,000 TPP, no power, single units, 1 USD an hour."""
    return {"accelerator": key, "tpp": 1000, "power_kw": 0, "block": 1, "value_usd_per_hour": 1} | columns


def site(key: str, country: str, **columns: object) -> Row:
    """Return a row of sites.csv with 1,000 MW."""
    return {"site": key, "country": country, "power_mw": 1000} | columns


def document(
    *,
    sites: Sequence[Row] = (),
    accelerators: Sequence[Row] | None = None,
    delivered: int | Mapping[str, Sequence[int]] = 0,
    headquarters: str = "US",
    company_name: str = "Test",
    start: str = "2025Q1",
    periods: int = 1,
    length: str = "quarter",
    discount: str | int = 0,
    policy: str | Mapping[str, object] = "three-tier-2025-01",
    economics: Mapping[str, object] | None = None,
    limits: Mapping[str, Mapping[str, object]] | None = None,
    **tables: Sequence[Row],
) -> Row:
    """Return a plan document.

    `delivered` is units of `chip` in the first period, or units per period by accelerator. `policy` is a pack's name, or
    overrides of the default pack (with `name`: of that pack). Other tables go by their file's name: `installed=[...]`.
    """
    settings = {"name": policy} if isinstance(policy, str) else {"name": "three-tier-2025-01", **policy}
    tables = {name: rows for name, rows in tables.items() if rows}
    by_accelerator: Mapping[str, Sequence[int]] = {"chip": [delivered]} if isinstance(delivered, int) else delivered
    horizon = {"start": start, "periods": periods, "length": length, "annual_discount_rate": str(discount)}
    return {
        "company": {"name": company_name, "headquarters": headquarters},
        "horizon": horizon,
        "policy": settings,
        "economics": {"residual": "none", **(economics or {})},
        "sites": list(sites),
        "accelerators": [chip()] if accelerators is None else list(accelerators),
        "deliveries": _deliveries(by_accelerator, start, length),
        **({"limits": dict(limits)} if limits else {}),
        **tables,
    }


def plan(**parts: Any) -> Plan:  # noqa: ANN401  whatever `document` takes
    """Return the plan of a document (see `document`)."""
    return plan_from_dict(document(**parts))


def case(**parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return the plan of a document under its own policy."""
    return make_case(plan(**parts))


def limits_of(case: Case, rule: str) -> list[Limit]:
    """Return the limits of one rule, in order."""
    return [limit for limit in compile_limits(case) if limit.rule == rule]


def limit_keys(case: Case, rule: str) -> list[str]:
    """Return the keys of the limits of one rule, in order."""
    return [limit.key for limit in limits_of(case, rule)]


def placing(case: Case, **units: Units | Mapping[str, Units]) -> Placement:
    """Return a placement: by site, units of the plan's first accelerator, or units by accelerator.

    Units are the standing count of each period; a single number stands from the first period on. Sites open when used.
    """
    standing: dict[tuple[int, int], tuple[int, ...]] = {}
    opened: dict[int, int] = {}
    for key, counts in units.items():
        by_accelerator = counts if isinstance(counts, Mapping) else {case.plan.accelerators[0].key: counts}
        for accelerator, count in by_accelerator.items():
            row = (count,) * case.num_periods if isinstance(count, int) else tuple(count)
            number = case.plan.site_index[key]
            standing[number, case.plan.accelerator_index[accelerator]] = row
            first = next((period for period, stock in enumerate(row) if stock), None)
            if first is not None:
                opened[number] = min(first, opened.get(number, first))
    return Placement(standing, opened)


def entering(case: Case, placement: Placement, entries: Mapping[tuple[str, ...], Units]) -> Placement:
    """Return a placement whose units have entered by paths: units by (gate, path), or (gate, path, accelerator).

    Units are the count entered by each period; a single number has entered from the first period in force on. Without an
    accelerator they are of the plan's first.
    """
    rows: dict[tuple[str, int, str], tuple[int, ...]] = {}
    before = (0,) * case.first_in_force
    for (gate, path, *accelerator), count in entries.items():
        number = case.plan.accelerator_index[accelerator[0]] if accelerator else 0
        rows[gate, number, path] = (
            (*before, *(count,) * (case.num_periods - len(before))) if isinstance(count, int) else tuple(count)
        )
    return replace(placement, entered_units=rows)


def workload(key: str, demand_tpp: int | str, **columns: object) -> Row:
    """Return a row of workloads.csv that may be served, for nothing, in every period."""
    return {"workload": key, "demand_tpp": demand_tpp} | columns


def serving(case: Case, placement: Placement, served: Mapping[tuple[str, str], Units]) -> Placement:
    """Return a placement whose sites serve workloads: TPP by (site, workload), in each period or in all alike."""
    rows = {
        (case.plan.site_index[site], case.plan.workload_index[key]): (tpp,) * case.num_periods
        if isinstance(tpp, int)
        else tuple(tpp)
        for (site, key), tpp in served.items()
    }
    return replace(placement, served_tpp=rows)


def broken(case: Case, placement: Placement | None = None, *, policy_only: bool = False) -> dict[str, Fraction | int]:
    """Return each broken limit's key with the amount by which it is broken, in the limit's unit.

    `placement` None is the installed fleet alone. Raises AssertionError when the placement itself has a fault.
    """
    limits = compile_policy_limits(case) if policy_only else compile_limits(case)
    verdict = verify(case, limits, placement or Placement())
    assert verdict.faults == ()
    return {reading.limit.key: -reading.slack for reading in verdict.broken}


def _deliveries(by_accelerator: Mapping[str, Sequence[int]], start: str, length: str) -> list[Row]:
    kind = PeriodLength(length)
    first = parse_period(start, kind)
    return [
        {"accelerator": key, "period": period_label(first + number, kind), "units": units}
        for key, row in by_accelerator.items()
        for number, units in enumerate(row)
        if units
    ] or [{"accelerator": next(iter(by_accelerator)), "period": start, "units": 0}]
