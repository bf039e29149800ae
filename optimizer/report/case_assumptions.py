"""What a case assumes beyond the plan's own blanks: paths of installed stock, tiers that are not certain."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from optimizer.schema.plan import Assumption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case

UNCERTAIN = frozenset({"C", "uncertain"})
"""Confidences of a tier that a report points out."""


def case_assumptions(case: Case) -> tuple[Assumption, ...]:
    """Return the assumptions, in reading order."""
    return (*_installed_paths(case), *_unused_tables(case), *_uncertain_tiers(case))


def _installed_paths(case: Case) -> Iterator[Assumption]:
    if not case.policy.paths:
        return
    inferred = Counter(case.installed_paths[row] for row in case.counted_rows if row.path is None)
    if inferred:
        counts = ", ".join(f"{path} for {count}" for path, count in sorted(inferred.items()))
        source = f"{case.policy.name}: by the day of placing and what authorisations.csv lists for it"
        yield Assumption("installed.csv path", f"{counts} of {len(case.counted_rows)} rows", source)


def _unused_tables(case: Case) -> Iterator[Assumption]:
    if case.plan.authorisations and not case.policy.paths:
        rows = len(case.plan.authorisations)
        yield Assumption("authorisations.csv", f"{rows} rows without effect", f"{case.policy.name} asks for none")


def _uncertain_tiers(case: Case) -> Iterator[Assumption]:
    if not case.policy.rules:
        return
    horizon, table = case.plan.horizon, case.tiers.table
    first = max(horizon.first_day(0), table.covers_from)
    last = max(horizon.last_day(case.num_periods - 1), table.covers_from)
    for code in sorted({case.headquarters, *case.destinations}):
        tier = table.strictest_tier(code, first, last)
        if tier.confidence in UNCERTAIN:
            note = f"; {tier.note}" if tier.note else ""
            yield Assumption(f"tier of {code}", str(tier.tier), f"{tier.confidence}: {tier.citation}{note}")
