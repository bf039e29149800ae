"""The map: sites sized by the compute placed there and coloured by tier, unused ones hollow, installed stock square."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin
from typing import TYPE_CHECKING, Any

from optimizer.report.html.atlas import SHAPES_OBJECT, Point, points, shapes
from optimizer.report.html.palette import BORDER, INK, tier_colour, tier_tint
from optimizer.report.html.svg import inline_svg
from optimizer.report.wording import compact, quantity

if TYPE_CHECKING:
    import altair as alt

    from optimizer.catalogue.countries import Country
    from optimizer.report.html.atlas import Look
    from optimizer.report.html.svg import Chart
    from optimizer.report.pages import Document
    from optimizer.report.rows import CountryRow, Number, SiteRow

WIDTH, HEIGHT = 960, 430
WORLD = "world"
LARGEST_SITE, LARGEST_STOCK = 1400, 3600
"""Square pixels that the site, or the country's installed stock, with most compute may take; one scale serves both."""
SMALLEST_MARK = 14
UNUSED_MARK = 28
MOST_MARKS = 600
"""Of used and of unused sites each: more would hide each other, and make the page heavy."""
RING_DEGREES = 3.0
"""How far from a country's point its sites without coordinates stand, where there are several."""

Mark = dict[str, float | str]


@dataclass(frozen=True, slots=True)
class SiteMap:
    """The figure, and what has to be said under it."""

    svg: str
    tiers: tuple[int, ...]
    at_country: tuple[str, ...]
    """Sites without coordinates, drawn at their country's point."""
    not_drawn: tuple[str, ...]
    """Sites for which there is not even that."""
    left_out: int
    """How many more sites there are: used ones with less compute, and unused ones."""
    has_unused: bool
    has_installed: bool


def site_map(document: Document) -> SiteMap:
    """Return the map of a document's sites."""
    last = [row for row in document.countries if row.period == document.plan.last_period]
    tiers = {row.destination: row.tier for row in document.sites} | {row.country: row.tier for row in last}
    installed = [row for row in last if row.tpp_installed and row.country in points()]
    places = _places(document.sites)
    scale = _scale([row.tpp_placed or 0 for row in document.sites], [row.tpp_installed for row in installed])
    drawn = [row for row in document.sites if row.site in places]
    used = sorted((row for row in drawn if row.tpp_placed), key=lambda row: (-(row.tpp_placed or 0), row.site))
    unused = [row for row in drawn if not row.tpp_placed]
    left_out = max(0, len(used) - MOST_MARKS) + max(0, len(unused) - MOST_MARKS)
    chart = _chart(
        [_installed_mark(row, scale) for row in installed],
        [_unused_mark(row, places[row.site], document) for row in unused[:MOST_MARKS]],
        [_used_mark(row, places[row.site], document, scale) for row in used[:MOST_MARKS]],
    )
    label = (
        f"World map: compute of the plan at {len(used)} of {len(document.sites)} sites in {document.plan.last_period}"
    )
    located = {row.site for row in document.sites if _point(row)}
    return SiteMap(
        svg=inline_svg(chart, "map", label, {WORLD: _world(tiers, document)}),
        tiers=tuple(sorted(set(tiers.values()))),
        at_country=tuple(row.site for row in drawn if row.site not in located),
        not_drawn=tuple(row.site for row in document.sites if row.site not in places),
        left_out=left_out,
        has_unused=bool(unused),
        has_installed=bool(installed),
    )


def _point(row: SiteRow) -> Point | None:
    if row.latitude is None or row.longitude is None:
        return None
    return Point(float(row.latitude), float(row.longitude))


