"""The bound of a plan with openings whole, proven by branching, a part of the tree at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.solve.tree import Growth, Tree
from optimizer.strategy.decomposed.whole_openings import whole_openings

if TYPE_CHECKING:
    from optimizer.model.formulation import Flags, Ints
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.decomposed.openings import Decided
    from optimizer.strategy.decomposed.separate import Separable


class Proof:
    """A tree over the openings of a plan, every choice in its program, that grows from where it has come to."""

    def __init__(self, plan: Separable, alike: Ints) -> None:
        """Begin with a plan; `alike` (s,) has the same number for sites that may change places, whatever cuts it has."""
        self._alike = alike
        self._stand_on(plan)
        self._tree = Tree.planted(self._sets)

    def _stand_on(self, plan: Separable) -> None:
        program = whole_openings(plan)
        self._plan, self._program = plan, program
        self._formulation, self._sets = program.with_whole_openings(), program.ordered_sets(self._alike)

    @property
    def scale(self) -> float:
        """Return the money of one unit of the program's objective."""
        return self._formulation.objective_scale

    def growth(self, plan: Separable, best: Decided, enough: float, most_nodes: int) -> Growth:
        """Return what to grow next: until no better openings than some can be worth more than enough money.

        It ends after so many nodes, too. The plan may have got more cuts; what earlier nodes have proven stays true.
        """
        if plan is not self._plan:
            self._stand_on(plan)
        best_worth, enough_worth = best.money / self.scale, enough / self.scale
        return Growth(self._formulation, self._sets, self._tree, best_worth, enough_worth, most_nodes=most_nodes)

    def take(self, result: SolveResult) -> None:
        """Go on from where a growth has ended."""
        self._tree = result.tree or self._tree

    def opened_by(self, result: SolveResult) -> Flags | None:
        """Return the openings of a better solution, (s,t); None without one."""
        if result.values is None:
            return None
        opened = np.rint(self._program.opened(result.values)).cumsum(axis=1) > 0
        return np.where(self._plan.sites.opens[:, None], opened, self._plan.sites.may_open)
