"""Marginal values by hand: what a step is worth, what the gap hides, and what leaves no plan."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.explain import gains
from optimizer.explain.budget import Budget
from optimizer.explain.marginals import Marginals
from optimizer.explain.rounds import move_of, round_up, sites_in_use
from optimizer.explain.value import Label, Listed
from optimizer.strategy.search import search
from tests.builders import site
from tests.explain.small_plans import EXACT, HOURS, KILOWATT_CHIP, case_of, setting_of, solved

if TYPE_CHECKING:
    from optimizer.explain.value import Move, Value
    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

CENT = 0.01


def values_of(session: Session, outcome: Outcome, most: int | None = None) -> dict[str, Value]:
    return {value.setting.group: value for value in Marginals(outcome, EXACT, Budget(session)).find(most)}


def good_and_plain(**parts: Any) -> dict[str, Any]:  # noqa: ANN401  whatever `document` takes
    """Ten chips: five fit `good`, where each is worth twice as much, and five go to `plain`. 16,425 in all."""
    return {
        "sites": [site("good", "US", power_mw="0.005", value_multiplier=2), site("plain", "US")],
        "accelerators": [KILOWATT_CHIP],
        "delivered": 10,
        "policy": "physical-only",
        **parts,
    }


def ends(move: Move | None) -> tuple[Fraction, Fraction | None]:
    assert move is not None
    return move.lower, move.upper


def test_a_step_of_power_moves_the_chips_that_there_are(session: Session) -> None:
    """One MW more at `good` takes the other five: 5 x 1,095. All of its 0.005 MW gone costs as much."""
    outcome = solved(session, case_of(**good_and_plain()))

    value = values_of(session, outcome)["site_power[good]"]

    assert outcome.objective == 15 * HOURS
    assert value.loosened is not None
    assert value.tightened is not None
    assert ends(value.loosened) == pytest.approx((5 * HOURS, 5 * HOURS), abs=CENT)
    assert ends(value.tightened) == pytest.approx((5 * HOURS, 5 * HOURS), abs=CENT)
    assert value.loosened.change.amount == 1
    assert value.tightened.change.amount == Fraction(-5, 1000)
    assert value.loosened.closed == ("plain",)
    assert value.tightened.closed == ("good",)
    assert value.listed is Listed.BINDING_VALUABLE


def test_both_directions_differ_where_they_should(session: Session) -> None:
    """All five stand at `good`. A sixth would go to `plain`, and without the fifth `good` has one fewer: twice as much."""
    outcome = solved(session, case_of(**good_and_plain(delivered=5)))

    value = values_of(session, outcome)["deliveries[chip]"]

    assert ends(value.loosened) == pytest.approx((HOURS, HOURS), abs=CENT)
    assert ends(value.tightened) == pytest.approx((2 * HOURS, 2 * HOURS), abs=CENT)


def test_what_binds_may_be_worth_nothing(session: Session) -> None:
    """Both sites are full and both are worth the same; a MW more at one of them takes chips from the other."""
    sites = [site("a", "US", power_mw="0.005"), site("b", "US", power_mw="0.010")]
    outcome = solved(session, case_of(**good_and_plain(sites=sites, delivered=15)))

    value = values_of(session, outcome)["site_power[a]"]

    assert value.loosened is not None
    assert value.loosened.label is Label.CONFIRMED
    assert value.loosened.upper == 0
    assert value.loosened.opened == value.loosened.closed == ()


def test_tightening_that_leaves_no_plan_says_so(session: Session) -> None:
    outcome = solved(
        session,
        case_of(
            **good_and_plain(sites=[site("only", "US", power_mw="0.010")], economics={"must_place": "by_end"}),
        ),
    )

    value = values_of(session, outcome)["site_power[only]"]

    assert value.tightened is not None
    assert value.tightened.is_infeasible
    assert value.tightened.upper is None
    assert value.tightened.label is Label.CONFIRMED
    assert value.is_valuable


def test_a_gap_that_hides_one_step_takes_the_smallest_round_number_that_stands_out(session: Session) -> None:
    """Ten chips are worth 10,950; with a bound of 21,900 the resolution is 10,950, two and a half of which are 25 chips: 50
    is the next round number. The moved plan is solved to the end, so at least 60 x 1,095 - 21,900 = 43,800 and at
    most 50 x 1,095 = 54,750 are proven, and the latter is the truth."""
    built = case_of(**good_and_plain(sites=[site("only", "US")]))
    outcome = solved(session, built, bound=20 * HOURS)

    move = values_of(session, outcome)["deliveries[chip]"].loosened

    assert move is not None
    assert (move.steps, move.label) == (50, Label.CONFIRMED)
    assert move.change.amount == 50
    assert ends(move) == pytest.approx((40 * HOURS, 50 * HOURS), abs=CENT)


def test_what_the_gap_hides_altogether_is_called_not_distinguishable(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every search is stopped with a bound of 40,000, so that neither direction can be told from nothing. The truth, 5 x
    1,095 either way, lies in both intervals all the same."""
    built = case_of(**good_and_plain())
    outcome = solved(session, built, bound=40_000)

    def stopped(*arguments: Any, **options: Any) -> Outcome:  # noqa: ANN401  whatever `search` takes
        return replace(search(*arguments, **options), best_bound=Fraction(40_000))

    monkeypatch.setattr(gains, "search", stopped)

    value = values_of(session, outcome)["site_power[good]"]

    for move in value.moves:
        assert move.label is Label.NOT_DISTINGUISHABLE
        assert move.lower == 0 <= 5 * HOURS <= (move.upper or 0)
    assert len(value.moves) == 2
    assert not value.is_confirmed


