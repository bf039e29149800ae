"""Money where units may be retired or moved, by hand: what stands earns, what moves keeps its age, and moving costs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from optimizer.economics.changing import evaluate
from optimizer.economics.worth import Worth
from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.rules.case import make_case
from tests.builders import chip, document, site
from tests.changing_plans import changing, dipping

MOVES = {"relocation": True, "relocation_cost_usd_per_unit": 100}


def best(plan: dict[str, Any]) -> dict[str, Fraction]:
    outcome = place_fleet(plan_from_dict(plan))
    assert outcome.verification is not None
    assert outcome.verification.passed
    return {name: money for name, money in outcome.verification.objective_terms.items() if money}


def test_without_changes_a_unit_keeps_to_the_site_that_has_power_throughout() -> None:
    assert best(dipping(changes={})) == {"value": Fraction(1095, 2) + 2 * 1095}


def test_a_unit_is_retired_where_that_earns_more() -> None:
    """Two quarters in Ohio, 1,095 + 2,190, are more than three in Texas."""
    assert best(dipping(changes={"retirement": True})) == {"value": 3285}


def test_a_unit_moves_when_its_site_has_no_power_and_pays_for_it() -> None:
    """Half a quarter in Texas on arrival: 547.5, less 100."""
    assert best(dipping(changes=MOVES)) == {"value": 3285 + Fraction(1095, 2), "relocation": -100}


def test_a_unit_on_its_way_stands_nowhere_and_earns_nothing() -> None:
    """A lead of one quarter: it leaves Ohio a quarter early for Texas, or is retired."""
    late = {**MOVES, "relocation_lead_periods": 1}

    assert best(dipping(changes=late)) == {"value": Fraction(1095, 2) + 2 * 1095}
    assert best(dipping(changes={**late, "retirement": True})) == {"value": 3285}


def test_a_moved_unit_keeps_its_age() -> None:
    """A life of four quarters from the first: one is left after the plan, at Texas's margin, wherever it stood before."""
    life = dipping(changes=MOVES, accelerators=[chip(power_kw=10, life_years=1)], economics={"residual": "life"})

    assert best(life)["residual"] == 1095


def test_an_accelerator_can_have_a_cost_and_a_lead_of_its_own() -> None:
    heavy = chip(power_kw=10, relocation_cost_usd_per_unit=1200)
    slow = chip(power_kw=10, relocation_lead_periods=1)

    # Moving earns 3,832.5, staying in Texas 2,737.5.
    assert "relocation" not in best(dipping(changes=MOVES, accelerators=[heavy]))
    assert "relocation" not in best(dipping(changes=MOVES, accelerators=[slow]))


@pytest.mark.parametrize("residual", ["life", "none"])
def test_a_unit_that_stays_is_worth_what_it_is_worth_without_changes(residual: str) -> None:
    parts: dict[str, Any] = {
        "sites": [
            site("ohio", "US", energy_price_usd_per_mwh=40, pue="1.2", value_multiplier="0.9"),
            site("kl", "MY", closes_after="2025Q3"),
        ],
        "accelerators": [chip(power_kw="1.3", life_years="1.3", annual_value_decline="0.2", price_usd=1000)],
        "periods": 4,
        "delivered": 9,
        "discount": "0.1",
        "economics": {"residual": residual},
        "unit_costs": [{"name": "tariff", "rate_of_price": "5%", "country": "MY"}],
    }
    plain = Worth(plan_from_dict(document(**parts)))
    changing_plan = Worth(plan_from_dict(document(**parts) | {"changes": {"retirement": True}}))

    for number, last in ((0, 2), (1, 3)):
        for bought in range(last + 1):
            total: dict[str, Fraction] = {}
            for period in range(bought, last + 1):
                for name, money in changing_plan.standing_terms(number, 0, bought, period).items():
                    total[name] = total.get(name, Fraction(0)) + money
            expected = plain.unit_terms(number, 0, bought)
            assert {name: money for name, money in total.items() if money} == {
                name: money for name, money in expected.items() if money
            }


def test_what_leaves_first_is_the_oldest_where_a_placement_does_not_say() -> None:
    case = make_case(plan_from_dict(dipping(changes={"retirement": True}, delivered=3, power=[])))
    said = changing(case, {("ohio", 0): (1, 1, 0), ("ohio", 1): (0, 2, 2)})
    worth = Worth(case.plan)

    silent = changing(case, {("ohio", 0): (1, 3, 2)})
    unsaid = type(silent)(silent.standing_units, silent.opened)

    assert evaluate(worth, unsaid, frozenset()) == evaluate(worth, said, frozenset())
