"""Legal placements of random plans, and ways to damage them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.schema.placement import Placement
from tests.oracle.brute_force import best_result
from tests.oracle.plan_facts import read_plan
from tests.oracle.random_plans import random_plan
from tests.oracle.standing import Standing

if TYPE_CHECKING:
    from random import Random

    from optimizer.rules.case import Case

Rows = dict[tuple[int, int], tuple[int, ...]]


@cache
def _feasible(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the first random plan from a seed on of which something can be placed, and its best result by exhaustion."""
    while (result := best_result(random_plan(seed))) is None or not result["placements"]:
        seed += 1_000
    return random_plan(seed), result


def document_of(seed: int) -> dict[str, Any]:
    """Return the plan document behind `legal_placement` of a seed."""
    return _feasible(seed)[0]


@cache
def legal_placement(seed: int) -> tuple[Case, Placement]:
    """Return the case of a feasible random plan, and an optimal placement found without the tool."""
    document, result = _feasible(seed)
    case = make_case(plan_from_dict(document))
    return case, placement_of(case, result)


def placement_of(case: Case, result: dict[str, Any]) -> Placement:
    """Return the placement in a result document; sites that need no opening open with their first units."""
    plan, labels = case.plan, case.plan.horizon.labels
    rows: dict[tuple[int, int], list[int]] = {}
    for row in result["placements"]:
        pair = plan.site_index[row["site"]], plan.accelerator_index[row["accelerator"]]
        rows.setdefault(pair, [0] * case.num_periods)[labels.index(row["period"])] = row["units_standing"]
    standing = {pair: tuple(units) for pair, units in sorted(rows.items())}
    return Placement(standing, opened_with_stock(case, standing))


def opened_with_stock(case: Case, standing: Rows) -> dict[int, int]:
    """Return the first period with units, by site that installed stock does not keep open."""
    first: dict[int, int] = {}
    for (site, _), row in standing.items():
        begun = next((period for period, units in enumerate(row) if units), None)
        if begun is not None and not case.is_open_from_the_start(site):
            first[site] = min(begun, first.get(site, begun))
    return dict(sorted(first.items()))


def standing_of(document: dict[str, Any], case: Case, placement: Placement) -> Standing:
    """Return a placement as the independent checker reads it."""
    plan = case.plan
    units = {
        (plan.sites[site].key, plan.accelerators[sku].key): row for (site, sku), row in placement.standing_units.items()
    }
    return Standing(
        read_plan(document), units, {plan.sites[site].key: first for site, first in placement.opened.items()}
    )


def damaged(case: Case, placement: Placement, rng: Random) -> Placement:
    """Return a placement changed in one to three places: more, less, earlier, elsewhere, not whole, opened otherwise."""
    standing, opened = dict(placement.standing_units), dict(placement.opened)
    for _ in range(rng.choice([1, 1, 2, 3])):
        rng.choice([_more, _fewer, _move, _not_whole, _open_otherwise])(case, standing, opened, rng)
    return Placement(dict(sorted(standing.items())), dict(sorted(opened.items())))


def _pair(case: Case, rng: Random) -> tuple[int, int]:
    return rng.randrange(len(case.plan.sites)), rng.randrange(len(case.plan.accelerators))


def _add(case: Case, standing: Rows, pair: tuple[int, int], units: int, since: int) -> None:
    row = standing.get(pair, (0,) * case.num_periods)
    standing[pair] = tuple(count + units * (period >= since) for period, count in enumerate(row))


def _open_with(case: Case, standing: Rows, opened: dict[int, int], rng: Random) -> None:
    """Open what the stock needs, mostly."""
    if rng.random() < 0.85:
        for site, first in opened_with_stock(case, standing).items():
            opened[site] = min(first, opened.get(site, first))


def _more(case: Case, standing: Rows, opened: dict[int, int], rng: Random) -> None:
    pair = _pair(case, rng)
    block = case.plan.accelerators[pair[1]].block
    _add(case, standing, pair, block * rng.choice([1, 1, 2]), rng.randrange(case.num_periods))
    _open_with(case, standing, opened, rng)


def _fewer(case: Case, standing: Rows, _: dict[int, int], rng: Random) -> None:
    if standing:
        pair = rng.choice(sorted(standing))
        _add(case, standing, pair, -case.plan.accelerators[pair[1]].block, rng.randrange(case.num_periods))


def _move(case: Case, standing: Rows, opened: dict[int, int], rng: Random) -> None:
    if standing:
        source = rng.choice(sorted(standing))
        row = standing.pop(source)
        target = rng.randrange(len(case.plan.sites)), source[1]
        for period, units in enumerate(row):
            _add(case, standing, target, units - (row[period - 1] if period else 0), period)
        _open_with(case, standing, opened, rng)


def _not_whole(case: Case, standing: Rows, opened: dict[int, int], rng: Random) -> None:
    _add(case, standing, _pair(case, rng), 1, rng.randrange(case.num_periods))
    _open_with(case, standing, opened, rng)


def _open_otherwise(case: Case, _: Rows, opened: dict[int, int], rng: Random) -> None:
    site = rng.randrange(len(case.plan.sites))
    if not case.is_open_from_the_start(site):
        opened[site] = rng.randrange(case.num_periods)
        if rng.random() < 0.3:
            del opened[site]
