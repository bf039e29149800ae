"""One plan under several policies side by side, made from the documents of the runs.

The difference in value to the first policy is a proven interval. With A the first, and the best possible under each policy
somewhere between its incumbent and its bound:

    [incumbent of B - bound of A, bound of B - incumbent of A]
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from optimizer.report.altered_limits import altered_limits, altered_words
from optimizer.report.comparison_document import (
    COMPARISON_SCHEMA_VERSION,
    BindingPart,
    ComparisonDocument,
    DestinationPart,
    PackPart,
    SitePart,
)
from optimizer.report.exact_numbers import exact_or_none, plain_or_none
from optimizer.report.header import plan_part, policy_part
from optimizer.report.share_lines import tier_name
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.report.comparison_document import PackStatus, Verdict
    from optimizer.report.document import ResultDocument
    from optimizer.report.rows import ExactText, OpeningRow, Part
    from optimizer.rules.case import Case
    from optimizer.strategy.options import SearchOptions


@dataclass(frozen=True, slots=True)
class PackRun:
    """The plan under one policy, and what came of it."""

    label: str
    case: Case
    is_own: bool
    """Whether it is the plan's own policy."""
    left_out: tuple[str, ...] = ()
    """Settings given on the command line that the pack does not have."""
    document: ResultDocument | None = None
    failure: str | None = None
    """Why there is no document; without one either, it was not run."""

    @property
    def is_placed(self) -> bool:
        """Return whether there is a placement."""
        return self.document is not None and self.document.verification is not None


@dataclass(frozen=True, slots=True)
class Interval:
    """What is proven of a difference; None where nothing is."""

    at_least: Fraction | None
    at_most: Fraction | None

    @property
    def verdict(self) -> Verdict | None:
        """Return which side of zero the difference lies on."""
        if self.at_least == 0 == self.at_most:
            return "equal"
        if self.at_least is not None and self.at_least > 0:
            return "more"
        if self.at_most is not None and self.at_most < 0:
            return "less"
        return None if self.at_least is None or self.at_most is None else "not_distinguishable"


def compose_comparison(
    runs: Sequence[PackRun], options: SearchOptions, *, interrupted: bool = False, command: str | None = None
) -> ComparisonDocument:
    """Return the document of a comparison; the first of the runs is what the others are compared with."""
    plan = plan_part(runs[0].case)
    return ComparisonDocument(
        schema_version=COMPARISON_SCHEMA_VERSION,
        kind="comparison",
        plan=plan.name,
        company=plan.company,
        headquarters=plan.headquarters,
        currency=runs[0].case.plan.economics.currency,
        periods=plan.periods,
        last_period=plan.last_period,
        input_sha256=plan.input_sha256,
        interrupted=interrupted,
        solver=options.backend,
        gap_asked=options.relative_gap,
        time_limit_seconds=options.time_limit_seconds,
        threads=options.threads,
        seed=options.seed,
        packs=tuple(_pack(run, runs[0]) for run in runs),
        destinations=tuple(_destinations(runs)),
        sites=tuple(_sites(runs)),
        command=command,
    )


def value_difference(document: ResultDocument | None, first: ResultDocument | None) -> Interval:
    """Return what is proven of the value of one run less that of the first.

    A cure of which it is not proven that none is earlier proves nothing: an earlier one might be worth less.
    """
    if document is None or first is None or not (document.breach.earliest_proven and first.breach.earliest_proven):
        return Interval(None, None)
    return Interval(
        _less(document.objective_exact, first.best_bound_exact), _less(document.best_bound_exact, first.objective_exact)
    )


def _less(larger: ExactText | None, smaller: ExactText | None) -> Fraction | None:
    return None if larger is None or smaller is None else Fraction(larger) - Fraction(smaller)


# --- Packs ----------------------------------------------------------------------------------------------------------------


VALUE = ("objective", "objective_exact", "best_bound", "best_bound_exact", "gap")
"""Fields that a pack takes from its document as they are."""
AT_THE_END = (
    "delivered_units",
    "placed_units",
    "unplaced_units",
    "home_share",
    "home_share_exact",
    "outside_tier1_share",
    "outside_tier1_share_exact",
    "largest_tier2_country",
    "largest_tier2_share",
    "largest_tier2_share_exact",
)
"""Fields that it takes from the last period."""


