"""Screened values on two sites, worked out by hand: what the dual of a setting comes to for one step of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.explain.screening import Screen, solve_screen
from optimizer.explain.setting import settings_of
from tests.builders import site
from tests.explain.small_plans import EXACT, HOURS, KILOWATT_CHIP, case_of, solved

if TYPE_CHECKING:
    from optimizer.solve.session import Session


def screened(
    session: Session,
    screen: Screen = Screen.FIXED_OPENINGS,
    **parts: Any,  # noqa: ANN401  whatever `document` takes
) -> dict[str, float]:
    built = case_of(**{"accelerators": [KILOWATT_CHIP], "policy": "physical-only", **parts})
    outcome = solved(session, built)
    assert outcome.placement is not None
    answer = solve_screen(built, outcome.limits, outcome.placement, screen=screen, options=EXACT, session=session)
    assert answer is not None
    found = answer.per_step(settings_of(built, outcome.limits))
    return {group: round(value, 4) for group, value in found.items()}


def test_power_is_worth_the_better_site_for_each_chip_moved_there(session: Session) -> None:
    """At `good`, full with 20 chips, a chip is worth twice what it is at `plain`, where there is room for all. One MW is
    1,000 chips moved; one chip more to place goes to `plain`."""
    found = screened(
        session,
        sites=[site("good", "US", power_mw="0.020", value_multiplier=2), site("plain", "US")],
        delivered=100,
    )

    assert found == {"site_power[good]": 1000 * HOURS, "site_power[plain]": 0, "deliveries[chip]": HOURS}


def test_relaxed_openings_see_a_site_that_stays_shut_and_cry_wolf(session: Session) -> None:
    """15 chips, two sites of 10 that cost 8,000 to open. The second would hold five, worth 5,475, and stays shut, so a chip
    more is worth nothing. Relaxed it opens by halves: a chip there is worth 1,095 less a tenth of 8,000."""
    sites = [site(key, "US", power_mw="0.010", opening_cost_usd=8000) for key in ("a", "b")]

    held = screened(session, sites=sites, delivered=15)
    relaxed = screened(session, Screen.RELAXED_OPENINGS, sites=sites, delivered=15)

    assert held["deliveries[chip]"] == 0
    assert relaxed["deliveries[chip]"] == HOURS - 800
    # One of the two is open and full; the five chips that wait are worth 1,095 each there.
    assert sorted(held[f"site_power[{key}]"] for key in ("a", "b")) == [0, 1000 * HOURS]


def test_a_share_is_worth_its_dual_times_a_hundredth_of_the_total(session: Session) -> None:
    """A Japanese company of 1,000 chips: one point of Malaysia's 7% is 10 chips worth 1,095 more there than at home."""
    found = screened(
        session,
        sites=[site("kl", "MY", value_multiplier=2), site("tokyo", "JP")],
        delivered=1000,
        headquarters="JP",
        policy="three-tier-2025-01",
    )

    assert found["destination_share[MY]"] == 10 * HOURS
    assert found["outside_tier1_share"] == 0
    # A chip more is worth 1,095 at home, and 7% of it may stand in Malaysia.
    assert found["deliveries[chip]"] == pytest.approx(1.07 * HOURS)


def test_a_setting_over_two_periods_is_moved_in_both(session: Session) -> None:
    """4 of 10 chips wait. A chip more from the first quarter on earns 1,095 and then 2,190."""
    found = screened(
        session,
        sites=[site("ohio", "US", power_mw="0.006")],
        delivered={"chip": [10, 0]},
        periods=2,
    )

    assert found["site_power[ohio]"] == 1000 * 3 * HOURS
    assert found["deliveries[chip]"] == 0
