"""Demand: no workload uses more compute than it asks for."""

from optimizer.rules.case import Case
from tests.builders import broken, case, placing, serving, site, workload
from tests.rules.golden_text import assert_golden


def company(**parts: object) -> Case:
    return case(
        sites=[site("ohio", "US"), site("texas", "US")],
        delivered={"chip": [9, 0, 0]},
        workloads=[
            workload("chat", 5000),
            workload("chat", 700, period="2025Q2"),
            workload("late", 40, period="2025Q3"),
        ],
        periods=3,
        **parts,
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(company(policy="physical-only"), "demand", "demand")


def test_sites_share_what_is_asked_for_and_a_period_without_a_row_asks_for_nothing() -> None:
    built = company()
    placed = placing(built, ohio=9)

    assert (
        broken(built, serving(built, placed, {("ohio", "chat"): (5000, 700, 5000), ("ohio", "late"): (0, 0, 40)})) == {}
    )
    too_much = {("ohio", "chat"): (5000, 701, 5000), ("ohio", "late"): (1, 0, 0)}
    assert broken(built, serving(built, placed, too_much)) == {"demand[chat,2025Q2]": 1, "demand[late,2025Q1]": 1}


def test_a_plan_can_change_it_from_a_period_on() -> None:
    built = company(limits={"demand[chat]": {"change": "-100", "change_from": "2025Q2"}})

    served = serving(built, placing(built, ohio=9), {("ohio", "chat"): (5000, 601, 4900)})
    assert broken(built, served) == {"demand[chat,2025Q2]": 1}
