"""Service of workloads in the program: which site may serve which workload, how much at most, and what that is worth.

    derived:  served[s,w,t] <= most[s,w,t] x open[s,t]      where less than all that can stand at s
              sum over s in S of compute standing at s in t >= must-serve demand that only S can serve
              sum over s in S of open[s,t] >= the fewest sites of S that can hold as much

A column counts in the largest block, or in the workload's largest demand where that is less. It is not whole: with blocks
and openings decided, service is worked out again in whole TPP (`optimizer.analysis.service`).
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import accumulate
from math import ceil, gcd, inf
from typing import TYPE_CHECKING

import numpy as np

from optimizer.economics.worth import Worth
from optimizer.model.columns import ABSENT, Columns, Extra
from optimizer.rules.limit import Served, Standing
from optimizer.rules.serving import UNLIMITED, installed_tpp, most_served, most_without_limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from optimizer.model.formulation import RowBuilder
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Limit

SITE_COMPUTE, SITE_POWER, MUST_SERVE = "site_compute", "site_power", "must_serve"
MOST_COVERS = 200
"""Sets of sites, by period, of which the compute that only they can serve is asked together."""


def extras(case: Case, limits: Iterable[Limit], columns: Columns) -> Iterator[tuple[Served, Extra]]:
    """Yield the pairs of a site and a workload that may be served in a period, by site, workload and period."""
    plan = case.plan
    if not plan.workloads:
        return
    limits = tuple(limits)
    most = np.minimum(most_served(case, limits), _capacity(case, limits, columns)[:, None, :])
    ends = [most_without_limits(case, workload) for workload in range(len(plan.workloads))]
    block = max((row.tpp * row.block for row in plan.accelerators), default=1)
    units = [min(block, max(workload.demand_tpp, default=0) or 1) for workload in plan.workloads]
    worth = Worth(plan)
    for site, workload, period in np.argwhere(most > 0).tolist():
        found = int(most[site, workload, period])
        unit = units[workload]
        yield (
            Served(site, workload, period),
            Extra(
                most=float(Fraction(ends[workload] if found == UNLIMITED else found, unit)),
                is_whole=False,
                unit=unit,
                money=worth.service_value(site, workload, period) * unit,
            ),
        )


def add_rows(case: Case, columns: Columns, rows: RowBuilder) -> None:
    """Add nothing: every row that service rests on is a limit."""


def served_rows(case: Case, amounts: Mapping[Served, int]) -> dict[tuple[int, int], tuple[int, ...]]:
    """Return what serves by (site, workload) and period; pairs with nothing are left out."""
    rows: dict[tuple[int, int], list[int]] = {}
    for variable, tpp in sorted(amounts.items()):
        if tpp:
            rows.setdefault((variable.site, variable.workload), [0] * case.num_periods)[variable.period] = tpp
    return {pair: tuple(row) for pair, row in rows.items()}


def _capacity(case: Case, limits: Iterable[Limit], columns: Columns) -> npt.NDArray[np.int64]:
    """Return the most compute that can stand at each site in each period; UNLIMITED where nothing asks that it stands."""
    limits = tuple(limits)
    power = {(one.scope, one.period): one for one in _hard(limits, SITE_POWER) if _is_of_stock(one)}
    capacity = np.full((len(case.plan.sites), case.num_periods), UNLIMITED, dtype=np.int64)
    for limit in _hard(limits, SITE_COMPUTE):
        site = case.plan.site_index[limit.scope]
        units = [
            int(blocks) * row.block
            for blocks, row in zip(columns.most_blocks[site, :, limit.period], case.plan.accelerators, strict=True)
        ]
        placed = _most_compute(case, units, power.get((limit.scope, limit.period)))
        capacity[site, limit.period] = placed + installed_tpp(case, site, limit.period)
    return capacity


def _is_of_stock(limit: Limit) -> bool:
    """Return whether a limit sets stock alone against a number."""
    return not limit.allowance.terms and all(isinstance(variable, Standing) for variable, _ in limit.usage.terms)


def _most_compute(case: Case, units: Sequence[int], power: Limit | None) -> int:
    """Return the most compute of so many units, the densest first until the power of the site runs out."""
    draws: dict[int, Exact] = {}
    if power is not None:
        draws = {variable.accelerator: draw for variable, draw in power.usage.terms if isinstance(variable, Standing)}
    left, total = Fraction(0 if power is None else max(0, power.net_bound)), Fraction(0)
    tpp = [row.tpp for row in case.plan.accelerators]
    for sku in sorted(range(len(units)), key=lambda sku: Fraction(draws.get(sku, 0)) / tpp[sku]):
        draw = Fraction(draws.get(sku, 0))
        fitting = min(Fraction(units[sku]), left / draw) if draw else Fraction(units[sku])
        total += fitting * tpp[sku]
        left -= fitting * draw
    return int(total)


def _hard(limits: Iterable[Limit], rule: str) -> Iterator[Limit]:
    return (limit for limit in limits if limit.rule == rule and not limit.is_soft)


def add_derived_rows(case: Case, limits: Iterable[Limit], columns: Columns, rows: RowBuilder) -> None:
    """Add the rows that the limits on service imply for whole plans."""
    if not case.plan.workloads:
        return
    limits = tuple(limits)
    asked = {(case.plan.site_index[limit.scope], limit.period) for limit in _hard(limits, SITE_COMPUTE)}
    capacity = _capacity(case, limits, columns)
    servers: dict[tuple[int, int], set[int]] = defaultdict(set)
    for variable, extra in columns.extras.items():
        if not isinstance(variable, Served):
            continue
        servers[variable.workload, variable.period].add(variable.site)
        opening = int(columns.openings[variable.site, variable.period])
        is_less = extra.most * float(extra.unit) < capacity[variable.site, variable.period]
        if opening != ABSENT and is_less and (variable.site, variable.period) in asked:
            rows.add("served where open", [(extra.column, 1.0 / extra.most), (opening, -1.0)], -inf, 0.0)
    _add_covers(case, limits, columns, rows, servers, asked)


def _add_covers(
    case: Case,
    limits: Iterable[Limit],
    columns: Columns,
    rows: RowBuilder,
    servers: Mapping[tuple[int, int], set[int]],
    asked: set[tuple[int, int]],
) -> None:
    """Ask of each set of sites that is all that may serve some workload the compute that only they can serve."""
    capacity = _capacity(case, limits, columns)
    needs: dict[int, dict[frozenset[int], Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for limit in _hard(limits, MUST_SERVE):
        workload = next(v.workload for v, _ in limit.usage.terms if isinstance(v, Served))
        sites = frozenset(servers.get((workload, limit.period), ()))
        needs[limit.period][sites] += Fraction(limit.net_bound)
    for period, by_sites in needs.items():
        for sites in sorted(by_sites, key=lambda found: (-len(found), sorted(found)))[:MOST_COVERS]:
            if all((site, period) in asked for site in sites):
                need = sum((more for others, more in by_sites.items() if others <= sites), Fraction(0))
                _add_cover(case, columns, rows, sites, period, need)
                _add_fewest(columns, rows, {site: int(capacity[site, period]) for site in sites}, period, need)


def _add_cover(
    case: Case, columns: Columns, rows: RowBuilder, sites: frozenset[int], period: int, need: Fraction
) -> None:
    """Add `compute standing at the sites >= need`, the need raised to what whole blocks can make."""
    need -= sum(installed_tpp(case, site, period) for site in sites)
    terms = [
        (int(columns.blocks[site, sku, period]), row.tpp * row.block)
        for site in sorted(sites)
        for sku, row in enumerate(case.plan.accelerators)
        if columns.blocks[site, sku, period] != ABSENT
    ]
    if need > 0 and terms:
        step, largest = gcd(*(size for _, size in terms)), max(size for _, size in terms)
        rows.add(
            "must be served",
            [(column, size / largest) for column, size in terms],
            ceil(need / step) * step / largest,
            inf,
        )


def _add_fewest(columns: Columns, rows: RowBuilder, capacity: Mapping[int, int], period: int, need: Fraction) -> None:
    """Ask for as many open sites as the largest of them need to hold what has to be served.

    Relaxed openings add up to just the compute that is asked for; whole ones to the next whole number of sites.
    """
    openings = {site: int(columns.openings[site, period]) for site in capacity}
    need -= sum(most for site, most in capacity.items() if openings[site] == ABSENT)
    decided = sorted((most for site, most in capacity.items() if openings[site] != ABSENT), reverse=True)
    fewest = next((number for number, held in enumerate(accumulate(decided), start=1) if held >= need), None)
    if need > 0 and fewest is not None and fewest > 1:
        terms = [(column, 1.0) for site, column in sorted(openings.items()) if column != ABSENT and capacity[site] > 0]
        rows.add("fewest sites", terms, float(fewest), inf)
