"""The relaxation with openings whole: every addition and every opening in one program, whose bound is the plan's.

In additions and openings it takes a solver a fraction of the time that counts take, for the same bound. It holds what the
plan's limits imply: shared limits stand at their last whole step (`optimizer.model.whole_steps`), single sites have the
rows of `optimizer.model.strengthen`, and cuts where few blocks fit a site (`optimizer.strategy.decomposed.cuts`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.columns import ABSENT
from optimizer.model.strengthen import derive_rows
from optimizer.model.whole_steps import held_to_whole_steps
from optimizer.rules.limit import Sense
from optimizer.strategy.decomposed.restricted import Choice, Restricted, restrict
from optimizer.strategy.decomposed.separate import LocalRows

if TYPE_CHECKING:
    from optimizer.model.build import Model
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
