"""Every ISO 3166-1 code has one destination, and is found only by its exact code."""

import pickle

import pytest

from optimizer.catalogue.countries import (
    CONFIDENCES,
    countries,
    destination_of,
    find_country,
    suggest_country,
)
from optimizer.errors import InputError

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


def test_the_list_is_iso_3166_1_and_kosovo() -> None:
    codes = list(countries())

    assert len(codes) == 249 + 1
    assert codes == sorted(codes)
    assert "XK" in codes
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in codes)
    assert len({country.iso3 for country in countries().values()}) == len(codes)
    assert len({country.name for country in countries().values()}) == len(codes)


def test_territories_follow_their_parents_and_every_other_country_itself() -> None:
    parents = {code: parent for parent, codes in TERRITORIES.items() for code in codes.split()}

    for code in countries():
        assert destination_of(code) == parents.get(code, code)


def test_a_destination_follows_no_other() -> None:
    assert all(destination_of(destination_of(code)) == destination_of(code) for code in countries())


def test_treatments_nobody_could_verify_are_marked_uncertain() -> None:
    uncertain = {code for code, country in countries().items() if country.confidence == "uncertain"}

    assert uncertain == {"AQ", "GG", "JE", "IM", "CK", "NU"}
    assert {country.confidence for country in countries().values()} <= set(CONFIDENCES)
    assert all(country.citation for country in countries().values())


@pytest.mark.parametrize("text", ["my", "My", "MYS", "Malaysia", " MY", "UK", "EU", "", "ZZ"])
def test_only_an_exact_upper_case_code_is_a_country(text: str) -> None:
    assert find_country(text) is None


def test_an_exact_code_finds_its_country() -> None:
    country = find_country("MY")

    assert country is not None
    assert (country.iso2, country.iso3, country.name) == ("MY", "MYS", "Malaysia")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("my", "MY"),
        (" MY ", "MY"),
        ("MYS", "MY"),
        ("malaysia", "MY"),
        ("UK", "GB"),
        ("U.K.", "GB"),
        ("USA", "US"),
        ("UAE", "AE"),
        ("South Korea", "KR"),
        ("Turkey", "TR"),
        ("turkiye", "TR"),
        ("Cote d'Ivoire", "CI"),
        ("Czech Republic", "CZ"),
        ("Viet Nam", "VN"),
        ("Hong Kong", "HK"),
    ],
)
def test_a_name_or_another_code_suggests_the_alpha_2_code(text: str, code: str) -> None:
    assert suggest_country(text) == code


@pytest.mark.parametrize("text", ["", "  ", "Atlantis", "EU", "ZZ"])
def test_nothing_is_suggested_for_what_is_no_country(text: str) -> None:
    assert suggest_country(text) is None


def test_no_name_or_code_means_two_countries() -> None:
    for country in countries().values():
        for name in (country.iso2, country.iso3, country.name, *country.other_names):
            assert suggest_country(name) == country.iso2


def test_an_unknown_code_is_an_input_error_with_a_suggestion() -> None:
    with pytest.raises(InputError, match=r"(?s)not an ISO 3166.*did you mean GB\?"):
        destination_of("UK")
    with pytest.raises(InputError, match="two capital letters"):
        destination_of("ZZ")


def test_countries_cannot_be_changed_and_can_be_sent_to_another_process() -> None:
    country = countries()["MY"]

    with pytest.raises(TypeError):
        countries()["MY"] = country  # type: ignore[index]
    assert pickle.loads(pickle.dumps(country)) == country
