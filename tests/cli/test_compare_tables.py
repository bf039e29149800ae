"""A comparison in words: how a difference reads, however much of it is proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.cli.compare_tables import MOST_ROWS, for_people
from optimizer.cli.options import Format
from optimizer.report.comparison import PackRun, compose_comparison
from optimizer.report.exact_numbers import plain_or_none
from optimizer.schema.quantities import parse_decimal
from optimizer.strategy.options import SearchOptions
from tests.report.small_fleet import small_case, small_result

if TYPE_CHECKING:
    from optimizer.report.comparison_document import ComparisonDocument
    from optimizer.report.document import ResultDocument

Sides = tuple[str | None, str | None]


def worth(sides: Sides) -> ResultDocument:
    """Return the small fleet's document with another value and bound."""
    texts = dict(zip(("objective", "best_bound"), sides, strict=True))
    plain = {name: None if text is None else plain_or_none(parse_decimal(text)) for name, text in texts.items()}
    return small_result().model_copy(update={**plain, **{f"{name}_exact": text for name, text in texts.items()}})


def compared(first: Sides, second: Sides) -> ComparisonDocument:
    documents = {"a": worth(first), "b": worth(second)}
    runs = [PackRun(label, small_case(), is_own=False, document=document) for label, document in documents.items()]
    return compose_comparison(runs, SearchOptions())


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (("100", "110"), ("150", "155"), "$40 to $55 more"),
        (("100", "110"), ("60", "90"), "$10 to $50 less"),
        (("100", "100"), ("150", "150"), "$50 more"),
        (("100", "110"), ("105", "120"), "not distinguishable at this gap (-$5 to $20)"),
        (("100", "100"), ("100", "100"), "the same, proven"),
        (("100", "110"), ("150", None), "at least $40 more"),
        (("100", None), ("60", "90"), "at least $10 less"),
        (("100", "110"), ("90", None), "at least -$20"),
        (("100", None), ("90", "130"), "at most $30"),
        (("100", None), ("90", None), "nothing proven"),
        ((None, None), ("90", "100"), "no plan under a"),
        (("90", "100"), (None, None), "no plan under b"),
    ],
)
def test_a_difference_in_words(first: Sides, second: Sides, words: str) -> None:
    lines = for_people(compared(first, second), Format.TABLE).splitlines()

    (line,) = (line for line in lines if line.startswith("worth, beside a"))
    assert line.split("–", 1)[1].strip() == words


def test_a_pack_that_forgets_it_is_said_to_be_no_legal_advice() -> None:
    document = compared(("1", "1"), ("1", "1"))
    silent = document.packs[0].model_copy(update={"legal_status": "Repealed."})

    text = for_people(document.model_copy(update={"packs": (silent, document.packs[1])}), Format.TABLE)

    assert "Repealed. Not legal advice." in text


def test_a_long_table_says_how_many_rows_were_left_out() -> None:
    document = compared(("1", "1"), ("1", "1"))
    (site, *_) = document.sites
    sites = tuple(
        site.model_copy(update={"site": f"s{number}", "opened": {"a": "2025Q1", "b": None}, "differs": True})
        for number in range(MOST_ROWS + 3)
    )

    text = for_people(document.model_copy(update={"sites": sites}), Format.TABLE)

    assert f"s{MOST_ROWS - 1} " in text
    assert f"s{MOST_ROWS} " not in text
    assert "and 3 more: --format json" in text
