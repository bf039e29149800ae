"""A change of settings comes to the same whether it is made to limits or written into the plan."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.explain.change import Change, changed_case, changed_limits, set_options
from optimizer.files.overrides import apply_overrides
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.plan import LimitSetting
from tests.builders import chip, document, site
from tests.explain.small_plans import contract, setting_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit

FLEET = document(
    sites=[site("kl", "MY", power_mw="1.25", min_units_if_open=80, max_units=800), site("ohio", "US")],
    accelerators=[chip(block=8)],
    delivered={"chip": [16, 16]},
    periods=2,
    installed=[{"country": "US", "accelerator": "chip", "units": 100}],
    commitments=[contract("lease", "kl", 20)],
    economics={"must_place": "each_period"},
)
Numbers = list[tuple[str, str, dict[object, Fraction], Fraction, Fraction | None]]


def with_limits(**own: object) -> dict[str, Any]:
    """Return the fleet's plan with one group of its [limits] set."""
    return {**FLEET, "limits": {"site_power[*]": own}}


def read(plan: dict[str, Any], options: Iterable[str] = ()) -> Case:
    return make_case(plan_from_dict(apply_overrides(plan, options)))


def numbers(limits: Iterable[Limit]) -> Numbers:
    """Return what limits ask for, whatever they call it."""
    return [
        (
            limit.key,
            limit.sense.value,
            {variable: Fraction(coefficient) for variable, coefficient in limit.net_terms()},
            Fraction(limit.net_bound),
            None if limit.number is None else Fraction(limit.number),
        )
        for limit in limits
    ]


@dataclass(frozen=True)
class Written:
    """A change, and the options that write it."""

    group: str
    amount: Fraction | int | None
    options: tuple[str, ...]
    first_period: int | None = None


CHANGES = (
    Written("destination_share[MY]", Fraction(1, 100), ('limits."destination_share[MY]".change=+1%',)),
    Written("destination_share[MY]", Fraction(348, 10_000), ('limits."destination_share[MY]".change=+3.48%',)),
    Written("destination_share[MY]", Fraction(1, 300), ('limits."destination_share[MY]".change=+1/300',)),
    Written("home_share[US]", Fraction(-1, 100), ('limits."home_share[US]".change=-1%',)),
    Written("national_cap[MY]", 1000, ('limits."national_cap[MY]".change=+1000',)),
    Written(
        "site_power[kl]",
        Fraction(13, 10),
        ('limits."site_power[kl]".change=+1.3', 'limits."site_power[kl]".change_from=2025Q2'),
        1,
    ),
    Written("deliveries[chip]", -8, ('limits."deliveries[chip]".change=-8',)),
    Written(
        "deliveries[chip]",
        8,
        ('limits."deliveries[chip]".change=+8', 'limits."deliveries[chip]".change_from=2025Q2'),
        1,
    ),
    Written("must_place[chip]", -8, ('limits."must_place[chip]".change=-8',)),
    Written("commitment[lease]", -8, ('limits."commitment[lease]".change=-8',)),
    Written("min_units[kl]", -8, ('limits."min_units[kl]".change=-8',)),
    Written("max_units[kl]", 8, ('limits."max_units[kl]".change=+8',)),
    Written("commitment[lease]", None, ('limits."commitment[lease]".enforced=false',)),
    Written("destination_share[MY]", None, ('limits."destination_share[MY]".enforced=false',)),
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: "; ".join(change.options))
def test_a_change_of_limits_is_that_of_the_plan_with_its_options(change: Written) -> None:
    case = read(FLEET)
    moved = Change(
        setting_of(case, change.group),
        None if change.amount is None else Fraction(change.amount),
        change.first_period,
    )

    by_limits = numbers(changed_limits(compile_limits(case), (moved,)))

    assert set_options(case, moved) == change.options
    assert numbers(compile_limits(read(FLEET, change.options))) == by_limits
    assert numbers(compile_limits(changed_case(case, (moved,)))) == by_limits


def test_only_the_setting_and_the_periods_named_change() -> None:
    """1.25 MW at kl becomes 2.25 in 2025Q2 alone, and ohio keeps its 1,000."""
    case = read(FLEET)
    change = Change(setting_of(case, "site_power[kl]"), Fraction(1), 1)

    power = {
        limit.key: limit.number
        for limit in changed_limits(compile_limits(case), (change,))
        if limit.rule == "site_power"
    }

    assert power == {
        "site_power[kl,2025Q1]": Fraction(5, 4),
        "site_power[kl,2025Q2]": Fraction(9, 4),
        "site_power[ohio,2025Q1]": 1000,
        "site_power[ohio,2025Q2]": 1000,
    }


def test_a_change_is_added_to_one_that_the_plan_has_already() -> None:
    """The plan says 2 MW more from 2025Q2 on at every site; 1 MW more at kl is 3 MW more there, from then on."""
    plan = with_limits(change="2", change_from="2025Q2")
    case = read(plan)
    change = Change(setting_of(case, "site_power[kl]"), Fraction(1), 1)

    options = set_options(case, change)
    by_limits = numbers(changed_limits(compile_limits(case), (change,)))

    assert options == ('limits."site_power[kl]".change=+3', 'limits."site_power[kl]".change_from=2025Q2')
    assert numbers(compile_limits(changed_case(case, (change,)))) == by_limits


def test_what_is_said_of_every_group_holds_where_a_single_one_is_silent() -> None:
    """A key of `site_power[kl]` does not take away what `site_power[*]` says beside it."""
    plan = with_limits(change="2", change_from="2025Q2", buyable=True)
    plan["limits"]["site_power[kl]"] = {"setting": "5"}

    case = read(plan)

    own = case.limit_setting("site_power", "kl")
    assert own == LimitSetting(setting=Fraction(5), change=Fraction(2), change_from=1, is_buyable=True)
    assert setting_of(case, "site_power[kl]").numbers == (5, 7)
    assert setting_of(case, "site_power[ohio]").numbers == (1000, 1002)


def test_a_single_groups_own_word_comes_first() -> None:
    single = LimitSetting(change=Fraction(1), kind=LimitKind.CONTRACT)
    every = LimitSetting(setting=Fraction(9), change=Fraction(4), change_from=2, is_buyable=True, is_enforced=False)

    assert single.over(every) == LimitSetting(
        setting=Fraction(9),
        kind=LimitKind.CONTRACT,
        change=Fraction(1),
        change_from=None,
        is_buyable=True,
        is_enforced=False,
    )


def test_power_falls_no_further_than_nothing_in_a_period_that_has_less() -> None:
    """One MW less, of 1.25 in the first quarter and a half in the second."""
    plan = {**FLEET, "power": [{"site": "kl", "period": "2025Q2", "power_mw": "0.5"}]}
    case = read(plan)
    change = Change(setting_of(case, "site_power[kl]"), Fraction(-1))
    moved, written = (
        [limit for limit in limits if limit.group == "site_power[kl]"]
        for limits in (
            changed_limits(compile_limits(case), (change,)),
            compile_limits(read(plan, set_options(case, change))),
        )
    )

    assert [limit.number for limit in moved] == [Fraction(1, 4), 0]
    assert numbers(moved) == numbers(written)
