"""Both sides of every date, name and figure of the licensing enforced in July 2026.

Sources: 91 FR 43034 (14 July 2026) for the UAE, effective 10 July 2026, entries of G42 and Core42 to 6 April 2027; 91 FR
1684 (15 January 2026) for China and Macau, TPP below 21,000 and memory bandwidth below 6,500 GB/s; Country Groups of the
eCFR of 23 July 2026; BIS guidance of 31 May 2026 for buyers headquartered in D:5 or Macau.
"""

from __future__ import annotations

import pytest

from tests.builders import broken, chip, placing, site
from tests.rules.diffusion import illegal, licence, may_add
from tests.rules.licensing import ASSUMED, enforced

UAE = site("abu-dhabi", "AE")
CHINA = site("tianjin", "CN")
HOME = site("ohio", "US")

# --- The white list of the UAE ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "length", "open_from"),
    [("2026-06", "month", "2026-08"), ("2026Q2", "quarter", "2026Q4"), ("2025", "year", "2027")],
)
@pytest.mark.parametrize("name", ["Microsoft", "OpenAI", "UAE Government", "xAI"])
def test_recipients_on_the_list_need_no_licence_from_10_july_2026_on(
    name: str, start: str, length: str, open_from: str
) -> None:
    case = enforced(UAE, company_name=name, start=start, length=length, periods=4)

    labels = list(case.plan.horizon.labels)
    assert may_add(case, "abu-dhabi") == [label for label in labels if label >= open_from]


@pytest.mark.parametrize(
    ("start", "length", "may"),
    [
        ("2027-02", "month", ["2027-02", "2027-03"]),
        ("2026Q3", "quarter", ["2026Q4", "2027Q1"]),
        ("2026", "year", []),
    ],
)
@pytest.mark.parametrize("name", ["G42", "Core42"])
def test_the_entries_of_g42_and_core42_expire_on_6_april_2027(
    name: str, start: str, length: str, may: list[str]
) -> None:
    case = enforced(UAE, company_name=name, headquarters="AE", start=start, length=length, periods=4)

    assert may_add(case, "abu-dhabi") == may


def test_an_entry_that_ended_with_a_month_would_cover_it() -> None:
    def may(last_day: str) -> list[str]:
        policy = {"uae_list_expires": last_day}
        case = enforced(UAE, company_name="G42", start="2027-03", length="month", periods=3, policy=policy)
        return may_add(case, "abu-dhabi")

    assert may("2027-04-29") == ["2027-03"]
    assert may("2027-04-30") == ["2027-03", "2027-04"]


def test_what_entered_before_an_entry_expires_stays() -> None:
    case = enforced(UAE, company_name="G42", start="2027Q1", periods=2)

    assert illegal(case, **{"abu-dhabi": (5, 5)}) == {}
    assert illegal(case, **{"abu-dhabi": (5, 6)}) == {"legal_path[AE,H200,2027Q2]": 1}


@pytest.mark.parametrize(
    ("name", "listed_as", "is_listed"),
    [
        ("Oracle", "", True),
        ("ORACLE", "", True),
        ("Oracle Cloud", "", False),
        ("Oracle Cloud", "Oracle", True),
        ("Oracle", "CoreWeave", False),
        ("CoreWeave", "", False),
    ],
)
def test_the_list_knows_a_company_by_its_name_or_by_the_group_it_is_said_to_belong_to(
    name: str, listed_as: str, *, is_listed: bool
) -> None:
    case = enforced(UAE, company_name=name, start="2026Q4", policy={"listed_as": listed_as})

    assert bool(may_add(case, "abu-dhabi")) is is_listed


def test_the_list_leads_into_the_uae_alone() -> None:
    case = enforced(UAE, site("riyadh", "SA"), company_name="Microsoft", start="2026Q4")

    assert illegal(case, **{"abu-dhabi": 10**5}) == {}
    assert illegal(case, riyadh=1) == {"legal_path[SA,H200,2026Q4]": 1}


# --- Licence groups, headquarters and approval --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "needs_licence"),
    [
        ("MY", False),
        ("IN", False),
        ("CH", False),
        ("IL", False),
        ("SG", False),
        ("SA", True),
        ("VN", True),
        ("AE", True),
    ],
)
def test_a_licence_is_needed_for_d1_d4_and_d5_and_for_the_uae(country: str, *, needs_licence: bool) -> None:
    assert illegal(enforced(site("here", country)), here=1) == (
        {f"legal_path[{country},H200,2026Q3]": 1} if needs_licence else {}
    )


@pytest.mark.parametrize("headquarters", ["CN", "MO", "RU"])
def test_a_buyer_headquartered_in_d5_or_macau_needs_a_licence_wherever_it_builds(headquarters: str) -> None:
    built = enforced(site("kl", "MY"), headquarters=headquarters)
    licensed = enforced(site("kl", "MY"), headquarters=headquarters, authorisations=[licence("MY", units=5)])

    assert may_add(built, "kl") == []
    assert illegal(licensed, kl=5) == {}
    assert illegal(licensed, kl=6) == {"legal_path[MY,H200,2026Q3]": 1}
    assert illegal(enforced(site("kl", "MY", operator_headquarters=headquarters)), kl=1) != {}


