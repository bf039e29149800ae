"""What a unit counts, and which chips the published rules count at all (ECCN 3A090, 15 CFR part 774)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from optimizer.errors import InputError
from optimizer.rules.measures import CHIPS, CONTROLLED_TPP, H100_EQUIVALENTS, TPP, is_controlled, weight
from optimizer.rules.registry import compile_limits
from optimizer.schema.plan import Accelerator
from tests.builders import case, chip, site
from tests.rules.diffusion import company


def accelerator(tpp: int, eccn: str | None = None) -> Accelerator:
    return Accelerator("chip", tpp, Fraction(0), 1, eccn=eccn)


@pytest.mark.parametrize(
    ("tpp", "eccn", "expected"),
    [
        (4800, None, True),
        (1599, None, False),
        (1599, "3A090.a", True),
        (4799, "3A090.a", True),
        (4799, "3a090.A ", True),
        (4799, "4A090.a", True),
        (4799, "3A090.a.1", True),
        (9999, "3A090.b", False),
        (9999, "4A090.b", False),
        (9999, "4A994", False),
        (9999, "none", False),
        (9999, "uncertain", False),
    ],
)
def test_a_chip_is_controlled_by_its_own_classification_or_else_by_its_tpp(
    tpp: int, eccn: str | None, *, expected: bool
) -> None:
    assert is_controlled(accelerator(tpp, eccn)) is expected
    assert weight(CONTROLLED_TPP, accelerator(tpp, eccn)) == (tpp if expected else 0)


@pytest.mark.parametrize("tpp", [1600, 2400, 4799])
def test_between_1600_and_4799_tpp_only_the_classification_decides(tpp: int) -> None:
    with pytest.raises(InputError, match="chip"):
        is_controlled(accelerator(tpp))


def test_the_other_measures_count_every_chip() -> None:
    half = accelerator(7916)

    assert [weight(measure, half) for measure in (TPP, CHIPS, H100_EQUIVALENTS)] == [7916, 1, Fraction(1, 2)]


def test_a_plan_is_asked_for_a_classification_only_by_packs_that_count_controlled_chips() -> None:
    unclear = [chip(tpp=2000)]

    assert compile_limits(case(sites=[site("kl", "MY")], accelerators=unclear, delivered=1))
    with pytest.raises(InputError, match=r"accelerators\.csv, column eccn.*got 'chip'"):
        compile_limits(company(site("kl", "MY"), accelerators=unclear, delivered=1))
    with pytest.raises(InputError, match="eccn"):
        compile_limits(case(sites=[site("kl", "MY")], accelerators=unclear, delivered=1, policy="licensing-2026-07"))


def test_a_catalogue_chip_brings_its_classification() -> None:
    # A TPU v5e has 3,152 TPP and is 3A090.a by its performance density; an L40 has 2,896 and is 3A090.b.
    chips = [chip(key, tpp=tpp) for key, tpp in (("TPU-v5e", 3152), ("L40", 2896), ("H20", 2368))]
    built = company(site("kl", "MY"), accelerators=chips, delivered={row["accelerator"]: [1] for row in chips})

    controlled = dict(zip((row.key for row in built.plan.accelerators), built.controlled, strict=True))
    assert controlled == {"H20": False, "L40": False, "TPU-v5e": True}
