"""Explanations in words: every sentence names its number, and nothing is claimed that was not proven."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer.analysis.binding import group_readings
from optimizer.explain.change import Change
from optimizer.explain.conflict import Atom, Member
from optimizer.explain.family import Family
from optimizer.explain.repair import PolicyChange, Repair
from optimizer.explain.setting import settings_of
from optimizer.explain.value import Label, Move, Value
from optimizer.report import explain_words as words
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.verify.check import verify
from tests.builders import chip, site
from tests.explain.small_plans import case_of, contract, setting_of
from tests.report.small_fleet import small_outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

FLEET = case_of(
    sites=[site("kl", "MY", power_mw="1.25", max_units=800), site("ohio", "US"), site("texas", "US", power_mw=3)],
    accelerators=[chip(block=8)],
    delivered={"chip": [16, 16]},
    periods=2,
    commitments=[contract("lease", "kl", 20, reference="contract 7")],
    economics={"must_place": "by_end"},
    limits={"site_power[kl]": {"buyable": True}},
)


def change(group: str, amount: Fraction | int | None, first_period: int | None = None) -> Change:
    return Change(setting_of(FLEET, group), None if amount is None else Fraction(amount), first_period)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (change("site_power[kl]", 10), "10 MW more at kl"),
        (change("site_power[kl]", Fraction(-1, 2), 1), "0.5 MW less at kl from 2025Q2 on"),
        (change("deliveries[chip]", 8), "8 units of chip more delivered"),
        (change("must_place[chip]", -8), "8 units of chip left to wait"),
        (change("must_place[chip]", 8), "8 units of chip more that have to stand"),
        (change("destination_share[MY]", Fraction(1, 100)), "destination_share[MY] at 8% instead of 7%"),
        (change("commitment[lease]", -19), "commitment[lease] at 1 unit instead of 20 units"),
        (change("commitment[lease]", -8), "commitment[lease] at 12 units instead of 20 units"),
        (change("national_cap[MY]", 1000), "national_cap[MY] at 51,000 chips instead of 50,000 chips"),
        (change("commitment[lease]", None), "commitment[lease] lifted (min 20 units today)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_says_what_is_done_and_what_was_there_before(changed: Change, text: str) -> None:
    assert words.change_words(changed) == text


def test_numbers_that_differ_between_periods_are_given_as_a_range() -> None:
    deliveries = change("deliveries[chip]", 8)

    assert words.today_words(deliveries.setting) == "16 to 32 units"
    assert words.suggested_words(deliveries) == "+8 units in each period"
    assert words.today_words(setting_of(FLEET, "destination_share[MY]")) == "7%"
    assert words.suggested_words(change("destination_share[MY]", Fraction(1, 100))) == "8%"
    assert words.suggested_words(change("commitment[lease]", None)) == "lifted"


def test_signs_are_printed() -> None:
    assert words.signed_words(change("destination_share[MY]", Fraction(1, 100))) == "+1 percentage point"
    assert words.signed_words(change("destination_share[MY]", Fraction(-1, 50))) == "−2 percentage points"
    assert words.signed_words(change("commitment[lease]", None)) == "lifted"


def move(
    lower: int = 0,
    upper: int | None = 0,
    *,
    label: Label = Label.CONFIRMED,
    is_loosened: bool = True,
    is_infeasible: bool = False,
    opened: tuple[str, ...] = (),
    closed: tuple[str, ...] = (),
) -> Move:
    return Move(
        change("site_power[kl]", 1 if is_loosened else -1),
        1,
        is_loosened,
        label,
        Fraction(lower),
        None if upper is None else Fraction(upper),
        is_infeasible,
        opened,
        closed,
    )


HIDDEN = Label.NOT_DISTINGUISHABLE


@pytest.mark.parametrize(
    ("moved", "text"),
    [
        (move(2000, 3000), "1 MW more at kl is worth $2,000 to $3,000"),
        (move(2000, 3000, is_loosened=False), "1 MW less at kl costs $2,000 to $3,000"),
        (
            move(2000, 2000, opened=("texas",), closed=("ohio", "oslo")),
            "1 MW more at kl is worth $2,000 (opens texas, ",
        ),
        (move(), "1 MW more at kl is worth nothing"),
        (move(is_loosened=False), "1 MW less at kl costs nothing"),
        (move(upper=None, is_loosened=False, is_infeasible=True), "1 MW less at kl: no plan is left"),
        (move(upper=900, label=HIDDEN), "1 MW more at kl is worth at most $900; the gap hides more ($700)"),
        (move(upper=None, label=HIDDEN), "1 MW more at kl is worth an unknown amount; the gap hides more ($700)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_move_says_no_more_than_was_proven(moved: Move, text: str) -> None:
    assert words.move_sentence(moved, "USD", Fraction(700)).startswith(text)


def value(screened: float | None, *moves: Move) -> Value:
    limits = compile_limits(FLEET)
    readings = group_readings(FLEET, verify(FLEET, limits, Placement()).readings)
    setting = setting_of(FLEET, "site_power[kl]")
    reading = next(one for one in readings if one.limit.group == setting.group)
    by_side = {one.is_loosened: one for one in moves}
    return Value(setting, reading, screened, by_side.get(True), by_side.get(False))


def said(found: Value, resolution: int | None = None) -> str:
    text = words.value_sentence(found, "USD", None if resolution is None else Fraction(resolution))
    return text.removesuffix(".")


def test_a_value_gives_both_directions_or_says_that_it_was_only_screened() -> None:
    both = value(5.0, move(2000, 2000), move(900, 900, is_loosened=False))

    assert said(both) == "1 MW more at kl is worth $2,000. 1 MW less at kl costs $900"
    assert said(value(2500.0)) == "About $2,500 for 1 MW by its dual; not confirmed by solving"
    assert "under $3,000 for 1 MW" in said(value(2500.0), 3000)
    assert said(value(0.0)) == "Seems to be worth nothing"


def atom(name: str, *groups: str) -> Member:
    return Member(Atom(name, tuple(setting_of(FLEET, group) for group in groups)), ("2025Q1",))


MEMBERS = {
    "the contract lease (min 20 units)": atom("commitment[lease]", "commitment[lease]"),
    "what is delivered of chip has to stand (32 units)": atom("must_place[chip]", "must_place[chip]"),
    "destination_share[MY] (at most 7%)": atom("destination_share[MY]", "destination_share[MY]"),
    "home_share[US] (at least 50%)": atom("home_share[US]", "home_share[US]"),
    "the power at kl 1.25 MW": atom("site_power[kl]", "site_power[kl]"),
    "the power of US (ohio 1,000 MW, texas 3 MW)": atom("site_power in US", "site_power[ohio]", "site_power[texas]"),
    "what is delivered (chip)": atom("deliveries", "deliveries[chip]"),
}


@pytest.mark.parametrize("text", list(MEMBERS))
def test_each_member_of_a_conflict_is_named_with_its_number(text: str) -> None:
    assert words.member_sentence(MEMBERS[text]) == text


def sentence(*texts: str, is_minimal: bool) -> str:
    return words.conflict_sentence([MEMBERS[text] for text in texts], is_minimal=is_minimal)


def test_a_conflict_says_whether_each_member_is_needed() -> None:
    two: Sequence[str] = ("the contract lease (min 20 units)", "destination_share[MY] (at most 7%)")

    assert sentence(*two, is_minimal=True) == (
        "These cannot hold together: the contract lease (min 20 units); destination_share[MY] (at most 7%). Leave any one "
        "out and a plan exists for the rest"
    )
    assert sentence(*two, is_minimal=False).endswith("Not all may be needed")
    assert sentence(two[0], is_minimal=True) == ("This cannot be met by any plan: the contract lease (min 20 units)")


def repair(family: Family, *groups: str, policy: tuple[PolicyChange, ...] = ()) -> Repair:
    changes = tuple(change(group, 1) for group in groups)
    return Repair(family, changes, policy, is_least=True, outcome=small_outcome(), set_options=())


@pytest.mark.parametrize(
    ("family", "groups", "label"),
    [
        (Family.CHANGE, ("commitment[lease]",), "contract"),
        (Family.BUY, ("site_power[kl]",), "power to buy"),
        (Family.BUY, ("site_power[kl]", "max_units[kl]"), "to buy"),
        (Family.GOVERNMENT, ("national_cap[MY]",), "change of law"),
        (Family.SEVERAL, ("commitment[lease]", "site_power[kl]"), "yours to change and yours to buy"),
    ],
)
def test_a_repair_is_labelled_by_what_it_takes(family: Family, groups: tuple[str, ...], label: str) -> None:
    assert words.repair_label(repair(family, *groups)) == label


def test_a_repair_says_what_it_permits() -> None:
    sought = PolicyChange("authorisations", "none", "uveu")

    text = words.repair_sentence(repair(Family.GOVERNMENT, policy=(sought,)), "USD")

    assert text.startswith("Authorisations = uveu instead of none (authorisation): permits a plan worth $")
    assert words.repair_label(repair(Family.GOVERNMENT, policy=(sought,))) == "authorisation"


def test_names_of_settings_keep_their_small_letter() -> None:
    assert words.sentence_case("10 MW more at kl") == "10 MW more at kl"
    assert words.sentence_case("what is delivered") == "What is delivered"
    assert words.sentence_case("destination_share[MY] at 8%") == "destination_share[MY] at 8%"
    assert words.sentence_case("must_place lifted") == "must_place lifted"


def test_every_setting_of_a_plan_has_words_for_its_number_and_step() -> None:
    for setting in settings_of(FLEET, compile_limits(FLEET)):
        assert words.today_words(setting)
        assert words.words_of_number(setting)
        assert words.step_words(setting)
