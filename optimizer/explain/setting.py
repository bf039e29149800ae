"""A setting: the limits of one group over all periods, its number, its step and its resolution.

Marginal values move a setting by steps, repairs by resolutions. One step: 1 percentage point of a share, 1 MW, 1,000
chips or the compute of 1,000 H100s, one of the largest blocks that it counts, a tenth of a demand. One resolution: 0.01
percentage points, 0.1 MW, one of the smallest blocks, a thousandth of a demand.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.rules.limit import Exact, Limit, Opened, Placed, Sense, Served, Standing, accelerator_of
from optimizer.rules.measures import h100_tpp
from optimizer.rules.registry import takes_shares_of_deliveries
from optimizer.schema.quantities import format_exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.rules.case import Case
    from optimizer.schema.limit_kind import LimitKind

SHARE_STEP, SHARE_RESOLUTION = Fraction(1, 100), Fraction(1, 10_000)
POWER_RESOLUTION = Fraction(1, 10)
CAP_STEP = 1_000
"""Chips or H100 equivalents in one step of a cap."""
DEMAND_STEP, DEMAND_RESOLUTION = Fraction(1, 10), Fraction(1, 1_000)
"""Parts of a demand for compute, rounded down to whole TPP."""
RESOURCE = "resource"
RESOURCE_PARTS = 10
"""Parts of the smallest use of a resource, as a power of ten, to which a repair tells its limit."""
COUNTED = frozenset({"openings", "sites", "countries", "modules"})
"""Units that come one by one."""
ONE_OF = {name: name[:-1] for name in ("units", "chips", "openings", "sites", "modules")} | {"countries": "country"}
MEGAWATT, UNITS, CHIPS, TPP = "MW", "units", "chips", "TPP"
DELIVERIES = "deliveries"


@dataclass(frozen=True)
class Setting:
    """The limits of one group, in order of periods."""

    case: Case
    limits: tuple[Limit, ...]

    @property
    def limit(self) -> Limit:
        """Return the first limit, for what all of them share."""
        return self.limits[0]

    @property
    def group(self) -> str:
        """Return `destination_share[MY]`."""
        return self.limit.group

    @property
    def kind(self) -> LimitKind:
        """Return who stands behind it."""
        return self.limit.kind

    @property
    def has_number(self) -> bool:
        """Return whether there is a number to move."""
        return self.limit.number is not None

    @property
    def is_maximum(self) -> bool:
        """Return whether a larger number allows more."""
        return self.limit.sense is Sense.AT_MOST

    @property
    def toward_looser(self) -> int:
        """Return the sign of a change that allows more."""
        return 1 if self.is_maximum else -1

    @cached_property
    def is_share(self) -> bool:
        """Return whether the number is a share of a total: the allowance moves with more than the number itself."""
        per = self.limit.per_number
        if not per.terms:
            return per.constant != 1
        return any(not isinstance(variable, Opened) for variable, _ in per.terms)

    @cached_property
    def numbers(self) -> tuple[Exact, ...]:
        """Return the number by limit."""
        return tuple(limit.number for limit in self.limits if limit.number is not None)

    @property
    def number(self) -> Exact:
        """Return the number that a report names: the one written, or the largest where it differs between periods."""
        return max(self.numbers)

    @cached_property
    def blocks(self) -> tuple[int, ...]:
        """Return the units of one block of each accelerator that the setting counts, smallest first."""
        return tuple(sorted(self.case.plan.accelerators[sku].block for sku in self._accelerators)) or (1,)

    @cached_property
    def _accelerators(self) -> tuple[int, ...]:
        delivered = self.case.plan.delivered_units
        named = {
            sku
            for limit in self.limits
            for variable, _ in limit.usage.terms
            if (sku := accelerator_of(variable)) is not None
        }
        if any(isinstance(variable, Placed) for limit in self.limits for variable, _ in limit.usage.terms):
            named = set(range(len(delivered)))
        return tuple(sorted(sku for sku in named if delivered[sku][-1]))

    @cached_property
    def is_demand(self) -> bool:
        """Return whether its number is compute that a workload asks for."""
        return any(isinstance(variable, Served) for variable, _ in self.limit.usage.terms)

    def _part_of_demand(self, part: Fraction) -> Fraction:
        return Fraction(max(1, int(self.number * part)))

    @cached_property
    def _uses(self) -> frozenset[Fraction]:
        """Return by how much one block, or one of anything else that is counted, raises usage."""
        blocks = [accelerator.block for accelerator in self.case.plan.accelerators]
        return frozenset(
            Fraction(weight) * (blocks[variable.accelerator] if isinstance(variable, Standing) else 1)
            for limit in self.limits
            for variable, weight in limit.usage.terms
            if weight > 0
        )

    @cached_property
    def resolution(self) -> Fraction:  # noqa: PLR0911  one return a kind of number
        """Return the smallest change that a repair makes."""
        if self.is_share:
            return SHARE_RESOLUTION
        if self.is_demand:
            return self._part_of_demand(DEMAND_RESOLUTION)
        if self.limit.unit in COUNTED:
            return Fraction(1)
        if self.limit.unit == MEGAWATT:
            return POWER_RESOLUTION
        if self.limit.unit in {UNITS, CHIPS}:
            return Fraction(self.blocks[0])
        if self.limit.rule == RESOURCE:
            return _power_of_ten(min(self._uses, default=Fraction(1))) / RESOURCE_PARTS
        weights = self.case.weights["tpp" if self.limit.unit == TPP else "h100_equivalents"]
        sizes = [weights[sku] * self.case.plan.accelerators[sku].block for sku in self._accelerators]
        return Fraction(min((size for size in sizes if size), default=1))

    @cached_property
    def step(self) -> Fraction:  # noqa: PLR0911  one return a kind of number
        """Return the change of one step of a marginal value."""
        if self.is_share:
            return SHARE_STEP
        if self.is_demand:
            return self._part_of_demand(DEMAND_STEP)
        if self.limit.unit in {MEGAWATT, *COUNTED}:
            return Fraction(1)
        if self.limit.unit == UNITS:
            return Fraction(self.blocks[-1])
        if self.limit.rule == RESOURCE:
            return _power_of_ten(max(self._uses, default=Fraction(1))) * 10
        if self.limit.unit == TPP:
            return Fraction(CAP_STEP * h100_tpp())
        return Fraction(CAP_STEP)

    @cached_property
    def first_period(self) -> int | None:
        """Return the first period of a change by a step: of power the first that has any; None: all of them."""
        if self.limit.unit != MEGAWATT or self.numbers[0] > 0:
            return None
        return next((limit.period for limit in self.limits if (limit.number or 0) > 0), None)

    def words(self, amount: Exact) -> str:
        """Return an amount of the setting for people: `5 percentage points`, `1.3 MW`, `72 units`."""
        size = abs(Fraction(amount))
        if self.is_share:
            points = size * 100
            return f"{format_exact(points)} percentage point{'' if points == 1 else 's'}"
        return self._counted(size)

    def number_words(self, number: Exact) -> str:
        """Return a number of the setting for people: `7%`, `120 MW`."""
        return f"{format_exact(Fraction(number) * 100)}%" if self.is_share else self._counted(number)

    def _counted(self, amount: Exact) -> str:
        unit = self.limit.unit
        if amount == 1:
            unit = ONE_OF.get(unit, unit)
        return f"{thousands(amount)} {unit}"


def _power_of_ten(value: Fraction) -> Fraction:
    """Return the largest power of ten that is no more than a positive number."""
    digits = len(str(value.numerator // value.denominator)) - 1
    if value >= 1:
        return Fraction(10**digits)
    inverse = -(-value.denominator // value.numerator)
    return Fraction(1, 10 ** len(str(inverse - 1)))


def thousands(value: Exact) -> str:
    """Return an exact amount with its thousands separated: `50,000`, `12.5`."""
    fraction = Fraction(value)
    return f"{fraction.numerator:,}" if fraction.denominator == 1 else format_exact(fraction)


def settings_of(case: Case, limits: Iterable[Limit]) -> tuple[Setting, ...]:
    """Return the settings behind some limits, in the order of the limits."""
    groups: dict[str, list[Limit]] = defaultdict(list)
    for limit in limits:
        groups[limit.group].append(limit)
    return tuple(Setting(case, tuple(members)) for members in groups.values())


def movable_settings(case: Case, limits: Iterable[Limit]) -> tuple[Setting, ...]:
    """Return the settings whose numbers can move alone: not deliveries where the policy takes shares of these."""
    limits = tuple(limits)
    is_fixed = takes_shares_of_deliveries(case, limits)
    return tuple(one for one in settings_of(case, limits) if not (is_fixed and one.limit.rule == DELIVERIES))
