"""Headroom, worked out by hand."""

import pytest

from optimizer.analysis.headroom import headroom
from optimizer.analysis.path_room import Headroom
from optimizer.errors import InputError
from optimizer.rules.case import Case
from optimizer.schema.placement import Placement
from tests.builders import case, chip, placing, site

HOME_930 = [{"country": "US", "accelerator": "chip", "units": 930}]


def room(described: Case, placement: Placement | None = None, **where: list[str]) -> list[tuple[str, int | None, str]]:
    """Return place, units and the group of limits that stops the next block."""
    rows = headroom(described, placement or Placement(), **where)
    return [(row.place, row.units, row.stopped_by.group if row.stopped_by else "nothing") for row in rows]


@pytest.mark.parametrize(("block", "units"), [(1, 70), (8, 64), (72, 0)])
def test_headroom_counts_whole_blocks_and_the_total_that_grows_with_them(block: int, units: int) -> None:
    described = case(sites=[site("kl", "MY")], accelerators=[chip(block=block)], installed=HOME_930)

    assert room(described, countries=["MY"]) == [("MY", units, "destination_share[MY]")]


def test_what_a_placement_uses_is_no_longer_there() -> None:
    described = case(sites=[site("kl", "MY"), site("ohio", "US")], delivered=200, installed=HOME_930)

    assert room(described, placing(described, kl=40), countries=["MY"]) == [("MY", 30, "destination_share[MY]")]
    # 93 more at home allow 7 more abroad.
    assert room(described, placing(described, kl=40, ohio=93), countries=["MY"]) == [
        ("MY", 37, "destination_share[MY]")
    ]


def test_the_home_country_has_room_without_limit() -> None:
    described = case(sites=[site("ohio", "US")], installed=HOME_930)

    (row,) = headroom(described, Placement(), countries=["US"])

    assert row == Headroom("US", "chip", "2025Q1", None, None, None)


def test_a_country_without_a_candidate_site_has_headroom_and_a_territory_that_of_its_parent() -> None:
    described = case(sites=[site("ohio", "US")], installed=HOME_930)

    assert room(described, countries=["PL", "HK", "PR"]) == [
        ("PL", 70, "destination_share[PL]"),
        ("CN", 0, "closed_destination[CN]"),
        ("US", None, "nothing"),
    ]


def test_without_a_choice_every_destination_is_listed_by_accelerator_and_period() -> None:
    described = case(
        sites=[site("kl", "MY"), site("ohio", "US")],
        accelerators=[chip("a"), chip("b")],
        delivered={"a": [1]},
        installed=[{"country": "PL", "accelerator": "a", "units": 1}],
        periods=2,
    )

    rows = headroom(described, Placement())

    assert [(row.place, row.accelerator, row.period) for row in rows] == [
        (place, accelerator, period)
        for place in ("MY", "PL", "US")
        for accelerator in ("a", "b")
        for period in ("2025Q1", "2025Q2")
    ]
    only = headroom(described, Placement(), accelerators=["b"], periods=["2025Q2"], countries=["MY"])
    assert [(row.accelerator, row.period) for row in only] == [("b", "2025Q2")]


def test_a_later_limit_stops_what_is_added_now() -> None:
    # In the second quarter others have used up all but five of the cap.
    external = [
        {"country": "MY", "period": "2025Q1", "units": 0},
        {"country": "MY", "period": "2025Q2", "units": 49_995},
    ]
    described = case(sites=[site("kl", "MY")], installed=HOME_930, periods=2, external_use=external)

    rows = headroom(described, Placement(), countries=["MY"], periods=["2025Q1"])

    assert [(row.units, row.stopped_by.key if row.stopped_by else "") for row in rows] == [
        (5, "national_cap[MY,2025Q2]")
    ]


def test_what_is_added_after_a_closure_ends_is_not_stopped_by_it() -> None:
    described = case(sites=[site("phnompenh", "KH"), site("ohio", "US")], installed=HOME_930, start="2025Q4", periods=2)

    assert [units for _, units, _ in room(described, countries=["KH"])] == [0, 70]


def test_a_site_is_also_asked_for_its_power_its_units_and_its_contracts() -> None:
    sites = [
        site("power", "US", power_mw="0.0255"),
        site("units", "US", max_units=9),
        site("contract", "US"),
        site("free", "US"),
    ]
    described = case(
        sites=sites,
        accelerators=[chip(power_kw=1)],
        installed=HOME_930,
        commitments=[{"key": "deal", "site": "contract", "max_units": 3}],
    )

    assert room(described, sites=["power", "units", "contract", "free"]) == [
        ("power", 25, "site_power[power]"),
        ("units", 9, "max_units[units]"),
        ("contract", 3, "commitment[deal]"),
        ("free", 1_000_000, "site_power[free]"),
    ]


def test_sites_and_countries_can_be_asked_together() -> None:
    described = case(sites=[site("kl", "MY")], installed=HOME_930)

    assert [row[0] for row in room(described, countries=["PL"], sites=["kl"])] == ["PL", "kl"]


def test_a_fleet_that_is_over_has_no_headroom() -> None:
    over = [*HOME_930, {"country": "MY", "accelerator": "chip", "units": 71}]
    described = case(sites=[site("kl", "MY")], installed=over)

    assert room(described, countries=["MY"]) == [("MY", 0, "destination_share[MY]")]


def test_an_unknown_country_or_site_is_refused() -> None:
    described = case(sites=[site("kl", "MY")])

    with pytest.raises(InputError):
        headroom(described, Placement(), countries=["Malaysia"])
    with pytest.raises(KeyError):
        headroom(described, Placement(), sites=["nowhere"])


def test_a_soft_limit_stops_neither_a_country_nor_a_site() -> None:
    described = case(
        sites=[site("kl", "MY", max_units=500)],
        installed=HOME_930,
        policy={"outside_tier1_share": "50%"},
        limits={"destination_share[MY]": {"price_cap": 1}, "max_units[kl]": {"price_cap": 1}},
    )

    assert room(described, countries=["MY"]) == [("MY", 930, "home_share[US]")]
    assert room(described, sites=["kl"]) == [("kl", 930, "home_share[US]")]
