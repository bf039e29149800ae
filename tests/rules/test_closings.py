"""Closings: nothing stands at a site after the last period in which it may be open."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.analysis.headroom import headroom
from optimizer.errors import InputError
from optimizer.pipeline import place_fleet
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.verify.check import verify
from tests.builders import broken, case, chip, limit_keys, placing, site
from tests.rules.golden_text import assert_golden

if TYPE_CHECKING:
    from optimizer.rules.case import Case

LIFTED = {"home_share": "0%", "outside_tier1_share": "100%", "destination_share": "100%"}


def fleet(*sites: dict[str, Any], **parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a company whose lease in Ohio ends after the second of three quarters."""
    defaults: dict[str, Any] = {"periods": 3, "delivered": {"chip": [10, 0, 5]}, "policy": LIFTED}
    return case(sites=[site("ohio", "US", closes_after="2025Q2"), *sites], **{**defaults, **parts})


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(fleet(accelerators=[chip("chip"), chip("other")]), "closings", "closings")


def test_what_stands_leaves_with_the_site_and_staying_breaks_the_limit_by_it() -> None:
    company = fleet()

    assert broken(company, placing(company, ohio=(4, 6, 0))) == {}
    assert broken(company, placing(company, ohio=(4, 6, 6))) == {"closings[ohio,2025Q3]": 6}


@pytest.mark.parametrize(
    ("written", "last"),
    [("2025Q2", 1), ("2025-06-30", 1), ("2025-06-29", 0), ("2025-08-15", 1), ("2025Q3", 2), ("2027Q1", 2)],
)
def test_the_last_period_is_the_one_named_or_the_last_that_ends_by_the_day(written: str, last: int) -> None:
    company = case(sites=[site("ohio", "US", closes_after=written)], periods=3, delivered=1)

    assert company.last_open(0) == last
    assert len(limit_keys(company, "closings")) == 2 - last


def test_stock_may_shrink_there_only_when_it_closes() -> None:
    company = fleet()
    limits = compile_limits(company)

    shrunk = Placement({(0, 0): (4, 3, 0)}, {0: 0})
    late = Placement({(0, 0): (0, 0, 2)}, {0: 2})

    assert verify(company, limits, shrunk).faults == ("chip at ohio shrinks",)
    assert "chip at ohio is added after the site has closed" in verify(company, limits, late).faults
    assert "ohio opens in 2025Q3, after it has closed" in verify(company, limits, late).faults


def test_deliveries_count_what_has_left_as_used() -> None:
    company = fleet(site("texas", "US"))

    assert broken(company, placing(company, ohio=(10, 10, 0), texas=(0, 0, 5))) == {}
    assert broken(company, placing(company, ohio=(10, 10, 0), texas=(0, 0, 6))) == {"deliveries[chip,2025Q3]": 1}


def test_what_has_left_was_placed_where_everything_must_be() -> None:
    company = fleet(site("texas", "US"), economics={"must_place": "each_period"})

    assert broken(company, placing(company, ohio=(10, 10, 0), texas=(0, 0, 5))) == {}


def test_leaving_frees_nothing_of_a_national_cap() -> None:
    """K: a chip that was added counts for good, wherever it is now."""
    company = case(
        sites=[site("kl", "MY", closes_after="2025Q1"), site("johor", "MY")],
        periods=2,
        delivered=100,
        policy={**LIFTED, "national_cap": 50},
    )

    assert broken(company, placing(company, kl=(40, 0), johor=(10, 10))) == {}
    assert broken(company, placing(company, kl=(40, 0), johor=(10, 11))) == {"national_cap[MY,2025Q2]": 1}


def test_leaving_a_closed_destination_lets_nothing_in() -> None:
    company = case(
        sites=[site("kp", "KH", closes_after="2025Q1"), site("sr", "KH")],
        start="2024Q4",
        periods=3,
        delivered=100,
        policy=LIFTED,
    )

    assert broken(company, placing(company, kp=(5, 5, 0), sr=(2, 2, 2))) == {}
    assert broken(company, placing(company, kp=(5, 5, 0), sr=(2, 2, 4))) == {"closed_destination[KH,2025Q2]": 2}


def test_shares_count_what_stands() -> None:
    company = fleet(site("oslo", "NO"), policy={**LIFTED, "home_share": "1/2"})

    assert broken(company, placing(company, ohio=(5, 5, 0), oslo=(5, 5, 5))) == {"home_share[US,2025Q3]": 2500}


def test_installed_stock_leaves_too_and_no_minimum_is_asked_any_more() -> None:
    company = fleet(installed=[{"site": "ohio", "accelerator": "chip", "units": 8}], policy="physical-only")
    asked = case(
        sites=[site("ohio", "US", closes_after="2025Q2", min_units_if_open=8)],
        periods=3,
        installed=[{"site": "ohio", "accelerator": "chip", "units": 8}],
        delivered=1,
    )

    assert [company.stock.installed("chips", "US", period=period) for period in range(3)] == [8, 8, 0]
    assert broken(asked, Placement()) == {}


def test_money_ends_with_the_site() -> None:
    """2,190 hours at 1 USD, half of them in the first quarter; then nothing, no residual, no fixed cost."""
    company = case(
        sites=[site("ohio", "US", closes_after="2025Q2", opening_cost_usd=600, fixed_cost_usd_per_period=10)],
        periods=3,
        delivered=2,
        policy="physical-only",
        economics={"residual": "life"},
    )
    outcome = place_fleet(company.plan)

    assert outcome.placement == Placement({(0, 0): (2, 2, 0)}, {0: 0})
    assert outcome.verification is not None
    assert {name: money for name, money in outcome.verification.objective_terms.items() if money} == {
        "value": 2 * 2190 * Fraction(3, 2),
        "opening": -600,
        "fixed": -20,
    }


def test_a_site_that_closes_after_the_plan_leaves_its_units_a_shorter_life() -> None:
    """Two quarters after the plan in place of 19; half an opening cost over four quarters is left after two."""
    company = case(
        sites=[site("ohio", "US", closes_after="2025Q4", opening_cost_usd=600)],
        periods=2,
        delivered=1,
        policy="physical-only",
        economics={"residual": "life", "first_period_share": 1},
    )
    outcome = place_fleet(company.plan)

    assert outcome.verification is not None
    assert outcome.verification.objective_terms["residual"] == 2 * 2190 + 300


def test_headroom_ends_with_the_site() -> None:
    company = case(
        sites=[site("ohio", "US", closes_after="2025Q2", power_mw=1)],
        accelerators=[chip(power_kw=100)],
        periods=3,
        delivered=1,
    )

    rows = headroom(company, Placement(), sites=["ohio"])

    assert [row.units for row in rows if row.place == "ohio"] == [10, 10, 0]


def test_it_cannot_be_left_out_in_the_settings_alone() -> None:
    with pytest.raises(InputError, match="cannot be left out"):
        compile_limits(fleet(limits={"closings[ohio]": {"enforced": False}}))
