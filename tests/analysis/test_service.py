"""Who serves what at a given stock: in periods of their own, what must be served first, soft limits where they pay."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from optimizer.analysis.service import with_service
from optimizer.rules.registry import compile_limits
from optimizer.verify.check import Verification, verify
from tests.builders import case, placing, site, workload

if TYPE_CHECKING:
    from optimizer.rules.case import Case


def company(*workloads: dict[str, Any], **parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a company with chips of 1,000 TPP in Ohio and Oslo, which is worth 2 USD a TPP more."""
    service = [
        {"workload": name, "site": key, "value_usd_per_tpp": value}
        for name in dict.fromkeys(row["workload"] for row in workloads)
        for key, value in (("ohio", 1), ("oslo", 3))
    ]
    return case(
        sites=[site("ohio", "US"), site("oslo", "NO")],
        delivered=9,
        workloads=list(workloads),
        service=service,
        policy="physical-only",
        **parts,
    )


def served(built: Case, **units: int) -> tuple[dict[tuple[str, str], tuple[int, ...]], Verification]:
    limits = compile_limits(built)
    placement = with_service(built, limits, placing(built, **units))
    plan = built.plan
    named = {(plan.sites[s].key, plan.workloads[w].key): row for (s, w), row in placement.served_tpp.items()}
    return named, verify(built, limits, placement)


def test_the_better_site_serves_first_and_each_period_stands_alone() -> None:
    built = company(workload("chat", 2500), workload("chat", 700, period="2025Q2"), periods=2)

    found, verdict = served(built, ohio=1, oslo=2)

    assert found == {("ohio", "chat"): (500, 0), ("oslo", "chat"): (2000, 700)}
    assert verdict.passed
    assert verdict.objective_terms["service"] == 500 * 1 + 2700 * 3


def test_what_must_be_served_comes_before_what_is_worth_more() -> None:
    built = company(workload("rich", 2000, value_usd_per_tpp_hour=5), workload("duty", 1500, must_serve=True))

    found, verdict = served(built, ohio=1, oslo=1)

    assert sum(row[0] for (_, key), row in found.items() if key == "duty") == 1500
    assert sum(row[0] for (_, key), row in found.items() if key == "rich") == 500
    assert verdict.passed


def test_what_costs_is_not_served_unless_it_must_be() -> None:
    costly = {"value_usd_per_tpp_hour": -1}

    assert served(company(workload("chat", 2000, **costly)), oslo=2)[0] == {}
    assert served(company(workload("chat", 2000, must_serve=True, **costly)), oslo=2)[0] == {("oslo", "chat"): (2000,)}


def test_a_soft_duty_is_bought_out_of_where_that_pays() -> None:
    for price, duty in (("10", 0), ("20000", 1000)):
        built = company(
            workload("rich", 2000, value_usd_per_tpp_hour=5),
            workload("duty", 1000, must_serve=True),
            limits={"must_serve[duty]": {"price_cap": price}},
        )

        found, verdict = served(built, oslo=1)

        assert found.get(("oslo", "duty"), (0,)) == (duty,)
        assert verdict.objective_terms.get("bought", 0) == (duty - 1000) * Fraction(price)


def test_demand_is_gone_past_at_a_price_where_that_pays() -> None:
    for price, amount in (("2.9", 2000), ("3.1", 500)):
        built = company(workload("chat", 500), limits={"demand[chat]": {"price_cap": price}})

        assert served(built, oslo=2)[0] == {("oslo", "chat"): (amount,)}


def test_compute_that_is_missing_leaves_the_duty_short_and_the_check_says_by_how_much() -> None:
    found, verdict = served(company(workload("duty", 4500, must_serve=True)), ohio=1, oslo=3)

    assert found == {("ohio", "duty"): (1000,), ("oslo", "duty"): (3000,)}
    assert [reading.limit.key for reading in verdict.broken] == ["must_serve[duty,2025Q1]"]
    assert verdict.broken[0].slack == -500


def test_a_plan_without_workloads_is_left_as_it_is() -> None:
    built = case(sites=[site("ohio", "US")], delivered=3)
    placement = placing(built, ohio=3)

    assert with_service(built, compile_limits(built), placement) is placement
