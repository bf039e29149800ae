"""Modules in the program: what exists of them, and the fewest that a placement keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.model.build import build_model
from optimizer.model.columns import largest_blocks
from optimizer.model.halls import limits_on_modules, with_fewest_modules, with_modules_for_stock
from optimizer.rules.limit import Entered, Modules, Opened, Placed, Present, Standing, Variable
from optimizer.rules.registry import compile_limits
from optimizer.solve.session import Session
from optimizer.verify.check import verify
from tests.agreement import place
from tests.builders import adding, case, chip, document, placing, site

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.strategy.outcome import Outcome


def campus(**parts: object) -> Case:
    """Room for four chips, and two halls: modules for four at 100, and for two at 90."""
    halls = [
        {"site": "ohio", "hall": "large", "power_mw": "0.004", "modules": 2, "cost_usd": 100},
        {"site": "ohio", "hall": "small", "power_mw": "0.002", "modules": 2, "cost_usd": 90},
    ]
    return case(
        **{
            "sites": [site("ohio", "US", power_mw="0.004", opening_cost_usd=1)],
            "accelerators": [chip(power_kw=1)],
            "delivered": {"chip": [20, 0]},
            "periods": 2,
            "halls": halls,
            **parts,
        }
    )


def fewest(company: Case, units: tuple[int, int], **modules: tuple[int, int]) -> dict[str, tuple[int, ...]]:
    given = adding(company, placing(company, ohio=units), **modules)
    kept = with_fewest_modules(company, limits_on_modules(compile_limits(company)), given)
    assert verify(company, compile_limits(company), kept).passed
    return {company.plan.halls[hall].key: row for hall, row in kept.modules.items()}


def test_blocks_end_where_every_module_stands() -> None:
    company = campus()

    assert largest_blocks(company, compile_limits(company))[0, 0].tolist() == [16, 16]


def test_without_a_limit_on_modules_deliveries_end_both() -> None:
    company = campus(limits={"max_modules[*]": {"enforced": False}})
    model = build_model(company, compile_limits(company))

    assert model.columns.most_blocks.max() >= 20
    assert model.columns.extras[Modules("large", 0)].most * 4 >= 20


def test_idle_modules_are_left_out_and_needed_ones_come_as_late_as_their_units() -> None:
    company = campus()

    assert fewest(company, (4, 4), large=(1, 2), small=(2, 2)) == {}
    assert fewest(company, (4, 8), large=(1, 2), small=(0, 0)) == {"large": (0, 1)}
    # The dearest hall gives up what the other carries.
    assert fewest(company, (6, 6), large=(1, 1), small=(1, 1)) == {"small": (1, 1)}


def test_a_minimum_keeps_its_modules() -> None:
    company = campus()
    halls = tuple(replace(hall, min_modules_if_open=1) for hall in company.plan.halls)
    company = replace(company, plan=replace(company.plan, halls=halls))

    assert fewest(company, (1, 1), large=(2, 2), small=(2, 2)) == {"large": (1, 1), "small": (1, 1)}


def test_a_budget_for_each_period_leaves_a_hall_as_the_search_has_it() -> None:
    company = campus(
        resources=[{"resource": "crews", "limit": 1, "counts": "added"}],
        resource_use=[{"resource": "crews", "per_module": 1}],
    )

    assert fewest(company, (4, 12), large=(1, 2), small=(0, 0)) == {"large": (1, 2)}


def test_modules_leave_with_the_opening_of_their_site() -> None:
    company = campus()
    late = replace(placing(company, ohio=(0, 8)), modules={0: (1, 1)})

    assert with_fewest_modules(company, limits_on_modules(compile_limits(company)), late).modules == {0: (0, 1)}


def test_the_program_prices_modules_as_the_exact_check_does() -> None:
    company = campus(discount="0.1", economics={"residual": "life"})
    model = build_model(company, compile_limits(company))
    placement = adding(company, placing(company, ohio=(6, 8)), small=(1, 2))

    values = model.values(placement)

    money = float(model.formulation.objective @ values) * model.formulation.objective_scale
    assert money == pytest.approx(float(verify(company, model.limits, placement).objective), rel=1e-9)
    assert np.isclose(values[model.columns.column(Modules("small", 1))], 2)


def test_no_two_kinds_of_variables_can_be_taken_for_each_other() -> None:
    kinds: list[Variable] = [
        Standing(0, 0, 0),
        Opened(0, 0),
        Placed("tpp", "US", 0),
        Entered("US", 0, "any", 0),
        Modules("0", 0),
        Present((0,), 0),
    ]

    assert len(set(kinds)) == len(kinds)


def test_stock_is_given_the_modules_that_it_asks_for_as_far_as_there_are_so_many() -> None:
    company = campus()
    limits = compile_limits(company)

    def given(units: int) -> dict[str, tuple[int, ...]]:
        found = with_modules_for_stock(company, limits, placing(company, ohio=(4, units)), 0)
        return {company.plan.halls[hall].key: row for hall, row in found.modules.items()}

    assert given(4) == {}
    assert given(7) == {"small": (0, 2)}
    assert given(10) == {"large": (0, 1), "small": (0, 1)}
    assert given(20) == {"large": (0, 2), "small": (0, 2)}


def closing(**parts: Any) -> dict[str, Any]:  # noqa: ANN401  whatever `document` takes
    """Return Ohio, which closes after the first of two quarters, and Texas. Power is in their halls alone."""
    hall = {"power_mw": "0.001", "modules": 2}
    return document(
        **{
            "sites": [site("ohio", "US", power_mw=0, closes_after="2025Q1"), site("texas", "US", power_mw=0)],
            "accelerators": [chip(power_kw=1)],
            "delivered": {"chip": [1, 2]},
            "periods": 2,
            "policy": "physical-only",
            "halls": [{"site": key, "hall": f"{key}-hall", **hall} for key in ("ohio", "texas")],
            **parts,
        }
    )


def solved(plan: dict[str, Any]) -> Outcome:
    with Session() as session:
        return place(session, plan)


def test_no_module_is_added_where_installed_stock_kept_a_site_open_until_it_closed() -> None:
    """A missing module in the first quarter costs less than one; later there is nothing to have one for, also for free."""
    halls = [
        {"site": "ohio", "hall": "hall", "power_mw": "0.001", "modules": 1, "cost_usd": 9, "min_modules_if_open": 1}
    ]
    installed = [{"site": "ohio", "accelerator": "chip", "units": 1}]
    limits = {"min_modules[hall]": {"price_cap": 5}}
    outcome = solved(closing(delivered={"chip": [0, 1]}, halls=halls, installed=installed, limits=limits))

    assert outcome.placement is not None
    assert outcome.placement.modules == {}


@pytest.mark.parametrize("counts", ["standing", "added"])
def test_modules_of_a_site_that_has_closed_use_nothing_and_give_nothing_back(counts: str) -> None:
    """Two crews: two modules in Texas in the second quarter, whatever Ohio had in the first."""
    crews = [{"resource": "crews", "limit": 1, "period": "2025Q1", "counts": counts}]
    crews += [{"resource": "crews", "limit": 2, "period": "2025Q2", "counts": counts}]
    use = [{"resource": "crews", "per_module": 1}]
    must = [{"key": "lease", "site": "ohio", "min_units": 1, "until": "2025Q1"}]
    outcome = solved(closing(resources=crews, resource_use=use, commitments=must))

    assert outcome.placement is not None
    assert outcome.placement.modules == {0: (1, 0), 1: (0, 2)}
