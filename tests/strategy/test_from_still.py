"""A plan whose units may leave or move is searched from its best plan in which they stay."""

from dataclasses import replace
from fractions import Fraction

from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.schema.plan import Changes
from optimizer.solve.session import Session
from optimizer.strategy.from_still import search_from_still
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Status
from optimizer.strategy.search import search
from optimizer.verify.check import verify
from tests.changing_plans import dipping


def test_the_best_plan_without_changes_is_a_plan_with_them_and_the_best_with_them_is_found() -> None:
    case = make_case(plan_from_dict(dipping(changes={"relocation": True})))
    still = replace(case, plan=replace(case.plan, changes=Changes()))
    with Session() as session:
        kept = search(still, compile_limits(still), SearchOptions(), session)
        moved = search_from_still(case, compile_limits(case), SearchOptions(), session)

    assert kept.placement is not None
    assert verify(case, compile_limits(case), kept.placement).objective == kept.objective
    assert (moved.status, moved.objective) == (Status.OPTIMAL, Fraction(7665, 2))


def test_a_plan_that_needs_its_changes_is_found_all_the_same() -> None:
    plan = dipping(
        changes={"retirement": True},
        economics={"must_place": "each_period"},
        sites=[{"site": "ohio", "country": "US", "power_mw": "0.01"}],
    )
    case = make_case(plan_from_dict(plan))
    with Session() as session:
        outcome = search_from_still(case, compile_limits(case), SearchOptions(), session)

    assert (outcome.status, outcome.objective) == (Status.OPTIMAL, Fraction(3285))
