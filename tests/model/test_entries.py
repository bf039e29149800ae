"""Entries by legal path in the program: their columns and rows, and the way from placements to them and back."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.model.build import build_model
from optimizer.model.entries import entered_rows
from optimizer.pipeline import place_fleet
from optimizer.rules.limit import Entered
from optimizer.rules.registry import compile_limits
from optimizer.strategy.outcome import Status
from optimizer.strategy.search import SearchOptions
from tests.builders import chip, entering, placing, plan, site
from tests.model.programs import holds, model_of, rows_of
from tests.rules.diffusion import ONLY_LISTED, company, licence

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement
    from optimizer.solve.session import Session

LICENCE, LPP, LISTED = "licence", "lpp", "listed_licence/L1"


def licensed(**parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a US company that delivers eight chips, in pairs, to Malaysia over two quarters; two may come under LPP."""
    policy = {"lpp_tpp_per_year": 20_000, **parts.pop("policy", {})}
    defaults = {"accelerators": [chip(tpp=10_000, block=2)], "delivered": {"chip": [4, 4]}, "periods": 2}
    return company(site("kl", "MY"), site("penang", "MY"), policy=policy, **{**defaults, **parts})


def test_program_of_a_tiny_plan_is_the_one_written_by_hand() -> None:
    # Four pairs at one site; five units by a listed licence in the first quarter alone, and one under LPP.
    built = company(
        site("kl", "MY"),
        accelerators=[chip(tpp=10_000, block=2)],
        delivered={"chip": [4, 4]},
        periods=2,
        authorisations=[licence("MY", units=5, valid_until="2026-04-30")],
        policy={**ONLY_LISTED, "lpp_tpp_per_year": 10_000},
    )

    model = model_of(built)

    first, second, by_licence, lpp_first, lpp_second = range(5)
    assert model.columns.blocks.tolist() == [[[first, second]]]
    assert model.columns.entries == {
        Entered("MY", 0, LISTED, 0): by_licence,
        Entered("MY", 0, LPP, 0): lpp_first,
        Entered("MY", 0, LPP, 1): lpp_second,
    }
    assert model.formulation.is_integer.all()
    assert model.formulation.column_upper.tolist() == [2, 4, 8, 8, 8]
    rows = rows_of(model)
    policy = {name: row for name, row in rows.items() if not name.startswith(("deliveries", "site_power", "country"))}
    assert policy == {
        # At most what has entered; in units: two for a pair.
        "legal_path[MY,chip,2026Q1]": (-inf, {first: 1, by_licence: -0.5, lpp_first: -0.5}, 0),
        "legal_path[MY,chip,2026Q2]": (-inf, {second: 1, by_licence: -0.5, lpp_second: -0.5}, 0),
        "licence_quantity[L1,2026Q1]": (-inf, {by_licence: 1}, 5),
        "licence_quantity[L1,2026Q2]": (-inf, {by_licence: 1}, 5),
        "lpp_allowance[2026,2026Q1]": (-inf, {lpp_first: 1}, 1),
        "lpp_allowance[2026,2026Q2]": (-inf, {lpp_second: 1}, 1),
        "growth": (0, {first: -1, second: 1}, inf),
        "growth 2": (0, {lpp_first: -1, lpp_second: 1}, inf),
        "enters once": (-inf, {by_licence: 0.5, lpp_first: 0.5, first: -1}, 0),
        "enters once 2": (-inf, {by_licence: 0.5, lpp_second: 0.5, second: -1}, 0),
    }
    # Entering is worth nothing by itself.
    assert not model.formulation.objective[[by_licence, lpp_first, lpp_second]].any()


def test_free_gates_and_uncontrolled_chips_have_no_entries() -> None:
    free = company(site("oslo", "NO"))
    uncontrolled = company(site("kl", "MY"), accelerators=[chip("old")], delivered={"old": [9]})

    assert model_of(free).columns.entries == model_of(uncontrolled).columns.entries == {}


GOOD = [
    ({"kl": (2, 4), "penang": (0, 2)}, {("MY", LICENCE): (1, 4), ("MY", LPP): (1, 2)}),
    ({"kl": (4, 8)}, {("MY", LICENCE): (4, 8)}),
    ({"kl": (4, 4), "penang": (0, 4)}, {("MY", LICENCE): (2, 6), ("MY", LPP): (2, 2)}),
    ({}, {}),
]


def good_placement(built: Case, number: int) -> Placement:
    units, entries = GOOD[number]
    return entering(built, placing(built, **units), entries)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_placement_with_entries_survives_the_way_to_columns_and_back(number: int) -> None:
    built = licensed()
    model, placement = model_of(built), good_placement(built, number)

    values = model.values(placement)

    assert holds(model, values)
    assert model.placement(values) == placement


def test_entries_before_the_rule_are_not_asked_for_and_units_from_then_do_not_enter_later() -> None:
    built = licensed(start="2025Q1")
    model = model_of(built)
    stays = entering(built, placing(built, kl=(4, 6)), {("MY", LICENCE): (0, 2)})
    twice = entering(built, placing(built, kl=(4, 6)), {("MY", LICENCE): (0, 3)})

    assert {variable.period for variable in model.columns.entries} == {1}
    assert holds(model, model.values(stays))
    assert model.placement(model.values(stays)) == stays
    assert not holds(model, model.values(twice))


