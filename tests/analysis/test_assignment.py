"""By which paths the units of a placement came, where it does not say: in the pack's order, under every limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.analysis.assignment import with_paths
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.verify.check import verify
from tests.builders import broken, case, chip, entering, placing, site
from tests.rules.diffusion import SHARES_LIFTED, UVEU, company, licence, nveu

if TYPE_CHECKING:
    from optimizer.rules.case import Case

Entries = dict[tuple[str, str, str], tuple[int, ...]]
SMALL = {"lpp_tpp_per_year": 20_000, "country_allocation": 50_000}
"""Two chips a year under LPP, five by licence."""


def assigned(built: Case, orders: Any = None, **units: Any) -> Entries:  # noqa: ANN401  units as `placing` takes them
    """Return the entries of a placement by gate, path and accelerator."""
    found = with_paths(built, compile_limits(built), placing(built, **units), orders=orders)
    keys = [accelerator.key for accelerator in built.plan.accelerators]
    return {(gate, path, keys[sku]): row for (gate, sku, path), row in found.entered_units.items()}


def test_units_take_the_paths_in_the_packs_order_as_far_as_each_has_room() -> None:
    built = company(
        site("kl", "MY", authorised_from="2026-01-01"),
        authorisations=[nveu("MY"), licence("MY", units=4)],
        policy={**SMALL, "nveu_installed_base": "2026Q1=30000"},
    )

    # Three under NVEU; by licence five, those of the listed one included; two under LPP.
    assert assigned(built, kl=3) == {("MY", "nveu", "chip"): (3,)}
    assert assigned(built, kl=8) == {("MY", "nveu", "chip"): (3,), ("MY", "licence", "chip"): (5,)}
    assert assigned(built, kl=10) == {
        ("MY", "nveu", "chip"): (3,),
        ("MY", "licence", "chip"): (5,),
        ("MY", "lpp", "chip"): (2,),
    }


def test_what_finds_no_room_stays_without_a_path_and_breaks_that_limit_alone() -> None:
    built = company(site("kl", "MY"), policy=SMALL)
    found = with_paths(built, compile_limits(built), placing(built, kl=9))

    assert sum(row[-1] for row in found.entered_units.values()) == 7
    assert broken(built, found) == {"legal_path[MY,chip,2026Q1]": 2}


def test_the_chips_of_one_rack_take_several_paths() -> None:
    built = company(site("kl", "MY"), accelerators=[chip(tpp=10_000, block=6)], policy=SMALL)

    assert assigned(built, kl=6) == {("MY", "licence", "chip"): (5,), ("MY", "lpp", "chip"): (1,)}


def test_the_sites_of_a_gate_are_taken_together() -> None:
    built = company(site("kl", "MY"), site("penang", "MY"), policy=SMALL)

    assert assigned(built, kl=4, penang=3) == {("MY", "licence", "chip"): (5,), ("MY", "lpp", "chip"): (2,)}


def test_additions_come_in_order_of_time_and_stay_on_their_path() -> None:
    built = company(site("kl", "MY"), start="2026Q4", periods=3, policy=SMALL)

    assert assigned(built, kl=(3, 6, 7)) == {("MY", "licence", "chip"): (3, 5, 5), ("MY", "lpp", "chip"): (0, 1, 2)}


def test_the_room_of_later_periods_counts_from_the_start() -> None:
    # Five are allowed at first and three later: what enters at first has entered then too.
    table = "2026Q1=50000;2026Q2=30000"
    built = company(
        site("kl", "MY", authorised_from="2026-01-01"),
        authorisations=[nveu("MY")],
        periods=2,
        policy={**SMALL, "licences": "listed", "nveu_installed_base": table},
    )

    assert assigned(built, kl=(5, 5)) == {("MY", "nveu", "chip"): (3, 3), ("MY", "lpp", "chip"): (2, 2)}


def test_the_largest_chips_come_first() -> None:
    chips = [chip("a-small", tpp=5_000), chip("big", tpp=30_000)]
    built = company(site("kl", "MY"), accelerators=chips, delivered={"a-small": [9], "big": [9]}, policy=SMALL)

    # One big chip and four small ones by licence, and four small ones under LPP, which has no room for a big one.
    assert assigned(built, [("licence", "lpp")], kl={"a-small": 8, "big": 1}) == {
        ("MY", "licence", "a-small"): (4,),
        ("MY", "licence", "big"): (1,),
        ("MY", "lpp", "a-small"): (4,),
    }


def test_the_other_order_is_tried_where_the_first_leaves_units_over() -> None:
    # By licence first, two small chips would leave no room for the big one that follows, and LPP has none for it.
    chips = [chip("big", tpp=30_000), chip("small", tpp=10_000)]
    built = company(
        site("kl", "MY"),
        accelerators=chips,
        delivered={"big": [0, 1], "small": [2]},
        periods=2,
        policy={"country_allocation": 30_000, "lpp_tpp_per_year": 20_000},
    )

    assert assigned(built, kl={"big": (0, 1), "small": (2, 2)}) == {
        ("MY", "licence", "big"): (0, 1),
        ("MY", "lpp", "small"): (2, 2),
    }


def test_the_orders_to_try_may_be_given() -> None:
    built = company(
        site("delhi", "IN"),
        site("kl", "MY"),
        authorisations=[licence("MY", units=5)],
        policy={"licences": "listed", "lpp_tpp_per_year": 20_000},
    )

    assert assigned(built, delhi=2, kl=5) == {("IN", "lpp", "chip"): (2,), ("MY", "listed_licence/L1", "chip"): (5,)}
    lpp_first = ("lpp", "listed_licence/L1")
    assert assigned(built, [lpp_first], delhi=1, kl=5) == {
        ("IN", "lpp", "chip"): (1,),
        ("MY", "listed_licence/L1", "chip"): (4,),
        ("MY", "lpp", "chip"): (1,),
    }


def test_of_two_orders_the_one_that_leaves_fewer_units_over_stands() -> None:
    # India comes first. LPP alone leads into Malaysia; India has a licence for three chips too.
    built = company(
        site("delhi", "IN"),
        site("kl", "MY"),
        authorisations=[licence("IN", units=3)],
        policy={"licences": "listed", "lpp_tpp_per_year": 30_000},
    )
    by_lpp, by_licence = ("lpp", "listed_licence/L1"), ("listed_licence/L1", "lpp")
    whole = {("IN", "listed_licence/L1", "chip"): (3,), ("MY", "lpp", "chip"): (3,)}
    partly = {("IN", "lpp", "chip"): (3,)}

    assert assigned(built, [by_lpp], delhi=3, kl=3) == partly
    assert assigned(built, [by_lpp, by_licence], delhi=3, kl=3) == whole
    assert assigned(built, [by_licence, by_lpp], delhi=3, kl=3) == whole


def test_a_path_is_taken_only_while_it_is_open_and_by_the_chips_it_allows() -> None:
    chips = [chip("big", tpp=20_000), chip("small", tpp=10_000)]
    rows = [licence("MY", units=9, accelerator="big", valid_from="2026-04-01", valid_until="2026-06-30")]
    built = company(
        site("kl", "MY"),
        accelerators=chips,
        delivered={"big": [9], "small": [9]},
        authorisations=rows,
        periods=3,
        policy={"licences": "listed", "lpp_tpp_per_year": 0},
    )

    assert assigned(built, kl={"big": (1, 3, 6), "small": (1, 1, 1)}) == {("MY", "listed_licence/L1", "big"): (0, 2, 2)}


def test_what_came_before_the_rule_has_no_path() -> None:
    built = company(site("kl", "MY"), start="2025Q1", periods=3)

    assert assigned(built, kl=(5, 6, 8)) == {("MY", "licence", "chip"): (0, 1, 3)}


def test_free_gates_uncontrolled_chips_and_packs_without_paths_have_no_entries() -> None:
    free = company(site("oslo", "NO"))
    chips = [chip("old"), chip("small", tpp=10_000)]
    mixed = company(site("kl", "MY"), site("oslo", "NO"), accelerators=chips, delivered={"old": [9], "small": [9]})

    assert assigned(free, oslo=5) == {}
    assert assigned(mixed, oslo={"small": 3}, kl={"old": 4, "small": 1}) == {("MY", "licence", "small"): (1,)}
    assert assigned(case(sites=[site("kl", "MY")], delivered=5), kl=5) == {}


def test_shares_of_what_entered_under_uveu_leave_room_for_so_much_and_the_rest_takes_other_paths() -> None:
    built = company(
        site("kl", "MY", authorised_from="2026-01-01"),
        installed=[{"country": "US", "accelerator": "chip", "units": 93}],
        authorisations=[UVEU],
        policy={**SHARES_LIFTED, "destination_share": "7%", "share_counts": "uveu_only"},
    )

    # Ten stand in Malaysia: 7% of 103 chips are 7.21.
    assert assigned(built, kl=10) == {("MY", "uveu", "chip"): (7,), ("MY", "licence", "chip"): (3,)}


def test_what_is_charged_to_the_headquarters_country_uses_the_same_room_as_what_enters_there() -> None:
    built = company(
        site("abu-dhabi", "AE"), site("oslo", "NO"), headquarters="AE", policy={**SMALL, "lpp_tpp_per_year": 0}
    )

    assert assigned(built, oslo=4, **{"abu-dhabi": 3}) == {
        ("AE", "licence", "chip"): (3,),
        ("NO", "licence_in_tier1", "chip"): (2,),
    }


def test_entries_that_the_placement_has_are_replaced_and_all_else_is_kept() -> None:
    built = company(site("kl", "MY"), policy=SMALL)
    given = entering(built, placing(built, kl=5), {("MY", "lpp"): 2})

    found = with_paths(built, compile_limits(built), given)
    assert (found.standing_units, found.opened) == (given.standing_units, given.opened)
    assert found.entered_units == {("MY", 0, "licence"): (5,)}


def test_an_empty_placement_has_no_entries() -> None:
    built = company(site("kl", "MY"))

    assert with_paths(built, compile_limits(built), Placement()) == Placement()


@pytest.mark.parametrize("seed", range(40))
def test_no_other_limit_is_ever_broken_by_the_assignment(seed: int) -> None:
    # Whatever is placed, the entries themselves keep every cap and have no fault; what is left over lacks a path.
    built = company(
        site("delhi", "IN"),
        site("kl", "MY", authorised_from="2026-04-01"),
        site("oslo", "NO", authorised_from="2026-01-01"),
        headquarters="AE",
        periods=5,
        accelerators=[chip("big", tpp=25_000, block=2), chip("small", tpp=10_000)],
        delivered={"big": [40], "small": [40]},
        authorisations=[nveu("MY"), nveu("NO"), licence("IN", tpp=70_000, valid_until="2026-08-31")],
        policy={
            "country_allocation": 120_000 + 10_000 * (seed % 7),
            "lpp_tpp_per_year": 5_000 * (seed % 11),
            "nveu_installed_base": f"2026Q1={9000 * (seed % 5)};2026Q3={15_000 * (seed % 13)};2027Q1={8_000 * (seed % 9)}",
        },
    )
    rows = {
        key: {
            "big": [2 * ((seed * factor + period * 3) // 7 % 5) for period in range(5)],
            "small": [(seed * factor + period) // 5 % 7 for period in range(5)],
        }
        for key, factor in (("delhi", 1), ("kl", 3), ("oslo", 5))
    }
    growing = {
        site_: {sku: [max(row[: k + 1]) for k in range(5)] for sku, row in by_sku.items()}
        for site_, by_sku in rows.items()
    }

    limits = compile_limits(built)
    found = with_paths(built, limits, placing(built, **growing))

    result = verify(built, limits, found)
    assert result.faults == ()
    assert {reading.limit.rule for reading in result.broken} <= {"legal_path", "deliveries"}


def test_soft_limits_are_filled_like_others_before_any_is_bought_past() -> None:
    # Two chips a year under LPP, five by licence, which is soft: what is left over goes past it.
    built = company(site("kl", "MY"), policy=SMALL, limits={"country_allocation[MY]": {"price_cap": 1}})

    assert assigned(built, kl=7) == {("MY", "licence", "chip"): (5,), ("MY", "lpp", "chip"): (2,)}
    assert assigned(built, kl=9) == {("MY", "licence", "chip"): (7,), ("MY", "lpp", "chip"): (2,)}
    found = verify(built, compile_limits(built), with_paths(built, compile_limits(built), placing(built, kl=9)))
    assert found.passed
    assert [(reading.limit.group, reading.excess) for reading in found.bought] == [("country_allocation[MY]", 20_000)]
