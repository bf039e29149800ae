"""Residency: a workload is served only from the countries it names."""

from optimizer.rules.case import Case
from tests.builders import broken, case, limit_keys, placing, serving, site, workload
from tests.rules.golden_text import assert_golden


def company(countries: str) -> Case:
    return case(
        sites=[site("ohio", "US"), site("san-juan", "PR"), site("oslo", "NO"), site("berlin", "DE")],
        delivered=9,
        workloads=[workload("chat", 5000, countries=countries)],
        policy="physical-only",
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(company("NO;DE"), "residency", "residency")


def test_nothing_is_served_from_elsewhere() -> None:
    built = company("NO;DE")
    placed = placing(built, ohio=2, oslo=2)

    assert broken(built, serving(built, placed, {("oslo", "chat"): 2000})) == {}
    assert broken(built, serving(built, placed, {("oslo", "chat"): 9, ("ohio", "chat"): 1})) == {
        "residency[chat,2025Q1]": 1
    }


def test_a_territory_is_inside_where_it_or_its_parent_is_named() -> None:
    for countries, serves_from_ohio in (("US", True), ("PR", False)):
        built = company(countries)
        placed = placing(built, ohio=2, **{"san-juan": 2})

        assert broken(built, serving(built, placed, {("san-juan", "chat"): 5})) == {}
        assert (broken(built, serving(built, placed, {("ohio", "chat"): 5})) == {}) is serves_from_ohio


def test_there_is_no_limit_where_every_site_is_inside() -> None:
    assert limit_keys(company("US;PR;NO;DE"), "residency") == []
