"""Both sides of every date at which a legal path opens or shuts: lead times, decisions, validities, the last of 2027.

Sources: Supplement No. 10 to 15 CFR part 748, paragraph 5 (180 days' notice of a new location); 15 CFR 748.15 (decision
within 30 days); 15 CFR 750.7(g) (licences run about a year); 15 CFR 742.6(b)(10)(iii)(B)-(C) (allocations of 2025 to 2027,
increase by government assurances), 90 FR 4544.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import broken, entering, limit_keys, placing, site
from tests.rules.diffusion import ONLY_LISTED, SHARES_LIFTED, UVEU, company, illegal, licence, may_add, nveu, opened

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from tests.builders import Row

YEAR = [f"2026-{number:02d}" for number in range(1, 13)]


def months(*authorisations: Row, **parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a US company over the months of 2026; into Malaysia leads only what it holds. Shares do not matter."""
    settings = {**ONLY_LISTED, **SHARES_LIFTED, **parts.pop("policy", {})}
    sites = [parts.pop("where", site("kl", "MY"))]
    defaults = {"start": "2026-01", "length": "month", "periods": 12, "authorisations": list(authorisations)}
    return company(*sites, policy=settings, **{**defaults, **parts})


def since(first: str) -> list[str]:
    """Return the months of 2026 from one on."""
    return [label for label in YEAR if label >= first]


# --- 180 days' notice of a new location -------------------------------------------------------------------------------

NOTICE = [(0, "2026-01"), (1, "2026-02"), (31, "2026-02"), (32, "2026-03"), (180, "2026-07"), (181, "2026-07")]
NOTICE += [(182, "2026-08"), (334, "2026-12"), (335, "2027-01")]


@pytest.mark.parametrize(("days", "first"), NOTICE)
@pytest.mark.parametrize("held", [UVEU, nveu("MY")], ids=["uveu", "nveu"])
def test_a_new_site_opens_in_the_first_month_that_begins_when_its_notice_is_over(
    held: Row, days: int, first: str
) -> None:
    # Notice is given on 1 January 2026: 180 days later it is 30 June, 181 days later 1 July.
    notice = {"UVEU": "new_site_notice_days", "NVEU": "nveu_new_site_notice_days"}[str(held["type"])]
    assert may_add(months(held, policy={notice: days}), "kl") == since(first)


@pytest.mark.parametrize(("held", "first"), [(UVEU, "2026-07"), (nveu("MY"), "2026-01")], ids=["uveu", "nveu"])
def test_the_180_days_are_written_of_uveu_only(held: Row, first: str) -> None:
    """15 CFR 748.15(a)(2)(ii)(A) asks for the notice; (iii), on NVEU, does not."""
    assert may_add(months(held), "kl") == since(first)


@pytest.mark.parametrize(
    ("start", "length", "first"),
    [
        ("2026-01", "month", "2026-07"),  # 30 June
        ("2026-02", "month", "2026-08"),  # 31 July
        ("2026-03", "month", "2026-09"),  # 28 August
        ("2026-07", "month", "2027-01"),  # 28 December
        ("2028-01", "month", "2028-07"),  # 29 June: 2028 is a leap year
        ("2028-02", "month", "2028-08"),  # 30 July
        ("2025-05", "month", "2025-11"),  # 28 October
        ("2026Q1", "quarter", "2026Q3"),
        ("2025Q4", "quarter", "2026Q2"),  # 30 March
        ("2026", "year", "2027"),
    ],
)
def test_a_half_year_less_a_day_or_two_passes_from_the_first_day_of_the_plan(
    start: str, length: str, first: str
) -> None:
    case = months(UVEU, start=start, length=length)

    assert may_add(case, "kl")[0] == first


@pytest.mark.parametrize(
    ("valid_from", "first"),
    [("2025-06-01", "2026-07"), ("2026-01-01", "2026-07"), ("2026-01-02", "2026-07"), ("2026-01-03", "2026-08")],
)
def test_notice_counts_from_the_authorisation_where_that_is_later_than_the_plan(valid_from: str, first: str) -> None:
    # 2 January and 180 days: 1 July; 3 January and 180 days: 2 July.
    assert may_add(months({**UVEU, "valid_from": valid_from}), "kl") == since(first)


