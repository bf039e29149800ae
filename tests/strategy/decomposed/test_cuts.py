"""Cuts of single sites: they take off what no whole blocks can be, wherever a search is, and never a whole placement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.families.generate import generate
from benchmarks.families.kinds import KINDS
from benchmarks.families.sizes import free_size
from optimizer.files.read_plan import plan_from_dict
from optimizer.model.build import build_model
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.solve.backend import SolveOptions
from optimizer.strategy.decomposed.cuts import Cutter
from optimizer.strategy.decomposed.openings import hold
from optimizer.strategy.decomposed.separate import separate
from optimizer.strategy.decomposed.whole_openings import tightened

if TYPE_CHECKING:
    from optimizer.model.formulation import Flags, Formulation, Ints
    from optimizer.solve.result import SolveResult
    from optimizer.solve.session import Session
    from optimizer.strategy.decomposed.separate import Separable

EXACTLY = SolveOptions(relative_gap=0.0, time_limit_seconds=20.0)


def drawn(kind: str, num_sites: int = 12, seed: int = 1) -> Separable:
    case = make_case(plan_from_dict(generate(KINDS[kind], free_size(num_sites, 3, 4), seed)))
    limits = compile_limits(case)
    parts = separate(case, limits)
    assert parts is not None
    return tightened(parts, build_model(case, limits))


def every_site_open(plan: Separable) -> Flags:
    return np.where(plan.sites.opens[:, None], plan.sites.may_choose.cumsum(axis=1) > 0, plan.sites.may_open)


def whole_ways(plan: Separable, site: int, period: int, most: int) -> Ints:
    """Return every way to fill an open site with so many whole blocks of each kind at most, (ways, accelerators)."""
    sites, local = plan.sites, plan.local
    room = np.minimum(sites.power[site, period] / sites.draw[site], most).astype(np.int64)
    ways = np.stack(np.meshgrid(*(np.arange(fits + 1) for fits in room), indexing="ij"), axis=-1).reshape(-1, len(room))
    own = (local.site == site) & (local.period == period)
    kept = ways @ local.weights[own].T + local.opening[own] <= local.bound[own]
    return np.asarray(ways[(ways @ sites.draw[site] <= sites.power[site, period]) & kept.all(axis=1)])


@pytest.mark.parametrize("kind", ["large-racks", "base", "tight"])
@pytest.mark.parametrize("seed", range(6))
def test_no_whole_blocks_that_a_site_has_power_for_are_cut_off(kind: str, seed: int) -> None:
    plan, chance = drawn(kind), np.random.default_rng(seed)
    sites = plan.sites
    counts = chance.dirichlet(np.ones(sites.shape[1]), (sites.shape[0], sites.shape[2])).transpose(0, 2, 1)
    counts *= sites.power[:, None, :] / sites.draw[:, :, None]  # each site is full, of parts of blocks
    opened = np.ones((sites.shape[0], sites.shape[2]))

    cut = Cutter(plan, 1e-3).cut(plan, counts, opened)

    made = range(len(plan.local.site), len(cut.local.site))
    assert len(made) > 0
    for number in made:
        site, period, weights = int(cut.local.site[number]), int(cut.local.period[number]), cut.local.weights[number]
        most = cut.local.bound[number] - cut.local.opening[number]
        assert weights @ counts[site, :, period] > most * (1 + 1e-5), "the relaxed counts break it"
        ways = whole_ways(plan, site, period, 25)
        assert len(ways) > 1
        assert (ways @ weights <= most).all(), number


def test_a_cut_reaches_blocks_that_a_relaxed_solution_does_not_use() -> None:
    plan = drawn("large-racks")
    sites = plan.sites
    counts = np.zeros(sites.shape)
    counts[:, 0] = sites.power / sites.draw[:, 0, None]

    cut = Cutter(plan, 1e-3).cut(plan, counts, np.ones((sites.shape[0], sites.shape[2])))

    weights = cut.local.weights[len(plan.local.site) :]
    assert len(weights) > 0
    larger = (
        sites.draw[cut.local.site[len(plan.local.site) :]] >= sites.draw[cut.local.site[len(plan.local.site) :], :1]
    )
    assert (weights[larger] > 0).all(), "a larger block takes the place of at least one"


def test_sharpened_counts_break_no_cut_and_are_worth_no_less_than_whole_ones(session: Session) -> None:
    plan = drawn("large-racks", 10, 2)

    def solve(program: Formulation) -> SolveResult:
        return session.solve("highs", program, EXACTLY)

    decided = hold(plan, every_site_open(plan), plan.sites.may_add, solve)
    assert decided is not None
    cutter = Cutter(plan, 0.0)
    cut, sharp = cutter.sharpened(plan, decided, solve)

    assert len(cut.local.site) > len(plan.local.site)
    assert sharp.money < decided.money
    again, same = cutter.sharpened(cut, sharp, solve)
    assert same.money == pytest.approx(sharp.money, rel=1e-6)
    assert len(again.local.site) - len(cut.local.site) <= (len(cut.local.site) - len(plan.local.site)) / 4
