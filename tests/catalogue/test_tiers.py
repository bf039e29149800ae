"""The tier table `ai-diffusion-2025`: every code on the days that matter, written out from the rule and from D:5."""

import pickle
from datetime import date

import pytest

from optimizer.catalogue.countries import TierTable, countries, destination_of, tier_table
from optimizer.errors import InputError

TIER_1 = frozenset(
    {"AU", "BE", "CA", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "JP", "KR", "NL", "NO", "NZ", "SE", "TW", "US"}
)
D5_BEFORE = frozenset(
    {
        "AF",
        "BY",
        "CD",
        "CF",
        "CN",
        "CU",
        "ER",
        "HT",
        "IQ",
        "IR",
        "KH",
        "KP",
        "LB",
        "LY",
        "MM",
        "NI",
        "RU",
        "SD",
        "SO",
        "SS",
        "SY",
        "VE",
        "ZW",
    }
)
D5_AFTER = D5_BEFORE - {"KH"}

SPOT_CHECKS = (
    "HK 3, MO 3, CN 3, TW 1, CY 2, LB 3, BY 3, VE 3, NI 3, IL 2, AE 2, SA 2, IN 2, SG 2, PL 2, CH 2, LU 2, PT 2, AT 2, "
    "MX 2, BR 2, IS 2, GR 2, CZ 2, MY 2, ID 2, TH 2, VN 2, QA 2, PK 2, ET 2, PR 1, GU 1, GL 1, RE 1, JE 1, AW 2, CW 2, "
    "SX 2, EH 2, XK 2, AQ 2, HU 2, RO 2, HR 2, UA 2, PS 2, TK 1, SJ 1, BQ 1"
)


@pytest.fixture
def table() -> TierTable:
    return tier_table("ai-diffusion-2025")


@pytest.mark.parametrize(
    ("day", "d5"),
    [
        (date(2025, 1, 1), D5_BEFORE),
        (date(2025, 1, 15), D5_BEFORE),
        (date(2025, 11, 6), D5_BEFORE),
        (date(2025, 11, 7), D5_AFTER),
        (date(2026, 2, 3), D5_AFTER),
        (date(2027, 12, 31), D5_AFTER),
        (date.max, D5_AFTER),
    ],
    ids=["2025-01-01", "2025-01-15", "2025-11-06", "2025-11-07", "2026-02-03", "2027-12-31", "last day of all"],
)
def test_every_code_has_the_tier_its_destination_is_listed_in(table: TierTable, day: date, d5: frozenset[str]) -> None:
    for code in countries():
        destination = destination_of(code)
        expected = 1 if destination in TIER_1 else 3 if destination in d5 | {"MO"} else 2

        assert table.tier_on(code, day).tier == expected, code


def test_the_lists_have_their_published_sizes(table: TierTable) -> None:
    tiers = [table.tier_on(code, date(2025, 1, 15)).tier for code in countries() if destination_of(code) == code]

    assert (len(TIER_1), len(D5_BEFORE), len(D5_AFTER)) == (19, 23, 22)
    # 158 ISO codes as the reference counts them, and Antarctica and Kosovo, which it leaves out.
    assert (tiers.count(1), tiers.count(2), tiers.count(3)) == (19, 158 + 2, 23 + 1)


@pytest.mark.parametrize("case", SPOT_CHECKS.split(", "))
@pytest.mark.parametrize("day", [date(2025, 1, 15), date(2026, 7, 23)], ids=str)
def test_spot_checks_hold(table: TierTable, case: str, day: date) -> None:
    code, tier = case.split()

    assert table.tier_on(code, day).tier == int(tier)


def test_the_uae_stays_in_tier_2_when_it_joins_country_group_a5(table: TierTable) -> None:
    assert table.tier_on("AE", date(2026, 7, 10)).tier == 2


@pytest.mark.parametrize(
    ("first_day", "last_day", "tier"),
    [
        (date(2025, 10, 1), date(2025, 12, 31), 3),
        (date(2026, 1, 1), date(2026, 3, 31), 2),
        (date(2025, 11, 6), date(2025, 11, 6), 3),
        (date(2025, 11, 7), date(2025, 11, 7), 2),
        (date(2025, 11, 6), date(2025, 11, 7), 3),
        (date(2025, 1, 1), date(2099, 12, 31), 3),
    ],
)
def test_cambodia_has_the_strictest_tier_of_the_interval(
    table: TierTable, first_day: date, last_day: date, tier: int
) -> None:
    assert table.strictest_tier("KH", first_day, last_day).tier == tier


def test_an_interval_must_not_end_before_it_begins(table: TierTable) -> None:
    with pytest.raises(ValueError, match="before it begins"):
        table.strictest_tier("KH", date(2026, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("code", "confidence"),
    [
        ("US", "A"),
        ("MY", "B"),
        ("MO", "A"),
        ("CN", "B"),
        ("HK", "B"),
        ("PR", "B-"),
        ("GL", "C"),
        ("JE", "uncertain"),
        ("NU", "uncertain"),
        ("AQ", "uncertain"),
        ("ET", "uncertain"),
    ],
)
def test_a_tier_is_as_sure_as_its_weakest_source(table: TierTable, code: str, confidence: str) -> None:
    assert table.tier_on(code, date(2025, 6, 1)).confidence == confidence


def test_a_territory_cites_its_own_rule_and_its_destination(table: TierTable) -> None:
    citation = table.tier_on("PR", date(2025, 6, 1)).citation

    assert "Supp. No. 5 to 15 CFR part 740" in citation
    assert "PR counts as US: 15 CFR 772.1" in citation


def test_remarks_reach_the_reader(table: TierTable) -> None:
    for code in ("AQ", "CY", "ET", "KH", "MO", "UA", "XK"):
        assert table.tier_on(code, date(2025, 6, 1)).note
    assert table.tier_on("MY", date(2025, 6, 1)).note is None


def test_the_table_knows_when_it_begins_and_changes(table: TierTable) -> None:
    assert table.covers_from == date(2025, 1, 1)
    assert table.change_days == (date(2025, 11, 7),)


def test_a_day_before_the_table_is_an_input_error(table: TierTable) -> None:
    with pytest.raises(InputError, match="before 2025-01-01"):
        table.tier_on("MY", date(2024, 12, 31))
    with pytest.raises(InputError, match="before 2025-01-01"):
        table.strictest_tier("MY", date(2024, 10, 1), date(2025, 3, 31))


def test_an_unknown_code_is_an_input_error(table: TierTable) -> None:
    with pytest.raises(InputError, match="did you mean GB"):
        table.tier_on("UK", date(2025, 6, 1))


def test_an_unknown_table_is_an_input_error_that_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="known tables: ai-diffusion-2025"):
        tier_table("ai-diffusion")


def test_a_table_is_read_once_and_can_be_hashed_and_sent_to_another_process(table: TierTable) -> None:
    assert tier_table("ai-diffusion-2025") is table
    assert len({table, pickle.loads(pickle.dumps(table))}) == 1
