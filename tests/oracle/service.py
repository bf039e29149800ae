"""What serving the workloads of a plan is worth at a given stock, at best, written from the format's description.

In each period: compute at a site serves workloads, no more than stands there, no workload more than it asks for, those that
must be served in full, and each only from sites that it allows. The best assignment is found by cancelling cycles in exact
fractions, until none is left that gains anything.
"""

from __future__ import annotations

from fractions import Fraction
from math import acos, cos, radians, sin
from typing import TYPE_CHECKING, NamedTuple

from tests.oracle.money import factor
from tests.oracle.past import Past
from tests.oracle.plan_facts import exact, flag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.oracle.plan_facts import PlanFacts, Row
    from tests.oracle.standing import Standing

TERRITORIES = {"PR": "US", "HK": "CN"}


class Workload(NamedTuple):
    """What one workload asks for in one period."""

    key: str
    demand: int
    must: bool
    hourly: Fraction


def asked(plan: PlanFacts, period: int) -> list[Workload]:
    """Return what each workload asks for in a period: its row of that period, else its row for every period."""
    found = []
    for key in sorted({str(row["workload"]) for row in plan.workloads}):
        rows = [row for row in plan.workloads if str(row["workload"]) == key]
        own = [row for row in rows if row.get("period") == plan.labels[period]]
        for row in own or [row for row in rows if row.get("period") is None]:
            hourly = exact(row.get("value_usd_per_tpp_hour") or 0)
            found.append(Workload(key, int(row["demand_tpp"]), flag(row.get("must_serve", False)), hourly))
    return found


def may_serve(plan: PlanFacts, workload: str, site: str) -> bool:
    """Return whether a site may serve a workload: listed, in a country it allows, near enough."""
    of_workload = _merged(row for row in plan.workloads if row["workload"] == workload)
    listed = _service_row(plan, workload, site)
    if plan.service is not None and listed is None:
        return False
    countries = of_workload.get("countries")
    named = countries.split(";") if isinstance(countries, str) else countries
    country = plan.sites[site].country
    if named and country not in named and TERRITORIES.get(country, country) not in named:
        return False
    longest = of_workload.get("max_latency_ms")
    return longest is None or latency(plan, of_workload, site, listed) <= exact(longest)


def latency(plan: PlanFacts, of_workload: Row, site: str, listed: Row | None) -> Fraction:
    """Return the round trip: given, or 5 ms and 0.019 ms for each km of the great circle, to a tenth."""
    if listed is not None and listed.get("latency_ms") is not None:
        return exact(listed["latency_ms"])
    described = plan.site_rows[site]
    (north, east), (other_north, other_east) = (
        (radians(float(exact(row["latitude"]))), radians(float(exact(row["longitude"]))))
        for row in (of_workload, described)
    )
    cosine = sin(north) * sin(other_north) + cos(north) * cos(other_north) * cos(east - other_east)
    return Fraction(round(10 * (5 + 0.019 * 6371 * acos(max(-1.0, min(1.0, cosine))))), 10)


def value_of(plan: PlanFacts, workload: Workload, site: str, period: int) -> Fraction:
    """Return the present value of one TPP at a site that serves a workload in a period."""
    listed = _service_row(plan, workload.key, site) or {}
    hours = Fraction(8760, plan.periods_per_year)
    return factor(plan, period) * (hours * workload.hourly + exact(listed.get("value_usd_per_tpp") or 0))


def compute_at(plan: PlanFacts, site: str, period: int, units: Callable[[str, str, int], int]) -> int:
    """Return the TPP at a site: the plan's units, and what is installed there and not leased out."""
    placed = sum(units(site, key, period) * chip.tpp for key, chip in plan.accelerators.items())
    rows = [row for row in plan.installed if row.get("site") == site and row.get("ownership") != "leased_out"]
    return placed + sum(int(row["units"]) * plan.accelerators[row["accelerator"]].tpp for row in rows)


def best_service(plan: PlanFacts, units: Callable[[str, str, int], int]) -> Fraction | None:
    """Return the most that serving is worth at a stock, less what is paid for soft limits; None where it cannot be."""
    total = Fraction(0)
    for period in range(plan.num_periods):
        room = {site: compute_at(plan, site, period, units) for site in plan.sites}
        found = _best_of_period(plan, asked(plan, period), room, period)
        if found is None:
            return None
        total += found
    return total


def most_service(plan: PlanFacts) -> Fraction:
    """Return what serving is worth at most: all that is asked for, at its best site."""
    return sum(
        (
            workload.demand * max(Fraction(0), *(value_of(plan, workload, site, period) for site in plan.sites))
            for period in range(plan.num_periods)
            for workload in asked(plan, period)
        ),
        Fraction(0),
    )


def past_service(standing: Standing) -> Iterator[Past]:
    """Yield every limit on service that a result goes past; those that no `[limits]` can price have no group."""
    for (site, key, period), tpp in standing.served.items():
        if tpp < 0 or (tpp and not may_serve(standing.plan, key, site)):
            yield Past("", period, tpp, f"{key} is served at {site} in {standing.plan.labels[period]}, which may not")
    for period in range(standing.plan.num_periods):
        yield from _past_compute(standing, period)
        yield from _past_demand(standing, period)


