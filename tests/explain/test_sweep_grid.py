"""What `--vary` may say, the values it stands for, and what is wrong with what it may not say."""

from __future__ import annotations

from fractions import Fraction

import pytest

from optimizer.errors import InputError
from optimizer.explain.sweep_grid import MOST_POINTS, parse_grid

KEY = "policy.home_share"


def values(words: str, key: str = KEY) -> tuple[str, ...]:
    return parse_grid(f"{key}={words}").values


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("30%:36%:2%", ("30%", "32%", "34%", "36%")),
        ("30%:35%:2%", ("30%", "32%", "34%")),
        ("0:1:1/3", ("0", "1/3", "2/3", "1")),
        ("1/3:2/3:1/6", ("1/3", "0.5", "2/3")),
        ("0.1:0.3:0.1", ("0.1", "0.2", "0.3")),
        ("100:120:10", ("100", "110", "120")),
        ("30%:10%:-10%", ("30%", "20%", "10%")),
        ("-1%:1%:1%", ("-1%", "0%", "1%")),
        ("0:10%:5%", ("0%", "5%", "10%")),
        ("0%:1%:1/3%", None),
        (" 5 : 15 : 5 ", ("5", "10", "15")),
        ("7%, 10%,1/3", ("7%", "10%", "1/3")),
        ("none,auto", ("none", "auto")),
    ],
)
def test_values_are_exact_and_the_end_is_included_where_a_step_falls_on_it(
    words: str, expected: tuple[str, ...] | None
) -> None:
    if expected is None:
        with pytest.raises(InputError, match="is not a number"):
            values(words)
    else:
        assert values(words) == expected


def test_a_tenth_and_a_tenth_make_two_tenths_to_the_last_digit() -> None:
    numbers = parse_grid(f"{KEY}=0:1:0.1").numbers

    assert numbers == tuple(Fraction(number, 10) for number in range(11))


def test_a_percentage_without_an_end_is_written_as_a_fraction() -> None:
    assert values("0%:1%:1/300") == ("0%", "1/300", "1/150", "1%")


def test_texts_are_no_numbers() -> None:
    assert parse_grid(f"{KEY}=none,1/2").numbers == (None, Fraction(1, 2))


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("30%", "one value makes no curve", "write policy.home_share=30%:70%:2%, or a list"),
        ("", "a value is missing", "write policy.home_share=30%:70%:2%"),
        ("30%,,40%", "a value is missing", "30%:70%:2%"),
        ("30%,40%,30%", "30% stands there twice", "30%:70%:2%"),
        ("30%:70%", "a range has three parts, FROM:TO:STEP", "30%:70%:2%"),
        ("30%:70%:2%:1", "a range has three parts", "30%:70%:2%"),
        ("30%:70%:", "a part of the range is missing", "30%:70%:2%"),
        ("low:70%:2%", "'low' is not a number", "30%:70%:2%"),
        ("1/0:1:1", "'1/0' is not a number", "30%:70%:2%"),
        ("30%:70%:0", "the step is zero", "30%:70%:2%"),
        ("70%:30%:2%", "the step leads away from TO", "write policy.home_share=70%:30%:-2%"),
        ("30:70:2%", "percentages and plain numbers are mixed", "write policy.home_share=30%:70%:2%"),
        ("30%:40%:20%", "the step is longer than the range", "30%:70%:2%"),
        ("0:1:0.0001", f"10,001 points are too many, the most is {MOST_POINTS:,}: take a longer step", "30%:70%:2%"),
        ("0:1000000000000:1e-9", "points are too many", "30%:70%:2%"),
    ],
)
def test_bad_values_are_refused_with_what_to_write(words: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        values(words)

    (problem,) = caught.value.problems
    assert message in problem.message
    assert hint in str(problem.hint)
    assert (problem.file, problem.value) == ("--vary", words)


def test_what_to_write_for_megawatts_is_no_percentage() -> None:
    with pytest.raises(InputError, match=r"write sites\[ohio\].power_mw=100:200:10"):
        values("50", "sites[ohio].power_mw")


@pytest.mark.parametrize("text", ["30%:70%:2%", "", "=1,2"])
def test_a_key_has_to_be_there(text: str) -> None:
    with pytest.raises(InputError, match="a change is written path=value"):
        parse_grid(text)


def test_two_spellings_of_a_key_are_the_same_key() -> None:
    quoted = parse_grid('limits."destination_share[MY]".setting=5%,7%')

    assert quoted.parts == parse_grid("limits.destination_share[MY].setting=5%,7%").parts
    assert quoted.key == 'limits."destination_share[MY]".setting'
