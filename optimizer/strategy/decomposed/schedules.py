"""The best schedule of every site at given prices of what sites share: a closed form, all sites at once.

A block of g added at s in t earns `worth[s,g,t]` less what the shared limits cost in every period from t on. Per MW that is
a density; power that becomes free in t is best used by the greatest density from t on, and stays idle where that is
negative. A site opens in the period in which the sum, less the cost of opening, is largest, or never. Blocks are not whole
here and no further limit of a site is asked, so that what comes out is never less than a site can earn: with what the
shared limits earn at these prices, no plan is worth more (Lagrangian relaxation of the shared limits). Further limits of
sites may have prices too; `optimizer.strategy.decomposed.separate` takes them off worth and opening first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.model.formulation import Floats
    from optimizer.strategy.decomposed.coupling import Coupling
    from optimizer.strategy.decomposed.sites import Sites


@dataclass(frozen=True)
class Schedules:
    """What each site can earn at given prices."""

    net: Floats
    """(s,g,t): money of one block added, less prices."""
    density: Floats
    """(s,g,t): that per MW drawn; -inf where nothing may be added or nothing is drawn."""
    ahead: Floats
    """(s,t): money of one MW that is free from t on."""
    earned: Floats
    """(s,t): money of opening the site in t; -inf where it may not."""
    bound: float
    """No plan is worth more."""

    @property
    def value(self) -> Floats:
        """Return, by site, the most it earns; 0 where it stays shut."""
        return np.asarray(np.maximum(self.earned.max(axis=1), 0.0))


def schedule(sites: Sites, coupling: Coupling, prices: Floats) -> Schedules:
    """Return the best schedules at prices (rows,) of the shared limits, none negative."""
    cost = (prices @ coupling.matrix).reshape(coupling.shape)
    cost = from_then_on(cost)
    net = sites.worth - cost[sites.zone]
    draws, may_add = (sites.draw > 0)[:, :, None], sites.may_add
    density = np.full(net.shape, -np.inf)
    np.divide(net, sites.draw[:, :, None], out=density, where=may_add & draws)
    ahead = _best_from(np.maximum(density.max(axis=1), 0.0))
    earned = _used(sites.power, ahead) + sites.opening
    if not draws.all():
        free = _best_from(np.where(may_add & ~draws, np.maximum(net, 0.0), 0.0))
        earned += _used(sites.most, free).sum(axis=1)
    earned = np.where(sites.may_open, earned, -np.inf)
    bound = float(prices @ coupling.bound) + float(np.maximum(earned.max(axis=1), 0.0).sum())
    return Schedules(net, density, ahead, earned, bound)


def _used(room: Floats, ahead: Floats) -> Floats:
    """Return what room that never shrinks earns from each period on: what is there then, and what grows later."""
    grown = np.diff(room, axis=-1, prepend=0.0) * ahead
    return np.asarray(room * ahead + from_then_on(grown) - grown)


def _best_from(values: Floats) -> Floats:
    """Return the greatest over the last index from each period on."""
    return np.asarray(np.maximum.accumulate(values[..., ::-1], axis=-1)[..., ::-1])


def from_then_on(values: Floats) -> Floats:
    """Return the sums over the last index from each period on."""
    return np.asarray(np.cumsum(values[..., ::-1], axis=-1)[..., ::-1])
