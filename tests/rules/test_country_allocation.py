"""Country allocation: 790,000,000 TPP licensed to a Tier 2 destination over 2025 to 2027, to everyone together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.errors import InputError
from optimizer.rules.registry import compile_limits
from tests.builders import broken, chip, entering, limit_keys, limits_of, placing, site
from tests.rules.diffusion import ONLY_LISTED, company, illegal, licence
from tests.rules.golden_text import assert_golden

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from tests.builders import Row, Units

LIMIT = "country_allocation[MY,2026Q1]"
NO_LPP = {"lpp_tpp_per_year": 0}


def licensed(**parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a company of the Emirates with a site in Malaysia, into which only licences lead."""
    policy = {**NO_LPP, **parts.pop("policy", {})}
    return company(site("kl", "MY"), headquarters="AE", policy=policy, **parts)


def external(**levels: int) -> list[Row]:
    return [{"country": "MY", "period": "2026Q1", **levels}]


def installed(units: int, **columns: object) -> list[Row]:
    return [{"country": "MY", "accelerator": "chip", "units": units, "placed_on": "2025-06-01", **columns}]


def test_the_limit_reads_as_in_the_golden_text() -> None:
    sites = [site("abu-dhabi", "AE"), site("kl", "MY"), site("oslo", "NO")]
    case = company(
        *sites,
        headquarters="AE",
        start="2025Q1",
        periods=2,
        installed=installed(40),
        external_use=[{"country": "MY", "period": "2025Q1", "tpp": 3000}],
        authorisations=[licence("MY", units=5)],
        policy={"government_assurances": "AE"},
    )

    assert_golden(case, "country_allocation", "country_allocation")


@pytest.mark.parametrize(
    ("key", "tpp", "block", "most_blocks"),
    [("H100", 15_832, 1, 49_898), ("GB300", 60_000, 1, 13_166), ("GB300", 60_000, 72, 182), ("H100", 15_832, 8, 6237)],
)
def test_known_numbers_of_chips_fill_an_allocation(key: str, tpp: int, block: int, most_blocks: int) -> None:
    case = licensed(accelerators=[chip(key, tpp=tpp, block=block)], delivered={key: [10**6 * block]})

    assert illegal(case, kl=most_blocks * block) == {}
    over = illegal(case, kl=(most_blocks + 1) * block)
    assert list(over) == [f"legal_path[MY,{key},2026Q1]"]
    placement = entering(
        case, placing(case, kl=(most_blocks + 1) * block), {("MY", "licence"): (most_blocks + 1) * block}
    )
    assert broken(case, placement) == {LIMIT: (most_blocks + 1) * block * tpp - 790_000_000}


def test_twenty_thousand_gb200_in_one_country_without_a_status_are_too_many() -> None:
    case = licensed(accelerators=[chip("GB200", tpp=40_000)], delivered={"GB200": [20_000]})

    # 800 million TPP; 790 million are 19,750 of them.
    assert illegal(case, kl=19_750) == {}
    assert illegal(case, kl=20_000) == {"legal_path[MY,GB200,2026Q1]": 250}


