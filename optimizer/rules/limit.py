"""`Limit`: one exact linear inequality with its name, unit, setting and citation.

The one table of limits drives the model, the exact check, the binding analysis and every report. Quantities are integers
or fractions; nothing here knows a solver.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from optimizer.schema.limit_kind import LimitKind

_Kind = TypeVar("_Kind")

WORLD = "world"
"""The place of a total over all destinations."""
BOUGHT, CHANGES = "bought", "changes"
"""Terms of the objective that excess is charged to: room bought past a limit, or units that do not come as last planned."""


class Standing(NamedTuple):
    """Units of an accelerator that the plan has standing at a site in a period (plan numbers)."""

    site: int
    accelerator: int
    period: int


class Opened(NamedTuple):
    """1 where a site is open in a period, else 0."""

    site: int
    period: int


class Placed(NamedTuple):
    """Total the plan has placed in a destination (or `WORLD`) in a period, in a measure (`optimizer.rules.measures`)."""

    measure: str
    place: str
    period: int


class Entered(NamedTuple):
    """Units of an accelerator that have entered through a gate by a legal path (`optimizer.entry`) by a period."""

    gate: str
    accelerator: int
    path: str
    period: int


@dataclass(frozen=True, order=True, slots=True)
class Served:
    """TPP at a site that serves a workload in a period (plan numbers). Not a tuple: it would equal a `Standing`."""

    site: int
    workload: int
    period: int


class Modules(NamedTuple):
    """Modules of a hall that stand in a period.

    By the hall's key: variables are told apart by their values, and two numbers are an opening.
    """

    hall: str
    period: int


class Present(NamedTuple):
    """1 where any of some sites is open in a period, else 0: whether a country has an open site."""

    sites: tuple[int, ...]
    period: int


class Unbound(NamedTuple):
    """Units of an accelerator placed beyond what is bound to their place (`optimizer.rules.bound_lots`) by a period."""

    country: str
    """Code as written; empty for a site."""
    site: int
    """Plan number; -1 for a country."""
    accelerator: int
    period: int


class Vintage(NamedTuple):
    """Units of an accelerator that were bought in one period and stand at a site in another; only where units may leave.

    In the period of purchase itself these are the units of deliveries placed then.
    """

    site: int
    accelerator: int
    bought: int
    period: int


OUT_HOME, IN_HOME, OUT_ABROAD, IN_ABROAD = "out_home", "in_home", "out_abroad", "in_abroad"
"""Kinds of moves: to or from another site of the same destination, and to or from another destination."""


class Moved(NamedTuple):
    """Units of one age that leave a site, or arrive there, in one period."""

    kind: str
    site: int
    accelerator: int
    bought: int
    period: int


Variable = Standing | Opened | Placed | Entered | Modules | Present | Served | Unbound | Vintage | Moved
Exact = Fraction | int


@dataclass(frozen=True, slots=True)
class Expression:
    """`constant` plus the sum of coefficient times variable, exactly."""

    terms: tuple[tuple[Variable, Exact], ...] = ()
    constant: Exact = 0

    def evaluate(self, value_of: Callable[[Variable], Exact]) -> Exact:
        """Return the exact value given the value of each variable."""
        total = self.constant
        for variable, coefficient in self.terms:
            if value := value_of(variable):  # of thousands of terms most are nothing
                total += coefficient * value
        return total


class Sense(StrEnum):
    """Which side of the allowance usage must stay on."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True)
class Limit:
    """One inequality `usage <= allowance` (or `>=`), tested on the stock of one period.

    Limits of one rule and scope over all periods are one setting and form a group.
    """

    rule: str
    scope: str
    period: int
    period_label: str
    sense: Sense
    usage: Expression
    allowance: Expression
    unit: str
    kind: LimitKind
    setting: str
    """The number somebody wrote, as they wrote it: `7/100`, `120 MW`."""
    citation: str
    """The law, the contract's reference, or the plan file the number stands in."""
    number: Exact | None = None
    """The setting as an exact number: 7/100, 120; None where there is no number to move (a closure, a path)."""
    per_number: Expression = Expression(constant=1)
    """By how much the allowance moves per unit of `number`: the total for a share, 1 for an amount."""
    price: Fraction | None = None
    """A soft limit's price for each unit by which it is broken in its period, before discounting; None: it must hold."""
    term: str = BOUGHT
    """The term of the objective that its excess is charged to. `changes` is nobody's limit: reports list it elsewhere."""

    @property
    def group(self) -> str:
        """Return `destination_share[MY]`."""
        return group_key(self.rule, self.scope)

    @property
    def key(self) -> str:
        """Return `destination_share[MY,2026Q4]`."""
        return f"{self.rule}[{self.scope},{self.period_label}]" if self.scope else f"{self.rule}[{self.period_label}]"

    def slack(self, usage: Exact, allowance: Exact) -> Exact:
        """Return how far usage is from breaking the limit; negative when it is broken, by that much."""
        return allowance - usage if self.sense is Sense.AT_MOST else usage - allowance

    @property
    def is_soft(self) -> bool:
        """Return whether it may be broken at a price."""
        return self.price is not None

    def excess(self, usage: Exact, allowance: Exact) -> Exact:
        """Return how far usage lies past the allowance; 0 where the limit is kept."""
        return max(0, -self.slack(usage, allowance))

    def moved(self, amount: Exact) -> Limit:
        """Return the limit with its number changed by an amount. Raises ValueError where it has no number."""
        if self.number is None:
            msg = f"{self.key} has no number to move"
            raise ValueError(msg)
        terms = dict(self.allowance.terms)
        for variable, coefficient in self.per_number.terms:
            terms[variable] = terms.get(variable, 0) + amount * coefficient
        constant = self.allowance.constant + amount * self.per_number.constant
        return replace(self, allowance=Expression(tuple(terms.items()), constant), number=self.number + amount)

    def net_terms(self) -> tuple[tuple[Variable, Exact], ...]:
        """Return usage minus allowance, terms merged, zero coefficients dropped."""
        net = dict(self.usage.terms)
        if len(net) < len(self.usage.terms):
            net = {}
            for variable, coefficient in self.usage.terms:
                net[variable] = net.get(variable, 0) + coefficient
        for variable, coefficient in self.allowance.terms:
            net[variable] = net.get(variable, 0) - coefficient
        return tuple(term for term in net.items() if term[1].numerator)

    @property
    def net_bound(self) -> Exact:
        """Return the right-hand side: net terms <= it (AT_MOST) or >= it (AT_LEAST)."""
        return self.allowance.constant - self.usage.constant


def accelerator_of(variable: Variable) -> int | None:
    """Return the accelerator a variable counts; None where it counts none, or several."""
    if isinstance(variable, Standing | Entered | Unbound | Vintage | Moved):
        return variable.accelerator
    return None


def variables_named(limits: Iterable[Limit], kind: type[_Kind]) -> set[_Kind]:
    """Return the variables of one kind that limits speak of."""
    return {
        variable
        for limit in limits
        for variable, _ in (*limit.usage.terms, *limit.allowance.terms)
        if isinstance(variable, kind)
    }


def group_key(rule: str, scope: str) -> str:
    """Return the key of a group of limits, as plan.toml's [limits] table names it."""
    return f"{rule}[{scope}]" if scope else rule
