"""Screened values: what each setting seems to be worth, by the duals of one linear program; a guide to what to confirm.

`fixed_openings`: the openings of the plan held, counts relaxed. `relaxed_openings`: openings relaxed too, which sees what
sites that stay shut would be worth, and cries wolf more often. Both without derived rows, which would take the duals of
the limits they come from; for the same reason what single limits say of single columns is left to those limits' rows.
A value is money per step of the setting, loosened, over all its periods at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.build import build_model
from optimizer.solve.backend import SolveOptions
from optimizer.solve.result import Termination

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.explain.setting import Setting
    from optimizer.model.build import Model
    from optimizer.model.formulation import Floats, Formulation
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.schema.placement import Placement
    from optimizer.solve.session import Session
    from optimizer.strategy.options import SearchOptions

DUAL_BACKEND = "highs"
"""The backend of the wheel that returns duals of linear programs."""
LINK = "stands where open"
"""The rows that tie stock to an opening; where openings are held they say nothing more than the columns' bounds."""


class Screen(StrEnum):
    """Which linear program is solved."""

    FIXED_OPENINGS = "fixed openings"
    RELAXED_OPENINGS = "relaxed openings"


@dataclass(frozen=True)
class ScreenAnswer:
    """A solved screening program: its model, the duals of its rows and the values of its columns."""

    model: Model
    duals: Floats
    values: Floats

    @property
    def money(self) -> float:
        """Return what the relaxed plan is worth."""
        return float(self.model.formulation.value(self.values)) * self.model.formulation.objective_scale

    def per_step(self, settings: Sequence[Setting]) -> dict[str, float]:
        """Return money per step by group, of settings with a number."""
        per_limit = _values_of_limits(self.model, self.duals, self.values)
        number_of = {limit: number for number, limit in enumerate(self.model.limits)}
        found = {}
        for setting in settings:
            if setting.has_number:
                first = setting.first_period or 0
                found[setting.group] = sum(
                    per_limit.get(number_of[limit], 0.0) for limit in setting.limits if limit.period >= first
                ) * float(setting.step)
        return found


def solve_screen(
    case: Case,
    limits: Sequence[Limit],
    placement: Placement,
    *,
    screen: Screen,
    options: SearchOptions,
    session: Session,
    opened: tuple[int, int] | None = None,
) -> ScreenAnswer | None:
    """Solve a screening program; None where it was not solved. `opened`: a site held open too, and from when."""
    model = build_model(case, limits, strengthen=False)
    program = _program(model, placement, screen, opened)
    solve_options = SolveOptions(
        relative_gap=0.0, time_limit_seconds=options.time_limit_seconds, threads=options.threads, seed=options.seed
    )
    result = session.solve(DUAL_BACKEND, program, solve_options)
    if result.termination is not Termination.SOLVED or result.row_duals is None or result.values is None:
        return None
    return ScreenAnswer(model, result.row_duals, result.values)


def _program(model: Model, placement: Placement, screen: Screen, opened: tuple[int, int] | None) -> Formulation:
    """Return the linear program, with nothing said of single columns that a row says already."""
    program = model.formulation
    openings, blocks = model.opening_columns, model.block_columns
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    row_upper = program.row_upper.copy()
    upper[blocks] = inf
    if screen is Screen.FIXED_OPENINGS:
        held = model.values(placement)
        if opened is not None:
            held[model.columns.openings[opened[0], opened[1] :]] = 1.0
        lower[openings] = upper[openings] = held[openings]
        links = np.array([name == LINK for name in program.row_names], dtype=bool)
        row_upper[links] = inf
        upper[_shut_columns(model, held)] = 0.0
    return replace(
        program,
        column_lower=lower,
        column_upper=upper,
        row_upper=row_upper,
        is_integer=np.zeros_like(program.is_integer),
    )


def _shut_columns(model: Model, held: Floats) -> list[int]:
    """Return the columns of blocks at sites that are a decision and are not open in their period."""
    openings, blocks = model.columns.openings, model.columns.blocks
    shut = [
        blocks[site, :, period]
        for site, period in np.argwhere(openings >= 0).tolist()
        if held[openings[site, period]] < 0.5  # noqa: PLR2004  an opening is 0 or 1
    ]
    return [int(column) for columns in shut for column in columns if column >= 0]


def _values_of_limits(model: Model, duals: Floats, values: Floats) -> dict[int, float]:
    """Return money per unit of each limit's number, by number of the limit."""
    found = {}
    for number, row in model.limit_rows.items():
        limit = model.limits[number]
        if duals[row] and limit.number is not None:
            per = limit.per_number
            moved = float(per.constant) + sum(
                float(coefficient) * model.value(values, variable) for variable, coefficient in per.terms
            )
            money = abs(float(duals[row])) * model.formulation.objective_scale
            found[number] = money * abs(moved) / model.row_scales[number]
    return found
