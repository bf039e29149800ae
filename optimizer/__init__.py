"""Place a company's planned GPU fleet across candidate datacentre sites under export-control limits, exactly.

    import optimizer

    plan = optimizer.read_plan("instances/first-plan")
    outcome = optimizer.place_fleet(plan)
    document = optimizer.compose(outcome)
    frames = optimizer.to_frames(document)

Everything listed in `__all__` is imported when it is first used: `import optimizer` itself loads no solver and no pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.analysis.headroom import headroom
    from optimizer.analysis.path_room import Headroom
    from optimizer.audit import Audit
    from optimizer.audit import audit as audit_placement
    from optimizer.errors import InputError, PlacementError, Problem, SolverError
    from optimizer.explain.explanation import Explanation, explain_outcome
    from optimizer.explain.sweep import Sweep, sweep
    from optimizer.files.document import read_document
    from optimizer.files.overrides import apply_overrides
    from optimizer.files.read_placement import read_placement
    from optimizer.files.read_plan import plan_from_dict, read_plan
    from optimizer.files.write_document import write_document
    from optimizer.pipeline import place_fleet
    from optimizer.policies.load import load_policy, policy_names
    from optimizer.policies.policy import Policy
    from optimizer.report.bundle import write_bundle
    from optimizer.report.compose import compose, compose_audit
    from optimizer.report.frames import to_frames
    from optimizer.report.sweep import compose_sweep
    from optimizer.rules.case import Case, make_case
    from optimizer.schema.placement import Placement
    from optimizer.schema.plan import Plan
    from optimizer.strategy.outcome import Outcome, Status
    from optimizer.strategy.search import SearchOptions, SearchProgress

_HOMES = {
    "Audit": "optimizer.audit",
    "Case": "optimizer.rules.case",
    "Explanation": "optimizer.explain.explanation",
    "Headroom": "optimizer.analysis.path_room",
    "InputError": "optimizer.errors",
    "Outcome": "optimizer.strategy.outcome",
    "Placement": "optimizer.schema.placement",
    "PlacementError": "optimizer.errors",
    "Plan": "optimizer.schema.plan",
    "Policy": "optimizer.policies.policy",
    "Problem": "optimizer.errors",
    "SearchOptions": "optimizer.strategy.search",
    "SearchProgress": "optimizer.strategy.search",
    "SolverError": "optimizer.errors",
    "Status": "optimizer.strategy.outcome",
    "Sweep": "optimizer.explain.sweep",
    "apply_overrides": "optimizer.files.overrides",
    "audit_placement": "optimizer.audit:audit",
    "compose": "optimizer.report.compose",
    "compose_audit": "optimizer.report.compose",
    "compose_sweep": "optimizer.report.sweep",
    "explain_outcome": "optimizer.explain.explanation",
    "headroom": "optimizer.analysis.headroom",
    "load_policy": "optimizer.policies.load",
    "make_case": "optimizer.rules.case",
    "place_fleet": "optimizer.pipeline",
    "plan_from_dict": "optimizer.files.read_plan",
    "policy_names": "optimizer.policies.load",
    "read_document": "optimizer.files.document",
    "read_placement": "optimizer.files.read_placement",
    "read_plan": "optimizer.files.read_plan",
    "sweep": "optimizer.explain.sweep",
    "to_frames": "optimizer.report.frames",
    "write_bundle": "optimizer.report.bundle",
    "write_document": "optimizer.files.write_document",
}
"""Where each public name lives; after a colon the name it has there.

`optimizer.audit` is the module of that name, so its function is `audit_placement` here.
"""

__all__ = [
    "Audit",
    "Case",
    "Explanation",
    "Headroom",
    "InputError",
    "Outcome",
    "Placement",
    "PlacementError",
    "Plan",
    "Policy",
    "Problem",
    "SearchOptions",
    "SearchProgress",
    "SolverError",
    "Status",
    "Sweep",
    "apply_overrides",
    "audit_placement",
    "compose",
    "compose_audit",
    "compose_sweep",
    "explain_outcome",
    "headroom",
    "load_policy",
    "make_case",
    "place_fleet",
    "plan_from_dict",
    "policy_names",
    "read_document",
    "read_placement",
    "read_plan",
    "sweep",
    "to_frames",
    "write_bundle",
    "write_document",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    module, _, own_name = _HOMES[name].partition(":")
    value: object = getattr(importlib.import_module(module), own_name or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names too, imported or not."""
    return sorted({*globals(), *__all__})
