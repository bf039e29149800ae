"""The tier table `licensing-2026-07`: who needs a licence, worked out here from the country groups themselves.

Groups: Supp. No. 1 to 15 CFR part 740, eCFR of 23 July 2026. A licence is needed for D:1, D:4 and D:5 where not also in A:5
or A:6, for Macau, and for the UAE (ECCN 3A090.b of that day; 91 FR 43034).
"""

import tomllib
from collections import Counter
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest

from optimizer.catalogue.countries import TierOn, TierTable, countries, destination_of, tier_table

GROUPS = {
    "D:1": "AM AZ BY MM KH CN GE IQ KZ KP KG LA LY MO MD MN NI RU TJ TM UZ VE VN YE",
    "D:4": "BH BY CN EG IR IQ IL JO KP KW LB LY MO OM PK QA RU SA SY VE YE",
    "D:5": "AF BY CD CF CN CU ER HT IQ IR KP LB LY MM NI RU SD SO SS SY VE ZW",
    "A:6": "IL CY MX SG TW AL MT ZA",
}
D1, D4, D5, A6 = (frozenset(codes.split()) for codes in GROUPS.values())

LISTS_READ = date(2026, 7, 23)
CAMBODIA_LEAVES_D5 = date(2025, 11, 7)
UAE_JOINS_A5 = date(2026, 7, 10)
DAY = timedelta(days=1)

SPOT_CHECKS = (
    "US 1, PR 1, GB 1, JE 1, DE 1, IN 1, MY 1, ID 1, TH 1, BR 1, PL 1, CH 1, TR 1, XK 1, UA 1, TW 1, IL 1, CY 1, SG 1, "
    "MX 1, AE 2, SA 2, QA 2, BH 2, KW 2, OM 2, JO 2, EG 2, PK 2, VN 2, KZ 2, UZ 2, GE 2, AM 2, AZ 2, MN 2, YE 2, CN 3, "
    "HK 3, MO 3, RU 3, BY 3, IR 3, KP 3, IQ 3, LB 3, VE 3, NI 3, MM 3, AF 3"
)


@pytest.fixture
def table() -> TierTable:
    return tier_table("licensing-2026-07")


def expected_tier(destination: str, day: date) -> int:
    d5 = D5 if day >= CAMBODIA_LEAVES_D5 else D5 | {"KH"}
    if destination in d5 | {"MO"}:
        return 3
    return 2 if destination in (D1 | D4 | {"AE"}) - A6 else 1


def data_file() -> dict[str, Any]:
    return tomllib.loads(files("optimizer.catalogue").joinpath("tiers.toml").read_text(encoding="utf-8"))


def in_force(lists: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    begun = sorted((row for row in lists if row["from"] <= day), key=lambda row: row["from"])
    return list({row["list"]: row for row in begun}.values())


def changed(table: TierTable, day: date) -> dict[str, tuple[TierOn, TierOn]]:
    """Return, by code, what the table says the day before and on the day, where the two differ."""
    both = {code: (table.tier_on(code, day - DAY), table.tier_on(code, day)) for code in countries()}
    return {code: (before, after) for code, (before, after) in both.items() if before != after}


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 1, 1),
        CAMBODIA_LEAVES_D5 - DAY,
        CAMBODIA_LEAVES_D5,
        UAE_JOINS_A5 - DAY,
        UAE_JOINS_A5,
        LISTS_READ - DAY,
        LISTS_READ,
        date(2027, 12, 31),
        date.max,
    ],
    ids=str,
)
def test_every_code_has_the_tier_of_its_destinations_groups(table: TierTable, day: date) -> None:
    for code in countries():
        assert table.tier_on(code, day).tier == expected_tier(destination_of(code), day), code


@pytest.mark.parametrize("case", SPOT_CHECKS.split(", "))
@pytest.mark.parametrize("day", [date(2025, 5, 13), LISTS_READ], ids=str)
def test_spot_checks_hold(table: TierTable, case: str, day: date) -> None:
    code, tier = case.split()

    assert table.tier_on(code, day).tier == int(tier)


def test_the_tiers_have_the_sizes_that_the_groups_give(table: TierTable) -> None:
    sizes = Counter(table.tier_on(code, LISTS_READ).tier for code in countries() if destination_of(code) == code)

    # Of the 45 entries of D:1 and D:4, the 22 that are left without repeats, D:5, Macau and Israel; and the UAE.
    assert (sizes[2], sizes[3]) == (22 + 1, 22 + 1)


