"""From an explanation to the keys of a result: exact twins, sentences, and commands that can be run."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import jsonschema
import pytest

from optimizer.explain.confirm import Confirmation
from optimizer.explain.explanation import Explanation
from optimizer.report.as_json import render
from optimizer.report.compose import compose
from optimizer.report.document import ResultDocument
from optimizer.report.explain_compose import explained_parts, solve_command
from optimizer.report.json_schema import result_schema
from tests.report.explained_runs import impossible_document, possible, possible_document

HOURS = 1095


@pytest.mark.parametrize("document", [possible_document, impossible_document], ids=["possible", "impossible"])
def test_explained_results_validate_against_the_published_schema_and_read_back(document: object) -> None:
    made: ResultDocument = document()  # type: ignore[operator]
    text = render(made)

    jsonschema.Draft202012Validator(result_schema()).validate(json.loads(text))
    assert ResultDocument.model_validate_json(text) == made


def test_values_are_given_exactly_with_the_move_they_belong_to() -> None:
    """One point of 100 chips is one more in Malaysia, worth 1,095 more; one point less costs as much."""
    share = next(value for value in possible_document().values if value.group == "destination_share[MY]")

    assert (share.unit, share.step_exact, share.step_text) == ("share", "0.01", "1 percentage point")
    assert share.listed == "binding and valuable"
    assert share.loosened is not None
    assert share.tightened is not None
    assert (share.loosened.label, share.loosened.steps) == ("confirmed", 1)
    assert (share.loosened.change_exact, share.tightened.change_exact) == ("0.01", "-0.01")
    assert share.loosened.change_text == "+1 percentage point"
    for move in (share.loosened, share.tightened):
        assert move.lower == pytest.approx(HOURS, abs=0.01)
        assert move.upper_per_step == pytest.approx(HOURS, abs=0.01)
        assert float(Fraction(move.lower_exact or "0")) == move.lower
    assert (share.range_lower, share.range_upper) == ("0.06", "0.08")
    assert share.screened == pytest.approx(HOURS)
    assert "destination_share[MY] at 8% instead of 7% is worth $1,095" in share.sentence


def test_values_are_sorted_by_what_a_step_is_worth() -> None:
    """A chip more is worth 1,095, 107 of them 7 more; one chip more of 101 leaves 7 in Malaysia."""
    weights = [
        max(float(move.lower_per_step or 0) for move in (value.loosened, value.tightened) if move)
        for value in possible_document().values
        if value.loosened or value.tightened
    ]

    assert weights == sorted(weights, reverse=True)


def test_the_policys_cost_has_its_rules_its_interaction_and_its_countries() -> None:
    cost = possible_document().policy_cost

    assert cost is not None
    assert cost.baseline == "unrestricted"
    assert cost.total.lower == pytest.approx(93 * HOURS, abs=0.01)
    assert {one.rules[0]: round(one.upper or 0) for one in cost.by_rule} == {
        "destination_share": 18 * HOURS,
        "outside_tier1_share": 0,
        "national_cap": 0,
    }
    assert cost.interaction_lower == pytest.approx(75 * HOURS, abs=0.01)
    assert {row.name: (row.tpp_with, row.tpp_without) for row in cost.countries} == {
        "Malaysia": (7000, 100_000),
        "Japan": (93_000, 0),
    }
    assert cost.sentence == "$101,835 against unrestricted"


def test_a_conflict_lists_its_members_with_periods_and_citations() -> None:
    document = impossible_document()

    assert document.other_conflicts == ()
    assert document.conflict is not None
    assert document.conflict.proven_minimal
    assert [(one.name, one.kind.value, one.settings) for one in document.conflict.members] == [
        ("commitment[lease]", "contract", ("20 units",)),
        ("destination_share[MY]", "policy", ("7%",)),
        ("deliveries", "physical", ("100 units",)),
    ]
    assert all(one.citation and one.periods == ("2025Q1",) for one in document.conflict.members)


def test_a_repair_has_todays_number_the_suggested_one_and_the_plan_it_permits() -> None:
    contract, law = impossible_document().repairs

    (change,) = contract.changes
    assert (contract.family, contract.label) == ("yours to change", "contract")
    assert (change.today, change.suggested, change.change) == ("20 units", "7 units", "−13 units")
    assert (change.today_exact, change.suggested_exact, change.change_exact) == ("20", "7", "-13")
    assert change.relative_change == 0.65
    assert change.from_period is None
    assert contract.least
    assert (contract.plan.status.value, contract.plan.objective, contract.plan.units_placed) == (
        "optimal",
        100 * HOURS,
        100,
    )
    assert contract.plan.verified
    assert {row.site: row.units_standing for row in contract.plan.placements} == {"in-my": 7, "tokyo": 93}
    assert (law.family, law.label, law.changes[0].suggested) == ("needs government", "change of law", "20%")
    assert law.set_options == ('limits."destination_share[MY]".change=+13%',)


def test_the_command_of_a_repair_solves_the_same_plan_with_it() -> None:
    assert impossible_document().repairs[0].command == (
        "placement solve fleet.json --set 'name=two words' --set 'limits.\"commitment[lease]\".change=-13'"
    )


@pytest.mark.parametrize(
    ("command", "solved"),
    [
        (None, "placement solve my-plan"),
        ("placement solve a-plan", "placement solve a-plan"),
        ("placement limits plan --top 3 --gap 1% -q", "placement solve plan"),
        ("placement explain --narrow plan --confirm --quiet", "placement solve plan"),
        ("placement explain 'two words' --policy unrestricted", "placement solve 'two words' --policy unrestricted"),
        ("placement solve plan --set=a.b=1 --set c.d=2 --breach cure", "placement solve plan --set=a.b=1 --set c.d=2 "
         "--breach cure"),
    ],
    ids=["from Python", "as it is", "other options", "flags", "quotes", "what the plan is"],
)  # fmt: skip
def test_only_what_says_what_the_plan_is_stays_in_a_command(command: str | None, solved: str) -> None:
    assert solve_command(command, "my-plan") == solved


def test_a_second_solvers_word_is_given_with_what_it_found() -> None:
    outcome, explanation = possible()
    assert explanation.confirmation is not None
    second = explanation.confirmation.outcome

    def part(*, agrees: bool | None) -> tuple[bool | None, str]:
        changed = replace(explanation, confirmation=Confirmation(second, agrees))
        made = compose(outcome, explanation=changed).confirmation
        assert made is not None
        return made.agrees, made.sentence

    assert part(agrees=True) == (True, "scip agrees: optimal")
    assert part(agrees=None) == (None, "not confirmed: scip was stopped before it could say (optimal)")
    made = possible_document().confirmation
    assert made is not None
    assert made.objective == 107 * HOURS


def test_nothing_explained_leaves_empty_keys() -> None:
    outcome, _ = possible()

    parts = explained_parts(outcome, None, None)

    assert (parts["values"], parts["repairs"], parts["conditions"], parts["other_conflicts"]) == ((), (), (), ())
    assert (parts["policy_cost"], parts["conflict"], parts["confirmation"], parts["explanation"]) == (None,) * 4


def test_what_explaining_took_and_left_out_is_said() -> None:
    outcome, explanation = possible()
    bare = tuple(replace(value, loosened=None, tightened=None) for value in explanation.values)

    cut = compose(outcome, explanation=Explanation(1.5, 7, values=bare, is_complete=False)).explanation

    assert cut is not None
    assert (cut.seconds, cut.solves, cut.complete) == (1.5, 7, False)
    assert set(cut.left_out) == {"destination_share[MY]", "deliveries[chip]"}
