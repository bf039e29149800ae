"""Installed base: what one company may have standing in one destination under NVEU, by the table of the quarter.

The twelve quarters of the table stand in `test_boundaries.py`; here is what counts against its figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import broken, chip, entering, limit_keys, limits_of, placing, site
from tests.rules.diffusion import ONLY_LISTED, company, illegal, nveu
from tests.rules.golden_text import assert_golden

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from tests.builders import Row

RULE = "nveu_installed_base"
MOST = 189_900
"""Chips of 10,000 TPP that make 1,899,000,000 TPP, the figure of 2026Q1."""


def validated(*countries: str, **parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a company of the Emirates with NVEU and a covered site in some countries, and no other way in."""
    countries = countries or ("MY",)
    sites = [site(code.lower(), code, authorised_from="2026-01-01") for code in countries]
    policy = {**ONLY_LISTED, **parts.pop("policy", {})}
    defaults = {"headquarters": "AE", "authorisations": [nveu(code) for code in countries]}
    return company(*sites, policy=policy, **{**defaults, **parts})


def installed(units: int, country: str = "MY", **columns: Any) -> list[Row]:  # noqa: ANN401  cells
    return [{"country": country, "accelerator": "chip", "units": units, **columns}]


def excess(case: Case, **units: int) -> dict[str, Any]:
    """Return what is broken, in chips, if all units came under NVEU."""
    entries: dict[tuple[str, ...], Any] = {(key.upper(), "nveu"): count for key, count in units.items()}
    return {
        key: amount / 10_000 for key, amount in broken(case, entering(case, placing(case, **units), entries)).items()
    }


def test_the_limit_reads_as_in_the_golden_text() -> None:
    case = validated("MY", "NO", start="2027Q4", periods=2, installed=installed(40, path="nveu"))

    assert_golden(case, RULE, "installed_base")


def test_each_country_has_an_installed_base_of_its_own_tier_1_included() -> None:
    case = validated("MY", "IN", "NO")

    assert excess(case, my=MOST, **{"in": MOST}, no=MOST) == {}
    assert excess(case, my=MOST + 1, no=MOST + 2) == {f"{RULE}[MY,2026Q1]": 1, f"{RULE}[NO,2026Q1]": 2}


@pytest.mark.parametrize(("units", "quarter", "is_legal"), [(35_000, "2026Q1", False), (35_000, "2026Q2", True)])
def test_35_000_gb300_for_one_company_fit_from_the_second_quarter_of_2026_on(
    units: int, quarter: str, *, is_legal: bool
) -> None:
    # 2,100,000,000 TPP, as licensed in November 2025 to one Gulf company each.
    case = validated(start=quarter, accelerators=[chip("GB300", tpp=60_000)], delivered={"GB300": [units]})

    assert (illegal(case, my=units) == {}) is is_legal


@pytest.mark.parametrize(
    ("columns", "counts"),
    [
        ({"path": "nveu"}, True),
        ({"path": "nveu", "placed_on": "2024-01-01"}, True),
        ({"placed_on": "2025-06-01"}, True),
        ({"path": "licence", "placed_on": "2025-06-01"}, False),
        ({"placed_on": "2024-12-31"}, False),
        ({}, False),
        ({"path": "nveu", "ownership": "leased_in"}, False),
        ({"path": "nveu", "ownership": "leased_out"}, True),
    ],
)
def test_what_stands_under_nveu_counts_and_nothing_else(columns: dict[str, Any], *, counts: bool) -> None:
    # A row without a path came under the NVEU that is listed for its day.
    case = validated(installed=installed(1000, **columns))
    left = MOST - 1000 * counts

    assert excess(case, my=left) == {}
    assert excess(case, my=left + 1) == {f"{RULE}[MY,2026Q1]": 1}


def test_what_came_by_other_paths_does_not_count_and_nveu_does_not_count_toward_the_allocation() -> None:
    case = validated(policy={"licences": "presumed"})
    both = entering(case, placing(case, my=MOST + 79_000), {("MY", "nveu"): MOST, ("MY", "licence"): 79_000})

    assert broken(case, both) == {}


def test_stock_installed_in_a_country_without_a_site_has_a_limit_too() -> None:
    case = validated("IN", installed=installed(MOST + 1, "MY", path="nveu"))

    assert broken(case) == {f"{RULE}[MY,2026Q1]": 10_000}


def test_a_country_into_which_nveu_does_not_lead_has_no_limit() -> None:
    case = company(
        site("delhi", "IN"),
        site("kl", "MY"),
        headquarters="AE",
        authorisations=[nveu("IN")],
        policy={"nveu_new_site_notice_days": 180},
    )

    assert limit_keys(case, RULE) == []  # the site in India is new: its notice outlasts the plan


def test_the_planners_own_number_replaces_the_table() -> None:
    case = validated(start="2026Q4", periods=2, limits={f"{RULE}[MY]": {"setting": 70_000}})

    assert [limit.setting for limit in limits_of(case, RULE)] == ["70000 TPP", "70000 TPP"]
    assert illegal(case, my=(7, 7)) == {}
    assert illegal(case, my=(7, 8)) == {"legal_path[MY,chip,2027Q1]": 1}


def test_the_kind_of_the_group_may_be_changed() -> None:
    case = validated(limits={f"{RULE}[*]": {"kind": "contract"}})

    assert {limit.kind for limit in limits_of(case, RULE)} == {"contract"}


def test_stock_that_has_left_makes_room() -> None:
    case = validated("MY", start="2026Q1", periods=2, installed=installed(MOST, path="nveu", retires_on="2026-03-31"))

    assert [limit.usage.constant for limit in limits_of(case, RULE)] == [MOST * 10_000, 0]
