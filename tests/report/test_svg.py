from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import altair as alt
import pytest

from optimizer.report.html.svg import inline_svg


def bars(rows: list[dict[str, object]]) -> alt.Chart:
    chart: alt.Chart = alt.Chart(alt.InlineData(values=rows)).mark_bar(clip=True)
    return chart.encode(x="name:N", y="size:Q", description="text:N")


ROWS: list[dict[str, object]] = [
    {"name": "<b>", "size": 1, "text": "<script> & 1/3"},
    {"name": "b", "size": 2, "text": "b"},
]


def test_a_chart_is_markup_that_scales_and_has_no_name_space_or_size_of_its_own() -> None:
    text = inline_svg(bars(ROWS), "own", "What it shows")
    root = ET.fromstring(text)

    assert root.tag == "svg"
    assert {"width", "height"}.isdisjoint(root.attrib)
    assert (root.get("role"), root.get("aria-label")) == ("img", "What it shows")
    assert "http" not in text
    assert not re.search(r'\bd="[^"]*\d\.\d\d', text)


def test_descriptions_become_tooltips_and_stay_text() -> None:
    text = inline_svg(bars(ROWS), "own", "bars")

    assert [title.text for title in ET.fromstring(text).iter("title")] == ["<script> & 1/3", "b"]
    assert "<script>" not in text


def test_ids_of_two_charts_do_not_meet() -> None:
    first, second = (inline_svg(bars(ROWS), name, name) for name in ("first", "second"))

    ids = re.findall(r'\bid="([^"]+)"', first)
    assert ids
    assert all(name.startswith("first-") for name in ids)
    assert set(re.findall(r"url\(#([^)]+)\)", first)) <= set(ids)
    assert not set(ids) & set(re.findall(r'\bid="([^"]+)"', second))


def test_a_chart_that_would_fetch_its_data_fails() -> None:
    chart: alt.Chart = alt.Chart(alt.UrlData(url="http://127.0.0.1:9/data.json")).mark_bar()

    with pytest.raises(ValueError, match=r"(?i)access|denied|allowed"):
        inline_svg(chart.encode(x="a:N"), "own", "bars")


def test_large_data_is_handed_over_by_name() -> None:
    chart: alt.Chart = alt.Chart(alt.NamedData(name="far")).mark_bar()

    text = inline_svg(chart.encode(x="name:N", y="size:Q", description="text:N"), "own", "bars", {"far": ROWS})

    assert [title.text for title in ET.fromstring(text).iter("title")] == ["<script> & 1/3", "b"]
