"""Cuts of single sites: what whole blocks leave of a site's own limits, added where relaxed counts ask for more.

Where a site can be filled in few ways with the blocks that a relaxed solution puts there, the cut is the deepest one that
holds all of them; where in many, a rounding cut (`optimizer.model.rounding`). Both hold for each whole placement, so a plan
keeps them whatever its openings are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model.columns import ABSENT
from optimizer.model.packings import whole_packings
from optimizer.model.rounding import LEAST_USE, MARGIN, SiteRow, broken_cuts
from optimizer.solve.separation import deepest_cut
from optimizer.strategy.decomposed.openings import hold
from optimizer.strategy.decomposed.separate import LocalRows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.model.formulation import Flags, Floats
    from optimizer.strategy.decomposed.openings import Decided
    from optimizer.strategy.decomposed.prices import Solve
    from optimizer.strategy.decomposed.separate import Separable

MOST_ROUNDS = 6
LEAST_PART = 0.02
"""Part of the gap asked for that a round of cuts must have brought for another one to be made."""
LEAST_GAIN_PART = 0.05
"""Part of the gap asked for that the cuts at the first openings must bring for more to be made at later ones: rows that say
little make every linear program slower, most of all where sites are many."""
SMALL_BLOCKS = 10.0
"""Gaps asked for that the smallest block must be of the power of its site, in the mean, for cuts to be made."""
LEAST_OPEN = 1e-3
LEAST_DEPTH = 1e-4
"""Part by which a relaxed solution must break a cut."""
LEAST_WEIGHT = 1e-6
"""Part of the greatest weight of a cut that another must have: what is less is rounding, and makes solvers fail."""
WHOLE = 1e-6
"""How far from whole a number of blocks may be that counts as whole."""
NO_DUALS = np.zeros(1)


class Cutter:
    """Makes the cuts of a plan's sites, from the rows it had at the beginning; what broke none is not looked at again."""

    def __init__(self, plan: Separable, relative_gap: float, *, is_at_rest: bool = False) -> None:
        """Begin with a plan and the gap asked for, at rest where blocks are too small for cuts to matter."""
        self._rows = tuple(_site_rows(plan))
        self._packings: dict[tuple[bytes, float], Floats | None] = {}
        self._unbroken: set[tuple[bytes, float, bytes]] = set()
        self._gap = relative_gap
        self.is_at_rest = is_at_rest or _least_share(plan) < SMALL_BLOCKS * relative_gap
        """Whether no more cuts are made."""

    def cut(self, plan: Separable, counts: Floats, opened: Floats) -> Separable:
        """Return a plan with the cuts that relaxed counts (s,g,t) and openings (s,t) break; the same where none."""
        point, rows = np.append(counts.ravel(), opened.ravel()), []
        for source in self._rows:
            is_open = 1.0 if source.opening == ABSENT else float(point[source.opening])
            stands = point[source.blocks]
            if is_open < LEAST_OPEN or source.coefficients @ stands < LEAST_USE * source.bound * is_open:
                continue
            found = self._broken(source, point, stands / is_open)
            if found is None:
                continue
            site, skus, period = np.unravel_index(source.blocks, counts.shape)
            weights, (coefficients, bound) = np.zeros(counts.shape[1]), found
            weights[skus] = coefficients
            is_fixed = source.opening == ABSENT
            rows.append(
                (int(site[0]), int(period[0]), weights, 0.0 if is_fixed else -bound, bound if is_fixed else 0.0)
            )
        return replace(plan, local=plan.local.with_more(LocalRows.of(rows, counts.shape[1]))) if rows else plan

    def begin(self, plan: Separable, decided: Decided, solve: Solve) -> tuple[Separable, Decided]:
        """Return the same as `sharpened` where that brings something; where not, there will be no more cuts."""
        cut, sharp = self.sharpened(plan, decided, solve)
        if decided.money - sharp.money >= LEAST_GAIN_PART * self._gap * abs(sharp.money):
            return cut, sharp
        self.is_at_rest = True
        return plan, decided

    def sharpened(self, plan: Separable, decided: Decided, solve: Solve) -> tuple[Separable, Decided]:
        """Return a plan with the cuts that the best counts at some openings break, and the best ones that break none."""
        for _ in range(0 if self.is_at_rest else MOST_ROUNDS):
            cut = self.cut(plan, decided.counts, decided.is_open.astype(np.float64))
            held = None if cut is plan else hold(cut, decided.is_open, cut.sites.may_add, solve)
            if held is None:
                break
            gain = decided.money - held.money
            plan, decided = cut, held
            if gain < LEAST_PART * self._gap * abs(held.money):
                break
        return plan, decided

    def _broken(self, source: SiteRow, point: Floats, stands: Floats) -> tuple[Floats, float] | None:
        """Return coefficients and bound of the cut that what stands where a site is wholly open breaks most, if any."""
        used = stands > WHOLE
        if not (np.abs(stands - np.rint(stands)) > WHOLE).any():
            return None
        sizes = source.coefficients[used]
        packings = self._packings_of(sizes, source.bound)
        if packings is None:
            cut = next(iter(broken_cuts([source], point, NO_DUALS)), None)
            return None if cut is None else (cut.coefficients, cut.bound)
        known = (sizes.tobytes(), source.bound, np.rint(stands[used] / WHOLE).tobytes())
        if known in self._unbroken:
            return None
        weights = deepest_cut(packings, stands[used])
        if float(weights @ stands[used]) <= 1 + LEAST_DEPTH:
            self._unbroken.add(known)
            return None
        return self._lifted(source, used, weights), 1 + MARGIN

    def _lifted(self, source: SiteRow, used: Flags, weights: Floats) -> Floats:
        """Return the weights of some blocks and, for the others, the greatest found that no packing forbids."""
        found, known = np.zeros(len(used)), used.copy()
        found[used] = weights
        for other in np.flatnonzero(~used).tolist():
            known[other] = True
            packings = self._packings_of(source.coefficients[known], source.bound)
            if packings is None:
                known[other] = False
                break
            number = packings[:, known[: other + 1].sum() - 1]
            room = (1 - packings @ found[known])[number > 0] / number[number > 0]
            found[other] = max(0.0, room.min(initial=1.0))
        # So many smaller ones would fit in the place of each size that is left.
        smaller = np.floor(source.coefficients[~known, None] / source.coefficients[known])
        found[~known] = (smaller * found[known]).max(axis=1)
        return np.where(found < LEAST_WEIGHT * found.max(), 0.0, found)

    def _packings_of(self, sizes: Floats, room: float) -> Floats | None:
        key = (sizes.tobytes(), room)
        if key not in self._packings:
            self._packings[key] = whole_packings(sizes, room)
        return self._packings[key]


def _least_share(plan: Separable) -> float:
    """Return which part of a site's power its smallest block draws, in the mean over all power."""
    sites = plan.sites
    power = sites.power.max(axis=1, initial=0.0)
    drawn = np.where(sites.may_add.any(axis=2) & (sites.draw > 0), sites.draw, np.inf).min(axis=1, initial=np.inf)
    return float(np.minimum(drawn, power).sum() / max(power.sum(), LEAST_OPEN))


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
