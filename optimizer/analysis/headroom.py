"""How much more of an accelerator fits in a destination or at a site, from when, and which limit stops it.

Blocks added in a period stand from then on, or until their site closes, so every limit of that period and of all later
ones is asked. Adding compute also grows the total that shares are taken of; that is counted, exactly. A destination's
headroom is what the policy allows; a site's also asks its power, its unit limits and its contracts. Deliveries are not
asked: headroom says what fits, not what is on order. Nor does a soft limit stop anything: room past it is for sale.

Under a policy with legal paths the room is the sum over the open paths, tried in the policy's order, each within its own
limits; what the other limits allow still holds.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.analysis.path_room import Headroom, within_paths
from optimizer.analysis.path_slacks import path_slacks
from optimizer.catalogue.countries import destination_of
from optimizer.rules.ledger import Ledger
from optimizer.rules.limit import WORLD, Entered, Limit, Placed, Sense, Standing, Vintage
from optimizer.rules.registry import compile_limits, compile_policy_limits
from optimizer.schema.plan import Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from optimizer.analysis.path_slacks import PathSlacks
    from optimizer.rules.case import Case
    from optimizer.rules.limit import Exact, Variable
    from optimizer.schema.placement import Placement

SUPPLY_RULES = frozenset({"deliveries", "must_place"})
"""Rules that speak of supply, not of room."""


def headroom(
    case: Case,
    placement: Placement,
    *,
    countries: Sequence[str] = (),
    sites: Sequence[str] = (),
    accelerators: Sequence[str] = (),
    periods: Sequence[str] = (),
) -> tuple[Headroom, ...]:
    """Return the headroom left beside a placement (an empty one: beside the installed fleet alone).

    Countries are ISO codes, with or without candidate sites; without countries and sites every destination of the plan is
    listed. Without accelerators or periods, all of the plan's. Raises InputError for an unknown country and KeyError for
    an unknown site, accelerator or period.
    """
    plan = case.plan
    skus = [plan.accelerator_index[key] for key in accelerators] or range(len(plan.accelerators))
    when = [plan.horizon.index[label] for label in periods] or range(case.num_periods)
    places = [destination_of(code) for code in countries] or ([] if sites else list(case.destinations))
    wider = with_hypothetical_sites(case, places)
    ledger = Ledger(wider, placement)
    policy_limits = tuple(limit for limit in compile_policy_limits(wider) if not limit.is_soft)
    slacks = path_slacks(ledger, policy_limits)
    rows = [
        destination_headroom(wider, ledger, policy_limits, slacks, place, sku, period)
        for place in places
        for sku in skus
        for period in when
    ]
    if sites:
        own = Ledger(case, placement)
        limits = [limit for limit in compile_limits(case) if limit.rule not in SUPPLY_RULES and not limit.is_soft]
        own_slacks = path_slacks(own, limits)
        rows += [
            _site_headroom(case, own, limits, own_slacks, plan.site_index[key], sku, period)
            for key in sites
            for sku in skus
            for period in when
        ]
    return tuple(rows)


def destination_headroom(
    case: Case, ledger: Ledger, limits: Iterable[Limit], slacks: PathSlacks, destination: str, sku: int, period: int
) -> Headroom:
    """Return the headroom of one destination under some limits; it must have a candidate site in the case.

    `slacks` are those of the policy's limits on the placement.
    """
    relevant = (
        limit for limit in limits if any(isinstance(variable, Placed | Vintage) for variable, _ in limit.net_terms())
    )
    site = max(case.sites_by_destination[destination], key=case.last_open)  # of several the first
    found = _headroom(case, ledger, relevant, site, sku, period, destination)
    return within_paths(case, slacks, case.gates_by_destination.get(destination, ()), sku, period, found)


def _site_headroom(
    case: Case, ledger: Ledger, limits: Iterable[Limit], slacks: PathSlacks, site: int, sku: int, period: int
) -> Headroom:
    # A limit on paths asks nothing of units alone: adding one takes a path along.
    plain = (limit for limit in limits if not any(isinstance(variable, Entered) for variable, _ in limit.net_terms()))
    found = _headroom(case, ledger, plain, site, sku, period, case.plan.sites[site].key)
    gates = tuple(gate for gate in case.gates if site in gate.sites)
    return within_paths(case, slacks, gates, sku, period, found)


def with_hypothetical_sites(case: Case, places: Iterable[str]) -> Case:
    """Return the case with a site, numbered after all others, in each place that has no candidate site.

    An authorisation that the company holds covers it from the start.
    """
    missing = sorted(set(places) - set(case.sites_by_destination))
    if not missing:
        return case
    nothing = (Fraction(0),) * case.num_periods
    extra = tuple(
        Site(
            key=f"any site in {place}",
            country=place,
            power_mw=nothing,
            energy_price_usd_per_mwh=nothing,
            authorised_from=0,
        )
        for place in missing
    )
    return replace(case, plan=replace(case.plan, sites=case.plan.sites + extra))


def _headroom(
    case: Case, ledger: Ledger, limits: Iterable[Limit], site: int, sku: int, period: int, place: str
) -> Headroom:
    accelerator = case.plan.accelerators[sku]
    best: tuple[int, Limit] | None = None
    for limit, rise in _rises(case, limits, site, sku, period):
        usage, allowance = ledger.read(limit)
        fits = max(0, int(Fraction(limit.slack(usage, allowance)) // rise))
        if best is None or fits < best[0]:
            best = (fits, limit)
    label = case.plan.horizon.labels[period]
    if best is None:
        return Headroom(place, accelerator.key, label, None, None, None)
    return Headroom(place, accelerator.key, label, best[0], best[0] * accelerator.block, best[1])


def _rises(case: Case, limits: Iterable[Limit], site: int, sku: int, period: int) -> Iterator[tuple[Limit, Fraction]]:
    """Yield each limit that one block more brings closer to breaking, with by how much."""
    block = case.plan.accelerators[sku].block
    for limit in limits:
        if limit.period < period:
            continue
        terms = limit.net_terms()
        rise = sum(
            (Fraction(weight) * _per_unit(case, variable, site, sku, period) for variable, weight in terms), Fraction(0)
        )
        toward = rise if limit.sense is Sense.AT_MOST else -rise
        if toward > 0:
            yield limit, toward * block


def _per_unit(case: Case, variable: Variable, site: int, sku: int, period: int) -> Exact:
    """Return by how much one unit more, standing at a site from a period on until the site closes, raises a variable."""
    if variable.period < period or period <= case.last_open(site) < variable.period:
        return 0
    match variable:
        case Placed(measure, place):
            return case.weights[measure][sku] if place in {case.site_destinations[site], WORLD} else 0
        case Standing():
            return int(variable[:2] == (site, sku))
        case Vintage():
            return int(variable[:3] == (site, sku, period))
        case _:
            return 0
