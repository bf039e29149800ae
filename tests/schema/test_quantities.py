"""Exact numbers from text: what is read, what is refused, and that writing gives back what was read."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.schema.quantities import (
    format_exact,
    over_common,
    parse_decimal,
    parse_integer,
    parse_share,
    products_over_common,
)


@given(st.fractions(0, 1, max_denominator=10**18))
def test_a_share_written_as_a_fraction_reads_back_equal(share: Fraction) -> None:
    assert parse_share(f"{share.numerator}/{share.denominator}") == share


@given(st.fractions(0, 1, max_denominator=10**12))
def test_a_share_formatted_reads_back_equal(share: Fraction) -> None:
    assert parse_share(format_exact(share)) == share


@given(st.decimals(0, 100, places=6))
def test_a_percentage_is_its_hundredth(percent: Decimal) -> None:
    assert parse_share(f"{percent:f}%") == Fraction(percent) / 100


@given(st.decimals(-(10**12), 10**12, places=9))
def test_a_decimal_formatted_reads_back_equal(number: Decimal) -> None:
    assert parse_decimal(format_exact(Fraction(number))) == Fraction(number)


@given(st.integers(-(10**18), 10**18))
def test_a_whole_number_formatted_reads_back_equal(number: int) -> None:
    assert parse_integer(format_exact(number)) == number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(25, 2), "12.5"),
        (Fraction(-1, 80), "-0.0125"),
        (150, "150"),
        (Fraction(7, 93), "7/93"),
        (Fraction(-7, 93), "-7/93"),
        (0, "0"),
    ],
)
def test_terminating_decimals_are_written_as_such_and_others_as_fractions(value: Fraction | int, text: str) -> None:
    assert format_exact(value) == text


@pytest.mark.parametrize("written", ["7/100", "7%", " 7 % ", "0.07", "7e-2", Fraction(7, 100)])
def test_seven_percent_has_many_spellings(written: object) -> None:
    assert parse_share(written) == Fraction(7, 100)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (0.07, "exact, not a floating-point"),
        (Decimal("0.07"), "exact, not a floating-point"),
        ("1.5/2", "whole number"),
        ("1/0", "denominator of a share must be positive"),
        ("1/-2", "denominator of a share must be positive"),
        ("101%", "between 0 and 1"),
        ("-1%", "between 0 and 1"),
        ("2", "between 0 and 1"),
        ("seven", "expected a number"),
        ("", "expected a number"),
        (True, "expected a decimal"),
    ],
)
def test_what_is_no_exact_share_is_refused(written: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_share(written)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (1.5, "expected a decimal"),
        (False, "expected a decimal"),
        ("nan", "finite"),
        ("-Infinity", "finite"),
        ("1_000", "finite"),
        ("1e400", "out of range"),
        ("1e-19", "out of range"),
        ("9" * 65, "65 characters is too long"),
        ("ten", "expected a number"),
    ],
)
def test_what_is_no_exact_decimal_is_refused(written: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_decimal(written)


@pytest.mark.parametrize("written", ["8", "8.0", "8e0", Decimal(8)])
def test_whole_numbers_are_whole_however_they_are_written(written: object) -> None:
    assert parse_integer(written) == 8


def test_a_half_is_not_whole() -> None:
    with pytest.raises(ValueError, match="whole number"):
        parse_integer("8.5")


EXACT = st.one_of(st.integers(-(10**30), 10**30), st.fractions(max_denominator=10**12))


@given(st.lists(EXACT))
def test_values_over_one_denominator_are_the_values(values: list[Fraction | int]) -> None:
    whole, over = over_common(values)

    assert [Fraction(count, over) for count in whole] == values


@given(st.lists(st.tuples(EXACT, EXACT)))
def test_products_over_one_denominator_are_the_products(pairs: list[tuple[Fraction | int, Fraction | int]]) -> None:
    whole, over = products_over_common(pairs)

    assert [Fraction(count, over) for count in whole] == [one * other for one, other in pairs]
