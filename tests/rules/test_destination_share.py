"""Share per destination: at most 7% of a Tier 1 company's compute in any one Tier 2 country."""

from fractions import Fraction

import pytest

from optimizer.rules.case import Case
from tests.builders import broken, case, chip, limit_keys, limits_of, placing, site
from tests.rules.diffusion import UVEU, illegal
from tests.rules.diffusion import company as published
from tests.rules.golden_text import assert_golden

HOME_93 = [{"country": "US", "accelerator": "chip", "units": 93}]
RULE = "destination_share[MY,2025Q1]"


def fleet(installed: list[dict[str, object]] | None = None, **parts: object) -> Case:
    """Return a US company with 93 chips at home and a site in Kuala Lumpur."""
    defaults: dict[str, object] = {"sites": [site("kl", "MY")], "delivered": 100}
    return case(installed=HOME_93 if installed is None else installed, **{**defaults, **parts})


def test_the_limit_reads_as_in_the_golden_text() -> None:
    two_quarters = fleet(periods=2, sites=[site("kl", "MY"), site("ohio", "US")])

    assert_golden(two_quarters, "destination_share", "destination_share")


def test_seven_beside_ninety_three_is_exactly_seven_percent() -> None:
    company = fleet()

    assert broken(company, placing(company, kl=7)) == {}
    assert broken(company, placing(company, kl=8)) == {RULE: 930}


def test_930_chips_at_home_permit_70_single_chips_but_64_in_servers_of_eight() -> None:
    home = [{"country": "US", "accelerator": "H100", "units": 930}]
    columns = {"tpp": 15832, "power_kw": "1.3", "value_usd_per_hour": 2}
    by_block = {
        block: case(
            sites=[site("kl", "MY")],
            accelerators=[chip("H100", block=block, **columns)],
            delivered={"H100": [100]},
            installed=home,
        )
        for block in (1, 8)
    }

    assert broken(by_block[1], placing(by_block[1], kl=70)) == {}
    assert broken(by_block[1], placing(by_block[1], kl=71)) == {RULE: Fraction(15832 * 93, 100)}
    assert broken(by_block[8], placing(by_block[8], kl=64)) == {}
    assert set(broken(by_block[8], placing(by_block[8], kl=72))) == {RULE}


def test_single_country_share_counts_compute_not_units() -> None:
    accelerators = [chip("big", tpp=7000), chip("small")]
    home = [{"country": "US", "accelerator": "small", "units": 93}]
    company = fleet(home, accelerators=accelerators, delivered={"big": [2]})

    assert broken(company, placing(company, kl={"big": 1})) == {}
    assert set(broken(company, placing(company, kl={"big": 2}))) == {RULE}


def test_sites_of_one_country_count_together() -> None:
    company = fleet(sites=[site("johor", "MY"), site("kl", "MY")])

    assert broken(company, placing(company, kl=3, johor=4)) == {}
    assert broken(company, placing(company, kl=4, johor=4)) == {RULE: 930}


def test_what_stands_in_the_country_already_counts() -> None:
    company = fleet([*HOME_93, {"country": "MY", "accelerator": "chip", "units": 5}])

    assert broken(company, placing(company, kl=2)) == {}
    assert broken(company, placing(company, kl=3)) == {RULE: 930}


def test_a_fleet_in_breach_before_the_plan_is_broken_without_any_placement() -> None:
    company = fleet([*HOME_93, {"country": "PL", "accelerator": "chip", "units": 8}])

    assert broken(company, policy_only=True) == {"destination_share[PL,2025Q1]": 930}


@pytest.mark.parametrize(
    ("country", "tier_2"),
    [("PR", False), ("GL", False), ("HK", False), ("CN", False), ("GB", False), ("MY", True), ("AW", True)],
)
def test_territories_have_the_tier_of_the_country_they_follow(country: str, tier_2: bool) -> None:
    keys = limit_keys(fleet(sites=[site("x", country)]), "destination_share")

    assert keys == ([f"destination_share[{country},2025Q1]"] if tier_2 else [])


def test_cambodia_is_tier_3_in_2025q4_and_tier_2_from_2026q1() -> None:
    company = fleet(sites=[site("phnompenh", "KH")], start="2025Q4", periods=2)

    assert limit_keys(company, "destination_share") == ["destination_share[KH,2026Q1]"]
    assert limit_keys(company, "closed_destination") == ["closed_destination[KH,2025Q4]"]


@pytest.mark.parametrize(("headquarters", "is_bound"), [("US", True), ("GB", True), ("IN", False), ("CN", False)])
def test_it_binds_parents_in_tier_1_alone(headquarters: str, is_bound: bool) -> None:
    assert bool(limit_keys(fleet(headquarters=headquarters), "destination_share")) is is_bound


