"""What a case assumes beyond the plan's own blanks: limits it changes, paths of installed stock, uncertain tiers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of
from optimizer.report.altered_limits import SOURCE, altered_limits
from optimizer.rules.country_allocation import room_of_others
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.plan import Assumption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case

OF_OPERATORS = ("UVEU", "NVEU")
"""Authorisations that an operator has to hold itself (15 CFR 748.15(a)(2)(ii)(A), (iii)(A))."""
UNCERTAIN = frozenset({"C", "uncertain"})
"""Confidences of a tier that a report points out."""


def case_assumptions(case: Case) -> tuple[Assumption, ...]:
    """Return the assumptions, in reading order."""
    return (
        *_altered_limits(case),
        *_installed_paths(case),
        *_operators(case),
        *_unused_tables(case),
        *_filled_allocations(case),
        *_uncertain_tiers(case),
    )


def _altered_limits(case: Case) -> Iterator[Assumption]:
    for part in altered_limits(case):
        is_law = part.kind is LimitKind.POLICY
        source = f"{SOURCE}: a what-if, not {case.policy.name} as it is written" if is_law else SOURCE
        yield Assumption(f"limits.{part.group}", part.words, source)


def _installed_paths(case: Case) -> Iterator[Assumption]:
    if not case.policy.paths:
        return
    inferred = Counter(case.stock.paths[row] for row in case.stock.counted_rows if row.path is None)
    if inferred:
        counts = ", ".join(f"{path} for {count}" for path, count in sorted(inferred.items()))
        source = f"{case.policy.name}: by the day of placing and what authorisations.csv lists for it"
        yield Assumption("installed.csv path", f"{counts} of {len(case.stock.counted_rows)} rows", source)


def _unused_tables(case: Case) -> Iterator[Assumption]:
    if case.policy.paths:
        yield from _unusable_rows(case)
    elif case.plan.authorisations:
        rows = len(case.plan.authorisations)
        yield Assumption("authorisations.csv", f"{rows} rows without effect", f"{case.policy.name} asks for none")


def _operators(case: Case) -> Iterator[Assumption]:
    """Yield that an operator of another headquarters holds what the path asks of it: plans list the company's alone."""
    others = sum(site.operator_headquarters not in {None, case.plan.company.headquarters} for site in case.plan.sites)
    needed = {spec.needs.value for spec in case.policy.paths if spec.needs is not None}
    kinds = sorted({holding.type.value for holding in case.holdings} & needed & set(OF_OPERATORS))
    if others and kinds:
        held = f"{' and '.join(kinds)} taken as held at {others} of {len(case.plan.sites)} sites"
        yield Assumption("operators' authorisations", held, "15 CFR 748.15(a)(2)")


def _unusable_rows(case: Case) -> Iterator[Assumption]:
    """Yield each listed row that no path of the policy can use: its country is never of a tier that the path leads to."""
    for row in case.plan.authorisations:
        if row.country is None:
            continue
        place = destination_of(row.country)
        tiers = {tier for spec in case.policy.paths if spec.needs == row.type for tier in spec.tiers}
        if not any(case.tier(place, period) in tiers for period in range(case.num_periods)):
            yield Assumption(
                "authorisations.csv", f"{row.key} has no effect", f"{case.policy.name}: no path for it leads to {place}"
            )


def _filled_allocations(case: Case) -> Iterator[Assumption]:
    """Yield each allocation that others have more of than it is: the company keeps what it has and gets no more."""
    for spec in (spec for spec in case.policy.rules if spec.kind == "country_allocation"):
        for place in case.destinations:
            period = next((p for p in range(case.num_periods) if room_of_others(case, spec, place, p) < 0), None)
            if period is not None:
                label = case.plan.horizon.labels[period]
                yield Assumption(f"{spec.name}[{place}]", f"full from {label}: no more is licensed", "external_use.csv")


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
