"""Both sides of the dated boundaries of the rule as published: the NVEU table, LPP years, D:5 and compliance.

Sources: Framework for Artificial Intelligence Diffusion, 90 FR 4544 (15 January 2025): Table 1 to 15 CFR
748.15(a)(2)(iii)(B), 15 CFR 740.29; Country Group D:5 for Cambodia. Reporting dates, lead times and readings of the text
have files of their own beside this one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from optimizer.rules.registry import compile_policy_limits
from tests.builders import broken, chip, entering, limit_keys, placing, site
from tests.rules.diffusion import ONLY_LISTED, UVEU, changed_pack, company, faults, illegal, nveu, opened

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.rules.case import Case
    from tests.builders import Row, Units

# --- The NVEU table ---------------------------------------------------------------------------------------------------

CHIP_TPP = 15_825
"""What every row of the table is a multiple of."""
TABLE = {
    "2025Q1": 40_000,
    "2025Q2": 60_000,
    "2025Q3": 80_000,
    "2025Q4": 100_000,
    "2026Q1": 120_000,
    "2026Q2": 170_000,
    "2026Q3": 220_000,
    "2026Q4": 270_000,
    "2027Q1": 320_000,
    "2027Q2": 320_000,
    "2027Q3": 320_000,
    "2027Q4": 320_000,
}
"""Chips of 15,825 TPP that may stand in one country by NVEU, by quarter."""
IN_FORCE = list(TABLE)[1:]
"""The quarters in which the shipped pack limits anything: compliance is from 15 May 2025."""


def validated(start: str, **parts: object) -> Case:
    """Return a company of the Emirates that holds NVEU for Malaysia and has a site there which it covers."""
    sites = [site("kl", "MY", authorised_from="2025-01-01")]
    defaults: dict[str, object] = {"accelerators": [chip(tpp=CHIP_TPP)], "authorisations": [nveu("MY")]}
    return company(*sites, headquarters="AE", start=start, **{**defaults, **parts})


def excess(case: Case, *units: int) -> dict[str, int]:
    """Return by how many chips each limit is broken if the units standing in each period came under NVEU."""
    placement = entering(case, placing(case, kl=units), {("MY", "nveu"): units})
    return {key: int(amount / CHIP_TPP) for key, amount in broken(case, placement).items()}


def cap(label: str) -> str:
    return f"nveu_installed_base[MY,{label}]"


def test_the_table_is_the_published_one() -> None:
    published = {
        "2025": (633_000_000, 949_500_000, 1_266_000_000, 1_582_500_000),
        "2026": (1_899_000_000, 2_690_250_000, 3_481_500_000, 4_272_750_000),
        "2027": (5_064_000_000, 5_064_000_000, 5_064_000_000, 5_064_000_000),
    }

    rows = {f"{year}Q{quarter}": tpp for year, row in published.items() for quarter, tpp in enumerate(row, 1)}
    assert {quarter: units * CHIP_TPP for quarter, units in TABLE.items()} == rows


@pytest.mark.parametrize("quarter", IN_FORCE)
def test_each_quarter_takes_its_figure_under_nveu_and_not_one_chip_more(quarter: str) -> None:
    case = validated(quarter)

    assert excess(case, TABLE[quarter]) == {}
    assert excess(case, TABLE[quarter] + 1) == {cap(quarter): 1}


@pytest.mark.parametrize(("quarter", "following"), list(pairwise(IN_FORCE)))
def test_what_one_quarter_refuses_the_next_takes_as_far_as_the_table_rises(quarter: str, following: str) -> None:
    case = validated(quarter, periods=2)
    now, then = TABLE[quarter], TABLE[following]

    assert excess(case, now, then) == {}
    assert excess(case, now, then + 1) == {cap(following): 1}
    refused_then_too = {cap(following): 1} if now == then else {}
    assert excess(case, now + 1, max(now + 1, then)) == {cap(quarter): 1} | refused_then_too


def test_the_first_row_binds_under_a_pack_that_is_in_force_in_its_quarter(tmp_path: Path) -> None:
    pack = changed_pack(tmp_path, "effective_from = 2025-05-15", "effective_from = 2025-01-15")
    case = validated("2025Q1", periods=2, policy={"name": pack})

    assert excess(case, 40_000, 60_000) == {}
    assert excess(case, 40_001, 60_000) == {cap("2025Q1"): 1}
    assert limit_keys(validated("2025Q1"), "nveu_installed_base") == []


@pytest.mark.parametrize("quarter", IN_FORCE)
@pytest.mark.parametrize("number", range(3))
def test_each_month_has_the_figure_of_its_quarter(quarter: str, number: int) -> None:
    month = f"{quarter[:4]}-{3 * int(quarter[-1]) - 2 + number:02d}"
    case = validated(month, length="month")

    if month == "2025-04":
        assert limit_keys(case, "nveu_installed_base") == []
        return
    assert excess(case, TABLE[quarter]) == {}
    assert excess(case, TABLE[quarter] + 1) == {cap(month): 1}


@pytest.mark.parametrize(("year", "units"), [("2025", 40_000), ("2026", 120_000), ("2027", 320_000), ("2028", 320_000)])
def test_a_year_has_the_smallest_figure_of_its_quarters(year: str, units: int) -> None:
    case = validated(year, length="year")

    assert excess(case, units) == {}
    assert excess(case, units + 1) == {cap(year): 1}


AFTER_THE_TABLE = [("2027Q4", "2028Q1", "quarter"), ("2027-12", "2028-01", "month"), ("2027", "2028", "year")]


@pytest.mark.parametrize(("last", "following", "length"), AFTER_THE_TABLE)
def test_after_the_table_its_last_figure_holds_by_default(last: str, following: str, length: str) -> None:
    case = validated(last, periods=2, length=length)

    assert excess(case, 300_000, 320_000) == {}
    assert excess(case, 300_000, 320_001) == {cap(following): 1}


@pytest.mark.parametrize(("last", "following", "length"), AFTER_THE_TABLE)
def test_after_the_table_no_figure_holds_if_the_planner_says_none(last: str, following: str, length: str) -> None:
    case = validated(last, periods=2, length=length, policy={"nveu_after": "none"})

    assert opened(case, "MY", "nveu") == [last, following]
    assert excess(case, 320_000, 10**6) == {}
    assert excess(case, 320_001, 10**6) == {cap(last): 1}


@pytest.mark.parametrize(("last", "following", "length"), AFTER_THE_TABLE)
def test_after_the_table_nothing_more_enters_if_the_planner_says_closed(last: str, following: str, length: str) -> None:
    case = validated(last, periods=2, length=length, policy={"nveu_after": "closed", **ONLY_LISTED})

    assert opened(case, "MY", "nveu") == [last]
    assert limit_keys(case, "nveu_installed_base") == [cap(last), cap(following)]
    assert excess(case, 320_000, 320_000) == {}
    assert illegal(case, kl=(300_000, 300_001)) == {f"legal_path[MY,chip,{following}]": 1}
    late = entering(case, placing(case, kl=(5, 6)), {("MY", "nveu"): (5, 6)})
    assert faults(case, late) == (f"chip entering MY by nveu: the path is not open in {following}",)


@pytest.mark.parametrize(
    ("last_day", "capped", "open_if_closed"),
    [
        ("2026-03-31", ["2026Q1"], ["2026Q1"]),
        ("2026-04-01", ["2026Q1", "2026Q2"], ["2026Q1"]),
        ("2026-06-29", ["2026Q1", "2026Q2"], ["2026Q1"]),
        ("2026-06-30", ["2026Q1", "2026Q2"], ["2026Q1", "2026Q2"]),
    ],
)
def test_a_quarter_that_the_last_day_falls_into_is_capped_to_its_end_and_closed_from_its_start(
    last_day: str, capped: list[str], open_if_closed: list[str]
) -> None:
    dates = {"nveu_until": last_day}
    uncapped = validated("2026Q1", periods=3, policy={**dates, "nveu_after": "none"})
    closed = validated("2026Q1", periods=3, policy={**dates, "nveu_after": "closed"})

    assert limit_keys(uncapped, "nveu_installed_base") == [cap(label) for label in capped]
    assert opened(closed, "MY", "nveu") == open_if_closed


def test_a_planners_row_replaces_that_quarter_alone() -> None:
    case = validated("2026Q1", periods=2, policy={"nveu_installed_base": f"2026Q1={7 * CHIP_TPP}"})

    assert excess(case, 7, 170_000) == {}
    assert excess(case, 8, 170_001) == {cap("2026Q1"): 1, cap("2026Q2"): 1}


# --- The calendar years of LPP ----------------------------------------------------------------------------------------

LPP_CHIPS = 2_690
"""Chips of 10,000 TPP that make 26,900,000 TPP, the allowance of a calendar year."""
YEARS = (2025, 2026, 2027)


def unlicensed(start: str, **parts: object) -> Case:
    """Return a US company without authorisation or licence: into Malaysia and India only LPP leads."""
    sites = [site("delhi", "IN"), site("kl", "MY")]
    return company(*sites, start=start, **{"policy": {"licences": "listed"}, **parts})


def over_lpp(case: Case, **units: tuple[int, ...]) -> dict[str, int]:
    """Return by how many chips each limit is broken if everything came under LPP, one gate for each country."""
    places = {"kl": "MY", "delhi": "IN"}
    entries: dict[tuple[str, ...], Units] = {(places[key], "lpp"): row for key, row in units.items()}
    return {
        key: int(amount / 10_000)
        for key, amount in broken(case, entering(case, placing(case, **units), entries)).items()
    }


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("old", "new", "length"), [("{}Q4", "{}Q1", "quarter"), ("{}-12", "{}-01", "month"), ("{}", "{}", "year")]
)
def test_the_allowance_starts_anew_each_january_and_what_came_before_stays(
    year: int, old: str, new: str, length: str
) -> None:
    last, first = old.format(year), new.format(year + 1)
    case = unlicensed(last, periods=2, length=length)

    assert over_lpp(case, kl=(LPP_CHIPS, 2 * LPP_CHIPS)) == {}
    assert over_lpp(case, kl=(LPP_CHIPS + 1, 2 * LPP_CHIPS)) == {f"lpp_allowance[{year},{last}]": 1}
    assert over_lpp(case, kl=(LPP_CHIPS, 2 * LPP_CHIPS + 1)) == {f"lpp_allowance[{year + 1},{first}]": 1}


@pytest.mark.parametrize("year", YEARS)
def test_what_a_year_leaves_unused_is_lost(year: int) -> None:
    case = unlicensed(f"{year}Q4", periods=2)

    assert over_lpp(case, kl=(0, LPP_CHIPS)) == {}
    assert over_lpp(case, kl=(0, LPP_CHIPS + 1)) == {f"lpp_allowance[{year + 1},{year + 1}Q1]": 1}


def test_the_quarters_of_a_year_share_one_allowance() -> None:
    case = unlicensed("2026Q1", periods=4)

    assert over_lpp(case, kl=(1000, 2000, 2500, 2690)) == {}
    assert over_lpp(case, kl=(1000, 2000, 2691, 2691)) == {
        "lpp_allowance[2026,2026Q3]": 1,
        "lpp_allowance[2026,2026Q4]": 1,
    }


def test_all_destinations_share_one_allowance() -> None:
    case = unlicensed("2026Q1")

    assert over_lpp(case, kl=(1345,), delhi=(1345,)) == {}
    assert over_lpp(case, kl=(1345,), delhi=(1346,)) == {"lpp_allowance[2026,2026Q1]": 1}


@pytest.mark.parametrize(
    ("placed_on", "left_in_2026"),
    [("2025-12-31", 2690), ("2026-01-01", 1690), ("2026-06-30", 1690), ("2026-12-31", 1690), (None, 2690)],
)
@pytest.mark.parametrize(("start", "length"), [("2026Q4", "quarter"), ("2026-12", "month"), ("2026", "year")])
def test_installed_chips_use_the_allowance_of_the_year_they_came_in(
    placed_on: str | None, left_in_2026: int, start: str, length: str
) -> None:
    # A thousand chips that came under LPP; in 2027 they no longer count.
    stock: Row = {"country": "MY", "accelerator": "chip", "units": 1000, "path": "lpp"}
    stock |= {"placed_on": placed_on} if placed_on else {}
    case = unlicensed(start, periods=2, length=length, installed=[stock])

    assert over_lpp(case, kl=(left_in_2026, left_in_2026 + 2690)) == {}
    over = over_lpp(case, kl=(left_in_2026 + 1, left_in_2026 + 2692))
    assert list(over.values()) == [1, 1]
    assert [key[:19] for key in over] == ["lpp_allowance[2026,", "lpp_allowance[2027,"]


# --- Country Group D:5: Cambodia leaves on 7 November 2025 ------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "length", "periods", "closed"),
    [
        ("2025Q3", "quarter", 3, ["2025Q3", "2025Q4"]),
        ("2025-10", "month", 3, ["2025-10", "2025-11"]),
        ("2025", "year", 2, ["2025"]),
    ],
)
def test_cambodia_is_closed_through_the_period_in_which_it_left_the_list(
    start: str, length: str, periods: int, closed: list[str]
) -> None:
    case = company(site("phnom-penh", "KH"), start=start, length=length, periods=periods)
    labels = case.plan.horizon.labels

    assert limit_keys(case, "closed_destination") == [f"closed_destination[KH,{label}]" for label in closed]
    assert opened(case, "KH", "licence") == list(labels[len(closed) :])
    last = len(closed) - 1
    too_early = tuple(int(period >= last) for period in range(periods))
    just_in_time = tuple(int(period > last) for period in range(periods))
    assert illegal(case, **{"phnom-penh": just_in_time}) == {}
    without_path = {f"legal_path[KH,chip,{label}]": 1 for label in labels[last:]}
    closed_then = {f"closed_destination[KH,{closed[-1]}]": 1}
    assert illegal(case, **{"phnom-penh": too_early}) == closed_then | without_path


def test_a_cambodian_parent_places_nothing_until_then_and_is_of_tier_2_afterwards() -> None:
    case = company(site("kl", "MY"), headquarters="KH", start="2025Q4", periods=2)

    assert limit_keys(case, "closed_parent") == ["closed_parent[KH,2025Q4]"]
    assert opened(case, "MY", "licence") == ["2026Q1"]
    assert illegal(case, kl=(0, 1)) == {}


# --- Compliance: 15 May 2025 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "length", "is_bound"),
    [
        ("2025Q1", "quarter", False),
        ("2025Q2", "quarter", True),
        ("2025-04", "month", False),
        ("2025-05", "month", True),
        ("2025", "year", True),
    ],
)
def test_nothing_but_closures_binds_before_the_period_of_15_may_2025(
    start: str, length: str, *, is_bound: bool
) -> None:
    case = company(site("kl", "MY"), start=start, length=length, authorisations=[UVEU])

    assert bool(compile_policy_limits(case)) is is_bound
    assert bool(broken(case, placing(case, kl=10))) is is_bound


@pytest.mark.parametrize(
    ("start", "length", "is_closed"),
    [
        ("2024Q4", "quarter", False),
        ("2025Q1", "quarter", True),
        ("2024-12", "month", False),
        ("2025-01", "month", True),
    ],
)
def test_group_d5_macau_and_their_parents_are_closed_from_2025_on(start: str, length: str, *, is_closed: bool) -> None:
    # They needed a licence before the rule already (88 FR 73458); the first day of the tier table is a convention.
    abroad = company(site("beijing", "CN"), start=start, length=length)
    at_home = company(site("kl", "MY"), headquarters="CN", start=start, length=length)

    assert broken(abroad, placing(abroad, beijing=3)) == ({f"closed_destination[CN,{start}]": 3} if is_closed else {})
    assert broken(at_home, placing(at_home, kl=3)) == ({f"closed_parent[CN,{start}]": 3} if is_closed else {})


def test_chips_that_came_before_need_no_path_and_those_that_come_in_may_do() -> None:
    case = company(site("kl", "MY"), start="2025-04", length="month", periods=2, policy=ONLY_LISTED)

    assert illegal(case, kl=(5, 5)) == {}
    assert illegal(case, kl=(5, 6)) == {"legal_path[MY,chip,2025-05]": 1}