def test_a_site_where_stock_stands_is_no_new_location() -> None:
    stock = [{"site": "kl", "accelerator": "chip", "units": 1}]

    assert may_add(months(UVEU, installed=stock), "kl") == YEAR
    assert may_add(months(UVEU, installed=[{**stock[0], "site": None, "country": "MY"}]), "kl") == since("2026-07")


@pytest.mark.parametrize(
    ("stated", "first"),
    [("2026-02-01", "2026-02"), ("2026-02-02", "2026-03"), ("2026-04", "2026-04"), ("2025-01-01", "2026-01")],
)
def test_the_day_a_planner_states_replaces_the_notice(stated: str, first: str) -> None:
    where = site("kl", "MY", authorised_from=stated)

    assert may_add(months(UVEU, where=where), "kl") == since(first)
    assert may_add(months(nveu("MY"), where=where), "kl") == since(first)
    stock = [{"site": "kl", "accelerator": "chip", "units": 1}]
    assert may_add(months(UVEU, where=where, installed=stock), "kl") == since(first)


def test_the_day_a_planner_states_does_not_outrun_the_authorisation() -> None:
    where = site("kl", "MY", authorised_from="2026-02-01")

    assert may_add(months({**UVEU, "valid_from": "2026-05-01"}, where=where), "kl") == since("2026-05")


def test_licences_and_lpp_do_not_wait_for_a_notice() -> None:
    assert may_add(months(licence("MY", units=9)), "kl") == YEAR
    assert may_add(months(policy={"lpp_tpp_per_year": 10**6}), "kl") == YEAR


# --- 30 days to a decision --------------------------------------------------------------------------------------------

DECISIONS = [(0, "2026-01"), (1, "2026-02"), (30, "2026-02"), (31, "2026-02"), (32, "2026-03")]


@pytest.mark.parametrize(("days", "first"), DECISIONS)
@pytest.mark.parametrize("status", ["uveu", "nveu"])
def test_a_status_not_yet_held_opens_its_path_in_the_first_whole_month_after_the_decision(
    status: str, days: int, first: str
) -> None:
    # Applied for on 1 January: after 30 days it is valid from 31 January on, and covers February as the first month.
    where = site("kl", "MY", authorised_from="2026-01-01")

    assert may_add(months(where=where, policy={"authorisations": status, "decision_days": days}), "kl") == since(first)


@pytest.mark.parametrize(("days", "first_bound"), [(0, "2026-01"), (30, "2026-01"), (31, "2026-02"), (32, "2026-02")])
def test_shares_bind_in_the_month_in_which_the_status_begins(days: int, first_bound: str) -> None:
    case = months(policy={"authorisations": "uveu", "decision_days": days})

    assert limit_keys(case, "destination_share") == [f"destination_share[MY,{label}]" for label in since(first_bound)]


def test_notice_of_a_new_site_follows_the_decision() -> None:
    # 31 January 2026 and 180 days: 30 July.
    assert may_add(months(policy={"authorisations": "uveu"}), "kl") == since("2026-08")


# --- First and last day of what is listed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first_day", "first"), [("2026-03-31", "2026-04"), ("2026-04-01", "2026-04"), ("2026-04-02", "2026-05")]
)
@pytest.mark.parametrize("kind", ["UVEU", "NVEU", "licence"])
def test_an_authorisation_opens_its_path_from_the_first_whole_month_on(kind: str, first_day: str, first: str) -> None:
    assert may_add(held(kind, valid_from=first_day), "kl") == since(first)


@pytest.mark.parametrize(
    ("last_day", "last"), [("2026-04-29", "2026-03"), ("2026-04-30", "2026-04"), ("2026-05-01", "2026-04")]
)
@pytest.mark.parametrize("kind", ["UVEU", "NVEU", "licence"])
def test_an_authorisation_shuts_its_path_after_the_last_whole_month(kind: str, last_day: str, last: str) -> None:
    assert may_add(held(kind, valid_until=last_day), "kl") == [label for label in YEAR if label <= last]


