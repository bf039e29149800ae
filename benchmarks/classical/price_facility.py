"""Facility location priced from the original file: is the placement a solution of the problem, and what does it cost?"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from benchmarks.classical.answers import Answer, Counts, Wrong

if TYPE_CHECKING:
    from benchmarks.classical.facility import Facilities


def price_single_source(problem: Facilities, answer: Answer) -> Fraction | Wrong:
    """Return the cost of a placement in which every customer is one unit at one site."""
    sites_of: dict[int, list[int]] = {}
    for (site, customer), units in answer.units.items():
        sites_of.setdefault(customer, []).extend([site] * units)
    for customer in range(problem.num_customers):
        if len(sites_of.get(customer, ())) != 1:
            return Wrong(
                f"customer {customer + 1} is served from {len(sites_of.get(customer, ()))} sites, not from one"
            )
    served = {(site, customer): problem.demands[customer] for customer, (site,) in sites_of.items()}
    return _wrong_sites(problem, answer, served) or _cost(problem, answer, served)


def price_capacitated(problem: Facilities, answer: Answer) -> Fraction | Wrong:
    """Return the cost of a placement that serves TPP: any number of sites may share a customer."""
    served = {pair: Fraction(tpp) for pair, tpp in answer.served.items()}
    return (
        _wrong_demands(problem, served)
        or _wrong_sites(problem, answer, served)
        or _without_compute(answer)
        or _cost(problem, answer, served)
    )


def price_uncapacitated(problem: Facilities, answer: Answer) -> Fraction | Wrong:
    """Return the cost of a placement that serves each customer's one TPP from an open site, whatever its capacity."""
    sites_of = {customer: site for site, customer in answer.served}
    served = {}
    for customer in range(problem.num_customers):
        tpp = sum(amount for (_, other), amount in answer.served.items() if other == customer)
        if tpp != 1:
            return Wrong(f"customer {customer + 1} is served {tpp} times, not once")
        served[sites_of[customer], customer] = problem.demands[customer]
    closed = _closed(answer, served)
    return closed or _without_compute(answer) or _cost(problem, answer, served)


def _wrong_demands(problem: Facilities, served: dict[tuple[int, int], Fraction]) -> Wrong | None:
    for customer, demand in enumerate(problem.demands):
        found = sum((amount for (_, other), amount in served.items() if other == customer), Fraction(0))
        if found != demand:
            return Wrong(f"customer {customer + 1} is served {found} of the {demand} it asks for")
    return None


def _wrong_sites(problem: Facilities, answer: Answer, served: dict[tuple[int, int], Fraction]) -> Wrong | None:
    for site, capacity in enumerate(problem.capacities):
        used = sum((amount for (other, _), amount in served.items() if other == site), Fraction(0))
        if used > capacity:
            return Wrong(f"site {site + 1} serves {used}, its capacity is {capacity}")
    return _closed(answer, served)


def _closed(answer: Answer, served: dict[tuple[int, int], Fraction]) -> Wrong | None:
    closed = sorted({site for (site, _), amount in served.items() if amount} - answer.opened)
    return Wrong(f"site {closed[0] + 1} serves customers and is not open") if closed else None


def _without_compute(answer: Answer) -> Wrong | None:
    """Return which site serves more than the units that stand there, one TPP each."""
    used, standing = _by_site(answer.served), _by_site(answer.units)
    for site, tpp in sorted(used.items()):
        if tpp > standing.get(site, 0):
            return Wrong(f"site {site + 1} serves {tpp} TPP with {standing.get(site, 0)} standing")
    return None


def _by_site(counts: Counts) -> dict[int, int]:
    sums: dict[int, int] = {}
    for (site, _), count in counts.items():
        sums[site] = sums.get(site, 0) + count
    return sums


def _cost(problem: Facilities, answer: Answer, served: dict[tuple[int, int], Fraction]) -> Fraction:
    """Return opening costs, and of each customer's cost at a site the part that is served from there."""
    opening = sum((problem.opening_costs[site] for site in answer.opened), Fraction(0))
    serving = sum(
        (
            problem.costs[customer][site] * amount / problem.demands[customer]
            for (site, customer), amount in served.items()
        ),
        Fraction(0),
    )
    return opening + serving
