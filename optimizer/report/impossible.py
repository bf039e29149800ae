"""Limits that are impossible by arithmetic alone: what they ask for beside the most that could stand.

The most of each accelerator at each site comes from single limits (its power, its deliveries, closed destinations), so a
limit listed here is a proof; a plan can be infeasible with none listed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.model.columns import largest_blocks
from optimizer.report.document import BrokenLimitPart
from optimizer.report.exact_numbers import plain
from optimizer.report.wording import quantity
from optimizer.rules.limit import WORLD, Entered, Exact, Limit, Opened, Placed, Sense, Standing, Variable
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.rules.case import Case


def broken_limits(case: Case, limits: tuple[Limit, ...]) -> tuple[BrokenLimitPart, ...]:
    """Return the limits that no placement meets, in the order given."""
    most = largest_blocks(case, limits)
    standing = {
        (int(site), int(sku), int(period)): int(most[site, sku, period]) * case.plan.accelerators[sku].block
        for site, sku, period in zip(*most.nonzero(), strict=True)
    }
    reach = _Reach(case, standing)
    hard = (limit for limit in limits if not limit.is_soft)
    return tuple(part for limit in hard if (part := _judge(reach, limit)) is not None)


@dataclass(frozen=True)
class _Reach:
    """The most that any placement can make of a sum of variables."""

    case: Case
    standing: Mapping[tuple[int, int, int], int]
    """Site, accelerator and period to the most units, by single limits alone."""
    _best: dict[Placed, Exact] = field(default_factory=dict)

    def most(self, terms: Mapping[Variable, Exact]) -> Exact:
        """Return an upper bound of a sum; several counts of one accelerator share its deliveries."""
        total: Exact = 0
        units: dict[tuple[int, int], list[tuple[Exact, int]]] = {}
        for variable, coefficient in terms.items():
            if coefficient <= 0:
                continue
            match variable:
                case Standing(_, sku, period):
                    units.setdefault((sku, period), []).append(
                        (coefficient, self.standing.get((variable.site, sku, period), 0))
                    )
                case Opened():
                    total += coefficient
                case Entered():
                    total += coefficient * self._entered(variable)
                case Placed():
                    total += coefficient * self._placed(variable)
        return total + sum(self._shared(sku, period, wanted) for (sku, period), wanted in units.items())

    def _entered(self, variable: Entered) -> int:
        """Return the most units that could have entered: the most that could stand at the gate's sites at the end."""
        last = self.case.num_periods - 1
        sites = self.case.gate_by_key[variable.gate].sites
        return sum(self.standing.get((site, variable.accelerator, last), 0) for site in sites)

    def _shared(self, sku: int, period: int, wanted: list[tuple[Exact, int]]) -> Exact:
        """Return the most of some counts of one accelerator, the dearest first, until what is delivered runs out."""
        left = self.case.plan.delivered_units[sku][period]
        total: Exact = 0
        for coefficient, most in sorted(wanted, key=lambda pair: -pair[0]):
            taken = min(left, most)
            total += coefficient * taken
            left -= taken
        return total

    def _placed(self, total: Placed) -> Exact:
        if total not in self._best:
            places = self.case.sites_by_destination
            sites = range(len(self.case.plan.sites)) if total.place == WORLD else places.get(total.place, ())
            weights = self.case.weights[total.measure]
            self._best[total] = sum(
                self._shared(
                    sku, total.period, [(weight, self.standing.get((site, sku, total.period), 0)) for site in sites]
                )
                for sku, weight in enumerate(weights)
            )
        return self._best[total]


def _judge(reach: _Reach, limit: Limit) -> BrokenLimitPart | None:
    if limit.allowance.terms:
        return _judge_net(reach, limit)
    if limit.sense is Sense.AT_LEAST:
        reachable = limit.usage.constant + reach.most(dict(limit.usage.terms))
    else:
        reachable = limit.usage.constant - reach.most({variable: -weight for variable, weight in limit.usage.terms})
    asked = limit.allowance.constant
    if limit.slack(reachable, asked) >= 0:
        return None
    return _part(limit, asked, reachable)


def _judge_net(reach: _Reach, limit: Limit) -> BrokenLimitPart | None:
    """Judge a limit whose allowance moves with the placement by what usage and allowance differ by."""
    sign = 1 if limit.sense is Sense.AT_LEAST else -1
    best_slack = -sign * limit.net_bound + reach.most({v: sign * weight for v, weight in limit.net_terms()})
    if best_slack >= 0:
        return None
    return _part(limit, 0, best_slack, is_net=True)


def _part(limit: Limit, asked: Exact, reachable: Exact, *, is_net: bool = False) -> BrokenLimitPart:
    if is_net:
        verb = "is exceeded" if limit.sense is Sense.AT_MOST else "falls short"
        sentence = f"{limit.key} {verb} by at least {quantity(-reachable)} {limit.unit} whatever the plan does"
    elif limit.sense is Sense.AT_LEAST:
        sentence = (
            f"{limit.key} asks for at least {quantity(asked)} {limit.unit}; "
            f"at most {quantity(reachable)} can stand under the other limits"
        )
    else:
        least = quantity(reachable)
        sentence = f"{limit.key} allows at most {quantity(asked)} {limit.unit}; at least {least} count against it"
    return BrokenLimitPart(
        key=limit.key,
        group=limit.group,
        asks=plain(asked),
        asks_exact=format_exact(asked),
        reachable=plain(reachable),
        reachable_exact=format_exact(reachable),
        unit=limit.unit,
        sentence=sentence,
        citation=limit.citation,
    )