def held(kind: str, **days: str) -> Case:
    """Return a company that holds one authorisation for Malaysia, with a site that needs no notice."""
    row = {"UVEU": UVEU, "NVEU": nveu("MY"), "licence": licence("MY", units=5)}[kind]
    return months({**row, **days}, where=site("kl", "MY", authorised_from="2026-01-01"))


def test_what_has_entered_stays_when_the_authorisation_ends() -> None:
    case = held("licence", valid_until="2026-03-31")

    assert illegal(case, kl=[0, 0, *[5] * 10]) == {}


def test_a_licence_without_a_last_day_runs_a_year() -> None:
    def open_in(first_day: str, start: str, **policy: int) -> list[str]:
        return opened(months(licence("MY", units=1, valid_from=first_day), start=start, policy=policy), "MY", PATH)

    # To 31 December 2026, to 1 January 2027, and to 30 December 2026.
    assert open_in("2026-01-01", "2026-11") == ["2026-11", "2026-12"]
    assert open_in("2026-01-02", "2026-11") == ["2026-11", "2026-12"]
    assert open_in("2025-12-31", "2026-11") == ["2026-11"]
    assert open_in("2026-02-01", "2026-12") == ["2026-12", "2027-01"]
    assert open_in("2026-01-01", "2027-11", licence_validity_years=2) == ["2027-11", "2027-12"]
    assert open_in("2028-02-29", "2029-01") == ["2029-01", "2029-02"]


PATH = "listed_licence/L1"


@pytest.mark.parametrize("kind", ["UVEU", "NVEU"])
def test_a_status_without_a_last_day_has_no_end(kind: str) -> None:
    row = {"UVEU": UVEU, "NVEU": nveu("MY")}[kind]
    case = months({**row, "valid_from": "2025-01-01"}, where=site("kl", "MY", authorised_from="2026-01"), periods=400)

    assert len(opened(case, "MY", kind.lower())) == 400


def test_a_listed_status_that_ends_is_no_longer_held_after_its_last_day() -> None:
    case = months({**UVEU, "valid_until": "2026-04-01"})

    # The share binds in April, in which the status is held on one day.
    assert limit_keys(case, "destination_share") == [f"destination_share[MY,{label}]" for label in YEAR[:4]]


# --- The country allocation: 790,000,000 TPP over 2025 to 2027 --------------------------------------------------------

ALLOCATION = 79_000
"""Chips of 10,000 TPP that make 790,000,000 TPP."""
LAST_OF_2027 = [("2027Q4", "2028Q1", "quarter"), ("2027-12", "2028-01", "month"), ("2027", "2028", "year")]


def licensed(start: str, **parts: object) -> Case:
    """Return a company of the Emirates whose chips enter Malaysia by licence only."""
    defaults: dict[str, object] = {"headquarters": "AE", "periods": 2}
    return company(site("kl", "MY"), start=start, **{**defaults, **parts})


def over_allocation(case: Case, *units: int) -> dict[str, int]:
    """Return by how many chips each limit is broken if everything entered by licence."""
    found = broken(case, entering(case, placing(case, kl=units), {("MY", "licence"): units}))
    return {key: int(amount / 10_000) for key, amount in found.items()}


@pytest.mark.parametrize(("last", "following", "length"), LAST_OF_2027)
def test_after_2027_the_allocation_holds_by_default(last: str, following: str, length: str) -> None:
    case = licensed(last, length=length)

    assert over_allocation(case, 70_000, ALLOCATION) == {}
    assert over_allocation(case, 70_000, ALLOCATION + 1) == {f"country_allocation[MY,{following}]": 1}
    both = {f"country_allocation[MY,{label}]": 1 for label in (last, following)}
    assert over_allocation(case, ALLOCATION + 1, ALLOCATION + 1) == both


