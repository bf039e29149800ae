"""Everything at once on a tiny plan: the optimum by a walk through the lives of blocks, openings and modules.

Sets of lives are walked from the most valuable on, each with every choice of openings and modules, until no other can be
worth more: what openings, modules and limits past their price come to only takes value away.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import comb
from typing import TYPE_CHECKING

from tests.oracle.world import Choice, Past
from tests.oracle.world_limits import missing, past, past_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.oracle.world import Hall, Owned, World


def judged(world: World, choice: Choice) -> tuple[list[Past], Fraction]:
    """Return the limits that are broken, and what a placement is worth."""
    broken, charged = [], Fraction(0)
    for one in past(world, choice):
        if one.excess > 0 and one.group in world.prices:
            charged += world.prices[one.group] * world.factor(one.period) * one.excess
        elif one.excess > 0:
            broken.append(one)
    money = world.before_charges(choice)
    service = world.service_money(choice)
    if service is None:
        broken.append(Past("must_serve", 0, Fraction(1)))
    return broken, money + (service or 0) - charged - missing(world, choice)


def _sets_of_lives(world: World, spare: int) -> Iterator[tuple[Owned, ...]]:
    """Yield every set of lives of the blocks delivered, and of some more where deliveries have a price."""
    listed = []
    for chip, lots in world.lots.items():
        blocks = sum(lot.units for lot in lots) // world.block[chip]
        blocks += spare if f"deliveries[{chip}]" in world.prices and blocks else 0
        listed.append(
            [[(chip, life) for life in chosen] for chosen in combinations_with_replacement(world.lives(chip), blocks)]
        )
    for parts in product(*listed):
        yield tuple(one for part in parts for one in part)


def _extras(world: World, units: tuple[Owned, ...]) -> Iterator[Choice]:
    """Yield every way to open sites, no later than their units come, and to add modules."""
    first: dict[str, int] = {}
    for _, life in units:
        for key in set(life) & set(world.sites):
            first[key] = min(life.index(key), first.get(key, world.count))
    ways: list[list[tuple[str, int | None]]] = []
    for key, site in world.sites.items():
        if key in world.held:
            continue
        latest = first.get(key)
        end = world.count - 1 if site.closes is None else min(site.closes, world.count - 1)
        early = range(site.opens, (end + 1) if latest is None else latest)
        own: list[tuple[str, int | None]] = [(key, latest)]
        if opens_early(world):
            own += [(key, period) for period in early]
        ways.append(own)
    for chosen in product(*ways):
        opened = {key: period for key, period in chosen if period is not None}
        rows = [list(_module_rows(world, hall, opened)) for hall in world.halls]
        for picked in product(*rows):
            yield Choice(units, opened, {h.key: row for h, row in zip(world.halls, picked, strict=True)})


def _module_rows(world: World, hall: Hall, opened: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    closes = world.sites[hall.site].closes
    end = world.count if closes is None else min(world.count, closes + 1)
    since = 0 if hall.site in world.held else opened.get(hall.site, world.count)
    since = max(since, hall.since)
    most = hall.most + (2 if f"max_modules[{hall.key}]" in world.prices else 0)
    for row in product(range(most + 1), repeat=max(0, end - since)):
        if list(row) == sorted(row):
            grown = (0,) * min(since, end) + row
            yield grown + (0,) * (world.count - len(grown))


def opens_early(world: World) -> bool:
    """Return whether a site may have to open before its first units: by a pace, or a budget that an opening uses."""
    limits = world.document.get("opening_limits", [])
    if any(row.get(name) is not None for row in limits for name in ("min_openings", "max_openings")):
        return True
    budgets = {row["resource"] for row in world.document.get("resources", []) if row.get("counts") == "added"}
    return any(
        use["resource"] in budgets and (use.get("per_opening") or use.get("per_module"))
        for use in world.document.get("resource_use", [])
    )


def placements(world: World, floor: Fraction | None = None, spare: int = 1) -> Iterator[tuple[Fraction, Choice]]:
    """Yield placements that keep every limit with their value, as far as each may be worth more than those before.

    With a floor: every one that is worth at least as much.
    """
    units = [
        tuple((chip, life) for chip, life in chosen for _ in range(world.block[chip]))
        for chosen in _sets_of_lives(world, spare)
    ]
    valued = []
    for chosen in units:
        worth: Fraction = sum((world.worth(chip, life) for chip, life in chosen), Fraction(0))
        valued.append((worth, chosen))
    valued.sort(key=lambda pair: -pair[0])
    best = floor
    for worth, chosen in valued:
        if best is not None and worth + world.most_service < best:
            return
        bare = Choice(chosen, {}, {})
        if any(p.excess > 0 and p.group not in world.prices for p in past_units(world, bare)):
            continue
        for choice in _extras(world, chosen):
            money = world.before_charges(choice) + world.most_service
            if best is not None and (money < best if floor is not None else money <= best):
                continue
            broken, value = judged(world, choice)
            if not broken and (best is None or (value >= best if floor is not None else value > best)):
                best = value if floor is None else floor
                yield value, choice


def best(world: World, spare: int = 1) -> tuple[Fraction, Choice] | None:
    """Return the most that a placement is worth, with one that is; None where there is none."""
    return max(placements(world, spare=spare), key=lambda found: found[0], default=None)


def best_rank(world: World, then: Sequence[str], within: Fraction) -> tuple[Fraction, ...] | None:
    """Return what goals come to in order, then the value, negative."""
    found = best(world)
    if found is None:
        return None
    floor = found[0] - within * abs(found[0])
    count: dict[str, Callable[[Choice], Fraction | int]] = {
        "fewest_sites": world.open_at_the_end,
        "least_carbon": world.carbon,
    }
    return min(
        (*(Fraction(count[goal](choice)) for goal in then), -value) for value, choice in placements(world, floor)
    )


def size_of(world: World) -> int:
    """Return about how many placements a walk looks at."""
    size = 1
    for chip, lots in world.lots.items():
        blocks = sum(lot.units for lot in lots) // world.block[chip]
        blocks += f"deliveries[{chip}]" in world.prices
        size *= comb(len(world.lives(chip)) + blocks - 1, blocks)
    for hall in world.halls:
        size *= comb(hall.most + world.count, world.count)
    return size * (world.count ** len(world.sites.keys() - world.held) if opens_early(world) else 1)
