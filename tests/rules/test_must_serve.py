"""Must serve: the demand of some workloads is served in full."""

from optimizer.rules.case import Case
from optimizer.rules.registry import compile_limits
from optimizer.verify.check import verify
from tests.builders import broken, case, placing, serving, site, workload
from tests.rules.golden_text import assert_golden


def company(**parts: object) -> Case:
    return case(
        sites=[site("ohio", "US"), site("texas", "US")],
        delivered={"chip": [9, 0]},
        workloads=[workload("chat", 5000, must_serve=True), workload("free", 5000)],
        periods=2,
        **parts,
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(company(policy="physical-only"), "must_serve", "must_serve")


def test_what_is_missing_is_told_by_period_and_sites_add_up() -> None:
    built = company()
    placed = placing(built, ohio=5, texas=4)

    assert broken(built, serving(built, placed, {("ohio", "chat"): 3000, ("texas", "chat"): 2000})) == {}
    short = serving(built, placed, {("ohio", "chat"): (3000, 2999), ("texas", "chat"): 2000})
    assert broken(built, short) == {"must_serve[chat,2025Q2]": 1}


def test_a_price_makes_what_is_not_served_a_charge() -> None:
    built = company(limits={"must_serve[chat]": {"price_cap": "2.5"}})
    verdict = verify(built, compile_limits(built), serving(built, placing(built, ohio=5), {("ohio", "chat"): 4990}))

    assert verdict.passed
    assert verdict.objective_terms["bought"] == -2 * 10 * 5 / 2
