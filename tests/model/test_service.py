"""Service in the program: columns for pairs that may be served, rows implied for whole plans, and the way back."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.analysis.service import with_service
from optimizer.files.read_plan import plan_from_dict
from optimizer.model.build import build_model
from optimizer.rules.case import make_case
from optimizer.rules.limit import Served
from optimizer.rules.registry import compile_limits
from tests.builders import case, chip, placing, serving, site, workload
from tests.model.programs import holds, model_of, rows_of
from tests.oracle.random_workloads import random_workload_plan

if TYPE_CHECKING:
    from optimizer.rules.case import Case


def company(*workloads: dict[str, Any], **parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    return case(
        sites=[site("ohio", "US", opening_cost_usd=10), site("oslo", "NO")],
        accelerators=[chip(tpp=500, block=2)],
        delivered={"chip": [4]},
        workloads=list(workloads),
        policy="physical-only",
        **parts,
    )


def test_program_of_a_tiny_plan_is_the_one_written_by_hand() -> None:
    built = company(
        workload("chat", 1500, must_serve=True), workload("home", 250, countries="NO", value_usd_per_tpp_hour=1)
    )

    model = model_of(built)

    ohio, oslo, opened, chat_ohio, chat_oslo, home_oslo = range(6)
    extras = {variable: (extra.column, extra.unit, extra.most) for variable, extra in model.columns.extras.items()}
    assert model.columns.blocks.ravel().tolist() == [ohio, oslo]
    # A block has 1,000 TPP; `home` asks for less than that and is counted in its own demand.
    assert extras == {
        Served(0, 0, 0): (chat_ohio, 1000, 1.5),
        Served(1, 0, 0): (chat_oslo, 1000, 1.5),
        Served(1, 1, 0): (home_oslo, 250, 1.0),
    }
    assert not model.formulation.is_integer[[chat_ohio, chat_oslo, home_oslo]].any()
    money = model.formulation.objective * model.formulation.objective_scale
    assert money[home_oslo] == pytest.approx(250 * 2190)
    rows = rows_of(model)
    of_service = {name: row for name, row in rows.items() if "served" in name or "compute" in name or "home" in name}
    # Two blocks are the least that can hold 1,500 TPP; residency leaves nothing of `home` in Ohio, and so has no row.
    assert of_service == {
        "site_compute[ohio,2025Q1]": (-inf, {chat_ohio: 1, ohio: -1}, 0),
        "site_compute[oslo,2025Q1]": (-inf, {chat_oslo: 1, home_oslo: 0.25, oslo: -1}, 0),
        "demand[home,2025Q1]": (-inf, {home_oslo: 1}, 1),
        "served where open": (-inf, {chat_ohio: pytest.approx(1 / 1.5), opened: -1}, 0),
        "must be served": (2, {ohio: 1, oslo: 1}, inf),
    }
    chat = {chat_ohio: 1, chat_oslo: 1}
    assert [rows["demand[chat,2025Q1]"], rows["must_serve[chat,2025Q1]"]] == [(-inf, chat, 1.5), (1.5, chat, inf)]


def test_a_workload_that_only_some_sites_may_serve_asks_them_alone() -> None:
    built = company(workload("home", 1100, must_serve=True, countries="NO"), workload("any", 600, must_serve=True))

    needs = {
        frozenset(terms): low
        for name, (low, terms, _) in rows_of(model_of(built)).items()
        if name.startswith("must be")
    }

    assert needs == {frozenset({0, 1}): 2, frozenset({1}): 2}


def test_rows_are_left_out_with_the_limits_they_come_from() -> None:
    built = company(workload("chat", 1500, must_serve=True))
    limits = compile_limits(built)

    def names(rule: str) -> set[str]:
        return set(rows_of(build_model(built, [limit for limit in limits if limit.rule != rule])))

    assert "must be served" not in names("must_serve")
    assert not {"must be served", "served where open"} & names("site_compute")
    assert "must be served" in names("site_power")


def test_without_any_bound_a_column_still_has_an_end() -> None:
    built = company(workload("chat", 1500))
    limits = [limit for limit in compile_limits(built) if limit.rule not in {"demand", "site_compute"}]

    model = build_model(built, limits)

    assert all(0 < extra.most < inf for extra in model.columns.extras.values())


def test_placement_with_service_survives_the_way_to_columns_and_back() -> None:
    built = company(workload("chat", 1500), workload("home", 250, countries="NO"))
    model = model_of(built)
    placement = serving(
        built, placing(built, ohio=2, oslo=2), {("ohio", "chat"): 800, ("oslo", "chat"): 697, ("oslo", "home"): 250}
    )

    values = model.values(placement)

    assert holds(model, values)
    assert model.placement(values) == placement


def test_damaged_service_breaks_a_row() -> None:
    built = company(workload("chat", 1500), workload("home", 250, countries="NO"))
    model = model_of(built)
    placed = placing(built, ohio=2)

    assert holds(model, model.values(serving(built, placed, {("ohio", "chat"): 1000})))
    assert not holds(model, model.values(serving(built, placed, {("ohio", "chat"): 1001})))
    assert not holds(model, model.values(serving(built, placed, {("oslo", "home"): 1})))


@pytest.mark.parametrize("seed", range(40))
def test_derived_rows_cut_no_whole_plan(seed: int) -> None:
    built = make_case(plan_from_dict(random_workload_plan(seed)))
    limits = compile_limits(built)
    plain, derived = build_model(built, limits, strengthen=False), build_model(built, limits)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        units = {
            one.key: {
                chip.key: int(rng.integers(0, 1 + built.plan.delivered_units[number][-1] // chip.block)) * chip.block
                for number, chip in enumerate(built.plan.accelerators)
            }
            for one in built.plan.sites
        }
        placement = with_service(built, limits, placing(built, **units))
        if holds(plain, plain.values(placement)):
            assert holds(derived, derived.values(placement))


def test_as_many_sites_are_open_as_the_demand_needs_where_their_opening_is_a_decision() -> None:
    def fewest(demand: int, **more: object) -> dict[str, tuple[float, dict[int, float], float]]:
        sites = [site(key, "US", opening_cost_usd=1, max_units=units) for key, units in (("a", 3), ("b", 2), ("c", 2))]
        built = case(
            sites=[*sites, site("d", "US", max_units=1, **more)],
            delivered=9,
            accelerators=[chip(tpp=100)],
            workloads=[workload("chat", demand, must_serve=True)],
            policy="physical-only",
        )
        return {name: row for name, row in rows_of(model_of(built)).items() if name.startswith("fewest")}

    assert fewest(300) == {}
    # Four sites have columns of blocks before those of openings; only `d` may stand there without being opened.
    assert fewest(600) == {"fewest sites": (2, {4: 1, 5: 1, 6: 1}, inf)}
    assert fewest(601) == {"fewest sites": (3, {4: 1, 5: 1, 6: 1}, inf)}
    assert fewest(501, opening_cost_usd=1) == {"fewest sites": (3, {4: 1, 5: 1, 6: 1, 7: 1}, inf)}
