"""Each open question of the rule as published is a setting, and each of its answers changes what one small plan may do.

Source: 90 FR 4544 (15 January 2025); the questions are those that the pack marks C or uncertain.
A chip has 10,000 TPP. Against 93 chips in Tier 1, 7 are 7% of all in one country outside it; 31 are 25%.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import broken, entering, limit_keys, placing, site
from tests.rules.diffusion import ONLY_LISTED, SHARES_LIFTED, UVEU, company, illegal, may_add, nveu

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from tests.builders import Row

AT_HOME: Row = {"country": "US", "accelerator": "chip", "units": 93}


def universal(*sites: Row, **parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a US company with UVEU and 93 chips at home that may place chips in Malaysia, 2026Q2 to 2026Q4."""
    where = sites or (site("kl", "MY", authorised_from="2026-01-01"),)
    defaults = {"authorisations": [UVEU], "installed": [AT_HOME], "start": "2026Q2", "periods": 3}
    return company(*where, **{**defaults, **parts})


# --- A1: when the 25% and 7% limits are tested ------------------------------------------------------------------------


def test_the_7_per_cent_bind_in_every_period_or_on_the_reporting_dates_alone() -> None:
    # Of 1 August 2026 the second and the third quarter are tested; the fourth holds no reporting date.
    every_period = universal()
    on_dates = universal(policy={"share_test_times": "on_reporting_dates"})

    assert illegal(every_period, kl=(7, 7, 7)) == illegal(on_dates, kl=(7, 7, 7)) == {}
    assert illegal(every_period, kl=(7, 7, 8)) == {"destination_share[MY,2026Q4]": 9_300}
    assert illegal(on_dates, kl=(7, 7, 8)) == {}
    assert illegal(on_dates, kl=(7, 8, 8)) == {"destination_share[MY,2026Q3]": 9_300}


def test_the_25_per_cent_bind_in_every_period_or_on_the_reporting_dates_alone() -> None:
    sites = [site(code.lower(), code, authorised_from="2026-01-01") for code in ("MY", "IN", "BR", "SG", "QA")]
    legal: dict[str, Any] = {"my": 7, "in": 7, "br": 7, "sg": 7, "qa": (3, 3, 3)}

    for reading, over in (
        ("continuously", {"outside_tier1_share[2026Q4]": 7_500}),
        ("on_reporting_dates", {}),
    ):
        case = universal(*sites, policy={"share_test_times": reading})
        assert illegal(case, **legal) == {}
        assert illegal(case, **{**legal, "qa": (3, 3, 4)}) == over
        assert illegal(case, **{**legal, "qa": (3, 4, 4)}) == {"outside_tier1_share[2026Q3]": 7_500} | over


@pytest.mark.parametrize("stock", ["opening", "closing", "both"])
def test_on_reporting_dates_the_7_per_cent_are_tested_on_the_stocks_of_the_50_per_cent(stock: str) -> None:
    case = universal(policy={"share_test_times": "on_reporting_dates", "reporting_date_stock": stock})

    tested = {"opening": ["2026Q2"], "closing": ["2026Q3"], "both": ["2026Q2", "2026Q3"]}[stock]
    assert limit_keys(case, "destination_share") == [f"destination_share[MY,{label}]" for label in tested]
    assert limit_keys(case, "home_share") == [f"home_share[US,{label}]" for label in tested]


# --- A2: whose chips count --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ownership", "reading", "counts"),
    [
        ("owned", "owned", True),
        ("owned", "operated", True),
        ("leased_in", "owned", False),
        ("leased_in", "operated", True),
        ("leased_out", "owned", True),
        ("leased_out", "operated", False),
    ],
)
def test_chips_count_with_their_owner_or_with_who_operates_them(ownership: str, reading: str, *, counts: bool) -> None:
    stock = [{**AT_HOME, "ownership": ownership}]
    case = universal(installed=stock, policy={"share_ownership": reading, "home_share": "0%", "outside_tier1_share": 1})

    # Seven chips abroad are 7% of a hundred, or all there is.
    over = {f"destination_share[MY,2026Q{number}]": 65_100 for number in (2, 3, 4)}
    assert illegal(case, kl=7) == ({} if counts else over)


# --- A3: whether chips that came by another path count ----------------------------------------------------------------


def by_path(case: Case, path: str, units: int) -> dict[str, Any]:
    """Return what is broken if chips stand in Malaysia from the first quarter on and came by one path."""
    return broken(case, entering(case, placing(case, kl=units), {("MY", path): units}))