def _places(sites: tuple[SiteRow, ...]) -> dict[str, Point]:
    """Return where each site is drawn; several of one country without coordinates stand in a ring around its point."""
    found: dict[str, Point] = {}
    without: dict[str, list[str]] = {}
    for row in sites:
        point = _point(row)
        if point is not None:
            found[row.site] = point
        elif row.country in points():
            without.setdefault(row.country, []).append(row.site)
    for country, keys in without.items():
        centre = points()[country]
        reach = RING_DEGREES if len(keys) > 1 else 0.0
        for number, key in enumerate(keys):
            angle = radians(360 * number / len(keys))
            found[key] = Point(centre.latitude + reach * sin(angle), centre.longitude + reach * cos(angle))
    return found


def _scale(placed: list[int], installed: list[Number]) -> float:
    """Return the square pixels of one TPP."""
    most = ((LARGEST_SITE, max(placed, default=0)), (LARGEST_STOCK, max(installed, default=0)))
    return min((pixels / tpp for pixels, tpp in most if tpp), default=0.0)


def _area(tpp: float, scale: float) -> float:
    return max(SMALLEST_MARK, tpp * scale)


def _used_mark(row: SiteRow, point: Point, document: Document, scale: float) -> Mark:
    units = quantity(row.units_placed or 0)
    text = f"{_name(row)}, {_tier(row.tier, document)}: {compact(row.tpp_placed or 0)} TPP, {units} units"
    return {**_at(point), "text": text, "colour": tier_colour(row.tier), "area": _area(row.tpp_placed or 0, scale)}


def _unused_mark(row: SiteRow, point: Point, document: Document) -> Mark:
    use = "candidate site" if row.tpp_placed is None else "not used"
    text = f"{_name(row)}, {_tier(row.tier, document)}: {use}"
    return {**_at(point), "text": text, "colour": tier_colour(row.tier), "area": UNUSED_MARK}


def _installed_mark(row: CountryRow, scale: float) -> Mark:
    text = f"{row.name}: {compact(row.tpp_installed)} TPP installed before the plan"
    return {**_at(points()[row.country]), "text": text, "area": _area(row.tpp_installed, scale)}


def _at(point: Point) -> Mark:
    return {"latitude": point.latitude, "longitude": point.longitude}


def _name(row: SiteRow) -> str:
    return f"{row.site} ({', '.join(word for word in (row.name, row.country) if word)})"


def _tier(tier: int, document: Document) -> str:
    return document.policy.tier_names.get(str(tier), f"Tier {tier}")


def _world(tiers: dict[str, int], document: Document) -> dict[str, Any]:
    """Return the countries, those of the plan in the colour of their destination's tier."""

    def look(country: Country | None) -> Look:
        tier = tiers.get(country.destination) if country else None
        name = country.name if country else ""
        return {"colour": tier_tint(tier), "text": name if tier is None else f"{name}: {_tier(tier, document)}"}

    return shapes(look)


def _chart(installed: list[Mark], unused: list[Mark], used: list[Mark]) -> Chart:
    import altair as alt  # noqa: PLC0415

    shape = alt.TopoDataFormat(type="topojson", feature=SHAPES_OBJECT)
    own_colour = alt.Color("colour:N", scale=None, legend=None)
    area = alt.Size("area:Q", scale=None, legend=None)

    def marks(rows: list[Mark]) -> alt.Chart:
        base = alt.Chart(alt.InlineData(values=rows))
        return base.encode(longitude="longitude:Q", latitude="latitude:Q", size=area, description="text:N")

    layers = (
        alt.Chart(alt.NamedData(name=WORLD, format=shape))
        .mark_geoshape(stroke=BORDER, strokeWidth=0.6)
        .encode(color=alt.Color("properties.colour:N", scale=None, legend=None), description="properties.text:N"),
        marks(installed).mark_square(color=INK, fillOpacity=0.08, stroke=INK, strokeOpacity=0.5, strokeWidth=1),
        marks(unused).mark_point(filled=False, strokeWidth=1.4, fill="white", opacity=1).encode(stroke=own_colour),
        marks(used).mark_circle(opacity=0.75, stroke=BORDER, strokeWidth=0.8).encode(color=own_colour),
    )
    return alt.layer(*layers).project("equalEarth").properties(width=WIDTH, height=HEIGHT)
