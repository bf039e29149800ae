"""No day is left out: every code has a tier on every day of the rule's years, in every table."""

from datetime import date, timedelta

import pytest

from optimizer.catalogue.countries import countries, tier_table

FIRST, LAST = date(2025, 1, 15), date(2027, 12, 31)
DAYS = tuple(FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))


@pytest.mark.parametrize("name", ["ai-diffusion-2025", "licensing-2026-07"])
def test_every_code_has_a_named_and_cited_tier_on_every_day(name: str) -> None:
    table, codes = tier_table(name), tuple(countries())
    # A quarter of a million look-ups, and few answers: each is judged once.
    answers = {id(answer): answer for day in DAYS for code in codes for answer in (table.tier_on(code, day),)}

    assert (len(codes), DAYS[-1]) == (249 + 1, LAST)
    assert all(answer.tier in table.names for answer in answers.values())
    assert all(answer.citation or answer.confidence == "uncertain" for answer in answers.values())


@pytest.mark.parametrize("name", ["ai-diffusion-2025", "licensing-2026-07"])
def test_a_version_takes_over_on_each_change_day_of_the_table_and_on_no_other(name: str) -> None:
    table, codes = tier_table(name), tuple(countries())
    by_day = [tuple(id(table.tier_on(code, day)) for code in codes) for day in DAYS]

    changes = tuple(day for day, before, after in zip(DAYS[1:], by_day, by_day[1:], strict=False) if before != after)

    assert changes == table.change_days
