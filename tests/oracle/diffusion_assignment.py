"""Whether whole units can enter by legal paths: an exact search over how additions split among the paths open to them.

Every quantity limit counts units that have entered so far and never leave their path, so a unit entering in a period
uses the least room of that and all later periods. Additions before the rule is in force need no path, but those of 2025
count toward the country allocation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

from tests.oracle.diffusion_caps import ShareTest, allocation_room, lpp_room, nveu_room, share_tests
from tests.oracle.diffusion_paths import debited, listed_path, open_paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    from tests.oracle.brute_force import Schedule
    from tests.oracle.diffusion_facts import Company

Resource = tuple[str, str]
"""A kind of allowance and what it is of: ("allocation", "MY"), ("lpp", "2025"), ("listed_licence A", "")."""
Charges = tuple[tuple[Resource, int], ...]
"""What one unit takes of each allowance; nothing at all on a free path."""
Split = tuple[int, ...]
"""Units by path, in the order of the item's paths."""
Row = tuple[int, ...]
"""What is left of an allowance, by period."""
BEFORE_THE_RULE = "before the rule"
NO_LIMIT = 2**62


@dataclass(frozen=True)
class Item:
    """Equal units that enter one destination in one period, and the paths open to each of them."""

    period: int
    destination: str
    accelerator: str
    paths: tuple[tuple[str, Charges], ...]


class Assigner:
    """Answers for many candidate placements of one company."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.tests = list(share_tests(company))
        self.by_path = company.settings["share_counts"] == "uveu_only"
        plan = company.plan
        self.items = {
            (site, key, period): self._item(site, key, period)
            for site in plan.sites
            for key in plan.accelerators
            for period in range(plan.num_periods)
            if company.tpp[key]
        }
        self.room = {resource: self._least_room(resource) for resource in self._resources()}
        self.known: dict[object, dict[Item, Split] | None] = {}

    def assign(self, schedules: Mapping[str, Schedule], *, is_complete: bool) -> dict[Item, Split] | None:
        """Return a legal split of every addition of the given sites, or None when there is none.

        Without all sites the shares are taken of the largest fleet there could be.
        """
        if any(room is not None and min(room) < 0 for room in self.room.values()):
            return None
        units: dict[Item, int] = {}
        for site, schedule in schedules.items():
            for key, row in schedule.items():
                for period, standing in enumerate(row):
                    added = standing - (row[period - 1] if period else 0)
                    if added and self.company.tpp[key]:
                        item = self.items[site, key, period]
                        units[item] = units.get(item, 0) + added
        shares = self._share_room(schedules, is_complete=is_complete) if self.by_path else {}
        if any(min(room) < 0 for room in shares.values()):
            return None
        question = (frozenset(units.items()), tuple(sorted(shares.items())))
        if question not in self.known:
            self.known[question] = _split(units, {**self.room, **shares})
        return self.known[question]

    def _item(self, site: str, key: str, period: int) -> Item:
        company, where = self.company, self.company.destination(site)
        tpp = company.tpp[key]
        if not company.in_force(period):
            counts = company.days(period)[0] >= company.day("country_allocation_from")
            return Item(period, where, key, ((BEFORE_THE_RULE, ((("allocation", where), tpp),) if counts else ()),))
        paths = [(path, self._charges(path, site, tpp, period)) for path in open_paths(company, site, key, period)]
        return Item(period, where, key, tuple(sorted(paths, key=lambda path: len(path[1]))))

    def _charges(self, path: str, site: str, tpp: int, period: int) -> Charges:
        where, in_tier_2 = (
            self.company.destination(site),
            self.company.tier(self.company.destination(site), period) == 2,
        )
        if path == "licence_in_tier1":
            parent = debited(self.company, site, period)
            return ((("allocation", parent), tpp),) if parent else ()
        if path == "uveu" and self.by_path and in_tier_2:
            return ((("uveu", where), tpp), (("uveu", ""), tpp))
        for licence in self.company.licences:
            if path == listed_path(licence):
                quantity = ((path, ""), 1 if licence.counts_units else tpp)
                return (quantity, (("allocation", where), tpp)) if in_tier_2 else (quantity,)
        simple: dict[str, Resource] = {
            "licence": ("allocation", where),
            "nveu": ("nveu", where),
            "lpp": ("lpp", str(self.company.days(period)[0].year)),
        }
        return ((simple[path], tpp),) if path in simple else ()

    def _resources(self) -> set[Resource]:
        """Return every allowance that an item can use or that the installed fleet may already exceed."""
        used = {of for item in self.items.values() for _, charges in item.paths for of, _ in charges if of[0] != "uveu"}
        places = self.company.destinations()
        periods = range(self.company.plan.num_periods)
        years = {str(self.company.days(period)[0].year) for period in periods if self.company.in_force(period)}
        stocked = {(kind, where) for kind in ("allocation", "nveu") for where in places}
        return used | stocked | {("lpp", year) for year in years}

    def _least_room(self, resource: Resource) -> Row | None:
        """Return, by period, the least that is left of an allowance from there on; None where it never limits."""
        kind, of = resource
        company, periods = self.company, range(self.company.plan.num_periods)
        rooms: list[Fraction | int | None]
        if kind == "allocation":
            rooms = [allocation_room(company, of, period) for period in periods]
        elif kind == "nveu":
            rooms = [nveu_room(company, of, period) for period in periods]
        elif kind == "lpp":
            rooms = [lpp_room(company, int(of)) for _ in periods]
        else:
            rooms = [next(lic.quantity for lic in company.licences if listed_path(lic) == kind) for _ in periods]
        return _from_there_on(rooms)

    def _share_room(self, schedules: Mapping[str, Schedule], *, is_complete: bool) -> dict[Resource, Row]:
        """Return, by period, what UVEU entries outside Tier 1 the shares leave, when only those are counted."""
        rooms: dict[Resource, list[Fraction | int | None]] = {}
        for test in (test for test in self.tests if test.by_path):
            installed = sum(
                row.tpp for row in self.company.stock if row.path == "uveu" and row.destination in test.places
            )
            left = test.share * self._total(test, schedules, is_complete=is_complete) - installed
            resource = ("uveu", min(test.places) if test.name.startswith("destination") else "")
            row = rooms.setdefault(resource, [None] * self.company.plan.num_periods)
            if test.stock_of >= 0:
                row[test.stock_of] = _lesser(row[test.stock_of], left)
            elif left < 0:  # broken by the installed fleet; a test that it passes says nothing about the plan
                row[0] = -1
        found = {resource: _from_there_on(row) for resource, row in rooms.items()}
        return {resource: row for resource, row in found.items() if row is not None}

    def _total(self, test: ShareTest, schedules: Mapping[str, Schedule], *, is_complete: bool) -> int:
        company, installed = self.company, sum(row.tpp for row in self.company.stock)
        if test.stock_of < 0:
            return installed
        accelerators = company.plan.accelerators
        if not is_complete or company.settings["share_denominator"] == "delivered":
            return installed + sum(company.tpp[key] * acc.delivered[test.stock_of] for key, acc in accelerators.items())
        standing = sum(
            company.tpp[key] * row[test.stock_of] for plan in schedules.values() for key, row in plan.items()
        )
        return installed + standing


def _lesser(room: Fraction | int | None, other: Fraction | int) -> Fraction | int:
    return other if room is None else min(room, other)


def _from_there_on(rooms: list[Fraction | int | None]) -> Row | None:
    """Return the least of each period's and all later rooms, whole; None where none is given."""
    if all(room is None for room in rooms):
        return None
    least = [NO_LIMIT if room is None else floor(room) for room in rooms]
    return tuple(min(least[period:]) for period in range(len(least)))


