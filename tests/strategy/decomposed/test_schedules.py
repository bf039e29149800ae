"""Best schedules at prices: worked out by hand, and never below what a plan can earn."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.strategy.decomposed.schedules import schedule
from optimizer.strategy.decomposed.separate import Separable, separate
from tests.agreement import place
from tests.builders import case, chip, site
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from optimizer.solve.session import Session

HOURS = 2190


def parted(**tables: Any) -> Separable:  # noqa: ANN401  tables of a plan
    """Return a small plan as sites and what they share."""
    built = case(**tables)
    found = separate(built, compile_limits(built))
    assert found is not None
    return found


def test_power_waits_for_the_period_in_which_it_is_worth_most() -> None:
    """One site of 1 MW, 100 kW a chip: ten chips earn 2 USD an hour for two quarters if they come at once.

    At a price of 3 USD an hour a chip in the first quarter alone, they wait for the second and earn one quarter of 2 USD.
    """
    plan = parted(
        sites=[site("ohio", "US", power_mw=1), site("utah", "US", power_mw=0)],
        accelerators=[chip(power_kw=100, value_usd_per_hour=2)],
        delivered={"chip": [50, 50]},
        periods=2,
        economics={"first_period_share": "1"},
    )
    rows = len(plan.coupling.bound)

    assert schedule(plan.sites, plan.coupling, np.zeros(rows)).value == pytest.approx([10 * 2 * 2 * HOURS, 0])

    prices = np.zeros(rows)
    first = next(
        row for row in range(rows) if plan.coupling.row_standing[row].reshape(plan.coupling.shape)[0, 0, 0] > 0
    )
    prices[first] = 3 * HOURS
    found = schedule(plan.sites, plan.coupling, prices)

    assert found.value == pytest.approx([10 * 2 * HOURS, 0])
    assert found.bound == pytest.approx(10 * 2 * HOURS + 50 * 3 * HOURS)


def test_a_site_opens_when_its_power_has_grown_enough_to_pay() -> None:
    """0.1 MW, then 1 MW: opening costs 3,000 USD a quarter from opening on, and one chip earns 2,190 USD a quarter."""
    plan = parted(
        sites=[site("ohio", "US", power_mw=1, fixed_cost_usd_per_period=3000)],
        power=[{"site": "ohio", "period": "2025Q1", "power_mw": "0.1"}],
        accelerators=[chip(power_kw=100)],
        delivered={"chip": [50, 50]},
        periods=2,
        economics={"first_period_share": "1"},
    )

    found = schedule(plan.sites, plan.coupling, np.zeros(len(plan.coupling.bound)))

    assert found.earned[0].tolist() == pytest.approx([11 * HOURS - 6000, 10 * HOURS - 3000])


def test_blocks_without_power_are_bounded_by_what_may_stand() -> None:
    """What may stand grows from 1 to 3: the first comes at once, two when they may."""
    plan = parted(
        sites=[site("ohio", "US")], delivered={"chip": [1, 2]}, periods=2, economics={"first_period_share": "1"}
    )

    found = schedule(plan.sites, plan.coupling, np.zeros(len(plan.coupling.bound)))

    assert found.value == pytest.approx([2 * HOURS + 2 * HOURS])


@pytest.mark.parametrize("seed", range(40))
def test_no_prices_give_a_bound_below_the_optimum(session: Session, seed: int) -> None:
    document = random_plan(seed)
    built = make_case(plan_from_dict(document))
    found = separate(built, compile_limits(built))
    if found is None:
        return
    optimum = place(session, document).objective
    rng = Random(seed)
    for size in (0.0, 1.0, 100.0, 10_000.0):
        prices = np.array([rng.random() * size for _ in found.coupling.bound])
        bound = schedule(found.sites, found.coupling, prices).bound
        assert optimum is None or bound >= float(optimum) - 1e-6 * abs(float(optimum))
