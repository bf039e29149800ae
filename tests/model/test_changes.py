"""Retirements and moves in the program: plans that do not ask for them have none of it, and moves pair up."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.model.build import Model, build_model
from optimizer.model.pairs import moves_of
from optimizer.pipeline import place_fleet
from optimizer.rules.case import make_case
from optimizer.rules.limit import IN_ABROAD, IN_HOME, OUT_ABROAD, OUT_HOME, Moved, Vintage
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Move
from optimizer.solve.session import Session
from optimizer.strategy.outcome import Status
from tests.agreement import place
from tests.builders import site
from tests.changing_plans import DIPS, dipping
from tests.oracle.random_changes import changing_plan
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from optimizer.strategy.outcome import Outcome

OFF = {"retirement": False, "relocation": False, "relocation_cost_usd_per_unit": 7, "relocation_lead_periods": 2}


def program(document: dict[str, Any]) -> Model:
    case = make_case(plan_from_dict(document))
    return build_model(case, compile_limits(case))


def as_bytes(model: Model) -> tuple[bytes | tuple[str, ...], ...]:
    found = model.formulation
    arrays = (found.column_lower, found.column_upper, found.objective, found.is_integer, found.row_lower)
    rows = (found.row_upper, found.row_starts, found.row_columns, found.row_coefficients)
    return (*(array.tobytes() for array in (*arrays, *rows)), found.row_names)


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_a_plan_that_asks_for_nothing_has_the_very_same_program(seed: int) -> None:
    plan = random_plan(seed)

    assert as_bytes(program(plan)) == as_bytes(program(plan | {"changes": OFF}))
    assert not any(isinstance(variable, Vintage | Moved) for variable in program(plan).columns.extras)


def test_a_plan_that_only_retires_has_no_moves() -> None:
    extras = program(dipping(changes={"retirement": True})).columns.extras

    assert {type(variable) for variable in extras} == {Vintage}


def test_moves_exist_only_where_they_can_go_and_arrive() -> None:
    at_home = program(dipping(changes={"relocation": True})).columns.extras
    late = program(dipping(changes={"relocation": True, "relocation_lead_periods": 3})).columns.extras

    assert {variable.kind for variable in at_home if isinstance(variable, Moved)} == {OUT_HOME, IN_HOME}
    assert not any(isinstance(variable, Moved) for variable in late)


@pytest.mark.parametrize("seed", range(5))
def test_a_placement_comes_back_as_its_own_columns(seed: int) -> None:
    plan = changing_plan(seed)
    outcome = place_fleet(plan_from_dict(plan))
    if outcome.placement is None:
        return
    model = build_model(outcome.case, outcome.limits)

    assert model.placement(model.values(outcome.placement)) == outcome.placement


@pytest.mark.parametrize("seed", range(20))
def test_every_departure_is_paired_with_another_end(seed: int) -> None:
    """Random moves, counted up by site, are paired again: as many go and come, and none ends where it began."""
    rng = Random(seed)
    places = ["US", "US", "MY", "MY", "NO"]
    sites = [site(f"s{number}", place) for number, place in enumerate(places)]
    case = make_case(plan_from_dict(dipping(changes={"relocation": True}, sites=sites, power=[], delivered=100)))
    counts: dict[Vintage | Moved, int] = {}
    for _ in range(rng.randint(1, 30)):
        origin, target = rng.sample(range(5), 2)
        is_home = places[origin] == places[target]
        for kind, number in zip(
            (OUT_HOME, IN_HOME) if is_home else (OUT_ABROAD, IN_ABROAD), (origin, target), strict=True
        ):
            key = Moved(kind, number, 0, 0, 1)
            counts[key] = counts.get(key, 0) + 1

    found = moves_of(case, counts)

    again: dict[Vintage | Moved, int] = {}
    for move, units in found.items():
        assert isinstance(move, Move)
        assert move.origin != move.target
        is_home = places[move.origin] == places[move.target]
        for kind, number in zip(
            (OUT_HOME, IN_HOME) if is_home else (OUT_ABROAD, IN_ABROAD), (move.origin, move.target), strict=True
        ):
            key = Moved(kind, number, 0, 0, 1)
            again[key] = again.get(key, 0) + units
    assert again == counts


def lots(*rows: tuple[str, str | None]) -> list[dict[str, Any]]:
    """Return one chip a lot, by period and the place that it has to go to."""
    row = {"accelerator": "chip", "units": 1}
    return [
        {**row, "lot": str(number), "period": label} | ({"destination": place} if place else {})
        for number, (label, place) in enumerate(rows)
    ]


def solved(document: dict[str, Any]) -> Outcome:
    with Session() as session:
        return place(session, document)


def test_a_unit_of_a_bound_lot_may_be_moved_to_a_site_that_has_a_lot_of_its_own() -> None:
    """Ohio has no power in the third quarter. Texas, to which one chip is bound, then holds both: 4 + 0.5 + 3 quarters."""
    texas = [{"site": "texas", "period": label, "power_mw": "0.02"} for label in ("2025Q1", "2025Q2", "2025Q3")]
    plan = dipping(changes={"relocation": True}, delivered=2, power=[*DIPS, *texas], economics={"residual": "none"})
    outcome = solved(plan | {"deliveries": lots(("2025Q1", "ohio"), ("2025Q1", "texas"))})

    assert outcome.placement is not None
    assert outcome.placement.standing_units == {(0, 0): (1, 1, 0), (1, 0): (1, 1, 2)}
    assert outcome.objective == Fraction(2190) * Fraction(3, 2) + Fraction(1095) * (Fraction(5, 2) + Fraction(1, 2))


def test_more_units_than_ever_stand_at_once_may_be_placed_beyond_what_is_bound() -> None:
    """Ohio holds one chip, and has to take a free one in each of two quarters before its own comes."""
    plan = dipping(changes={"retirement": True}, delivered=3, power=[], economics={"must_place": "each_period"})
    plan["sites"] = [row for row in plan["sites"] if row["site"] == "ohio"]
    outcome = solved(plan | {"deliveries": lots(("2025Q1", None), ("2025Q2", None), ("2025Q3", "ohio"))})

    assert outcome.status is Status.OPTIMAL
    assert outcome.placement is not None
    assert outcome.placement.standing_units == {(0, 0): (1, 1, 1)}
