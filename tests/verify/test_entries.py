"""The exact check on entries by legal paths that are damaged on purpose: exactly that fault, or exactly that limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.verify.check import verify
from tests.builders import chip, entering, placing, site
from tests.rules.diffusion import company, licence, nveu

if TYPE_CHECKING:
    from optimizer.verify.check import Verification

# A company of the Emirates, 2025Q1 to 2025Q4: in force from the second quarter on. Into Malaysia lead NVEU until September,
# a licence for five big chips, licences within the allocation, and LPP; into Norway LPP alone.
PLAN = company(
    site("kl", "MY", authorised_from="2025-01-01"),
    site("oslo", "NO"),
    headquarters="AE",
    start="2025Q1",
    periods=4,
    accelerators=[chip("big", tpp=20_000), chip("pair", tpp=10_000, block=2)],
    delivered={"big": [20], "pair": [40]},
    authorisations=[nveu("MY", valid_until="2025-09-30"), licence("MY", units=5, accelerator="big")],
    policy={"tier2_headquarters_in_tier1": "require_nveu", "lpp_tpp_per_year": 200_000},
)
LIMITS = compile_limits(PLAN)
STANDING = placing(PLAN, kl={"big": (1, 8, 10, 12), "pair": (0, 2, 2, 4)}, oslo={"pair": (0, 0, 2, 4)})
NVEU, LICENCE, LISTED, LPP = "nveu", "licence", "listed_licence/L1", "lpp"
ENTRIES: dict[tuple[str, ...], Any] = {
    # Of the big chips in Malaysia one came before the rule did.
    ("MY", NVEU, "big"): (0, 5, 6, 6),
    ("MY", LISTED, "big"): (0, 2, 3, 5),
    ("MY", LICENCE, "pair"): (0, 1, 1, 3),
    ("MY", LPP, "pair"): (0, 1, 1, 1),
    ("NO", LPP, "pair"): (0, 0, 2, 4),
}
GOOD = entering(PLAN, STANDING, ENTRIES)


def verdict(placement: Placement) -> Verification:
    return verify(PLAN, LIMITS, placement)


def changed(*key: str, row: tuple[int, ...]) -> Placement:
    """Return the good placement with other entries of one accelerator through one gate by one path."""
    return entering(PLAN, STANDING, {**ENTRIES, key: row})


def test_the_good_placement_passes() -> None:
    assert verdict(GOOD).passed


FAULTS = {
    "more have entered than stand": (
        changed("MY", NVEU, "big", row=(0, 6, 6, 6)),
        "8 big have entered MY by 2025Q2, and 7 stand there",
    ),
    "more have entered than stand, later": (
        changed("MY", LICENCE, "pair", row=(0, 1, 2, 3)),
        "3 pair have entered MY by 2025Q3, and 2 stand there",
    ),
    "what came before the rule enters once more": (
        changed("MY", LISTED, "big", row=(0, 3, 4, 5)),
        "8 big have entered MY by 2025Q2, and 7 stand there",
    ),
    "entries that shrink": (
        changed("MY", NVEU, "big", row=(0, 5, 6, 5)),
        "big entering MY by nveu shrinks in 2025Q4",
    ),
    "negative entries": (
        changed("NO", LPP, "pair", row=(0, -1, 2, 4)),
        "pair entering NO by lpp shrinks in 2025Q2",
    ),
    "after the path has shut": (
        entering(PLAN, STANDING, {**ENTRIES, ("MY", NVEU, "big"): (0, 5, 6, 7), ("MY", LISTED, "big"): (0, 2, 3, 4)}),
        "big entering MY by nveu: the path is not open in 2025Q4",
    ),
    "before the rule": (
        changed("MY", LICENCE, "pair", row=(1, 1, 1, 3)),
        "pair entering MY by licence: the path is not open in 2025Q1",
    ),
    "an accelerator that the licence is not for": (
        changed("MY", LISTED, "pair", row=(0, 0, 0, 0)),
        None,
    ),
    "a chip by a licence for another": (
        entering(
            PLAN, STANDING, {**ENTRIES, ("MY", LICENCE, "pair"): (0, 0, 0, 2), ("MY", LISTED, "pair"): (0, 1, 1, 1)}
        ),
        "pair entering MY by listed_licence/L1: the path is not open to this accelerator",
    ),
    "a path that never leads there": (
        changed("NO", NVEU, "pair", row=(0, 0, 0, 0)),
        "nothing can enter NO by the path nveu",
    ),
    "a path the policy does not have": (
        changed("MY", "smuggling", "big", row=(0, 0, 0, 0)),
        "nothing can enter MY by the path smuggling",
    ),
    "a gate the plan does not have": (
        changed("IN", LPP, "big", row=(0, 0, 0, 0)),
        "nothing can enter IN by the path lpp",
    ),
    "a row too short": (changed("NO", LPP, "pair", row=(0, 0, 2)), "pair entering NO by lpp has 3 periods"),
    "a row too long": (changed("NO", LPP, "pair", row=(0, 0, 2, 4, 4)), "pair entering NO by lpp has 5 periods"),
    "an accelerator the plan does not have": (
        replace(GOOD, entered_units={**GOOD.entered_units, ("MY", 2, LPP): (0, 0, 0, 0)}),
        "the plan has no accelerator number 2 that enters MY",
    ),
    "an accelerator of a negative number": (
        replace(GOOD, entered_units={**GOOD.entered_units, ("MY", -1, LPP): (0, 0, 0, 0)}),
        "the plan has no accelerator number -1 that enters MY",
    ),
}


@pytest.mark.parametrize("damage", list(FAULTS))
def test_damage_to_the_entries_is_named(damage: str) -> None:
    placement, sentence = FAULTS[damage]

    found = verdict(placement)

    assert found.faults == (() if sentence is None else (sentence,))
    assert found.passed is (sentence is None)


def test_several_faults_are_all_named() -> None:
    found = verdict(changed("MY", NVEU, "big", row=(1, 6, 5, 7)))

    assert found.faults == (
        "big entering MY by nveu: the path is not open in 2025Q1",
        "big entering MY by nveu shrinks in 2025Q3",
        "big entering MY by nveu: the path is not open in 2025Q4",
        "8 big have entered MY by 2025Q2, and 7 stand there",
    )


LIMITS_BROKEN = {
    "a chip without a path": (
        changed("MY", LICENCE, "pair", row=(0, 1, 1, 2)),
        {"legal_path[MY,pair,2025Q4]": 1},
    ),
    "chips without a path for a while": (
        changed("MY", LICENCE, "pair", row=(0, 0, 0, 3)),
        {"legal_path[MY,pair,2025Q2]": 1, "legal_path[MY,pair,2025Q3]": 1},
    ),
    "more than the licence permits": (
        entering(PLAN, STANDING, {**ENTRIES, ("MY", NVEU, "big"): (0, 5, 5, 5), ("MY", LISTED, "big"): (0, 2, 4, 6)}),
        {"licence_quantity[L1,2025Q4]": 1},
    ),
    "no entries at all": (
        STANDING,
        {
            "legal_path[MY,big,2025Q2]": 7,
            "legal_path[MY,big,2025Q3]": 9,
            "legal_path[MY,big,2025Q4]": 11,
            "legal_path[MY,pair,2025Q2]": 2,
            "legal_path[MY,pair,2025Q3]": 2,
            "legal_path[MY,pair,2025Q4]": 4,
            "legal_path[NO,pair,2025Q3]": 2,
            "legal_path[NO,pair,2025Q4]": 4,
        },
    ),
}


@pytest.mark.parametrize("damage", list(LIMITS_BROKEN))
def test_damage_breaks_exactly_the_limits_it_should(damage: str) -> None:
    placement, expected = LIMITS_BROKEN[damage]

    found = verdict(placement)

    assert found.faults == ()
    assert {reading.limit.key: -reading.slack for reading in found.broken} == expected


def test_entries_are_worth_nothing_by_themselves() -> None:
    assert verdict(GOOD).objective == verdict(STANDING).objective


def test_a_pack_without_paths_has_no_gate_to_enter() -> None:
    built = company(site("kl", "MY"), policy={"name": "three-tier-2025-01"})
    placement = Placement(entered_units={("MY", 0, "lpp"): (0,)})

    assert verify(built, (), placement).faults == ("nothing can enter MY by the path lpp",)
