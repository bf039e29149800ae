"""How far a repair goes: to the first round figure that is enough, and no earlier than it is needed."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.explain.amounts import amount_of, least_amounts, most_steps, relative_change
from optimizer.explain.budget import Budget
from optimizer.explain.change import Change
from optimizer.explain.feasibility import Answer, Feasibility
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from tests.builders import chip, document, site
from tests.explain.small_plans import EXACT, KILOWATT_CHIP, asking, case_of, contract, japanese, setting_of

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.solve.session import Session


def fleet(**policy: str) -> Case:
    return case_of(
        sites=[site("kl", "MY", power_mw="0.175"), site("ohio", "US", power_mw=2)],
        accelerators=[chip(block=8)],
        delivered={"chip": [16, 16]},
        periods=2,
        policy=policy,
        power=[{"site": "ohio", "period": "2025Q2", "power_mw": "2.05"}],
        commitments=[contract("lease", "kl", 20)],
    )


@pytest.mark.parametrize(
    ("group", "steps", "amount"),
    [
        # 7% and 348 hundredths of a point
        ("destination_share[MY]", 348, Fraction(348, 10_000)),
        # 0.175 MW is not on the grid of 0.1: the first step only reaches it
        ("site_power[kl]", 1, Fraction(25, 1000)),
        ("site_power[kl]", 2, Fraction(125, 1000)),
        # ohio has 2 MW and then 2.05: no step makes both round
        ("site_power[ohio]", 1, Fraction(1, 10)),
        ("deliveries[chip]", 3, 24),
        # 20 units are two and a half blocks, and no contract asks for less than nothing
        ("commitment[lease]", 2, -16),
        ("commitment[lease]", 3, -20),
        ("home_share[US]", 100, Fraction(-1, 100)),
    ],
)
def test_steps_end_on_the_grid_of_the_resolution(group: str, steps: int, amount: Fraction | int) -> None:
    assert amount_of(setting_of(fleet(), group), steps) == amount


def test_a_share_that_is_not_on_the_grid_is_rounded_to_it() -> None:
    """1/3 is 33.33...%: a maximum rises to 33.34% first, a minimum falls to 33.33%; 99.995% cannot pass 100%."""
    third = fleet(destination_share="1/3", home_share="1/3", outside_tier1_share="19999/20000")

    ends = {
        group: Fraction(setting.number) + amount_of(setting, 1)
        for group in ("destination_share[MY]", "home_share[US]", "outside_tier1_share")
        for setting in (setting_of(third, group),)
    }

    assert ends == {
        "destination_share[MY]": Fraction(3334, 10_000),
        "home_share[US]": Fraction(3333, 10_000),
        "outside_tier1_share": 1,
    }


@pytest.mark.parametrize(
    ("group", "steps"),
    [("destination_share[MY]", 9300), ("home_share[US]", 5000), ("commitment[lease]", 3)],
)
def test_after_so_many_steps_a_setting_forbids_nothing(group: str, steps: int) -> None:
    setting = setting_of(fleet(), group)

    assert most_steps(setting) == steps
    last = Fraction(setting.number) + amount_of(setting, steps)
    assert last == (1 if setting.is_maximum else 0)


def test_relative_change_is_that_of_todays_number_and_without_end_for_what_is_lifted_or_was_nothing() -> None:
    built = fleet(national_cap="0")
    share = setting_of(built, "destination_share[MY]")

    assert relative_change(Change(share, Fraction(7, 200))) == 0.5
    assert relative_change(Change(share, None)) == inf
    assert relative_change(Change(setting_of(built, "national_cap[MY]"), Fraction(8))) == inf


Amount = tuple[Fraction | int | None, int | None]
"""A change and its first period."""


TWENTY = {**japanese(100, "MY"), "commitments": [contract("lease", "in-my", 20)]}
"""20 of 100 chips in Malaysia are 20%, and 7% are allowed."""


def amounts_of(session: Session, plan: dict[str, Any], *groups: str) -> dict[str, Amount]:
    built = make_case(plan_from_dict(plan))
    settings = [setting_of(built, group) for group in groups]
    found = least_amounts(built, compile_limits(built), settings, asking(session))
    assert found is not None
    assert found.is_least
    return {change.group: (change.amount, change.first_period) for change in found.changes}


def test_a_contract_falls_to_what_the_share_allows(session: Session) -> None:
    assert amounts_of(session, TWENTY, "commitment[lease]") == {"commitment[lease]": (-13, None)}


def test_a_share_rises_to_what_the_contract_asks(session: Session) -> None:
    assert amounts_of(session, TWENTY, "destination_share[MY]") == {"destination_share[MY]": (Fraction(13, 100), None)}


def test_deliveries_rise_from_the_period_in_which_they_are_needed(session: Session) -> None:
    """20 chips are 7% of 285.7: 186 more. The contract begins in the second quarter, so they may come then."""
    plan = japanese({"chip": [100, 0]}, "MY", periods=2)  # type: ignore[arg-type]
    plan["commitments"] = [contract("lease", "in-my", 20, **{"from": "2025Q2"})]

    assert amounts_of(session, plan, "deliveries[chip]") == {"deliveries[chip]": (186, 1)}


def test_power_is_bought_on_the_grid_and_when_it_is_needed(session: Session) -> None:
    """Five chips of 1 kW have to stand by the second quarter; 0.004 MW hold four, 0.1 MW is the next round figure."""
    plan = document(
        sites=[site("ohio", "US", power_mw="0.004")],
        accelerators=[KILOWATT_CHIP],
        delivered={"chip": [5, 0]},
        periods=2,
        economics={"must_place": "by_end"},
    )

    assert amounts_of(session, plan, "site_power[ohio]") == {"site_power[ohio]": (Fraction(96, 1000), 1)}


def test_two_settings_take_what_each_needs_beside_the_other(session: Session) -> None:
    """Of 200 chips 14 may stand in each country; 20 are 10%."""
    plan = japanese(200, "MY", "BR")
    plan["commitments"] = [contract("one", "in-my", 20), contract("two", "in-br", 20)]

    assert amounts_of(session, plan, "commitment[one]", "destination_share[BR]") == {
        "commitment[one]": (-6, None),
        "destination_share[BR]": (Fraction(3, 100), None),
    }


class CutShort(Feasibility):
    """Knows that 16 and more of a contract are too much and that 4 and less are not; the clock cuts short the rest."""

    def ask(self, case: Case, limits: object) -> Answer:  # noqa: ARG002
        asked = next((one.number for one in limits if one.rule == "commitment"), 0)  # type: ignore[attr-defined]
        return Answer(exists=False if asked >= 16 else (True if asked <= 4 else None))


def test_what_was_cut_short_is_not_called_least(session: Session) -> None:
    """From 20 the steps double, -1, -2, -4 and -8; at 12 the answer is not known, and no amount is given."""
    built = case_of(
        sites=[site("kl", "MY")],
        delivered=20,
        commitments=[contract("lease", "kl", 20)],
    )

    search = CutShort(EXACT, Budget(session))

    assert least_amounts(built, compile_limits(built), [setting_of(built, "commitment[lease]")], search) is None
