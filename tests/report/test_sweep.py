"""What a sweep's document says: proven differences, stretches of the curve, sites that change, points without a plan."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from optimizer.explain.sweep import Sweep, SweepPoint
from optimizer.explain.sweep_answer import Answer
from optimizer.explain.sweep_grid import parse_grid
from optimizer.explain.sweep_points import Point
from optimizer.report import as_json, sweep_html
from optimizer.report.html.value_curve import value_curve
from optimizer.report.json_schema import sweep_schema
from optimizer.report.sweep import compose_sweep, sweep_csv
from optimizer.report.sweep_document import SweepDocument, SweepPointPart
from optimizer.report.sweep_stretches import Height, stretches
from optimizer.schema.placement import Placement
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Status
from tests.report.small_fleet import JOHOR, OHIO, impossible_case, small_case, small_placement

if TYPE_CHECKING:
    from optimizer.rules.case import Case


def height(value: str, low: int | None, high: int | None = None, state: Any = None) -> Height:  # noqa: ANN401  a Trend
    """Return a point worth between two sums."""
    return Height(value, state, None if low is None else Fraction(low), None if high is None else Fraction(high))


def runs(*heights: Height) -> list[tuple[str, str, str]]:
    return [(one.trend, one.first, one.last) for one in stretches(heights)]


def test_rising_flat_and_falling_stretches_meet_in_a_point() -> None:
    curve = (height(str(k), low, low) for k, low in enumerate((1, 2, 4, 4, 4, 3, 1)))

    assert runs(*curve) == [("rises", "0", "2"), ("flat", "2", "4"), ("falls", "4", "6")]


def test_steps_too_small_for_the_gap_are_still_seen_to_rise_together() -> None:
    """Each plan is worth k to k + 3: neighbours cannot be told apart, the ends can."""
    curve = [height(str(k), k, k + 3) for k in range(10)]

    (stretch,) = stretches(curve)
    assert (stretch.trend, stretch.first, stretch.last) == ("rises", "0", "9")
    assert (stretch.difference_at_least, stretch.difference_at_most) == (9 - 3, 12 - 0)
    assert runs(*curve[:3]) == [("flat", "0", "2")]


def test_points_without_a_plan_or_without_an_answer_are_stretches_of_their_own() -> None:
    none, missing = height("none", None, None, "no_plan"), height("missing", None, None, "not_answered")

    assert runs(none, none, height("a", 1, 1), missing, height("b", 1), height("c", 5, 5)) == [
        ("no_plan", "none", "none"),
        ("single", "a", "a"),
        ("not_answered", "missing", "missing"),
        ("not_known", "b", "c"),
    ]


def test_stretches_that_turn_out_to_do_the_same_are_one() -> None:
    """A clear step, then steps within the gap that rise together."""
    curve = [height("x", -100, -90), *(height(str(k), k, k + 3) for k in range(10))]

    assert runs(*curve) == [("rises", "x", "9")]


# --- The document ----------------------------------------------------------------------------------------------------


def point(value: str, answer: Answer | None, case: Case | None = None, *, is_today: bool = False) -> SweepPoint:
    number = Fraction(int(value.removesuffix("%")), 100) if value.endswith("%") else None
    return SweepPoint(Point(value, number, case or small_case(), is_today), answer)


def placed(worth: int, bound: int | None = None, placement: Placement | None = None, **parts: Any) -> Answer:  # noqa: ANN401
    best = Fraction(bound) if bound is not None else None
    return Answer(Status.OPTIMAL, placement or small_placement(), Fraction(worth), best, **parts)


@pytest.fixture(scope="module")
def document() -> SweepDocument:
    only_ohio = Placement({(OHIO, 0): (30, 100), (JOHOR, 0): (70, 0)}, {OHIO: 0})
    points = (
        point("5%", Answer(Status.INFEASIBLE), impossible_case()),
        point("6%", placed(100, 110, only_ohio)),
        point("7%", placed(150, 160, seconds=1.5), is_today=True),
        point("8%", placed(155, None)),
        point("9%", Answer(failure="solver error: lost")),
        point("10%", None),
    )
    grid = parse_grid("policy.destination_share=5%,6%,7%,8%,9%,10%")
    options = SearchOptions(threads=1)
    return compose_sweep(Sweep(grid, ("sites[ohio].pue=1.2",), options, points, is_interrupted=True), command="c")


def test_each_point_says_what_it_is_worth_and_what_is_proven_beside_the_point_before(document: SweepDocument) -> None:
    none, first, second, third, failed, missing = document.points

    assert [one.status for one in document.points] == [
        "infeasible",
        "optimal",
        "optimal",
        "optimal",
        "failed",
        "not_run",
    ]
    assert (second.objective, second.best_bound, second.value_exact, second.today) == (150, 160, "0.07", True)
    assert (second.difference, second.difference_at_least, second.difference_at_most_exact) == ("more", 40, "60")
    assert (third.difference, third.difference_at_least, third.difference_at_most) == (None, -5, None)
    assert (first.difference_at_least, first.opened) == (None, None)
    assert failed.reasons == ("solver error: lost",)
    assert any("commitment[big,2025Q2] asks" in reason for reason in none.reasons)
    assert (missing.seconds, missing.sites, second.seconds) == (None, None, 1.5)


def test_sites_in_use_are_those_with_units_at_the_end(document: SweepDocument) -> None:
    _, first, second, third, *_ = document.points

    assert (first.sites, second.sites) == (("ohio",), ("johor", "ohio"))
    assert (second.opened, second.closed, third.opened) == (("johor",), (), ())
    assert (first.placed_units, second.placed_units) == (100, 180)
    assert [(one.after, one.by, one.opened, one.closed) for one in document.site_changes] == [
        ("6%", "7%", ("johor",), ())
    ]


def test_a_cure_that_may_not_be_the_earliest_proves_nothing() -> None:
    answers = (placed(100, 100), placed(200, 200, is_earliest_proven=False))
    points = tuple(point(f"{k}%", answer) for k, answer in enumerate(answers))

    document = compose_sweep(Sweep(parse_grid("policy.x=0%,1%"), (), SearchOptions(), points))

    assert document.points[1].difference_at_least is None
    assert [one.trend for one in document.stretches] == ["not_known"]


def test_the_document_keeps_its_schema_in_which_every_key_is_required(document: SweepDocument) -> None:
    schema = sweep_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(as_json.render(document)), schema)

    for part in (schema, *schema["$defs"].values()):
        if "properties" in part:
            assert set(part["required"]) == set(part["properties"])
    assert SweepDocument.model_validate_json(as_json.render(document)) == document


def test_the_csv_has_a_row_for_each_point_and_every_field(document: SweepDocument) -> None:
    rows = list(csv.DictReader(io.StringIO(sweep_csv(document))))

    assert list(rows[0]) == list(SweepPointPart.model_fields)
    assert [row["value"] for row in rows] == ["5%", "6%", "7%", "8%", "9%", "10%"]
    assert (rows[2]["sites"], rows[2]["today"], rows[2]["objective"]) == ("johor;ohio", "true", "150")
    assert rows[5]["objective"] == ""


# --- The picture ------------------------------------------------------------------------------------------------------


def test_the_picture_tells_every_point_every_change_of_sites_and_where_no_plan_exists(document: SweepDocument) -> None:
    figure = value_curve(document)

    assert figure is not None
    for text in (
        "6%: $100, at most $110",
        "7%: $150, at most $160 (today)",
        "8%: $155, no bound proven",
        "from 6% to 7%: opens johor",
        "5%: no plan exists",
    ):
        assert f"<title>{text}</title>" in figure.svg


def test_values_that_are_no_numbers_have_a_picture_too(document: SweepDocument) -> None:
    named = [
        one.model_copy(update={"value": f"name-{place}", "value_exact": None})
        for place, one in enumerate(document.points)
    ]
    figure = value_curve(document.model_copy(update={"points": tuple(named), "site_changes": ()}))

    assert figure is not None
    assert "name-2: $150, at most $160 (today)" in figure.svg


def test_without_any_plan_there_is_no_picture(document: SweepDocument) -> None:
    assert value_curve(document.model_copy(update={"points": document.points[:1], "site_changes": ()})) is None


def test_the_page_is_one_file_without_scripts_or_requests(document: SweepDocument) -> None:
    page = sweep_html.render(document, title="a < b", facts="Not legal advice.", sentences=["It rises & falls."])

    assert page == sweep_html.render(
        document, title="a < b", facts="Not legal advice.", sentences=["It rises & falls."]
    )
    assert "<svg" in page
    assert "a &lt; b" in page
    assert "It rises &amp; falls." in page
    for unwanted in ("<script", "http://", "https://", "src="):
        assert unwanted not in page
