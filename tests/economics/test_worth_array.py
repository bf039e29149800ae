"""The array that the model maximises equals the exact terms to twelve digits, on any plan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.economics.worth import Worth
from tests.builders import Row, chip, plan, site


def decimals(least: str, most: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(least), Decimal(most), places=places)


SITE = st.fixed_dictionaries(
    {
        "country": st.sampled_from(["US", "MY"]),
        "pue": decimals("1", "2", 2),
        "value_multiplier": decimals("0", "2", 2),
        "energy_price_usd_per_mwh": decimals("0", "300", 2),
    }
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
    parts: dict[str, Any] = {
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
    array = worth.unit_value_array()

    for site_number in range(2):
        for sku in range(2):
            for period in range(3):
                terms = worth.unit_terms(site_number, sku, period)
                # Terms may cancel: twelve digits of what was added up, not of what is left.
                size = sum(abs(amount) for amount in terms.values())
                difference = abs(array[site_number, sku, period] - float(sum(terms.values())))
                assert difference <= 1e-12 * float(size)
