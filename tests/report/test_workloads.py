"""Workloads in every report: rows that add up, the line of the summary, the table, and what a kept run reads back."""

from __future__ import annotations

import csv
from fractions import Fraction
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from optimizer.audit import audit
from optimizer.files.read_placement import read_placement
from optimizer.report.binding_tables import binding_tables
from optimizer.report.bundle import write_bundle
from optimizer.report.compose import compose, compose_audit
from optimizer.report.csv_tables import write_csv
from optimizer.report.registry import render
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.strategy.outcome import Outcome, Status
from optimizer.verify.check import verify
from tests.builders import placing, plan, serving, site, workload

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.report.document import ResultDocument

PARIS, OSLO = {"latitude": "48.86", "longitude": "2.35"}, {"latitude": "59.91", "longitude": "10.75"}


@pytest.fixture
def outcome() -> Outcome:
    """Return a finished run: chat is served from two sites, of which Ohio serves it badly, and a batch goes without."""
    case = make_case(
        plan(
            policy="physical-only",
            sites=[site("oslo", "NO", **OSLO), site("ohio", "US")],
            delivered={"chip": [5, 0]},
            periods=2,
            workloads=[
                workload("chat", 4000, must_serve=True, value_usd_per_tpp_hour="0.001", **PARIS),
                workload("batch", 3000, countries="US", value_usd_per_tpp_hour="0.0005"),
                workload("nowhere", 10, countries="MY", value_usd_per_tpp_hour=9),
            ],
        )
    )
    placement = serving(
        case,
        placing(case, oslo=3, ohio=2),
        {("oslo", "chat"): 3000, ("ohio", "chat"): 1000, ("ohio", "batch"): (1000, 400)},
    )
    limits = compile_limits(case)
    verdict = verify(case, limits, placement)
    assert verdict.passed
    return Outcome(case, limits, Status.OPTIMAL, placement, verdict, verdict.objective, "highs", "whole-blocks")


@pytest.fixture
def document(outcome: Outcome) -> ResultDocument:
    return compose(outcome, versions={"solver": None})


def test_sites_that_serve_with_all_they_have_are_counted_and_not_named_among_what_binds(
    document: ResultDocument,
) -> None:
    # Oslo serves with all of its three in both quarters, Ohio with its two in the first.
    group = next(one for one in document.groups if one.group == "site_compute[oslo]")
    (physical,) = (table for table in binding_tables(document) if table.title == "Physical limits that bind")

    assert group.binding_periods == ("2025Q1", "2025Q2")
    assert not [row for row in physical.rows if row[0].startswith("site_compute")]
    assert "2 of 2 sites serve workloads with all their compute in some period (`site_compute`)" in physical.notes
    assert "Serve workloads with all the compute there: " in render(document, "html")


def test_what_is_served_is_listed_by_workload_site_and_period_and_adds_up(document: ResultDocument) -> None:
    rows = [(row.workload, row.site, row.period, row.served_tpp) for row in document.served]

    assert rows == [
        ("batch", "ohio", "2025Q1", 1000),
        ("batch", "ohio", "2025Q2", 400),
        ("chat", "ohio", "2025Q1", 1000),
        ("chat", "ohio", "2025Q2", 1000),
        ("chat", "oslo", "2025Q1", 3000),
        ("chat", "oslo", "2025Q2", 3000),
    ]
    assert {row.site: row.latency_ms for row in document.served if row.workload == "chat"} == {
        "oslo": 30.5,
        "ohio": None,
    }
    total = sum((Fraction(row.value_exact) for row in document.served), Fraction(0))
    assert total == Fraction(document.objective_terms_exact["service"])
    assert total == sum((Fraction(row.value_exact) for row in document.workloads), Fraction(0))


def test_what_stays_unmet_is_worth_what_the_best_site_would_earn(document: ResultDocument) -> None:
    by_key = {(row.workload, row.period): row for row in document.workloads}

    batch = by_key["batch", "2025Q2"]
    assert (batch.demand_tpp, batch.served_tpp, batch.unmet_tpp) == (3000, 400, 2600)
    assert Fraction(batch.unmet_value_exact or 0) == Fraction(5, 10_000) * 2190 * 2600
    assert by_key["nowhere", "2025Q1"].unmet_value is None
    chat = by_key["chat", "2025Q1"]
    assert (chat.unmet_tpp, chat.unmet_value, chat.sites) == (0, 0, ("oslo", "ohio"))
    assert (chat.largest_latency_ms, chat.max_latency_ms) == (30.5, None)


def test_people_read_what_is_served_and_what_is_not(document: ResultDocument) -> None:
    text = " ".join(render(document, "table", width=400).split())

    assert "Served 4,400 of 7,010 TPP asked for in 2025Q2; unmet on average, TPP: batch 2,300, nowhere 10" in text
    assert "Workloads in 2025Q2 (TPP)" in text
    assert "chat yes 4,000 4,000 – – oslo, ohio 30.5 –" in text
    for output_format in ("markdown", "html"):
        assert "Workloads in 2025Q2 (TPP)" in render(document, output_format)


def test_tables_are_csv_with_a_column_for_each_field(document: ResultDocument) -> None:
    (first, *_) = csv.DictReader(StringIO(write_csv(document, "workloads")))

    assert first["workload"] == "batch"
    assert first["sites"] == "ohio"
    assert len(list(csv.DictReader(StringIO(write_csv(document, "served"))))) == 6


def test_a_plan_without_workloads_says_nothing_of_them() -> None:
    case = make_case(plan(sites=[site("ohio", "US")], delivered=3, policy="physical-only"))
    audited = compose_audit(audit(case, placing(case, ohio=3)))

    assert not audited.served
    assert not audited.workloads
    assert "Served" not in render(audited, "table")


def test_a_kept_run_reads_back_with_its_service(outcome: Outcome, document: ResultDocument, tmp_path: Path) -> None:
    folder = write_bundle(document, tmp_path / "run")

    assert read_placement(folder, outcome.case.plan) == outcome.placement
    assert read_placement(folder / "summary.json", outcome.case.plan) == outcome.placement
    judged = compose_audit(audit(outcome.case, read_placement(folder, outcome.case.plan)))
    assert judged.passed
    assert judged.served == document.served
    assert "Served" in render(judged, "table")
