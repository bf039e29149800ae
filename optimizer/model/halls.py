"""Modules of halls in the program, and in the placement: whole, growing, at open sites, no more than something asks for."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING

from optimizer.economics.worth import Worth
from optimizer.model.columns import ABSENT, Columns, Extra
from optimizer.model.hall_power import modules_allowed, modules_in_reach
from optimizer.rules.ledger import Ledger
from optimizer.rules.limit import Limit, Modules, Sense

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from optimizer.model.formulation import RowBuilder
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement

Rows = dict[int, tuple[int, ...]]


def extras(case: Case, limits: Iterable[Limit], columns: Columns) -> Iterator[tuple[Modules, Extra]]:
    """Yield the modules that can be of use: from when they are available, where the site may be open."""
    if not case.plan.halls:
        return
    worth = Worth(case.plan)
    for variable, most in modules_in_reach(case, limits, columns.most_blocks).items():
        hall, period = case.plan.hall_index[variable.hall], variable.period
        site = _site_of(case, hall)
        if most and _may_be_open(case, columns, site, period):
            after = worth.module_value(hall, period + 1) if period + 1 < case.num_periods else Fraction(0)
            yield variable, Extra(float(most), money=worth.module_value(hall, period) - after)


def _may_be_open(case: Case, columns: Columns, site: int, period: int) -> bool:
    if case.is_closed(site, period):
        return False
    if case.is_open_from_the_start(site):
        return True
    of_decision = columns.openings[site]
    is_decision = bool((of_decision != ABSENT).any())
    return bool((of_decision if is_decision else columns.blocks[site].T)[period].max() != ABSENT)


def add_rows(case: Case, columns: Columns, rows: RowBuilder) -> None:
    """Add the rows that modules rest on.

    modules[h,t] >= modules[h,t-1]; modules[h,t] <= most x open[s,t], where opening is a decision.
    """
    by_hall: dict[str, list[Modules]] = defaultdict(list)
    for variable in columns.extras:
        if isinstance(variable, Modules):
            by_hall[variable.hall].append(variable)
    for hall, variables in by_hall.items():
        site = _site_of(case, case.plan.hall_index[hall])
        for earlier, later in itertools.pairwise(variables):
            rows.add("growth", [(columns.column(later), 1.0), (columns.column(earlier), -1.0)], 0.0, inf)
        for variable in variables:
            opening = int(columns.openings[site, variable.period])
            if opening != ABSENT:
                terms = [(columns.column(variable), 1.0 / columns.extras[variable].most), (opening, -1.0)]
                rows.add("modules where open", terms, -inf, 0.0)


def module_rows(case: Case, counts: Mapping[Modules, int]) -> Rows:
    """Return cumulative modules by hall, until its site closes; halls with nothing are absent."""
    rows: dict[int, list[int]] = {}
    for variable, count in sorted(counts.items()):
        hall = case.plan.hall_index[variable.hall]
        row = rows.setdefault(hall, [0] * case.num_periods)
        end = case.last_open(_site_of(case, hall)) + 1
        row[variable.period : end] = [count] * (end - variable.period)
    return {hall: tuple(row) for hall, row in rows.items() if any(row)}


def _site_of(case: Case, hall: int) -> int:
    return case.plan.site_index[case.plan.halls[hall].site]


def limits_on_modules(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """Return the limits that speak of modules."""
    return tuple(
        limit
        for limit in limits
        if any(isinstance(variable, Modules) for variable, _ in (*limit.usage.terms, *limit.allowance.terms))
    )


def with_fewest_modules(case: Case, limits: Sequence[Limit], placement: Placement) -> Placement:
    """Return a placement without modules at closed sites, and without those that no limit asks for.

    `limits` are those on modules. Dearest halls first, each hall keeps the fewest that its limits ask for, added as late as
    they do: costs are not negative, and later ones no higher. A hall of which more or fewer may help (a budget for each
    period, a soft limit) is left as it is.
    """
    kept = {hall: _while_open(case, placement, hall, row) for hall, row in placement.modules.items()}
    placement = replace(placement, modules={hall: row for hall, row in kept.items() if any(row)})
    halls = case.plan.halls
    for hall in sorted(placement.modules, key=lambda number: (-halls[number].cost_usd, number)):
        asking = [limit for limit in limits if _asks_for_more(limit, halls[hall].key)]
        if any(limit.is_soft or _asks_twice(limit, halls[hall].key) for limit in asking):
            continue
        row = _fewest(case, asking, placement, hall)
        modules = {**placement.modules, hall: row}
        placement = replace(placement, modules={number: own for number, own in modules.items() if any(own)})
    return placement


def with_modules_for_stock(case: Case, limits: Iterable[Limit], placement: Placement, site: int) -> Placement:
    """Return a placement with the modules at a site that its stock asks for, as far as there may be so many.

    Halls on which a budget for each period weighs keep what they have.
    """
    on_modules = limits_on_modules(limits)
    allowed, modules = modules_allowed(case, on_modules), dict(placement.modules)
    for number in case.power.halls_at_site.get(site, ()):
        hall = case.plan.halls[number]
        if not any(_asks_for_more(limit, hall.key) and _asks_twice(limit, hall.key) for limit in on_modules):
            most = (allowed[Modules(hall.key, period)] for period in range(case.num_periods))
            every = tuple(hall.modules if count is None else count for count in most)
            modules[number] = tuple(0 if case.is_closed(site, k) else count for k, count in enumerate(every))
    return with_fewest_modules(case, on_modules, replace(placement, modules=modules))


def _while_open(case: Case, placement: Placement, hall: int, row: tuple[int, ...]) -> tuple[int, ...]:
    site = _site_of(case, hall)
    is_held = case.is_open_from_the_start(site)
    return tuple(
        modules if (is_held or placement.is_open(site, period)) and not case.is_closed(site, period) else 0
        for period, modules in enumerate(row)
    )


def _signed(limit: Limit, hall: str) -> list[tuple[Modules, Fraction]]:
    """Return the modules of a hall in a limit with what one of them adds to its slack."""
    sign = 1 if limit.sense is Sense.AT_LEAST else -1
    return [(v, Fraction(sign * w)) for v, w in limit.net_terms() if isinstance(v, Modules) and v.hall == hall]


def _asks_for_more(limit: Limit, hall: str) -> bool:
    return any(weight > 0 for _, weight in _signed(limit, hall))


def _asks_twice(limit: Limit, hall: str) -> bool:
    return len(_signed(limit, hall)) > 1


def _fewest(case: Case, asking: Iterable[Limit], placement: Placement, hall: int) -> tuple[int, ...]:
    """Return the least growing row that leaves every limit that asks for modules of a hall as well kept as it is."""
    row = placement.modules[hall]
    least = [0] * case.num_periods
    ledger = Ledger(case, placement)
    for limit in asking:
        ((variable, weight),) = _signed(limit, case.plan.halls[hall].key)
        spare = max(0, int(Fraction(limit.slack(*ledger.read(limit))) / weight))
        least[variable.period] = max(least[variable.period], row[variable.period] - spare)
    end = case.last_open(_site_of(case, hall)) + 1
    return (*itertools.accumulate(least[:end], max), *[0] * (case.num_periods - end))
