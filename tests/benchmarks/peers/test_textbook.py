"""The textbook program has the rows a planner would write, and the same whole solutions as ours."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.peers.program_file import read_program, write_program
from benchmarks.peers.textbook import OPEN_ROWS, Row, Rows, build_program, float_rows
from benchmarks.peers.whole import DoesNotFit, WholeProgram, whole_program
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from tests.benchmarks.peers.tiny import BLOCK, MOST_BLOCKS, brute_force, tiny
from tests.builders import adding, case, chip, placing, site

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.model.build import Model
    from optimizer.model.formulation import Floats, Formulation

THIRD = pytest.approx(1 / 3)


def built(rows: Rows = Rows.TEXTBOOK) -> tuple[Model, Formulation]:
    own = make_case(plan_from_dict(tiny()))
    return build_program(own, compile_limits(own), rows)


def named(formulation: Formulation, name: str) -> list[Row]:
    return [row for row in float_rows(formulation) if row.name.startswith(name)]


def keeps(formulation: Formulation, values: Floats) -> bool:
    sums = np.add.reduceat(
        formulation.row_coefficients * values[formulation.row_columns], formulation.row_starts[:-1], dtype=float
    )
    return bool(np.all(sums >= formulation.row_lower - 1e-9) and np.all(sums <= formulation.row_upper + 1e-9))


def test_a_site_draws_at_most_its_megawatts_times_its_opening() -> None:
    model, textbook = built()
    ohio = model.case.plan.site_index["ohio"]
    block, opening = int(model.columns.blocks[ohio, 0, 0]), int(model.columns.openings[ohio, 0])

    # 20 kW over 8 kW a block: two and a half blocks, in the row that is divided by a block's draw.
    assert named(textbook, "site_power[ohio,2025Q1]")[0].terms == ((block, 1.0), (opening, -2.5))
    assert named(textbook, "site_power[ohio,2025Q1]")[0].upper == 0
    assert not named(textbook, OPEN_ROWS)
    assert len(named(built(Rows.PLAIN)[1], OPEN_ROWS)) == 6


def test_shares_stand_over_totals_and_nothing_is_derived() -> None:
    model, textbook = built()
    totals = {column: total for total, column in model.columns.totals.items()}
    share = named(textbook, "destination_share[MY,2025Q2]")[0]

    assert [(totals[column].place, coefficient) for column, coefficient in share.terms] == [
        ("MY", 1.0),
        ("world", -THIRD.expected),
    ]
    names = {row.name.split("[")[0].split(" ")[0] for row in float_rows(textbook)}
    limits = {limit.rule for limit in model.limits}
    assert names - limits == {"total", "growth", "stays"}


def test_all_three_programs_have_the_best_placement_of_all_and_no_better_one() -> None:
    own = make_case(plan_from_dict(tiny()))
    rows = [(first * BLOCK, last * BLOCK) for first in range(MOST_BLOCKS) for last in range(first, MOST_BLOCKS)]
    for kind in Rows:
        model, formulation = build_program(own, compile_limits(own), kind)
        best = -inf
        for ohio, johor, lyon in product(rows, repeat=3):
            values = model.values(placing(own, ohio=ohio, johor=johor, lyon=lyon))
            inside = np.all(values <= formulation.column_upper + 1e-9)
            if inside and keeps(formulation, values):
                best = max(best, formulation.value(values) * formulation.objective_scale)
        assert best == pytest.approx(float(brute_force())), kind


def test_the_best_placement_of_the_tiny_plan_is_the_one_worked_out_by_hand() -> None:
    # Q2 alone pays: 8 in Johor (a third of 24) at 900 less 3,000, and 16 in Ohio at 500 less 5,000.
    assert brute_force() == 8 * 900 - 3000 + 16 * 500 - 5000 == 7200


def test_a_site_with_halls_keeps_its_rows() -> None:
    own = case(
        sites=[site("ohio", "US", power_mw="0.001", opening_cost_usd=1)],
        accelerators=[chip(power_kw=1)],
        delivered=4,
        halls=[{"hall": "a", "site": "ohio", "power_mw": "0.002", "modules": 1}],
    )
    model, textbook = build_program(own, compile_limits(own))

    assert len(named(textbook, OPEN_ROWS)) == len(named(model.formulation, OPEN_ROWS)) > 0
    assert keeps(textbook, model.values(adding(own, placing(own, ohio=3), a=1)))


def test_a_program_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    _, textbook = built()
    write_program(textbook, tmp_path / "program.npz")
    read = read_program(tmp_path / "program.npz")

    assert read.row_names == textbook.row_names
    assert read.objective_scale == textbook.objective_scale
    for name in ("objective", "column_upper", "is_integer", "row_upper", "row_coefficients"):
        assert np.array_equal(getattr(read, name), getattr(textbook, name)), name


@pytest.mark.parametrize("kind", [Rows.TEXTBOOK, Rows.PLAIN])
def test_in_whole_numbers_the_same_placements_are_kept(kind: Rows) -> None:
    own = make_case(plan_from_dict(tiny()))
    model, formulation = build_program(own, compile_limits(own), kind)
    whole = whole_program(model, kind)
    rows = [(first * BLOCK, last * BLOCK) for first in range(MOST_BLOCKS) for last in range(first, MOST_BLOCKS)]
    kept = 0
    for ohio, johor, lyon in product(rows, repeat=3):
        values = model.values(placing(own, ohio=ohio, johor=johor, lyon=lyon))
        if not np.all(values <= formulation.column_upper + 1e-9):
            continue
        exact = [int(value) for value in np.rint(values)]
        sums = [
            sum(
                int(c) * exact[j]
                for j, c in zip(whole.row_columns[a:b].tolist(), whole.row_coefficients[a:b].tolist(), strict=True)
            )
            for a, b in zip(whole.row_starts[:-1].tolist(), whole.row_starts[1:].tolist(), strict=True)
        ]
        is_kept = all(
            a <= s <= b for a, s, b in zip(whole.row_lower.tolist(), sums, whole.row_upper.tolist(), strict=True)
        )
        assert is_kept == keeps(formulation, values)
        kept += is_kept
        worth = sum(int(c) * v for c, v in zip(whole.objective.tolist(), exact, strict=True)) / whole.objective_grid
        assert worth >= float(formulation.objective @ values)
        assert worth == pytest.approx(float(formulation.objective @ values), rel=1e-9)
    assert kept > 10


def test_numbers_past_62_bits_do_not_fit_and_the_row_is_named() -> None:
    great = tiny()
    great["policy"]["destination_share"] = f"{10**17 // 3}/{10**17}"
    for row in great["sites"]:
        row["power_mw"] = 20
    for row in great["deliveries"]:
        row["units"] = 8000
    own = make_case(plan_from_dict(great))
    model, _ = build_program(own, compile_limits(own))

    with pytest.raises(DoesNotFit, match=r"row destination_share\[MY,2025Q1\] reaches .* past 62 bits"):
        whole_program(model, Rows.TEXTBOOK)


def test_a_share_is_written_with_the_numbers_of_the_law(tmp_path: Path) -> None:
    model, _ = built()
    whole_program(model, Rows.TEXTBOOK).write(tmp_path / "whole.npz")
    whole = WholeProgram.read(tmp_path / "whole.npz")
    names = [row.name for row in float_rows(build_program(model.case, model.limits)[1])]
    row = names.index("destination_share[MY,2025Q2]")
    part = slice(int(whole.row_starts[row]), int(whole.row_starts[row + 1]))

    assert whole.row_coefficients[part].tolist() == [3, -1]
    assert (int(whole.row_upper[row]), Fraction(1, 3)) == (0, Fraction(1, 3))


def test_what_is_not_whole_does_not_fit_and_says_why() -> None:
    soft = make_case(plan_from_dict(tiny() | {"limits": {"destination_share[MY]": {"price_cap": 7}}}))
    model, _ = build_program(soft, compile_limits(soft))

    with pytest.raises(DoesNotFit, match="columns are not whole"):
        whole_program(model, Rows.TEXTBOOK)
