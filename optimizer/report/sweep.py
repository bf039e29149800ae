"""From a sweep to its document, and the document's points as CSV."""

from __future__ import annotations

import csv
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.entry.holdings import is_auto
from optimizer.report.comparison import Interval
from optimizer.report.exact_numbers import exact_or_none, plain_or_none
from optimizer.report.header import plan_part, policy_part
from optimizer.report.impossible import broken_limits
from optimizer.report.sweep_document import SWEEP_SCHEMA_VERSION, SiteChangePart, SweepDocument, SweepPointPart
from optimizer.report.sweep_stretches import Height, difference, stretches
from optimizer.rules.registry import compile_limits
from optimizer.strategy.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.explain.sweep import Sweep, SweepPoint
    from optimizer.report.comparison_document import PackStatus

LIST_SEPARATOR = ";"


def compose_sweep(sweep: Sweep, *, command: str | None = None) -> SweepDocument:
    """Return the document of a sweep."""
    case = sweep.points[0].point.case
    plan, policy, options = plan_part(case), policy_part(case), sweep.options
    heights = [_height(one) for one in sweep.points]
    points = tuple(_points(sweep.points, heights))
    return SweepDocument(
        schema_version=SWEEP_SCHEMA_VERSION,
        kind="sweep",
        plan=plan.name,
        company=plan.company,
        headquarters=plan.headquarters,
        currency=case.plan.economics.currency,
        periods=plan.periods,
        last_period=plan.last_period,
        policy=policy.name,
        policy_version=policy.version,
        policy_sha256=policy.sha256,
        legal_status=policy.legal_status,
        reading=policy.reading,
        settings=sweep.settings,
        key=sweep.grid.key,
        values=sweep.grid.text,
        input_sha256=plan.input_sha256,
        interrupted=sweep.is_interrupted,
        solver=options.backend,
        gap_asked=options.relative_gap,
        time_limit_seconds=options.time_limit_seconds,
        threads=options.threads,
        seed=options.seed,
        points=points,
        stretches=stretches(heights),
        site_changes=tuple(_site_changes(points)),
        command=command,
    )


def sweep_csv(document: SweepDocument) -> str:
    """Return a row for each point with every field of the JSON; lists are joined by `;`, what does not apply is empty."""
    stream = StringIO()
    writer = csv.DictWriter(stream, tuple(SweepPointPart.model_fields), lineterminator="\n")
    writer.writeheader()
    for point in document.points:
        writer.writerow({name: _cell(value) for name, value in point.model_dump(mode="json").items()})
    return stream.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return LIST_SEPARATOR.join(map(str, value)) if isinstance(value, list) else value


# --- Points ---------------------------------------------------------------------------------------------------------------


def _points(points: Sequence[SweepPoint], heights: Sequence[Height]) -> Iterator[SweepPointPart]:
    before: tuple[Height, tuple[str, ...] | None] | None = None
    for point, height in zip(points, heights, strict=True):
        sites = _sites(point)
        proven = Interval(None, None) if before is None else difference(before[0], height)
        yield _point(point, proven, sites, None if before is None else before[1])
        before = height, sites


def _point(
    point: SweepPoint, proven: Interval, sites: tuple[str, ...] | None, before: tuple[str, ...] | None
) -> SweepPointPart:
    answer = point.answer
    is_compared = sites is not None and before is not None
    return SweepPointPart(
        value=point.point.value,
        value_exact=exact_or_none(point.point.number),
        today=point.point.is_today,
        status=_status(point),
        reasons=tuple(_reasons(point)),
        stopped_by=answer.stopped_by if answer else None,
        objective=plain_or_none(answer.objective if answer else None),
        objective_exact=exact_or_none(answer.objective if answer else None),
        best_bound=plain_or_none(answer.best_bound if answer else None),
        best_bound_exact=exact_or_none(answer.best_bound if answer else None),
        gap=float(answer.gap) if answer and answer.gap is not None else None,
        difference=proven.verdict,
        difference_at_least=plain_or_none(proven.at_least),
        difference_at_least_exact=exact_or_none(proven.at_least),
        difference_at_most=plain_or_none(proven.at_most),
        difference_at_most_exact=exact_or_none(proven.at_most),
        sites=sites,
        opened=_without(sites or (), before or ()) if is_compared else None,
        closed=_without(before or (), sites or ()) if is_compared else None,
        placed_units=_placed_units(point),
        placement_from=point.taken_from,
        seconds=answer.seconds if answer else None,
    )


def _status(point: SweepPoint) -> PackStatus:
    if point.answer is None:
        return "not_run"
    return "failed" if point.answer.status is None else point.answer.status.value


def _reasons(point: SweepPoint) -> Iterator[str]:
    """Yield what failed, or of a proof that there is no plan the first impossible limit of each setting."""
    answer, case = point.answer, point.point.case
    if answer is None or answer.status is not Status.INFEASIBLE:
        if answer is not None and answer.failure is not None:
            yield answer.failure
        return
    broken = () if is_auto(case.policy) else broken_limits(case, compile_limits(case))
    by_group = {part.group: part.sentence for part in reversed(broken)}
    yield from reversed(by_group.values())
    if not by_group:
        yield "proven on the whole model; no single limit is impossible by itself"


def _height(point: SweepPoint) -> Height:
    """Return what is proven of a point's value; of a cure that might be earlier nothing is."""
    answer, value = point.answer, point.point.value
    if answer is not None and answer.status is Status.INFEASIBLE:
        return Height(value, "no_plan")
    if answer is None or answer.objective is None:
        return Height(value, "not_answered")
    return (
        Height(value, None, answer.objective, answer.best_bound) if answer.is_earliest_proven else Height(value, None)
    )


# --- Sites ----------------------------------------------------------------------------------------------------------------


def _sites(point: SweepPoint) -> tuple[str, ...] | None:
    """Return the sites at which units of the plan stand at the end, by key."""
    if point.answer is None or point.answer.placement is None:
        return None
    used = {site for (site, _), row in point.answer.placement.standing_units.items() if row[-1]}
    return tuple(point.point.case.plan.sites[site].key for site in sorted(used))


def _placed_units(point: SweepPoint) -> int | None:
    if point.answer is None or point.answer.placement is None:
        return None
    return sum(row[-1] for row in point.answer.placement.standing_units.values())


def _without(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in some if name not in others)


def _site_changes(points: Sequence[SweepPointPart]) -> Iterator[SiteChangePart]:
    for before, point in pairwise(points):
        if point.opened or point.closed:
            yield SiteChangePart(
                after=before.value, by=point.value, opened=point.opened or (), closed=point.closed or ()
            )
