"""Legal path: every controlled chip that enters a destination does so by a path that is open to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.additions import brought
from optimizer.rules.limit import Entered, Expression, Limit, Sense
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.entry.gates import Gate
    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per gate that is not free, controlled accelerator and period in force.

    What it limits: entries without a path. Citation: 15 CFR 742.6(a)(6)(iii) and (b)(10), as the pack says.
    Equation: sum over s of the gate of (units[s,g,t] - units[s,g,before the pack]) <= sum over p of entered[gate,g,p,t];
    of a site that has closed, the units of its last period.
    Unit: units. `entered` grows only while its path is open. Where none has been open yet the right side is nothing: the
    gate is closed.
    """
    for gate in case.gates:
        if gate.free_path is not None:
            continue
        for sku in case.skus_on_paths:
            for period in range(case.first_in_force, case.num_periods):
                if case.binds(spec, period):
                    yield _limit(case, spec, gate, sku, period)


def _limit(case: Case, spec: RuleSpec, gate: Gate, sku: int, period: int) -> Limit:
    since = case.first_in_force - 1
    standing = [term for site in gate.sites for term in brought(case, site, sku, period, since)]
    standing.sort(key=lambda term: term[1] < 0)
    last_open = {key: gate.last_open(key, period) for key in gate.open_periods if case.paths[key].allows[sku]}
    paths = {key: last for key, last in last_open.items() if last is not None}
    scope = f"{gate.key},{case.plan.accelerators[sku].key}"
    return Limit(
        rule=spec.name,
        scope=scope,
        period=period,
        period_label=case.plan.horizon.labels[period],
        sense=Sense.AT_MOST,
        usage=Expression(tuple(standing)),
        allowance=Expression(tuple((Entered(gate.key, sku, key, last), 1) for key, last in paths.items())),
        unit="units",
        kind=case.kind(spec.name, scope, LimitKind.POLICY),
        setting=", ".join(paths) or "no path is open",
        citation=spec.citation,
    )
