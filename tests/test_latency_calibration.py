"""The constants of the latency estimate, fitted again to the measured round trips that `docs/latency.md` names."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from statistics import linear_regression, mean

from optimizer.catalogue.latency import EARTH_RADIUS_KM, FIBRE_KM_PER_MS, FIXED_MS, ROUTE_FACTOR, estimated_ms

MEASURED = Path(__file__).parent / "data/round_trips_europe.csv"


def great_circle_km(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the distance by the chord between two points of the sphere."""
    (x, y, z), (u, v, w) = point(*start), point(*end)
    chord = math.dist((x, y, z), (u, v, w))
    return 2 * EARTH_RADIUS_KM * math.asin(chord / 2)


def point(latitude: float, longitude: float) -> tuple[float, float, float]:
    up, along = math.radians(latitude), math.radians(longitude)
    return math.cos(up) * math.cos(along), math.cos(up) * math.sin(along), math.sin(up)


def measured() -> list[tuple[tuple[float, float], tuple[float, float], float]]:
    """Return both ends and the round trip in ms of every measured pair."""
    with MEASURED.open(encoding="utf-8", newline="") as file:
        return [
            (
                (float(row["latitude_a"]), float(row["longitude_a"])),
                (float(row["latitude_b"]), float(row["longitude_b"])),
                float(row["round_trip_ms"]),
            )
            for row in csv.DictReader(file)
        ]


def test_no_measured_round_trip_is_faster_than_light_in_fibre() -> None:
    assert all(taken > 2 * great_circle_km(start, end) / FIBRE_KM_PER_MS for start, end, taken in measured())


def test_constants_are_the_least_squares_fit_rounded() -> None:
    distances = [great_circle_km(start, end) for start, end, _taken in measured()]

    slope, intercept = linear_regression(distances, [taken for *_ends, taken in measured()])

    assert round(slope * FIBRE_KM_PER_MS / 2, 1) == float(ROUTE_FACTOR)
    assert abs(intercept - FIXED_MS) < 0.25


def test_documented_errors_are_those_of_the_estimate() -> None:
    errors = [taken - float(estimated_ms(*start, *end)) for start, end, taken in measured()]
    absolute = sorted(map(abs, errors))

    assert len(errors) == 105
    assert round(mean(errors), 1) == 0.1
    assert round(mean(absolute), 1) == 2.2
    assert round(math.sqrt(mean(error**2 for error in errors)), 1) == 2.8
    assert round(absolute[-1], 1) == 10.1
    assert sum(error <= 3 for error in absolute) == 81
    assert sum(error <= 5 for error in absolute) == 97
