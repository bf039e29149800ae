"""The HTML page as people see it: opened in a real browser, wide and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.report.as_html import render
from tests.report.browser import open_browser
from tests.report.explained import explained_conflict, explained_result
from tests.report.small_fleet import small_audit_document, small_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from optimizer.report.pages import Document
    from tests.report.browser import Browser

pytestmark = pytest.mark.slow
SCREEN, PHONE = 1280, 390
PAPER = 720
"""A4 between margins."""
DOCUMENTS: dict[str, Callable[[], Document]] = {
    "placed": small_result,
    "explained": explained_result,
    "conflict": explained_conflict,
    "fleet": small_audit_document,
}
FIGURES = {"placed": 5, "explained": 5, "conflict": 1, "fleet": 5}
WORDS = {
    "placed": ("Not the law in force", "Where compute stands in 2025Q2", "destination_share[MY]", "96.8%"),
    "explained": ("What moves the value", "$110,000 to $130,000", "What the policy costs"),
    "conflict": ("The conflict", "Yours to change", "Yours to buy", "Needs government", "The candidate sites"),
    "fleet": ("Audit of the installed fleet", "home_share[US]"),
}
UNFOLD = "for (const one of document.querySelectorAll('details')) one.open = true;"
SIZES = """
return [...document.querySelectorAll('svg[role=img]')].map(one => {
  const box = one.getBoundingClientRect(), inner = one.querySelector('g').getBoundingClientRect();
  return [box.width, box.height, inner.width, inner.height];
});
"""
WIDER_THAN_THE_PAGE = """
const width = document.documentElement.clientWidth;
return [...document.querySelectorAll('body *')]
  .filter(one => !one.closest('.scroll') && !one.closest('svg') && !one.closest('.map') && !one.closest('.unseen'))
  .filter(one => one.getBoundingClientRect().right > width + 1)
  .map(one => one.outerHTML.slice(0, 100));
"""
LOST_ON_PAPER = """
return [...document.querySelectorAll('details table')]
  .filter(one => !one.checkVisibility() || one.getBoundingClientRect().height < 20)
  .map(one => one.textContent.slice(0, 80));
"""
ROOM_OF_TABLES = """
return [...document.querySelectorAll('.scroll')]
  .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent.slice(0, 80));
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module", params=sorted(DOCUMENTS))
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Return the name of a document, and its page in a file."""
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(render(DOCUMENTS[request.param]()), encoding="utf-8")
    return request.param, file


def test_it_opens_without_a_complaint_and_asks_for_the_file_alone(browser: Browser, shown: tuple[str, Path]) -> None:
    browser.requests(shown[1]), browser.complaints()

    browser.open(shown[1], SCREEN)

    assert browser.requests(shown[1]) == [shown[1].as_uri()]
    assert browser.complaints() == []


def test_figures_are_drawn_and_the_words_are_visible(browser: Browser, shown: tuple[str, Path]) -> None:
    name, file = shown
    browser.open(file, SCREEN)

    sizes = browser.run(SIZES)
    assert len(sizes) == FIGURES[name]
    assert all(width > 300 and height > 100 and min(inner) > 100 for width, height, *inner in sizes)
    text = browser.run("return document.body.innerText").lower()
    assert "not legal advice" in text
    for words in WORDS[name]:
        assert words.lower() in text


@pytest.mark.parametrize("width", [SCREEN, PHONE])
def test_nothing_is_wider_than_the_page(browser: Browser, shown: tuple[str, Path], width: int) -> None:
    browser.open(shown[1], width)
    browser.run(UNFOLD)

    assert browser.run("return window.innerWidth") == width
    assert browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert browser.run(WIDER_THAN_THE_PAGE) == []


def test_nothing_is_lost_on_paper(browser: Browser, shown: tuple[str, Path]) -> None:
    """Folded tables are printed, and every table is as narrow as the page."""
    browser.print_preview(is_on=True)
    try:
        browser.open(shown[1], PAPER)

        assert browser.run(LOST_ON_PAPER) == []
        assert browser.run(WIDER_THAN_THE_PAGE) == []
        assert browser.run(ROOM_OF_TABLES) == []
    finally:
        browser.print_preview(is_on=False)


def test_tables_fit_on_a_screen_without_scrolling(browser: Browser, shown: tuple[str, Path]) -> None:
    browser.open(shown[1], SCREEN)
    browser.run(UNFOLD)

    assert browser.run(ROOM_OF_TABLES) == []


def test_a_folded_table_opens(browser: Browser, shown: tuple[str, Path]) -> None:
    browser.open(shown[1], SCREEN)
    folded = "return [...document.querySelectorAll('details')].at(-1).querySelector('table').checkVisibility()"
    assert browser.run(folded) is False

    browser.run("[...document.querySelectorAll('summary')].at(-1).click()")

    assert browser.run(folded) is True


def test_a_page_that_breaks_its_promise_is_seen_to(browser: Browser, tmp_path: Path) -> None:
    """The instruments work: a request and an error are noticed."""
    page = tmp_path / "page.html"
    page.write_text(
        "<img src='missing.png'><img src='http://127.0.0.1:9/a.png'><script>fail()</script>", encoding="utf-8"
    )
    browser.complaints()

    browser.open(page, SCREEN)

    assert browser.requests(page) == [page.as_uri(), (tmp_path / "missing.png").as_uri(), "http://127.0.0.1:9/a.png"]
    assert any("fail is not defined" in complaint for complaint in browser.complaints())