def test_licences_are_those_listed_or_taken_as_approved_where_they_are_not_presumed_denied() -> None:
    sites = [site("riyadh", "SA"), site("minsk", "BY")]

    assert may_add(enforced(*sites), "riyadh") == []
    assert may_add(enforced(*sites, policy=ASSUMED), "riyadh") == ["2026Q3"]
    assert may_add(enforced(*sites, policy=ASSUMED), "minsk") == []
    listed = enforced(*sites, authorisations=[licence("BY", units=2)])
    assert illegal(listed, minsk=2) == {}


def test_there_are_no_shares_and_no_caps() -> None:
    case = enforced(site("kl", "MY"))

    assert broken(case, placing(case, kl=10**6)) == {}


def test_uncontrolled_chips_go_anywhere() -> None:
    chips = (chip("H20", tpp=2368), chip("H200", tpp=15_832))

    assert illegal(enforced(CHINA, chips=chips), tianjin={"H20": 10**6}) == {}


# --- China: chips under case-by-case review -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "length", "may"),
    [
        ("2025-12", "month", ["2026-02", "2026-03"]),
        ("2025Q4", "quarter", ["2026Q2", "2026Q3"]),
        ("2025", "year", ["2027", "2028"]),
    ],
)
def test_the_review_begins_on_15_january_2026(start: str, length: str, may: list[str]) -> None:
    stock = [{"country": "US", "accelerator": "H200", "units": 10}]
    case = enforced(CHINA, HOME, start=start, length=length, periods=4, installed=stock, policy=ASSUMED)

    assert may_add(case, "tianjin") == may


@pytest.mark.parametrize(("tpp", "is_admitted"), [(20_999, True), (21_000, False), (21_001, False)])
def test_a_chip_of_20_999_tpp_is_reviewed_and_one_of_21_000_is_not(tpp: int, *, is_admitted: bool) -> None:
    case = enforced(CHINA, HOME, chips=(chip("H200", tpp=tpp),), policy=ASSUMED)

    assert illegal(case, ohio=10, tianjin=5) == ({} if is_admitted else {"legal_path[CN,H200,2026Q3]": 5})


@pytest.mark.parametrize(
    ("key", "below", "is_admitted"),
    [
        ("H200", 6500, True),  # 4,800 GB/s
        ("H200", 4801, True),
        ("H200", 4800, False),
        ("MI325X", 6500, True),  # 6,000 GB/s
        ("B200-HGX", 6500, False),  # 7,700 GB/s
        ("L40S", 6500, False),  # the catalogue knows none
        ("our-own-chip", 6500, False),
    ],
)
def test_its_memory_bandwidth_has_to_be_known_and_below_the_figure(key: str, below: int, *, is_admitted: bool) -> None:
    # Whatever its name the chip is given 15,000 TPP, so that the bandwidth of the catalogue alone decides.
    policy = {**ASSUMED, "china_bandwidth_below": below}
    case = enforced(CHINA, HOME, chips=(chip(key, tpp=15_000),), policy=policy)

    assert illegal(case, ohio=10, tianjin=5) == ({} if is_admitted else {f"legal_path[CN,{key},2026Q3]": 5})


def test_a_listed_licence_is_not_bound_by_the_review() -> None:
    case = enforced(CHINA, chips=(chip("B200-HGX", tpp=36_000),), authorisations=[licence("CN", units=5)])

    assert illegal(case, tianjin=5) == {}
    assert illegal(case, tianjin=6) == {"legal_path[CN,B200-HGX,2026Q3]": 1}


def test_the_review_is_for_china_and_macau_alone() -> None:
    case = enforced(HOME, site("macau", "MO"), site("hong-kong", "HK"), site("minsk", "BY"), policy=ASSUMED)

    assert illegal(case, ohio=10, macau=5) == illegal(case, ohio=10, **{"hong-kong": 5}) == {}
    assert illegal(case, ohio=10, minsk=5) == {"legal_path[BY,H200,2026Q3]": 5}


@pytest.mark.parametrize(("headquarters", "is_open"), [("US", True), ("AE", True), ("CN", True), ("KP", False)])
def test_buyers_of_china_are_reviewed_as_others_are_and_those_of_other_arms_embargoed_countries_not(
    headquarters: str, *, is_open: bool
) -> None:
    stock = {"country": "US", "accelerator": "H200", "units": 10}
    case = enforced(CHINA, headquarters=headquarters, installed=[stock], policy=ASSUMED)

    assert (illegal(case, tianjin=5) == {}) is is_open


@pytest.mark.parametrize(
    ("country", "closed"), [("KP", True), ("IR", True), ("CU", True), ("SY", True), ("CN", False), ("BY", False)]
)
def test_an_embargo_closes_a_country_to_chips_that_need_no_path_too(country: str, *, closed: bool) -> None:
    small = chip("L4", tpp=1_936, eccn="3A090.b")
    case = enforced(site("there", country), chips=(small,))

    assert illegal(case, there={"L4": 1}) == ({f"closed_destination[{country},2026Q3]": 1} if closed else {})
