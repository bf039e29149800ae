"""Every backend by name, in order of preference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.solve.highs import Highs
from optimizer.solve.scip import Scip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.solve.backend import Backend

BACKENDS: Mapping[str, Backend] = {backend.name: backend for backend in (Highs(), Scip())}
