"""The tiers of the January 2025 three-tier framework, typed out from the legal text. Shares nothing with the tool.

Tier 1 is Supplement No. 5 to part 740, paragraph (a); Tier 3 is Country Group D:5 with Macau; Tier 2 is the rest.
"""

from __future__ import annotations

from datetime import date


def _codes(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


TIER_1 = _codes("AU BE CA DE DK ES FI FR GB IE IT JP KR NL NO NZ SE TW US")
D5_AND_MACAU = _codes("AF BY CD CF CN CU ER HT IQ IR KP LB LY MM MO NI RU SD SO SS SY VE ZW")
CAMBODIA = "KH"
CAMBODIA_LEFT_D5 = date(2025, 11, 7)
"""Removed in November 2025 (day uncertain): any period that begins earlier is closed, the strictest of its days."""

TERRITORIES = {
    "US": "PR GU VI AS MP UM",
    "GB": "AI BM VG KY FK GI MS PN SH TC GS IO GG JE IM",
    "FR": "GF GP MQ RE YT PF NC PM BL MF WF TF",
    "DK": "GL FO",
    "NO": "SJ BV",
    "FI": "AX",
    "NL": "BQ",
    "AU": "CX CC NF HM",
    "NZ": "TK CK NU",
    "CN": "HK",
}
PARENT = {territory: parent for parent, listed in TERRITORIES.items() for territory in listed.split()}

IN_FORCE_FROM = date(2025, 1, 1)
"""Every period from here on is bound; the national cap holds on after 2027."""
H100_TPP = 15_832
HOME_SHARE = "1/2"
OUTSIDE_TIER_1_SHARE = "1/4"
DESTINATION_SHARE = "7/100"
NATIONAL_CAP = 50_000


def destination(country: str) -> str:
    """Return the destination a country code counts as: a territory follows its parent."""
    return PARENT.get(country, country)


def tier(country: str, first_day: date) -> int:
    """Return 1, 2 or 3 for a country (or territory) in the period beginning on `first_day`."""
    place = destination(country)
    if place in TIER_1:
        return 1
    if place in D5_AND_MACAU or (place == CAMBODIA and first_day < CAMBODIA_LEFT_D5):
        return 3
    return 2
