"""Gates: the sites of one destination and one operator's country at which the same paths are open in the same periods.

Units are counted in by gate and path, not by site: what the law asks of a path it asks of a destination. A gate whose
units can all take a path that nothing limits is free, and no choice of path has to be made there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from optimizer.catalogue.countries import destination_of
from optimizer.entry.paths import SiteFacts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.entry.paths import PathCalendar

Openness = tuple[tuple[str, tuple[bool, ...]], ...]
"""Path key to, by period, whether it is open; paths that never are left out."""


class _Alike(NamedTuple):
    """What the sites of one gate have in common."""

    opened: Openness
    free_path: str | None
    operator_headquarters: str | None
    """None: it does not matter."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate. `key` is the destination's code, with the first site's name where the destination has several gates."""

    key: str
    destination: str
    operator_headquarters: str
    sites: tuple[int, ...]
    open_periods: Mapping[str, tuple[bool, ...]] = field(hash=False)
    """Path key to, by period, whether it is open."""
    free_path: str | None
    """A path open in every period that needs one, to every chip, which no rule limits."""

    def last_open(self, path: str, period: int) -> int | None:
        """Return the latest period, up to the given one, in which a path is open; None where it never was."""
        opened = self.open_periods.get(path, ())
        return next((k for k in range(period, -1, -1) if opened[k]), None) if opened else None


def gates_of(
    calendar: PathCalendar,
    *,
    limited: frozenset[str],
    first_in_force: int,
    existing_sites: frozenset[int],
    controlled: Sequence[bool],
) -> tuple[Gate, ...]:
    """Return the gates of a case, by destination, then by first site.

    `limited` are keys of path specs that some rule counts; `first_in_force` is the first period in which a path is
    asked for; `controlled` says by accelerator number whether it needs one.
    """
    openness: dict[SiteFacts, tuple[Openness, str | None]] = {}
    by_destination: dict[str, dict[_Alike, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, site in enumerate(calendar.plan.sites):
        operator = site.operator_headquarters or calendar.plan.company.headquarters
        facts = SiteFacts(
            destination_of(site.country), destination_of(operator), number in existing_sites, site.authorised_from
        )
        if facts not in openness:
            openness[facts] = _openness(calendar, facts, limited, first_in_force, controlled)
        opened, free = openness[facts]
        # What enters may be charged to the country of whoever operates the site; through a free gate nothing is.
        alike = _Alike(opened, free, facts.operator_headquarters if free is None else None)
        by_destination[facts.destination][alike].append(number)
    return tuple(
        Gate(
            key=place if len(groups) == 1 else f"{place}:{calendar.plan.sites[sites[0]].key}",
            destination=place,
            operator_headquarters=alike.operator_headquarters or destination_of(calendar.plan.company.headquarters),
            sites=tuple(sites),
            open_periods=dict(alike.opened),
            free_path=alike.free_path,
        )
        for place, groups in sorted(by_destination.items())
        for alike, sites in sorted(groups.items(), key=lambda pair: pair[1][0])
    )


def _openness(
    calendar: PathCalendar, facts: SiteFacts, limited: frozenset[str], first_in_force: int, controlled: Sequence[bool]
) -> tuple[Openness, str | None]:
    """Return which paths are open at a site, and its free path; beside a free path the others do not matter."""
    found = []
    for path in calendar.paths:
        opened = calendar.open_periods(path, facts)
        is_for_all = all(allowed for allowed, needs in zip(path.allows, controlled, strict=True) if needs)
        if path.spec.key not in limited and is_for_all and all(opened[first_in_force:]):
            return ((path.key, opened),), path.key
        if any(opened):
            found.append((path.key, opened))
    return tuple(found), None
