"""Home share: at least half of a US company's compute stands in the United States."""

from fractions import Fraction

import pytest

from optimizer.rules.case import Case
from tests.builders import broken, case, chip, limit_keys, placing, site
from tests.rules.diffusion import UVEU
from tests.rules.diffusion import company as published
from tests.rules.golden_text import assert_golden

SITES = [site("ohio", "US"), site("oslo", "NO"), site("ponce", "PR")]


def fleet(headquarters: str = "US", **parts: object) -> Case:
    """Return a company with candidate sites in Ohio, Oslo and Puerto Rico, and 100 chips to place."""
    return case(sites=SITES, delivered=100, headquarters=headquarters, **parts)


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(fleet(installed=[{"country": "US", "accelerator": "chip", "units": 8}]), "home_share", "home_share")


def test_exactly_half_at_home_is_legal() -> None:
    company = fleet()

    assert broken(company, placing(company, ohio=50, oslo=50)) == {}


def test_one_chip_less_than_half_at_home_breaks_it_by_half_its_compute() -> None:
    company = fleet()

    # 49 of 99 chips at home: 49,000 TPP where 49,500 are asked for.
    assert broken(company, placing(company, ohio=49, oslo=50)) == {"home_share[US,2025Q1]": 500}


def test_compute_in_puerto_rico_counts_as_at_home() -> None:
    company = fleet()

    assert broken(company, placing(company, ponce=50, oslo=50)) == {}


def test_what_stands_at_home_already_counts() -> None:
    company = fleet(installed=[{"country": "US", "accelerator": "chip", "units": 10}])

    assert broken(company, placing(company, oslo=10)) == {}
    assert broken(company, placing(company, oslo=11)) == {"home_share[US,2025Q1]": 500}


def test_compute_counts_and_not_chips() -> None:
    company = case(
        sites=SITES, accelerators=[chip("big", tpp=9000), chip("small")], delivered={"big": [9], "small": [99]}
    )

    assert broken(company, placing(company, ohio={"big": 1}, oslo={"small": 9})) == {}
    assert broken(company, placing(company, ohio={"big": 1}, oslo={"small": 10})) == {"home_share[US,2025Q1]": 500}


@pytest.mark.parametrize("headquarters", ["GB", "JP", "MY"])
def test_only_american_companies_are_bound(headquarters: str) -> None:
    assert limit_keys(fleet(headquarters), "home_share") == []


def test_a_parent_in_an_american_territory_is_american() -> None:
    assert limit_keys(fleet("PR"), "home_share") == ["home_share[US,2025Q1]"]


def test_the_planners_own_share_replaces_the_packs() -> None:
    company = fleet(limits={"home_share[US]": {"setting": "45%"}})

    assert broken(company, placing(company, ohio=45, oslo=55)) == {}
    assert broken(company, placing(company, ohio=44, oslo=55)) == {"home_share[US,2025Q1]": 550}


def test_stock_held_at_home_counts_with_the_delivered_denominator() -> None:
    company = fleet(policy={"share_denominator": "delivered"})

    # 100 delivered: 50 abroad leave 50 held at home, 51 leave 49.
    assert broken(company, placing(company, oslo=50)) == {}
    assert broken(company, placing(company, oslo=51)) == {"home_share[US,2025Q1]": 1000}


def test_stock_held_abroad_does_not_count_at_home() -> None:
    company = fleet(policy={"share_denominator": "delivered", "holding_country": "NO"})

    assert broken(company, placing(company, ohio=50)) == {}
    assert broken(company, placing(company, ohio=49)) == {"home_share[US,2025Q1]": 1000}


def test_the_amount_broken_is_exact_where_thirds_are_asked_for() -> None:
    company = fleet(policy={"home_share": "1/3"})

    assert broken(company, placing(company, ohio=33, oslo=66)) == {}
    assert broken(company, placing(company, ohio=33, oslo=67)) == {"home_share[US,2025Q1]": Fraction(1000, 3)}


# --- As published: of companies with UVEU, of controlled chips that the group owns, on reporting dates ------------------


def universal(headquarters: str = "US", **parts: object) -> Case:
    """Return a company with UVEU and sites in Ohio and Oslo, in 2026Q1, which holds the reporting date of 1 February."""
    defaults: dict[str, object] = {"authorisations": [UVEU]}
    return published(site("ohio", "US"), site("oslo", "NO"), headquarters=headquarters, **{**defaults, **parts})


PUBLISHED = "home_share[US,2026Q1]"


def test_as_published_exactly_half_is_legal_and_one_chip_less_is_not() -> None:
    company = universal()

    assert broken(company, placing(company, ohio=50, oslo=50)) == {}
    assert broken(company, placing(company, ohio=49, oslo=50)) == {PUBLISHED: 5_000}


@pytest.mark.parametrize(("headquarters", "is_bound"), [("US", True), ("PR", True), ("GB", False), ("JP", False)])
def test_as_published_it_binds_americans_with_uveu(headquarters: str, *, is_bound: bool) -> None:
    keys = ["home_share[US,2025Q4]", PUBLISHED] if is_bound else []

    assert limit_keys(universal(headquarters), "home_share") == keys
    assert limit_keys(universal(headquarters, authorisations=[]), "home_share") == []


@pytest.mark.parametrize(("authorisations", "is_bound"), [("uveu", True), ("none", False), ("nveu", False)])
def test_as_published_the_status_that_the_plan_assumes_decides(authorisations: str, *, is_bound: bool) -> None:
    company = universal(policy={"authorisations": authorisations})

    assert bool(limit_keys(company, "home_share")) is is_bound


def test_as_published_chips_below_3a090_a_are_in_neither_part() -> None:
    chips = [chip("big", tpp=10_000), chip("old", tpp=1_000), chip("small", tpp=4_000, eccn="3A090.b")]
    company = universal(accelerators=chips, delivered={"big": [99], "old": [999], "small": [999]})

    assert broken(company, placing(company, ohio={"big": 5}, oslo={"big": 5, "old": 999, "small": 999})) == {}
    assert broken(company, placing(company, ohio={"big": 5, "old": 999, "small": 999}, oslo={"big": 6})) == {
        PUBLISHED: 5_000
    }


def test_as_announced_every_chip_counts_and_none_has_to_be_classified() -> None:
    company = case(sites=SITES, accelerators=[chip(tpp=2_000)], delivered=100)

    assert broken(company, placing(company, ohio=49, oslo=50)) == {"home_share[US,2025Q1]": 1_000}


@pytest.mark.parametrize(("ownership", "counts"), [("owned", True), ("leased_out", True), ("leased_in", False)])
@pytest.mark.parametrize("country", ["US", "NO"])
def test_as_published_the_chips_of_others_are_in_neither_part(country: str, ownership: str, *, counts: bool) -> None:
    stock = [{"country": country, "accelerator": "chip", "units": 10, "ownership": ownership}]
    before = [{"country": "US", "accelerator": "chip", "units": 10}]
    company = universal(installed=[*stock, *before])
    most_abroad = {"US": 20, "NO": 0}[country] if counts else 10

    assert broken(company, placing(company, oslo=most_abroad)) == {}
    assert broken(company, placing(company, oslo=most_abroad + 1)) == {PUBLISHED: 5_000}
