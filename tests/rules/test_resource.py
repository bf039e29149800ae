"""Shared resources: what units and openings of all sites use together stays within a limit."""

from fractions import Fraction

import pytest

from optimizer.analysis.binding import Tightness, group_readings
from optimizer.pipeline import place_fleet
from optimizer.rules.case import Case
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.placement import Placement
from optimizer.strategy.outcome import Status
from optimizer.verify.check import verify
from tests.builders import Row, broken, case, chip, limit_keys, limits_of, placing, plan, site
from tests.rules.golden_text import assert_golden

SITES = [
    site("kl", "MY", region="asia", pue="1.5"),
    site("ohio", "US", region="america", opening_cost_usd=1),
    site("ponce", "PR", region="america"),
]
CHIPS = [chip("a", power_kw=2, price_usd=100), chip("b", block=4, price_usd=10)]


def fleet(resources: list[Row], use: list[Row], **parts: object) -> Case:
    return case(
        **{
            "sites": SITES,
            "accelerators": CHIPS,
            "delivered": {"a": [50, 0], "b": [52, 0]},
            "periods": 2,
            "policy": "physical-only",
            "resources": resources,
            "resource_use": use,
            **parts,
        }
    )


def capex(**columns: object) -> Row:
    return {"resource": "capex", "limit": 100, "unit": "USD", **columns}


def uses(**columns: object) -> Row:
    return {"resource": "capex", **columns}


def test_the_limit_reads_as_in_the_golden_text() -> None:
    company = fleet(
        [
            capex(counts="added", kind="physical", reference="Budget 2025"),
            {"resource": "water", "limit": "2.5", "unit": "Ml"},
            {"resource": "carbon", "limit": 900, "unit": "t", "counts": "cumulative", "period": "2025Q2"},
        ],
        [
            uses(region="america", rate_of_price="10%", per_opening=7),
            {"resource": "water", "site": "kl", "accelerator": "a", "per_mw": 3, "per_unit": "0.25"},
            {"resource": "carbon", "country": "MY", "per_mwh": "0.5"},
        ],
    )

    assert_golden(company, "resource", "resource")


def test_what_stands_uses_a_resource_in_every_period_and_equality_is_kept() -> None:
    company = fleet([capex()], [uses(per_unit=2), uses(accelerator="b", per_unit=3)])

    assert broken(company, placing(company, kl={"a": 20}, ohio={"b": 12})) == {}
    assert broken(company, placing(company, kl={"a": (20, 21)}, ohio={"b": 12})) == {"resource[capex,2025Q2]": 2}


def test_a_budget_for_each_period_counts_what_is_added_in_it() -> None:
    company = fleet([capex(counts="added")], [uses(per_unit=4)])

    assert broken(company, placing(company, kl={"a": (25, 50)})) == {}
    assert broken(company, placing(company, kl={"a": (0, 26)})) == {"resource[capex,2025Q2]": 4}


def test_an_opening_uses_a_budget_in_the_period_in_which_the_site_opens() -> None:
    company = fleet([capex(counts="added")], [uses(per_unit=1), uses(site="ohio", per_opening=60)])

    assert broken(company, placing(company, ohio={"a": (40, 50)})) == {}
    assert broken(company, placing(company, ohio={"a": (41, 50)})) == {"resource[capex,2025Q1]": 1}
    assert broken(company, placing(company, ohio={"a": (0, 50)})) == {"resource[capex,2025Q2]": 10}
    # Opened a period before its first units, the site leaves the second budget to them.
    assert broken(company, Placement({(1, 0): (0, 50)}, {1: 0})) == {}


def test_a_budget_over_the_plan_counts_all_that_was_added_by_then() -> None:
    rows = [capex(counts="cumulative"), capex(period="2025Q2", limit=120)]
    company = fleet(rows, [uses(per_unit=4)])

    assert broken(company, placing(company, kl={"a": (25, 30)})) == {}
    assert broken(company, placing(company, kl={"a": (26, 31)})) == {
        "resource[capex,2025Q1]": 4,
        "resource[capex,2025Q2]": 4,
    }


def test_energy_counts_additions_by_the_share_of_their_first_period() -> None:
    # 2 kW x PUE 1.5 = 3 kW; a quarter has 2,190 h, so a unit draws 6.57 MWh, and 3.285 in the quarter of its addition.
    rows = [capex(limit="65.7")]
    company = fleet(rows, [uses(per_mwh=1)])

    assert broken(company, placing(company, kl={"a": (10, 10)})) == {}
    assert broken(company, placing(company, kl={"a": (20, 20)})) == {"resource[capex,2025Q2]": Fraction("65.7")}
    assert broken(company, placing(company, kl={"a": (0, 20)})) == {}
    over_the_plan = fleet([capex(limit="65.7", counts="cumulative")], [uses(per_mwh=1)])
    assert broken(over_the_plan, placing(over_the_plan, kl={"a": (10, 10)})) == {
        "resource[capex,2025Q2]": Fraction("32.85")
    }


def test_rows_add_up_and_filters_keep_out_what_they_do_not_match() -> None:
    company = fleet([capex()], [uses(country="US", per_unit=10), uses(region="america", per_unit=1)])

    assert broken(company, placing(company, kl={"a": 50}, ponce={"b": 52})) == {}
    assert broken(company, placing(company, ohio={"a": 10}))["resource[capex,2025Q1]"] == 10


