"""A conflict: settings that cannot hold together, as few as can be; without any one of them a plan exists.

Found by deletion on any backend, in halves (Junker's QuickXplain): first over whole rules, then over the settings of those
left, power by country, all deliveries as one; at last each member is narrowed to the periods in which it is needed. A
solve that is cut short leaves in what it could not show to be superfluous, and `is_minimal` is then false.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.explain.deletion import minimal_subset
from optimizer.schema.limit_kind import LimitKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from optimizer.explain.feasibility import Feasibility
    from optimizer.explain.setting import Setting
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Limit

POWER = "site_power"
AS_ONE = frozenset({"deliveries", "site_compute"})
"""Rules of which every setting is one atom until narrowed."""
BY_COUNTRY = frozenset({POWER, "max_units", "openings", "allowed_accelerators"})
"""Rules about single sites: all of one country are one atom until narrowed."""


@dataclass(frozen=True)
class Atom:
    """Settings that a conflict keeps or drops together."""

    name: str
    settings: tuple[Setting, ...]

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Return all limits of the settings."""
        return tuple(limit for setting in self.settings for limit in setting.limits)

    @property
    def kind(self) -> LimitKind:
        """Return who stands behind them."""
        return self.settings[0].kind


@dataclass(frozen=True)
class Member:
    """One atom of a conflict, with the periods in which it is needed."""

    atom: Atom
    periods: tuple[str, ...]


@dataclass(frozen=True)
class Conflict:
    """Atoms that cannot hold together."""

    members: tuple[Member, ...]
    is_minimal: bool
    seconds: float
    num_solves: int

    @property
    def groups(self) -> frozenset[str]:
        """Return every group of the members."""
        return frozenset(setting.group for member in self.members for setting in member.atom.settings)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Return every limit of the members, in all periods."""
        return tuple(limit for member in self.members for limit in member.atom.limits)


def find_conflicts(
    case: Case, settings: Sequence[Setting], feasibility: Feasibility, *, is_narrow: bool = False, most: int = 4
) -> tuple[Conflict, ...]:
    """Return conflicts that share no setting, at most `most`; none where a plan exists or nothing was proven.

    `is_narrow`: every setting is an atom of its own.
    """
    found: list[Conflict] = []
    left = tuple(settings)
    while len(found) < most:
        conflict = find_conflict(case, left, feasibility, is_narrow=is_narrow)
        if conflict is None:
            break
        found.append(conflict)
        left = tuple(setting for setting in left if setting.group not in conflict.groups)
    return tuple(found)


def find_conflict(
    case: Case, settings: Sequence[Setting], feasibility: Feasibility, *, is_narrow: bool = False
) -> Conflict | None:
    """Return a minimal conflict of some settings, None where they can hold together or it is not known."""
    started, solves = time.monotonic(), feasibility.budget.num_solves

    def contradicts(atoms: Iterable[Atom]) -> bool | None:
        answer = feasibility.ask(case, (limit for atom in atoms for limit in atom.limits))
        return None if answer.exists is None else not answer.exists

    atoms = _by_rule(settings)
    if contradicts(atoms) is not True:
        return None
    rules = minimal_subset(contradicts, atoms)
    split = _by_setting if is_narrow else _by_country
    atoms = minimal_subset(contradicts, split(setting for atom in rules for setting in atom.settings))
    is_minimal = contradicts(atoms) is True and all(
        contradicts(other for other in atoms if other is not atom) is False for atom in atoms
    )
    members = tuple(Member(atom, periods) for atom, periods in _periods(case, atoms, feasibility))
    return Conflict(members, is_minimal, time.monotonic() - started, feasibility.budget.num_solves - solves)


def _by_rule(settings: Iterable[Setting]) -> tuple[Atom, ...]:
    return _grouped(settings, lambda setting: setting.limit.rule)


def _by_country(settings: Iterable[Setting]) -> tuple[Atom, ...]:
    def name(setting: Setting) -> str:
        rule, scope = setting.limit.rule, setting.limit.scope
        if rule in AS_ONE:
            return rule
        if rule not in BY_COUNTRY:
            return setting.group
        site = setting.case.plan.site_index[scope.partition(",")[0]]
        return f"{rule} in {setting.case.site_destinations[site]}"

    return _grouped(settings, name)


def _by_setting(settings: Iterable[Setting]) -> tuple[Atom, ...]:
    return _grouped(settings, lambda setting: setting.group)


def _grouped(settings: Iterable[Setting], name_of: Callable[[Setting], str]) -> tuple[Atom, ...]:
    """Return atoms by name; contracts first, then the policy, then physics: what comes first is kept first."""
    atoms: dict[str, list[Setting]] = defaultdict(list)
    for setting in settings:
        atoms[name_of(setting)].append(setting)
    order = (LimitKind.CONTRACT, LimitKind.POLICY, LimitKind.PHYSICAL)
    found = [Atom(name, tuple(members)) for name, members in atoms.items()]
    return tuple(sorted(found, key=lambda atom: order.index(atom.kind)))


def _periods(case: Case, atoms: tuple[Atom, ...], feasibility: Feasibility) -> Iterable[tuple[Atom, tuple[str, ...]]]:
    """Yield each atom with the periods in which it is needed for the contradiction, one atom after the other."""
    kept: dict[str, tuple[Limit, ...]] = {atom.name: atom.limits for atom in atoms}
    for atom in atoms:
        labels = tuple(dict.fromkeys(limit.period_label for limit in sorted(atom.limits, key=lambda one: one.period)))
        others = tuple(limit for name, limits in kept.items() if name != atom.name for limit in limits)

        def contradicts(wanted: Iterable[str], atom: Atom = atom, others: tuple[Limit, ...] = others) -> bool | None:
            names = frozenset(wanted)
            answer = feasibility.ask(case, (*others, *(one for one in atom.limits if one.period_label in names)))
            return None if answer.exists is None else not answer.exists

        needed = labels if len(labels) == 1 else _fewest(contradicts, labels)
        kept[atom.name] = tuple(limit for limit in atom.limits if limit.period_label in needed)
        yield atom, needed


def _fewest(contradicts: Callable[[Iterable[str]], bool | None], labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the earliest period that is enough alone; else a stretch neither end of which can be left out."""
    alone = next((label for label in labels if contradicts((label,)) is True), None)
    if alone is not None:
        return (alone,)
    needed = labels
    while len(needed) > 1 and contradicts(needed[1:]) is True:
        needed = needed[1:]
    while len(needed) > 1 and contradicts(needed[:-1]) is True:
        needed = needed[:-1]
    return needed
