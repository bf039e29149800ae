"""The paths of a company, and when each is open at a site. Dated boundaries stand in tests/rules/test_boundaries*.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import chip, site
from tests.rules.diffusion import UVEU, changed_pack, company, licence, nveu, opened
from tests.rules.licensing import ASSUMED, enforced

if TYPE_CHECKING:
    from pathlib import Path

    from tests.builders import Row

BIG_AND_SMALL = {
    "accelerators": [chip("big", tpp=20_000), chip("small", tpp=10_000)],
    "delivered": {"big": [1], "small": [1]},
}


def test_the_paths_of_a_company_come_in_the_packs_order_each_licence_one_of_its_own() -> None:
    built = company(site("kl", "MY"), authorisations=[licence("MY", units=1), licence("IN", tpp=1, reference="L2")])

    assert list(built.paths) == [
        "aia",
        "uveu",
        "nveu",
        "licence",
        "licence_in_tier1",
        "listed_licence/L2",
        "listed_licence/L1",
        "lpp",
    ]
    assert built.paths["aia"].title == "licence exception AIA"


@pytest.mark.parametrize(
    ("settings", "without", "with_"),
    [
        ({"licences": "listed"}, {"licence", "licence_in_tier1"}, set()),
        ({"tier1_without_uveu": "presumed_approved"}, set(), {"licence_tier1_owner"}),
        ({"tier2_headquarters_in_tier1": "require_nveu"}, {"licence_in_tier1"}, set()),
        (
            {"tier2_headquarters_in_tier1": "presumed_approved"},
            {"licence_in_tier1"},
            {"licence_in_tier1_uncapped"},
        ),
        ({"tier1_without_uveu": "presumed_approved", "licences": "listed"}, {"licence", "licence_in_tier1"}, set()),
    ],
)
def test_settings_rule_paths_in_and_out(settings: dict[str, str], without: set[str], with_: set[str]) -> None:
    usual = {"aia", "uveu", "nveu", "licence", "licence_in_tier1", "lpp"}

    assert set(company(site("kl", "MY"), policy=settings).paths) == (usual - without) | with_


def test_a_licence_allows_its_accelerator_or_all() -> None:
    rows = [licence("MY", units=1, accelerator="small"), licence("MY", units=1, reference="L2")]
    built = company(site("kl", "MY"), authorisations=rows, **BIG_AND_SMALL)

    assert built.paths["listed_licence/L1"].allows == (False, True)
    assert built.paths["listed_licence/L2"].allows == (True, True)
    assert built.paths["lpp"].allows == (True, True)


def test_a_path_may_be_for_some_chips_only() -> None:
    chips = (chip("H200", tpp=15_832), chip("GB300", tpp=60_000), chip("unknown", tpp=15_000))
    built = enforced(site("tianjin", "CN"), chips=chips, policy=ASSUMED)

    keys = [row.key for row in built.plan.accelerators]
    assert dict(zip(keys, built.paths["china_case_by_case"].allows, strict=True)) == {
        "H200": True,
        "GB300": False,
        "unknown": False,
    }


WAYS = {
    # destination, company, operator: the paths that are open without any authorisation
    ("NO", "US", "US"): ["aia"],
    ("MY", "US", "US"): ["licence", "lpp"],
    ("MY", "AE", "AE"): ["licence", "lpp"],
    ("MY", "US", "MY"): ["licence", "lpp"],
    ("NO", "AE", "AE"): ["licence_in_tier1", "lpp"],
    ("NO", "US", "AE"): ["licence_in_tier1", "lpp"],
    ("NO", "AE", "US"): ["licence_in_tier1", "lpp"],
    ("CN", "US", "US"): [],
    ("MO", "US", "US"): [],
    ("HK", "US", "US"): [],
    ("NO", "CN", "CN"): [],
    ("MY", "US", "CN"): [],
    ("MY", "CN", "US"): [],
    ("GL", "PR", "GU"): ["aia"],
}


@pytest.mark.parametrize(("country", "headquarters", "operator"), list(WAYS))
def test_place_owner_and_operator_decide_together(country: str, headquarters: str, operator: str) -> None:
    built = company(site("here", country, operator_headquarters=operator), headquarters=headquarters)

    assert list(built.gates[0].open_periods) == WAYS[country, headquarters, operator]


STATUS = {
    # destination, company, operator: whether UVEU, and NVEU for that destination, lead there
    ("MY", "US", "US"): (True, True),
    ("MY", "US", "GB"): (True, True),
    ("MY", "US", "MY"): (False, True),
    ("MY", "AE", "AE"): (False, True),
    ("CN", "US", "US"): (False, False),
    ("MY", "US", "RU"): (False, False),
}


@pytest.mark.parametrize(("country", "headquarters", "operator"), list(STATUS))
def test_uveu_is_for_tier_1_owners_and_operators_and_nveu_for_all_but_tier_3(
    country: str, headquarters: str, operator: str
) -> None:
    def leads(row: Row) -> bool:
        where = site("here", country, operator_headquarters=operator, authorised_from="2026-01-01")
        # With the share of UVEU chips counted by path, UVEU is no free path that hides the others.
        policy = {"share_counts": "uveu_only"}
        built = company(where, headquarters=headquarters, authorisations=[row], policy=policy)
        return row["type"].lower() in built.gates[0].open_periods

    assert (leads(UVEU), leads(nveu(country))) == STATUS[country, headquarters, operator]


def test_nveu_is_for_the_destination_it_names() -> None:
    sites = [site(key, code, authorised_from="2026-01-01") for key, code in (("delhi", "IN"), ("kl", "MY"))]
    built = company(*sites, authorisations=[nveu("MY")])

    assert opened(built, "MY", "nveu") == ["2026Q1"]
    assert opened(built, "IN", "nveu") == []


def test_two_authorisations_open_the_path_in_the_periods_of_each_and_not_across_both() -> None:
    rows = [{**nveu("MY"), "valid_until": "2026-02-15"}, {**nveu("MY"), "valid_from": "2026-02-16"}]
    built = company(
        site("kl", "MY", authorised_from="2026-01-01"), authorisations=rows, start="2026-01", length="month", periods=3
    )

    assert opened(built, "MY", "nveu") == ["2026-01", "2026-03"]


def test_a_renewed_authorisation_needs_no_new_notice_for_a_location() -> None:
    """180 days from 1 January 2026 end on 30 June: open from 2026Q3, and on through the renewal of 2027."""
    rows = [{**nveu("MY"), "valid_until": "2026-12-31"}, {**nveu("MY"), "valid_from": "2027-01-01"}]
    notice = {"nveu_new_site_notice_days": 180}
    built = company(site("kl", "MY"), authorisations=rows, start="2026Q1", periods=6, policy=notice)

    assert opened(built, "MY", "nveu") == ["2026Q3", "2026Q4", "2027Q1", "2027Q2"]


@pytest.mark.parametrize(
    ("first_day", "first_open"), [("2025-06-29", "2025Q2"), ("2025-06-30", "2025Q2"), ("2025-07-01", "2025Q3")]
)
def test_a_path_is_open_from_the_quarter_on_in_which_the_pack_begins(
    first_day: str, first_open: str, tmp_path: Path
) -> None:
    pack = changed_pack(tmp_path, "effective_from = 2025-05-15", f"effective_from = {first_day}")
    built = company(site("kl", "MY"), start="2025Q1", periods=3, policy={"name": pack})

    assert opened(built, "MY", "licence")[0] == first_open


def test_no_path_is_open_before_the_pack_is_in_force() -> None:
    built = company(site("kl", "MY"), site("oslo", "NO"), start="2025Q1", periods=3)

    assert opened(built, "MY", "licence") == opened(built, "NO", "aia") == ["2025Q2", "2025Q3"]
