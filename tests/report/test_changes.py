"""What a report says of the last plan: rows, openings, the tables for people and the line of the summary."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, TypedDict

import jsonschema
import pytest

from optimizer.audit import audit
from optimizer.report.compose import compose, compose_audit
from optimizer.report.json_schema import audit_schema, result_schema
from optimizer.report.pages import page
from optimizer.report.registry import render
from optimizer.report.summary import summary
from optimizer.schema.last_plan import LastPlan
from optimizer.schema.placement import Placement
from optimizer.strategy.outcome import Status
from tests.report.small_fleet import JOHOR, OHIO, no_placement, small_case, small_plan, small_result

if TYPE_CHECKING:
    from optimizer.report.document import ResultDocument
    from optimizer.report.table import Table
    from optimizer.rules.case import Case


class Planned(TypedDict):
    units: dict[tuple[str, str], tuple[int, ...]]
    additions: dict[tuple[str, str], tuple[int, ...]]


def planned(units: dict[tuple[str, str], tuple[int, ...]]) -> Planned:
    """Return stock that only grows, with its additions."""
    rises = {pair: tuple(b - a for a, b in pairwise((0, *row))) for pair, row in units.items()}
    return {"units": units, "additions": rises}


# The small fleet has 70 and 80 units in Johor, 30 and 100 in Ohio, both open from the first quarter.
LAST = LastPlan(
    name="march.json",
    sha256="0" * 64,
    **planned({("johor", "X1"): (70, 80), ("ohio", "X1"): (0, 110), ("utah", "X1"): (20, 20)}),
    opened={"johor": 0, "ohio": 1, "utah": 0},
    first=0,
    last=1,
)


def company(last: LastPlan = LAST) -> Case:
    return small_case(replace(small_plan(), last=last))


def document(last: LastPlan = LAST, placement: Placement | None = None) -> ResultDocument:
    return small_result(company(last), placement)


def line(document: ResultDocument) -> str:
    return next(text for name, text in summary(document) if name == "Changes")


def table(document: ResultDocument, title: str) -> Table:
    return next(table for table in page(document).tables if table.title.startswith(title))


def test_rows_are_those_of_periods_that_differ_and_of_sites_that_are_gone() -> None:
    rows = [(row.site, row.period, row.units_before, row.units_after, row.difference) for row in document().changes]

    assert rows == [
        ("ohio", "2025Q1", 0, 30, 30),
        ("ohio", "2025Q2", 110, 100, -10),
        ("utah", "2025Q1", 20, 0, -20),
        ("utah", "2025Q2", 20, 0, -20),
    ]


def test_units_that_come_at_another_time_or_not_are_counted_once() -> None:
    last = document().last_plan

    # Of 210 planned units Ohio adds 70 of 110 in the second quarter, Utah none of 20; Ohio's first 30 are new then.
    assert last is not None
    assert (last.units_planned, last.units_changed, last.units_new) == (210, 40 + 20, 30)


def test_a_quarter_in_which_only_the_addition_differs_is_listed() -> None:
    early = replace(
        LAST, **planned({("johor", "X1"): (70, 80), ("ohio", "X1"): (40, 100)}), opened={"johor": 0, "ohio": 0}
    )
    rows = [(row.period, row.difference, row.added_before, row.added_after) for row in document(early).changes]

    assert rows == [("2025Q1", -10, 40, 30), ("2025Q2", 0, 60, 70)]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ({}, {OHIO: 0}, ("new", None, "2025Q1")),
        ({"ohio": 1}, {OHIO: 0}, ("earlier", "2025Q2", "2025Q1")),
        ({"ohio": 0}, {OHIO: 1}, ("later", "2025Q1", "2025Q2")),
        ({"ohio": -1}, {OHIO: 1}, ("later", "2024Q4", "2025Q2")),
        ({"ohio": 1}, {}, ("dropped", "2025Q2", None)),
        ({"ohio": 1}, {OHIO: 1}, None),
        ({"ohio": -1}, {}, None),
        ({"ohio": 5}, {}, None),
    ],
)
def test_openings_are_earlier_later_new_or_dropped(
    before: dict[str, int], after: dict[int, int], change: tuple[str, ...] | None
) -> None:
    placement = Placement({(OHIO, 0): (0, 0)} if not after else {(OHIO, 0): (0, 10)}, after)
    rows = document(replace(LAST, **planned({}), opened=before), placement).opening_changes

    assert [(row.change, row.period_before, row.period_after) for row in rows] == ([change] if change else [])


def test_summary_says_how_much_changes_and_what_it_costs() -> None:
    priced = document(replace(LAST, change_price_usd_per_unit=Fraction(100), frozen_through=None))
    factor = small_plan().horizon.discount_factor(1)

    assert priced.last_plan is not None
    assert Fraction(priced.last_plan.cost_exact or "0") == 100 * (20 + 40 * factor)
    assert Fraction(priced.objective_terms_exact["changes"]) == -100 * (20 + 40 * factor)
    said = line(priced)
    assert said.startswith("60 of 210 units of march.json come elsewhere, at another time or not; 30 come where it had")
    assert "sites that open: 1 earlier, 1 dropped; charged $5,9" in said


def test_summary_says_that_nothing_changes_and_that_nothing_was_given() -> None:
    same = replace(
        LAST, **planned({("johor", "X1"): (70, 80), ("ohio", "X1"): (30, 100)}), opened={"johor": 0, "ohio": 0}
    )

    assert line(document(same)) == "none from march.json in 2025Q1 to 2025Q2"
    assert line(document(replace(same, frozen_through=0))).endswith("; stock frozen through 2025Q1")
    assert line(small_result()) == "no earlier plan given (`--last FILE`)"


def test_tables_put_the_largest_change_first() -> None:
    units, openings = table(document(), "Changes from the last plan"), table(document(), "Openings that differ")

    assert units.rows == (
        ("ohio", "X1", "2025Q1 to 2025Q2", "-10", "+30", "-10"),
        ("utah", "X1", "2025Q1 to 2025Q2", "-20", "–", "-20"),
    )
    assert openings.rows == (("ohio", "earlier", "2025Q2", "2025Q1"), ("utah", "dropped", "2025Q1", "–"))


def test_frozen_limits_do_not_hide_the_others_that_bind() -> None:
    held = replace(LAST, **planned({("ohio", "X1"): (30, 100)}), opened={"ohio": 0}, frozen_through=1)
    shown = page(document(held, Placement({(OHIO, 0): (30, 100)}, {OHIO: 0})))

    assert not any("frozen[" in cell for one in shown.tables for row in one.rows for cell in row)


def test_documents_with_a_last_plan_fit_their_schema() -> None:
    result = json.loads(render(document(), "json"))
    judged = audit(company(), Placement({(JOHOR, 0): (70, 80)}, {JOHOR: 0}))
    audited = json.loads(render(compose_audit(judged), "json"))

    jsonschema.validate(result, result_schema())
    jsonschema.validate(audited, audit_schema())
    assert audited["last_plan"]["units_changed"] == 130


def test_without_a_placement_the_last_plan_is_named_and_nothing_is_counted() -> None:
    outcome = replace(no_placement(Status.INFEASIBLE), case=company())
    last = compose(outcome).last_plan

    assert last is not None
    assert (last.units_planned, last.units_changed, last.cost) == (210, None, None)
