from __future__ import annotations

from fractions import Fraction

import pytest

from optimizer.report.table import Footnotes, cut
from optimizer.report.wording import (
    compact,
    gap_text,
    grouped,
    money,
    money_above,
    percent_used_text,
    period_runs,
    quantity,
    share_beside,
    share_text,
)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (12_340_000_000, "USD", "$12.34 bn"),
        (-5_600_000, "EUR", "-€5.60 m"),
        (999_999_999, "USD", "$1.00 bn"),
        (999_999, "USD", "$1.00 m"),
        (12_345, "CHF", "12,345 CHF"),
        (Fraction(25, 2), "GBP", "£12.50"),
        (0, "USD", "$0"),
        (1e-9, "USD", "$0.01"),
        (-1e-9, "USD", "-$0.01"),
        (932, "USD", "$932"),
    ],
)
def test_money_is_written_in_its_currency_and_scale(amount: float, currency: str, text: str) -> None:
    assert money(amount, currency) == text


def test_money_under_the_resolution_is_not_shown_as_a_number() -> None:
    assert money_above(-400_000, "USD", 2_000_000) == "under $2.00 m"
    assert money_above(2_000_000, "USD", 2_000_000) == "$2.00 m"
    assert money_above(5, "USD", None) == "$5"
    assert money_above(0, "USD", 2_000_000) == "$0"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (9.996, "9.996"), (12_345, "12,345"), (790_000_000, "790.00 m"), (-1.5e9, "-1.50 bn"), (4e-5, "4e-05")],
)
def test_compact_figures_never_round_something_to_nothing(value: float, text: str) -> None:
    assert compact(value) == text


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("25000000 USD", "25,000,000 USD"),
        ("400 units by 2025Q1, beside 12345 bound", "400 units by 2025Q1, beside 12,345 bound"),
        ("7/100", "7/100"),
        ("12345.5 MW", "12345.5 MW"),
        ("LEASE-20251 from 2025-01-15", "LEASE-20251 from 2025-01-15"),
    ],
)
def test_long_whole_numbers_of_a_setting_are_grouped(setting: str, text: str) -> None:
    assert grouped(setting) == text


def test_quantities_are_written_in_full() -> None:
    assert quantity(100_000_000_000) == "100,000,000,000"
    assert quantity(Fraction(1227043328, 100)) == "12,270,433.28"
    assert quantity(-6700) == "-6,700"


@pytest.mark.parametrize(("percent", "text"), [(None, "–"), (100, "100.0%"), (99.999, "99.9%"), (100.001, "100.1%")])
def test_only_a_limit_used_to_the_full_is_called_100_percent_used(percent: float | None, text: str) -> None:
    assert percent_used_text(percent) == text


def test_a_share_just_under_its_limit_is_told_from_it() -> None:
    seven = Fraction(7, 100)

    assert share_beside(seven, seven) == "7.00%"
    assert share_beside(Fraction(69_999, 1_000_000), seven) == "6.9999%"
    assert share_beside(Fraction(1, 20), seven) == "5.00%"
    assert share_beside(seven - Fraction(1, 10**12), seven) == "just under 7.00%"
    assert share_beside(seven + Fraction(1, 10**12), seven) == "just over 7.00%"


def test_gaps_are_never_rounded_to_zero() -> None:
    assert gap_text(0) == "0%"
    assert gap_text(1e-9) == "under 0.0001%"
    assert gap_text(0.001) == "0.1%"
    assert gap_text(None) == "not known"


def test_periods_are_written_as_runs() -> None:
    labels = ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1"]

    assert period_runs(["2025Q1", "2025Q3", "2025Q4", "2026Q1"], labels) == "2025Q1, 2025Q3 to 2026Q1"
    assert period_runs([], labels) == "–"


def test_unknown_shares_are_dashes() -> None:
    assert share_text(None) == "–"


def test_citations_are_numbered_once_each() -> None:
    cited = Footnotes()

    assert [cited.mark(text) for text in ("a", "b", "a")] == ["[1]", "[2]", "[1]"]
    assert cited.notes() == ("[1] a", "[2] b")


def test_long_tables_say_how_much_they_leave_out() -> None:
    rows, notes = cut([("a",), ("b",), ("c",)], 2, "sites")

    assert rows == (("a",), ("b",))
    assert "1 more sites" in notes[0]
