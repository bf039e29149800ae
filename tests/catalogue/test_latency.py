"""Latency between users and sites: the published formula, symmetric, to a tenth of a millisecond."""

from __future__ import annotations

from fractions import Fraction

import pytest

from optimizer.catalogue.latency import estimated_ms, great_circle_km

FRANKFURT, LONDON, MADRID, DUBLIN = (50.1109, 8.6821), (51.5074, -0.1278), (40.4168, -3.7038), (53.3498, -6.2603)


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [(FRANKFURT, LONDON, 637.5), (LONDON, MADRID, 1263.7), ((0, 0), (0, 180), 20015.1), ((90, 0), (-90, 0), 20015.1)],
)
def test_distances_are_great_circles(one: tuple[float, float], other: tuple[float, float], kilometres: float) -> None:
    assert great_circle_km(*one, *other) == pytest.approx(kilometres, abs=0.3)
    assert great_circle_km(*other, *one) == pytest.approx(kilometres, abs=0.3)


def test_the_estimate_is_five_and_nineteen_thousandths_of_a_kilometre_to_a_tenth() -> None:
    assert estimated_ms(*LONDON, *LONDON) == 5
    assert estimated_ms(*FRANKFURT, *LONDON) == Fraction(171, 10)
    assert estimated_ms(*LONDON, *MADRID) == Fraction(29, 1)


def test_it_lies_near_published_medians() -> None:
    # P50 between Azure regions, April 2024: UK South - North Europe, West Europe (Amsterdam) - Germany West Central.
    assert abs(estimated_ms(*LONDON, *DUBLIN) - 12) < 5
    assert abs(estimated_ms(52.37, 4.9, *FRANKFURT) - 11) < 5