@pytest.mark.parametrize(("last", "following", "length"), LAST_OF_2027)
def test_after_2027_no_allocation_holds_if_the_planner_says_none(last: str, following: str, length: str) -> None:
    case = licensed(last, length=length, policy={"country_allocation_after": "none"})

    assert opened(case, "MY", "licence") == [last, following]
    assert over_allocation(case, ALLOCATION, 10**6) == {}
    assert over_allocation(case, ALLOCATION + 1, 10**6) == {f"country_allocation[MY,{last}]": 1}


@pytest.mark.parametrize(("last", "following", "length"), LAST_OF_2027)
def test_after_2027_no_more_licences_are_granted_if_the_planner_says_closed(
    last: str, following: str, length: str
) -> None:
    case = licensed(last, length=length, policy={"country_allocation_after": "closed", "lpp_tpp_per_year": 0})

    assert opened(case, "MY", "licence") == [last]
    assert over_allocation(case, ALLOCATION, ALLOCATION) == {}
    assert illegal(case, kl=(70_000, 70_001)) == {f"legal_path[MY,chip,{following}]": 1}


@pytest.mark.parametrize("quarter", ["2025Q2", "2026Q4", "2027Q4"])
def test_the_allocation_has_no_yearly_split(quarter: str) -> None:
    case = licensed(quarter, periods=1)

    assert over_allocation(case, ALLOCATION) == {}
    assert over_allocation(case, ALLOCATION + 1) == {f"country_allocation[MY,{quarter}]": 1}


@pytest.mark.parametrize(
    ("policy", "most"),
    [
        ({}, 79_000),
        ({"government_assurances": ["MY"]}, 158_000),
        ({"government_assurances": "SG;MY"}, 158_000),
        ({"government_assurances": ["SG"]}, 79_000),
        ({"government_assurances": ["MY"], "assurances_increase": "50%"}, 118_500),
        ({"assurances_increase": "50%"}, 79_000),
    ],
)
def test_government_assurances_double_the_allocation_of_their_country_at_most(
    policy: dict[str, object], most: int
) -> None:
    case = licensed("2026Q1", periods=1, policy=policy)

    assert over_allocation(case, most) == {}
    assert over_allocation(case, most + 1) == {"country_allocation[MY,2026Q1]": 1}


@pytest.mark.parametrize(
    ("start", "length", "counts"),
    [
        ("2024Q4", "quarter", False),
        ("2025Q1", "quarter", True),
        ("2024-12", "month", False),
        ("2025-01", "month", True),
    ],
)
def test_what_comes_from_2025_on_counts_as_licensed_although_nothing_binds_yet(
    start: str, length: str, *, counts: bool
) -> None:
    case = licensed(start, length=length, periods=6)
    # A thousand chips in the first period, then the whole allocation by licence in the last.
    units = (1000, *(1000,) * 4, 1000 + ALLOCATION)
    placement = entering(case, placing(case, kl=units), {("MY", "licence"): (0, 0, 0, 0, 0, ALLOCATION)})

    over = {f"country_allocation[MY,{case.plan.horizon.labels[-1]}]": 1000 * 10_000}
    assert broken(case, placement) == (over if counts else {})


@pytest.mark.parametrize(
    ("placed_on", "path", "counts"),
    [
        ("2024-12-31", None, False),
        ("2025-01-01", None, True),
        (None, None, False),
        ("2025-03-01", "licence", True),
        ("2025-03-01", "listed_licence", True),
        ("2024-12-31", "licence", False),
        ("2025-03-01", "lpp", False),
        ("2025-03-01", "nveu", False),
        ("2025-03-01", "none", False),
    ],
)
def test_installed_chips_count_from_2025_on_where_they_came_by_licence(
    placed_on: str | None, path: str | None, *, counts: bool
) -> None:
    stock: Row = {"country": "MY", "accelerator": "chip", "units": 1000, "placed_on": placed_on, "path": path}
    case = licensed("2026Q1", periods=1, installed=[{key: cell for key, cell in stock.items() if cell is not None}])
    left = ALLOCATION - 1000 * counts

    assert over_allocation(case, left) == {}
    assert over_allocation(case, left + 1) == {"country_allocation[MY,2026Q1]": 1}
