"""No service: where service.csv lists pairs, a site serves only what it has a row for."""

from optimizer.rules.case import Case
from tests.builders import broken, case, limit_keys, placing, serving, site, workload
from tests.rules.golden_text import assert_golden

PAIRS = [("chat", "ohio"), ("chat", "texas"), ("train", "texas")]


def company(*, listed: bool = True) -> Case:
    rows = [{"workload": key, "site": place} for key, place in PAIRS] if listed else []
    return case(
        sites=[site("ohio", "US"), site("texas", "US")],
        delivered=9,
        workloads=[workload("chat", 5000), workload("train", 5000)],
        service=rows,
        policy="physical-only",
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(company(), "no_service", "no_service")


def test_a_pair_without_a_row_serves_nothing() -> None:
    built = company()
    placed = placing(built, ohio=2, texas=2)

    assert broken(built, serving(built, placed, {("texas", "train"): 2000, ("ohio", "chat"): 2000})) == {}
    assert broken(built, serving(built, placed, {("ohio", "train"): 1})) == {"no_service[train,2025Q1]": 1}


def test_without_the_table_every_site_may_serve_everything() -> None:
    assert limit_keys(company(listed=False), "no_service") == []