def _pack(run: PackRun, first: PackRun) -> PackPart:
    policy, document = policy_part(run.case), run.document
    difference = Interval(None, None) if run is first else value_difference(document, first.document)
    return PackPart(
        policy=run.label,
        legal_status=policy.legal_status,
        name=policy.name,
        version=policy.version,
        sha256=policy.sha256,
        title=policy.title,
        reading=policy.reading,
        own=run.is_own,
        settings={name: _written(part.value) for name, part in policy.settings.items() if part.overridden},
        settings_left_out=run.left_out,
        altered_limits=altered_words(altered_limits(run.case)),
        status=_status(run),
        reasons=tuple(_reasons(run)),
        stopped_by=document.solver.stopped_by if document else None,
        difference=difference.verdict,
        difference_at_least=plain_or_none(difference.at_least),
        difference_at_least_exact=exact_or_none(difference.at_least),
        difference_at_most=plain_or_none(difference.at_most),
        difference_at_most_exact=exact_or_none(difference.at_most),
        home=plan_part(run.case).home,
        outside_tier1=f"outside {tier_name(policy, 1)}",
        authorisations=_authorisations(document),
        tests_in_breach=_tests_in_breach(document),
        binding_limits=tuple(_binding(document)),
        seconds=document.solver.seconds if document else None,
        **_taken(document, VALUE),
        **_taken(document.periods[-1] if document and document.periods else None, AT_THE_END),
    )


def _taken(source: Part | None, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(source, name) if source else None for name in names}


def _written(value: bool | int | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _status(run: PackRun) -> PackStatus:
    if run.document is not None:
        return run.document.status.value
    return "not_run" if run.failure is None else "failed"


def _reasons(run: PackRun) -> Iterator[str]:
    """Yield why there is no plan: of a proof of that, the first impossible limit of each setting."""
    if run.failure is not None:
        yield run.failure
    if run.document is None or _status(run) != "infeasible":
        return
    by_group = {part.group: part.sentence for part in reversed(run.document.broken_limits)}
    yield from reversed(by_group.values())
    if not by_group:
        yield f"proven by {run.document.solver.backend} on the whole model; no single limit is impossible by itself"


def _authorisations(document: ResultDocument | None) -> str | None:
    part = document.authorisations if document else None
    if part is None:
        return None
    chosen = next((one.name for one in part.alternatives if one.chosen), None)
    held = ", ".join(dict.fromkeys(row.type for row in part.held))
    return f"{part.mode}: {chosen or held or 'nothing held'}"


def _tests_in_breach(document: ResultDocument | None) -> int | None:
    counts = [cure.tests_in_breach for cure in document.breach.cures] if document else []
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _binding(document: ResultDocument | None) -> Iterator[BindingPart]:
    for group in document.groups if document else ():
        if group.kind is LimitKind.POLICY and group.binding_periods:
            yield BindingPart(
                group=group.group,
                setting=group.setting,
                periods=group.binding_periods,
                percent_used=group.percent_used,
                citation=group.citation,
            )


# --- What stands where --------------------------------------------------------------------------------------------------


def _destinations(runs: Sequence[PackRun]) -> Iterator[DestinationPart]:
    """Yield what stands in each destination at the end, by destination, then policy."""
    rows = [
        DestinationPart(
            country=row.country,
            name=row.name,
            policy=run.label,
            tier=row.tier,
            tier_name=run.document.policy.tier_names[str(row.tier)],
            tpp_installed=row.tpp_installed,
            tpp_placed=row.tpp_placed,
            tpp=row.tpp,
            share=row.share,
            share_exact=row.share_exact,
        )
        for run in runs
        if run.document is not None
        for row in run.document.countries
        if row.period == run.document.plan.last_period
    ]
    yield from sorted(rows, key=lambda row: row.country)


def _sites(runs: Sequence[PackRun]) -> Iterator[SitePart]:
    """Yield each site that some policy lets the plan open."""
    places: dict[str, OpeningRow] = {}
    opened: dict[str, dict[str, str]] = {}
    for run in runs:
        if run.document is not None and run.is_placed:
            places |= {row.site: row for row in run.document.openings}
            opened[run.label] = {row.site: row.period for row in run.document.openings}
    for site in sorted(places):
        periods = {label: by_site.get(site) for label, by_site in opened.items()}
        yield SitePart(
            site=site,
            country=places[site].country,
            destination=places[site].destination,
            opened=periods,
            differs=None in periods.values(),
        )
