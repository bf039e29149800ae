"""Audit: the verdict on a fleet or a placement, without a model and without a solver."""

from __future__ import annotations

import subprocess
import sys

from optimizer.audit import audit
from optimizer.schema.placement import Placement
from tests.builders import case, placing, site

PROBE = """
import sys
from optimizer.audit import audit
from tests.builders import case, site

verdict = audit(case(sites=[site("kl", "MY")], installed=[{"country": "US", "accelerator": "chip", "units": 93}]))
assert verdict.verification.passed
print(*sorted(name for name in sys.modules if name.split(".")[0] in {"ortools", "highspy", "scipy"}))
"""
FLEET = [
    {"country": "US", "accelerator": "chip", "units": 93},
    {"country": "ID", "accelerator": "chip", "units": 8},
]


def test_the_installed_fleet_is_judged_by_the_policy_alone() -> None:
    described = case(
        sites=[site("ohio", "US", min_units_if_open=5)],
        delivered=9,
        installed=FLEET,
        economics={"must_place": "by_end"},
        commitments=[{"key": "deal", "site": "ohio", "min_units": 3}],
    )

    verdict = audit(described)

    assert {limit.rule for limit in verdict.limits} == {
        "home_share",
        "outside_tier1_share",
        "destination_share",
        "national_cap",
    }
    # 8 of 101 chips stand in Indonesia: 930 TPP more than 7%.
    assert [(reading.limit.key, reading.slack) for reading in verdict.verification.broken] == [
        ("destination_share[ID,2025Q1]", -930)
    ]
    assert verdict.placement.standing_units == {}


def test_a_fleet_as_published_is_over_in_one_country_by_the_amount_worked_out() -> None:
    # Oracle's site in Batam, Indonesia: 1,683,780,000 of 21,847,983,362 TPP are 7.71%, 154,421,165 over 7% (rounded up).
    tpp_of_rest = 21_847_983_362 - 1_683_780_000
    described = case(
        sites=[site("ohio", "US")],
        accelerators=[{"accelerator": "one", "tpp": 1, "power_kw": 0, "block": 1, "value_usd_per_hour": 0}],
        delivered={"one": [0]},
        installed=[
            {"country": "US", "accelerator": "one", "units": tpp_of_rest},
            {"country": "ID", "accelerator": "one", "units": 1_683_780_000},
        ],
    )

    (reading,) = audit(described).verification.broken

    assert reading.limit.key == "destination_share[ID,2025Q1]"
    assert (int(reading.allowance), -int(reading.slack // 1)) == (1_529_358_835, 154_421_165)


def test_a_placement_is_judged_by_every_limit() -> None:
    described = case(
        sites=[site("kl", "MY")],
        delivered=5,
        installed=FLEET[:1],
        commitments=[{"key": "deal", "site": "kl", "min_units": 9}],
    )

    verdict = audit(described, placing(described, kl=6))

    assert {reading.limit.key: reading.slack for reading in verdict.verification.broken} == {
        "deliveries[chip,2025Q1]": -1,
        "commitment[deal,2025Q1]": -3,
    }
    assert [group.limit.kind for group in verdict.groups] == sorted(
        (group.limit.kind for group in verdict.groups), key=["policy", "contract", "physical"].index
    )


def test_an_empty_placement_is_judged_as_a_placement() -> None:
    promise = [{"key": "deal", "site": "kl", "min_units": 9}]
    described = case(sites=[site("kl", "MY")], delivered=9, installed=FLEET[:1], commitments=promise)

    fleet, nothing_placed = audit(described), audit(described, Placement())

    assert fleet.is_fleet_alone
    assert fleet.verification.passed
    assert not nothing_placed.is_fleet_alone
    assert [reading.limit.key for reading in nothing_placed.verification.broken] == ["commitment[deal,2025Q1]"]


def test_no_solver_is_imported() -> None:
    result = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == ""


def test_a_cure_is_judged_as_one_and_says_from_when_on_it_keeps_the_limit() -> None:
    sold = case(
        sites=[site("ohio", "US")], delivered={"chip": [10, 20]}, periods=2, installed=FLEET, policy={"breach": "cure"}
    )

    verdict = audit(sold, placing(sold, ohio=(10, 30)))

    assert verdict.verification.passed
    assert [(cure.group, cure.tests_in_breach, cure.complies_in) for cure in verdict.cures] == [
        ("destination_share[ID]", 1, 1)
    ]
    assert audit(sold, placing(sold, ohio=(10, 10))).cures[0].complies_in is None
