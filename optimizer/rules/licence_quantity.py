"""Licence quantity: no more enters by a licence than it permits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Sense
from optimizer.rules.measures import CHIPS, CONTROLLED_TPP, UNIT_NAMES
from optimizer.schema.limit_kind import LimitKind
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.policies.specs import RuleSpec
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact


def limits(case: Case, spec: RuleSpec) -> Iterator[Limit]:
    """Yield one limit per licence of authorisations.csv and period in which something can have entered by it.

    What it limits: units, or TPP, entered by one licence, cumulatively. Citation: the licence, as listed.
    Equation: entered by the licence[t] + installed by it <= its quantity; installed rows count that name it.
    Unit: units or TPP, as the licence gives it.
    """
    for path in case.paths.values():
        row = path.licence.row if path.licence is not None else None
        if row is None or path.spec.key not in spec.paths:
            continue
        measure = CHIPS if row.units is not None else CONTROLLED_TPP
        written = row.units if row.units is not None else row.tpp or 0
        unit = "units" if row.units is not None else UNIT_NAMES[measure]
        stock = _installed(case, measure, path.key)
        for period in range(case.num_periods):
            terms = tuple(
                (variable, weight)
                for variable, weight in case.entered((path.spec.key,), case.gates, period, measure)
                if variable.path == path.key
            )
            if (terms or stock) and case.binds(spec, period):
                quantity = case.number(spec.name, row.key, period, written)
                yield Limit(
                    rule=spec.name,
                    scope=row.key,
                    period=period,
                    period_label=case.plan.horizon.labels[period],
                    sense=Sense.AT_MOST,
                    usage=Expression(terms, stock),
                    allowance=Expression(constant=quantity),
                    unit=unit,
                    kind=case.kind(spec.name, row.key, LimitKind.POLICY),
                    setting=f"{format_exact(quantity)} {unit}",
                    citation=row.reference or spec.citation,
                    number=quantity,
                )


def _installed(case: Case, measure: str, path: str) -> Exact:
    return case.stock.installed(measure, keep=lambda row: case.stock.paths[row] == path)
