"""Maximum modules: a hall has only so many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.rules.limit import Expression, Limit, Modules, Sense
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.case import Case


def limits(case: Case) -> Iterator[Limit]:
    """Yield one limit per hall and period from which its modules are available on.

    Equation: modules[h,t] <= modules[h]. Unit: modules. Before `available_from` no module stands: that, and that modules
    never shrink and stand at open sites alone, is part of the model and of the placement's structure, not a limit.
    """
    for hall in case.plan.halls:
        for period in range(hall.available_from, case.num_periods):
            most = case.number("max_modules", hall.key, period, hall.modules)
            yield Limit(
                rule="max_modules",
                scope=hall.key,
                period=period,
                period_label=case.plan.horizon.labels[period],
                sense=Sense.AT_MOST,
                usage=Expression(((Modules(hall.key, period), 1),)),
                allowance=Expression(constant=most),
                unit="modules",
                kind=case.kind("max_modules", hall.key, LimitKind.PHYSICAL),
                setting=f"{most} modules",
                citation=hall.reference or "halls.csv modules",
                number=most,
            )
