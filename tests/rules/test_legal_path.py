"""Legal path: every controlled chip that enters a destination does so by a path that is open to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.rules.limit import Entered
from tests.builders import broken, case, chip, entering, limit_keys, limits_of, placing, site
from tests.rules.diffusion import ONLY_LISTED, SHARES_LIFTED, UVEU, changed_pack, company, illegal, licence, nveu
from tests.rules.golden_text import assert_golden

if TYPE_CHECKING:
    from pathlib import Path

    from tests.builders import Units


def test_the_limit_reads_as_in_the_golden_text() -> None:
    sites = [site("kl", "MY"), site("penang", "MY"), site("oslo", "NO"), site("tianjin", "CN")]
    chips = [chip("big", tpp=20_000), chip("free", tpp=1000), chip("small", tpp=10_000)]
    authorisations = [licence("MY", units=5, accelerator="big", valid_until="2025-06-30")]

    assert_golden(
        company(
            *sites,
            accelerators=chips,
            delivered={"big": [9], "free": [9], "small": [9]},
            authorisations=authorisations,
            policy={"licences": "listed"},
            start="2025Q1",
            periods=3,
        ),
        "legal_path",
        "legal_path",
    )


def test_a_chip_without_a_path_breaks_it_by_one_unit() -> None:
    built = company(site("kl", "MY"))

    assert broken(built, entering(built, placing(built, kl=5), {("MY", "licence"): 5})) == {}
    assert broken(built, entering(built, placing(built, kl=5), {("MY", "licence"): 4})) == {
        "legal_path[MY,chip,2026Q1]": 1
    }
    assert broken(built, placing(built, kl=5)) == {"legal_path[MY,chip,2026Q1]": 5}


def test_the_chips_of_one_rack_may_come_by_different_paths() -> None:
    built = company(site("kl", "MY"), accelerators=[chip(tpp=10_000, block=72)])
    entries: dict[tuple[str, ...], Units] = {("MY", "licence"): 71, ("MY", "lpp"): 1}

    assert broken(built, entering(built, placing(built, kl=72), entries)) == {}


def test_the_sites_of_a_gate_answer_together_each_accelerator_for_itself() -> None:
    chips = [chip("big", tpp=20_000), chip("small", tpp=10_000)]
    built = company(site("kl", "MY"), site("penang", "MY"), accelerators=chips, delivered={"big": [9], "small": [9]})
    placement = placing(built, kl={"big": 2}, penang={"big": 1, "small": 4})

    entries: dict[tuple[str, ...], Units] = {("MY", "licence", "big"): 3, ("MY", "lpp", "small"): 4}
    assert broken(built, entering(built, placement, entries)) == {}
    entries[("MY", "licence", "big")] = 2
    assert broken(built, entering(built, placement, entries)) == {"legal_path[MY,big,2026Q1]": 1}


def test_a_chip_that_has_entered_stays_on_its_path_and_needs_no_other_later() -> None:
    built = company(
        site("kl", "MY"),
        policy=ONLY_LISTED,
        authorisations=[licence("MY", units=5, valid_until="2026-04-30")],
        periods=3,
    )

    assert illegal(built, kl=(5, 5, 5)) == {}
    assert illegal(built, kl=(4, 5, 5)) == {"legal_path[MY,chip,2026Q2]": 1, "legal_path[MY,chip,2026Q3]": 1}


@pytest.mark.parametrize(
    ("country", "headquarters", "operator", "is_free"),
    [
        ("NO", "US", None, True),
        ("NO", "GB", "JP", True),
        ("PR", "US", None, True),
        ("NO", "AE", None, False),
        ("NO", "AE", "US", False),
        ("NO", "US", "AE", False),
        ("MY", "US", None, False),
    ],
)
def test_inside_tier_1_nothing_has_to_be_asked_where_owner_and_operator_are_of_tier_1(
    country: str, headquarters: str, operator: str | None, *, is_free: bool
) -> None:
    where = site("here", country, **({"operator_headquarters": operator} if operator else {}))
    built = company(where, headquarters=headquarters, policy=ONLY_LISTED)

    assert (limit_keys(built, "legal_path") == []) is is_free
    assert (illegal(built, here=10**6) == {}) is is_free


@pytest.mark.parametrize("operator", ["CN", "MO", "RU"])
def test_an_operator_of_tier_3_shuts_every_path_even_in_tier_1(operator: str) -> None:
    built = company(
        site("oslo", "NO", operator_headquarters=operator),
        authorisations=[UVEU, nveu("NO"), licence("NO", units=5)],
        policy=SHARES_LIFTED,
    )

    (limit,) = limits_of(built, "legal_path")
    assert limit.setting == "no path is open"
    assert illegal(built, oslo=1) == {"legal_path[NO,chip,2026Q1]": 1}


def test_an_operator_must_itself_be_able_to_hold_uveu() -> None:
    def entered_freely(operator: str) -> bool:
        where = site("kl", "MY", operator_headquarters=operator, authorised_from="2026-01-01")
        return illegal(company(where, authorisations=[UVEU], policy={**ONLY_LISTED, **SHARES_LIFTED}), kl=1) == {}

    assert entered_freely("US")
    assert entered_freely("DE")
    assert not entered_freely("MY")


def test_a_company_of_tier_2_cannot_use_a_uveu() -> None:
    where = site("kl", "MY", authorised_from="2026-01-01")

    assert illegal(company(where, headquarters="AE", authorisations=[UVEU], policy=ONLY_LISTED), kl=1) != {}


def test_uncontrolled_chips_need_no_path() -> None:
    chips = [chip("free", tpp=4799, eccn="none")]
    built = company(site("kl", "MY"), accelerators=chips, delivered={"free": [99]}, policy=ONLY_LISTED)

    assert limit_keys(built, "legal_path") == []
    assert illegal(built, kl=99) == {}


def test_an_accelerator_that_is_never_delivered_has_no_limit() -> None:
    chips = [chip("chip", tpp=10_000), chip("later", tpp=10_000)]

    assert limit_keys(company(site("kl", "MY"), accelerators=chips), "legal_path") == ["legal_path[MY,chip,2026Q1]"]


def test_the_setting_names_the_paths_that_have_been_open() -> None:
    (limit,) = limits_of(company(site("kl", "MY")), "legal_path")

    assert limit.setting == "licence, lpp"


def test_packs_without_paths_ask_for_none() -> None:
    assert limit_keys(case(sites=[site("kl", "MY")], delivered=5), "legal_path") == []


def test_its_number_cannot_be_replaced_but_its_kind_can() -> None:
    relabelled = company(site("kl", "MY"), limits={"legal_path[MY,chip]": {"kind": "contract"}})

    assert {limit.kind for limit in limits_of(relabelled, "legal_path")} == {"contract"}


def test_sites_alike_share_a_gate_and_others_have_gates_of_their_own() -> None:
    # One site is covered by UVEU at once, two wait for their notice.
    sites = [site("a", "MY"), site("b", "MY", authorised_from="2026-01-01"), site("c", "MY")]
    built = company(*sites, authorisations=[UVEU], policy=SHARES_LIFTED)

    entered = {
        variable.gate
        for limit in limits_of(built, "legal_path")
        for variable, _ in limit.allowance.terms
        if isinstance(variable, Entered)
    }
    assert entered == {"MY:a"}
    assert [gate.sites for gate in built.gates] == [(0, 2), (1,)]


@pytest.mark.parametrize(("after", "asks"), [("hold", ["2026Q1", "2026Q2"]), ("none", ["2026Q1"])])
def test_after_the_last_date_of_a_pack_a_path_is_asked_for_only_if_it_holds_on(
    after: str, asks: list[str], tmp_path: Path
) -> None:
    dates = f'after = "{after}"\neffective_until = 2026-02-15\ndates_citation'
    pack = changed_pack(tmp_path, 'after = "hold"\ndates_citation', dates)
    built = company(site("kl", "MY"), periods=2, policy={"name": pack})

    assert limit_keys(built, "legal_path") == [f"legal_path[MY,chip,{label}]" for label in asks]
