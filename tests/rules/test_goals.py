"""What goals count, beside what the reports say of the same placement."""

from __future__ import annotations

from fractions import Fraction

from optimizer.report.compose import compose
from optimizer.report.placements import opening_rows
from optimizer.rules.goals import goal_limit
from optimizer.rules.ledger import Ledger
from optimizer.schema.goals import Goal
from tests.builders import case, chip, placing, site
from tests.report.small_fleet import small_case, small_outcome, small_placement


def test_carbon_is_the_sum_of_the_tonnes_of_every_period() -> None:
    document = compose(small_outcome())
    limit = goal_limit(small_case(), Goal.LEAST_CARBON, 0)

    usage, _ = Ledger(small_case(), small_placement()).read(limit)

    tonnes = [row.carbon_tonnes or 0 for row in document.periods]
    # Johor 70 kW for half a quarter, then 75; ohio 30 for half, then 65; at 600 and 400 kg a MWh.
    assert usage == 2190 * (Fraction(35 + 75, 1000) * 600 + Fraction(15 + 65, 1000) * 400)
    assert abs(float(usage) / 1000 - sum(tonnes)) < 1e-9


def test_sites_are_those_that_openings_list_at_the_end() -> None:
    built = case(
        sites=[site("ohio", "US"), site("kl", "MY"), site("oslo", "NO")],
        accelerators=[chip()],
        periods=2,
        delivered={"chip": [10, 10]},
        installed=[{"site": "kl", "accelerator": "chip", "units": 1}],
    )
    placement = placing(built, ohio=(1, 1), kl=(1, 2), oslo=(0, 3))

    usage, _ = Ledger(built, placement).read(goal_limit(built, Goal.FEWEST_SITES, 2))

    assert usage == 2
    assert {row.site for row in opening_rows(built, placement)} >= {"ohio", "oslo"}
