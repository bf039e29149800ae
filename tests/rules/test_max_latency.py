"""Latency: a workload is served only from sites that are near enough."""

from optimizer.rules.case import Case
from tests.builders import broken, case, limit_keys, placing, serving, site, workload
from tests.rules.golden_text import assert_golden

PARIS = {"latitude": "48.8566", "longitude": "2.3522"}
LONDON = {"latitude": "51.5074", "longitude": "-0.1278"}
MADRID = {"latitude": "40.4168", "longitude": "-3.7038"}


def company(longest: str, **tables: object) -> Case:
    return case(
        sites=[site("london", "GB", **LONDON), site("madrid", "ES", **MADRID)],
        delivered=9,
        workloads=[workload("chat", 5000, max_latency_ms=longest, **PARIS)],
        policy="physical-only",
        **tables,
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(company("12"), "max_latency", "max_latency")


def test_what_is_too_far_by_the_estimate_serves_nothing_and_equality_is_near_enough() -> None:
    # Paris to London is 344 km: 5 + 0.019 x 344 = 11.5 ms. To Madrid 1,053 km: 25.0 ms.
    for longest, places in (("11.4", {"london", "madrid"}), ("11.5", {"madrid"}), ("24.9", {"madrid"}), ("25", set())):
        built = company(longest)
        placed = placing(built, london=2, madrid=2)

        for key in ("london", "madrid"):
            expected = {"max_latency[chat,2025Q1]": 3} if key in places else {}
            assert broken(built, serving(built, placed, {(key, "chat"): 3})) == expected


def test_a_latency_that_is_given_comes_before_the_estimate() -> None:
    rows = [
        {"workload": "chat", "site": "london", "latency_ms": 12},
        {"workload": "chat", "site": "madrid", "latency_ms": 3},
    ]
    built = company("11.9", service=rows)

    placed = placing(built, london=2, madrid=2)
    assert broken(built, serving(built, placed, {("madrid", "chat"): 3})) == {}
    assert broken(built, serving(built, placed, {("london", "chat"): 3})) == {"max_latency[chat,2025Q1]": 3}


def test_a_site_that_may_not_serve_at_all_is_left_to_the_rule_that_says_so() -> None:
    built = company("1", service=[{"workload": "chat", "site": "london", "latency_ms": 1}])

    assert limit_keys(built, "max_latency") == []
    assert limit_keys(built, "no_service") == ["no_service[chat,2025Q1]"]
