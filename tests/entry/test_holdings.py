"""What a company holds: what it lists, or the status that the policy takes for granted or that it would apply for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.entry.holdings import Holding, holdings_of, is_auto, listed_holdings
from optimizer.schema.plan import AuthorisationType
from tests.builders import site
from tests.rules.diffusion import UVEU, company, licence, nveu
from tests.rules.licensing import enforced

if TYPE_CHECKING:
    from tests.builders import Row

SITES = [site("delhi", "IN"), site("kl", "MY"), site("ponce", "PR")]
LISTED = [UVEU, nveu("MY", valid_from="2025-06-01", valid_until="2026-12-31"), licence("IN", units=5)]
BY_DECISION = date(2026, 1, 31)
"""Thirty days after 1 January 2026, the first day of the plans here."""


def held(mode: str, *rows: Row, **policy: Any) -> list[tuple[str, str | None, date | None, date | None, bool]]:  # noqa: ANN401  settings
    """Return type, destination, first day, last day and newness of each holding."""
    built = company(*SITES, authorisations=list(rows), policy={"authorisations": mode, **policy})
    found = holdings_of(built.plan, built.policy, built.sites_by_destination)
    return [(row.type.value, row.destination, row.first_day, row.last_day, row.is_new) for row in found]


LISTED_UVEU = ("UVEU", None, None, None, False)
LISTED_NVEU = ("NVEU", "MY", date(2025, 6, 1), date(2026, 12, 31), False)
LISTED_LICENCE = ("licence", "IN", None, None, False)


@pytest.mark.parametrize("mode", ["listed", "auto"])
def test_what_is_listed_is_held_with_its_days(mode: str) -> None:
    assert sorted(held(mode, *LISTED), key=str) == sorted([LISTED_UVEU, LISTED_NVEU, LISTED_LICENCE], key=str)


def test_none_leaves_the_licences() -> None:
    assert held("none", *LISTED) == [LISTED_LICENCE]
    assert held("none") == []


def test_uveu_is_the_one_listed_or_a_new_one_from_its_decision_on() -> None:
    assert held("uveu", *LISTED) == [LISTED_UVEU, LISTED_LICENCE]
    assert held("uveu", *LISTED[1:]) == [("UVEU", None, BY_DECISION, None, True), LISTED_LICENCE]


def test_a_listed_uveu_that_has_ended_is_not_taken_as_renewed() -> None:
    ended = {**UVEU, "valid_until": "2025-12-31"}

    assert held("uveu", ended) == [("UVEU", None, None, date(2025, 12, 31), False)]


def test_nveu_is_held_for_each_destination_with_a_site_as_listed_or_new() -> None:
    assert held("nveu", *LISTED) == [
        LISTED_NVEU,
        ("NVEU", "IN", BY_DECISION, None, True),
        ("NVEU", "US", BY_DECISION, None, True),
        LISTED_LICENCE,
    ]


def test_a_listed_nveu_for_a_destination_without_a_site_stays() -> None:
    assert ("NVEU", "SG", None, None, False) in held("nveu", nveu("SG"))


@pytest.mark.parametrize(("days", "first_day"), [(0, date(2026, 1, 1)), (45, date(2026, 2, 15))])
def test_the_days_to_a_decision_are_a_setting(days: int, first_day: date) -> None:
    assert held("uveu", decision_days=days)[0][2] == first_day


def test_a_listed_authorisation_for_a_territory_is_for_the_destination_it_follows() -> None:
    assert held("listed", nveu("GU"))[0][1] == "US"


def test_history_is_what_is_listed_whatever_the_plan_assumes() -> None:
    built = company(*SITES, authorisations=LISTED, policy={"authorisations": "none"})

    assert len(listed_holdings(built.plan, built.policy)) == len(LISTED)


def test_only_auto_leaves_the_choice_to_the_search() -> None:
    modes = ("listed", "none", "nveu", "uveu", "auto")

    assert [is_auto(company(*SITES, policy={"authorisations": mode}).policy) for mode in modes] == [False] * 4 + [True]


def test_a_pack_without_the_setting_holds_what_is_listed() -> None:
    built = enforced(site("riyadh", "SA"), authorisations=[licence("SA", units=5)])

    assert [row.type for row in built.holdings] == [AuthorisationType.LICENCE]
    assert not is_auto(built.policy)


@pytest.mark.parametrize(
    ("days", "last_day"),
    [
        ({"valid_from": "2026-01-01"}, date(2026, 12, 31)),
        ({"valid_from": "2026-03-15"}, date(2027, 3, 14)),
        ({"valid_from": "2024-02-29"}, date(2025, 2, 28)),
        ({"valid_from": "2026-01-01", "valid_until": "2028-06-30"}, date(2028, 6, 30)),
        ({"valid_until": "2026-06-30"}, date(2026, 6, 30)),
        ({}, None),
    ],
)
def test_a_licence_without_a_last_day_runs_a_year_from_its_first(days: dict[str, str], last_day: date | None) -> None:
    assert held("listed", licence("MY", units=1, **days))[0][3] == last_day


def test_how_long_such_a_licence_runs_is_a_setting() -> None:
    row = licence("MY", units=1, valid_from="2026-01-01")

    assert held("listed", row, licence_validity_years=4)[0][3] == date(2029, 12, 31)


@pytest.mark.parametrize("row", [UVEU, nveu("MY")])
def test_a_status_without_a_last_day_has_no_end(row: Row) -> None:
    assert held("listed", {**row, "valid_from": "2026-01-01"})[0][3] is None


APRIL = (date(2026, 4, 1), date(2026, 4, 30))


@pytest.mark.parametrize(
    ("first", "last", "covers", "touches"),
    [
        (None, None, True, True),
        (date(2026, 4, 1), date(2026, 4, 30), True, True),
        (date(2026, 4, 2), None, False, True),
        (None, date(2026, 4, 29), False, True),
        (date(2026, 4, 30), None, False, True),
        (date(2026, 5, 1), None, False, False),
        (None, date(2026, 4, 1), False, True),
        (None, date(2026, 3, 31), False, False),
    ],
)
def test_a_holding_covers_a_month_on_every_day_and_touches_it_on_any(
    first: date | None, last: date | None, *, covers: bool, touches: bool
) -> None:
    holding = Holding("status", AuthorisationType.UVEU, None, first, last)

    assert holding.covers(*APRIL) is covers
    assert holding.touches(*APRIL) is touches