def test_a_rate_takes_the_price_of_a_unit() -> None:
    company = fleet([capex()], [uses(rate_of_price="1/2")])

    assert broken(company, placing(company, kl={"a": 2})) == {}
    assert broken(company, placing(company, kl={"a": 2, "b": 4}))["resource[capex,2025Q1]"] == 20


def test_installed_stock_and_the_sites_it_keeps_open_use_nothing() -> None:
    company = fleet(
        [capex(limit=3)],
        [uses(per_unit=1, per_opening=2)],
        installed=[{"site": "kl", "accelerator": "a", "units": 9}],
    )

    assert broken(company, placing(company, kl={"a": 3})) == {}
    assert broken(company, placing(company, ohio={"a": 2}))["resource[capex,2025Q1]"] == 1


def test_a_period_without_a_row_of_its_own_has_no_limit() -> None:
    company = fleet([capex(period="2025Q2")], [uses(per_unit=4)])

    assert limit_keys(company, "resource") == ["resource[capex,2025Q2]"]


def test_the_plan_can_change_its_number_and_its_kind() -> None:
    limits = {"resource[capex]": {"setting": 40, "kind": "physical"}}
    company = fleet([capex()], [uses(per_unit=4)], limits=limits)

    first = limits_of(company, "resource")[0]
    assert (first.number, first.kind, first.setting) == (40, LimitKind.PHYSICAL, "40 USD")


def test_a_budget_binds_when_one_block_more_would_break_it() -> None:
    company = fleet([capex()], [uses(per_unit=4), uses(accelerator="b", per_unit=5)])

    def tightness(units: int) -> Tightness:
        placement = placing(company, kl={"a": units})
        verdict = verify(company, limits_of(company, "resource"), placement)
        return group_readings(company, verdict.readings)[0].tightness[0]

    assert tightness(25) is Tightness.BINDING
    assert tightness(24) is Tightness.SLACK


def test_a_budget_of_openings_binds_when_one_more_would_break_it() -> None:
    company = fleet([capex(limit=2, unit="permits")], [uses(per_opening=1)])

    def tightness(*keys: str) -> Tightness:
        verdict = verify(company, limits_of(company, "resource"), placing(company, **dict.fromkeys(keys, 1)))
        return group_readings(company, verdict.readings)[0].tightness[0]

    assert tightness("kl", "ohio") is Tightness.BINDING
    assert tightness("kl") is Tightness.SLACK


def test_a_site_opens_before_its_units_where_the_budget_of_their_period_is_too_small_for_both() -> None:
    # Units come in the second quarter only, and its budget does not pay for them and the opening.
    found = place_fleet(
        plan(
            sites=[site("ohio", "US", opening_cost_usd=5)],
            accelerators=[chip()],
            delivered={"chip": [0, 10]},
            periods=2,
            resources=[capex(limit=10, counts="added")],
            resource_use=[uses(per_unit=1, per_opening=8)],
        )
    )

    assert found.status is Status.OPTIMAL
    assert found.placement == Placement({(0, 0): (0, 10)}, {0: 0})
    assert found.objective == 10 * Fraction(1, 2) * 2190 - 5


def test_allowances_can_be_bought_at_a_price() -> None:
    # A unit earns 1,095 USD in its only quarter; an allowance past the limit costs 100.
    found = place_fleet(
        plan(
            sites=[site("ohio", "US")],
            accelerators=[chip()],
            delivered=10,
            resources=[capex(limit=16, unit="t")],
            resource_use=[uses(per_unit=4)],
            limits={"resource[capex]": {"price_cap": 100}},
        )
    )

    assert found.objective == 10 * 1095 - 24 * 100
    assert found.verification is not None
    assert found.verification.objective_terms["bought"] == -2400


@pytest.mark.parametrize("counts", ["standing", "added", "cumulative"])
def test_a_knapsack_with_several_rows_is_solved_to_its_optimum(counts: str) -> None:
    """Items are accelerators of one unit at one open site: mknap1-like, small enough to try every choice."""
    profits, weights = [100, 600, 1200, 2400, 500, 2000], [[8, 12, 13, 64, 22, 41], [8, 12, 13, 75, 22, 41]]
    capacities = [80, 96]
    best = max(
        sum(profit for number, profit in enumerate(profits) if chosen >> number & 1)
        for chosen in range(1 << len(profits))
        if all(
            sum(weight for number, weight in enumerate(row) if chosen >> number & 1) <= capacity
            for row, capacity in zip(weights, capacities, strict=True)
        )
    )

    found = place_fleet(
        plan(
            sites=[site("here", "US")],
            accelerators=[chip(f"i{number}") for number in range(len(profits))],
            delivered={f"i{number}": [1] for number in range(len(profits))},
            values=[
                {"site": "here", "accelerator": f"i{number}", "value_usd_per_unit": profit}
                for number, profit in enumerate(profits)
            ],
            resources=[
                {"resource": f"r{row}", "limit": capacity, "counts": counts} for row, capacity in enumerate(capacities)
            ],
            resource_use=[
                {"resource": f"r{row}", "accelerator": f"i{number}", "per_unit": weight}
                for row, listed in enumerate(weights)
                for number, weight in enumerate(listed)
            ],
        )
    )

    assert found.status is Status.OPTIMAL
    assert found.objective == best
