"""The HTML page without a browser: it is well formed, asks for nothing, says what the document says and no more."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from optimizer.report.as_html import render
from optimizer.report.compose import compose
from optimizer.report.intervals import interval_text
from optimizer.report.pages import page
from optimizer.schema.placement import Placement
from optimizer.schema.plan import Company
from optimizer.strategy.outcome import Status
from tests.report.explained import explained_conflict, explained_result
from tests.report.small_fleet import (
    JOHOR,
    no_placement,
    small_audit_document,
    small_case,
    small_placement,
    small_plan,
    small_result,
)

if TYPE_CHECKING:
    from optimizer.report.pages import Document

VOID = {"meta", "br", "link", "img", "hr", "input"}
LARGEST_PAGE = 1_000_000
NASTY = """<script>alert("1")</script>'&amp; {{ 7 * 7 }} `"""
"""A name that is markup, a template and half a code span at once."""


class Page(HTMLParser):
    """The page as a browser reads it: elements in order, every attribute, the text; fails where tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.stack:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def tags(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == name]

    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.elements if "id" in attributes]


def documents() -> dict[str, Document]:
    return {
        "placed": small_result(),
        "explained": explained_result(),
        "conflict": explained_conflict(),
        "unknown": compose(no_placement(Status.UNKNOWN)),
        "fleet": small_audit_document(),
        "broken": small_audit_document(Placement({(JOHOR, 0): (70, 90)}, {JOHOR: 0})),
    }


@cache
def text_of(name: str) -> str:
    """Return the page of one of the documents, made once: a second of figures."""
    return render(documents()[name])


def page_of(name: str) -> Page:
    return Page(text_of(name))


@pytest.fixture(params=sorted(documents()))
def text(request: pytest.FixtureRequest) -> str:
    return text_of(request.param)


def test_every_tag_is_closed_and_every_id_is_its_own(text: str) -> None:
    ids = Page(text).ids()

    assert len(ids) == len(set(ids))
    assert text.startswith("<!DOCTYPE html>")
    assert text.endswith("</html>\n")


def test_a_page_asks_for_nothing(text: str) -> None:
    found = Page(text)

    names = {tag for tag, _ in found.elements}
    assert not names & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "video",
        "audio",
        "a",
        "use",
    }
    for _, attributes in found.elements:
        assert not {"src", "href", "xlink:href", "srcset", "action", "data", "poster"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]
    assert not re.findall(r"url\((?!#)|@import", text)
    assert "default-src 'none'" in str(found.tags("meta"))


def test_a_page_is_small(text: str) -> None:
    assert len(text.encode()) < LARGEST_PAGE


def test_ten_thousand_sites_have_a_page_that_says_what_it_leaves_out() -> None:
    document = small_result()
    site, power = document.sites[JOHOR], next(row for row in document.groups if row.group == "site_power[ohio]")
    numbers = range(10_000)
    sites = tuple(
        site.model_copy(update={"site": f"s{n}", "tpp_placed": n, "latitude": n / 200, "longitude": n / 100})
        for n in numbers
    )
    groups = tuple(power.model_copy(update={"group": f"site_power[s{n}]"}) for n in numbers)
    text = render(document.model_copy(update={"sites": sites, "groups": (*document.groups, *groups)}))

    assert len(text.encode()) < LARGEST_PAGE
    found = Page(text)
    assert "9,399 more sites, not used or with less compute, are not drawn." in found.text
    assert "more that are less tight: limits.csv of a kept run has them all" in found.text
    assert re.search(r"Physical limits 10,00\d binding", found.text)
    assert any(text.startswith("s9999 ") for text in found.texts)
    assert not any(text.startswith("s7 ") for text in found.texts)


@pytest.mark.parametrize("name", sorted(documents()))
def test_every_line_of_the_summary_is_there_with_the_legal_status_first(name: str) -> None:
    document = documents()[name]
    shown = page_of(name).text

    lines = page(document).lines
    assert lines[0][0] == "Policy"
    places = [shown.index(" ".join(sentence.replace("`", " ").split()[:6])) for _, sentence in lines]
    assert places == sorted(places)
    assert "not legal advice" in shown.lower()


@pytest.mark.parametrize(
    "damage", [NASTY, "</style><script>alert(1)</script>", "</title><b>", '"><svg onload=alert(1)>']
)
def test_names_are_text_and_never_markup(damage: str) -> None:
    plan = small_plan()
    johor = replace(plan.sites[JOHOR], name=damage, latitude=Fraction(1), longitude=Fraction(104))
    nasty = replace(
        plan,
        name=damage,
        company=Company(damage, "US"),
        sites=(johor, *plan.sites[1:]),
        commitments=tuple(replace(one, key=damage, reference=damage) for one in plan.commitments),
    )
    document = small_result(small_case(nasty)).model_copy(update={"command": damage})
    plain, found = page_of("placed"), Page(render(document))

    allowed = {tag for tag, _ in plain.elements}
    assert {tag for tag, _ in found.elements} <= allowed | {"code"}
    assert len(found.tags("svg")) == len(plain.tags("svg"))
    words = " ".join(damage.split())
    assert found.text.count(words) >= 4
    assert any(damage in text for text in found.texts if text.startswith("johor ("))  # the tooltip on the map


def test_nothing_of_a_planner_is_run_as_a_template() -> None:
    plan = replace(small_plan(), company=Company("{{ 7 * 7 }}{% raw %}", "US"))

    assert "{{ 7 * 7 }}{% raw %}" in Page(render(small_result(small_case(plan)))).text


def test_the_same_document_gives_the_same_page() -> None:
    assert render(small_result()) == text_of("placed")


def test_a_placed_fleet_has_a_map_and_four_charts_with_tooltips() -> None:
    found = page_of("placed")

    figures = [attributes for attributes in found.tags("svg") if attributes.get("role") == "img"]
    assert [str(figure["aria-label"]).split(":")[0] for figure in figures] == [
        "World map",
        "Compute by tier (TPP, installed stock included)",
        "Share at home (US)",
        "Share outside Tier 1",
        "Largest share of one country in Tier 2",
    ]
    for tip in (
        "johor (MY), Tier 2: 80,000 TPP, 80 units",
        "moscow (RU), Tier 3: not used",
        "United States: 1.00 m TPP installed before the plan",
        "2025Q2, Tier 2: 80,000 TPP",
        "2025Q2: MY 6.78%",
        "2025Q2: at most 7.00%",
        "2025Q2: at least 50.00%",
    ):
        assert tip in found.texts


def test_a_broken_share_is_drawn_as_broken() -> None:
    found = page_of("broken")

    assert "2025Q2: MY 8.26% (limit broken)" in found.texts
    assert "broken in 2025Q2" in found.text
    assert "broken" in [attributes.get("class") for attributes in found.tags("tr")]


def test_sites_without_coordinates_are_said_to_stand_in_the_middle_of_their_country() -> None:
    plan = small_plan()
    located = replace(plan.sites[JOHOR], latitude=Fraction("1.5"), longitude=Fraction("103.7"))
    words = "drawn in the middle of their country:"

    assert f"{words} johor, moscow, ohio." in page_of("placed").text
    some = small_result(small_case(replace(plan, sites=(located, *plan.sites[1:]))))
    assert f"{words} moscow, ohio." in Page(render(some)).text


def test_every_setting_is_shown_against_its_allowance_with_its_citation() -> None:
    document = small_result()
    found = page_of("placed")

    for group in document.groups:
        assert group.group in found.text
        assert group.citation in found.text
    widths = [str(attributes["style"]) for attributes in found.tags("span") if attributes.get("class") == "fill"]
    assert "width:96.9%" in widths  # 80,000 of 82,600
    assert re.search(r"Allow nothing at all \(closed\): closed_destination\[RU\] \[\d\]\.", found.text)


def test_a_least_amount_is_marked_inside_its_bar() -> None:
    """1,100 of 1,180 units stand at home, where 590 have to."""
    marks = [
        str(attributes["style"]) for attributes in page_of("placed").tags("span") if attributes.get("class") == "mark"
    ]

    assert "left:53.6%" in marks


def test_levers_and_cost_are_there_only_where_they_were_worked_out() -> None:
    assert "What moves the value" not in page_of("placed").text
    shown = page_of("explained").text

    titles = ("Binding and valuable", "Worth more though not tight", "Binding and worthless", "What the policy costs")
    assert [shown.index(title) for title in titles] == sorted(shown.index(title) for title in titles)
    assert "$110,000 to $130,000" in shown
    assert "at least $90,000" in shown
    assert "no plan is left" in shown
    assert "not distinguishable at this gap" in shown
    assert "$150,000 to $210,000" in shown


@pytest.mark.parametrize("figure", ["1,234", "4,321", "5,678", "15,678"])
def test_no_sum_under_the_money_resolution_is_shown_as_a_number(figure: str) -> None:
    """The resolution is 50,000; each of these is the end of an interval, or a screened value."""
    assert figure not in page_of("explained").text


def test_an_interval_is_said_as_far_as_it_is_proven() -> None:
    def said(lower: float | None, upper: float | None) -> str:
        return interval_text(lower, upper, "USD", 1000)

    assert said(2000, 3000) == "$2,000 to $3,000"
    assert said(2000, 2000) == "$2,000"
    assert said(2000, None) == "at least $2,000"
    assert said(500, 3000) == said(None, 3000) == "at most $3,000"
    assert said(0, 500) == said(-500, 500) == "under $1,000"
    assert said(500, None) == said(None, None) == "not known"
    assert interval_text(0, 0, "USD", 0) == "nothing"


def test_a_plan_without_an_answer_shows_conflicts_and_ways_out_by_who_can_take_them() -> None:
    shown = page_of("conflict").text

    titles = (
        "What arithmetic alone rules out",
        "Limits that are impossible by themselves",
        "The conflict",
        "Proven minimal",
        "Another conflict (2)",
        "Not proven minimal",
        "Yours to change",
        "Yours to buy",
        "Needs government",
    )
    places = [shown.index(title) for title in titles]
    assert places == sorted(places)
    for words in (
        "150 units are promised at ohio and 100 have power.",
        "commitment[big] 150 units 100 units -50 units 33.33% 2025Q2 contract 13",
        "To write: limits.commitment[big].setting=1",
        "180 units placed, $753,229 net present value, optimal, gap 0%",
        "placement solve small --set limits.home_share[US].setting=1",
        "scip agrees that there is no plan.",
    ):
        assert words in shown
    assert "Compute and shares over time" not in shown


def test_other_tables_are_folded_away_and_limits_that_bind_are_not_told_twice() -> None:
    found = page_of("placed")

    for title in ("What stands where in 2025Q2 (units of the plan)", "Period by period", "Countries in 2025Q2"):
        assert title in found.text
    assert "Policy limits that bind" not in found.text
    assert found.text.count("Net present value by term (USD)") == 1


def test_the_end_says_how_the_answer_came_about() -> None:
    shown = page_of("placed").text

    end = shown[shown.index("How this answer came about") :]
    for words in ("placement solve small --gap 0.001", "9.15.6755", "accelerators.csv life_years", "whole blocks"):
        assert words in end


def test_an_audit_of_the_fleet_alone_calls_no_site_unused() -> None:
    found = page_of("fleet")

    assert "The installed fleet and the candidate sites" in found.text
    assert "not used" not in found.text
    assert "johor (MY), Tier 2: candidate site" in found.texts


def test_the_legend_names_a_limit_only_where_one_is_drawn() -> None:
    free = Page(render(small_result(small_case(policy="unrestricted"))))

    assert "the limit where it is tested" in page_of("placed").text
    assert "the limit where it is tested" not in free.text
    assert "Share at home (US): no limit" in free.text


def test_an_audit_has_no_money() -> None:
    shown = Page(render(small_audit_document(small_placement()))).text

    assert "Net present value" not in shown
    assert "Where compute stands in 2025Q2" in shown
