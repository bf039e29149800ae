"""Settings of a pack: what each type takes, and what it says of what it does not."""

from __future__ import annotations

from datetime import date

import pytest

from optimizer.policies.schedule import parse_schedule
from optimizer.policies.setting import Setting, SettingType, as_written


def setting(kind: str, value: object, **more: object) -> Setting:
    return Setting(type=SettingType(kind), value=value, citation="here", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("countries", ["AE", "SA", "AE"], ("AE", "SA")),
        ("countries", "AE; SA", ("AE", "SA")),
        ("names", [], ()),
        ("text", " UAE ", "UAE"),
        ("date", date(2026, 7, 10), date(2026, 7, 10)),
        ("date", "2026-07-10", date(2026, 7, 10)),
        ("days_of_year", ["08-01", "02-01"], ("02-01", "08-01")),
        ("flag", "TRUE", True),
    ],
)
def test_a_setting_reads_its_value_in_every_form_that_a_file_can_hold(kind: str, value: object, read: object) -> None:
    assert setting(kind, value).parse(value) == read


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("countries", 5, "expected a list of texts"),
        ("names", [1], "expected a list of texts"),
        ("text", ["UAE"], "expected text"),
        ("date", "soon", "expected a date like"),
        ("days_of_year", ["2-1"], "expected days like 02-01"),
        ("days_of_year", ["02-29"], "no such day"),
        ("schedule", {}, "at least one row"),
        ("schedule", 5, "expected a table of periods"),
        ("schedule", "2026Q1", "expected period=figure"),
        ("schedule", {"2026Q1": -1}, "zero or more"),
        ("schedule", {"2026Q1": "many"}, "expected a number"),
        ("schedule", {"spring": 1}, "expected a period like"),
        ("schedule", {"2026Q1": 1, "2026-01": 2}, "two rows begin on 2026-01-01"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_words(kind: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        setting(kind, value)


def test_a_schedule_takes_its_smallest_figure_of_a_span_and_its_nearest_row_outside() -> None:
    schedule = parse_schedule({"2025Q2": 5, "2025Q3": 9, "2026Q1": 7})

    assert schedule.strictest(date(2025, 7, 1), date(2025, 9, 30)) == 9
    assert schedule.strictest(date(2025, 4, 1), date(2025, 12, 31)) == 5
    assert schedule.strictest(date(2025, 10, 1), date(2026, 3, 31)) == 7
    assert schedule.strictest(date(2025, 1, 1), date(2025, 3, 31)) == 5
    assert schedule.strictest(date(2030, 1, 1), date(2030, 3, 31)) == 7
    assert schedule.last_day == date(2026, 3, 31)
    assert str(schedule) == "2025-04-01: 5; 2025-07-01: 9; 2026-01-01: 7"


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (("AE", "SA"), "AE;SA"), (50_000, "50000"), ("chips", "chips")]
)
def test_a_setting_is_written_as_people_write_it(value: bool | int | str | tuple[str, ...], text: str) -> None:
    assert as_written(value) == text
