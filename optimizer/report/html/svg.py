"""From an Altair chart to SVG that stands inside a page: static, without scripts, ids and sizes of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from optimizer.report.html.palette import GRID, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

    Chart = alt.Chart | alt.LayerChart | alt.FacetChart

FONT = "Helvetica, Arial, sans-serif"
FONT_SIZE = 12
LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
ACCESSIBILITY = ("role", "aria-roledescription", "aria-hidden", "aria-label")


def inline_svg(chart: Chart, name: str, label: str, data: Mapping[str, object] | None = None) -> str:
    """Return a chart as an `<svg>` element of a page.

    `name` keeps its ids apart from those of other figures, `label` says what it shows to those who do not see it. A
    mark's description becomes its tooltip. `data` are tables that the chart has by name, for those too large to be copied
    with it at every step. Nothing is fetched.
    """
    import altair as alt  # noqa: PLC0415  these two take a third of a second, which only a report pays
    import vl_convert  # noqa: PLC0415

    version = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
    spec = _styled(chart).to_dict()
    spec["datasets"] = {**spec.get("datasets", {}), **(data or {})}
    text = vl_convert.vegalite_to_svg(spec, vl_version=version, allowed_base_urls=[])
    root = ET.fromstring(text)
    for element in list(root.iter()):
        _clean(element, name)
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    root.set("role", "img")
    root.set("aria-label", label)
    return ET.tostring(root, encoding="unicode")


def _styled(chart: Chart) -> Chart:
    styled: Chart = (
        chart.configure(background="transparent", font=FONT, padding=2)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED,
            labelFontSize=FONT_SIZE,
            title=None,
            gridColor=GRID,
            domainColor=GRID,
            ticks=False,
            labelPadding=6,
        )
        .configure_text(color=INK, fontSize=FONT_SIZE)
    )
    return styled


def _clean(element: ET.Element, name: str) -> None:
    """Drop the namespace, prefix ids, shorten coordinates and turn the description of a mark into its tooltip."""
    element.tag = element.tag.rpartition("}")[2]
    description = element.get("aria-label") if element.get("role") == "graphics-symbol" else None
    for attribute in ACCESSIBILITY:
        element.attrib.pop(attribute, None)
    if description and not len(element):
        title = ET.Element("title")
        title.text = description
        element.insert(0, title)
    for attribute, value in element.attrib.items():
        if attribute == "id":
            element.set(attribute, f"{name}-{value}")
        elif value.startswith("url(#"):
            element.set(attribute, value.replace("url(#", f"url(#{name}-"))
        elif attribute in {"d", "transform", "x", "y", "x1", "x2", "y1", "y2"}:
            element.set(attribute, LONG_NUMBER.sub(_rounded, value))


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found.group()):.1f}"
