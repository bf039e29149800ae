from dataclasses import replace
from fractions import Fraction
from io import StringIO

import pytest

from optimizer.errors import InputError
from optimizer.report.compose import compose
from optimizer.report.registry import FORMATS, render, render_for
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.schema.plan import Company
from optimizer.strategy.outcome import Outcome, Status
from tests.report.golden_files import recorded
from tests.report.small_fleet import (
    COMMAND,
    JOHOR,
    OHIO,
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
    with pytest.raises(InputError, match="one of table, json, csv, markdown, html"):
        render(small_result(), "pdf")


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

    assert "Set by the plan: destination_share = 1/10" in text


def test_shares_are_fractions_wherever_a_person_reads_them() -> None:
    case = small_case(destination_share="7.5%", home_share="1/3")
    bare = replace(case, policy=case.policy.model_copy(update={"reading": "at most {destination_share}"}))

    text = render(small_result(bare), "table", width=200)

    assert "at most 3/40. Set by the plan: home_share = 1/3, destination_share = 3/40" in text
    assert {row.setting for row in small_result(bare).limits if row.rule == "destination_share"} == {"3/40"}


def test_same_outcome_gives_the_same_text_twice() -> None:
    outcome = small_outcome()

    first, second = (render(compose(outcome, versions=VERSIONS), "json") for _ in range(2))

    assert first == second


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours_and_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    document = small_result()

    assert render_for(Terminal(), document) == render(document, "table", width=90, colour=True)
    assert render_for(StringIO(), document) == render(document, "table")
    assert render_for(Terminal(), document, "json") == render(document, "json")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in render_for(Terminal(), document)


def words(outcome: Outcome) -> str:
    return " ".join(render(compose(outcome, versions=VERSIONS), "table", width=200).split())


def test_value_says_how_good_it_is_proven_to_be() -> None:
    outcome = small_outcome()

    exact = replace(outcome, status=Status.OPTIMAL, best_bound=outcome.objective)
    assert "$753,229 net present value, proven to be the best possible (gap 0%)" in words(exact)
    near = replace(outcome, status=Status.OPTIMAL, best_bound=(outcome.objective or 0) + Fraction(1, 1000))
    assert "net present value, optimal: the best possible is at most $0.01 more (gap under 0.0001%)" in words(near)
    stopped = replace(outcome, status=Status.FEASIBLE, stopped_by="time limit")
    assert "net present value, stopped by the time limit, not finished: the best possible is at most" in words(stopped)
    unproven = replace(outcome, status=Status.FEASIBLE, stopped_by="interruption", best_bound=None)
    assert "net present value; stopped by the interruption, no bound was proven" in words(unproven)


def test_infeasible_plan_without_an_impossible_limit_says_that_the_contradiction_is_not_known() -> None:
    text = words(no_placement(Status.INFEASIBLE, backend="highs"))

    assert "proven by highs on the whole model" in text
    assert "which limits contradict each other was not worked out (`placement explain PLAN`)" in text


def test_placed_line_says_when_everything_stands() -> None:
    plan = small_plan()
    few = replace(plan, accelerators=(replace(plan.accelerators[0], delivered_units=(100, 0)),), commitments=())
    placement = Placement({(JOHOR, 0): (70, 70), (OHIO, 0): (0, 30)}, {JOHOR: 0, OHIO: 1})

    assert "100 of 100 units delivered by 2025Q2, all placed; first stranded stock in 2025Q1 (30 units)" in words(
        small_outcome(small_case(few), placement)
    )
    at_once = Placement({(JOHOR, 0): (70, 70), (OHIO, 0): (30, 30)}, {JOHOR: 0, OHIO: 0})
    assert "nothing unplaced in any period" in words(small_outcome(small_case(few), at_once))


def test_nothing_binding_and_no_country_full_is_said() -> None:
    case = small_case(replace(small_plan(), commitments=()))
    text = words(small_outcome(case, Placement({(JOHOR, 0): (10, 10)}, {JOHOR: 0})))

    assert "no Tier 2 country fills within the horizon" in text
    assert "marginal values: not computed (`placement limits PLAN`); no limit binds" in text


def test_lifted_shares_are_reported_as_having_no_limit() -> None:
    text = words(small_outcome(small_case(policy="unrestricted")))

    assert "largest Tier 2 MY 6.78% in 2025Q2 (no limit)" in text


def test_faulty_placement_is_named_and_failed() -> None:
    """Fifteen is no whole number of blocks of ten, and ohio is not open."""
    text = render(small_audit_document(Placement({(OHIO, 0): (15, 15)}, {})), "table", width=200)

    assert "FAILED" in text
    assert "X1 at ohio is not in whole blocks of 10; X1 at ohio stands in 2025Q1 while the site is not open" in text


def test_the_country_that_fills_first_is_named_and_the_others_counted() -> None:
    """Brazil has 70 of 77 in 2025Q1; both have 80 of 81.9 in 2025Q2."""
    plan = small_plan()
    brazil = replace(plan.sites[JOHOR], key="rio", country="BR", notes={})
    wider = replace(plan, sites=(*plan.sites, brazil), commitments=())
    placement = Placement({(JOHOR, 0): (30, 80), (OHIO, 0): (0, 10), (3, 0): (70, 80)}, {JOHOR: 0, OHIO: 1, 3: 0})
    text = words(small_outcome(small_case(wider), placement))

    assert "Brazil (BR) is first to fill, in 2025Q1" in text
    assert "1 more Tier 2 country by 2025Q2" in text