def test_a_rack_may_split_over_paths_chip_by_chip() -> None:
    # 790 million are 182 racks of 72 GB300 and 62 chips; the other ten of the last rack come under LPP.
    case = company(
        site("kl", "MY"),
        headquarters="AE",
        accelerators=[chip("rack", tpp=60_000, block=72)],
        delivered={"rack": [72_000]},
    )
    most = 182 * 72 + 62 + 448

    assert illegal(case, kl=most // 72 * 72) == {}
    assert illegal(case, kl=(most // 72 + 1) * 72) == {"legal_path[MY,rack,2026Q1]": 72 - most % 72}


def test_what_others_use_is_taken_off() -> None:
    case = licensed(external_use=external(tpp=789_000_000))

    assert illegal(case, kl=100) == {}
    assert illegal(case, kl=101) == {"legal_path[MY,chip,2026Q1]": 1}


def test_others_above_the_allocation_are_no_breach_of_the_companys_but_nothing_more_is_licensed() -> None:
    case = licensed(external_use=external(tpp=800_000_000))

    assert illegal(case, kl=0) == {}
    assert illegal(case, kl=1) == {"legal_path[MY,chip,2026Q1]": 1}


def test_where_others_leave_less_than_the_company_has_it_keeps_that_and_gets_no_more() -> None:
    """40 chips licensed in 2025 are 400,000 TPP; others take all but 100,000. Own stock above the cap is a breach."""
    kept = licensed(installed=installed(40), external_use=external(tpp=789_900_000))
    over = licensed(installed=installed(79_001), external_use=external(tpp=789_900_000))

    assert illegal(kept, kl=0) == {}
    assert illegal(kept, kl=1) == {"legal_path[MY,chip,2026Q1]": 1}
    assert illegal(over, kl=0) == {LIMIT: 10_000}


def test_stock_brought_into_tier_1_by_licence_is_charged_to_the_headquarters_country() -> None:
    stock = [{**installed(10)[0], "country": "NO", "path": "licence_in_tier1"}]
    case = company(site("abu-dhabi", "AE"), headquarters="AE", policy=NO_LPP, installed=stock)

    assert illegal(case, **{"abu-dhabi": 78_990}) == {}
    assert illegal(case, **{"abu-dhabi": 78_991}) == {"legal_path[AE,chip,2026Q1]": 1}


def test_external_use_in_units_alone_cannot_be_counted() -> None:
    with pytest.raises(InputError, match="counts TPP, and external use of MY is not given in it"):
        compile_limits(licensed(external_use=external(units=5)))


def test_external_use_of_a_country_that_the_company_does_not_enter_does_not_matter() -> None:
    case = licensed(external_use=[{"country": "SG", "period": "2026Q1", "tpp": 10**12}])

    assert limit_keys(case, "country_allocation") == [LIMIT]


def test_all_licences_into_a_country_share_its_allocation_whoever_granted_them() -> None:
    case = licensed(authorisations=[licence("MY", units=79_000)])
    both: dict[tuple[str, ...], Units] = {("MY", "licence"): 1000, ("MY", "listed_licence/L1"): 78_000}
    one_more: dict[tuple[str, ...], Units] = {("MY", "licence"): 1000, ("MY", "listed_licence/L1"): 78_001}

    assert broken(case, entering(case, placing(case, kl=79_000), both)) == {}
    assert broken(case, entering(case, placing(case, kl=79_001), one_more)) == {LIMIT: 10_000}


def test_each_country_has_an_allocation_of_its_own() -> None:
    case = company(site("kl", "MY"), site("delhi", "IN"), headquarters="AE", policy=NO_LPP)

    assert illegal(case, kl=79_000, delhi=79_000) == {}
    assert illegal(case, kl=79_001, delhi=79_000) == {"legal_path[MY,chip,2026Q1]": 1}


def test_chips_below_3a090_a_need_no_path_and_count_nowhere() -> None:
    chips = [chip("free", tpp=4000, eccn="3A090.b"), chip("old", tpp=1000)]
    case = licensed(accelerators=chips, delivered={"free": [10**7], "old": [10**7]})

    assert illegal(case, kl={"free": 10**6, "old": 10**6}) == {}
    assert limit_keys(case, "country_allocation") == []


@pytest.mark.parametrize(("ownership", "counts"), [("owned", True), ("leased_out", True), ("leased_in", False)])
def test_installed_chips_of_others_do_not_count(ownership: str, *, counts: bool) -> None:
    case = licensed(installed=installed(79_000, ownership=ownership))

    assert illegal(case, kl=1) == ({"legal_path[MY,chip,2026Q1]": 1} if counts else {})


def test_a_territory_counts_with_the_destination_it_follows() -> None:
    case = company(
        site("macau", "MO"), site("hong-kong", "HK"), site("torshavn", "FO"), headquarters="AE", policy=NO_LPP
    )

    # Hong Kong follows China: Tier 3, no allocation. The Faroe Islands follow Denmark: Tier 1, charged to the Emirates.
    assert limit_keys(case, "country_allocation") == ["country_allocation[AE,2026Q1]"]


def test_a_tier_1_company_inside_tier_1_has_no_allocation_to_mind() -> None:
    case = company(site("oslo", "NO"), site("ohio", "US"))

    assert limit_keys(case, "country_allocation") == []
    assert illegal(case, oslo=10**6, ohio=10**6) == {}


def test_a_companys_own_stock_without_a_site_there_has_a_limit_too() -> None:
    case = company(site("delhi", "IN"), headquarters="AE", installed=installed(79_001), policy=ONLY_LISTED)

    assert broken(case) == {LIMIT: 10_000}


def test_the_planners_own_number_replaces_the_allocation_of_one_country_or_of_all() -> None:
    one = licensed(limits={"country_allocation[MY]": {"setting": 50_000}})
    every = licensed(limits={"country_allocation[*]": {"setting": 50_000}})
    for case in (one, every):
        assert illegal(case, kl=5) == {}
        assert illegal(case, kl=6) == {"legal_path[MY,chip,2026Q1]": 1}
    (limit,) = limits_of(one, "country_allocation")
    assert limit.setting == "50000 TPP"


def test_the_settings_number_replaces_all_of_them() -> None:
    case = licensed(policy={"country_allocation": 50_000})

    assert illegal(case, kl=5) == {}
    assert illegal(case, kl=6) == {"legal_path[MY,chip,2026Q1]": 1}


def test_what_a_tier_2_company_has_licensed_at_home_and_brought_into_tier_1_is_added_up() -> None:
    sites = [site("abu-dhabi", "AE"), site("oslo", "NO")]
    stock = [{"country": "AE", "accelerator": "chip", "units": 9_000, "placed_on": "2025-06-01"}]
    others = [{"country": "AE", "period": "2026Q1", "tpp": 100_000_000}]
    case = company(*sites, headquarters="AE", policy=NO_LPP, installed=stock, external_use=others)

    # 79,000 chips less 10,000 of others and 9,000 of the company's own.
    assert illegal(case, oslo=30_000, **{"abu-dhabi": 30_000}) == {}
    assert illegal(case, oslo=30_001, **{"abu-dhabi": 30_000}) == {"legal_path[NO,chip,2026Q1]": 1}


@pytest.mark.parametrize(
    ("headquarters", "operator", "charged"),
    [("AE", "AE", ["AE"]), ("AE", "SA", ["AE"]), ("AE", "US", ["AE"]), ("US", "SA", ["SA"]), ("US", "US", [])],
)
def test_the_company_is_charged_before_the_operator(headquarters: str, operator: str, charged: list[str]) -> None:
    case = company(site("oslo", "NO", operator_headquarters=operator), headquarters=headquarters)

    assert limit_keys(case, "country_allocation") == [f"country_allocation[{code},2026Q1]" for code in charged]


@pytest.mark.parametrize(
    ("counted_from", "counts"), [("2025-01-01", True), ("2025-03-31", True), ("2025-04-01", False)]
)
def test_what_the_plan_adds_counts_from_the_quarter_of_the_first_day_on(counted_from: str, *, counts: bool) -> None:
    case = licensed(start="2025Q1", periods=2, policy={"country_allocation_from": counted_from})
    left = 79_000 - 1000 * counts

    assert illegal(case, kl=(1000, 1000 + left)) == {}
    assert illegal(case, kl=(1000, 1001 + left)) == {"legal_path[MY,chip,2025Q2]": 1}


def test_what_came_while_a_country_was_closed_was_not_licensed() -> None:
    # Cambodia was in Tier 3 in the first quarter of 2025; here nothing is closed until compliance.
    policy = {**NO_LPP, "closed_from": "2025-05-15"}
    case = company(site("phnom-penh", "KH"), headquarters="AE", start="2025Q1", periods=5, policy=policy)

    units = (1000, 1000, 1000, 1000, 80_000)
    assert illegal(case, **{"phnom-penh": units}) == {}
