"""The tables of explanations, and the lines of the summary that draw on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.explain.explanation import Explanation
from optimizer.explain.value import Listed
from optimizer.report.compose import compose
from optimizer.report.explain_tables import explain_tables
from optimizer.report.registry import render
from optimizer.report.summary import summary
from tests.report.explained import explained_result, move, value
from tests.report.explained_runs import impossible, impossible_document, possible, possible_document
from tests.report.small_fleet import small_result

if TYPE_CHECKING:
    from optimizer.report.document import ResultDocument
    from optimizer.report.table import Table


def table(document: ResultDocument, title: str) -> Table:
    return next(one for one in explain_tables(document) if one.title == title)


def lines(document: ResultDocument) -> list[tuple[str, str]]:
    return list(summary(document))


def test_what_binds_and_is_worth_money_is_listed_with_both_directions() -> None:
    rows = table(possible_document(), "Limits that bind and are worth money").rows

    assert (
        "destination_share[MY]",
        "+1 percentage point",
        "$1,095",
        "−1 percentage point",
        "$1,095",
        "–",
        "confirmed",
    ) in (rows)


def test_what_the_policy_costs_is_split_by_rule_and_does_not_add_up() -> None:
    cost = table(possible_document(), "What the policy costs")

    assert cost.rows == (
        ("the whole policy, against unrestricted", "$101,835"),
        ("outside_tier1_share alone", "nothing"),
        ("destination_share alone", "$19,710"),
        ("national_cap alone", "nothing"),
        ("the whole less the sum of the rules", "$82,125"),
    )
    assert cost.notes == ("Placed at the end: Japan 93,000 TPP, 0 without; Malaysia 7,000 TPP, 100,000 without.",)


def test_what_the_policy_costs_country_by_country() -> None:
    """Malaysia without its limits takes 25 of 100 chips instead of 7; what is screened or hidden says so."""
    worked_out = table(possible_document(), "What the limits on one country cost")
    shown = table(explained_result(), "What the limits on one country cost")

    assert worked_out.rows == (("MY Malaysia", "destination_share, national_cap", "$19,710", "confirmed"),)
    assert shown.rows == (
        ("MY Malaysia", "destination_share, national_cap", "$150,000 to $210,000", "confirmed"),
        ("IN India", "destination_share", "about $70,000", "screened"),
        ("CN China", "closed_destination", "at most $60,000", "within the gap"),
    )


def test_a_conflict_and_the_ways_out_have_their_tables() -> None:
    conflict = table(impossible_document(), "What cannot hold together")
    ways = table(impossible_document(), "Ways out")

    assert [row[:3] for row in conflict.rows] == [
        ("contract", "the contract lease (min 20 units)", "2025Q1"),
        ("policy", "destination_share[MY] (at most 7%)", "2025Q1"),
        ("physical", "what is delivered (chip)", "2025Q1"),
    ]
    assert conflict.notes[0].startswith("Proven minimal")
    assert ways.rows == (
        ("1", "yours to change: contract", "commitment[lease]", "20 units", "7 units", "−13 units", "65.0%", "$109,500"),
        ("2", "needs government: change of law", "destination_share[MY]", "7%", "20%", "+13 percentage points", "185.7%",
         "$109,500"),
    )  # fmt: skip
    assert ways.notes[0].startswith("1: placement solve fleet.json")


def test_a_setting_worth_nothing_more_is_a_lever_by_what_less_of_it_costs() -> None:
    less = move(900, 900).model_copy(update={"sentence": "one point less costs $900"})
    told = value("destination_share[MY]", Listed.BINDING_VALUABLE, move(0, 0), less)
    document = small_result().model_copy(update={"values": (told,)})

    assert dict(lines(document))["Levers"] == "one point less costs $900"


def test_the_summary_of_a_plan_names_its_levers_its_cost_and_who_confirmed_it() -> None:
    said = dict(lines(possible_document()))

    assert "is worth $1,095" in said["Levers"]
    assert said["Policy cost"] == "$101,835 against unrestricted"
    assert said["Confirmed"] == "scip agrees: optimal"


def test_the_summary_of_none_names_what_arithmetic_shows_the_conflict_and_the_ways_out() -> None:
    labels = [label for label, _ in lines(impossible_document())]

    assert labels[-4:] == ["By arithmetic", "Conflict", "Way out", "Way out"]


def test_values_that_there_was_no_time_for_are_not_called_worthless() -> None:
    outcome, explanation = possible()
    bare = tuple(replace(one, screened=None, loosened=None, tightened=None) for one in explanation.values)

    document = compose(outcome, explanation=Explanation(0.0, 0, values=bare, is_complete=False))

    levers = dict(lines(document))["Levers"]
    assert levers.startswith("marginal values: not worked out in the time given (`--explain-time`); binding longest:")


def test_values_that_are_all_nothing_say_so() -> None:
    outcome, _ = possible()

    assert "not computed" in dict(lines(compose(outcome)))["Levers"]
    none = tuple(replace(one, screened=0.0, loosened=None, tightened=None) for one in possible()[1].values)
    assert dict(lines(compose(outcome, explanation=Explanation(0.0, 0, values=none))))["Levers"] == (
        "no limit is worth money at this gap"
    )


@pytest.mark.parametrize(
    ("is_complete", "words"),
    [(True, "none: no contract, no limit marked `buyable`"), (False, "none found in the time given")],
)
def test_no_way_out_is_said_with_its_reason(is_complete: bool, words: str) -> None:
    outcome, explanation = impossible()

    document = compose(outcome, explanation=replace(explanation, repairs=(), is_complete=is_complete))

    assert next(text for label, text in lines(document) if label == "Way out").startswith(words)


def test_a_conflict_that_was_not_looked_for_says_how_to() -> None:
    outcome, _ = impossible()

    conflicts = [text for label, text in lines(compose(outcome)) if label == "Conflict"]

    assert conflicts == ["which limits contradict each other was not worked out (`placement explain PLAN`)"]


@pytest.mark.parametrize("output_format", ["table", "markdown", "json", "csv"])
def test_every_format_renders_what_explains_a_result_alone(output_format: str) -> None:
    for document in (possible_document(), impossible_document()):
        assert render(document, output_format, only_explained=True)


def test_the_explaining_command_leaves_out_what_stands_where() -> None:
    text = render(possible_document(), "table", only_explained=True)

    assert "What stands where" not in text
    assert "Limits that bind and are worth money" in text
