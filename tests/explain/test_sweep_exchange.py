"""Placements move between points: only where they hold exactly and are worth more, or keep the curve steady."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer.explain.sweep_answer import Answer, answer_of, judged_by
from optimizer.explain.sweep_exchange import Solved, exchanged
from optimizer.pipeline import place_fleet
from optimizer.rules.case import make_case
from optimizer.schema.placement import Placement
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Status
from tests import builders
from tests.builders import site

if TYPE_CHECKING:
    from optimizer.rules.case import Case

GAP = 0.001


def case_at(share: str, **parts: object) -> Case:
    """Return 930 chips in the US and 100 to place, worth 2,000 in Johor (share x 1,030 of them) and 1,000 in Ohio."""
    return builders.case(
        sites=[site("johor", "MY"), site("ohio", "US")],
        delivered=100,
        installed=[{"country": "US", "accelerator": "chip", "units": 930}],
        values=[
            {"site": "johor", "accelerator": "chip", "value_usd_per_unit": 2000},
            {"site": "ohio", "accelerator": "chip", "value_usd_per_unit": 1000},
        ],
        policy={"destination_share": share, **parts},
    )


def solved(share: str, johor: int | None, *, bound: int | None = None, status: Status = Status.FEASIBLE) -> Solved:
    """Return a point with so many units in Johor and the rest in Ohio; None: nothing was found."""
    case = case_at(share)
    if johor is None:
        return Solved(share, case, Answer(status=status, best_bound=None if bound is None else Fraction(bound)))
    placement = builders.placing(case, johor=johor, ohio=100 - johor)
    worth = Fraction(1000 * (100 + johor))
    return Solved(share, case, Answer(status, placement, worth, Fraction(bound) if bound else None))


def units(found: tuple[Solved, ...]) -> list[int | None]:
    return [
        one.answer.placement.units(0, 0, 0) if one.answer is not None and one.answer.placement is not None else None
        for one in found
    ]


def test_a_better_placement_moves_to_where_it_holds_and_nowhere_else() -> None:
    found = exchanged([solved("2%", 5), solved("4%", 41), solved("6%", 3, bound=161_000)], GAP)

    assert units(found) == [5, 41, 41]  # 41 of 1,030 are more than 2%
    assert [one.taken_from for one in found] == [None, None, "4%"]
    better = found[2].answer
    assert better is not None
    assert (better.objective, better.best_bound) == (Fraction(141_000), Fraction(161_000))


def test_the_status_follows_and_the_bound_stays_the_point_s_own() -> None:
    known, unknown = (
        exchanged([solved("4%", 41, bound=141_000, status=Status.OPTIMAL), later], GAP)[1].answer
        for later in (solved("6%", 10, bound=141_000), solved("6%", None, status=Status.UNKNOWN))
    )

    assert known is not None
    assert (known.status, known.best_bound) == (Status.OPTIMAL, Fraction(141_000))
    assert unknown is not None
    assert (unknown.status, unknown.objective, unknown.best_bound) == (Status.FEASIBLE, Fraction(141_000), None)


def test_a_placement_worth_as_much_is_kept_from_the_point_before() -> None:
    case = replace_values(case_at("7%"))
    points = [
        Solved(name, case, Answer(Status.OPTIMAL, builders.placing(case, johor=n, ohio=100 - n), Fraction(100_000)))
        for name, n in (("first", 20), ("second", 30), ("third", 0))
    ]

    found = exchanged(points, GAP)

    assert units(found) == [20, 20, 20]
    assert [one.taken_from for one in found] == [None, "first", "first"]


def replace_values(case: Case) -> Case:
    """Return the case with both sites worth the same."""
    values = {pair: (Fraction(1000),) for pair in (("johor", "chip"), ("ohio", "chip"))}
    return make_case(replace(case.plan, values_usd_per_unit=values))


def test_a_placement_that_contradicts_a_proof_makes_the_point_failed() -> None:
    found = exchanged([solved("6%", 61), solved("8%", None, status=Status.INFEASIBLE)], GAP)

    contradicted = found[1].answer
    assert contradicted is not None
    assert contradicted.status is None
    assert contradicted.failure == (
        "a placement found at 6% keeps every limit here, where the solver proved that there is none"
    )
    true = exchanged([solved("6%", 61), solved("2%", None, status=Status.INFEASIBLE)], GAP)[1].answer
    assert true is not None
    assert true.status is Status.INFEASIBLE


def test_points_without_an_answer_and_placements_that_do_not_fit_are_left_alone() -> None:
    missing = Solved("5%", case_at("5%"), None)
    failed = Solved("6%", case_at("6%"), Answer(failure="lost"))
    other = Solved("7%", case_at("7%"), Answer(Status.OPTIMAL, Placement({(7, 0): (1,)}), Fraction(9**9)))
    short = solved("8%", 10)

    assert exchanged([missing, failed, other, short], GAP) == (missing, failed, other, short)


@pytest.mark.parametrize("held", ["none", "uveu", ""])
def test_authorisations_that_were_chosen_decide_by_which_limits_a_placement_is_judged(held: str) -> None:
    case = builders.case(
        sites=[site("johor", "MY")],
        accelerators=[builders.chip(tpp=10_000)],
        start="2026Q1",
        delivered={"chip": [1]},
        policy={"name": "ai-diffusion-2025", "authorisations": "auto"},
    )

    judge = judged_by(case, Answer(Status.OPTIMAL, held=held))

    if held:
        assert judge is not None
        assert judge[0].policy.value("authorisations") == held
    else:
        assert judge is None


def test_a_cure_is_judged_by_the_limits_of_its_own_time() -> None:
    case = builders.case(
        sites=[site("ohio", "US")],
        installed=[
            {"country": "MY", "accelerator": "chip", "units": 20},
            {"country": "US", "accelerator": "chip", "units": 80},
        ],
        delivered={"chip": [100, 100]},
        periods=2,
        policy={"breach": "cure"},
    )
    answer = answer_of(place_fleet(case.plan, options=SearchOptions(threads=1)))

    judge = judged_by(case, answer)

    assert dict(answer.tests_in_breach) == {"destination_share[MY]": 1}
    assert judge is not None
    point = Solved("cure", case, answer)
    assert exchanged([point, point], GAP) == (point, point)
    assert judged_by(case, replace(answer, tests_in_breach={})) is None
