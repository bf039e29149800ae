"""What a cell may refer to, and the error of a cell that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.files.problems import did_you_mean

if TYPE_CHECKING:
    from optimizer.schema.calendar import Horizon

MOST_LOOK_UPS = 100
"""Distinct unknown names for which a near one is looked up; each look-up compares against every known name."""


class CellError(ValueError):
    """A cell does not hold what its column needs; `hint` says what to do about it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Context:
    """What references in cells may point at. What is None could not be read: references to it are then taken as good."""

    horizon: Horizon | None = None
    sites: frozenset[str] | None = None
    accelerators: frozenset[str] | None = None
    regions: frozenset[str] | None = None
    workloads: frozenset[str] | None = None
    _near_names: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def near_name(self, noun: str, text: str) -> str | None:
        """Return `did you mean 'ohio'?` for an unknown site, accelerator or workload, or None."""
        slot = (noun, text)
        if slot not in self._near_names and len(self._near_names) < MOST_LOOK_UPS:
            known = {"site": self.sites, "accelerator": self.accelerators, "workload": self.workloads}[noun]
            self._near_names[slot] = did_you_mean(text, known or ())
        return self._near_names.get(slot)
