"""Deliveries: no more units stand than have been delivered."""

from optimizer.rules.case import Case
from optimizer.rules.registry import compile_limits
from optimizer.verify.check import verify
from tests.builders import broken, case, chip, placing, site
from tests.rules.golden_text import assert_golden


def fleet() -> Case:
    return case(
        sites=[site("ohio", "US"), site("texas", "US")],
        periods=3,
        delivered={"chip": [4, 0, 6]},
        policy="physical-only",
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(fleet(), "deliveries", "deliveries")


def test_sites_share_what_is_delivered_by_each_period() -> None:
    company = fleet()

    assert broken(company, placing(company, ohio=(1, 1, 4), texas=(3, 3, 6))) == {}
    assert broken(company, placing(company, ohio=(1, 2, 4), texas=(3, 3, 6))) == {"deliveries[chip,2025Q2]": 1}
    assert broken(company, placing(company, ohio=(1, 1, 5), texas=(3, 3, 6))) == {"deliveries[chip,2025Q3]": 1}


def test_deliveries_of_one_accelerator_do_not_help_another() -> None:
    company = case(sites=[site("ohio", "US")], accelerators=[chip("a"), chip("b")], delivered={"a": [9], "b": [1]})

    assert broken(company, placing(company, ohio={"a": 9, "b": 1})) == {}
    assert broken(company, placing(company, ohio={"a": 8, "b": 2})) == {"deliveries[b,2025Q1]": 1}


def test_an_accelerator_that_is_only_installed_cannot_be_placed() -> None:
    company = case(
        sites=[site("ohio", "US")],
        delivered=5,
        installed=[{"country": "US", "accelerator": "A100", "units": 8}],
    )

    verdict = verify(company, compile_limits(company), placing(company, ohio={"A100": 8}))

    assert verdict.faults == ("A100 at ohio is not delivered by this plan",)
