"""Workloads and service as they are read: rows by period, exact values, latencies that must be known, every problem."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError
from optimizer.files.read_plan import read_plan
from optimizer.schema.workload import Service, WorkloadKind
from tests.builders import plan, site, workload
from tests.files.good_plan import GOOD, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.schema.plan import Plan

PARIS = {"latitude": "48.8566", "longitude": "2.3522"}


def built(*workloads: dict[str, object], **parts: object) -> Plan:
    return plan(
        sites=[site("ohio", "US"), site("oslo", "NO")], delivered=9, periods=3, workloads=list(workloads), **parts
    )


def problems_of(*workloads: dict[str, object], **parts: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        built(*workloads, **parts)
    return [str(problem) for problem in caught.value.problems]


def test_a_row_of_a_period_comes_before_the_row_of_every_period() -> None:
    (chat,) = built(
        workload("chat", 500, must_serve=True, value_usd_per_tpp_hour="1/3", kind="fine_tuning", countries="US;NO"),
        workload("chat", 70, period="2025Q2"),
    ).workloads

    assert chat.demand_tpp == (500, 70, 500)
    assert chat.must_serve == (True, False, True)
    assert chat.value_usd_per_tpp_hour == (Fraction(1, 3), Fraction(0), Fraction(1, 3))
    assert (chat.kind, chat.countries) == (WorkloadKind.FINE_TUNING, frozenset({"US", "NO"}))
    assert not chat.has_controlled_weights


def test_a_period_without_any_row_asks_for_nothing() -> None:
    (late,) = built(workload("late", 5, period="2025Q3")).workloads

    assert late.demand_tpp == (0, 0, 5)


def test_workloads_are_sorted_and_the_order_of_rows_does_not_matter() -> None:
    rows = [workload("b", 1), workload("a", 2), workload("b", 3, period="2025Q1", **PARIS)]

    assert built(*rows).workloads == built(*reversed(rows)).workloads
    assert [one.key for one in built(*rows).workloads] == ["a", "b"]


def test_the_value_of_a_pair_may_be_any_fraction() -> None:
    rows = [
        {"workload": "chat", "site": "oslo", "value_usd_per_tpp": "-17/3"},
        {"workload": "chat", "site": "ohio", "value_usd_per_tpp": "-0.125", "latency_ms": "9.5"},
    ]

    service = built(workload("chat", 5), service=rows).service
    assert service == {
        ("chat", "ohio"): Service(Fraction(-1, 8), Fraction(19, 2)),
        ("chat", "oslo"): Service(Fraction(-17, 3)),
    }


def test_without_service_every_pair_can_be_served_and_an_empty_table_lets_none(tmp_path: Path) -> None:
    files = {**GOOD, "workloads.csv": "workload,demand_tpp\nchat,5\n", "service.csv": "workload,site\n"}

    assert built(workload("chat", 5)).service is None
    assert read_plan(write_files(tmp_path, files)).service == {}


def test_files_are_read_and_written_back(tmp_path: Path) -> None:
    files = {
        **GOOD,
        "workloads.csv": "workload,period,demand_tpp,must_serve,value_usd_per_tpp_hour,latitude,longitude,max_latency_ms,"
        "countries,kind,controlled_weights,note\nchat,,900,true,0.002,40,-80,30,US,inference,no,big\n"
        "chat,2025Q3,1000,yes,0.002,,,,,,,\n",
        "service.csv": "workload,site,value_usd_per_tpp,latency_ms\nchat,ohio,-17/3,\nchat,kl,0.5,200\n",
    }

    read = read_plan(write_files(tmp_path, files))

    assert read.workloads[0].demand_tpp == (900, 900, 1000, 900)
    assert read.workloads[0].max_latency_ms == 30
    assert {"workloads.csv", "service.csv"} <= set(read.input_sha256)
    assert any(item.subject == "service.csv latency_ms" and "1 pairs" in item.value for item in read.assumptions)


BAD = [
    ([{"workload": "chat"}], {}, "demand_tpp: required, and empty"),
    ([workload("chat", -1)], {}, "must not be negative"),
    ([workload("chat", "1.5")], {}, "expected a whole number"),
    ([workload("chat", 1), workload("chat", 2)], {}, "duplicate workload"),
    ([workload("chat", 1, countries="US;UK")], {}, "not an ISO 3166 alpha-2 country code"),
    ([workload("chat", 1, countries=";")], {}, "names no country"),
    ([workload("chat", 1, kind="trainig")], {}, "expected one of training, fine_tuning, inference"),
    ([workload("chat", 1, latitude=3)], {}, "give latitude and longitude, or neither"),
    (
        [workload("chat", 1, kind="training"), workload("chat", 1, kind="inference", period="2025Q2")],
        {},
        "kind: differs from an earlier row of this workload",
    ),
    ([workload("chat", 1, max_latency_ms=20)], {}, "the latency is not known at ohio, oslo"),
    ([workload("chat", 1, max_latency_ms=20, **PARIS)], {}, "the latency is not known at ohio, oslo"),
    (
        [workload("chat", 1, max_latency_ms=20)],
        {"service": [{"workload": "chat", "site": "ohio", "latency_ms": 5}, {"workload": "chat", "site": "oslo"}]},
        "the latency is not known at oslo",
    ),
    ([workload("chat", 1)], {"service": [{"workload": "chatt", "site": "ohio"}]}, "no such workload in workloads.csv"),
    ([workload("chat", 1)], {"service": [{"workload": "chat", "site": "ohoi"}]}, "did you mean 'ohio'?"),
    (
        [workload("chat", 1)],
        {"service": [{"workload": "chat", "site": "ohio", "value_usd_per_tpp": "1/0"}]},
        "expected a number",
    ),
    (
        [workload("chat", 1)],
        {"service": [{"workload": "chat", "site": "ohio"}, {"workload": "chat", "site": "ohio"}]},
        "duplicate workload, site",
    ),
]


@pytest.mark.parametrize(("rows", "parts", "says"), BAD)
def test_a_bad_row_is_named(rows: list[dict[str, object]], parts: dict[str, object], says: str) -> None:
    found = problems_of(*rows, **parts)

    assert len(found) == 1
    assert says in found[0]


def test_every_problem_is_listed_at_once() -> None:
    found = problems_of(
        workload("chat", 1, max_latency_ms=20),
        workload("train", "x"),
        service=[{"workload": "chat", "site": "ohio"}, {"workload": "nobody", "site": "oslo"}],
    )

    assert len(found) == 3


def test_service_without_workloads_is_refused() -> None:
    (found,) = problems_of(service=[{"workload": "chat", "site": "ohio"}])

    assert "says who serves workloads, and there are none" in found