@pytest.mark.parametrize("path", ["uveu", "licence", "lpp"])
def test_all_chips_abroad_count_or_only_those_that_came_under_uveu(path: str) -> None:
    all_paths = universal(policy={"home_share": "0%"})
    uveu_only = universal(policy={"home_share": "0%", "share_counts": "uveu_only"})
    over = {f"destination_share[MY,2026Q{number}]": 9_300 for number in (2, 3, 4)}

    assert illegal(all_paths, kl=7) == by_path(uveu_only, path, 7) == {}
    assert illegal(all_paths, kl=8) == over
    assert by_path(uveu_only, path, 8) == (over if path == "uveu" else {})


@pytest.mark.parametrize(("path", "counts"), [("uveu", True), ("licence", False), ("lpp", False), (None, True)])
def test_installed_chips_abroad_count_by_their_path_under_uveu_only(path: str | None, *, counts: bool) -> None:
    # An installed row without a path, of a day on which UVEU was held, came under UVEU.
    stock: Row = {"country": "MY", "accelerator": "chip", "units": 7, "placed_on": "2026-02-01"}
    stock |= {"path": path} if path else {}
    case = universal(installed=[AT_HOME, stock], policy={"share_counts": "uveu_only"})

    most = 0 if counts else 7  # of 107, 7 are less than 7%
    assert by_path(case, "uveu", most) == {}
    assert by_path(case, "uveu", most + 1) != {}


def test_the_home_share_counts_every_path_whatever_share_counts_says() -> None:
    case = universal(site("kl", "MY"), policy={**SHARES_LIFTED, "home_share": "1/2", "share_counts": "uveu_only"})

    assert by_path(case, "licence", 93) == {}
    assert by_path(case, "licence", 94) == {f"home_share[US,2026Q{number}]": 5_000 for number in (2, 3)}


# --- A4: from when a chip counts --------------------------------------------------------------------------------------


def test_a_chip_counts_when_it_is_sent_or_a_period_later_when_it_is_installed() -> None:
    sent = universal(policy={"counted_from": "transfer"})
    installed = universal(policy={"counted_from": "installation"})

    assert illegal(sent, kl=(7, 7, 8)) == {"destination_share[MY,2026Q4]": 9_300}
    assert illegal(installed, kl=(7, 7, 8)) == {}
    assert illegal(installed, kl=(7, 8, 8)) == {"destination_share[MY,2026Q4]": 9_300}


def test_in_its_first_period_a_plan_is_tested_on_the_installed_fleet_alone_under_installation() -> None:
    case = universal(periods=1, policy={"counted_from": "installation"})

    assert illegal(case, kl=1000) == {}


# --- A5: a Tier 1 company without UVEU --------------------------------------------------------------------------------


@pytest.mark.parametrize(("headquarters", "is_tier_1"), [("US", True), ("GB", True), ("AE", False)])
def test_licences_of_a_tier_1_company_are_inside_the_allocation_or_have_no_cap(
    headquarters: str, *, is_tier_1: bool
) -> None:
    def over(reading: str, units: int) -> dict[str, Any]:
        policy = {"tier1_without_uveu": reading, "lpp_tpp_per_year": 0}
        return illegal(company(site("kl", "MY"), headquarters=headquarters, policy=policy), kl=units)

    assert over("inside_allocation", 79_000) == over("presumed_approved", 79_000) == {}
    assert over("inside_allocation", 79_001) == {"legal_path[MY,chip,2026Q1]": 1}
    assert over("presumed_approved", 79_001) == ({} if is_tier_1 else {"legal_path[MY,chip,2026Q1]": 1})


def test_an_operator_of_tier_2_keeps_the_licences_of_a_tier_1_company_inside_the_allocation() -> None:
    policy = {"tier1_without_uveu": "presumed_approved", "lpp_tpp_per_year": 0}
    case = company(site("kl", "MY", operator_headquarters="MY"), policy=policy)

    assert illegal(case, kl=79_000) == {}
    assert illegal(case, kl=79_001) == {"legal_path[MY,chip,2026Q1]": 1}


# --- A6: a company of Tier 2 in Tier 1 --------------------------------------------------------------------------------


