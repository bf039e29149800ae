"""Why a site is used or not, by hand: what the opposite costs, what rules it out, and at which price it would be used."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.explain.budget import Budget
from optimizer.explain.rounds import sites_in_use
from optimizer.explain.why import Question, Reason, Why
from optimizer.files.overrides import apply_overrides
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from tests.builders import chip, document, site
from tests.explain.small_plans import EXACT, HOURS, KILOWATT_CHIP, solved

if TYPE_CHECKING:
    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

# Ten chips of 1 kW draw 1.095 MWh each; both sites hold all of them, and `b` costs 109.50 to open.
PRICED = document(
    sites=[
        site("a", "US", energy_price_usd_per_mwh=50),
        site("b", "US", energy_price_usd_per_mwh=60, opening_cost_usd="109.5"),
    ],
    accelerators=[KILOWATT_CHIP],
    delivered=10,
    policy="physical-only",
)


def outcome_of(session: Session, plan: dict[str, Any], *changes: str) -> Outcome:
    return solved(session, make_case(plan_from_dict(apply_overrides(plan, changes))))


def ask(session: Session, outcome: Outcome, key: str, seconds: float | None = None, **more: Any) -> Reason:  # noqa: ANN401
    question = Question(outcome.case.plan.site_index[key], **more)
    return Why(outcome, EXACT, Budget(session, seconds)).answer(question)


def cost(reason: Reason) -> tuple[float, float]:
    assert reason.upper is not None
    return float(reason.lower), float(reason.upper)


def test_forcing_a_site_into_use_costs_what_one_block_there_does(session: Session) -> None:
    """One chip at `b` pays 109.50 for opening and 10 more per MWh, 10.95."""
    reason = ask(session, outcome_of(session, PRICED), "b")

    assert not reason.is_used
    assert not reason.is_impossible
    assert cost(reason) == pytest.approx((120.45, 120.45), abs=0.01)


def test_the_price_at_which_it_is_used_is_borne_out_by_solving_at_it(session: Session) -> None:
    """All ten there save 10 x 1.095 x (50 - price), which is 109.50 at a price of 40. One chip alone would never save that:
    the price is that of the whole site."""
    price = ask(session, outcome_of(session, PRICED), "b").energy_price

    assert price is not None
    assert float(price) == pytest.approx(40, abs=1e-3)
    assert sites_in_use(outcome_of(session, PRICED, "sites[b].energy_price_usd_per_mwh=39.99")) == ("b",)
    assert sites_in_use(outcome_of(session, PRICED, "sites[b].energy_price_usd_per_mwh=40.01")) == ("a",)


def test_the_value_multiplier_at_which_it_is_used_is_borne_out_too(session: Session) -> None:
    """At `b` each chip is worth 1,095 m - 65.70, at `a` 1,040.25. Ten of them pay for the opening from m = 1.02 on."""
    multiplier = ask(session, outcome_of(session, PRICED), "b").value_multiplier

    assert multiplier is not None
    assert float(multiplier) == pytest.approx(1.02, abs=1e-5)
    assert sites_in_use(outcome_of(session, PRICED, "sites[b].value_multiplier=1.0201")) == ("b",)
    assert sites_in_use(outcome_of(session, PRICED, "sites[b].value_multiplier=1.0199")) == ("a",)


def test_no_price_is_named_where_not_even_free_power_is_enough(session: Session) -> None:
    """Free power saves 10 x 54.75 = 547.50; opening costs 600."""
    reason = ask(session, outcome_of(session, PRICED, "sites[b].opening_cost_usd=600"), "b")

    assert reason.energy_price is None
    assert reason.value_multiplier is not None


def test_values_that_are_given_know_no_price(session: Session) -> None:
    rows = [{"site": key, "accelerator": "chip", "value_usd_per_unit": value} for key, value in (("a", 9), ("b", 8))]

    reason = ask(session, outcome_of(session, {**PRICED, "values": rows}), "b")

    assert cost(reason) == pytest.approx((110.5, 110.5), abs=0.01)
    assert (reason.energy_price, reason.value_multiplier) == (None, None)


def test_doing_without_a_site_costs_what_its_replacement_does(session: Session) -> None:
    """All ten go to `b`: 109.50 for opening and 10 x 10.95."""
    reason = ask(session, outcome_of(session, PRICED), "a")

    assert reason.is_used
    assert cost(reason) == pytest.approx((219, 219), abs=0.01)
    assert sites_in_use(reason.other) == ("b",)
    assert (reason.energy_price, reason.in_the_way) == (None, ())


def test_a_site_without_which_there_is_no_plan_is_irreplaceable(session: Session) -> None:
    """Ten chips have to stand and `b` holds nine."""
    plan = {**PRICED, "economics": {"must_place": "by_end", "residual": "none"}}

    reason = ask(session, outcome_of(session, plan, "sites[b].power_mw=0.009"), "a")

    assert (reason.is_used, reason.is_impossible, reason.upper) == (True, True, None)
    assert reason.conflict is not None
    assert {"must_place[chip]", "wanted_site[a]"} <= reason.conflict.groups


def test_a_closed_country_is_what_rules_a_site_out(session: Session) -> None:
    plan = document(sites=[site("ohio", "US"), site("tianjin", "CN", value_multiplier=9)], delivered=10)

    reason = ask(session, outcome_of(session, plan), "tianjin")

    assert (reason.is_used, reason.is_impossible) == (False, True)
    assert reason.conflict is not None
    assert reason.conflict.groups == {"closed_destination[CN]", "wanted_site[tianjin]"}
    assert reason.conflict.is_minimal
    assert [limit.group for limit in reason.in_the_way] == ["closed_destination[CN]", "deliveries[chip]"]


def test_limits_in_the_way_are_those_that_one_block_more_breaks(session: Session) -> None:
    """Seven of 100 chips stand in Malaysia at `kl`; an eighth, at `johor`, is over 7% of 101, and none is left to come."""
    sites = [site("johor", "MY"), site("kl", "MY", value_multiplier=2), site("tokyo", "JP")]
    plan = document(sites=sites, headquarters="JP", delivered=100)

    reason = ask(session, outcome_of(session, plan), "johor")

    assert [limit.group for limit in reason.in_the_way] == ["destination_share[MY]", "deliveries[chip]"]
    assert cost(reason) == pytest.approx((HOURS, HOURS), abs=0.01)


def test_an_accelerator_and_a_period_can_be_asked_about(session: Session) -> None:
    """One kW is free. A chip earns 1,095 + 2,190 from the first quarter on, a `dear` one 4 x 1,095 in the second."""
    plan = document(
        sites=[site("ohio", "US", power_mw="0.001")],
        accelerators=[KILOWATT_CHIP, chip("dear", power_kw=1, value_usd_per_hour=4)],
        delivered={"chip": [1, 0], "dear": [0, 1]},
        periods=2,
        policy="physical-only",
    )
    outcome = outcome_of(session, plan)
    numbers = outcome.case.plan.accelerator_index

    at_all = ask(session, outcome, "ohio")
    in_the_first_quarter = ask(session, outcome, "ohio", period=0)
    of_chips = ask(session, outcome, "ohio", sku=numbers["chip"])

    assert (at_all.is_used, in_the_first_quarter.is_used, of_chips.is_used) == (True, False, False)
    assert cost(in_the_first_quarter) == pytest.approx((HOURS, HOURS), abs=0.01)
    assert cost(of_chips) == pytest.approx((HOURS, HOURS), abs=0.01)


def test_a_gap_widens_the_interval_around_the_truth(session: Session) -> None:
    outcome = replace(outcome_of(session, PRICED), best_bound=Fraction(11_000))

    reason = ask(session, outcome, "b")

    lower, upper = cost(reason)
    assert lower <= 120.45 <= upper
    assert upper == pytest.approx(120.45 + 11_000 - 10 * (HOURS - Fraction(219, 4)), abs=0.01)


def test_without_time_the_cost_is_what_the_first_search_proved(session: Session) -> None:
    reason = ask(session, outcome_of(session, PRICED), "b", seconds=0.0)

    assert reason.lower >= 0
    assert reason.conflict is None
