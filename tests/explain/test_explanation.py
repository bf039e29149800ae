"""All that explains a run: complete where there was time, and said to be incomplete where there was not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from optimizer.explain.budget import Budget
from optimizer.explain.explanation import Explanation, explain_conflict, explain_values
from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.strategy.search import search
from tests.builders import document, site
from tests.explain.small_plans import EXACT, KILOWATT_CHIP, contract, japanese, solved

if TYPE_CHECKING:
    from optimizer.explain.value import Value
    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

POSSIBLE = japanese(sites=[site("kl", "MY", value_multiplier=2), site("tokyo", "JP")])
IMPOSSIBLE: dict[str, Any] = {**japanese(100, "MY"), "commitments": [contract("lease", "in-my", 20)]}


def outcome_of(session: Session, plan: dict[str, Any]) -> Outcome:
    return solved(session, make_case(plan_from_dict(plan)))


def test_values_and_the_policys_cost_are_complete_with_time(session: Session) -> None:
    told: list[Value] = []

    found = explain_values(
        outcome_of(session, POSSIBLE), EXACT, Budget(session), baseline="unrestricted", on_value=told.append
    )

    assert found.is_complete
    assert found.left_out == ()
    assert found.cost is not None
    last = {value.setting.group: value for value in told}
    assert last == {value.setting.group: value for value in found.values if value.moves}
    assert found.num_solves > 0


def test_without_a_baseline_the_cost_is_not_missed(session: Session) -> None:
    assert explain_values(outcome_of(session, POSSIBLE), EXACT, Budget(session)).is_complete


def test_values_that_were_not_wanted_are_left_out_and_nothing_is_missing(session: Session) -> None:
    found = explain_values(outcome_of(session, POSSIBLE), EXACT, Budget(session), most=1)

    assert found.is_complete
    assert len([value for value in found.values if value.moves]) == 1
    assert found.left_out


class FewSolves(Budget):
    """Is over once a number of solves has been begun."""

    most = 3

    def is_over(self) -> bool:
        return self.num_solves >= self.most


def test_values_that_time_did_not_allow_are_named(session: Session) -> None:
    """Two solves screen; the third loosens the first setting, and nothing more is begun."""
    found = explain_values(outcome_of(session, POSSIBLE), EXACT, FewSolves(session), baseline="unrestricted")

    assert not found.is_complete
    assert found.cost is None
    assert set(found.left_out) < {"deliveries[chip]", "destination_share[MY]"}
    assert found.left_out


def test_what_screening_had_no_time_for_is_not_called_complete(session: Session) -> None:
    found = explain_values(outcome_of(session, POSSIBLE), EXACT, Budget(session, seconds=0.0))

    assert not any(value.moves for value in found.values)
    assert not found.is_complete


def test_a_plan_that_cannot_be_has_conditions_conflicts_and_repairs(session: Session) -> None:
    found = explain_conflict(outcome_of(session, IMPOSSIBLE), EXACT, Budget(session))

    assert found.is_complete
    assert [one.groups for one in found.conditions] == [("commitment[lease]", "destination_share[MY]")]
    assert [one.groups for one in found.conflicts] == [
        {"commitment[lease]", "destination_share[MY]", "deliveries[chip]"}
    ]
    assert [one.set_options for one in found.repairs] == [
        ('limits."commitment[lease]".change=-13',),
        ('limits."destination_share[MY]".change=+13%',),
    ]


def test_conditions_take_no_time_and_are_said_without_any(session: Session) -> None:
    found = explain_conflict(outcome_of(session, IMPOSSIBLE), EXACT, Budget(session, seconds=0.0))

    assert (len(found.conditions), found.conflicts, found.repairs) == (1, (), ())
    assert not found.is_complete


def test_a_cure_that_cannot_be_is_not_repaired(session: Session) -> None:
    """80 of 1,010 chips are more than 7%, and the contract asks for 90 there."""
    plan = document(
        sites=[site("kl", "MY"), site("london", "GB")],
        headquarters="GB",
        delivered=10,
        policy={"name": "three-tier-2025-01", "breach": "cure"},
        installed=[
            {"country": code, "accelerator": "chip", "units": units} for code, units in (("GB", 930), ("MY", 80))
        ],
        commitments=[contract("lease", "kl", 10)],
    )
    outcome = place_fleet(plan_from_dict(plan), options=EXACT, session=session)
    assert outcome.placement is None
    assert outcome.cures

    found = explain_conflict(outcome, EXACT, Budget(session))

    assert found.conflicts
    assert found.repairs == ()


def test_ctrl_c_during_one_search_ends_the_explanation_after_it(session: Session) -> None:
    """The next search begins anew, so that the session forgets the interruption; the budget does not."""
    outcome = outcome_of(session, POSSIBLE)
    budget = Budget(session)
    told: list[Value] = []

    def stop(value: Value) -> None:
        told.append(value)
        session.interrupted = len(told) == 1

    found = explain_values(outcome, EXACT, budget, on_value=stop)
    session.interrupted = False

    assert budget.was_interrupted
    assert [len(value.moves) for value in found.values] == [1] + [0] * (len(found.values) - 1)
    assert not found.is_complete


def test_left_out_names_what_seems_to_be_worth_something(session: Session) -> None:
    outcome = outcome_of(session, {**POSSIBLE, "accelerators": [KILOWATT_CHIP]})
    outcome = search(outcome.case, compile_limits(outcome.case), EXACT, session)
    whole = explain_values(outcome, EXACT, Budget(session))

    bare = [replace(value, loosened=None, tightened=None) for value in whole.values]
    found = Explanation(0.0, 0, values=tuple(bare))

    assert set(found.left_out) == {value.setting.group for value in bare if cast("float", value.screened)}
