"""Rows that limits imply for one site at a time; they cut the relaxation, never a whole plan.

If a limit lets at most B of a measure be placed in a destination in a period, each site there holds at most B when open:
`measure placed at s <= B x open[s,t]`. B is the limit's allowance at the largest denominator: installed plus the most that
can stand by then, which is what is delivered and has room. Likewise the power of everything deliverable bounds what a site
can draw. Every row names the limit it comes from, and rows are derived anew from the limits given, so a limit that is
changed or left out takes its rows along.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.columns import ABSENT, Columns
from optimizer.rules.bound_lots import bound_by
from optimizer.rules.limit import WORLD, Exact, Limit, Placed, Sense, Standing, accelerator_of
from optimizer.schema.quantities import products_over_common

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.rules.case import Case


@dataclass(frozen=True, slots=True)
class DerivedRow:
    """`sum of coefficient x column <= over x bound x open[site,period]`, over block columns."""

    name: str
    site: int
    period: int
    columns: list[int]
    coefficients: list[int]
    """Whole numbers; `over` stands under all of them."""
    over: int
    bound: Fraction


def derive_rows(case: Case, limits: Iterable[Limit], columns: Columns) -> Iterator[DerivedRow]:
    """Yield the derived rows of the limits, for sites whose opening is a decision."""
    limits = tuple(limits)
    reach = _reach(case, limits, columns)
    for limit in limits:
        if limit.sense is Sense.AT_LEAST or limit.price is not None:
            continue
        if limit.rule == "site_power" or _sums_one_site(limit):
            yield from _own_capacity(case, limit, columns)
        elif len(limit.usage.terms) == 1 and isinstance(limit.usage.terms[0][0], Placed):
            yield from _share_of_place(case, limit, columns, reach)


def _reach(case: Case, limits: Iterable[Limit], columns: Columns) -> Mapping[str, tuple[Exact, ...]]:
    """Return the most of each measure that can stand everywhere together, by period: no more than the limits given say."""
    blocks = [accelerator.block for accelerator in case.plan.accelerators]
    most = columns.most_blocks.sum(axis=0)
    for limit in limits:
        if limit.rule != "deliveries" or limit.price is not None:
            continue
        for sku, period in {
            (sku, limit.period) for v, _ in limit.usage.terms if (sku := accelerator_of(v)) is not None
        }:
            units = int(limit.net_bound) + bound_by(case, sku, period)
            most[sku, period] = min(int(most[sku, period]), units // blocks[sku])
    return {
        measure: tuple(
            sum(int(count) * block * weight for count, block, weight in zip(row, blocks, weights, strict=True))
            for row in most.T
        )
        for measure, weights in case.weights.items()
    }


def _sums_one_site(limit: Limit) -> bool:
    """Return whether usage is what stands at one site in the limit's period, and nothing else."""
    terms = limit.usage.terms
    is_stock = all(isinstance(v, Standing) and v.period == limit.period and weight > 0 for v, weight in terms)
    sites = {variable.site for variable, _ in terms if isinstance(variable, Standing)}
    return is_stock and len(sites) == 1 and len(terms) > 1 and not limit.allowance.terms


def _own_capacity(case: Case, limit: Limit, columns: Columns) -> Iterator[DerivedRow]:
    """Yield a site's own limit, times open, and no larger than what could be delivered there would use."""
    first = limit.usage.terms[0][0] if limit.usage.terms else None
    if not isinstance(first, Standing) or columns.openings[first.site, first.period] == ABSENT:
        return
    moved, products, most = [], [], []
    for variable, coefficient in limit.usage.terms:
        if isinstance(variable, Standing) and (column := columns.blocks.item(*variable)) != ABSENT:
            moved.append(column)
            products.append((coefficient, case.plan.accelerators[variable.accelerator].block))
            most.append(columns.most_blocks.item(*variable))
    whole, over = products_over_common(products)
    bound = Fraction(limit.net_bound)
    if limit.allowance.terms:
        # What modules carry stands on the left, so that the bound is what the site has without them.
        carried = [(column, weight) for v, weight in limit.allowance.terms if (column := columns.column(v)) != ABSENT]
        moved += [column for column, _ in carried]
        whole, over = products_over_common([*products, *((weight, -1) for _, weight in carried)])
    else:
        bound = min(bound, Fraction(sum(weight * count for weight, count in zip(whole, most, strict=True)), over))
    if len(moved) > 1 and bound > 0:
        yield DerivedRow(f"derived from {limit.key}", first.site, first.period, moved, whole, over, bound)


def _share_of_place(
    case: Case, limit: Limit, columns: Columns, reach_of: Mapping[str, tuple[Exact, ...]]
) -> Iterator[DerivedRow]:
    """Yield a destination's limit, for each of its sites alone."""
    (variable, coefficient) = limit.usage.terms[0]
    if not isinstance(variable, Placed) or variable.place == WORLD or coefficient <= 0:
        return
    room = Fraction(limit.net_bound)
    for term, share in limit.allowance.terms:
        if not isinstance(term, Placed) or share < 0:
            return
        room += share * reach_of[term.measure][term.period]
    room = max(Fraction(0), room) / coefficient
    weights = case.weights[variable.measure]
    pairs = [(weight, sku.block) for weight, sku in zip(weights, case.plan.accelerators, strict=True)]
    whole, over = products_over_common(pairs)
    blocks = np.array([count / over for count in whole])
    for site in case.sites_by_destination.get(variable.place, ()):
        if columns.openings[site, variable.period] == ABSENT:
            continue
        reach = float(blocks @ columns.most_blocks[site, :, variable.period])
        if reach > float(room):
            of_site = columns.blocks[site, :, variable.period]
            (skus,) = np.nonzero(of_site != ABSENT)
            moved, sizes = of_site[skus].tolist(), [whole[sku] for sku in skus.tolist()]
            yield DerivedRow(f"derived from {limit.key}", site, variable.period, moved, sizes, over, room)
