"""The relaxation with openings whole: every addition and every opening in one program, whose bound is the plan's.

In additions and openings it takes a solver a fraction of the time that counts take, for the same bound. It holds what the
plan's limits imply: shared limits stand at their last whole step (`optimizer.model.whole_steps`), single sites have the
rows of `optimizer.model.strengthen`, and rounding cuts where few blocks fit a site (`optimizer.model.rounding`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.columns import ABSENT
from optimizer.model.rounding import SiteRow, broken_cuts
from optimizer.model.strengthen import derive_rows
from optimizer.model.whole_steps import held_to_whole_steps
from optimizer.rules.limit import Sense
from optimizer.strategy.decomposed.restricted import Choice, Restricted, restrict
from optimizer.strategy.decomposed.separate import LocalRows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.model.build import Model
    from optimizer.model.formulation import Floats
    from optimizer.strategy.decomposed.prices import Priced
    from optimizer.strategy.decomposed.separate import LocalRow, Separable


def tightened(plan: Separable, model: Model) -> Separable:
    """Return a plan with what its limits imply: no whole placement is lost."""
    program, bound = held_to_whole_steps(model), plan.coupling.bound.copy()
    for row, number in enumerate(plan.shared):
        if number not in model.limit_rows:
            continue
        at_most = model.limits[number].sense is Sense.AT_MOST
        right = program.row_upper if at_most else -program.row_lower
        scaled = right[model.limit_rows[number]] * model.row_scales[number] / plan.coupling.scale[row]
        bound[row] = min(bound[row], scaled)
    return replace(
        plan, coupling=replace(plan.coupling, bound=bound), local=plan.local.with_more(_implied(plan, model))
    )


def whole_openings(plan: Separable) -> Restricted:
    """Return the program of every choice."""
    return restrict(plan.sites, plan.coupling, Choice(plan.sites.may_add, plan.sites.may_choose), plan.local)


def with_rounding_cuts(plan: Separable, priced: Priced) -> Separable:
    """Return a plan with the rounding cuts that a relaxed solution breaks; the same plan where it breaks none."""
    cuts = _broken(plan, priced.program, priced.values)
    return replace(plan, local=plan.local.with_more(cuts)) if len(cuts.site) else plan


def _implied(plan: Separable, model: Model) -> LocalRows:
    """Return the derived rows of a model that say more than a site's power does."""
    columns, sites = model.columns, plan.sites
    place = {int(columns.blocks[at]): at for at in zip(*np.nonzero(columns.blocks != ABSENT), strict=True)}
    rows: list[LocalRow] = []
    for derived in derive_rows(model.case, model.limits, columns):
        weights = np.zeros(sites.shape[1])
        for column, coefficient in zip(derived.columns, derived.coefficients, strict=True):
            weights[place[column][1]] = coefficient / derived.over
        bound, power = float(derived.bound), sites.power[derived.site, derived.period]
        if (weights * power > bound * sites.draw[derived.site] * (1 + 1e-9)).any():
            rows.append((derived.site, derived.period, weights, -bound, 0.0))
    return LocalRows.of(rows, sites.shape[1])


def _broken(plan: Separable, program: Restricted, values: Floats) -> LocalRows:
    """Return the rounding cuts that a relaxed solution breaks."""
    counts = program.added(values).cumsum(axis=2)
    opened = np.where(plan.sites.opens[:, None], program.opened(values).cumsum(axis=1), 1.0)
    point, rows = np.append(counts.ravel(), opened.ravel()), []
    for cut in broken_cuts(_site_rows(plan), point, np.zeros(1)):
        site, _, period = np.unravel_index(cut.source.blocks[0], counts.shape)
        weights = np.zeros(counts.shape[1])
        weights[np.unravel_index(cut.source.blocks, counts.shape)[1]] = cut.coefficients
        is_fixed = cut.source.opening == ABSENT
        rows.append((int(site), int(period), weights, 0.0 if is_fixed else -cut.bound, cut.bound if is_fixed else 0.0))
    return LocalRows.of(rows, counts.shape[1])


def _site_rows(plan: Separable) -> Iterator[SiteRow]:
    """Yield a plan's rows of single sites over flat (s,g,t) counts and, after them, (s,t) openings."""
    sites = plan.sites
    num_sites, _, num_periods = sites.shape
    flat, after = np.arange(sites.worth.size).reshape(sites.shape), sites.worth.size
    powers = ((s, t, sites.draw[s], sites.power[s, t]) for s in range(num_sites) for t in range(num_periods))
    local = plan.local
    others = (
        (int(s), int(t), weights, bound or -opening)
        for s, t, weights, opening, bound in zip(
            local.site, local.period, local.weights, local.opening, local.bound, strict=True
        )
        if (weights >= 0).all() and (bound == 0 or opening == 0)
    )
    for site, period, weights, bound in (*powers, *others):
        (skus,) = np.nonzero((weights > 0) & sites.may_add[site, :, : period + 1].any(axis=1))
        if len(skus) and bound > 0:
            opening = after + site * num_periods + period if sites.opens[site] else ABSENT
            yield SiteRow(0, flat[site, skus, period], weights[skus], float(bound), opening)
