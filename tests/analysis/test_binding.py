"""Which limits bind: whether one more block would break them, or one block less where only additions help."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.analysis.assignment import with_paths
from optimizer.analysis.binding import GroupReading, Tightness, group_readings
from optimizer.rules.limit import Expression, Limit, Placed, Sense, Standing
from optimizer.rules.measures import CHIPS
from optimizer.rules.registry import compile_limits
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.placement import Placement
from optimizer.verify.check import verify
from tests.builders import Row, case, chip, placing, site

if TYPE_CHECKING:
    from optimizer.rules.case import Case

HOME_93 = [{"country": "US", "accelerator": "chip", "units": 93}]


def groups_of(described: Case, placement: Placement) -> dict[str, GroupReading]:
    readings = verify(described, compile_limits(described), placement).readings
    return {group.limit.group: group for group in group_readings(described, readings)}


def tightness(described: Case, group: str, **units: object) -> list[str]:
    """Return how a group stands in each period, with units placed by site."""
    return [str(tight) for tight in groups_of(described, placing(described, **units))[group].tightness]  # type: ignore[arg-type]


def test_a_share_binds_before_its_slack_is_gone() -> None:
    # 934 at home allow 70.3 single chips, or 64 in servers of eight: 72 would be too many.
    home = [{"country": "US", "accelerator": "chip", "units": 934}]
    servers = case(sites=[site("kl", "MY")], accelerators=[chip(block=8)], delivered=800, installed=home)

    assert tightness(servers, "destination_share[MY]", kl=64) == ["binding"]
    assert tightness(servers, "destination_share[MY]", kl=56) == ["slack"]


def test_a_share_with_room_for_exactly_one_more_block_does_not_bind() -> None:
    described = case(sites=[site("kl", "MY")], delivered=100, installed=HOME_93)

    assert tightness(described, "destination_share[MY]", kl=6) == ["slack"]
    assert tightness(described, "destination_share[MY]", kl=7) == ["binding"]


def test_the_smallest_step_counts_among_accelerators_delivered_by_then() -> None:
    # 5 MW are free. Racks of 8 MW come at once, single chips of 1 MW in the second quarter.
    described = case(
        sites=[site("ohio", "US", power_mw=10)],
        accelerators=[chip("rack", power_kw=1000, block=8), chip("single", power_kw=1000)],
        delivered={"rack": [8, 0], "single": [5, 3]},
        periods=2,
    )
    late = case(
        sites=[site("ohio", "US", power_mw=10)],
        accelerators=[chip("rack", power_kw=1000, block=8), chip("single", power_kw=1000)],
        delivered={"rack": [16, 0], "single": [0, 3]},
        periods=2,
    )

    assert tightness(described, "site_power[ohio]", ohio={"single": 5}) == ["slack", "slack"]
    assert tightness(late, "site_power[ohio]", ohio={"rack": 8}) == ["binding", "slack"]


def test_the_smallest_step_counts_only_where_the_accelerator_is_allowed() -> None:
    accelerators = [chip("rack", power_kw=1000, block=8), chip("single", power_kw=1000)]
    parts: Row = {"accelerators": accelerators, "delivered": {"rack": [16], "single": [5]}}
    open_to_all = case(sites=[site("ohio", "US", power_mw=10)], **parts)
    racks_only = case(sites=[site("ohio", "US", power_mw=10, allowed_accelerators="rack")], **parts)

    assert tightness(open_to_all, "site_power[ohio]", ohio={"rack": 8}) == ["slack"]
    assert tightness(racks_only, "site_power[ohio]", ohio={"rack": 8}) == ["binding"]


def test_a_pair_without_a_value_until_later_takes_no_block_before() -> None:
    values = [
        {"site": "ohio", "accelerator": "rack", "value_usd_per_unit": 1},
        {"site": "ohio", "accelerator": "single", "value_usd_per_unit": 1, "period": "2025Q2"},
    ]
    described = case(
        sites=[site("ohio", "US", power_mw=10)],
        accelerators=[chip("other"), chip("rack", power_kw=1000, block=8), chip("single", power_kw=1000)],
        delivered={"other": [9], "rack": [16], "single": [5]},
        periods=2,
        values=values,
    )

    assert tightness(described, "site_power[ohio]", ohio={"rack": 8}) == ["binding", "slack"]


def test_a_site_that_is_not_open_yet_or_has_no_power_takes_no_block() -> None:
    sites = [site("late", "MY", opens_from="2025Q2"), site("dark", "MY", power_mw=0)]
    described = case(sites=sites, accelerators=[chip(power_kw=1)], delivered=50, installed=HOME_93, periods=2)

    # Nobody could add to Malaysia in the first quarter; in the second the eighth chip is too many.
    assert tightness(described, "destination_share[MY]", late=(0, 7)) == ["slack", "binding"]


def test_the_home_share_binds_when_one_more_block_abroad_would_break_it() -> None:
    sites = [site("ohio", "US"), site("oslo", "NO")]
    described = case(sites=sites, delivered=100)

    assert tightness(described, "home_share[US]", ohio=10, oslo=10) == ["binding"]
    assert tightness(described, "home_share[US]", ohio=11, oslo=10) == ["slack"]


def test_a_minimum_binds_when_taking_one_block_away_would_break_it() -> None:
    described = case(
        sites=[site("ohio", "US", min_units_if_open=10)], accelerators=[chip(block=4)], delivered=40, periods=2
    )

    assert tightness(described, "min_units[ohio]", ohio=(12, 16)) == ["binding", "slack"]


def test_the_minimum_of_a_site_that_is_closed_does_not_bind() -> None:
    described = case(sites=[site("ohio", "US", min_units_if_open=10)], delivered=40)

    assert tightness(described, "min_units[ohio]") == ["slack"]


def test_a_minimum_that_installed_stock_meets_alone_does_not_bind() -> None:
    described = case(
        sites=[site("ohio", "US", min_units_if_open=10)],
        delivered=40,
        installed=[{"site": "ohio", "accelerator": "chip", "units": 10}],
    )

    assert tightness(described, "min_units[ohio]") == ["slack"]
    assert tightness(described, "min_units[ohio]", ohio=1) == ["slack"]


@pytest.mark.parametrize(("placed", "expected"), [(8, "binding"), (9, "slack")])
def test_a_commitment_and_must_place_bind_when_taking_one_away_breaks_them(placed: int, expected: str) -> None:
    promise = {"key": "deal", "site": "ohio", "min_units": 8}
    described = case(sites=[site("ohio", "US")], delivered=9, commitments=[promise], economics={"must_place": "by_end"})

    assert tightness(described, "commitment[deal]", ohio=placed) == [expected]
    assert tightness(described, "must_place[chip]", ohio=9) == ["binding"]


def test_a_limit_that_is_broken_binds() -> None:
    described = case(sites=[site("kl", "MY")], delivered=100, installed=HOME_93)

    assert tightness(described, "destination_share[MY]", kl=50) == ["binding"]


def test_a_limit_that_allows_nothing_is_closed_and_not_binding() -> None:
    sites = [site("beijing", "CN"), site("kl", "MY", power_mw=0, max_units=0, opens_from="2025Q2")]
    described = case(
        sites=sites,
        accelerators=[chip(power_kw=1)],
        delivered=9,
        periods=2,
        policy={"destination_share": "0%"},
        installed=HOME_93,
    )
    groups = groups_of(described, Placement())

    closed = {key for key, group in groups.items() if group.is_closed}
    assert closed == {
        "closed_destination[CN]",
        "destination_share[MY]",
        "site_power[kl]",
        "max_units[kl]",
        "openings[kl]",
    }
    assert not any(groups[key].is_binding for key in closed)


def test_a_gate_whose_paths_are_all_shut_again_is_closed_and_not_binding() -> None:
    """A licence for a year lets five chips into Viet Nam; from its end on nothing more may enter."""
    described = case(
        sites=[site("hanoi", "VN")],
        accelerators=[chip(tpp=10_000)],
        delivered={"chip": [9, 0]},
        start="2026Q4",
        periods=2,
        policy={"name": "licensing-2026-07"},
        authorisations=[{"type": "licence", "country": "VN", "units": 5, "valid_until": "2026-12-31"}],
    )
    placement = with_paths(described, compile_limits(described), placing(described, hanoi=5))

    found = groups_of(described, placement)
    assert [str(tight) for tight in found["legal_path[VN,chip]"].tightness] == ["slack", "closed"]
    assert str(found["licence_quantity[licence VN]"].tightness[0]) == "binding"


def test_a_maximum_over_nothing_is_closed() -> None:
    described = case(sites=[site("ohio", "US")], delivered=9)

    assert tightness(described, "outside_tier1_share", ohio=9) == ["closed"]


def test_a_share_of_an_empty_world_binds_and_is_not_closed() -> None:
    described = case(sites=[site("kl", "MY")], delivered=9)

    assert tightness(described, "destination_share[MY]") == ["binding"]


def test_a_limit_that_no_block_can_reach_has_slack() -> None:
    described = case(sites=[site("ohio", "US")], installed=[{"country": "PL", "accelerator": "chip", "units": 1}])

    assert tightness(described, "destination_share[PL]") == ["slack"]


def test_a_limit_on_one_site_and_a_total_together_sees_each_site() -> None:
    # At most half of what Malaysia gets, and three quarters of a chip, at penang: the next chip there takes half a chip.
    described = case(sites=[site("kl", "MY"), site("penang", "MY")], delivered=9)
    penang, total = Standing(1, 0, 0), Placed(CHIPS, "MY", 0)
    mixed = Limit(
        rule="half",
        scope="penang",
        period=0,
        period_label="2025Q1",
        sense=Sense.AT_MOST,
        usage=Expression(((penang, 1),)),
        allowance=Expression(((total, Fraction(1, 2)),), Fraction(3, 4)),
        unit="chips",
        kind=LimitKind.POLICY,
        setting="1/2",
        citation="",
    )

    def stands(placement: Placement) -> Tightness:
        (group,) = group_readings(described, verify(described, [mixed], placement).readings)
        return group.tightness[0]

    assert stands(Placement()) is Tightness.SLACK
    assert stands(placing(described, penang=1)) is Tightness.BINDING
    assert stands(placing(described, kl=1, penang=1)) is Tightness.SLACK


def test_groups_come_policy_first_then_contract_then_physical_and_name_their_binding_periods() -> None:
    described = case(
        sites=[site("kl", "MY")],
        delivered={"chip": [7, 0, 3]},
        installed=HOME_93,
        periods=3,
        economics={"must_place": "by_end"},
    )
    readings = verify(described, compile_limits(described), placing(described, kl=(6, 7, 7))).readings
    groups = group_readings(described, readings)

    kinds = [group.limit.kind for group in groups]
    assert kinds == sorted(kinds, key=["policy", "contract", "physical"].index)
    share = next(group for group in groups if group.limit.rule == "destination_share")
    assert share.binding_periods == ("2025Q2", "2025Q3")
    assert share.tightest.limit.period_label == "2025Q3"
    assert (share.is_binding, share.is_closed) == (True, False)
    assert share.tightness[0] is Tightness.SLACK


def test_the_tightest_of_readings_over_nothing_is_the_last() -> None:
    described = case(sites=[site("beijing", "CN")], delivered=2, periods=2)

    group = groups_of(described, Placement())["closed_destination[CN]"]

    assert group.tightest.limit.period_label == "2025Q2"


def priced(group: str, price: object = 1) -> dict[str, dict[str, object]]:
    return {group: {"price_cap": price}}


def test_a_soft_limit_binds_once_it_is_used_up_and_while_it_is_bought_past() -> None:
    share = "destination_share[MY]"
    described = case(sites=[site("kl", "MY")], delivered=9, installed=HOME_93, limits=priced(share))

    assert [tightness(described, share, kl=units) for units in (6, 7, 9)] == [["slack"], ["binding"], ["binding"]]


def test_a_soft_minimum_that_nothing_meets_binds() -> None:
    described = case(
        sites=[site("oh", "US")],
        delivered=9,
        commitments=[{"key": "promise", "site": "oh", "min_units": 5}],
        limits=priced("commitment[promise]"),
    )

    assert [tightness(described, "commitment[promise]", oh=units) for units in (0, 5, 6)] == [
        ["binding"],
        ["binding"],
        ["slack"],
    ]


def test_a_soft_limit_of_nothing_is_for_sale_and_so_not_closed() -> None:
    parts: dict[str, Any] = {"sites": [site("oh", "US", max_units=0)], "delivered": 9}

    assert tightness(case(**parts), "max_units[oh]") == ["closed"]
    assert tightness(case(**parts, limits=priced("max_units[oh]")), "max_units[oh]") == ["binding"]


def test_the_tightest_period_is_one_with_something_to_use_where_there_is_one() -> None:
    # No power at first, then 4 MW of which one is used: nothing used of nothing is not the tightest.
    company = case(
        sites=[site("ohio", "US", power_mw=4)],
        accelerators=[chip(power_kw=1000)],
        delivered={"chip": [1, 0]},
        periods=2,
        power=[{"site": "ohio", "period": "2025Q1", "power_mw": 0}],
    )
    group = groups_of(company, placing(company, ohio=(0, 1)))["site_power[ohio]"]

    assert group.tightest.limit.period_label == "2025Q2"
