"""Soft limits: what lies past one is charged to the cent, and breaks nothing."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits, compile_policy_limits
from optimizer.schema.placement import Placement
from optimizer.verify.check import Verification, verify
from tests.builders import Row, case, chip, placing, site
from tests.oracle.brute_force import best_result
from tests.oracle.independent_checker import broken_limits, recompute_terms
from tests.oracle.random_plans import random_soft_plan
from tests.verify.damaged import damaged, placement_of, standing_of

HOME_93 = [{"country": "US", "accelerator": "chip", "units": 93}]


def verdict(described: object, **units: object) -> Verification:
    return verify(described, compile_limits(described), placing(described, **units))  # type: ignore[arg-type]


def excesses(found: Verification) -> dict[str, Fraction | int]:
    return {reading.limit.key: reading.excess for reading in found.bought}


def test_excess_over_a_share_is_charged_in_each_period_with_its_discount_factor() -> None:
    # 7% of 103 chips of 1,000 TPP are 7,210: ten chips are 2,790 past it, then 20 of 113 are 12,090 past 7,910.
    described = case(
        sites=[site("kl", "MY")],
        delivered={"chip": [10, 10]},
        periods=2,
        length="year",
        start="2025",
        discount="0.25",
        installed=HOME_93,
        limits={"destination_share[MY]": {"price_cap": "2.5"}},
    )

    found = verdict(described, kl=(10, 20))

    assert found.passed
    assert found.broken == ()
    assert excesses(found) == {"destination_share[MY,2025]": 2790, "destination_share[MY,2026]": 12090}
    assert found.objective_terms["bought"] == -(Fraction("2.5") * 2790 + Fraction("0.8") * Fraction("2.5") * 12090)
    assert found.objective == sum(found.objective_terms.values())


def test_equality_costs_nothing_and_the_term_is_only_there_where_something_is_bought() -> None:
    described = case(
        sites=[site("kl", "MY")],
        delivered=8,
        installed=HOME_93,
        limits={"destination_share[MY]": {"price_cap": 1000}},
    )

    equal, above = verdict(described, kl=7), verdict(described, kl=8)

    assert equal.bought == ()
    assert "bought" not in equal.objective_terms
    assert excesses(above) == {"destination_share[MY,2025Q1]": Fraction(93, 100) * 1000}
    assert above.objective_terms["bought"] == -930 * 1000


def priced(group: str, price: object = 3) -> dict[str, dict[str, object]]:
    return {group: {"price_cap": price}}


KW = [chip(power_kw=1)]
PROMISE: Row = {"key": "promise", "site": "oh", "min_units": 5}
SOFT: dict[str, tuple[dict[str, object], int, Fraction | int]] = {
    # 12 chips of 1 kW at 0.01 MW: 0.002 MW past it.
    "site_power[oh]": ({"sites": [site("oh", "US", power_mw="0.01")], "accelerators": KW}, 12, Fraction("0.002")),
    "max_units[oh]": ({"sites": [site("oh", "US", max_units=4)]}, 12, 8),
    "min_units[oh]": ({"sites": [site("oh", "US", min_units_if_open=15)]}, 12, 3),
    "deliveries[chip]": ({"delivered": 10}, 12, 2),
    "must_place[chip]": ({"economics": {"must_place": "by_end"}}, 12, 8),
    "commitment[promise]": ({"commitments": [PROMISE]}, 2, 3),
    "commitment[promise,max]": ({"commitments": [PROMISE | {"max_units": 6}]}, 12, 6),
}


@pytest.mark.parametrize("group", list(SOFT))
def test_limits_of_the_plan_may_be_soft_too_and_count_in_their_own_unit(group: str) -> None:
    parts, units, excess = SOFT[group]
    parts = {"sites": [site("oh", "US")], "delivered": 20, **parts}

    hard, soft = (case(**parts, limits=limits) for limits in (None, priced(group)))

    assert {reading.limit.group for reading in verdict(hard, oh=units).broken} == {group}
    found = verdict(soft, oh=units)
    assert found.passed
    assert [reading.excess for reading in found.bought] == [excess]
    assert found.objective == verdict(hard, oh=units).objective - 3 * excess


def test_other_limits_are_as_hard_as_before() -> None:
    described = case(
        sites=[site("kl", "MY")],
        delivered=8,
        installed=HOME_93,
        policy={"outside_tier1_share": "7%"},
        limits=priced("destination_share[MY]"),
    )

    found = verdict(described, kl=8)

    assert not found.passed
    assert [reading.limit.group for reading in found.broken] == ["outside_tier1_share"]
    assert len(found.bought) == 1


def test_stock_before_the_plan_is_read_and_never_charged() -> None:
    # A reporting date on 1 February 2026 asks for the close of 2025Q4, before the plan; nobody can buy that now.
    fleet = [
        {"country": "US", "accelerator": "chip", "units": 40},
        {"country": "GB", "accelerator": "chip", "units": 60},
    ]
    described = case(
        sites=[site("oh", "US")],
        accelerators=[chip(tpp=10_000)],
        start="2026Q1",
        delivered=1,
        installed=fleet,
        policy={"name": "ai-diffusion-2025"},
        authorisations=[{"type": "UVEU"}],
        limits=priced("home_share[US]", 1),
    )

    found = verify(described, compile_policy_limits(described), Placement())

    charged = {reading.limit.period_label: reading.excess for reading in found.bought}
    assert charged == {"2025Q4": 100_000, "2026Q1": 100_000}
    assert found.passed
    assert found.objective_terms["bought"] == -100_000


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 60, 20))
def test_damaged_placements_of_soft_plans_are_judged_and_charged_as_the_checker_does(first: int) -> None:
    bought = 0
    for seed in range(first, first + 20):
        document = random_soft_plan(seed)
        described = make_case(plan_from_dict(document))
        limits = compile_limits(described)
        result = best_result(document)
        best = Placement() if result is None else placement_of(described, result)
        for number in range(8):
            placement = damaged(described, best, Random(100 * seed + number)) if number else best
            found = verify(described, limits, placement)
            if found.faults:
                continue
            standing = standing_of(document, described, placement)

            assert found.passed == (not broken_limits(standing)), (seed, number)
            terms = recompute_terms(standing)
            assert found.objective_terms.get("bought", 0) == terms.get("bought", 0), (seed, number)
            assert found.objective == sum(terms.values()), (seed, number)
            bought += bool(found.bought)
    assert bought >= 10