def test_the_table_knows_when_it_begins_and_changes(table: TierTable) -> None:
    assert table.covers_from == date(2025, 1, 1)
    assert table.change_days == (CAMBODIA_LEAVES_D5, UAE_JOINS_A5, LISTS_READ)


def test_in_november_2025_cambodia_alone_changes_from_d5_to_a_licence(table: TierTable) -> None:
    moved = changed(table, CAMBODIA_LEAVES_D5)

    # The other D:5 countries get a citation that says it is the list without Cambodia.
    tiers = {code: (before.tier, after.tier) for code, (before, after) in moved.items() if before.tier != after.tier}
    assert tiers == {"KH": (3, 2)}
    assert "without Cambodia" in table.tier_on("AF", CAMBODIA_LEAVES_D5).citation
    assert table.strictest_tier("KH", date(2025, 10, 1), date(2025, 12, 31)).tier == 3
    assert table.strictest_tier("KH", date(2026, 1, 1), date(2026, 3, 31)).tier == 2


def test_in_july_2026_the_reason_changes_for_the_uae_alone_and_its_tier_does_not(table: TierTable) -> None:
    moved = changed(table, UAE_JOINS_A5)

    assert set(moved) == {"AE"}
    before, after = moved["AE"]
    assert (before.tier, before.confidence, before.note) == (2, "B", None)
    assert "D:4" in before.citation
    assert (after.tier, after.confidence) == (2, "B")
    assert after.note is not None
    assert "licence-free only for the recipients that 91 FR 43034 lists" in after.note


def test_the_day_the_lists_were_read_changes_what_is_known_and_no_tier(table: TierTable) -> None:
    moved = changed(table, LISTS_READ)

    assert all(before.tier == after.tier for before, after in moved.values())
    for code, country in countries().items():
        before, after = table.tier_on(code, LISTS_READ - DAY), table.tier_on(code, LISTS_READ)
        is_confirmed = country.destination in {"US", "AE", "KH", "MO"} | D5
        is_doubtful = country.destination in {"AQ", "ET"} or country.confidence == "uncertain"

        assert (before.confidence == "uncertain") == (is_doubtful or not is_confirmed), code
        assert (after.confidence == "uncertain") == is_doubtful, code
        assert is_confirmed or "carried back" in before.citation, code
        assert "carried back" not in after.citation, code


@pytest.mark.parametrize(
    ("code", "confidence"),
    [
        ("MY", "B"),
        ("VN", "B"),
        ("CN", "B"),
        ("HK", "B"),
        ("US", "B"),
        ("PR", "B-"),
        ("GL", "C"),
        ("JE", "uncertain"),
        ("AQ", "uncertain"),
        ("ET", "uncertain"),
    ],
)
def test_a_tier_is_as_sure_as_its_weakest_source(table: TierTable, code: str, confidence: str) -> None:
    assert table.tier_on(code, LISTS_READ).confidence == confidence


@pytest.mark.parametrize("code", sorted(A6))
def test_a_destination_in_a6_says_that_it_is_exempt(table: TierTable, code: str) -> None:
    tier = table.tier_on(code, LISTS_READ)

    assert tier.tier == 1
    assert "A:6" in tier.citation
    assert "exempt" in tier.citation


def test_israel_says_that_it_is_in_d4_as_well(table: TierTable) -> None:
    note = table.tier_on("IL", LISTS_READ).note

    assert note is not None
    assert "D:4" in note


def test_tiers_have_names_in_both_tables(table: TierTable) -> None:
    assert table.names == {1: "no licence needed", 2: "licence needed", 3: "Country Group D:5 or Macau"}
    assert tier_table("ai-diffusion-2025").names == {1: "Tier 1", 2: "Tier 2", 3: "Tier 3"}


def test_the_data_file_puts_no_destination_in_two_lists_and_names_no_territory() -> None:
    for name, table in data_file().items():
        for day in {row["from"] for row in table["lists"]}:
            codes = Counter(code for row in in_force(table["lists"], day) for code in row.get("codes", ()))

            assert max(codes.values()) == 1, (name, day)
            assert all(destination_of(code) == code for code in codes), (name, day)
        assert all(destination_of(row["code"]) == row["code"] for row in table["remarks"]), name


def test_the_data_file_has_no_unread_key() -> None:
    for table in data_file().values():
        assert set(table) == {"title", "names", "lists", "remarks"}
        for row in table["lists"]:
            optional = {"note"} if row["list"] == "remainder" else {"note", "codes"}
            assert set(row) - optional == {"list", "tier", "from", "citation", "confidence"}
            assert row["list"] == "remainder" or row["codes"]
        for row in table["remarks"]:
            assert set(row) - {"confidence"} == {"code", "note"}
