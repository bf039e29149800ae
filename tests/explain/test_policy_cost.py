"""What the policy costs, by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError
from optimizer.explain.budget import Budget
from optimizer.explain.policy_cost import Cost, PolicyCost, policy_cost
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from tests.builders import site
from tests.explain.small_plans import EXACT, HOURS, japanese, solved

if TYPE_CHECKING:
    from optimizer.solve.session import Session

HUNDRED = japanese(sites=[site("kl", "MY", value_multiplier=2), site("tokyo", "JP")])
"""100 chips, each worth twice as much in Malaysia, where 7 may stand: 107 x 1,095."""
CENT = 0.01


def cost_of(session: Session, *, bound: int | None = None, seconds: float | None = None) -> PolicyCost | None:
    outcome = solved(session, make_case(plan_from_dict(HUNDRED)), bound=bound)
    return policy_cost(outcome, EXACT, Budget(session, seconds))


def ends(cost: Cost) -> tuple[float, float]:
    assert cost.lower is not None
    assert cost.upper is not None
    return float(cost.lower), float(cost.upper)


def test_the_whole_policy_and_each_of_its_rules(session: Session) -> None:
    """Without any policy all 100 stand in Malaysia: 93 x 1,095 more. Without the 7% alone the 25% outside Tier 1 hold, 18
    more; without the 25% or the cap alone the 7% hold, and nothing is gained."""
    cost = cost_of(session)

    assert cost is not None
    assert cost.is_complete
    assert cost.baseline == "unrestricted"
    assert ends(cost.total) == pytest.approx((93 * HOURS, 93 * HOURS), abs=CENT)
    by_rule = {one.rules: ends(one) for one in cost.by_rule}
    assert by_rule == {
        ("destination_share",): pytest.approx((18 * HOURS, 18 * HOURS), abs=CENT),
        ("outside_tier1_share",): pytest.approx((0, 0), abs=CENT),
        ("national_cap",): pytest.approx((0, 0), abs=CENT),
    }
    assert {(rule,) for rule in cost.total.rules} == set(by_rule)


def test_single_costs_do_not_add_up_and_the_difference_is_said(session: Session) -> None:
    """93 less 18: one rule stands in for the other."""
    cost = cost_of(session)

    assert cost is not None
    assert cost.interaction == pytest.approx((75 * HOURS, 75 * HOURS), abs=CENT)


def test_compute_moves_between_countries(session: Session) -> None:
    cost = cost_of(session)

    assert cost is not None
    assert {row.destination: (row.tpp_with, row.tpp_without) for row in cost.countries} == {
        "MY": (7000, 100_000),
        "JP": (93_000, 0),
    }


def test_a_gap_widens_the_interval_around_the_truth(session: Session) -> None:
    """A bound 10,000 above 107 x 1,095: the cost may be so much less, and no more."""
    cost = cost_of(session, bound=107 * HOURS + 10_000)

    assert cost is not None
    assert ends(cost.total) == pytest.approx((93 * HOURS - 10_000, 93 * HOURS), abs=CENT)
    assert ends(cost.by_rule[0])[0] >= 0
    least, most = cost.interaction
    assert least is not None
    assert most is not None
    assert least <= 75 * HOURS <= most


def test_rules_that_were_not_reached_leave_the_interaction_open() -> None:
    total = Cost(("a", "b"), Fraction(5), Fraction(6))
    partial = PolicyCost("unrestricted", total, (Cost(("a",), Fraction(1), Fraction(2)),), (), is_complete=False)

    assert partial.interaction == (None, None)


def test_an_end_that_is_not_proven_stays_open() -> None:
    one, other = Cost(("a",), Fraction(1), None), Cost(("b",), Fraction(0), Fraction(1))

    cost = PolicyCost("unrestricted", Cost(("a", "b"), Fraction(5), Fraction(6)), (one, other), (), is_complete=True)

    assert cost.interaction == (None, Fraction(5))


def test_without_time_there_is_no_cost(session: Session) -> None:
    assert cost_of(session, seconds=0.0) is None


def test_a_baseline_that_does_not_exist_is_refused(session: Session) -> None:
    outcome = solved(session, make_case(plan_from_dict(HUNDRED)))

    with pytest.raises(InputError):
        policy_cost(outcome, EXACT, Budget(session), baseline="no-such-pack")
