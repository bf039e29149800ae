"""Site power: facility power drawn by new units, PUE included, stays within what is available in each period."""

from fractions import Fraction

import pytest

from optimizer.rules.case import Case
from tests.builders import Row, broken, case, chip, limits_of, placing, site
from tests.rules.golden_text import assert_golden

RULE = "site_power[ohio,2025Q1]"


def fleet(**parts: object) -> Case:
    """Return a site of 1 MW and chips of 10 kW at a PUE of 1.25: 80 fit."""
    defaults: dict[str, object] = {
        "sites": [site("ohio", "US", power_mw=1, pue="1.25")],
        "accelerators": [chip(power_kw=10)],
        "delivered": 100,
    }
    return case(**{**defaults, **parts})


def test_the_limit_reads_as_in_the_golden_text() -> None:
    power = [{"site": "ohio", "period": "2025Q2", "power_mw": "1.5"}]

    assert_golden(fleet(periods=2, power=power), "site_power", "site_power")


def test_a_site_filled_to_the_watt_is_legal_and_one_chip_more_is_over_by_its_draw() -> None:
    company = fleet()

    assert broken(company, placing(company, ohio=80)) == {}
    assert broken(company, placing(company, ohio=81)) == {RULE: Fraction("0.0125")}


def test_power_that_falls_later_bounds_what_may_be_added_now() -> None:
    company = fleet(periods=3, power=[{"site": "ohio", "period": "2025Q2", "power_mw": "0.5"}])

    assert broken(company, placing(company, ohio=(40, 40, 80))) == {}
    assert broken(company, placing(company, ohio=(41, 41, 80))) == {"site_power[ohio,2025Q2]": Fraction("0.0125")}


@pytest.mark.parametrize(("includes", "free"), [(True, 60), (False, 80)])
def test_power_that_includes_installed_stock_has_its_draw_deducted(includes: bool, free: int) -> None:
    described: Row = site("ohio", "US", power_mw=1, pue="1.25", power_includes_installed=includes)
    company = fleet(sites=[described], installed=[{"site": "ohio", "accelerator": "chip", "units": 20}])

    assert broken(company, placing(company, ohio=free)) == {}
    assert broken(company, placing(company, ohio=free + 1)) == {RULE: Fraction("0.0125")}


def test_power_that_includes_installed_stock_keeps_the_number_that_was_written() -> None:
    described: Row = site("ohio", "US", power_mw=1, pue="1.25", power_includes_installed=True)
    company = fleet(sites=[described], installed=[{"site": "ohio", "accelerator": "chip", "units": 20}])

    (limit,) = limits_of(company, "site_power")

    assert (limit.number, limit.setting, limit.allowance.constant) == (1, "1 MW", 1)
    assert limit.usage.constant == Fraction("0.25")


def test_a_site_whose_installed_stock_alone_is_over_its_power_is_broken_as_it_stands() -> None:
    described: Row = site("ohio", "US", power_mw=1, pue="1.25", power_includes_installed=True)
    company = fleet(sites=[described], installed=[{"site": "ohio", "accelerator": "chip", "units": 81}])

    assert broken(company) == {RULE: Fraction("0.0125")}


def test_the_planners_own_megawatts_hold_in_every_period() -> None:
    power = [{"site": "ohio", "period": "2025Q2", "power_mw": 3}]
    company = fleet(periods=2, power=power, limits={"site_power[ohio]": {"setting": "2", "kind": "contract"}})

    assert [(limit.setting, limit.kind) for limit in limits_of(company, "site_power")] == [("2 MW", "contract")] * 2


def test_chips_that_draw_nothing_need_no_power() -> None:
    company = fleet(accelerators=[chip()], sites=[site("ohio", "US", power_mw=0)])

    assert broken(company, placing(company, ohio=100)) == {}
