"""Every exception the package raises.

PlacementError
├── InputError         a plan, policy, placement or option is wrong: carries every problem found
└── SolverError        a backend failed, or its answer broke a limit beyond repair

Infeasible, stopped and unknown are answers (`optimizer.solve.result.Termination`), never exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input, in the words its author uses.

    `row` counts data rows as a spreadsheet shows them: the header is row 1, the first record row 2. Fields that do not
    apply are None. `hint` says what to do about it.
    """

    message: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        """Render as `file, row 3, column pue: message (got 'x')` with the hint on a line of its own."""
        where = ", ".join(
            part
            for part in (
                self.file,
                f"row {self.row}" if self.row is not None else None,
                f"column {self.column}" if self.column is not None else None,
            )
            if part
        )
        text = f"{where}: {self.message}" if where else self.message
        if self.value is not None:
            text += f" (got {self.value!r})"
        return f"{text}\n  hint: {self.hint}" if self.hint else text


class PlacementError(Exception):
    """Base of every error this package raises on purpose."""


class InputError(PlacementError):
    """An input is wrong; `problems` lists everything found, in file order."""

    def __init__(self, problems: tuple[Problem, ...] | list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SolverError(PlacementError):
    """A solver failed, or no exact placement could be made of its answer."""
