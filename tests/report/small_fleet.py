"""A fleet small enough to work out by hand, placed by hand, and the same fleet with no way to place it.

One accelerator of 1,000 TPP and 1 kW in blocks of 10; 1,000 units stand in the US; 100 more arrive in each of two quarters.

    ohio    US, 0.1 MW: 30 units in 2025Q1, full with 100 in 2025Q2
    johor   MY, 10 MW:  70 units in 2025Q1 (7% of 1,100 is 77), 80 in 2025Q2 (7% of 1,180 is 82.6)
    moscow  RU, closed

So 200 units are delivered, 180 stand at the end, and 20 are stranded from 2025Q2 on.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.audit import Audit, audit
from optimizer.policies.load import load_policy
from optimizer.report.compose import compose, compose_audit
from optimizer.rules.case import Case
from optimizer.rules.registry import compile_limits
from optimizer.schema.calendar import Horizon, PeriodLength
from optimizer.schema.placement import Placement
from optimizer.schema.plan import (
    Accelerator,
    Assumption,
    Commitment,
    Company,
    Economics,
    Installed,
    MustPlace,
    Plan,
    PolicyChoice,
    Residual,
    Site,
)
from optimizer.strategy.outcome import Outcome, Stage, Status
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from optimizer.report.document import AuditDocument, ResultDocument

VERSIONS = {"datacentre-placement": "0.1.0", "ortools": "9.15.6755", "python": "3.11.7"}
COMMAND = "placement solve small --gap 0.001"
BOUND_ABOVE = 50_000
"""How far the recorded bound lies above the placement's value: the money resolution."""
JOHOR, MOSCOW, OHIO = range(3)


def small_plan() -> Plan:
    power = (Fraction(10),) * 2
    price = (Fraction(60), Fraction(60))
    return Plan(
        name="small fleet",
        company=Company("Example & Sons", "US"),
        horizon=Horizon(2025 * 4, 2, PeriodLength.QUARTER, Fraction(1, 10)),
        economics=Economics("USD", MustPlace.NO, Residual.NONE, Fraction(1, 2), Fraction(15)),
        policy=PolicyChoice("three-tier-2025-01"),
        sites=(
            Site(
                "johor",
                "MY",
                power,
                price,
                opening_cost_usd=Fraction(40_000),
                carbon_kg_per_mwh=Fraction(600),
                notes={"program": "alpha|beta", "x_owner": "[ops]"},
            ),
            Site("moscow", "RU", power, price),
            Site("ohio", "US", (Fraction(1, 10),) * 2, price, carbon_kg_per_mwh=Fraction(400)),
        ),
        accelerators=(Accelerator("X1", 1000, Fraction(1), 10, Fraction(2), delivered_units=(100, 100)),),
        installed=(Installed("X1", 1000, "US"),),
        commitments=(Commitment("lease", "site", "johor", 70, None, None, 0, 1, reference="contract 12"),),
        assumptions=(Assumption("accelerators.csv life_years", "5", "default"),),
        input_sha256={"plan.toml": "0" * 64, "sites.csv": "1" * 64},
    )


def small_case(plan: Plan | None = None, policy: str = "three-tier-2025-01", **settings: object) -> Case:
    return Case(plan or small_plan(), load_policy(policy, settings))


def small_placement() -> Placement:
    return Placement({(JOHOR, 0): (70, 80), (OHIO, 0): (30, 100)}, {JOHOR: 0, OHIO: 0})


def small_outcome(case: Case | None = None, placement: Placement | None = None) -> Outcome:
    case = case or small_case()
    limits = compile_limits(case)
    placement = placement or small_placement()
    verification = verify(case, limits, placement)
    return Outcome(
        case=case,
        limits=limits,
        status=Status.WITHIN_GAP,
        placement=placement,
        verification=verification,
        best_bound=verification.objective + BOUND_ABOVE,
        backend="highs",
        strategy="whole-blocks",
        stages=(Stage("whole blocks", "highs", 1.25, 3, float(verification.objective), None),),
        seconds=1.5,
        parameters={"relative_gap": 0.1, "time_limit_seconds": None, "threads": 2, "seed": 0},
    )


def small_result(case: Case | None = None, placement: Placement | None = None) -> ResultDocument:
    return compose(small_outcome(case, placement), command=COMMAND, versions=VERSIONS)


def no_placement(status: Status, **changes: object) -> Outcome:
    return replace(
        small_outcome(),
        status=status,
        placement=None,
        verification=None,
        best_bound=None,
        **changes,  # type: ignore[arg-type]
    )


def impossible_case() -> Case:
    """Ask for 150 units at ohio, where 0.1 MW power 100, and for 10 in Russia."""
    commitments = (
        Commitment("big", "site", "ohio", 150, None, None, 1, 1, reference="contract 13"),
        Commitment("cold", "country", "RU", 10, None, None, 0, 1),
    )
    return small_case(replace(small_plan(), commitments=commitments))


def small_audit(placement: Placement | None = None) -> Audit:
    return audit(small_case(), placement)


def small_audit_document(placement: Placement | None = None) -> AuditDocument:
    return compose_audit(small_audit(placement), command="placement audit small", versions=VERSIONS)
