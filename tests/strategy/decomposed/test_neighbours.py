"""Neighbourhoods: what a pair finds depends on where the search stands alone, and what holds nothing more grows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.families.generate import generate
from benchmarks.families.kinds import KINDS
from benchmarks.families.sizes import free_size
from optimizer.files.read_plan import plan_from_dict
from optimizer.model.build import build_model
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.solve.backend import Heuristics, SolveOptions
from optimizer.solve.diving import dive
from optimizer.solve.result import SolveResult, Termination
from optimizer.strategy.decomposed.cuts import Cutter
from optimizer.strategy.decomposed.neighbours import (
    DIVE_EFFORT,
    DIVES,
    LEAST_FREE_SITES,
    MOST_FAILED_DIVES,
    MOST_NODES,
    Found,
    Neighbourhoods,
    best_of,
)
from optimizer.strategy.decomposed.openings import hold
from optimizer.strategy.decomposed.prices import price_all
from optimizer.strategy.decomposed.proving import LEAST_PAIRS, _pairs_beside
from optimizer.strategy.decomposed.separate import separate
from optimizer.strategy.decomposed.whole_openings import tightened
from tests.strategy.decomposed.test_cuts import drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.model.formulation import Flags, Formulation
    from optimizer.solve.session import Session
    from optimizer.strategy.decomposed.neighbours import Near, Standing
    from optimizer.strategy.decomposed.separate import Separable

NUM_SITES, NUM_PAIRS = 14, 16
OPTIONS = SolveOptions(relative_gap=1e-6, time_limit_seconds=20.0, threads=1, heuristics=Heuristics.NONE)


@pytest.fixture
def plan() -> Separable:
    case = make_case(plan_from_dict(generate(KINDS["base"], free_size(NUM_SITES, 2, 4), 3)))
    limits = compile_limits(case)
    parts = separate(case, limits)
    assert parts is not None
    return tightened(parts, build_model(case, limits))


@pytest.fixture
def begin(plan: Separable, session: Session) -> Callable[..., tuple[Neighbourhoods, Standing]]:
    """Return what begins a search from all sites open as soon as they may be."""

    def solve(program: Formulation) -> SolveResult:
        return session.solve("highs", program, OPTIONS)

    def solve_near(near: Sequence[Near], nodes: int) -> list[SolveResult | None]:
        if nodes == DIVES:
            return [dive(one.dive()) for one in near]
        options = replace(OPTIONS, node_limit=nodes)
        return [session.solve("highs", one.program.with_whole_openings(), options, hint=one.start) for one in near]

    def start(solved: Callable[..., Sequence[SolveResult | None]] = solve_near) -> tuple[Neighbourhoods, Standing]:
        priced = price_all(plan, solve)
        decided = hold(plan, every_site_open(plan), plan.sites.may_add, solve)
        assert priced is not None
        assert decided is not None
        search = Neighbourhoods(plan, Cutter(plan, 1e-3), priced, solve, solved, seed=0)
        return search, search.begin(decided)

    return start


def every_site_open(plan: Separable) -> Flags:
    """Return openings, (s,t), each at the first chance."""
    return np.where(plan.sites.opens[:, None], plan.sites.may_choose.cumsum(axis=1) > 0, plan.sites.may_open)


def test_openings_get_better_and_the_same_place_leads_to_the_same_place(
    begin: Callable[..., tuple[Neighbourhoods, Standing]],
) -> None:
    search, first = begin()
    places = [first]
    for _ in range(6):
        places.append(search.after(places[-1]))
    again = search.after(places[2])

    money = [place.best.money for place in places]
    assert money == sorted(money)
    assert money[-1] > money[0]
    assert [place.turn for place in places] == list(range(7))
    assert (again.best.money, again.sizes, again.failures) == (money[3], places[3].sizes, places[3].failures)
    assert (again.best.is_open == places[3].best.is_open).all()


def test_when_every_site_is_free_and_nothing_is_found_sites_get_more_openings_to_choose_from(
    begin: Callable[..., tuple[Neighbourhoods, Standing]], plan: Separable
) -> None:
    seen: list[tuple[int, int]] = []

    def at_once(near: Sequence[Near], nodes: int) -> list[SolveResult | None]:
        assert nodes > 0
        seen.extend((len(one.free), int(one.program.choice.open[one.free].sum())) for one in near)
        return [SolveResult(Termination.SOLVED, None, None, 0.0, nodes=1) for _ in near]

    search, place = begin(at_once)
    place = replace(place, nodes=MOST_NODES)
    for _ in range(NUM_PAIRS):
        place = search.after(place)

    free, choices = zip(*seen, strict=True)
    assert max(free) == int(plan.sites.opens.sum())
    assert max(choices[-6:]) > max(choices[:6])
    assert max(choices) <= int(plan.sites.may_choose.sum())


def test_what_is_not_solved_in_time_gets_smaller(begin: Callable[..., tuple[Neighbourhoods, Standing]]) -> None:
    def given_up(near: Sequence[Near], nodes: int) -> list[SolveResult | None]:
        return [SolveResult(Termination.STOPPED, None, None, 0.0, nodes=nodes) for _ in near]

    search, place = begin(given_up)
    place = replace(place, nodes=MOST_NODES)
    for _ in range(NUM_PAIRS):
        place = search.after(place)

    assert min(place.sizes) == LEAST_FREE_SITES
    assert not place.is_over


def test_trees_are_grown_after_so_many_dives_that_found_nothing(
    begin: Callable[..., tuple[Neighbourhoods, Standing]],
) -> None:
    seen: list[int] = []

    def nothing(near: Sequence[Near], nodes: int) -> list[SolveResult | None]:
        seen.append(nodes)
        return [SolveResult(Termination.STOPPED, None, None, 0.0, nodes=nodes) for _ in near]

    search, place = begin(nothing)
    for _ in range(MOST_FAILED_DIVES + 2):
        place = search.after(place)

    assert seen == [DIVES] * MOST_FAILED_DIVES + [MOST_NODES] * 2
    assert place.effort == pytest.approx(MOST_FAILED_DIVES * DIVE_EFFORT + 2)


def test_a_dive_is_worth_what_its_openings_are_worth_at_least(
    begin: Callable[..., tuple[Neighbourhoods, Standing]], plan: Separable
) -> None:
    told: list[tuple[Near, SolveResult]] = []

    def told_dives(near: Sequence[Near], nodes: int) -> list[SolveResult | None]:
        assert nodes == DIVES
        told.extend((one, dive(one.dive())) for one in near)
        return [result for _, result in told[-len(near) :]]

    search, place = begin(told_dives)
    best = place.best
    for _ in range(MOST_FAILED_DIVES):
        place = search.after(place)

    found = [one.found(best, result.values) for one, result in told[:2] if result.values is not None]
    assert found
    for one in found:
        held = hold(plan, one.is_open, plan.sites.may_add, search.solve)
        assert held is not None
        assert held.money >= one.worth * (1 - 1e-6)
        assert one.worth > best.money


def test_cuts_that_rested_are_made_once_they_are_asked_for(session: Session) -> None:
    plan = drawn("large-racks", 10, 2)

    def solve(program: Formulation) -> SolveResult:
        return session.solve("highs", program, OPTIONS)

    def solve_near(near: Sequence[Near], nodes: int) -> list[SolveResult | None]:
        pytest.fail(f"no neighbourhood is searched: {len(near)} with {nodes} nodes")

    priced, decided = price_all(plan, solve), hold(plan, every_site_open(plan), plan.sites.may_add, solve)
    assert priced is not None
    assert decided is not None
    search = Neighbourhoods(plan, Cutter(plan, 1e-3, is_at_rest=True), priced, solve, solve_near, seed=0)
    rested = search.begin(decided)
    woken = search.with_cuts(rested)

    assert rested.plan is plan
    assert rested.best is decided
    assert len(woken.plan.local.site) > len(plan.local.site)
    assert woken.best.money < decided.money
    assert search.with_cuts(woken) is woken, "asked for once is enough"


def test_openings_that_are_known_to_be_worth_less_are_not_looked_at(
    begin: Callable[..., tuple[Neighbourhoods, Standing]], plan: Separable
) -> None:
    search, place = begin()
    asked: list[int] = []

    def solve(program: Formulation) -> SolveResult:
        asked.append(program.num_columns)
        return search.solve(program)

    no_site = ~plan.sites.opens[:, None] & plan.sites.may_open
    assert best_of(plan, place.best, [Found(no_site, place.best.money - 1)], solve) is place.best
    assert not asked
    assert best_of(plan, place.best, [Found(no_site, place.best.money + 1)], solve) is place.best
    assert len(asked) == 1


@pytest.mark.parametrize(("nodes", "pairs"), [(0, LEAST_PAIRS), (36, 5.04), (100, 14), (107, 14)])
def test_less_effort_counts_beside_a_proof_that_ended_early(nodes: int, pairs: float) -> None:
    assert _pairs_beside(nodes, 14, 100) == pytest.approx(pairs)