def test_one_countrys_own_number_goes_before_the_one_for_all() -> None:
    settings = {"destination_share[*]": {"setting": "5%"}, "destination_share[MY]": {"setting": "9%"}}
    company = fleet(sites=[site("kl", "MY"), site("delhi", "IN")], limits=settings)

    assert [(limit.scope, limit.setting) for limit in limits_of(company, "destination_share")] == [
        ("IN", "1/20"),
        ("MY", "9/100"),
    ]


def test_the_delivered_denominator_counts_chips_that_wait_in_the_holding_country() -> None:
    delivered = fleet(policy={"share_denominator": "delivered"}, delivered=107)
    standing = fleet(delivered=107)

    # 93 installed and 107 delivered: 7% of 200 is 14, of which 7 are owed to chips that stand nowhere yet.
    assert broken(delivered, placing(delivered, kl=14)) == {}
    assert broken(delivered, placing(delivered, kl=15)) == {RULE: 1000}
    assert broken(standing, placing(standing, kl=8)) == {RULE: 930}


def test_chips_that_wait_in_a_tier_2_country_count_there_even_if_it_has_no_site() -> None:
    policy = {"share_denominator": "delivered", "holding_country": "SG"}
    company = fleet(policy=policy, sites=[site("ohio", "US")], delivered=10)

    # 103 in all, 7.21 of them may be in Singapore: three of the ten have to be placed.
    assert broken(company, placing(company, ohio=3)) == {}
    assert broken(company, placing(company, ohio=2)) == {"destination_share[SG,2025Q1]": 790}


def test_chips_that_wait_in_a_territory_count_where_it_belongs() -> None:
    policy = {"share_denominator": "delivered", "holding_country": "PR", "home_share": "100%"}
    company = fleet(policy=policy)

    assert broken(company) == {}


# --- As published: of Tier 1 companies with UVEU, for every country outside Tier 1 ---------------------------------------


def test_as_published_tier_3_has_a_share_of_its_own_too() -> None:
    stock = [*HOME_93, {"country": "CN", "accelerator": "chip", "units": 8}]
    company = published(site("kl", "MY"), installed=stock, authorisations=[UVEU], start="2026Q2")

    # 8 of 101 chips.
    assert broken(company) == {"destination_share[CN,2026Q2]": 9_300}


def test_as_published_a_country_that_leaves_group_d5_stays_outside_tier_1() -> None:
    company = published(site("phnom-penh", "KH"), authorisations=[UVEU], start="2025Q3", periods=3)

    assert limit_keys(company, "destination_share") == [
        f"destination_share[KH,{quarter}]" for quarter in ("2025Q3", "2025Q4", "2026Q1")
    ]


@pytest.mark.parametrize(
    ("held", "is_bound"), [([UVEU], True), ([], False), ([{"type": "NVEU", "country": "MY"}], False)]
)
def test_as_published_it_binds_who_holds_uveu(held: list[dict[str, str]], *, is_bound: bool) -> None:
    company = published(site("kl", "MY"), installed=HOME_93, authorisations=held, start="2026Q2")

    assert limit_keys(company, "destination_share") == ["destination_share[MY,2026Q2]"] * is_bound
    assert (illegal(company, kl=8) == {}) is not is_bound


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "bound"),
    [
        ("2026-04-01", None, ["2026Q2", "2026Q3"]),
        ("2026-06-30", None, ["2026Q2", "2026Q3"]),
        ("2026-07-01", None, ["2026Q3"]),
        (None, "2026-07-01", ["2026Q2", "2026Q3"]),
        (None, "2026-06-30", ["2026Q2"]),
        (None, "2026-03-31", []),
    ],
)
def test_as_published_it_binds_in_a_quarter_on_any_day_of_which_uveu_is_held(
    valid_from: str | None, valid_until: str | None, bound: list[str]
) -> None:
    days = {key: day for key, day in (("valid_from", valid_from), ("valid_until", valid_until)) if day is not None}
    company = published(site("kl", "MY"), authorisations=[{**UVEU, **days}], start="2026Q2", periods=2)

    assert limit_keys(company, "destination_share") == [f"destination_share[MY,{quarter}]" for quarter in bound]


def test_as_published_chips_below_3a090_a_are_in_neither_part() -> None:
    chips = [chip("big", tpp=10_000), chip("free", tpp=4_000, eccn="none")]
    home = [
        {"country": "US", "accelerator": "big", "units": 93},
        {"country": "US", "accelerator": "free", "units": 10**6},
    ]
    company = published(
        site("kl", "MY"),
        accelerators=chips,
        delivered={"big": [9], "free": [10**6]},
        installed=home,
        authorisations=[UVEU],
        start="2026Q2",
    )

    assert illegal(company, kl={"big": 7, "free": 10**6}) == {}
    assert illegal(company, kl={"big": 8}) == {"destination_share[MY,2026Q2]": 9_300}
