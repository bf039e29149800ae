"""`why` in sentences: what the opposite costs, what is in the way, and what would change it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer.explain.why import Question, Reason
from optimizer.report.why_document import WhyDocument, compose_why
from tests.report.small_fleet import BOUND_ABOVE, JOHOR, OHIO, small_outcome

if TYPE_CHECKING:
    from optimizer.strategy.outcome import Outcome

PROVEN: Outcome = replace(small_outcome(), best_bound=small_outcome().objective)
FORCED = Reason(
    Question(JOHOR),
    is_used=False,
    outcome=PROVEN,
    other=PROVEN,
    lower=Fraction(2000),
    upper=Fraction(3000),
    is_impossible=False,
    conflict=None,
    in_the_way=(PROVEN.limits[0],),
    energy_price=Fraction(45),
    value_multiplier=Fraction(5, 4),
)


def made(reason: Reason, *instead: str) -> WhyDocument:
    return compose_why(reason, sites_instead=instead)


def test_an_unused_site_has_its_cost_its_limits_its_price_and_its_multiplier() -> None:
    document = made(FORCED)

    assert document.sentences == (
        "johor is not used. Forcing it into use costs $2,000 to $3,000.",
        f"One block more there would break {PROVEN.limits[0].key} in the plan as it is.",
        "At an energy price of 45.00 per MWh in every period (60.00 today) it would be used.",
        "At a value multiplier of 1.2500 (1.0000 today) it would be used.",
    )
    assert (document.site, document.country, document.used, document.impossible) == ("johor", "MY", False, False)
    assert (document.cost_lower_exact, document.cost_upper_exact) == ("2000", "3000")
    assert (document.energy_price_exact, document.value_multiplier_exact) == ("45", "1.25")
    assert document.in_the_way[0].key == PROVEN.limits[0].key


def test_a_price_that_does_not_exist_is_not_named() -> None:
    sentences = made(replace(FORCED, energy_price=None, value_multiplier=None, in_the_way=())).sentences

    assert sentences[1:] == ("No energy price, not even a free one, was found at which it would be used.",)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"is_impossible": True}, "johor is not used, and no plan can use it."),
        ({"is_used": True}, "johor is used. Doing without it costs $2,000 to $3,000. ohio would be used instead."),
        ({"is_used": True, "is_impossible": True}, "johor is used and irreplaceable: without it no plan exists."),
        ({"question": Question(OHIO, 0, 1)}, "X1 at ohio by 2025Q2 is not used. Forcing it into use costs $2,000 to "
         "$3,000."),
    ],
)  # fmt: skip
def test_the_first_sentence_answers(changes: dict[str, object], sentence: str) -> None:
    document = made(replace(FORCED, **changes), "ohio")  # type: ignore[arg-type]

    assert document.sentences[0] == sentence


def test_what_is_impossible_has_no_cost() -> None:
    document = made(replace(FORCED, is_impossible=True, upper=None))

    assert (document.cost_lower, document.cost_upper) == (None, None)


def test_a_cost_that_the_gap_hides_is_not_given_as_a_number_of_its_own() -> None:
    hidden = replace(FORCED, outcome=small_outcome(), lower=Fraction(0), upper=Fraction(70_000))

    assert made(hidden).money_resolution == BOUND_ABOVE
    assert made(hidden).sentences[0] == (
        "johor is not used. Forcing it into use costs at most $70,000, which the gap hides (money resolution $50,000)."
    )
    assert "an unknown amount" in made(replace(hidden, upper=None)).sentences[0]


def test_the_document_reads_back_equal() -> None:
    document = made(FORCED, "ohio")

    assert WhyDocument.model_validate_json(document.model_dump_json()) == document
