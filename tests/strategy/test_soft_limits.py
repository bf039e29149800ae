"""Searches with soft limits: the least cost of an infeasible plan, constants in value and bound, forbidding prices."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.rules.breach import breached_groups
from optimizer.rules.registry import compile_limits
from optimizer.solve.registry import BACKENDS
from optimizer.solve.result import Termination
from optimizer.strategy.options import STRATEGIES, SearchOptions
from optimizer.strategy.outcome import Status
from optimizer.strategy.repair import repair
from optimizer.verify.check import verify
from tests.builders import Row, case, chip, document, placing, site
from tests.strategy.scripted import HOURS, TWO_SITES, answer, run

if TYPE_CHECKING:
    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

HOME_93 = [{"country": "US", "accelerator": "chip", "units": 93}]
# The plan of `TWO_SITES`, to be made anew with limits of its own.
TWO_SITES_PARTS: dict[str, Any] = {
    "sites": [
        site("dublin", "IE", opening_cost_usd=500, power_mw="0.0025"),
        site("oslo", "NO", opening_cost_usd=0, power_mw="0.002"),
    ],
    "headquarters": "NO",
    "accelerators": [chip(power_kw=1)],
    "delivered": 5,
}
WAYS = [(backend, strategy) for backend in BACKENDS for strategy in STRATEGIES]


def place(session: Session, described: Row, backend: str = "highs", strategy: str = "auto") -> Outcome:
    options = SearchOptions(relative_gap=0.0, time_limit_seconds=20.0, backend=backend, strategy=strategy)
    return place_fleet(plan_from_dict(described), options=options, session=session)


def priced(**prices: object) -> dict[str, dict[str, object]]:
    return {group: {"price_cap": price} for group, price in prices.items()}


@pytest.mark.parametrize(("backend", "strategy"), WAYS)
def test_a_plan_without_a_way_out_becomes_the_least_costly_breach(
    session: Session, backend: str, strategy: str
) -> None:
    # Ten must stand and Malaysia alone has room: 7 of 103 are allowed, so 10 are 2,790 TPP past it at 1 USD each. Or the
    # promise is broken: three chips less at 200 each cost 600, and the three would have earned 3,285.
    parts: dict[str, Any] = {
        "sites": [site("kl", "MY")],
        "delivered": 10,
        "installed": HOME_93,
        "commitments": [{"key": "promise", "site": "kl", "min_units": 10}],
    }
    law, contract = {"destination_share[MY]": {"price_cap": 1}}, {"commitment[promise]": {"price_cap": 200}}

    assert place(session, document(**parts), backend, strategy).status is Status.INFEASIBLE
    paid = place(session, document(**parts, limits=law), backend, strategy)
    assert paid.status is Status.OPTIMAL
    assert paid.objective == 10 * HOURS - 2790
    broken = place(session, document(**parts, limits=contract), backend, strategy)
    assert broken.status is Status.OPTIMAL
    assert broken.objective == 7 * HOURS - 600
    # An eighth chip is 930 past the share and saves 200 of the promise: with 1,095 earned that pays, and so does each more.
    both = place(session, document(**parts, limits=law | contract), backend, strategy)
    assert both.objective == 10 * HOURS - 2790
    assert both.status is Status.OPTIMAL


@pytest.mark.parametrize(("backend", "strategy"), WAYS)
def test_what_no_plan_can_change_is_charged_alike_in_value_and_bound(
    session: Session, backend: str, strategy: str
) -> None:
    # Ten chips of each kind must stand. Nothing powers a single pair: 10 x 40,000 USD are lost whatever the plan does, and
    # that leaves a loss far above what the chips earn.
    described = document(
        sites=[site("oh", "US", power_mw="0.02")],
        accelerators=[chip(power_kw=1), chip("giant", block=10, power_kw=5)],
        delivered={"chip": [10], "giant": [10]},
        economics={"must_place": "by_end"},
        limits={"must_place[giant]": {"price_cap": 40_000}},
    )

    outcome = place(session, described, backend, strategy)

    assert outcome.verification is not None
    assert outcome.objective is not None
    assert outcome.best_bound is not None
    assert outcome.verification.objective_terms["bought"] == -400_000
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == 10 * HOURS - 400_000
    assert abs(outcome.best_bound - outcome.objective) < Fraction(1, 1000)
    for stage in outcome.stages:
        assert stage.best_bound is None or stage.best_bound >= float(outcome.objective) - 1e-3


def test_a_fleet_already_past_a_limit_that_has_no_site_pays_a_constant(session: Session) -> None:
    # 60 of 160 stand in Malaysia, where nothing can be added, and shares are of what is delivered: 60,000 - 11,200.
    described = document(
        sites=[site("dublin", "IE")],
        headquarters="IE",
        delivered=60,
        installed=[
            {"country": where, "accelerator": "chip", "units": units} for where, units in (("IE", 40), ("MY", 60))
        ],
        policy={"share_denominator": "delivered", "outside_tier1_share": "100%"},
        limits=priced(**{"destination_share[MY]": "0.5"}),
    )

    outcome = place(session, described)

    assert (outcome.status, outcome.objective) == (Status.OPTIMAL, 60 * HOURS - Fraction(1, 2) * (60_000 - 11_200))


def test_nothing_to_decide_still_has_its_charge(session: Session) -> None:
    described = document(
        sites=[site("oh", "US", power_mw=0)],
        accelerators=[chip(power_kw=1)],
        delivered=3,
        economics={"must_place": "by_end"},
        policy="physical-only",
        limits=priced(**{"must_place[chip]": 7}),
    )

    outcome = place(session, described)

    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == outcome.best_bound == -21


def test_units_past_deliveries_are_bought_while_they_pay_and_have_power(session: Session) -> None:
    described = document(
        sites=[site("oh", "US", power_mw="0.03")],
        accelerators=[chip(power_kw=1, block=4)],
        delivered=10,
        policy="physical-only",
        limits=priced(**{"deliveries[chip]": 1000}),
    )

    outcome = place(session, described)
    dear = place(session, described | {"limits": priced(**{"deliveries[chip]": 1100})})

    # 28 of 30 kW in blocks of four: 18 are bought at 1,000, each earning 1,095. At 1,100 two of a block of four are paid.
    assert outcome.objective == 28 * HOURS - 18 * 1000
    assert dear.objective == 12 * HOURS - 2 * 1100


@pytest.mark.parametrize("price", ["1e6", "1e12", "1e18"])
@pytest.mark.parametrize("backend", list(BACKENDS))
def test_a_forbidding_price_is_the_hard_limit(session: Session, price: str, backend: str) -> None:
    parts: dict[str, Any] = {"sites": [site("kl", "MY", opening_cost_usd=5)], "delivered": 20, "installed": HOME_93}

    soft = place(session, document(**parts, limits=priced(**{"destination_share[MY]": price})), backend)

    assert soft.status is Status.OPTIMAL
    assert soft.objective == 7 * HOURS - 5


def test_a_soft_breach_of_the_installed_fleet_is_none_to_cure() -> None:
    fleet = [{"country": where, "accelerator": "chip", "units": units} for where, units in (("US", 90), ("MY", 10))]
    hard, soft = (
        case(sites=[site("oh", "US")], delivered=1, installed=fleet, limits=limits)
        for limits in (None, priced(**{"destination_share[MY]": 1}))
    )

    assert [found.group for found in breached_groups(hard, compile_limits(hard))] == ["destination_share[MY]"]
    assert breached_groups(soft, compile_limits(soft)) == ()


def test_repair_mends_what_must_hold_and_leaves_what_is_bought() -> None:
    described = case(
        sites=[site("kl", "MY"), site("oh", "US", max_units=4)],
        delivered=20,
        installed=HOME_93,
        limits=priced(**{"destination_share[MY]": 1}),
    )
    limits, placement = compile_limits(described), placing(described, kl=9, oh=5)

    mended = repair(described, limits, placement, verify(described, limits, placement).readings)

    assert mended == placing(described, kl=9, oh=4)


def test_an_answer_past_a_soft_limit_is_kept_as_it_is() -> None:
    soft = replace(
        TWO_SITES, plan=plan_from_dict(document(**TWO_SITES_PARTS, limits=priced(**{"site_power[oslo]": 1000})))
    )
    placement = placing(soft, oslo=3)

    outcome, script = run(
        answer(Termination.SOLVED, placement, 3 * HOURS - 1, built=soft), built=soft, strategy="whole-blocks"
    )

    assert outcome.objective == 3 * HOURS - 1
    assert len(script.asked) == 1
