"""The world as the map draws it: country shapes by destination, and a point for each country."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from optimizer.catalogue.countries import countries

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.catalogue.countries import Country

FOLDER = "atlas"
SHAPES_FILE = "countries-110m.json"
POINTS_FILE = "countries.csv"
SHAPES_OBJECT = "countries"
ANTARCTICA = "AQ"

Look = dict[str, str]
"""What the map needs of a country: its colour and the text of its tooltip."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point inside a country, in degrees north and east."""

    latitude: float
    longitude: float


@lru_cache(maxsize=1)
def points() -> dict[str, Point]:
    """Return a point for each alpha-2 code."""
    return {row["iso2"]: Point(float(row["latitude"]), float(row["longitude"])) for row in _rows()}


def shapes(look: Callable[[Country | None], Look]) -> dict[str, Any]:
    """Return the world's countries as TopoJSON, each with the look that `look` gives it: None is a shape without a code.

    Antarctica is left out.
    """
    topology: dict[str, Any] = json.loads(_read(SHAPES_FILE))
    codes = {row["iso_numeric"]: row["iso2"] for row in _rows() if row["iso_numeric"]}
    drawn = []
    for shape in topology["objects"][SHAPES_OBJECT]["geometries"]:
        code = codes.get(shape.get("id", ""))
        if code != ANTARCTICA:
            drawn.append({**shape, "properties": look(countries()[code] if code else None)})
    kept = {"type": "GeometryCollection", "geometries": drawn}
    return {**topology, "objects": {SHAPES_OBJECT: kept}}


def _rows() -> list[dict[str, str]]:
    return list(csv.DictReader(_read(POINTS_FILE).splitlines()))


def _read(name: str) -> str:
    return files("optimizer.report.html").joinpath(FOLDER, name).read_text(encoding="utf-8")
