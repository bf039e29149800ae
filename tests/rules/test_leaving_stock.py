"""Installed stock that leaves: it counts to the end of the period of its last day, and frees no cap on what was added."""

from fractions import Fraction

import pytest

from optimizer.rules.case import Case
from tests.builders import broken, case, chip, limits_of, placing, site

LIFTED = {"home_share": "0%", "outside_tier1_share": "100%", "destination_share": "100%"}


def leaving(units: int, day: str, **columns: object) -> dict[str, object]:
    return {"accelerator": "chip", "units": units, "retires_on": day, **columns}


def fleet(**parts: object) -> Case:
    defaults: dict[str, object] = {"sites": [site("ohio", "US")], "periods": 3, "delivered": 100, "policy": LIFTED}
    return case(**{**defaults, **parts})


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        ("2025-04-01", [10, 10, 0]),
        ("2025-06-30", [10, 10, 0]),
        ("2025-03-31", [10, 0, 0]),
        ("2024-12-31", [0, 0, 0]),
        ("2026-05-01", [10, 10, 10]),
    ],
)
def test_stock_stands_up_to_and_including_the_period_of_its_last_day(day: str, standing: list[int]) -> None:
    company = fleet(installed=[leaving(10, day, country="US")])

    assert [company.stock.installed("chips", "US", period=period) for period in range(3)] == standing
    assert company.stock.installed("chips", "US", period=-1) == 10


def test_power_and_unit_limits_are_free_again_once_stock_has_left() -> None:
    company = fleet(
        sites=[site("ohio", "US", power_mw=1, max_units=10, power_includes_installed=True)],
        accelerators=[chip(power_kw=100)],
        installed=[leaving(4, "2025-06-30", site="ohio")],
    )

    assert broken(company, placing(company, ohio=(6, 6, 10))) == {}
    assert broken(company, placing(company, ohio=(6, 7, 10))) == {
        "site_power[ohio,2025Q2]": Fraction(1, 10),
        "max_units[ohio,2025Q2]": 1,
    }


def test_a_minimum_asks_for_more_once_stock_has_left_and_the_site_stays_open_at_no_cost() -> None:
    company = fleet(
        sites=[site("ohio", "US", min_units_if_open=5, opening_cost_usd=10**6)],
        installed=[leaving(5, "2025-03-31", site="ohio")],
    )

    assert broken(company, placing(company, ohio=(0, 5, 5))) == {}
    assert broken(company, placing(company, ohio=0)) == {"min_units[ohio,2025Q2]": 5, "min_units[ohio,2025Q3]": 5}
    assert company.is_open_from_the_start(0)


def test_stock_that_left_before_the_plan_keeps_no_site_open() -> None:
    assert not fleet(installed=[leaving(5, "2024-11-30", site="ohio")]).is_open_from_the_start(0)


def test_shares_count_what_still_stands() -> None:
    company = fleet(
        policy={**LIFTED, "home_share": "50%"},
        sites=[site("ohio", "US"), site("oslo", "NO")],
        installed=[leaving(10, "2025-06-30", country="US")],
    )

    assert broken(company, placing(company, oslo=(10, 10, 10), ohio=(0, 0, 10))) == {}
    assert broken(company, placing(company, oslo=(10, 10, 10), ohio=(0, 0, 8))) == {"home_share[US,2025Q3]": 1000}


def test_a_commitment_counts_what_still_stands() -> None:
    company = fleet(
        installed=[leaving(3, "2025-03-31", site="ohio")],
        commitments=[{"key": "floor", "site": "ohio", "min_units": 5}],
    )

    assert broken(company, placing(company, ohio=(2, 5, 5))) == {}
    assert set(broken(company, placing(company, ohio=(2, 4, 5)))) == {"commitment[floor,2025Q2]"}


def test_leaving_frees_nothing_of_a_national_cap() -> None:
    """K: a chip that was added counts for good."""
    company = fleet(
        sites=[site("kl", "MY")],
        policy={**LIFTED, "national_cap": 50},
        installed=[leaving(40, "2025-03-31", country="MY", placed_on="2025-02-01")],
    )

    assert [limit.usage.constant for limit in limits_of(company, "national_cap")] == [40, 40, 40]
    assert broken(company, placing(company, kl=(10, 10, 10))) == {}
    assert set(broken(company, placing(company, kl=(10, 11, 11)))) == {
        "national_cap[MY,2025Q2]",
        "national_cap[MY,2025Q3]",
    }
