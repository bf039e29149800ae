"""Volume ratio: of one product no more goes by some paths than a part of what goes to users at home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.additions import placed_by
from optimizer.rules.limit import Exact, Expression, Limit, Sense
from optimizer.rules.measures import CHIPS
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Variable


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per accelerator that can take one of the paths, and period.

    What it limits: units of a product that enter China by the case-by-case review. Citation: 91 FR 1684 (15 January 2026),
    the 50% as reported by secondary sources. Equation: entered by the rule's paths[g,t] + installed by them[g] <= share x
    (installed at home[g] + sum over s at home of units[s,g,t]). Unit: units.
    """
    home = str(spec.home)
    written = case.policy.share(str(spec.share))
    for period in range(case.num_periods):
        if not case.binds(spec, period):
            continue
        by_sku: dict[int, list[tuple[Variable, Exact]]] = {}
        for variable, weight in case.entered(spec.paths, case.gates, period, CHIPS):
            by_sku.setdefault(variable.accelerator, []).append((variable, weight))
        for sku, terms in sorted(by_sku.items()):
            key = case.plan.accelerators[sku].key
            sites = case.sites_by_destination.get(home, ())
            at_home = tuple(term for site in sites for term in placed_by(case, site, sku, period))
            stock = _installed(case, home, key)
            share = case.number(spec.name, key, period, written)
            yield Limit(
                rule=spec.name,
                scope=key,
                period=period,
                period_label=case.plan.horizon.labels[period],
                sense=Sense.AT_MOST,
                usage=Expression(tuple(terms), _installed_by_paths(case, spec, key)),
                allowance=Expression(tuple((variable, share) for variable, _ in at_home), share * stock),
                unit="units",
                kind=case.kind(spec.name, key, LimitKind.POLICY),
                setting=str(share),
                citation=spec.citation,
                number=share,
                per_number=Expression(at_home, stock),
            )


def _installed(case: Case, home: str, accelerator: str) -> Exact:
    return case.stock.installed(CHIPS, home, lambda row: row.accelerator == accelerator)


def _installed_by_paths(case: Case, spec: RuleSpec, accelerator: str) -> Exact:
    return case.stock.installed(
        CHIPS, keep=lambda row: row.accelerator == accelerator and case.stock.came_by(row, spec.paths)
    )
