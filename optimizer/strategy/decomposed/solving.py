"""What a search by prices has solved: programs for prices, with openings held, and pairs of neighbourhoods at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.strategy.decomposed.neighbours import DIVES
from optimizer.strategy.stages import HELD, NEAR, PRICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model.formulation import Formulation
    from optimizer.solve.result import SolveResult
    from optimizer.solve.session import Session
    from optimizer.strategy.decomposed.neighbours import Near
    from optimizer.strategy.decomposed.prices import Priced
    from optimizer.strategy.decomposed.separate import Separable
    from optimizer.strategy.run import Run

BOUND_ROUNDING = 1e-10
"""Part by which a bound summed in doubles is loosened."""
MANY_SITES = 500
"""Sites from which linear programs go to an interior-point method."""
NEAR_GAP_PART = 0.01
"""Part of the gap asked for that a neighbourhood may leave."""


@dataclass
class Solving:
    """The run's own session, and another one beside it."""

    run: Run
    beside: Session
    num_sites: int
    is_beside_free: bool = True
    """Whether the session beside may solve the second of two neighbourhoods."""

    def prices(self, program: Formulation) -> SolveResult:
        """Solve a program for its prices."""
        return self.run.solve(PRICES, program, 0.0, is_interior=True)

    def held(self, program: Formulation) -> SolveResult:
        """Solve a program with openings held."""
        return self.run.solve(HELD, program, 0.0, is_interior=self.num_sites >= MANY_SITES)

    def near(self, near: Sequence[Near], nodes: int) -> list[SolveResult | None]:
        """Search a pair of neighbourhoods, at the same time where a session is free."""
        run = self.run
        gap = run.options.relative_gap * NEAR_GAP_PART
        one, other = (each.dive() if nodes == DIVES else each.growth(gap, nodes) for each in near)
        scales = [each.program.formulation.objective_scale for each in near]
        if run.options.threads == 1 or not self.is_beside_free:
            return [run.grow(NEAR, each, scale) for each, scale in zip((one, other), scales, strict=True)]
        growing = run.grow_beside(self.beside, other, scales[1], proves_bound=False)
        mine = run.grow(NEAR, one, scales[0])
        return [mine, run.ended(NEAR, growing, scales[1])]

    def take_bound(self, bound: float) -> None:
        """Take a bound in money that was summed in doubles."""
        self.run.take_money_bound(bound + abs(bound) * BOUND_ROUNDING)
        self.run.announce(PRICES)

    def take_prices(self, plan: Separable, priced: Priced) -> None:
        """Take prices, in money per unit of each limit, and their bound."""
        run = self.run
        run.prices = {run.limits[number].key: price for number, price in plan.price_of_limits(priced.prices).items()}
        self.take_bound(priced.bound)
