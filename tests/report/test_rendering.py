from dataclasses import replace
from fractions import Fraction

import pytest

from optimizer.errors import InputError
from optimizer.report.compose import compose
from optimizer.report.registry import FORMATS, render
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.schema.plan import Company
from optimizer.strategy.outcome import Status
from tests.report.golden_files import recorded
from tests.report.small_fleet import (
    COMMAND,
    JOHOR,
    VERSIONS,
    impossible_case,
    no_placement,
    small_audit_document,
    small_case,
    small_outcome,
    small_placement,
    small_plan,
    small_result,
)

WIDTH = 100


def test_text_of_a_result_is_as_recorded() -> None:
    text = render(small_result(), "table", width=WIDTH)

    assert text == recorded("result.txt", text)


def test_markdown_of_a_result_is_as_recorded() -> None:
    text = render(small_result(), "markdown")

    assert text == recorded("result.md", text)


def test_csv_of_a_result_is_its_placements_as_recorded() -> None:
    text = render(small_result(), "csv")

    assert text == recorded("result.csv", text)


def test_json_of_a_result_is_as_recorded() -> None:
    text = render(small_result(), "json")

    assert text == recorded("result.json", text)


@pytest.mark.parametrize("output_format", ["table", "markdown", "csv"])
def test_audit_of_the_installed_fleet_is_as_recorded(output_format: str) -> None:
    text = render(small_audit_document(), output_format, width=WIDTH)

    assert text == recorded(f"audit_fleet.{output_format}", text)


def test_audit_of_a_placement_that_breaks_the_law_names_the_limits_and_periods() -> None:
    """90 units in Malaysia in 2025Q2 are over 7% of 1,190: by 6.7 units."""
    too_much = Placement({(JOHOR, 0): (70, 90), (2, 0): (30, 100)}, {JOHOR: 0, 2: 0})

    text = render(small_audit_document(too_much), "table", width=WIDTH)

    assert text == recorded("audit_broken.txt", text)
    assert "FAILED: 20 limits checked exactly, 1 broken" in text


def test_infeasible_plan_says_who_proved_it_and_which_numbers_contradict_each_other() -> None:
    outcome = replace(
        no_placement(Status.INFEASIBLE, backend="arithmetic", stages=()),
        case=impossible_case(),
        limits=compile_limits(impossible_case()),
    )

    text = render(compose(outcome, command=COMMAND, versions=VERSIONS), "table", width=WIDTH)

    assert text == recorded("infeasible.txt", text)
    assert "commitment[big,2025Q2] asks for at least 150 units; at most 100 can stand" in " ".join(text.split())
    assert "commitment[cold,2025Q1] asks for at least 10 units; at most 0 can stand" in " ".join(text.split())


def test_stopped_search_without_a_plan_says_unknown_and_the_bound() -> None:
    outcome = replace(no_placement(Status.UNKNOWN, stopped_by="time limit"), best_bound=Fraction(5_000_000))

    text = " ".join(render(compose(outcome, versions=VERSIONS), "table").split())

    assert "unknown: stopped by the time limit before any plan was found; no plan is worth more than $5.00 m" in text


@pytest.mark.parametrize("output_format", sorted(FORMATS))
def test_every_format_renders_every_kind_of_document(output_format: str) -> None:
    documents = (
        small_result(),
        compose(no_placement(Status.INFEASIBLE)),
        compose(no_placement(Status.UNKNOWN)),
        small_audit_document(),
        small_audit_document(small_placement()),
    )

    for document in documents:
        assert render(document, output_format).endswith("\n")


def test_unknown_format_is_an_input_error_that_lists_the_formats() -> None:
    with pytest.raises(InputError, match="one of table, json, csv, markdown"):
        render(small_result(), "html")


@pytest.mark.parametrize("width", [1, 40, 60, 80, 100, 200])
def test_no_figure_is_lost_at_any_width(width: int) -> None:
    text = render(small_audit_document(small_placement()), "table", width=width)

    for figure in ("1,100,000", "≥ 590,000", "510,000", "≤ 82,600", "80,000", "2,600"):
        assert figure in text
    assert "…" not in text


def test_colours_are_added_only_when_asked_for() -> None:
    assert "\x1b[" not in render(small_result(), "table")
    assert "\x1b[" in render(small_result(), "table", colour=True)


def test_names_with_brackets_and_bars_come_through_as_they_are() -> None:
    """Rich would read [ops] as markup, Markdown a bar as the end of a cell."""
    plan = small_plan()
    named = replace(plan, company=Company("[red]A|B*", "US"))

    document = small_result(small_case(named))

    assert "[red]A|B*" in render(document, "table")
    assert "\\[red\\]A|B\\*" in render(document, "markdown")


def test_legal_status_is_first_and_says_that_it_is_not_legal_advice() -> None:
    case = small_case()
    bare = replace(case, policy=case.policy.model_copy(update={"legal_status": "My own rules."}))

    text = render(small_result(bare), "table")

    assert text.splitlines()[2].startswith("Policy")
    assert "My own rules. Not legal advice." in text


def test_overridden_settings_are_named_beside_the_reading() -> None:
    text = render(small_result(small_case(destination_share="10/100")), "table", width=200)

    assert "Changed by the plan: destination_share = 1/10" in text


def test_same_outcome_gives_the_same_text_twice() -> None:
    outcome = small_outcome()

    first, second = (render(compose(outcome, versions=VERSIONS), "json") for _ in range(2))

    assert first == second
