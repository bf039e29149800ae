"""Whole placements: what comes back keeps every limit exactly, and is the best there is where that is plain to see."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.economics.worth import Worth
from optimizer.files.read_plan import plan_from_dict
from optimizer.model.build import build_model
from optimizer.model.columns import ABSENT
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.solve.backend import SolveOptions
from optimizer.solve.session import Session
from optimizer.strategy.rounding.whole import first_placement, whole_placement
from optimizer.verify.check import verify
from tests.builders import case, chip, placing, site, workload
from tests.oracle.brute_force import best
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from fractions import Fraction

    from optimizer.rules.case import Case

RACK, SERVER = chip("rack", block=8, power_kw=2), chip("server", block=1, power_kw=3)


def value(built: Case, placement: Placement) -> Fraction:
    """Return what a placement is worth, once it has passed the exact check."""
    verdict = verify(built, compile_limits(built), placement)
    assert verdict.passed, (verdict.faults, verdict.broken)
    return verdict.objective


def first(built: Case) -> Placement | None:
    return first_placement(built, compile_limits(built))


def counts_of(built: Case, **blocks: dict[str, float]) -> np.ndarray:
    """Return relaxed counts by site and accelerator, the same in every period."""
    counts = np.zeros((len(built.plan.sites), len(built.plan.accelerators), built.num_periods))
    for key, by_accelerator in blocks.items():
        for accelerator, count in by_accelerator.items():
            counts[built.plan.site_index[key], built.plan.accelerator_index[accelerator]] = count
    return counts


def test_servers_fill_what_racks_leave() -> None:
    # 25 kW: one rack of 16 kW, and three servers of 3 kW in the other 9.
    built = case(
        sites=[site("ohio", "US", power_mw="0.025")],
        accelerators=[RACK, SERVER],
        delivered={"rack": [16], "server": [9]},
    )

    made = whole_placement(built, compile_limits(built), {0: 0}, counts_of(built, ohio={"rack": 1.5625}))

    assert made == placing(built, ohio={"rack": 8, "server": 3})


def test_two_halves_of_a_rack_become_one() -> None:
    built = case(
        sites=[site("ohio", "US", power_mw="0.016"), site("utah", "US", power_mw="0.016")],
        accelerators=[RACK],
        delivered={"rack": [8]},
    )

    made = whole_placement(
        built, compile_limits(built), {0: 0, 1: 0}, counts_of(built, ohio={"rack": 0.5}, utah={"rack": 0.5})
    )

    assert made is not None
    assert sum(row[0] for row in made.standing_units.values()) == 8
    assert len(made.opened) == 1


def test_share_of_a_destination_is_filled_to_the_last_chip() -> None:
    # 7% of 100 are 7: 93 at home allow 7 in Malaysia, although a whole of 100 would stand there for more money.
    built = case(
        sites=[site("ohio", "US"), site("kl", "MY", value_multiplier=2)],
        delivered=100,
        policy={"home_share": "0%", "outside_tier1_share": "100%", "national_cap": 10**12},
    )

    assert first(built) == placing(built, ohio=93, kl=7)


def test_site_that_costs_more_than_it_earns_stays_closed() -> None:
    built = case(
        sites=[site("ohio", "US"), site("utah", "US", value_multiplier="1.1", opening_cost_usd=10**9)],
        delivered=5,
    )

    assert first(built) == placing(built, ohio=5)


def test_closed_site_opens_where_what_is_left_over_pays() -> None:
    built = case(
        sites=[site("ohio", "US", power_mw="0.003"), site("utah", "US")],
        accelerators=[SERVER],
        delivered={"server": [5]},
    )

    made = whole_placement(built, compile_limits(built), {0: 0}, counts_of(built, ohio={"server": 1}))

    assert made == placing(built, ohio={"server": 1}, utah={"server": 4})


def test_site_opens_when_it_has_its_minimum() -> None:
    built = case(
        sites=[site("ohio", "US", min_units_if_open=6)], delivered={"chip": [4, 4, 0]}, periods=3, headquarters="US"
    )

    assert first(built) == placing(built, ohio=(0, 8, 8))


def test_site_that_never_has_its_minimum_stays_closed() -> None:
    built = case(
        sites=[site("ohio", "US", min_units_if_open=6, value_multiplier=2), site("utah", "US")], delivered={"chip": [4]}
    )

    made = first(built)

    assert made is not None
    assert made == placing(built, utah=4)


def test_contract_is_kept_before_anything_is_filled() -> None:
    built = case(
        sites=[site("ohio", "US", value_multiplier=3), site("oslo", "NO")],
        delivered=9,
        policy={"home_share": "0%"},
        commitments=[{"key": "promise", "site": "oslo", "min_units": 4}],
    )

    assert first(built) == placing(built, ohio=5, oslo=4)


def test_power_that_falls_later_bounds_what_is_added_now() -> None:
    built = case(
        sites=[site("oslo", "NO", power_mw="0.009")],
        headquarters="NO",
        accelerators=[SERVER],
        delivered={"server": [9, 0]},
        periods=2,
        power=[{"site": "oslo", "period": "2025Q2", "power_mw": "0.006"}],
    )

    assert first(built) == placing(built, oslo={"server": (2, 2)})


def test_stock_leaves_with_a_site_that_closes() -> None:
    built = case(
        sites=[site("ohio", "US", closes_after="2025Q2")], delivered={"chip": [3, 2, 4]}, periods=3, headquarters="US"
    )

    assert first(built) == placing(built, ohio=(3, 5, 0))


@pytest.mark.parametrize(
    "parts",
    [
        {"limits": {"deliveries[chip]": {"price_cap": 1}}},
        {"resources": [{"resource": "capex", "limit": 5}], "resource_use": [{"resource": "capex", "per_opening": 1}]},
        {"workloads": [workload("chat", 10)], "delivered": 0},
        {"opening_limits": [{"key": "pace", "max_openings": 1}]},
        {"halls": [{"hall": "a", "site": "ohio", "power_mw": 1, "modules": 1}]},
        {"changes": {"retirement": True}},
    ],
)
def test_plan_with_limits_that_are_not_understood_is_refused(parts: dict[str, Any]) -> None:
    built = case(**{"sites": [site("ohio", "US")], "delivered": 5, **parts})

    assert first(built) is None


def test_first_placements_of_random_plans_are_legal_and_never_above_the_best() -> None:
    found, parts = 0, []
    for seed in range(60):
        document = random_plan(seed)
        built, optimum = make_case(plan_from_dict(document)), best(document)
        made = first(built)
        if made is None:
            continue
        worth = value(built, made)
        assert optimum is not None
        assert worth <= optimum
        found += 1
        parts.append(float(worth / optimum) if optimum > 0 else 1.0)
    assert found >= 30
    assert sum(parts) / len(parts) > 0.9


def test_rough_counts_still_give_a_legal_placement() -> None:
    found = 0
    for seed in range(150):
        built, rng = make_case(plan_from_dict(random_plan(seed))), Random(seed)
        shape = (len(built.plan.sites), len(built.plan.accelerators), built.num_periods)
        counts = np.cumsum([rng.random() * rng.randint(0, 3) for _ in range(int(np.prod(shape)))]).reshape(shape)
        counts -= counts[:, :, :1]
        opened = {number: rng.randrange(built.num_periods) for number in range(shape[0])}
        made = whole_placement(built, compile_limits(built), opened, counts)
        if made is not None:
            value(built, made)
            found += 1
    assert found >= 75


def test_relaxed_counts_made_whole_are_no_worse_than_cut_off() -> None:
    compared = 0
    with Session() as session:
        for seed in range(40):
            built = make_case(plan_from_dict(random_plan(seed)))
            limits = compile_limits(built)
            model = build_model(built, limits)
            program = model.formulation.with_integer(model.opening_columns)
            relaxed = session.solve("highs", program, SolveOptions(threads=1)).values
            if relaxed is None or not model.formulation.num_columns:
                continue
            counts, present = np.zeros(model.columns.blocks.shape), model.columns.blocks != ABSENT
            counts[present] = relaxed[model.columns.blocks[present]]
            cut = _cut_off(built, counts)
            made = whole_placement(built, limits, dict(cut.opened), counts)
            if made is not None and verify(built, limits, cut).passed:
                assert value(built, made) >= value(built, cut), seed
                compared += 1
    assert compared >= 10


def _cut_off(built: Case, counts: np.ndarray) -> Placement:
    """Return relaxed counts cut off to whole blocks."""
    units = {
        described.key: {
            sku.key: tuple(int(count) * sku.block for count in np.floor(counts[number, kind] + 1e-6))
            for kind, sku in enumerate(built.plan.accelerators)
        }
        for number, described in enumerate(built.plan.sites)
    }
    made = placing(built, **units)
    standing = {pair: row for pair, row in made.standing_units.items() if any(row)}
    return Placement(standing, made.opened)


def test_worth_of_sites_is_that_of_the_exact_check() -> None:
    built = case(
        sites=[site("ohio", "US", opening_cost_usd=7, fixed_cost_usd_per_period=3)],
        delivered={"chip": [3, 2]},
        periods=2,
        discount="8%",
    )
    made = first(built)

    assert made is not None
    assert value(built, made) == sum(Worth(built.plan).evaluate(made, frozenset()).values())