def test_without_any_bound_nothing_is_proven_above(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    built = case_of(**good_and_plain())
    outcome = replace(solved(session, built), best_bound=None)
    monkeypatch.setattr(gains, "search", lambda *args, **kw: replace(search(*args, **kw), best_bound=None))

    for move in values_of(session, outcome)["site_power[good]"].moves:
        assert (move.label, move.upper) == (Label.NOT_DISTINGUISHABLE, None)


def test_what_is_worth_money_though_not_tight_has_a_list_of_its_own(session: Session) -> None:
    """17 chips, two sites of ten that cost 8,000 to open. Seven are worth 7,665, so they wait; with one more the second is
    worth opening, by 760. Seven chips of slack are left, so deliveries do not bind."""
    sites = [site(key, "US", power_mw="0.010", opening_cost_usd=8000) for key in ("a", "b")]
    outcome = solved(session, case_of(**good_and_plain(sites=sites, delivered=17)))

    value = values_of(session, outcome)["deliveries[chip]"]

    assert value.screened == 0
    assert value.loosened is not None
    assert ends(value.loosened) == pytest.approx((760, 760), abs=CENT)
    assert len(value.loosened.opened) == 1
    assert value.listed is Listed.SLACK_VALUABLE


def test_a_site_that_stays_shut_is_asked_where_more_power_would_pay_for_its_opening(session: Session) -> None:
    """`dear` stays shut: ten chips are worth 10,950 more there, and it costs 11,500 to open. A MW more takes all hundred:
    109,500 less 11,500. None of its power is used, so no dual of it is above nothing."""
    sites = [site("dear", "US", power_mw="0.010", value_multiplier=2, opening_cost_usd=11_500), site("plain", "US")]
    outcome = solved(session, case_of(**good_and_plain(sites=sites, delivered=100)))

    value = values_of(session, outcome)["site_power[dear]"]

    assert value.screened == pytest.approx(98_000)
    assert value.loosened is not None
    assert ends(value.loosened) == pytest.approx((98_000, 98_000), abs=CENT)
    assert value.loosened.opened == ("dear",)
    assert value.listed is Listed.SLACK_VALUABLE


def test_steps_of_a_shut_site_are_enough_to_open_it(session: Session) -> None:
    """3,000 chips are worth 1,095 more each at `dear`, and it costs 2,500,000 to open. One MW more, for 1,010 of them, does
    not pay for that. Five, the next number tried, take all: 785,000."""
    sites = [site("dear", "US", power_mw="0.010", value_multiplier=2, opening_cost_usd=2_500_000), site("plain", "US")]
    outcome = solved(session, case_of(**good_and_plain(sites=[*sites, site("far", "US", power_mw=9)], delivered=3000)))

    value = values_of(session, outcome)["site_power[dear]"]

    assert value.least_steps == 5
    assert value.loosened is not None
    assert value.loosened.steps == 5
    assert ends(value.loosened) == pytest.approx((785_000, 785_000), abs=CENT)


def test_what_neither_binds_nor_seems_worth_anything_is_not_asked(session: Session) -> None:
    """`poor` would lose on each chip however many it held."""
    sites = [site("poor", "US", power_mw="0.010", value_multiplier="0.5", opening_cost_usd=100), site("plain", "US")]
    outcome = solved(session, case_of(**good_and_plain(sites=sites, delivered=100)))

    value = values_of(session, outcome)["site_power[poor]"]

    assert value.moves == ()
    assert value.listed is Listed.OTHER


def test_values_that_are_not_asked_for_stay_screened(session: Session) -> None:
    values = values_of(session, solved(session, case_of(**good_and_plain())), most=1)

    assert [bool(value.moves) for value in values.values()] == [True, False, False]
    assert next(iter(values)) == "site_power[good]"
    assert values["deliveries[chip]"].screened == pytest.approx(HOURS)
    assert values["deliveries[chip]"].is_valuable


def test_nothing_is_worth_anything_without_a_plan(session: Session) -> None:
    broken = case_of(**good_and_plain(sites=[site("a", "US", power_mw=0)], economics={"must_place": "by_end"}))

    assert values_of(session, solved(session, broken)) == {}


def test_no_time_leaves_values_without_moves(session: Session) -> None:
    outcome = solved(session, case_of(**good_and_plain()))

    found = list(Marginals(outcome, EXACT, Budget(session, seconds=0.0)).find())

    assert len(found) == 3
    assert not any(value.moves or value.screened for value in found)


@pytest.mark.parametrize(
    ("group", "steps", "is_loosened", "amount"),
    [
        ("destination_share[MY]", 5, True, Fraction(5, 100)),
        ("destination_share[MY]", 95, True, Fraction(93, 100)),
        ("destination_share[MY]", 10, False, Fraction(-7, 100)),
        ("home_share[US]", 60, True, Fraction(-1, 2)),
        ("home_share[US]", 60, False, Fraction(1, 2)),
        ("site_power[kl]", 2, False, Fraction(-5, 4)),
    ],
)
def test_a_move_ends_where_its_range_does(group: str, steps: int, is_loosened: bool, amount: Fraction) -> None:
    built = case_of(sites=[site("kl", "MY", power_mw="1.25"), site("ohio", "US")], delivered=10)

    change = move_of(setting_of(built, group), steps, is_loosened=is_loosened)

    assert change is not None
    assert change.amount == amount


def test_there_is_no_move_beyond_the_end_of_a_range() -> None:
    built = case_of(sites=[site("kl", "MY", power_mw=0)], delivered=10, policy={"destination_share": "100%"})

    assert move_of(setting_of(built, "destination_share[MY]"), 1, is_loosened=True) is None
    assert move_of(setting_of(built, "site_power[kl]"), 1, is_loosened=False) is None


@pytest.mark.parametrize(("steps", "rounded"), [(1, 1), (3, 5), (6, 10), (11, 20), (21, 50), (500, 500)])
def test_steps_are_rounded_up_to_one_two_or_five(steps: int, rounded: int) -> None:
    assert round_up(steps) == rounded


def test_sites_in_use_are_those_where_something_stands(session: Session) -> None:
    assert sites_in_use(solved(session, case_of(**good_and_plain(delivered=5)))) == ("good",)
