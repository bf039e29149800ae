"""Every limit of a tiny plan as its description has it, read on units that are known by their lives.

What is yielded says by how much usage lies past a limit; nothing, or less, where the limit holds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.oracle import law
from tests.oracle.plan_facts import exact, flag
from tests.oracle.service import asked, may_serve
from tests.oracle.unit_lives import BEFORE
from tests.oracle.world import HOURS, Past

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.oracle.plan_facts import Row
    from tests.oracle.unit_lives import Life, Lot
    from tests.oracle.world import Choice, World


def past(world: World, choice: Choice) -> Iterator[Past]:
    """Yield every limit that a placement goes past."""
    yield from past_units(world, choice)
    yield from _past_commitments(world, choice)
    yield from _past_sites(world, choice)
    yield from _past_halls(world, choice)
    yield from _past_resources(world, choice)
    yield from _past_openings(world, choice)
    if choice.served is not None:
        yield from _past_service(world, choice)


def past_units(world: World, choice: Choice) -> Iterator[Past]:
    """Yield what depends on units alone."""
    for period in range(world.count):
        units: dict[str, Counter[str]] = {key: Counter() for key in world.sites}
        for chip, life in choice.units:
            if life[period] in units:
                units[life[period]][chip] += 1
        for key, own in units.items():
            held = sum(s.units for _, s in world.held_at(key, period))
            site = world.sites[key]
            if site.max_units is not None:
                yield Past(f"max_units[{key}]", period, Fraction(sum(own.values()) + held - site.max_units))
        if world.is_law:
            yield from _past_shares(world, choice, units, period)
        yield from _past_last(world, units, period)
    if world.is_law:
        yield from _past_additions(world, choice)
    yield from _past_lots(world, choice)


def _past_shares(world: World, choice: Choice, units: Mapping[str, Counter[str]], period: int) -> Iterator[Past]:
    standing: dict[str, int] = defaultdict(int)
    for key, own in units.items():
        for chip, count in own.items():
            standing[world.places[key]] += count * int(world.chips[chip]["tpp"])
    for chip, stock in world.stock:
        place = law.destination(stock.country)
        standing[place] += stock.units * stock.stands(period) * int(world.chips[chip]["tpp"])
    if world.policy.get("share_denominator") == "delivered":
        delivered = sum(
            lot.units * int(world.chips[chip]["tpp"])
            for chip, lots in world.lots.items()
            for lot in lots
            if lot.period <= period
        )
        bought = sum(int(world.chips[chip]["tpp"]) for chip, life in choice.units if life[period] != BEFORE)
        standing[world.document["economics"].get("holding_country", "US")] += delivered - bought
    day, total = world.reader.first_day(period), sum(standing.values())
    home = exact(world.policy.get("home_share", law.HOME_SHARE))
    each = exact(world.policy.get("destination_share", law.DESTINATION_SHARE))
    outside = exact(world.policy.get("outside_tier1_share", law.OUTSIDE_TIER_1_SHARE))
    yield Past("home_share[US]", period, home * total - standing["US"])
    beyond = sum(count for where, count in standing.items() if law.tier(where, day) != 1)
    yield Past("outside_tier1_share", period, beyond - outside * total)
    for where, count in standing.items():
        if law.tier(where, day) == 2:
            yield Past(f"destination_share[{where}]", period, count - each * total)


def _past_additions(world: World, choice: Choice) -> Iterator[Past]:
    cap = exact(world.policy.get("national_cap", law.NATIONAL_CAP))
    came = [
        (period, world.places[site], origin)
        for _, life in choice.units
        for period, site, origin in world.arrivals(life)
    ]
    added = Counter(
        (period, place) for period, place, origin in came if origin is None or world.places[origin] != place
    )
    total: Counter[str] = Counter()
    for _, stock in world.stock:
        total[law.destination(stock.country)] += stock.units * stock.recent
    for period in range(world.count):
        day = world.reader.first_day(period)
        for place in {*total, *world.places.values()}:
            total[place] += added[period, place]
            if law.tier(place, day) == 2:
                yield Past(f"national_cap[{place}]", period, total[place] - cap)
            if law.tier(place, day) == 3:
                yield Past("closed", period, Fraction(added[period, place]))


def _past_lots(world: World, choice: Choice) -> Iterator[Past]:
    for chip, lots in world.lots.items():
        bought = [world.arrivals(life)[0][:2] for own, life in choice.units if own == chip and world.arrivals(life)]
        for period in range(world.count):
            now = [(when, site) for when, site in bought if when <= period]
            group = f"deliveries[{chip}]"
            unmatched = len(now) - _most_matched(world, lots, now)
            excess = _beyond(world, lots, bought, period) if group in world.prices else unmatched
            yield Past(group, period, Fraction(excess))
            delivered = sum(lot.units for lot in lots if lot.period <= period)
            whole = delivered // world.block[chip] * world.block[chip]
            is_end = period == world.count - 1
            if world.must_place == "each_period" or (world.must_place == "by_end" and is_end):
                yield Past(f"must_place[{chip}]", period, Fraction(whole - len(now)))


def _beyond(world: World, lots: Sequence[Lot], bought: Sequence[tuple[int, str]], period: int) -> int:
    """Return by how much units go past what is bound to no place, which is what is paid for."""
    countries = {site.country for site in world.sites.values()}
    at_sites, at_countries = dict.fromkeys(world.sites, 0), dict.fromkeys(countries, 0)
    for k in range(period + 1):
        for key in world.sites:
            own = sum(lot.units for lot in lots if lot.target == key and lot.period <= k)
            at_sites[key] = max(at_sites[key], sum(site == key and when <= k for when, site in bought) - own)
        for country in countries:
            own = sum(lot.units for lot in lots if lot.target == country and lot.period <= k)
            inside = sum(at_sites[key] for key, site in world.sites.items() if site.country == country)
            at_countries[country] = max(at_countries[country], inside - own)
    return sum(at_countries.values()) - sum(lot.units for lot in lots if lot.target is None and lot.period <= period)


def _past_last(world: World, units: Mapping[str, Counter[str]], period: int) -> Iterator[Past]:
    frozen = world.document.get("frozen", {})  # what the last plan had standing, where it is to stay
    if period in frozen:
        for key, own in units.items():
            for chip in world.chips:
                if own[chip] != frozen[period].get((key, chip), 0):
                    yield Past("frozen", period, Fraction(1))


def missing(world: World, choice: Choice) -> Fraction:
    """Return what is charged for units of the last plan that are not added as planned."""
    planned, money = world.document.get("planned", {}), Fraction(0)
    lives = [(chip, world.arrivals(life)) for chip, life in choice.units]
    bought = Counter((came[0][1], chip, came[0][0]) for chip, came in lives if came)
    for (site, chip, period), units in planned.items():
        short = max(0, units - bought[site, chip, period])
        money += world.document["change_price"] * world.factor(period) * short
    return money


def _past_commitments(world: World, choice: Choice) -> Iterator[Past]:
    for row in world.document.get("commitments", []):
        inside = [k for k, s in world.sites.items() if row.get("site") == k or row.get("country") == s.country]
        only = row.get("accelerator")
        for period in range(world.count):
            total = sum(life[period] in inside for chip, life in choice.units if only in {None, chip})
            total += sum(
                s.units
                for chip, s in world.stock
                if only in {None, chip}
                and s.stands(period)
                and (s.site == row["site"] if row.get("site") else s.country == row["country"])
            )
            used = any(world.is_open(choice, key, period) for key in inside)
            if row.get("min_units") is not None and (used or not flag(row.get("only_if_used", False))):
                yield Past(f"commitment[{row['key']}]", period, Fraction(int(row["min_units"]) - total))
            if row.get("max_units") is not None:
                yield Past(f"commitment[{row['key']}]", period, Fraction(total - int(row["max_units"])))


def _past_sites(world: World, choice: Choice) -> Iterator[Past]:
    for key, site in world.sites.items():
        for period in range(world.count):
            power, held = site.power_mw[period], world.held_at(key, period)
            drawn = sum((world.power_kw(chip) for chip, life in choice.units if life[period] == key), Fraction(0))
            if site.includes_installed:
                drawn += sum((s.units * world.power_kw(chip) for chip, s in held), Fraction(0))
            power += sum((h.power_mw * choice.standing(h, period) for h in world.halls if h.site == key), Fraction(0))
            yield Past(f"site_power[{key}]", period, drawn * world.pue(key) / 1000 - power)
            own = sum(life[period] == key for _, life in choice.units)
            units = own + sum(s.units for _, s in held)
            if world.is_open(choice, key, period):
                yield Past(f"min_units[{key}]", period, Fraction(site.least - units))
            else:
                yield Past("units where closed", period, Fraction(own))


def _past_halls(world: World, choice: Choice) -> Iterator[Past]:
    for hall in world.halls:
        closes = world.sites[hall.site].closes
        for period in range(world.count):
            count, is_open = choice.standing(hall, period), world.is_open(choice, hall.site, period)
            before = choice.standing(hall, period - 1) if period else 0
            if closes is not None and period > closes:
                yield Past("modules where closed", period, Fraction(count))
                continue
            yield Past("fewer modules", period, Fraction(before - count))
            if period < hall.since:
                yield Past("modules before available", period, Fraction(count))
                continue
            yield Past(f"max_modules[{hall.key}]", period, Fraction(count - hall.most))
            if is_open:
                yield Past(f"min_modules[{hall.key}]", period, Fraction(hall.least - count))
            else:
                yield Past("modules where closed", period, Fraction(count))


def _past_resources(world: World, choice: Choice) -> Iterator[Past]:
    rows = world.document.get("resources", [])
    for key in dict.fromkeys(row["resource"] for row in rows):
        own = [row for row in rows if row["resource"] == key]
        counts = next((row["counts"] for row in own if row.get("counts")), "standing")
        uses = [row for row in world.document["resource_use"] if row["resource"] == key]
        for period, label in enumerate(world.labels):
            dated = [r for r in own if r.get("period") == label] or [r for r in own if not r.get("period")]
            if dated:
                used = sum((_used(world, choice, use, counts, period) for use in uses), Fraction(0))
                yield Past(f"resource[{key}]", period, used - exact(dated[0]["limit"]))


def _used(world: World, choice: Choice, use: Row, counts: str, period: int) -> Fraction:
    """Return what one row of resource_use.csv comes to in a period."""
    filters = ("site", "country", "region")
    sites = {k for k, row in world.rows.items() if all(use.get(name) in {None, row.get(name)} for name in filters)}
    total = Fraction(0)
    for chip, life in choice.units:
        if use.get("accelerator") in {None, chip} and world.arrivals(life):
            total += _used_by_unit(world, chip, life, sites, use, counts, period)
    per_opening, per_module = (exact(use.get(name) or 0) for name in ("per_opening", "per_module"))
    for key in sites & set(choice.opened) - world.held:
        first = choice.opened[key]
        is_now = {
            "standing": world.is_open(choice, key, period),
            "added": first == period,
            "cumulative": first <= period,
        }
        total += per_opening * is_now[counts]
    for hall in world.halls:
        if hall.site in sites and use.get("hall") in {None, hall.key}:
            rows = [choice.standing(hall, k) for k in range(period + 1)]
            before = max(rows[:-1], default=0)
            now = {"standing": rows[-1], "added": max(0, rows[-1] - before), "cumulative": max(rows)}
            total += per_module * now[counts]
    return total


def _used_by_unit(world: World, chip: str, life: Life, sites: set[str], use: Row, counts: str, period: int) -> Fraction:
    came = world.arrivals(life)
    placed, at = came[0][:2]
    draw = {key: world.power_kw(chip) * world.pue(key) / 1000 for key in sites}
    where = life[period] if counts == "standing" else at
    total = Fraction(0)
    if {"standing": True, "added": placed == period, "cumulative": placed <= period}[counts] and where in sites:
        total += exact(use.get("per_unit") or 0) + exact(use.get("per_mw") or 0) * draw[where]
        total += exact(use.get("rate_of_price") or 0) * exact(world.chips[chip].get("price_usd") or 0)
    arrived = {when for when, _, _ in came}
    for when in range(period + 1) if counts == "cumulative" else [period]:
        if life[when] in sites:
            part = world.share if when in arrived else Fraction(1)
            total += exact(use.get("per_mwh") or 0) * HOURS * draw[life[when]] * part
    return total


def _past_openings(world: World, choice: Choice) -> Iterator[Past]:
    for row in world.document.get("opening_limits", []):
        first = max(0, world.number(row["from"])) if row.get("from") else 0
        last = min(world.count - 1, world.number(row["until"])) if row.get("until") else world.count - 1
        inside = [
            key
            for key, site in world.sites.items()
            if row.get("country") in {None, site.country} and row.get("region") in {None, world.rows[key].get("region")}
        ]
        for period in range(first, last + 1):
            opening = sum(choice.opened.get(key) == period and key not in world.held for key in inside)
            held = [key for key in inside if world.is_open(choice, key, period)]
            counts = {"max_openings": opening, "max_sites": len(held)}
            counts["max_countries"] = len({world.places[key] for key in held})
            group = f"opening_limit[{row['key']}]"
            for column, count in counts.items():
                if row.get(column) is not None:
                    yield Past(group, period, Fraction(count - int(row[column])))
            if row.get("min_openings") is not None:
                yield Past(group, period, Fraction(int(row["min_openings"]) - opening))
    for row in world.document.get("exclusions", []):
        for period in range(world.count):
            both = sum(world.is_open(choice, row[name], period) for name in ("site", "other_site"))
            yield Past("exclusion", period, Fraction(both - 1))


def _past_service(world: World, choice: Choice) -> Iterator[Past]:
    facts, served = world.service_facts, choice.served or {}
    for (site, key, period), tpp in served.items():
        if tpp < 0 or (tpp and not may_serve(facts, key, site)):
            yield Past("served where it may not", period, Fraction(1))
    for period in range(world.count):
        for site in world.sites:
            used = sum(tpp for (where, _, when), tpp in served.items() if (where, when) == (site, period))
            yield Past("site_compute", period, Fraction(used - world.tpp_at(choice, site, period)))
        for one in asked(facts, period):
            total = sum(tpp for (_, name, when), tpp in served.items() if (name, when) == (one.key, period))
            yield Past("demand", period, Fraction(total - one.demand))
            if one.must:
                yield Past(f"must_serve[{one.key}]", period, Fraction(one.demand - total))


def _most_matched(world: World, lots: Sequence[Lot], units: Sequence[tuple[int, str]]) -> int:
    """Return how many units can have a lot of their own that had arrived and may go where they were placed."""
    supply = [lot for lot in lots for _ in range(lot.units)]
    taken: dict[int, int] = {}

    def find(unit: int, seen: set[int]) -> bool:
        period, site = units[unit]
        for number, lot in enumerate(supply):
            fits = lot.period <= period and lot.target in {None, site, world.sites[site].country}
            if fits and number not in seen:
                seen.add(number)
                if number not in taken or find(taken[number], seen):
                    taken[number] = unit
                    return True
        return False

    return sum(find(unit, set()) for unit in range(len(units)))
