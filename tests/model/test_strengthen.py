"""Derived rows: they cut the relaxation, never a placement that keeps the limits, and they go with their limits."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.model.build import build_model
from optimizer.model.columns import choose_columns
from optimizer.model.strengthen import DerivedRow, derive_rows
from optimizer.rules.registry import compile_limits
from optimizer.solve.backend import SolveOptions
from optimizer.solve.result import Termination
from optimizer.verify.check import verify
from tests.builders import case, chip, site
from tests.verify.damaged import damaged, legal_placement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit
    from optimizer.solve.session import Session

PREFIX = "derived from "
EXACTLY = SolveOptions(relative_gap=0.0, time_limit_seconds=20.0)
TOLERANCE = 1e-6


def derived(built: Case, limits: Iterable[Limit]) -> list[DerivedRow]:
    return list(derive_rows(built, limits, choose_columns(built, limits)))


def optimum(session: Session, built: Case, limits: tuple[Limit, ...], *, strengthen: bool) -> float | None:
    """Return the optimum in money, or None where there is none."""
    model = build_model(built, limits, strengthen=strengthen)
    if model.broken_limits:
        return None
    result = session.solve("highs", model.formulation, EXACTLY)
    assert result.termination is not Termination.STOPPED
    return None if result.objective is None else result.objective * model.formulation.objective_scale


def relaxed_bound(session: Session, built: Case, *, strengthen: bool) -> float:
    program = build_model(built, compile_limits(built), strengthen=strengthen).formulation
    relaxed = program.with_integer(np.zeros(program.num_columns, dtype=bool))
    return session.solve("highs", relaxed, EXACTLY).best_bound * program.objective_scale


MALAYSIA: dict[str, Any] = {
    "sites": [site("kulai", "MY", opening_cost_usd=1000), site("ohio", "US")],
    "delivered": 50,
    "installed": [{"country": "US", "accelerator": "chip", "units": 93}],
}


def test_share_bounds_a_site_by_its_allowance_at_the_largest_total() -> None:
    # 7/100 of (93 installed + 50 delivered) chips of 1,000 TPP.
    built = case(**MALAYSIA)

    rows = {row.name: row for row in derived(built, compile_limits(built))}

    assert rows[f"{PREFIX}destination_share[MY,2025Q1]"].bound * 100 == 7 * 143 * 1000
    assert rows[f"{PREFIX}outside_tier1_share[2025Q1]"].bound * 4 == 143 * 1000


def test_largest_total_counts_only_what_finds_room() -> None:
    # Power for 20 chips in all: the total never exceeds 93 + 20.
    built = case(
        sites=[
            site("kulai", "MY", opening_cost_usd=1000, power_mw="0.010"),
            site("ohio", "US", power_mw="0.010"),
        ],
        accelerators=[chip(power_kw=1)],
        delivered=50,
        installed=MALAYSIA["installed"],
    )

    rows = {row.name: row for row in derived(built, compile_limits(built))}

    assert rows[f"{PREFIX}destination_share[MY,2025Q1]"].bound * 100 == 7 * 113 * 1000


def test_cap_bounds_a_site_in_its_own_unit() -> None:
    built = case(**MALAYSIA, policy={"national_cap": 12, "destination_share": "1"}, headquarters="AE")

    (row,) = derived(built, compile_limits(built))

    assert (row.name, int(row.bound)) == (f"{PREFIX}national_cap[MY,2025Q1]", 12)


def test_power_bounds_what_an_open_site_draws_by_what_can_be_delivered() -> None:
    # 9 chips of 2 kW and 1 of 5 kW are all there is: 23 kW of the 1,000 MW.
    built = case(
        sites=[site("ohio", "US", opening_cost_usd=1)],
        accelerators=[chip("a", power_kw=2), chip("b", power_kw=5)],
        delivered={"a": [9], "b": [1]},
    )

    rows = {row.name: row for row in derived(built, compile_limits(built))}

    assert rows[f"{PREFIX}site_power[ohio,2025Q1]"].bound * 1000 == 23


def test_site_whose_opening_is_free_has_no_derived_rows() -> None:
    built = case(**{**MALAYSIA, "sites": [site("kulai", "MY"), site("ohio", "US")]})

    assert derived(built, compile_limits(built)) == []


def test_derived_rows_cut_the_relaxation(session: Session) -> None:
    # Half a site opened for half its cost is what the relaxation would like.
    built = case(**{**MALAYSIA, "sites": MALAYSIA["sites"][:1]})

    assert relaxed_bound(session, built, strengthen=True) < relaxed_bound(session, built, strengthen=False) - 1


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 60, 15))
def test_optimum_is_the_same_without_derived_rows(session: Session, first: int) -> None:
    for seed in range(first, first + 15):
        built, _ = legal_placement(seed)
        limits = compile_limits(built)

        with_rows = optimum(session, built, limits, strengthen=True)

        assert with_rows == pytest.approx(optimum(session, built, limits, strengthen=False), rel=TOLERANCE, abs=1e-3), (
            seed
        )


def groups_with_rows(built: Case, limits: tuple[Limit, ...]) -> list[str]:
    keys = {row.name.removeprefix(PREFIX) for row in derived(built, limits)}
    assert keys <= {limit.key for limit in limits}
    return sorted({limit.group for limit in limits if limit.key in keys})


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 60, 15))
def test_limit_that_is_removed_takes_its_rows_along(session: Session, first: int) -> None:
    removed = 0
    for seed in range(first, first + 15):
        built, _ = legal_placement(seed)
        limits = compile_limits(built)
        for group in groups_with_rows(built, limits)[:2]:
            rest = tuple(limit for limit in limits if limit.group != group)

            assert group not in groups_with_rows(built, rest)
            expected = optimum(session, built, rest, strengthen=False)
            assert optimum(session, built, rest, strengthen=True) == pytest.approx(expected, rel=TOLERANCE, abs=1e-3), (
                seed
            )
            removed += 1
    assert removed >= 5


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 60, 15))
def test_rows_hold_when_the_deliveries_they_rest_on_are_removed(session: Session, first: int) -> None:
    for seed in range(first, first + 15):
        built, _ = legal_placement(seed)
        rest = tuple(limit for limit in compile_limits(built) if limit.rule != "deliveries")

        expected = optimum(session, built, rest, strengthen=False)

        assert optimum(session, built, rest, strengthen=True) == pytest.approx(expected, rel=TOLERANCE, abs=1e-3), seed


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_no_legal_placement_is_cut_off(first: int) -> None:
    legal = 0
    for seed in range(first, first + 20):
        built, best = legal_placement(seed)
        limits = compile_limits(built)
        rows = derived(built, limits)
        model = build_model(built, limits)
        for number in range(12):
            placement = damaged(built, best, Random(1000 * seed + number)) if number else best
            if not verify(built, limits, placement).passed:
                continue
            legal += 1
            values = model.values(placement)
            for row in rows:
                weights = zip(row.columns, row.coefficients, strict=True)
                used = sum(weight / row.over * values[column] for column, weight in weights)
                assert used <= float(row.bound) * values[model.columns.openings[row.site, row.period]] * (1 + 1e-12)
    assert legal > 20
