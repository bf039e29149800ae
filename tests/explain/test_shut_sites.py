"""What more power seems to be worth at sites that stay shut, by hand: margins at the prices of the rest, less opening."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.explain.screening import Screen, solve_screen
from optimizer.explain.setting import settings_of
from optimizer.explain.shut_sites import ShutSite, shut_sites
from tests.builders import site
from tests.explain.small_plans import EXACT, HOURS, KILOWATT_CHIP, case_of, solved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.explain.screening import ScreenAnswer
    from optimizer.solve.session import Session


def shut(
    session: Session,
    *,
    gains: float | None,
    above: float = 0.01,
    **parts: Any,  # noqa: ANN401  whatever `document` takes
) -> tuple[Mapping[str, ShutSite], list[ShutSite]]:
    """Return what is found, and what was held open; `gains`: by how much each of these programs is worth more."""
    built = case_of(**{"accelerators": [KILOWATT_CHIP], "policy": "physical-only", **parts})
    outcome = solved(session, built)
    assert outcome.placement is not None
    answer = solve_screen(
        built, outcome.limits, outcome.placement, screen=Screen.FIXED_OPENINGS, options=EXACT, session=session
    )
    assert answer is not None
    asked: list[ShutSite] = []

    today = answer.money

    class Worth:
        money = today + (gains or 0.0)

    def resolve(one: ShutSite) -> ScreenAnswer | None:
        asked.append(one)
        return None if gains is None else Worth()  # type: ignore[return-value]

    held = answer.model.values(outcome.placement)
    return shut_sites(answer, settings_of(built, outcome.limits), held, resolve, above=above), asked


def sites(cost: int, large: int = 9) -> list[dict[str, Any]]:
    """Return `dear`, shut, where a chip is worth 1,095 more than at `plain`, and a large site that sets the sizes tried."""
    return [
        site("dear", "US", power_mw="0.010", value_multiplier=2, opening_cost_usd=cost),
        site("plain", "US", power_mw=large),
    ]


def test_the_margin_of_each_chip_less_the_opening(session: Session) -> None:
    """One MW more holds 1,010 chips, of which there are 100: 100 x 1,095 less 11,500."""
    _, asked = shut(session, gains=None, sites=sites(11_500), delivered=100)

    assert {(one.setting.group, one.start) for one in asked} == {("site_power[dear]", 0)}
    assert asked[0].gain == pytest.approx(100 * HOURS - 11_500)


def test_the_fewest_steps_that_pay_are_kept_with_what_the_program_says(session: Session) -> None:
    """1 MW and 5 MW are tried, the larger one first."""
    found, asked = shut(session, gains=98_000, sites=sites(11_500), delivered=100)

    assert [one.steps for one in asked] == [5, 1]
    assert found["site_power[dear]"].steps == 1
    assert found["site_power[dear]"].per_step == pytest.approx(98_000)


@pytest.mark.parametrize("cost", [11_500, 110_000])
def test_what_the_program_or_the_margins_refuse_is_not_listed(session: Session, cost: int) -> None:
    """Priced at 98,000, the program held open earns nothing; at a cost of 110,000 it is not even asked."""
    found, asked = shut(session, gains=0.0, sites=sites(cost), delivered=100)

    assert found == {}
    assert bool(asked) is (cost == 11_500)


def test_what_is_less_than_can_be_told_is_not_asked(session: Session) -> None:
    assert shut(session, gains=98_000, above=98_001, sites=sites(11_500), delivered=100) == ({}, [])


def test_sites_that_are_open_have_duals_of_their_own(session: Session) -> None:
    assert shut(session, gains=1e6, sites=sites(500), delivered=100) == ({}, [])
