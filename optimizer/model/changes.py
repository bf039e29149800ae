"""Units that may be retired or moved, in the program: what stands by age, who goes, who comes.

    units[s,g,t] = sum over a of vintage[s,g,a,t]
    vintage[s,g,a,t] <= vintage[s,g,a,t-1] + in - out      the rest is retired; equal where nothing may be
    in <= vintage[s,g,a,t]                                 nothing comes and goes in one period
    sum over s of in[t] = sum over s of out[t - lead]      by age, in each destination and abroad apart

`in` and `out` are of two kinds: within the destination, and from or to another. A place takes nothing that it sends itself,
so what comes to it is at most what goes elsewhere; then moves can be paired, each with two ends (`optimizer.model.pairs`).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import inf
from typing import TYPE_CHECKING

from optimizer.economics.changing import departure_value
from optimizer.economics.worth import Worth
from optimizer.model.columns import ABSENT, Extra
from optimizer.rules.limit import IN_ABROAD, IN_HOME, OUT_ABROAD, OUT_HOME, Moved, Vintage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.model.columns import Columns
    from optimizer.model.formulation import RowBuilder
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit, Variable

Row = list[tuple[int, float]]


def extras(case: Case, limits: Iterable[Limit], columns: Columns) -> Iterator[tuple[Variable, Extra]]:  # noqa: ARG001
    """Yield what may stand by age, and what may go and come."""
    if not case.plan.changes.is_any:
        return
    worth = Worth(case.plan)
    for site, sku, period in _standing(columns):
        for bought in range(period + 1):
            terms = worth.standing_terms(site, sku, bought, period)
            yield Vintage(site, sku, bought, period), _extra(case, columns, (site, sku, period), terms.values())
    if case.plan.changes.relocation:
        yield from _moves(case, columns, worth)


def _moves(case: Case, columns: Columns, worth: Worth) -> Iterator[tuple[Variable, Extra]]:
    for site, sku, period in _standing(columns):
        lead = case.plan.relocation_lead(sku)
        for kind_out, kind_in in _kinds(case, site):
            late = worth.late_terms(site, sku, period).values()
            for bought in range(period - lead):
                variable = Moved(kind_in, site, sku, bought, period)
                yield variable, _extra(case, columns, (site, sku, period), late)
            departs = period + 1
            if departs + lead < case.num_periods:
                cost = (departure_value(worth, sku, departs),)
                for bought in range(departs):
                    variable = Moved(kind_out, site, sku, bought, departs)
                    yield variable, _extra(case, columns, (site, sku, period), cost)


def _kinds(case: Case, site: int) -> Iterator[tuple[str, str]]:
    """Yield the kinds of moves a site can take part in."""
    place = case.site_destinations[site]
    if len(case.sites_by_destination[place]) > 1:
        yield OUT_HOME, IN_HOME
    if len(case.sites_by_destination) > 1:
        yield OUT_ABROAD, IN_ABROAD


def _extra(case: Case, columns: Columns, where: tuple[int, int, int], money: Iterable[Fraction]) -> Extra:
    block = case.plan.accelerators[where[1]].block
    most = float(columns.most_blocks[where])
    return Extra(most, unit=block, step=block, money=sum(money, Fraction(0)) * block)


def _standing(columns: Columns) -> Iterator[tuple[int, int, int]]:
    """Yield each (site, accelerator, period) in which something may stand."""
    for site, sku, period in zip(*(columns.blocks != ABSENT).nonzero(), strict=True):
        yield int(site), int(sku), int(period)


def add_rows(case: Case, columns: Columns, rows: RowBuilder) -> None:
    """Add the rows above."""
    if not case.plan.changes.is_any:
        return
    for site, sku, period in _standing(columns):
        ages = [(columns.column(Vintage(site, sku, bought, period)), -1.0) for bought in range(period + 1)]
        rows.add("ages", [(int(columns.blocks[site, sku, period]), 1.0), *ages], 0.0, 0.0)
    num_sites, num_skus = columns.blocks.shape[:2]
    for site, sku, bought in product(range(num_sites), range(num_skus), range(case.num_periods)):
        for period in range(bought + 1, case.num_periods):
            _add_change(case, columns, rows, Vintage(site, sku, bought, period))
    if case.plan.changes.relocation:
        for sku, arrives in product(range(num_skus), range(case.num_periods)):
            for bought in range(arrives - case.plan.relocation_lead(sku)):
                _add_balances(case, columns, rows, sku, bought, arrives)


def _add_change(case: Case, columns: Columns, rows: RowBuilder, vintage: Vintage) -> None:
    """Tie what stands of one age to what stood, came and went."""
    site, sku, bought, period = vintage
    now = _row(columns, vintage)
    came = [term for kind in (IN_HOME, IN_ABROAD) for term in _row(columns, Moved(kind, *vintage))]
    went = [term for kind in (OUT_HOME, OUT_ABROAD) for term in _row(columns, Moved(kind, *vintage))]
    before = _row(columns, Vintage(site, sku, bought, period - 1))
    terms = [*now, *_minus(before), *_minus(came), *went]
    if terms:
        may_go = case.plan.changes.retirement or case.is_closed(site, period)
        rows.add("goes on", terms, -inf if may_go else 0.0, 0.0)
    if came:
        rows.add("comes to stay", [*now, *_minus(came)], 0.0, inf)


def _add_balances(case: Case, columns: Columns, rows: RowBuilder, sku: int, bought: int, arrives: int) -> None:
    """Let as much arrive as departed before, within each destination and abroad; nothing comes from its own place."""
    departs = arrives - case.plan.relocation_lead(sku)

    def moving(kind: str, sites: Iterable[int], period: int) -> Row:
        return [term for site in sites for term in _row(columns, Moved(kind, site, sku, bought, period))]

    pools: list[tuple[str, str, list[tuple[int, ...]]]] = [
        (OUT_HOME, IN_HOME, [(site,) for site in sites])
        for sites in case.sites_by_destination.values()
        if len(sites) > 1
    ]
    pools.append((OUT_ABROAD, IN_ABROAD, list(case.sites_by_destination.values())))
    for kind_out, kind_in, places in pools:
        every = [site for sites in places for site in sites]
        gone, come = moving(kind_out, every, departs), moving(kind_in, every, arrives)
        if gone or come:
            rows.add("arrives", [*come, *_minus(gone)], 0.0, 0.0)
        for sites in places:
            own_in = moving(kind_in, sites, arrives)
            others = moving(kind_out, [site for site in every if site not in sites], departs)
            if own_in:
                rows.add("from elsewhere", [*own_in, *_minus(others)], -inf, 0.0)


def _row(columns: Columns, variable: Variable) -> Row:
    column = columns.column(variable)
    return [] if column == ABSENT else [(column, 1.0)]


def _minus(terms: Row) -> Row:
    return [(column, -weight) for column, weight in terms]
