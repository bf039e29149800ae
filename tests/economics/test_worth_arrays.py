"""The array that the model maximises equals the exact terms to twelve digits, on any plan."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.economics.worth import Worth
from optimizer.economics.worth_arrays import opening_step_array, unit_value_array
from tests.builders import Row, chip, plan, site


def decimals(least: str, most: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(least), Decimal(most), places=places)


SITE = st.fixed_dictionaries(
    {
        "country": st.sampled_from(["US", "MY"]),
        "pue": decimals("1", "2", 2),
        "value_multiplier": decimals("0", "2", 2),
        "energy_price_usd_per_mwh": decimals("0", "300", 2),
        "opening_cost_usd": decimals("0", "9000", 2),
        "fixed_cost_usd_per_period": decimals("0", "90", 3),
    },
    optional={"closes_after": st.sampled_from(["2025", "2026", "2027", "2030"])},
)
ACCELERATOR = st.fixed_dictionaries(
    {
        "power_kw": decimals("0", "200", 3),
        "value_usd_per_hour": decimals("0", "90", 3),
        "utilisation": decimals("0", "1", 2),
        "annual_value_decline": decimals("0", "1", 2),
        "life_years": decimals("0.1", "9", 2),
        "price_usd": st.integers(0, 10**6),
    }
)
COST = st.fixed_dictionaries(
    {},
    optional={
        "accelerator": st.sampled_from(["x", "y"]),
        "period": st.sampled_from(["2025", "2026"]),
    },
)
WHERE = st.sampled_from([{}, {"site": "a"}, {"country": "US"}, {"country": "MY"}])
AMOUNT = st.one_of(
    st.fixed_dictionaries({"usd_per_unit": decimals("-500", "500", 2)}),
    st.fixed_dictionaries({"rate_of_price": decimals("0", "1", 3)}),
)


@st.composite
def worths(draw: st.DrawFn) -> Worth:
    costs: list[Row] = [
        {"name": f"cost {number}", **draw(WHERE), **draw(COST), **draw(AMOUNT)}
        for number in range(draw(st.integers(0, 3)))
    ]
    power = [{"site": "a", "period": "2026", "power_mw": 1, "energy_price_usd_per_mwh": draw(decimals("0", "99", 2))}]
    parts: dict[str, Any] = {
        "power": draw(st.sampled_from([[], power])),
        "start": "2025",
        "length": "year",
        "periods": 3,
        "discount": draw(decimals("0", "0.3", 3)),
        "economics": {
            "residual": draw(st.sampled_from(["life", "none"])),
            "first_period_share": str(draw(st.fractions(0, 1, max_denominator=9))),
        },
        "sites": [{**site(key, "US"), **draw(SITE)} for key in ("a", "b")],
        "accelerators": [chip(key, **draw(ACCELERATOR)) for key in ("x", "y")],
        "delivered": {"x": [1]},
        "unit_costs": costs,
    }
    return Worth(plan(**parts))


@pytest.mark.slow
@settings(max_examples=60)
@given(worths())
def test_the_array_equals_the_exact_terms_to_twelve_digits(worth: Worth) -> None:
    array = unit_value_array(worth)

    for site_number in range(2):
        for sku in range(2):
            for period in range(3):
                terms = worth.unit_terms(site_number, sku, period)
                # Terms may cancel: twelve digits of what was added up, not of what is left.
                size = sum(abs(amount) for amount in terms.values())
                difference = abs(array[site_number, sku, period] - float(sum(terms.values())))
                assert difference <= 1e-12 * float(size)


@pytest.mark.slow
@settings(max_examples=60)
@given(worths())
def test_the_array_of_openings_is_the_nearest_to_the_exact_steps(worth: Worth) -> None:
    array = opening_step_array(worth)

    for site_number in range(2):
        values = [*(worth.opening_value(site_number, period) for period in range(3)), Fraction(0)]
        for period in range(3):
            assert array[site_number, period] == float(values[period] - values[period + 1])
