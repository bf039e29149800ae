"""Share outside Tier 1: at most a quarter of a Tier 1 company's compute, over all other countries together."""

import pytest

from optimizer.rules.case import Case
from tests.builders import broken, case, limit_keys, limits_of, placing, site
from tests.rules.diffusion import UVEU, illegal
from tests.rules.diffusion import company as published
from tests.rules.golden_text import assert_golden

SITES = [site("kl", "MY"), site("delhi", "IN"), site("ohio", "US"), site("nuuk", "GL"), site("hongkong", "HK")]
RULE = "outside_tier1_share[2025Q1]"


def fleet(headquarters: str = "GB", **parts: object) -> Case:
    """Return an ally with 100 chips; a country's own share is lifted, so that only the sum over countries matters."""
    policy = {"destination_share": "100%", **parts.pop("policy", {})}  # type: ignore[dict-item]
    return case(sites=SITES, delivered=100, headquarters=headquarters, policy=policy, **parts)


def test_the_limit_reads_as_in_the_golden_text() -> None:
    installed = [
        {"country": "DE", "accelerator": "chip", "units": 80},
        {"country": "CN", "accelerator": "chip", "units": 2},
    ]

    assert_golden(fleet(installed=installed), "outside_tier1_share", "outside_tier1_share")


def test_exactly_a_quarter_over_two_countries_is_legal() -> None:
    company = fleet()

    assert broken(company, placing(company, ohio=75, kl=20, delhi=5)) == {}


def test_one_chip_more_breaks_it_by_three_quarters_of_its_compute() -> None:
    company = fleet()

    # 25 outside of 99: 25,000 TPP where 24,750 are allowed.
    assert broken(company, placing(company, ohio=74, kl=20, delhi=5)) == {RULE: 250}
    # 26 outside of 100.
    assert broken(company, placing(company, ohio=74, kl=20, delhi=6)) == {RULE: 1000}


def test_stock_that_stands_in_tier_3_counts() -> None:
    company = fleet(installed=[{"country": "HK", "accelerator": "chip", "units": 5}])

    assert broken(company, placing(company, ohio=75, kl=20)) == {}
    assert broken(company, placing(company, ohio=74, kl=20)) == {RULE: 250}


def test_greenland_follows_denmark_into_tier_1() -> None:
    company = fleet()

    assert broken(company, placing(company, nuuk=75, kl=25)) == {}


@pytest.mark.parametrize(("headquarters", "is_bound"), [("US", True), ("JP", True), ("GL", True), ("MY", False)])
def test_it_binds_parents_in_tier_1_alone(headquarters: str, is_bound: bool) -> None:
    assert bool(limit_keys(fleet(headquarters), "outside_tier1_share")) is is_bound


def test_a_planners_number_for_the_sum_replaces_the_packs() -> None:
    company = fleet(limits={"outside_tier1_share": {"setting": "20/100", "kind": "contract"}})

    limit = limits_of(company, "outside_tier1_share")[0]

    assert (limit.setting, limit.kind) == ("1/5", "contract")
    assert broken(company, placing(company, ohio=80, kl=20)) == {}


def test_stock_held_in_a_tier_2_country_without_sites_counts_there() -> None:
    company = fleet(policy={"share_denominator": "delivered", "holding_country": "SG"})

    # All 100 are held in Singapore until they are placed: 75 have to stand in Tier 1.
    assert broken(company, placing(company, ohio=75)) == {}
    assert broken(company, placing(company, ohio=74)) == {RULE: 1000}


# --- As published: of Tier 1 companies with UVEU ------------------------------------------------------------------------


def universal(headquarters: str = "GB", **parts: object) -> Case:
    """Return a company with UVEU, 75 chips at home, and covered sites in Malaysia and India, in 2026Q2."""
    sites = [site(key, code, authorised_from="2026-01-01") for key, code in (("kl", "MY"), ("delhi", "IN"))]
    defaults: dict[str, object] = {
        "start": "2026Q2",
        "authorisations": [UVEU],
        "installed": [{"country": "GB", "accelerator": "chip", "units": 75}],
        "policy": {"destination_share": "100%"},
    }
    return published(*sites, headquarters=headquarters, **{**defaults, **parts})


PUBLISHED = "outside_tier1_share[2026Q2]"


def test_as_published_it_binds_in_every_quarter_reporting_date_or_not() -> None:
    company = universal()

    assert illegal(company, kl=20, delhi=5) == {}
    assert illegal(company, kl=20, delhi=6) == {PUBLISHED: 7_500}


@pytest.mark.parametrize(("headquarters", "is_bound"), [("US", True), ("GB", True), ("AE", False)])
def test_as_published_it_binds_tier_1_parents_that_hold_uveu(headquarters: str, *, is_bound: bool) -> None:
    assert limit_keys(universal(headquarters), "outside_tier1_share") == [PUBLISHED] * is_bound
    assert limit_keys(universal(headquarters, authorisations=[]), "outside_tier1_share") == []


@pytest.mark.parametrize(
    ("country", "units"), [("CN", 25), ("HK", 25), ("MO", 25), ("SG", 25), ("NO", 0), ("GL", 0), ("PR", 0)]
)
def test_as_published_what_stands_outside_tier_1_counts_wherever_it_came_from(country: str, units: int) -> None:
    # 75 at home and 25 elsewhere: with those outside Tier 1 the share is full, in Tier 1 they leave room for more.
    elsewhere = {"country": country, "accelerator": "chip", "units": 25}
    company = universal(installed=[{"country": "GB", "accelerator": "chip", "units": 75}, elsewhere])

    assert (illegal(company, kl=1) == {PUBLISHED: 7_500}) is bool(units)
