"""Rounding cuts: they cut relaxed counts at a site, never whole ones, and come from the rows of the program alone."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.model.build import build_model
from optimizer.model.columns import ABSENT
from optimizer.model.rounding import CUT, Cut, SiteRow, broken_cuts, site_rows, with_cuts
from optimizer.rules.registry import compile_limits
from optimizer.solve.backend import SolveOptions
from tests.builders import case, chip, site
from tests.verify.damaged import legal_placement

if TYPE_CHECKING:
    from optimizer.solve.session import Session

EXACTLY = SolveOptions(relative_gap=0.0, time_limit_seconds=20.0)
TOLERANCE = 1e-6
DUALS = np.ones(1)


def row(sizes: list[float], bound: float, opening: int = ABSENT) -> SiteRow:
    return SiteRow(0, np.arange(len(sizes)), np.array(sizes), bound, opening)


def cuts_of(source: SiteRow, values: list[float]) -> list[Cut]:
    return list(broken_cuts([source], np.array(values), DUALS))


def test_site_for_two_racks_and_three_quarters_holds_two() -> None:
    # 5.5 MW, racks of 2 and of 3 MW: the relaxation's 2.75 small racks become two racks of either kind.
    (cut,) = cuts_of(row([2.0, 3.0], 5.5), [2.75, 0.0])

    assert cut.coefficients.tolist() == [1.0, 1.0]
    assert cut.bound == pytest.approx(2)


def test_whole_counts_are_never_cut() -> None:
    assert cuts_of(row([2.0, 3.0], 5.5), [1.0, 1.0]) == []


def test_half_open_site_holds_half_of_what_fits_an_open_one() -> None:
    (cut,) = cuts_of(row([2.0, 3.0], 5.5, opening=2), [1.375, 0.0, 0.5])

    assert float(cut.coefficients @ np.array([1.375, 0.0])) > cut.bound * 0.5


def test_no_whole_counts_of_random_rows_are_cut_off() -> None:
    random, made = Random(5), 0
    for _ in range(400):
        sizes = [random.choice([1, 2, 3, 5, 7]) / random.choice([1, 3, 7]) for _ in range(random.randint(1, 3))]
        bound = random.choice([random.uniform(1, 12), sizes[0] * 3, sum(sizes)])
        relaxed = [0.0] * len(sizes)
        relaxed[random.randrange(len(sizes))] = bound / max(sizes)
        whole = [
            counts
            for counts in product(*(range(int(bound / size) + 2) for size in sizes))
            if np.array(sizes) @ np.array(counts) <= bound + 1e-9
        ]
        for cut in cuts_of(row(sizes, bound), [bound / sizes[0], *[0.0] * (len(sizes) - 1)]) + cuts_of(
            row(sizes, bound), relaxed
        ):
            made += 1
            assert all(cut.coefficients @ np.array(counts) <= cut.bound for counts in whole), (sizes, bound)
    assert made > 100


def test_cuts_bring_the_relaxation_to_what_whole_racks_allow(session: Session) -> None:
    built = case(
        sites=[site("ohio", "US", power_mw="0.275", opening_cost_usd=10)],
        accelerators=[chip("a", power_kw=1, block=100), chip("b", power_kw=1, block=150)],
        delivered={"a": [1000], "b": [1000]},
    )
    model = build_model(built, compile_limits(built))
    program = model.formulation
    relaxed = program.with_integer(np.zeros(program.num_columns, dtype=bool))
    linear = session.solve("highs", relaxed, EXACTLY)
    assert linear.values is not None
    assert linear.row_duals is not None

    rows = site_rows(program, model.block_columns, model.opening_columns)
    cut = with_cuts(relaxed, broken_cuts(rows, linear.values, linear.row_duals))

    assert session.solve("highs", cut, EXACTLY).best_bound < linear.best_bound * (1 - 1e-3)
    made = cut.row_names[program.num_rows :]
    assert made
    assert {name.removeprefix(CUT) for name in made} <= set(program.row_names)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 60, 15))
def test_optimum_is_the_same_with_cuts_whichever_rule_is_left_out(session: Session, first: int) -> None:
    made = 0
    for seed in range(first, first + 15):
        built, _ = legal_placement(seed)
        limits = compile_limits(built)
        left_out = Random(seed).choice(sorted({limit.rule for limit in limits}))
        for kept in (limits, tuple(limit for limit in limits if limit.rule != left_out)):
            model = build_model(built, kept)
            program = model.formulation
            linear = session.solve("highs", program.with_integer(np.zeros(program.num_columns, dtype=bool)), EXACTLY)
            if linear.values is None or linear.row_duals is None:
                continue
            rows = site_rows(program, model.block_columns, model.opening_columns)
            cuts = tuple(broken_cuts(rows, linear.values, linear.row_duals))
            made += len(cuts)
            plain = build_model(built, kept, strengthen=False).formulation
            expected = session.solve("highs", plain, EXACTLY).objective

            found = session.solve("highs", with_cuts(program, cuts), EXACTLY).objective

            assert found == pytest.approx(expected, rel=TOLERANCE, abs=1e-3), seed
    assert made
