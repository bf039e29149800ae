"""What rules of workloads share: who serves, where, and the shape of a limit that keeps a workload from some sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from optimizer.catalogue.latency import latency_of
from optimizer.rules.limit import Exact, Expression, Limit, Sense, Served
from optimizer.schema.plan import Ownership
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from fractions import Fraction

    from optimizer.rules.case import Case
    from optimizer.schema.limit_kind import LimitKind

TPP_UNIT = "TPP"
UNLIMITED = 2**62
"""TPP, where no limit says how much may serve."""
UNLIMITED_FACTOR = 100
"""Times everything asked for that may be served of a workload at a site where neither demand nor compute is a limit."""
USED_BY_THE_COMPANY = frozenset({Ownership.OWNED, Ownership.LEASED_IN})


def served_everywhere(case: Case, workload: int, period: int) -> Expression:
    """Return the TPP that serves a workload in a period, over all sites."""
    return Expression(tuple((Served(site, workload, period), 1) for site in range(len(case.plan.sites))))


def demand_limit(case: Case, rule: str, workload: int, period: int, *, sense: Sense, kind: LimitKind) -> Limit:
    """Return the limit, in TPP, on what serves a workload in a period: no more than its demand, or no less."""
    described = case.plan.workloads[workload]
    demand = max(0, case.number(rule, described.key, period, described.demand_tpp[period]))
    return Limit(
        rule=rule,
        scope=described.key,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=sense,
        usage=served_everywhere(case, workload, period),
        allowance=Expression(constant=demand),
        unit=TPP_UNIT,
        kind=case.kind(rule, described.key, kind),
        setting=f"{format_exact(demand)} TPP",
        citation="workloads.csv",
        number=demand,
    )


def installed_tpp(case: Case, site: int, period: int) -> int:
    """Return the TPP installed at a site in a period that the company uses; what it has leased out serves others."""
    plan = case.plan
    return sum(
        row.units * plan.accelerators[plan.accelerator_index[row.accelerator]].tpp
        for row in plan.installed
        if row.site == plan.sites[site].key and row.ownership in USED_BY_THE_COMPANY and case.stock.stands(row, period)
    )


def has_service(case: Case, workload: int, site: int) -> bool:
    """Return whether service.csv lets a site serve a workload; without the table every site may."""
    plan = case.plan
    return plan.service is None or (plan.workloads[workload].key, plan.sites[site].key) in plan.service


def latency_ms(case: Case, workload: int, site: int) -> Fraction | None:
    """Return the round trip between a workload's users and a site; None where it is neither given nor can be estimated."""
    plan = case.plan
    row = (plan.service or {}).get((plan.workloads[workload].key, plan.sites[site].key))
    return latency_of(plan.workloads[workload], plan.sites[site], None if row is None else row.latency_ms)


def kept_away(
    case: Case,
    rule: str,
    workload: int,
    sites: Sequence[Iterable[int]],
    *,
    kind: LimitKind,
    setting: str,
    citation: str,
) -> Iterator[Limit]:
    """Yield the limits that let nothing at some sites, by period, serve a workload; none where there is no such site."""
    plan = case.plan
    key = plan.workloads[workload].key
    for period, label in enumerate(plan.horizon.labels):
        shut: tuple[tuple[Served, Exact], ...] = tuple((Served(site, workload, period), 1) for site in sites[period])
        if shut:
            yield Limit(
                rule=rule,
                scope=key,
                period=period,
                period_label=label,
                sense=Sense.AT_MOST,
                usage=Expression(shut),
                allowance=Expression(),
                unit=TPP_UNIT,
                kind=case.kind(rule, key, kind),
                setting=setting,
                citation=citation,
            )


def most_served(case: Case, limits: Iterable[Limit]) -> npt.NDArray[np.int64]:
    """Return the most TPP at each site that may serve each workload in each period, by single hard limits on service alone.

    Shape (sites, workloads, periods). What stands at a site is not asked.
    """
    plan = case.plan
    most = np.full((len(plan.sites), len(plan.workloads), case.num_periods), UNLIMITED, dtype=np.int64)
    for limit in limits:
        terms = limit.usage.terms
        if limit.sense is Sense.AT_LEAST or limit.is_soft or limit.allowance.terms or not terms:
            continue
        if not all(isinstance(variable, Served) and coefficient > 0 for variable, coefficient in terms):
            continue
        for variable, coefficient in terms:
            if isinstance(variable, Served):
                where = (variable.site, variable.workload, variable.period)
                most[where] = min(int(most[where]), max(0, int(limit.net_bound // coefficient)))
    return most


def most_without_limits(case: Case, workload: int) -> int:
    """Return the TPP at one site that may serve a workload where neither its demand nor the site's compute is a limit."""
    return UNLIMITED_FACTOR * (max(case.plan.workloads[workload].demand_tpp, default=0) + 1)