def _past_compute(standing: Standing, period: int) -> Iterator[Past]:
    for site in standing.plan.sites:
        used = sum(tpp for (where, _, when), tpp in standing.served.items() if (where, when) == (site, period))
        room = compute_at(standing.plan, site, period, standing.placed)
        if used > room:
            yield Past("", period, used - room, f"{site} serves {used} TPP in period {period} and has {room}")


def _past_demand(standing: Standing, period: int) -> Iterator[Past]:
    workloads = {one.key: one for one in asked(standing.plan, period)}
    for key in {str(row["workload"]) for row in standing.plan.workloads}:
        served = sum(tpp for (_, name, when), tpp in standing.served.items() if (name, when) == (key, period))
        demand = workloads[key].demand if key in workloads else 0
        if served > demand:
            yield Past("", period, served - demand, f"{key} is served {served} of {demand} TPP in period {period}")
        if key in workloads and workloads[key].must and served < demand:
            yield Past(f"must_serve[{key}]", period, demand - served, f"{key} must be served {demand} TPP")


def service_worth(standing: Standing) -> Fraction:
    """Return what is served is worth."""
    plan = standing.plan
    return sum(
        (
            tpp * value_of(plan, one, site, period)
            for (site, key, period), tpp in standing.served.items()
            for one in asked(plan, period)
            if one.key == key
        ),
        Fraction(0),
    )


def _merged(rows: object) -> Row:
    merged: dict[str, object] = {}
    for row in rows:  # type: ignore[attr-defined]
        merged.update({key: value for key, value in row.items() if value is not None})
    return merged


def _service_row(plan: PlanFacts, workload: str, site: str) -> Row | None:
    rows = plan.service or ()
    return next((row for row in rows if row["workload"] == workload and row["site"] == site), None)


def _best_of_period(
    plan: PlanFacts, workloads: Sequence[Workload], room: Mapping[str, int], period: int
) -> Fraction | None:
    """Cancel cycles: source - workload - site - source, the workload unserved over an arc of its own."""
    huge = 1 + 2 * sum((abs(value_of(plan, w, s, period)) for w in workloads for s in room), Fraction(0))
    arcs: list[tuple[object, object, int, Fraction]] = []
    charged = Fraction(0)
    for workload in workloads:
        price = plan.prices.get(f"must_serve[{workload.key}]")
        bonus = Fraction(0)
        if workload.must:
            bonus = huge if price is None else price * factor(plan, period)
        charged += 0 if price is None or not workload.must else bonus * workload.demand
        arcs.append(("source", ("w", workload.key), workload.demand, bonus))
        for site in room:
            if may_serve(plan, workload.key, site):
                value = value_of(plan, workload, site, period)
                arcs.append((("w", workload.key), ("s", site), workload.demand, value))
    arcs += [(("s", site), "source", tpp, Fraction(0)) for site, tpp in room.items()]
    flows = _largest_circulation(arcs)
    for workload in workloads:
        if workload.must and f"must_serve[{workload.key}]" not in plan.prices:
            served = next(flow for arc, flow in zip(arcs, flows, strict=True) if arc[1] == ("w", workload.key))
            charged += huge * workload.demand
            if served < workload.demand:
                return None
    return sum((arc[3] * flow for arc, flow in zip(arcs, flows, strict=True)), Fraction(0)) - charged


def _largest_circulation(arcs: Sequence[tuple[object, object, int, Fraction]]) -> list[int]:
    """Return the circulation of the largest value: send round any cycle that gains, until there is none."""
    flows = [0] * len(arcs)
    nodes = sorted({str(end) for arc in arcs for end in arc[:2]})
    while True:
        residual = []
        for number, (tail, head, capacity, value) in enumerate(arcs):
            if flows[number] < capacity:
                residual.append((str(tail), str(head), value, number, 1, capacity - flows[number]))
            if flows[number]:
                residual.append((str(head), str(tail), -value, number, -1, flows[number]))
        cycle = _gaining_cycle(nodes, residual)
        if not cycle:
            return flows
        amount = min(step[5] for step in cycle)
        for step in cycle:
            flows[step[3]] += step[4] * amount


def _gaining_cycle(
    nodes: Sequence[str], residual: Sequence[tuple[str, str, Fraction, int, int, int]]
) -> list[tuple[str, str, Fraction, int, int, int]]:
    """Return a cycle of positive value (Bellman-Ford), or nothing."""
    gain = dict.fromkeys(nodes, Fraction(0))
    into: dict[str, tuple[str, str, Fraction, int, int, int]] = {}
    raised = ""
    for _ in nodes:
        raised = ""
        for step in residual:
            if gain[step[0]] + step[2] > gain[step[1]]:
                gain[step[1]], into[step[1]], raised = gain[step[0]] + step[2], step, step[1]
    if not raised:
        return []
    for _ in nodes:
        raised = into[raised][0]
    cycle: list[tuple[str, str, Fraction, int, int, int]] = []
    node = raised
    while not cycle or node != raised:
        cycle.append(into[node])
        node = into[node][0]
    return cycle
