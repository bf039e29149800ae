"""The path by which installed units came, where their row does not say it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from optimizer.catalogue.countries import tier_table
from optimizer.entry.holdings import listed_holdings
from optimizer.entry.installed import path_of
from optimizer.errors import InputError
from tests.builders import site
from tests.rules.diffusion import UVEU, company, licence, nveu
from tests.rules.licensing import enforced

if TYPE_CHECKING:
    from tests.builders import Row

SINCE_JUNE = {"valid_from": "2025-06-01", "valid_until": "2026-12-31"}


def path(country: str, placed_on: str | None, *held: Row, headquarters: str = "US", **columns: object) -> str:
    """Return the path of one installed row of a company that lists some authorisations."""
    day = {"placed_on": placed_on} if placed_on else {}
    row: Row = {"country": country, "accelerator": "chip", "units": 5, **day, **columns}
    built = company(
        site("kl", "MY"), headquarters=headquarters, authorisations=list(held), installed=[row], start="2026Q4"
    )
    return built.stock.paths[built.plan.installed[0]]


@pytest.mark.parametrize(
    "written", ["none", "lpp", "licence", "listed_licence", "uveu", "nveu", "acm", "licence_in_tier1"]
)
def test_a_path_that_is_written_stands(written: str) -> None:
    assert path("MY", None, path=written) == path("MY", "2026-02-01", UVEU, path=written) == written


@pytest.mark.parametrize("placed_on", [None, "2023-01-01", "2024-12-31"])
@pytest.mark.parametrize("country", ["MY", "US", "CN"])
def test_rows_without_a_day_or_from_before_2025_came_by_no_path(country: str, placed_on: str | None) -> None:
    assert path(country, placed_on, UVEU) == "none"


@pytest.mark.parametrize(
    ("country", "headquarters", "expected"),
    [("NO", "US", "aia"), ("GL", "PR", "aia"), ("NO", "AE", "licence_in_tier1"), ("NO", "CN", "none")],
)
def test_inside_tier_1_a_company_of_tier_1_used_aia(country: str, headquarters: str, expected: str) -> None:
    assert path(country, "2025-01-01", headquarters=headquarters) == expected
    assert path(country, "2025-07-01", {**UVEU, **SINCE_JUNE}) == ("aia" if headquarters else "")


@pytest.mark.parametrize(
    ("placed_on", "expected"),
    [("2025-05-31", "licence"), ("2025-06-01", "uveu"), ("2026-12-31", "uveu")],
)
def test_outside_it_came_under_the_uveu_that_was_held_on_its_day(placed_on: str, expected: str) -> None:
    assert path("MY", placed_on, {**UVEU, **SINCE_JUNE}) == expected


@pytest.mark.parametrize(("country", "expected"), [("MY", "nveu"), ("IN", "licence")])
def test_or_under_the_nveu_for_that_destination(country: str, expected: str) -> None:
    assert path(country, "2025-07-01", {**nveu("MY"), **SINCE_JUNE}, headquarters="AE") == expected


def test_a_tier_2_company_came_into_tier_1_under_the_nveu_it_holds_there() -> None:
    assert path("NO", "2025-07-01", {**nveu("NO"), **SINCE_JUNE}, headquarters="AE") == "nveu"


def test_uveu_goes_before_nveu() -> None:
    assert path("MY", "2025-07-01", nveu("MY"), UVEU) == "uveu"


@pytest.mark.parametrize(("country", "expected"), [("MY", "licence"), ("KH", "none"), ("CN", "none"), ("MO", "none")])
def test_failing_that_tier_2_took_a_licence_and_tier_3_nothing(country: str, expected: str) -> None:
    assert path(country, "2025-07-01", licence("MY", units=5)) == expected


@pytest.mark.parametrize(("placed_on", "expected"), [("2025-11-06", "none"), ("2025-11-07", "licence")])
def test_the_tier_is_that_of_the_day(placed_on: str, expected: str) -> None:
    assert path("KH", placed_on) == expected


@pytest.mark.parametrize("mode", ["none", "nveu", "uveu"])
def test_history_does_not_change_with_what_the_plan_assumes_to_hold(mode: str) -> None:
    row: Row = {"country": "MY", "accelerator": "chip", "units": 5, "placed_on": "2025-07-01"}
    built = company(site("kl", "MY"), authorisations=[UVEU], installed=[row], policy={"authorisations": mode})

    assert list(built.stock.paths.values()) == ["uveu"]


def test_a_path_of_no_pack_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="has no such path") as caught:
        path("MY", "2025-07-01", path="smuggling")

    (problem,) = caught.value.problems
    assert (problem.file, problem.column, problem.value) == ("installed.csv", "path", "smuggling")
    assert "uveu" in str(problem.hint)


def test_a_pack_that_counts_from_no_day_infers_nothing() -> None:
    row: Row = {"country": "SA", "accelerator": "H200", "units": 5, "placed_on": "2026-02-01"}
    built = enforced(site("riyadh", "SA"), installed=[row])

    assert list(built.stock.paths.values()) == ["none"]


def test_a_day_before_the_tier_table_takes_its_first_tiers() -> None:
    row: Row = {"country": "MY", "accelerator": "chip", "units": 5, "placed_on": "2024-06-01"}
    built = company(site("kl", "MY"), installed=[row])
    listed = listed_holdings(built.plan, built.policy)

    table = tier_table("ai-diffusion-2025")
    assert path_of(built.plan.installed[0], built.plan, table, listed, date(2024, 1, 1)) == "licence"
