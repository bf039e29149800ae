"""What a document says of its inputs and of how it came about: policy, plan, assumptions, verdict, solver, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from optimizer.report.altered_limits import altered_limits
from optimizer.report.case_assumptions import case_assumptions
from optimizer.report.document import AssumptionPart, PlanPart, SolverPart, StagePart, VerificationPart
from optimizer.report.exact_numbers import finite_or_none
from optimizer.report.judged import home_of
from optimizer.report.policy_parts import PathPart, PolicyPart, RulePart, SettingPart
from optimizer.rules.limit import CHANGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.policies.policy import Policy
    from optimizer.rules.case import Case
    from optimizer.strategy.outcome import Outcome
    from optimizer.verify.check import Verification

METHOD = (
    "Every limit was recomputed from the placement in whole numbers and fractions, without tolerance, by code that sees "
    "neither the model nor the solver."
)


def policy_part(case: Case) -> PolicyPart:
    """Return the pack as it ran for this company."""
    policy = case.policy
    return PolicyPart(
        name=policy.name,
        version=policy.version,
        sha256=policy.sha256,
        title=policy.title,
        legal_status=policy.legal_status,
        reading=policy.describe_reading(),
        as_of=policy.as_of,
        effective_from=policy.effective_from,
        effective_until=policy.effective_until,
        after=policy.after.value,
        dates_citation=policy.dates_citation,
        tier_names={str(tier): name for tier, name in sorted(case.tiers.table.names.items())},
        uncertain=policy.uncertain,
        settings={name: _setting_part(policy, name) for name in policy.settings},
        paths=_path_parts(case),
        rules=tuple(
            RulePart(
                name=spec.name,
                kind=spec.kind,
                bound=spec.bound.describe() if spec.bound else None,
                binds_company=case.headquarters_within(spec.bound, case.num_periods - 1),
                citation=spec.citation,
            )
            for spec in policy.rules
        ),
    )


def _path_parts(case: Case) -> tuple[PathPart, ...]:
    open_keys = {case.paths[key].spec.key for gate in case.gates for key in gate.open_periods}
    return tuple(
        PathPart(
            key=spec.key,
            title=spec.title or spec.key,
            needs=spec.needs.value if spec.needs else None,
            available=spec.key in open_keys,
            citation=spec.citation,
        )
        for spec in case.policy.paths
    )


def _setting_part(policy: Policy, name: str) -> SettingPart:
    setting = policy.settings[name]
    return SettingPart(
        value=_readable(policy, name),
        unit=setting.unit,
        description=setting.description,
        citation=setting.citation,
        confidence=setting.confidence,
        as_of=setting.as_of or policy.as_of,
        overridden=name in policy.overridden,
    )


def _readable(policy: Policy, name: str) -> bool | int | str:
    value = policy.value(name)
    return value if isinstance(value, bool | int) else policy.text(name)


def plan_part(case: Case) -> PlanPart:
    """Return what plan was read."""
    plan = case.plan
    labels = plan.horizon.labels
    return PlanPart(
        name=plan.name,
        company=plan.company.name,
        headquarters=plan.company.headquarters,
        home=home_of(case),
        periods=labels,
        first_period=labels[0],
        last_period=labels[-1],
        must_place=plan.economics.must_place.value,
        residual=plan.economics.residual.value,
        sites=len(plan.sites),
        accelerators=tuple(accelerator.key for accelerator in plan.accelerators),
        input_sha256=dict(sorted(plan.input_sha256.items())),
        site_notes={site.key: dict(site.notes) for site in plan.sites if site.notes},
        altered_limits=altered_limits(case),
    )


def assumption_parts(case: Case) -> tuple[AssumptionPart, ...]:
    """Return every default and estimate the plan rests on, and what is uncertain of the policy for it."""
    return tuple(
        AssumptionPart(subject=assumption.subject, value=assumption.value, source=assumption.source)
        for assumption in (*case.plan.assumptions, *case_assumptions(case))
    )


def verification_part(verification: Verification) -> VerificationPart:
    """Return the exact verdict."""
    return VerificationPart(
        passed=verification.passed,
        verdict=_verdict(verification),
        limits_checked=sum(reading.limit.term != CHANGES for reading in verification.readings),
        broken=tuple(reading.limit.key for reading in verification.broken),
        bought=tuple(reading.limit.key for reading in verification.bought),
        faults=verification.faults,
        method=METHOD,
    )


def _verdict(verification: Verification) -> Literal["within limits", "within limits plus bought excess", "failed"]:
    if not verification.passed:
        return "failed"
    return "within limits plus bought excess" if verification.bought else "within limits"


def solver_part(outcome: Outcome, versions: Mapping[str, str | None]) -> SolverPart:
    """Return how the answer was found."""
    return SolverPart(
        backend=outcome.backend,
        strategy=outcome.strategy,
        stages=tuple(
            StagePart(
                name=stage.name,
                backend=stage.backend,
                seconds=round(stage.seconds, 3),
                nodes=stage.nodes,
                objective=finite_or_none(stage.objective),
                best_bound=finite_or_none(stage.best_bound),
            )
            for stage in outcome.stages
        ),
        seconds=round(outcome.seconds, 3),
        gap_asked=_parameter(outcome, "relative_gap"),
        time_limit_seconds=_parameter(outcome, "time_limit_seconds"),
        threads=_whole_parameter(outcome, "threads"),
        seed=_whole_parameter(outcome, "seed"),
        stopped_by=outcome.stopped_by,
        versions=dict(versions),
    )


def _parameter(outcome: Outcome, name: str) -> float | None:
    value = outcome.parameters.get(name)
    return finite_or_none(float(value)) if isinstance(value, int | float) else None


def _whole_parameter(outcome: Outcome, name: str) -> int | None:
    value = outcome.parameters.get(name)
    return value if isinstance(value, int) else None