def _split(units: Mapping[Item, int], room: Mapping[Resource, Row | None]) -> dict[Item, Split] | None:
    """Return units by path for every item, so that no allowance is exceeded in any period; None when impossible."""
    limited = {resource for resource, row in room.items() if row is not None}
    found: dict[Item, Split] = {}
    contested = []
    for item, count in sorted(units.items(), key=lambda pair: pair[0].period):
        free = [number for number, (_, charges) in enumerate(item.paths) if not _limited(charges, limited)]
        if free:
            found[item] = tuple(count if number == free[0] else 0 for number in range(len(item.paths)))
        else:
            contested.append((item, count))
    rest = _Contest(contested, room).solve()
    return None if rest is None else found | rest


def _limited(charges: Charges, limited: set[Resource]) -> Charges:
    return tuple((resource, amount) for resource, amount in charges if resource in limited)


class _Contest:
    """Depth-first search over the items that have no free path, remembering what led nowhere."""

    def __init__(self, items: list[tuple[Item, int]], room: Mapping[Resource, Row | None]) -> None:
        self.items = items
        self.room = {resource: row for resource, row in room.items() if row is not None}
        self.numbers = {resource: number for number, resource in enumerate(self.room)}
        self.dead: set[tuple[int, Split]] = set()

    def solve(self) -> dict[Item, Split] | None:
        found = self._fill(0, (0,) * len(self.room))
        return None if found is None else dict(zip((item for item, _ in self.items), found, strict=True))

    def _fill(self, depth: int, used: Split) -> list[Split] | None:
        if depth == len(self.items):
            return []
        if (depth, used) in self.dead:
            return None
        item, count = self.items[depth]
        for split, then_used in self._splits(item, 0, count, used):
            rest = self._fill(depth + 1, then_used)
            if rest is not None:
                return [split, *rest]
        self.dead.add((depth, used))
        return None

    def _splits(self, item: Item, number: int, count: int, used: Split) -> Iterator[tuple[Split, Split]]:
        """Yield every way to let `count` units in by the paths from `number` on, with what is then used."""
        if number == len(item.paths):
            if count == 0:
                yield (), used
            return
        charges = _limited(item.paths[number][1], set(self.room))
        left = [(self.room[res][item.period] - used[self.numbers[res]]) // amount for res, amount in charges]
        for here in range(max(0, min([count, *left])), -1, -1):
            then_used = list(used)
            for resource, amount in charges:
                then_used[self.numbers[resource]] += amount * here
            for split, finally_used in self._splits(item, number + 1, count - here, tuple(then_used)):
                yield (here, *split), finally_used
