"""From an outcome or an audit to its document: every figure in every format comes from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from optimizer.report.authority import authorisations_part, breach_part
from optimizer.report.bought import bought_rows
from optimizer.report.changes import compared
from optimizer.report.countries import country_rows
from optimizer.report.document import SCHEMA_VERSION, AssumptionPart, AuditDocument, PlanPart, ResultDocument
from optimizer.report.exact_numbers import exact_or_none, plain, plain_or_none
from optimizer.report.explain_compose import explained_parts, resolution_of
from optimizer.report.goals import goal_parts
from optimizer.report.halls import hall_rows
from optimizer.report.header import (
    assumption_parts,
    plan_part,
    policy_part,
    solver_part,
    verification_part,
)
from optimizer.report.impossible import broken_limits
from optimizer.report.judged import Judged
from optimizer.report.leaving import move_rows, retired_rows
from optimizer.report.limits import group_rows, limit_rows
from optimizer.report.notices import notice_parts
from optimizer.report.paths import entry_rows, path_rows
from optimizer.report.periods import period_rows
from optimizer.report.placements import opening_rows, placement_rows, site_rows
from optimizer.report.resources import resource_rows
from optimizer.report.workloads import served_rows, workload_rows
from optimizer.rules.registry import compile_policy_limits
from optimizer.schema.quantities import format_exact
from optimizer.schema.versions import installed_versions
from optimizer.strategy.outcome import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.audit import Audit
    from optimizer.explain.explanation import Explanation
    from optimizer.report.document import NoticePart
    from optimizer.report.policy_parts import PolicyPart
    from optimizer.report.rows import (
        CountryRow,
        EntryRow,
        GroupRow,
        HallRow,
        LimitRow,
        MoveRow,
        OpeningRow,
        PathRow,
        PeriodRow,
        PlacementRow,
        ResourceRow,
        RetiredRow,
    )
    from optimizer.report.workload_rows import ServedRow, WorkloadRow
    from optimizer.rules.case import Case


class _Inputs(TypedDict):
    policy: PolicyPart
    plan: PlanPart
    assumptions: tuple[AssumptionPart, ...]


class _Tables(TypedDict):
    placements: tuple[PlacementRow, ...]
    openings: tuple[OpeningRow, ...]
    moves: tuple[MoveRow, ...]
    retired: tuple[RetiredRow, ...]
    periods: tuple[PeriodRow, ...]
    countries: tuple[CountryRow, ...]
    limits: tuple[LimitRow, ...]
    groups: tuple[GroupRow, ...]
    served: tuple[ServedRow, ...]
    workloads: tuple[WorkloadRow, ...]
    entries: tuple[EntryRow, ...]
    paths: tuple[PathRow, ...]
    halls: tuple[HallRow, ...]
    resources: tuple[ResourceRow, ...]
    notices: tuple[NoticePart, ...]


_NO_TABLES: _Tables = {
    "placements": (),
    "openings": (),
    "moves": (),
    "retired": (),
    "periods": (),
    "countries": (),
    "limits": (),
    "groups": (),
    "served": (),
    "workloads": (),
    "entries": (),
    "paths": (),
    "halls": (),
    "resources": (),
    "notices": (),
}


def compose(
    outcome: Outcome,
    *,
    explanation: Explanation | None = None,
    command: str | None = None,
    versions: Mapping[str, str | None] | None = None,
) -> ResultDocument:
    """Return the document of a finished run, with what explains it where that was worked out.

    `command` is what gives the answer again; `versions` stands in for the installed ones.
    """
    judged = _judged(outcome)
    terms = dict(sorted(judged.verification.objective_terms.items())) if judged else {}
    objective, bound = outcome.objective, outcome.best_bound
    return ResultDocument(
        schema_version=SCHEMA_VERSION,
        kind="solve",
        status=outcome.status,
        objective=plain_or_none(objective),
        objective_exact=exact_or_none(objective),
        best_bound=plain_or_none(bound),
        best_bound_exact=exact_or_none(bound),
        gap=float(outcome.gap) if outcome.gap is not None else None,
        money_resolution=plain_or_none(resolution_of(outcome.value_search)),
        currency=outcome.case.plan.economics.currency,
        objective_terms={name: plain(value) for name, value in terms.items()},
        objective_terms_exact={name: format_exact(value) for name, value in terms.items()},
        authorisations=authorisations_part(outcome.case, outcome.alternatives),
        breach=breach_part(
            outcome.case,
            compile_policy_limits(outcome.case),
            outcome.cures,
            is_earliest_proven=outcome.is_earliest_proven,
        ),
        bought=bought_rows(judged) if judged else (),
        broken_limits=broken_limits(outcome.case, outcome.limits) if outcome.status is Status.INFEASIBLE else (),
        verification=verification_part(judged.verification) if judged else None,
        solver=solver_part(outcome, versions or installed_versions()),
        command=command,
        sites=site_rows(outcome.case, judged.placement if judged else None),
        **goal_parts(outcome),
        **explained_parts(outcome.value_search, explanation, command),
        **compared(outcome.case, judged),
        **_inputs(outcome.case),
        **(_tables(judged) if judged else _NO_TABLES),
    )


def compose_audit(
    audit: Audit, *, command: str | None = None, versions: Mapping[str, str | None] | None = None
) -> AuditDocument:
    """Return the document of an audit."""
    judged = Judged(audit.case, audit.placement, audit.verification, audit.groups)
    return AuditDocument(
        schema_version=SCHEMA_VERSION,
        kind="audit",
        title="audit",
        passed=audit.verification.passed,
        judged="installed fleet" if audit.is_fleet_alone else "placement",
        authorisations=authorisations_part(audit.case),
        currency=audit.case.plan.economics.currency,
        bought=bought_rows(judged),
        breach=breach_part(
            audit.case, compile_policy_limits(audit.case), audit.cures, is_earliest_proven=not audit.cures
        ),
        verification=verification_part(audit.verification),
        versions=dict(versions or installed_versions()),
        command=command,
        sites=site_rows(audit.case, None if audit.is_fleet_alone else audit.placement),
        **compared(audit.case, None if audit.is_fleet_alone else judged),
        **_inputs(audit.case),
        **_tables(judged),
    )


def _judged(outcome: Outcome) -> Judged | None:
    if outcome.placement is None or outcome.verification is None:
        return None
    prices = outcome.value_search.prices
    return Judged(outcome.case, outcome.placement, outcome.verification, prices=prices)


def _inputs(case: Case) -> _Inputs:
    return {
        "policy": policy_part(case),
        "plan": plan_part(case),
        "assumptions": assumption_parts(case),
    }


def _tables(judged: Judged) -> _Tables:
    return {
        "placements": placement_rows(judged.case, judged.placement),
        "openings": opening_rows(judged.case, judged.placement),
        "moves": move_rows(judged.case, judged.placement),
        "retired": retired_rows(judged.case, judged.placement),
        "periods": period_rows(judged),
        "countries": country_rows(judged),
        "limits": limit_rows(judged),
        "groups": group_rows(judged),
        "served": served_rows(judged),
        "workloads": workload_rows(judged),
        "entries": entry_rows(judged),
        "paths": path_rows(judged),
        "halls": hall_rows(judged.case, judged.placement),
        "resources": resource_rows(judged),
        "notices": notice_parts(judged),
    }
