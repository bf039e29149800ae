"""What the limits on one country cost, by hand and against solves that know nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.explain.budget import Budget
from optimizer.explain.lifted import Lifted, destination_of_limit, lifted_by_country, limited_destinations
from optimizer.explain.value import Label
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from tests.agreement import place
from tests.builders import site
from tests.explain.independent import ROUNDING, solve_with
from tests.explain.small_plans import EXACT, HOURS, case_of, contract, japanese, solved
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.solve.session import Session

# 100 Japanese chips: three times their worth in Malaysia, where 7 may stand; twice in India, where 7 may; at home the rest;
# and five times in China, which is closed.
FOUR = japanese(
    sites=[
        site("kl", "MY", value_multiplier=3),
        site("pune", "IN", value_multiplier=2),
        site("wuxi", "CN", value_multiplier=5),
        site("tokyo", "JP"),
    ]
)
CENT = 0.01


def lifted(session: Session, plan: dict[str, Any], seconds: float | None = None) -> tuple[Lifted, ...]:
    outcome = solved(session, make_case(plan_from_dict(plan)))
    return lifted_by_country(outcome, EXACT, Budget(session, seconds))


def test_each_country_is_worth_what_its_limits_keep_out_of_it_most_first(session: Session) -> None:
    """25 may stand outside Tier 1. China open takes all 25, 4 x 25 more than at home instead of 2 x 7 + 7: 79 x 1,095.
    Malaysia without its limits takes 25: 50 less 21. India takes the 18 that Malaysia leaves: 11 more."""
    found = lifted(session, FOUR)

    assert [(one.destination, one.label) for one in found] == [(code, Label.CONFIRMED) for code in ("CN", "MY", "IN")]
    assert [float(one.lower or 0) for one in found] == pytest.approx([79 * HOURS, 29 * HOURS, 11 * HOURS], abs=CENT)
    assert [float(one.upper or 0) for one in found] == pytest.approx([79 * HOURS, 29 * HOURS, 11 * HOURS], abs=CENT)
    assert found[1].groups == ("destination_share[MY]", "national_cap[MY]")
    assert found[0].screened == pytest.approx(79 * HOURS)


def test_a_country_whose_limits_are_not_felt_is_not_asked(session: Session) -> None:
    """India is worth no more than home, so nothing is there."""
    plan = japanese(
        sites=[site("kl", "MY", value_multiplier=3), site("pune", "IN", value_multiplier="0.5"), site("a", "JP")]
    )
    outcome = solved(session, make_case(plan_from_dict(plan)))

    assert list(limited_destinations(outcome)) == ["MY"]


def test_without_time_nothing_is_searched(session: Session) -> None:
    found = lifted(session, FOUR, seconds=0.0)

    assert {(one.label, one.screened, one.lower) for one in found} == {(Label.SCREENED, None, None)}


def test_limits_of_several_countries_or_of_the_plan_itself_belong_to_none() -> None:
    built = case_of(
        sites=[site("kl", "MY"), site("wuxi", "CN")], delivered=10, commitments=[contract("lease", "kl", 1)]
    )

    places = {limit.group: destination_of_limit(built, limit) for limit in compile_limits(built)}

    assert places["destination_share[MY]"] == places["national_cap[MY]"] == "MY"
    assert places["closed_destination[CN]"] == "CN"
    assert places["outside_tier1_share"] is None


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 40, 10))
def test_intervals_hold_the_differences_of_independent_solves(session: Session, first: int) -> None:
    num_asked = 0
    for seed in range(first, first + 10):
        plan = random_plan(seed)
        outcome = place(session, plan)
        if outcome.placement is None:
            continue
        here = solve_with(plan, (), session).objective or 0
        for one in lifted_by_country(outcome, EXACT, Budget(session)):
            num_asked += 1
            there = solve_with(plan, left_out(one.groups), session).objective
            assert one.lower is not None, (seed, one)
            assert there is not None, (seed, one)
            assert one.lower - ROUNDING <= there - here, (seed, one)
            assert one.upper is not None, (seed, one)
            assert there - here <= one.upper + ROUNDING, (seed, one)
    assert num_asked


def left_out(groups: Iterable[str]) -> list[str]:
    return [f'limits."{group}".enforced=false' for group in groups]
