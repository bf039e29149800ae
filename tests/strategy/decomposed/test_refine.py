"""Prices of single sites' limits: bounds at any prices, and cuts only where they bring something."""

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
from optimizer.strategy.decomposed.prices import find_prices
from optimizer.strategy.decomposed.refine import refined
from optimizer.strategy.decomposed.separate import separate
from optimizer.strategy.decomposed.whole_openings import tightened
from tests.agreement import place
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from optimizer.model.formulation import Formulation
    from optimizer.solve.result import SolveResult
    from optimizer.solve.session import Session
    from optimizer.strategy.decomposed.separate import Separable

EXACTLY = SolveOptions(relative_gap=0.0, time_limit_seconds=20.0)
ROUNDING = 1e-9
NUM_PRICES = 5


def derived(document: dict[str, object]) -> Separable | None:
    """Return a plan in parts, with the derived rows of its limits; None where it does not come apart."""
    case = make_case(plan_from_dict(document))
    limits = compile_limits(case)
    parts, model = separate(case, limits), build_model(case, limits)
    return None if parts is None or model.broken_limits else tightened(parts, model)


def test_at_any_prices_no_plan_is_worth_more_than_the_bound(session: Session) -> None:
    chance, num_rows = np.random.default_rng(1), 0
    for seed in range(60):
        document = random_plan(seed)
        plan, best = derived(document), place(session, document)
        if plan is None or best.objective is None:
            continue
        num_rows += len(plan.local.site)
        worth = float(np.abs(plan.sites.worth).max(initial=1.0))
        for _ in range(NUM_PRICES):
            prices = worth * chance.random(plan.num_prices) * (chance.random(plan.num_prices) < 0.3)
            bound = plan.schedules(prices).bound
            assert bound >= float(best.objective) - ROUNDING * max(1.0, abs(bound)), seed
    assert num_rows > 100, "plans with limits of single sites were among them"


@pytest.mark.parametrize(("kind", "has_cuts"), [("large-racks", True), ("many-small", False)])
def test_cuts_are_made_where_they_promise_something(session: Session, kind: str, has_cuts: bool) -> None:
    plan = derived(generate(KINDS[kind], free_size(40, 3, 6), 2))
    assert plan is not None

    def solve(program: Formulation) -> SolveResult:
        return session.solve("highs", program, EXACTLY)

    *_, priced = find_prices(plan, solve)
    found = list(refined(plan, priced, Cutter(plan, 1e-3), solve, 1e-3))
    bounds = [better.bound for _, better in found]
    assert bounds == sorted(bounds, reverse=True)
    assert (len(found[-1][0].local.site) > len(plan.local.site)) == has_cuts
