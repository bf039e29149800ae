"""A program made tighter where a solver's tolerance broke a limit: by less than half an exact step of its row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.rules.limit import Sense, Served

if TYPE_CHECKING:
    from optimizer.model.build import Model
    from optimizer.model.formulation import Formulation

TIGHTEN_STEP = 0.4
"""Part of one exact step by which a row is tightened when a solver's tolerance broke its limit; below a half, so that
equality with the law stays reachable."""
SERVICE_STEP = 4e-6
"""Least part of a row's largest coefficient by which a row of service is tightened: one TPP is often less than a solver
sees."""


@dataclass(frozen=True)
class Tightening:
    """Tightens the rows of a model's limits."""

    model: Model

    def tightened(self, formulation: Formulation, broken: tuple[int, ...]) -> Formulation:
        """Return the program with the rows of broken limits tightened; attempts do not accumulate."""
        lower, upper = formulation.row_lower.copy(), formulation.row_upper.copy()
        written = self.model.formulation
        for number in broken:
            row, step = self.model.limit_rows[number], self._step(number)
            if self.model.limits[number].sense is Sense.AT_MOST:
                upper[row] = min(formulation.row_upper[row], written.row_upper[row] - step)
            else:
                lower[row] = max(formulation.row_lower[row], written.row_lower[row] + step)
        return formulation.with_row_bounds(lower, upper)

    def cuts_nothing(self, broken: tuple[int, ...]) -> bool:
        """Return whether tightening these limits leaves every placement that keeps them."""
        steps, rests = self.model.row_steps, self.model.row_rests
        return all(rests[number] * steps[number] >= self._step(number) for number in broken)

    def _step(self, number: int) -> float:
        """Return by how much the row of a broken limit is tightened."""
        step = TIGHTEN_STEP * self.model.row_steps[number]
        is_service = any(isinstance(variable, Served) for variable, _ in self.model.limits[number].usage.terms)
        return max(step, SERVICE_STEP) if is_service else step
