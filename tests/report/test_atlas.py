from __future__ import annotations

import pytest

from optimizer.catalogue.countries import Country, countries
from optimizer.report.html.atlas import points, shapes


def test_every_country_of_the_catalogue_has_a_point_on_the_globe() -> None:
    assert points().keys() == countries().keys()
    for point in points().values():
        assert -90 <= point.latitude <= 90
        assert -180 <= point.longitude <= 180


@pytest.mark.parametrize(("code", "latitude", "longitude"), [("US", 38, -97), ("MY", 2.5, 112.5), ("SG", 1.37, 103.8)])
def test_points_lie_where_the_countries_do(code: str, latitude: float, longitude: float) -> None:
    assert points()[code].latitude == pytest.approx(latitude, abs=1)
    assert points()[code].longitude == pytest.approx(longitude, abs=1)


def test_shapes_are_known_by_the_codes_of_the_catalogue() -> None:
    """Natural Earth gives three shapes no ISO code; Antarctica is not drawn."""
    seen: list[Country | None] = []

    def look(country: Country | None) -> dict[str, str]:
        seen.append(country)
        return {"colour": "#000000", "text": country.name if country else ""}

    drawn = shapes(look)["objects"]["countries"]["geometries"]

    assert len(drawn) == len(seen) == 176
    assert seen.count(None) == 3
    codes = {country.iso2 for country in seen if country}
    assert {"US", "MY", "TW", "PR", "GL"} <= codes
    assert "AQ" not in codes
    assert {"colour": "#000000", "text": "Malaysia"} in [shape["properties"] for shape in drawn]
