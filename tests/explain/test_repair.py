"""Repairs by hand: by family, fewest settings first, then the least change, each with the plan it permits."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.explain.budget import Budget
from optimizer.explain.family import Family
from optimizer.explain.feasibility import Feasibility
from optimizer.explain.repair import Repair, find_repairs
from optimizer.files.read_plan import plan_from_dict
from optimizer.report.explain_words import repair_sentence
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from tests.builders import chip, document, site
from tests.explain.independent import makes_a_plan, solve_with
from tests.explain.small_plans import EXACT, HOURS, KILOWATT_CHIP, asking, contract, japanese
from tests.rules.diffusion import ONLY_LISTED, PACK

if TYPE_CHECKING:
    from optimizer.solve.session import Session

Found = list[tuple[Family, tuple[str, ...]]]


def repairs_of(session: Session, plan: dict[str, Any]) -> list[Repair]:
    """Return the repairs of a plan, each held against a solve of the plan with it written in."""
    case = make_case(plan_from_dict(plan))
    found = list(find_repairs(case, compile_limits(case), asking(session)))
    for repair in found:
        assert repair.is_least
        assert makes_a_plan(repair, plan, session), repair.set_options
    return found


def options(repairs: list[Repair]) -> Found:
    return [(one.family, tuple(option.removeprefix("limits.") for option in one.set_options)) for one in repairs]


def twenty_of_a_hundred(**parts: Any) -> dict[str, Any]:  # noqa: ANN401  whatever `document` takes
    """A contract for 20 chips in Malaysia, where 7 of 100 may stand."""
    return {**japanese(100, "MY", **parts), "commitments": [contract("lease", "in-my", 20)]}


def test_the_contract_comes_before_the_law(session: Session) -> None:
    found = repairs_of(session, twenty_of_a_hundred())

    assert options(found) == [
        (Family.CHANGE, ('"commitment[lease]".change=-13',)),
        (Family.GOVERNMENT, ('"destination_share[MY]".change=+13%',)),
    ]
    assert [repair.outcome.objective for repair in found] == [100 * HOURS, 100 * HOURS]


def test_a_budget_too_small_for_a_contract_is_the_planners_to_raise(session: Session) -> None:
    """Twenty chips cost 7.5 each, and there are 100 to spend: 13 chips fewer cannot be, 7 can, or 50 more."""
    shared = {"resources": [{"resource": "capex", "limit": 100, "unit": "MUSD"}]}
    use = [{"resource": "capex", "per_unit": "7.5"}]
    plan = {**japanese(100, "JP", **shared, resource_use=use), "commitments": [contract("lease", "in-jp", 20)]}

    found = repairs_of(session, plan)

    assert options(found) == [
        (Family.CHANGE, ('"commitment[lease]".change=-7',)),
        (Family.CHANGE, ('"resource[capex]".change=+50',)),
    ]
    assert repair_sentence(found[1], "USD").startswith("50 MUSD more of capex (contract)")


def test_a_hall_is_enlarged_where_the_plan_says_that_it_can_be(session: Session) -> None:
    """Nine chips of 1 kW are promised, and two modules carry four each."""
    plan = document(
        sites=[site("ohio", "US", power_mw=0)],
        accelerators=[KILOWATT_CHIP],
        delivered=20,
        halls=[{"site": "ohio", "hall": "north", "power_mw": "0.004", "modules": 2}],
        commitments=[contract("lease", "ohio", 9)],
        limits={"max_modules[north]": {"buyable": True}},
    )

    found = repairs_of(session, plan)

    assert options(found) == [
        (Family.CHANGE, ('"commitment[lease]".change=-1',)),
        (Family.BUY, ('"max_modules[north]".change=+1',)),
    ]
    assert repair_sentence(found[1], "USD").startswith("1 module more in the hall north (to buy)")


def test_a_pace_of_openings_is_the_planners_to_change(session: Session) -> None:
    """Ten chips are promised at once, and only one of two sites for six each opens in a quarter."""
    plan = document(
        sites=[site(key, "US", max_units=6, region="east") for key in ("here", "there")],
        delivered=12,
        opening_limits=[{"key": "pace", "max_openings": 1}],
        commitments=[{"key": "lease", "region": "east", "min_units": 10}],
    )

    found = repairs_of(session, plan)

    assert (Family.CHANGE, ('"opening_limit[pace]".change=+1',)) in options(found)


def test_what_is_buyable_is_bought_from_when_it_is_needed(session: Session) -> None:
    """Four of five chips fit; the fifth may stand in the second quarter."""
    plan = document(
        sites=[site("ohio", "US", power_mw="0.004")],
        accelerators=[KILOWATT_CHIP],
        delivered={"chip": [5, 0]},
        periods=2,
        economics={"must_place": "by_end"},
        limits={"site_power[*]": {"buyable": True}},
    )

    assert options(repairs_of(session, plan)) == [
        (Family.CHANGE, ('"must_place[chip]".change=-1',)),
        (Family.BUY, ('"site_power[ohio]".change=+0.096', '"site_power[ohio]".change_from=2025Q2')),
    ]


@pytest.mark.slow
def test_two_contradictions_of_one_family_are_repaired_together(session: Session) -> None:
    """14 of 200 chips may stand in each country, and 20 are asked for in both."""
    plan = japanese(200, "MY", "BR")
    plan["commitments"] = [contract("one", "in-my", 20), contract("two", "in-br", 20)]

    change, law, *_ = repairs_of(session, plan)

    assert sorted(change.set_options) == [
        'limits."commitment[one]".change=-6',
        'limits."commitment[two]".change=-6',
    ]
    assert sorted(law.set_options) == [
        'limits."destination_share[BR]".change=+3%',
        'limits."destination_share[MY]".change=+3%',
    ]


def test_families_are_taken_together_where_none_alone_is_enough(session: Session) -> None:
    """A contract for more than a site holds, whose power is not buyable, and a must_place that only power elsewhere
    satisfies: relabelled as physical, it is not ours to change."""
    plan = document(
        sites=[site("ohio", "US", power_mw="0.004"), site("oslo", "NO", power_mw="0.004")],
        accelerators=[KILOWATT_CHIP],
        delivered=10,
        economics={"must_place": "by_end"},
        commitments=[contract("lease", "ohio", 5)],
        limits={"must_place[chip]": {"kind": "physical"}, "site_power[oslo]": {"buyable": True}},
        policy="physical-only",
    )

    (repair,) = repairs_of(session, plan)

    assert repair.family is Family.SEVERAL
    assert {change.group: change.amount for change in repair.changes} == {
        "commitment[lease]": -1,
        "site_power[oslo]": Fraction(96, 1000),
    }


def test_where_nothing_can_be_changed_there_is_no_repair(session: Session) -> None:
    plan = document(
        sites=[site("ohio", "US", power_mw="0.001", power_includes_installed=True)],
        accelerators=[KILOWATT_CHIP],
        installed=[{"site": "ohio", "accelerator": "chip", "units": 2}],
    )

    assert repairs_of(session, plan) == []


def test_at_most_three_repairs_of_a_family_the_least_first(session: Session) -> None:
    """Contracts for 20, 30, 40 and 50 of 139 chips: any one of them less by one is enough, and least to the largest."""
    rows = [contract(f"c{units}", f"s{units}", units) for units in (20, 30, 40, 50)]
    plan = document(
        sites=[site(row["site"], "US", power_mw=1) for row in rows],
        delivered=139,
        accelerators=[chip()],
        commitments=rows,
    )

    found = options(repairs_of(session, plan))

    assert found == [(Family.CHANGE, (f'"commitment[c{units}]".change=-1',)) for units in (50, 40, 30)]


def test_an_exemption_of_the_announced_reading_comes_before_a_larger_cap(session: Session) -> None:
    """15 chips may come into Malaysia in all, 20 of 1,000 are asked for."""
    plan = {**japanese(1000, "MY", policy={"national_cap": 15}), "commitments": [contract("lease", "in-my", 20)]}

    found = repairs_of(session, plan)

    assert [(one.family, one.set_options) for one in found] == [
        (Family.CHANGE, ('limits."commitment[lease]".change=-5',)),
        (Family.GOVERNMENT, ("policy.validated_exempt_from_national_cap=true",)),
        (Family.GOVERNMENT, ('limits."national_cap[MY]".change=+5',)),
    ]
    (exempt,) = found[1].policy_changes
    assert (exempt.name, exempt.today, exempt.suggested) == ("validated_exempt_from_national_cap", "false", "true")


def published(authorisations: str) -> dict[str, Any]:
    """An American company with a contract for ten controlled chips in Malaysia, 1,000 at home, and no way in of its own."""
    return document(
        sites=[site("kl", "MY"), site("ohio", "US")],
        start="2026Q1",
        accelerators=[chip(tpp=10_000)],
        delivered=100,
        policy={
            "name": PACK,
            **ONLY_LISTED,
            "decision_days": 0,
            "new_site_notice_days": 0,
            "authorisations": authorisations,
        },
        installed=[{"country": "US", "accelerator": "chip", "units": 1000}],
        commitments=[contract("lease", "kl", 10)],
    )


@pytest.mark.slow
def test_an_authorisation_to_seek_comes_before_a_change_of_law(session: Session) -> None:
    found = repairs_of(session, published("none"))

    government = [one for one in found if one.family is Family.GOVERNMENT]
    sought = [one.set_options for one in government if one.policy_changes]
    assert sought == [("policy.authorisations=nveu",), ("policy.authorisations=uveu",)]
    assert government[: len(sought)] == [one for one in government if one.policy_changes]


@pytest.mark.parametrize("held", ["nveu", "uveu"])
def test_nothing_is_to_be_sought_by_a_company_that_holds_it(session: Session, held: str) -> None:
    case = make_case(plan_from_dict(published(held)))

    assert asking(session).ask(case, compile_limits(case)).exists is True


LATE = document(
    sites=[site("ohio", "US", power_mw="0.050")],
    start="2026Q1",
    periods=4,
    accelerators=[chip(block=4, power_kw=1)],
    delivered={"chip": [8, 0, 40, 20]},
    policy="physical-only",
    commitments=[contract("lease", "ohio", 18, **{"from": "2026Q2", "until": "2026Q2"})],
)
"""18 chips are promised by the second quarter, when 8 are there: three blocks of four more, from either later delivery."""


def test_a_delivery_may_come_earlier_by_as_few_periods_and_units_as_can_be(session: Session) -> None:
    found = [one for one in repairs_of(session, LATE) if one.table_changes]

    assert [one.set_options for one in found] == [
        ("deliveries[chip,2026Q3 to 2026Q2].units=12",),
        ("deliveries[chip,2026Q4 to 2026Q2].units=12",),
    ]
    (change,) = found[0].table_changes
    assert found[0].family is Family.CHANGE
    assert change.sentence == "chip: 12 units in 2026Q2 instead of 2026Q3"
    assert (change.today, change.suggested, change.change) == (
        "12 units in 2026Q3",
        "12 units in 2026Q2",
        "1 period earlier",
    )


@pytest.mark.parametrize(
    "less", ["2026Q3 to 2026Q2].units=8", "2026Q4 to 2026Q3].units=20", "2026Q4 to 2026Q2].units=8"]
)
def test_a_block_fewer_or_a_period_later_is_too_little(session: Session, less: str) -> None:
    assert solve_with(LATE, [f"deliveries[chip,{less}"], session).placement is None


def test_a_delivery_is_left_alone_where_more_chips_would_not_help(session: Session) -> None:
    """18 are promised where 10 have power."""
    plan = LATE | {"sites": [site("ohio", "US", power_mw="0.010")]}

    assert not any(one.table_changes for one in repairs_of(session, plan))


@pytest.mark.slow
def test_a_licence_is_sought_where_the_policy_has_licences_and_there_is_none(session: Session) -> None:
    found = [one for one in repairs_of(session, published("listed")) if one.table_changes]

    assert [(one.family, one.set_options) for one in found] == [
        (Family.GOVERNMENT, ("authorisations[+licence,MY].units=10",))
    ]
    (change,) = found[0].table_changes
    assert (change.today, change.suggested) == ("none", "a licence for 10 units")
    too_little = ["authorisations[+licence,MY].units=9"]
    assert solve_with(published("listed"), too_little, session).placement is None


def test_without_time_no_repair_is_begun(session: Session) -> None:
    case = make_case(plan_from_dict(twenty_of_a_hundred()))
    feasibility = Feasibility(EXACT, Budget(session, seconds=0.0))

    assert list(find_repairs(case, compile_limits(case), feasibility)) == []
