"""The table of periods: deliveries, power, carbon and the three shares."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.report.exact_numbers import exact_or_none, plain, plain_or_none
from optimizer.report.judged import Judged, home_of, share_rule
from optimizer.report.rows import PeriodRow
from optimizer.rules.limit import WORLD, Placed
from optimizer.rules.measures import CHIPS, TPP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.rules.case import Case

OUTSIDE_TIER_1 = (2, 3)


def period_rows(judged: Judged) -> tuple[PeriodRow, ...]:
    """Return one row per period."""
    return tuple(_row(judged, period) for period in range(judged.case.num_periods))


def _row(judged: Judged, period: int) -> PeriodRow:
    case = judged.case
    delivered = {measure: case.delivered(measure, period) for measure in (CHIPS, TPP)}
    placed = {measure: judged.ledger.value(Placed(measure, WORLD, period)) for measure in (CHIPS, TPP)}
    used_by_site = power_used(judged, period)
    used = sum(used_by_site.values(), Fraction(0))
    available, in_open_sites = _power(judged, period, used_by_site)
    home = judged.share("home_share", (home_of(case),), period)
    outside = judged.share("outside_tier1_share", case.in_tiers(_outside_tiers(case), period), period)
    country, largest = largest_tier2(judged, period)
    return PeriodRow(
        period=case.plan.horizon.labels[period],
        delivered_units=int(delivered[CHIPS]),
        placed_units=int(placed[CHIPS]),
        unplaced_units=int(judged.unplaced(CHIPS, period)),
        installed_tpp=plain(case.stock.installed(TPP, period=period)),
        delivered_tpp=plain(delivered[TPP]),
        placed_tpp=plain(placed[TPP]),
        unplaced_tpp=plain(judged.unplaced(TPP, period)),
        mw_available=plain(available),
        mw_open=plain(in_open_sites),
        mw_used=plain(used),
        mw_free=plain(available - used),
        carbon_tonnes=plain_or_none(_carbon_tonnes(judged, period)),
        home_share=plain_or_none(home),
        home_share_exact=exact_or_none(home),
        outside_tier1_share=plain_or_none(outside),
        outside_tier1_share_exact=exact_or_none(outside),
        largest_tier2_share=plain_or_none(largest),
        largest_tier2_share_exact=exact_or_none(largest),
        largest_tier2_country=country,
    )


def largest_tier2(judged: Judged, period: int) -> tuple[str | None, Fraction | None]:
    """Return the Tier 2 destination with the largest share of compute, and that share; None where there is none."""
    shares = [
        (share, place)
        for place in judged.case.in_tiers((2,), period)
        if (share := judged.share("destination_share", (place,), period))
    ]
    if not shares:
        return None, None
    share, place = min(shares, key=lambda pair: (-pair[0], pair[1]))
    return place, share


def power_used(judged: Judged, period: int, first_period_share: Fraction = Fraction(1)) -> dict[int, Fraction]:
    """Return the facility MW that placed units draw, by site; units added in the period count by `first_period_share`."""
    plan = judged.case.plan
    used: dict[int, Fraction] = defaultdict(Fraction)
    arrived: Counter[tuple[int, int]] = Counter()
    for move, count in judged.placement.moves.items():
        if move.arrives == period:
            arrived[move.target, move.accelerator] += count
    for (site, sku), row in sorted(judged.placement.standing_units.items()):
        added = max(0, judged.placement.added(site, sku, period)) + arrived[site, sku]
        units = row[period] - added + first_period_share * added
        if units:
            used[site] += units * plan.accelerators[sku].power_kw * plan.sites[site].pue / 1000
    return used


def _outside_tiers(case: Case) -> tuple[int, ...]:
    return share_rule(case, "outside_tier1_share").tiers or OUTSIDE_TIER_1


def _power(judged: Judged, period: int, used: Mapping[int, Fraction]) -> tuple[Fraction, Fraction]:
    """Return the MW that new units can use, and the part of it at open sites.

    An overdrawn site offers nothing, and one in a closed country no more than what its units draw.
    """
    case = judged.case
    offered: dict[int, Fraction] = {}
    for number, site in enumerate(case.plan.sites):
        if (case.site_destinations[number], period) in judged.closed:
            offered[number] = used.get(number, Fraction(0))
        elif case.is_closed(number, period):
            continue
        elif site.opens_from <= period or case.is_open_from_the_start(number):
            is_open = judged.ledger.is_open(number, period)
            built = _power_of_modules(judged, number, period) if is_open else Fraction(0)
            free = (
                case.power.available_mw(number, period) + built if is_open else case.power.reachable_mw(number, period)
            )
            offered[number] = max(Fraction(0), free)
    in_open_sites = [power for number, power in offered.items() if judged.ledger.is_open(number, period)]
    return sum(offered.values(), Fraction(0)), sum(in_open_sites, Fraction(0))


def _power_of_modules(judged: Judged, site: int, period: int) -> Fraction:
    """Return the MW of the modules that stand at a site."""
    halls, standing = judged.case.plan.halls, judged.placement.modules_standing
    return sum(
        (halls[h].power_mw * standing(h, period) for h in judged.case.power.halls_at_site.get(site, ())), Fraction(0)
    )


def _carbon_tonnes(judged: Judged, period: int) -> Fraction | None:
    plan = judged.case.plan
    drawn = power_used(judged, period, plan.economics.first_period_share)
    tonnes = Fraction(0)
    for site, power in drawn.items():
        intensity = plan.sites[site].carbon_kg_per_mwh
        if intensity is None:
            return None
        tonnes += power * plan.horizon.hours * intensity / 1000
    return tonnes
