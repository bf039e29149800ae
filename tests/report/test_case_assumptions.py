"""What a report says it took for granted about authorisations, operators and the use of others."""

from __future__ import annotations

import pytest

from optimizer.report.case_assumptions import case_assumptions
from tests.builders import Row, site
from tests.rules.diffusion import UVEU, company, licence, nveu


def assumed(name: str, *sites: Row, **parts: object) -> list[str]:
    case = company(*(sites or (site("kl", "MY"),)), **parts)
    return [one.value for one in case_assumptions(case) if one.subject == name]


@pytest.mark.parametrize(("country", "has_effect"), [("MY", True), ("US", True), ("CN", False), ("HK", False)])
def test_a_licence_for_a_closed_destination_is_said_to_have_no_effect(country: str, *, has_effect: bool) -> None:
    said = assumed("authorisations.csv", authorisations=[licence(country, units=5), UVEU])

    assert said == ([] if has_effect else ["L1 has no effect"])


def test_an_operator_of_another_headquarters_is_said_to_be_taken_to_hold_what_it_needs() -> None:
    sites = (site("kl", "MY", operator_headquarters="JP"), site("penang", "MY"))

    assert assumed("operators' authorisations", *sites, authorisations=[UVEU]) == ["UVEU taken as held at 1 of 2 sites"]
    assert assumed("operators' authorisations", *sites, authorisations=[UVEU, nveu("MY")]) == [
        "NVEU and UVEU taken as held at 1 of 2 sites"
    ]
    assert assumed("operators' authorisations", *sites) == []
    assert assumed("operators' authorisations", sites[1], authorisations=[UVEU]) == []


@pytest.mark.parametrize(("tpp", "said"), [(790_000_000, []), (790_000_001, ["full from 2026Q1: no more is licensed"])])
def test_an_allocation_that_others_overfill_is_said_to_be_full(tpp: int, said: list[str]) -> None:
    others = [{"country": "MY", "period": "2026Q1", "tpp": tpp}]

    assert assumed("country_allocation[MY]", external_use=others) == said


def test_an_allocation_with_the_planners_own_number_is_full_by_that_number() -> None:
    others = [{"country": "MY", "period": "2026Q1", "tpp": 900_000_000}]

    raised = {"country_allocation[MY]": {"setting": 900_000_000}}
    lowered = {"country_allocation[MY]": {"setting": 899_999_999}}
    assert assumed("country_allocation[MY]", external_use=others, limits=raised) == []
    assert len(assumed("country_allocation[MY]", external_use=others, limits=lowered)) == 1
