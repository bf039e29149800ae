"""Yearly allowance: 26,900,000 TPP under LPP in a calendar year for the whole group, in all destinations together.

Where one year ends and the next begins stands in `test_boundaries.py`; here is what counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import broken, chip, entering, limit_keys, placing, site
from tests.rules.diffusion import company, illegal
from tests.rules.golden_text import assert_golden

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from tests.builders import Row

RULE = "lpp_allowance"


def unlicensed(**parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a US company that can enter Malaysia and India only under LPP."""
    policy = {"licences": "listed", **parts.pop("policy", {})}
    return company(site("delhi", "IN"), site("kl", "MY"), policy=policy, **parts)


def installed(units: int, **columns: object) -> list[Row]:
    return [
        {"country": "SG", "accelerator": "chip", "units": units, "path": "lpp", "placed_on": "2026-01-02", **columns}
    ]


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(unlicensed(start="2026Q4", periods=3, installed=installed(7)), RULE, "yearly_allowance")


@pytest.mark.parametrize(
    ("key", "tpp", "block", "most_blocks"),
    [("H100", 15_832, 1, 1699), ("GB300", 60_000, 1, 448), ("GB300", 60_000, 72, 6), ("H100", 15_832, 8, 212)],
)
def test_known_numbers_of_chips_fill_a_year(key: str, tpp: int, block: int, most_blocks: int) -> None:
    case = unlicensed(accelerators=[chip(key, tpp=tpp, block=block)], delivered={key: [10**4 * block]})
    one_more = (most_blocks + 1) * block

    assert illegal(case, kl=most_blocks * block) == {}
    placement = entering(case, placing(case, kl=one_more), {("MY", "lpp"): one_more})
    assert broken(case, placement) == {f"{RULE}[2026,2026Q1]": one_more * tpp - 26_900_000}


def test_one_allowance_serves_all_countries_and_accelerators() -> None:
    case = unlicensed(
        accelerators=[chip("big", tpp=20_000), chip("small", tpp=10_000)], delivered={"big": [9999], "small": [9999]}
    )

    assert illegal(case, kl={"big": 1000}, delhi={"small": 690}) == {}
    assert list(illegal(case, kl={"big": 1000}, delhi={"small": 691}).values()) == [1]


@pytest.mark.parametrize(
    ("columns", "counts"),
    [
        ({}, True),
        ({"path": "licence"}, False),
        ({"path": "none"}, False),
        ({"ownership": "leased_out"}, True),
        ({"ownership": "leased_in"}, False),
        ({"placed_on": None}, False),
    ],
)
def test_installed_chips_count_where_they_came_under_lpp_this_year(columns: dict[str, Any], *, counts: bool) -> None:
    stock = {key: cell for key, cell in installed(690, **columns)[0].items() if cell is not None}
    case = unlicensed(installed=[stock])
    left = 2690 - 690 * counts

    assert illegal(case, kl=left) == {}
    assert illegal(case, kl=left + 1) == {"legal_path[MY,chip,2026Q1]": 1}


def test_a_company_that_can_enter_freely_has_no_allowance_to_mind() -> None:
    assert limit_keys(company(site("oslo", "NO")), RULE) == []


def test_stock_that_came_under_lpp_has_a_limit_where_no_path_is_left() -> None:
    # Too much came under LPP in 2026, and the plan places nothing under LPP itself.
    case = company(site("oslo", "NO"), installed=installed(2691))

    assert broken(case) == {f"{RULE}[2026,2026Q1]": 10_000}


def test_the_planners_own_number_replaces_one_year_or_all() -> None:
    one = unlicensed(start="2026Q4", periods=2, limits={f"{RULE}[2027]": {"setting": 50_000}})
    every = unlicensed(start="2026Q4", periods=2, policy={"lpp_tpp_per_year": 50_000})

    assert illegal(one, kl=(2690, 2695)) == illegal(every, kl=(5, 10)) == {}
    assert illegal(one, kl=(2690, 2696)) == illegal(every, kl=(5, 11)) == {"legal_path[MY,chip,2027Q1]": 1}


@pytest.mark.parametrize(("headquarters", "is_open"), [("AE", True), ("GB", True), ("US", True), ("CN", False)])
def test_every_parent_but_one_of_tier_3_may_use_lpp(headquarters: str, *, is_open: bool) -> None:
    case = unlicensed(headquarters=headquarters)

    assert bool(limit_keys(case, RULE)) is is_open
    assert (illegal(case, kl=1) == {}) is is_open
