"""Allowed accelerators: only what a site can house, and what values.csv prices there, stands there."""

from optimizer.rules.case import Case
from tests.builders import broken, case, chip, limit_keys, placing, site
from tests.rules.golden_text import assert_golden


def fleet(**parts: object) -> Case:
    return case(
        **{
            "sites": [site("ohio", "US", allowed_accelerators="a"), site("texas", "US")],
            "accelerators": [chip("a"), chip("b"), chip("c")],
            "delivered": {"a": [5, 0], "b": [5, 0]},
            "periods": 2,
            **parts,
        }
    )


def values(*rows: tuple[str, str, str | None]) -> list[dict[str, object]]:
    keys = ("site", "accelerator", "period")
    return [
        {key: cell for key, cell in zip(keys, row, strict=True) if cell} | {"value_usd_per_unit": 9} for row in rows
    ]


def test_the_limit_reads_as_in_the_golden_text() -> None:
    priced = values(("ohio", "a", None), ("texas", "a", "2025Q2"), ("texas", "b", None))

    assert_golden(fleet(values=priced), "allowed_accelerators", "allowed_accelerators")


def test_a_site_takes_what_it_lists_and_any_site_without_a_list_takes_all() -> None:
    company = fleet()

    assert broken(company, placing(company, ohio={"a": 5}, texas={"b": 5})) == {}
    assert broken(company, placing(company, ohio={"b": (0, 2)})) == {"allowed_accelerators[ohio,2025Q2]": 2}


def test_a_pair_that_values_leave_out_is_not_allowed() -> None:
    company = fleet(values=values(("ohio", "a", None), ("texas", "a", None)))

    assert broken(company, placing(company, ohio={"a": 2}, texas={"a": 3})) == {}
    assert broken(company, placing(company, texas={"b": 1})) == {"allowed_accelerators[texas,2025Q2]": 1}


def test_a_pair_priced_in_one_period_is_added_in_that_period_alone() -> None:
    company = fleet(values=values(("texas", "a", "2025Q1")))

    assert broken(company, placing(company, texas={"a": (3, 3)})) == {}
    assert broken(company, placing(company, texas={"a": (3, 4)})) == {"allowed_accelerators[texas,a,2025Q2]": 1}


def test_accelerators_that_never_arrive_make_no_limit() -> None:
    company = fleet(sites=[site("ohio", "US", allowed_accelerators="a;b")])

    assert limit_keys(company, "allowed_accelerators") == []
