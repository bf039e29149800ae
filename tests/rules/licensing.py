"""Companies under the licensing of July 2026, in one expression; chips are of the catalogue, without shortage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.builders import case, chip

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from tests.builders import Row

ASSUMED = {"assume_approval": "assumed"}


def enforced(*sites: Row, chips: tuple[Row, ...] = (), **parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a company under the licensing of July 2026 with plenty of some chips, H200 unless told otherwise."""
    chips = chips or (chip("H200", tpp=15_832),)
    policy = {"name": "licensing-2026-07", **parts.pop("policy", {})}
    delivered = {row["accelerator"]: [10**6] for row in chips}
    return case(
        sites=sites, accelerators=list(chips), policy=policy, **{"start": "2026Q3", "delivered": delivered, **parts}
    )