def emirati(reading: str, **parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a company of the Emirates with a site at home and one in Norway, without LPP."""
    sites = [site("abu-dhabi", "AE"), site("oslo", "NO", authorised_from="2026-01-01")]
    policy = {"tier2_headquarters_in_tier1": reading, "lpp_tpp_per_year": 0}
    return company(*sites, headquarters="AE", policy=policy, **parts)


def test_what_a_tier_2_company_brings_into_tier_1_is_charged_to_its_own_country() -> None:
    case = emirati("debit_headquarters")

    assert illegal(case, oslo=79_000) == {}
    assert illegal(case, oslo=79_001) == {"legal_path[NO,chip,2026Q1]": 1}
    assert illegal(case, **{"oslo": 40_000, "abu-dhabi": 39_000}) == {}
    assert illegal(case, **{"oslo": 40_000, "abu-dhabi": 39_001}) == {"legal_path[NO,chip,2026Q1]": 1}


def test_or_it_needs_nveu_there() -> None:
    assert illegal(emirati("require_nveu"), oslo=1) == {"legal_path[NO,chip,2026Q1]": 1}
    assert may_add(emirati("require_nveu", authorisations=[nveu("NO")]), "oslo") == ["2026Q1"]


def test_or_it_is_presumed_approved_without_a_cap() -> None:
    assert illegal(emirati("presumed_approved"), oslo=10**6) == {}


def test_a_tier_2_operator_is_charged_where_the_company_is_of_tier_1_each_its_own_country() -> None:
    sites = [site("bergen", "NO", operator_headquarters="AE"), site("oslo", "NO", operator_headquarters="SA")]
    case = company(*sites, policy={"lpp_tpp_per_year": 0})

    assert illegal(case, bergen=79_000, oslo=79_000) == {}
    assert illegal(case, bergen=79_001, oslo=79_000) == {"legal_path[NO:bergen,chip,2026Q1]": 1}
    assert illegal(case, bergen=79_000, oslo=79_001) == {"legal_path[NO:oslo,chip,2026Q1]": 1}


# --- A7: the bit length of TF32 ---------------------------------------------------------------------------------------


def trainium(bits: str, units: int, **columns: object) -> dict[str, Any]:
    """Return what so many Trainium1 in Malaysia break, licences up to the allocation being the only way in."""
    chips = [{"accelerator": "Trainium1", "value_usd_per_hour": 1, "power_kw": 0, "block": 1, **columns}]
    policy = {"tf32_bit_length": bits, "lpp_tpp_per_year": 0}
    case = company(site("kl", "MY"), accelerators=chips, delivered={"Trainium1": [10**6]}, policy=policy)
    return illegal(case, kl=units)


def test_tf32_of_32_bits_makes_a_trainium1_a_controlled_chip_of_6080_tpp() -> None:
    # The catalogue: 3,056 TPP, not known to be controlled, or 6,080 TPP, of which 790 million take 129,934.
    assert trainium("19", 10**6) == {}
    assert trainium("32", 129_934) == {}
    assert trainium("32", 129_935) == {"legal_path[MY,Trainium1,2026Q1]": 1}


def test_tf32_of_32_bits_leaves_a_tpp_that_the_plan_gives_as_it_is() -> None:
    assert trainium("32", 79_000, tpp=10_000, eccn="3A090.a") == {}
    assert trainium("32", 79_001, tpp=10_000, eccn="3A090.a") == {"legal_path[MY,Trainium1,2026Q1]": 1}


# --- Other readings ---------------------------------------------------------------------------------------------------


def test_shares_are_taken_of_what_stands_or_of_what_is_delivered() -> None:
    # A hundred chips are delivered: unplaced ones are held in the United States.
    standing = universal(delivered=100, installed=[])
    delivered = universal(delivered=100, installed=[], policy={"share_denominator": "delivered"})

    over = {f"destination_share[MY,2026Q{number}]": 65_100 for number in (2, 3, 4)}
    every = over | {f"outside_tier1_share[2026Q{number}]": 52_500 for number in (2, 3, 4)}
    assert illegal(standing, kl=7) == every | {f"home_share[US,2026Q{number}]": 35_000 for number in (2, 3)}
    assert illegal(delivered, kl=7) == {}
    assert list(illegal(delivered, kl=8)) == list(over)


def test_licences_within_the_allocation_are_presumed_or_have_to_be_listed() -> None:
    presumed = company(site("kl", "MY"), policy={"lpp_tpp_per_year": 0})

    assert may_add(presumed, "kl") == ["2026Q1"]
    assert may_add(company(site("kl", "MY"), policy=ONLY_LISTED), "kl") == []


def test_nveu_may_be_sought_everywhere_or_where_governments_have_arranged_it() -> None:
    def enterable(*countries: str) -> list[str]:
        policy = {"authorisations": "nveu", "decision_days": 0, "nveu_countries": list(countries), **ONLY_LISTED}
        case = company(site("kl", "MY", authorised_from="2026Q1"), headquarters="AE", policy=policy)
        return may_add(case, "kl")

    assert enterable() == enterable("MY") == enterable("SG", "MY") == ["2026Q1"]
    assert enterable("SG") == []
