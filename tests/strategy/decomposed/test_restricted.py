"""The program of a choice: with every choice it is the plan's linear relaxation, and its prices prove it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.model.build import build_model
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.solve.backend import SolveOptions
from optimizer.strategy.decomposed.groups import group_sites, ungrouped
from optimizer.strategy.decomposed.restricted import Choice, restrict
from optimizer.strategy.decomposed.separate import separate
from optimizer.strategy.decomposed.whole_openings import tightened
from optimizer.strategy.outcome import Status
from tests.agreement import place
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.solve.session import Session

EXACTLY = SolveOptions(relative_gap=0.0, time_limit_seconds=20.0)
PART = 1e-6
MISSED = 1e-7
MANY = 1e6


def drawn(seed: int) -> Case:
    return make_case(plan_from_dict(random_plan(seed)))


@pytest.mark.parametrize("seed", range(60))
def test_every_choice_together_is_no_less_than_the_linear_relaxation(session: Session, seed: int) -> None:
    """The model's own relaxation also ties each count to its opening; so it may be worth less, and never more."""
    built = drawn(seed)
    limits = compile_limits(built)
    parts = separate(built, limits)
    if parts is None:
        return
    model = build_model(built, limits, strengthen=False)
    relaxed = model.formulation.with_integer(np.zeros(model.formulation.num_columns, dtype=bool))
    plain = session.solve("highs", relaxed, EXACTLY)
    program = restrict(parts.sites, parts.coupling, Choice(parts.sites.may_add, parts.sites.may_choose), parts.local)
    own = session.solve("highs", program.formulation, EXACTLY)

    if plain.objective is None:
        return
    assert own.values is not None
    assert program.missed(own.values) <= MISSED
    money = (own.objective or 0.0) * program.formulation.objective_scale
    least = plain.objective * model.formulation.objective_scale
    assert money >= least - PART * max(1.0, abs(least))


@pytest.mark.parametrize("seed", range(60))
def test_prices_of_the_program_prove_its_value(session: Session, seed: int) -> None:
    """Strong duality, derived rows of single sites included: without ends of single counts the two are the same."""
    built = drawn(seed)
    limits = compile_limits(built)
    parts, model = separate(built, limits), build_model(built, limits)
    if parts is None or model.broken_limits:
        return
    plan = tightened(parts, model)
    plan = replace(plan, sites=replace(plan.sites, most=np.where(plan.sites.may_add, MANY, 0.0)))
    program = restrict(plan.sites, plan.coupling, Choice(plan.sites.may_add, plan.sites.may_choose), plan.local)
    own = session.solve("highs", program.formulation, EXACTLY)
    if own.values is None:
        assert place(session, random_plan(seed)).status is Status.INFEASIBLE
        return
    assert own.row_duals is not None
    if program.missed(own.values) > MISSED or any(sku.power_kw == 0 for sku in built.plan.accelerators):
        return

    bound = plan.schedules(program.prices(own.row_duals)).bound

    money = (own.objective or 0.0) * program.formulation.objective_scale
    assert bound == pytest.approx(money, rel=1e-5, abs=1.0)


def test_groups_hold_all_sites_power_and_openings_within_their_zones() -> None:
    built = drawn(3)
    parts = separate(built, compile_limits(built))
    assert parts is not None
    grouped = group_sites(parts.sites, 1)

    assert grouped.sites.power.sum() == pytest.approx(parts.sites.power.sum())
    assert grouped.sites.opening.sum() == pytest.approx(parts.sites.opening.sum())
    assert (grouped.sites.zone[grouped.of_site] == parts.sites.zone).all()
    assert (ungrouped(parts.sites).of_site == np.arange(parts.sites.shape[0])).all()