BAD = {
    "too few": {("MY", LICENCE): (4, 7)},
    "too many": {("MY", LICENCE): (4, 9)},
    "too many at first": {("MY", LICENCE): (5, 8)},
    "shrinking": {("MY", LICENCE): (3, 8), ("MY", LPP): (1, 0)},
    "more than the allowance": {("MY", LICENCE): (1, 5), ("MY", LPP): (3, 3)},
}


@pytest.mark.parametrize("damage", list(BAD))
def test_damaged_entries_break_a_row(damage: str) -> None:
    built = licensed()
    model = model_of(built)
    placement = entering(built, placing(built, kl=(4, 8)), BAD[damage])  # type: ignore[arg-type]

    assert not holds(model, model.values(placement))


def test_entries_are_rounded_to_the_nearest_whole_unit() -> None:
    built = licensed()
    model = model_of(built)
    values = model.values(good_placement(built, 0))
    for column in model.columns.entries.values():
        values[column] += 0.4

    assert model.placement(values) == good_placement(built, 0)


def test_a_period_in_which_a_path_is_shut_keeps_what_entered_before() -> None:
    built = company(
        site("kl", "MY"),
        periods=4,
        authorisations=[licence("MY", units=5, valid_from="2026-04-01", valid_until="2026-06-30")],
    )

    assert entered_rows(built, {Entered("MY", 0, LISTED, 1): 5, Entered("MY", 0, LPP, 2): 0}) == {
        ("MY", 0, LISTED): (0, 5, 5, 5)
    }
    assert entered_rows(
        built, {Entered("MY", 0, LPP, 1): 2, Entered("MY", 0, LPP, 3): 3, Entered("MY", 0, LPP, 0): 0}
    ) == {("MY", 0, LPP): (0, 2, 2, 3)}


def test_whole_extra_columns_are_told_apart_from_blocks_and_totals() -> None:
    model = model_of(licensed())

    entries, blocks = model.whole_extra_columns, model.block_columns
    assert entries.sum() == len(model.columns.entries) == 4
    assert not (entries & blocks).any()
    assert np.flatnonzero(entries).tolist() == sorted(model.columns.entries.values())


def test_a_relabelled_limit_leaves_the_program_as_it_is() -> None:
    plain, relabelled = licensed(), licensed(limits={"legal_path[MY,chip]": {"kind": "contract"}})

    assert sorted(rows_of(model_of(plain))) == sorted(rows_of(model_of(relabelled)))


@pytest.mark.parametrize("backend", ["highs", "scip"])
def test_the_best_plan_splits_a_rack_over_the_paths_there_are(backend: str, session: Session) -> None:
    # A rack of 72: 70 by licence, two under LPP. A second rack would need 72 more.
    chips = [chip(tpp=10_000, block=72)]
    described = plan(
        sites=[site("kl", "MY")],
        accelerators=chips,
        delivered={"chip": [144]},
        start="2026Q1",
        policy={"name": "ai-diffusion-2025", "country_allocation": 700_000, "lpp_tpp_per_year": 29_999},
    )

    outcome = place_fleet(described, options=SearchOptions(relative_gap=0, backend=backend), session=session)

    assert outcome.status is Status.OPTIMAL
    assert outcome.verification is not None
    assert outcome.verification.passed
    assert outcome.placement is not None
    assert outcome.placement.standing_units == {(0, 0): (72,)}
    assert outcome.placement.entered_units == {("MY", 0, LICENCE): (70,), ("MY", 0, LPP): (2,)}


@pytest.mark.parametrize("strategy", ["whole-blocks", "relaxed-then-complete"])
def test_every_strategy_finds_the_paths_that_the_best_plan_needs(strategy: str, session: Session) -> None:
    # Five a year under LPP and ten by licence: in December eight come, in January twelve.
    described = plan(
        sites=[site("delhi", "IN"), site("kl", "MY", value_multiplier=2)],
        accelerators=[chip(tpp=10_000)],
        delivered={"chip": [8, 12]},
        start="2026-12",
        length="month",
        periods=2,
        policy={
            "name": "ai-diffusion-2025",
            "country_allocation": 100_000,
            "lpp_tpp_per_year": 50_000,
            "nveu_after": "none",
        },
    )

    outcome = place_fleet(described, options=SearchOptions(relative_gap=0, strategy=strategy), session=session)

    # Malaysia takes 10 by licence and both years' LPP: all 8 at once and 12 more.
    assert outcome.placement is not None
    assert outcome.placement.standing_units == {(1, 0): (8, 20)}
    assert outcome.placement.entered("MY", 0, LICENCE, 1) == 10
    assert outcome.placement.entered("MY", 0, LPP, 0) == 5
    assert outcome.placement.entered("MY", 0, LPP, 1) == 10


def test_limits_that_are_left_out_leave_their_entries_out_too() -> None:
    built = licensed()
    limits = [limit for limit in compile_limits(built) if limit.rule not in {"legal_path", "lpp_allowance"}]

    columns = build_model(built, limits).columns
    assert {variable.path for variable in columns.entries} == {LICENCE}
