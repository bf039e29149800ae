"""The relaxation with openings whole: it cuts off no whole placement, and its bound is nearer than the plain one's."""

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
from optimizer.solve.branching import grow
from optimizer.solve.tree import Growth, Tree
from optimizer.strategy.decomposed.cuts import Cutter
from optimizer.strategy.decomposed.prices import find_prices
from optimizer.strategy.decomposed.refine import refined
from optimizer.strategy.decomposed.restricted import Choice, restrict
from optimizer.strategy.decomposed.separate import separate
from optimizer.strategy.decomposed.whole_openings import tightened, whole_openings
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from optimizer.model.formulation import Floats, Formulation
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.solve.result import SolveResult
    from optimizer.solve.session import Session
    from optimizer.strategy.decomposed.separate import Separable

EXACTLY = SolveOptions(relative_gap=0.0, time_limit_seconds=20.0)
PART = 1e-6


def drawn(document: dict[str, object]) -> tuple[Case, tuple[Limit, ...], Separable | None]:
    case = make_case(plan_from_dict(document))
    limits = compile_limits(case)
    return case, limits, separate(case, limits)


def broken_by(program: Formulation, values: Floats) -> Floats:
    """Return by how much a point misses each row."""
    rows = np.repeat(np.arange(program.num_rows), np.diff(program.row_starts))
    left = np.bincount(rows, program.row_coefficients * values[program.row_columns], program.num_rows)
    return np.maximum(program.row_lower - left, left - program.row_upper)


def whole_optimum(session: Session, case: Case, limits: tuple[Limit, ...]) -> tuple[Floats, Floats, float] | None:
    """Return counts (s,g,t), openings (s,t) and money of the best whole placement; None where there is none."""
    model = build_model(case, limits)
    if model.broken_limits:
        return None
    best = session.solve("highs", model.formulation, EXACTLY)
    if best.values is None:
        return None
    counts, opened = np.zeros(model.columns.blocks.shape), np.zeros(model.columns.openings.shape)
    counts[model.columns.blocks >= 0] = np.rint(best.values[model.columns.blocks[model.columns.blocks >= 0]])
    opened[model.columns.openings >= 0] = np.rint(best.values[model.columns.openings[model.columns.openings >= 0]])
    return counts, opened, (best.objective or 0.0) * model.formulation.objective_scale


def refine(session: Session, plan: Separable) -> tuple[Separable, float]:
    """Return a plan with all rounding cuts that are made, and its bound by prices."""

    def solve(program: Formulation) -> SolveResult:
        return session.solve("highs", program, EXACTLY)

    *_, priced = find_prices(plan, solve)
    *_, (cut, best) = refined(plan, priced, Cutter(plan, 0.0), solve, 0.0)
    return cut, best.bound


@pytest.mark.parametrize("seed", range(80))
def test_no_whole_placement_is_cut_off_and_none_is_worth_more_than_the_bound(session: Session, seed: int) -> None:
    case, limits, parts = drawn(random_plan(seed))
    best = None if parts is None else whole_optimum(session, case, limits)
    if parts is None or best is None:
        return
    counts, opened, money = best

    def solve(program: Formulation) -> SolveResult:
        return session.solve("highs", program, EXACTLY)

    plan, linear = refine(session, tightened(parts, build_model(case, limits)))
    program = whole_openings(plan)
    point = program.point(plan.sites, plan.coupling, counts, opened > 0)
    own = solve(program.with_whole_openings())
    sets = program.ordered_sets(plan.alike())
    grown = grow(
        Growth(program.with_whole_openings(), sets, Tree.planted(sets), own.best_bound - 1.0, own.best_bound - 1.0)
    )

    assert grown.best_bound == pytest.approx(own.best_bound, rel=PART, abs=1e-4)
    assert broken_by(program.formulation, point).max() <= PART
    assert (point <= program.formulation.column_upper + PART).all()
    assert own.best_bound * program.formulation.objective_scale >= money - PART * max(1.0, abs(money))
    assert linear >= own.best_bound * program.formulation.objective_scale - PART * max(1.0, abs(money))


def test_sites_that_differ_in_nothing_may_change_places() -> None:
    symmetric, mixed = (drawn(generate(KINDS[kind], free_size(24, 2, 3), 1)) for kind in ("symmetric", "base"))
    groups = []
    for case, limits, parts in (symmetric, mixed):
        assert parts is not None
        groups.append(tightened(parts, build_model(case, limits)).alike())

    assert len(set(groups[0].tolist())) <= 12
    assert len(set(groups[1].tolist())) == 24
    plan = symmetric[2]
    assert plan is not None
    one, *others = np.flatnonzero(groups[0] == groups[0][0])
    for other in others:
        assert (plan.sites.worth[one] == plan.sites.worth[other]).all()
        assert (plan.sites.power[one] == plan.sites.power[other]).all()


@pytest.mark.parametrize("kind", ["base", "large-racks", "tight", "national-cap"])
def test_what_limits_imply_brings_the_bound_nearer(session: Session, kind: str) -> None:
    case, limits, parts = drawn(generate(KINDS[kind], free_size(12, 2, 3), 1))
    assert parts is not None

    def solve(program: Formulation) -> SolveResult:
        return session.solve("highs", program, EXACTLY)

    _, tight = refine(session, tightened(parts, build_model(case, limits)))
    choice = Choice(parts.sites.may_add, parts.sites.may_choose)
    program = restrict(parts.sites, parts.coupling, choice, parts.local).formulation
    plain = solve(program)

    assert plain.objective is not None
    assert tight < plain.objective * program.objective_scale * (1 - PART)


def test_a_limit_that_is_left_out_takes_what_it_implies_along(session: Session) -> None:
    """Without a rule the bound is that of a plan which never had it: nothing of the rule is left in the rows."""
    case, limits, _ = drawn(generate(KINDS["tight"], free_size(12, 2, 3), 1))

    def bound(kept: tuple[Limit, ...]) -> float:
        parts = separate(case, kept)
        assert parts is not None
        plan, _ = refine(session, tightened(parts, build_model(case, kept)))
        program = whole_openings(plan)
        found = solve(program.with_whole_openings())
        return found.best_bound * program.formulation.objective_scale

    def solve(program: Formulation) -> SolveResult:
        return session.solve("highs", program, EXACTLY)

    for rule in ("destination_share", "outside_tier1_share", "home_share", "deliveries"):
        kept = tuple(limit for limit in limits if limit.rule != rule)
        best = whole_optimum(session, case, kept)
        assert len(kept) < len(limits)
        assert best is not None
        assert bound(kept) >= best[2] * (1 - PART)
        assert bound(kept) >= bound(limits) * (1 - PART)
