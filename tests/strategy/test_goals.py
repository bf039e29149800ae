"""Goals after the value, worked out by hand: what they reach, what they may cost, and what happens when time runs out."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.report.compose import compose
from optimizer.report.goals import goal_table
from optimizer.report.wording import NOTHING
from optimizer.schema.goals import Goal
from optimizer.strategy.goals import pursue_goals
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import GoalResult, Outcome, Status
from tests.builders import chip, document, site

if TYPE_CHECKING:
    from optimizer.solve.result import SolveResult
    from optimizer.solve.session import Session

HOUR = Fraction(2190)
"""Hours of a quarter."""
EXACT = SearchOptions(relative_gap=0.0)


def three_sites(then: list[str], within: str, **parts: Any) -> dict[str, Any]:  # noqa: ANN401  whatever `document` takes
    """Ten chips of 1 kW, worth 1 USD an hour at ohio (6 fit), 0.98 at oslo (4 fit) and 0.90 at york (all fit).

    The best is 6 at ohio and 4 at oslo, 9.92 an hour. Coal burns for ohio (800 kg/MWh), gas for york (400), oslo has water.
    """
    sites = [
        site("ohio", "US", max_units=6, carbon_kg_per_mwh=800),
        site("oslo", "NO", max_units=4, carbon_kg_per_mwh=0, value_multiplier="0.98"),
        site("york", "GB", max_units=10, carbon_kg_per_mwh=400, value_multiplier="0.9"),
    ]
    tables: dict[str, Any] = {
        "sites": sites,
        "accelerators": [chip(power_kw=1)],
        "delivered": 10,
        "policy": "physical-only",
    }
    return document(**(tables | parts)) | {"goals": {"then": then, "within": within}}


def solve(session: Session, plan: dict[str, Any], options: SearchOptions = EXACT) -> Outcome:
    return place_fleet(plan_from_dict(plan), options=options, session=session)


def counts(goal: GoalResult) -> list[Fraction]:
    return [goal.before, goal.after, goal.best_bound]


def standing(outcome: Outcome) -> dict[str, int]:
    assert outcome.placement is not None
    sites = outcome.case.plan.sites
    return {sites[number].key: row[-1] for (number, _), row in outcome.placement.standing_units.items()}


def test_without_goals_the_value_alone_counts(session: Session) -> None:
    outcome = solve(session, three_sites([], "0"))

    # Half of 2,190 hours: 6 chips at 1 USD an hour, 4 at 0.98.
    assert outcome.objective == 1095 * (6 + 4 * Fraction("0.98"))
    assert standing(outcome) == {"ohio": 6, "oslo": 4}
    assert (outcome.goals, outcome.before_goals) == ((), None)
    assert outcome.value_search is outcome


def test_fewest_sites_moves_all_to_one_where_the_loss_allows_it(session: Session) -> None:
    outcome = solve(session, three_sites(["fewest_sites"], "10%"))

    # All ten at york are worth 9 of 9.92: a loss of 9.3%. One site cannot be beaten.
    assert standing(outcome) == {"york": 10}
    (goal,) = outcome.goals
    assert counts(goal) == [2, 1, 1]
    assert goal.is_proven
    assert goal.value_before - goal.value_after == 1095 * (Fraction("9.92") - 9)
    assert outcome.value_search.objective == 1095 * Fraction("9.92")


@pytest.mark.parametrize(("within", "sites"), [("92/992", 1), ("91/992", 2)])
def test_the_loss_allowed_is_exact(session: Session, within: str, sites: int) -> None:
    """The one-site plan gives up exactly 92/992 of the value: allowed at that share, and not at the least bit below it."""
    outcome = solve(session, three_sites(["fewest_sites"], within))

    assert outcome.goals[0].after == sites
    assert outcome.goals[0].is_proven


def test_least_carbon_counts_half_of_the_first_period(session: Session) -> None:
    parts = {"periods": 2, "delivered": {"chip": [10, 0]}}
    outcome = solve(session, three_sites(["least_carbon"], "100%", **parts))
    at_first = solve(session, three_sites(["least_carbon"], "0", **parts))

    # Nothing placed emits nothing, and is worth nothing. The best plan burns 6 kW in ohio for a quarter and a half.
    assert outcome.objective == 1095 * 3 * 4 * Fraction("0.98")
    assert outcome.goals[0].after == 0
    assert outcome.goals[0].before == 6 * HOUR * Fraction(3, 2) / 1000 * 800
    assert at_first.goals[0].after == at_first.goals[0].before


def test_a_goal_is_kept_by_the_next_and_value_is_given_up_for_nothing_else(session: Session) -> None:
    outcome = solve(session, three_sites(["least_carbon", "fewest_sites"], "70%"))

    # Worth 2.976 at least: 4 at oslo are worth 3.92, emit nothing and are one site.
    assert standing(outcome) == {"oslo": 4}
    assert [goal.after for goal in outcome.goals] == [0, 1]
    assert outcome.objective == 1095 * 4 * Fraction("0.98")


def test_the_order_of_goals_decides(session: Session) -> None:
    """Within 20%: 7.936. Fewest first: york alone, its ten less one burn 400 kg each; carbon first: oslo 4, york 5."""
    sites_first = solve(session, three_sites(["fewest_sites", "least_carbon"], "20%"))
    carbon_first = solve(session, three_sites(["least_carbon", "fewest_sites"], "20%"))

    assert standing(sites_first) == {"york": 9}
    assert standing(carbon_first) == {"oslo": 4, "york": 5}
    assert [goal.goal for goal in carbon_first.goals] == [Goal.LEAST_CARBON, Goal.FEWEST_SITES]


def test_sites_that_installed_stock_keeps_open_do_not_count(session: Session) -> None:
    installed = [{"site": "oslo", "accelerator": "chip", "units": 1}]
    plan = three_sites(["fewest_sites"], "0", installed=installed)
    plan["sites"][1]["max_units"] = 5

    outcome = solve(session, plan)

    assert standing(outcome) == {"ohio": 6, "oslo": 4}
    assert outcome.goals[0].after == 1


def test_a_stopped_goal_keeps_what_was_found_and_says_so(session: Session) -> None:
    first = place_fleet(
        plan_from_dict(three_sites(["fewest_sites", "least_carbon"], "20%")),
        options=EXACT,
        session=session,
        with_goals=False,
    )

    outcome = pursue_goals(first, EXACT, cast("Session", Interrupted()))

    assert outcome.placement == first.placement
    assert outcome.interrupted
    assert [(goal.after, goal.stopped_by, goal.status) for goal in outcome.goals] == [
        (2, "interruption", Status.FEASIBLE),
        (6 * HOUR / 2 / 1000 * 800, "interruption", Status.FEASIBLE),
    ]
    assert outcome.status is Status.OPTIMAL  # of the search for the value, which was through


class Interrupted:
    """A session in which Ctrl-C comes before the first solve."""

    interrupted = False

    def solve(self, *_arguments: object, **_options: object) -> SolveResult:
        raise KeyboardInterrupt


def test_goals_get_no_time_where_the_search_used_it_all(session: Session) -> None:
    options = SearchOptions(relative_gap=0.0, time_limit_seconds=1e-9)
    first = place_fleet(
        plan_from_dict(three_sites(["fewest_sites"], "20%")), options=EXACT, session=session, with_goals=False
    )

    outcome = pursue_goals(first, options, session)

    assert outcome.goals[0].stopped_by == "time limit"
    assert outcome.goals[0].best_bound == 0
    assert not outcome.goals[0].is_begun
    assert outcome.placement == first.placement


def test_a_goal_without_time_is_said_not_to_be_begun_and_shows_no_bound(session: Session) -> None:
    options = SearchOptions(relative_gap=0.0, time_limit_seconds=1e-9)
    first = place_fleet(
        plan_from_dict(three_sites(["fewest_sites"], "20%")), options=EXACT, session=session, with_goals=False
    )

    document = compose(pursue_goals(first, options, session))

    (row,) = document.goals
    assert not row.begun
    assert row.sentence.endswith("not begun, stopped by the time limit")
    (cells,) = goal_table(document).rows
    assert (cells[3], cells[5]) == (NOTHING, "not begun (time limit)")


def test_authorisations_that_the_search_chose_are_held(session: Session) -> None:
    policy = {"name": "ai-diffusion-2025", "authorisations": "auto"}
    parts = {"policy": policy, "accelerators": [chip(power_kw=1, eccn="3A090.a")], "start": "2025Q3"}
    outcome = solve(session, three_sites(["fewest_sites"], "10%", **parts))

    assert outcome.goals[0].after == 1
    assert sum(one.is_chosen for one in outcome.alternatives) == 1
    assert outcome.case is outcome.value_search.case


def test_a_cure_keeps_its_course(session: Session) -> None:
    """930 chips in Britain and 80 in Malaysia are over 7% there; what is placed elsewhere cures it."""
    plan = document(
        sites=[site("london", "GB", max_units=100), site("leeds", "GB", max_units=1000, value_multiplier="0.99")],
        headquarters="GB",
        delivered=200,
        installed=[
            {"country": code, "accelerator": "chip", "units": units} for code, units in (("GB", 930), ("MY", 80))
        ],
        policy={"name": "three-tier-2025-01", "breach": "cure"},
    ) | {"goals": {"then": ["fewest_sites"], "within": "1%"}}

    outcome = solve(session, plan)

    assert standing(outcome) == {"leeds": 200}
    assert counts(outcome.goals[0])[:2] == [2, 1]
    assert outcome.cures == outcome.value_search.cures
