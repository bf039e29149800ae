"""Licence quantity: no more enters by a listed licence than it permits, in units or in TPP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.errors import InputError
from tests.builders import broken, chip, entering, limit_keys, limits_of, placing, site
from tests.rules.diffusion import ONLY_LISTED, company, illegal, licence
from tests.rules.golden_text import assert_golden

RULE = "licence_quantity"

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from tests.builders import Row

CHIPS = [chip("big", tpp=20_000), chip("small", tpp=10_000)]


def holding(*licences: Row, **parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a US company whose chips, of 20,000 and 10,000 TPP, enter Malaysia and India by listed licences only."""
    defaults = {"accelerators": CHIPS, "delivered": {"big": [999], "small": [999]}, "policy": ONLY_LISTED}
    return company(site("delhi", "IN"), site("kl", "MY"), authorisations=list(licences), **{**defaults, **parts})


def test_the_limit_reads_as_in_the_golden_text() -> None:
    licences = [
        licence("MY", units=5, accelerator="big"),
        {"type": "licence", "country": "IN", "tpp": 70_000, "valid_until": "2026-03-31"},
    ]

    assert_golden(holding(*licences, periods=2), "licence_quantity", "licence_quantity")


def test_a_licence_for_units_permits_exactly_so_many_of_any_accelerator() -> None:
    case = holding(licence("MY", units=5))

    assert illegal(case, kl={"big": 2, "small": 3}) == {}
    over = entering(case, placing(case, kl={"big": 2, "small": 4}), ways("L1", big=2, small=4))
    assert broken(case, over) == {"licence_quantity[L1,2026Q1]": 1}


def test_a_licence_for_tpp_permits_exactly_so_much_compute() -> None:
    case = holding(licence("MY", tpp=70_000))

    assert illegal(case, kl={"big": 2, "small": 3}) == {}
    over = entering(case, placing(case, kl={"big": 2, "small": 4}), ways("L1", big=2, small=4))
    assert broken(case, over) == {"licence_quantity[L1,2026Q1]": 10_000}


def ways(reference: str, **units: int) -> dict[tuple[str, ...], int]:
    return {("MY", f"listed_licence/{reference}", key): count for key, count in units.items()}


def test_a_licence_for_one_accelerator_is_closed_to_the_others() -> None:
    case = holding(licence("MY", units=5, accelerator="big"))

    assert illegal(case, kl={"big": 5}) == {}
    assert illegal(case, kl={"small": 1}) == {"legal_path[MY,small,2026Q1]": 1}


def test_a_licence_is_for_its_own_country() -> None:
    assert illegal(holding(licence("MY", units=5)), delhi={"small": 1}) == {"legal_path[IN,small,2026Q1]": 1}


def test_a_licence_for_a_territory_is_for_the_destination_it_follows() -> None:
    case = company(
        site("cayman", "KY", operator_headquarters="AE"), authorisations=[licence("GB", units=5)], policy=ONLY_LISTED
    )

    assert illegal(case, cayman=5) == {}


def test_several_licences_add_up() -> None:
    case = holding(licence("MY", units=5), licence("MY", tpp=30_000, reference="L2"))

    assert illegal(case, kl={"small": 8}) == {}
    assert illegal(case, kl={"small": 9}) == {"legal_path[MY,small,2026Q1]": 1}


def test_a_quantity_is_not_a_yearly_one() -> None:
    case = holding(licence("MY", units=5), start="2026Q4", periods=2)

    assert illegal(case, kl={"small": (5, 5)}) == {}
    assert illegal(case, kl={"small": (5, 6)}) == {"legal_path[MY,small,2027Q1]": 1}


def test_after_its_last_day_a_licence_still_counts_what_entered_by_it() -> None:
    case = holding(licence("MY", units=5, valid_until="2026-03-31"), periods=2)
    labels = ["licence_quantity[L1,2026Q1]", "licence_quantity[L1,2026Q2]"]

    assert limit_keys(case, "licence_quantity") == labels
    six = entering(case, placing(case, kl={"small": 6}), ways("L1", small=6))
    assert broken(case, six) == dict.fromkeys(labels, 1)


def test_uncontrolled_chips_take_nothing_of_a_licence() -> None:
    chips = [chip("free", tpp=1000), chip("small", tpp=10_000)]
    case = holding(licence("MY", units=1), accelerators=chips, delivered={"free": [50], "small": [50]})

    assert illegal(case, kl={"free": 50, "small": 1}) == {}


def test_a_listed_licence_counts_toward_the_country_allocation_too() -> None:
    case = holding(licence("MY", tpp=2 * 790_000_000), delivered={"big": [40_000]})

    assert illegal(case, kl={"big": 39_500}) == {}
    assert illegal(case, kl={"big": 39_501}) == {"legal_path[MY,big,2026Q1]": 1}


def test_a_licence_without_reference_is_named_by_what_it_is() -> None:
    case = holding({"type": "licence", "country": "MY", "units": 5})

    (limit,) = limits_of(case, "licence_quantity")
    assert limit.key == "licence_quantity[licence MY,2026Q1]"
    assert limit.citation == "the licence itself, as listed in authorisations.csv"


def test_stock_that_names_its_licence_takes_of_its_quantity_and_is_shown_under_it_alone() -> None:
    row: Row = {"country": "MY", "accelerator": "big", "units": 2, "path": "listed_licence/A"}
    granted = [{**licence("MY", units=5), "reference": "A"}, {**licence("MY", units=3), "reference": "B"}]
    case = holding(*granted, installed=[row])

    assert {limit.scope: limit.usage.constant for limit in limits_of(case, RULE)} == {"A": 2, "B": 0}
    assert illegal(case, kl={"small": 6}) == {}
    assert illegal(case, kl={"small": 7}) == {"legal_path[MY,small,2026Q1]": 1}
    assert case.stock.came_by(case.plan.installed[0], ("listed_licence",))


def test_stock_by_a_licence_that_is_not_named_takes_of_none() -> None:
    row: Row = {"country": "MY", "accelerator": "big", "units": 2, "path": "listed_licence"}

    assert illegal(holding(licence("MY", units=5), installed=[row]), kl={"small": 5}) == {}


def test_stock_cannot_name_a_licence_that_is_not_listed() -> None:
    row: Row = {"country": "MY", "accelerator": "big", "units": 2, "path": "listed_licence/other"}
    case = holding(licence("MY", units=5), installed=[row])

    with pytest.raises(InputError, match="has no such path"):
        limits_of(case, RULE)
