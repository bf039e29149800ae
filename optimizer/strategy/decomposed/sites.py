"""A plan's sites as arrays: what each may add, what that is worth, what power it may draw, what opening costs.

Indices: s sites, g accelerators, t periods. An *addition* is blocks of g that come to s in t and stand for good, so power
that falls later bounds what may be added now: `power[s,t]` is the least available from t on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.economics.worth import Worth
from optimizer.economics.worth_arrays import opening_step_array, unit_value_array
from optimizer.model.columns import largest_blocks, needs_opening
from optimizer.rules.limit import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model.formulation import Flags, Floats, Ints
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit


@dataclass(frozen=True)
class Sites:
    """Sites of a plan, or groups of them, each taken as one."""

    worth: Floats
    """(s,g,t): money of one block added."""
    most: Floats
    """(s,g,t): most blocks that could stand, by single limits alone; 0 where none may be added."""
    draw: Floats
    """(s,g): MW at the facility that one block draws."""
    power: Floats
    """(s,t): MW for what stands from t on."""
    opening: Floats
    """(s,t): money of opening in t, a loss; 0 where opening is no decision."""
    opens: Flags
    """(s,): whether opening is a decision."""
    may_open: Flags
    """(s,t)."""
    zone: Ints
    """(s,): the zone (`optimizer.strategy.decomposed.coupling`) that the site lies in."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return the numbers of sites, accelerators and periods."""
        sites, skus, periods = self.worth.shape
        return sites, skus, periods

    @property
    def may_add(self) -> Flags:
        """Return, by (s,g,t), whether a block may be added."""
        return self.most > 0

    @property
    def may_choose(self) -> Flags:
        """Return, by (s,t), whether opening then is a choice."""
        return self.may_open & self.opens[:, None]

    @property
    def growth(self) -> Floats:
        """Return, by (s,t), the power that becomes free in t."""
        return np.diff(self.power, axis=1, prepend=0.0)

    @property
    def money_per_mw(self) -> float:
        """Return what a MW is typically worth, the measure of what is a small loss."""
        with np.errstate(divide="ignore", invalid="ignore"):
            worth = self.worth / self.draw[:, :, None]
        typical = worth[self.may_add & (self.draw > 0)[:, :, None] & (worth > 0)]
        return float(np.median(typical)) if typical.size else 0.0


def tabulate_sites(case: Case, limits: Sequence[Limit], power_limits: Sequence[Limit], zone: Ints) -> Sites:
    """Return the sites of a case under some limits, `power_limits` among them."""
    worth = Worth(case.plan)
    most = largest_blocks(case, limits)
    opens = needs_opening(case, limits)
    blocks = np.array([accelerator.block for accelerator in case.plan.accelerators], dtype=np.float64)
    num_sites, num_skus, num_periods = most.shape
    draw, power = np.zeros((num_sites, num_skus)), np.full((num_sites, num_periods), np.inf)
    for limit in power_limits:
        site = next((variable.site for variable, _ in limit.usage.terms if isinstance(variable, Standing)), None)
        if site is None:
            continue
        power[site, limit.period] = float(limit.allowance.constant) - float(limit.usage.constant)
        if not draw[site].any():  # a block draws the same in every period
            for variable, coefficient in limit.usage.terms:
                if isinstance(variable, Standing):
                    draw[site, variable.accelerator] = float(coefficient) * blocks[variable.accelerator]
    power[~np.isfinite(power)] = 0.0  # of sites where nothing draws any
    power = np.maximum(np.minimum.accumulate(power[:, ::-1], axis=1)[:, ::-1], 0.0)
    return Sites(
        worth=unit_value_array(worth) * blocks[None, :, None],
        most=most.astype(np.float64),
        draw=draw,
        power=power,
        opening=np.where(opens[:, None], opening_step_array(worth)[:, ::-1].cumsum(axis=1)[:, ::-1], 0.0),
        opens=opens,
        may_open=np.maximum.accumulate((most > 0).any(axis=1), axis=1),
        zone=zone,
    )
