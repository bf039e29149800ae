"""Branching over ordered sets: the optimum of other solvers, one tree however often it is gone on with, true bounds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import inf
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.solve.backend import SolveOptions
from optimizer.solve.beside import SolveBeside
from optimizer.solve.branching import grow
from optimizer.solve.linear import WarmLinear
from optimizer.solve.result import Progress, Termination
from optimizer.solve.session import Session
from optimizer.solve.tree import BRANCHING, NO_COLUMN, NO_ROW, Growth, OrderedSets, Tree
from tests.solve.programs import at_most, program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model.formulation import Formulation
    from optimizer.solve.result import SolveResult

PLACES = 4
PART = 1e-6


@dataclass(frozen=True)
class Site:
    """What opening it costs by period, what it may hold, what each unit earns, when it may open."""

    cost: float
    power: float
    worth: float
    places: tuple[int, ...]


def drawn(rng: Random) -> Site:
    places = sorted(rng.sample(range(PLACES), rng.randint(1, PLACES)))
    return Site(rng.randint(10, 120), rng.randint(5, 30), rng.randint(3, 12), tuple(places))


def much_alike(rng: Random) -> Site:
    power = rng.randint(20, 40)
    return Site(power * 4 + rng.randint(0, 9), power, 10, tuple(range(PLACES)))


def openings(sites: Sequence[Site], delivered: Sequence[float], num_alike: int = 1) -> tuple[Formulation, OrderedSets]:
    """Return sites that open once, at a cost, and share what is delivered by each place; the first few are the same."""
    columns = np.full((len(sites), PLACES), NO_COLUMN)
    for number, at in enumerate((number, place) for number, site in enumerate(sites) for place in site.places):
        columns[at] = number
    num_opening = int((columns != NO_COLUMN).sum())
    standing = num_opening + np.arange(len(sites) * PLACES).reshape(len(sites), PLACES)
    objective, rows = np.zeros(num_opening + standing.size), []
    row_of = np.full(len(sites), NO_ROW)
    for number, site in enumerate(sites):
        objective[standing[number]] = site.worth
        for place in range(PLACES):
            row = np.zeros(len(objective))
            opened = columns[number, : place + 1]
            row[opened[opened != NO_COLUMN]] = -site.power
            row[standing[number, place]] = 1.0
            rows.append(at_most(row.tolist(), 0.0))
        for place in site.places:
            objective[columns[number, place]] = -site.cost * (PLACES - place) / 2
    for place, most in enumerate(delivered):
        row = np.zeros(len(objective))
        row[standing[:, place]] = 1.0
        rows.append(at_most(row.tolist(), most))
    for number in (number for number, site in enumerate(sites) if len(site.places) > 1):
        row = np.zeros(len(objective))
        row[columns[number][columns[number] != NO_COLUMN]] = 1.0
        row_of[number] = len(rows)
        rows.append(at_most(row.tolist(), 1.0))
    upper = np.where(np.arange(len(objective)) < num_opening, 1.0, 1000.0)
    whole = (np.arange(len(objective)) < num_opening).tolist()
    alike = np.array([0] * num_alike + list(range(num_alike, len(sites))))
    return program(objective.tolist(), rows, upper=upper.tolist(), is_integer=whole), OrderedSets(
        columns, row_of, alike
    )


def random_openings(seed: int, num_sites: int, num_alike: int = 1) -> tuple[Formulation, OrderedSets]:
    rng = Random(seed)
    sites = [drawn(rng) for _ in range(num_sites)]
    sites[:num_alike] = sites[:1] * num_alike
    delivered = [rng.randint(10, 25) * num_sites * (place + 1) // PLACES // 2 for place in range(PLACES)]
    return openings(sites, delivered, num_alike)


def long_branching() -> tuple[Formulation, OrderedSets]:
    """Return openings that take long: whatever is opened, the last site stands part empty."""
    rng = Random(7)
    return openings([much_alike(rng) for _ in range(80)], [317.0, 731.0, 1103.0, 1571.0])


def to_the_end(formulation: Formulation, sets: OrderedSets, *, dives: bool = False) -> SolveResult:
    return grow(Growth(formulation, sets, Tree.planted(sets), 0.0, 0.0, dives=dives))


@pytest.mark.parametrize("seed", range(40))
def test_the_optimum_is_that_of_another_solver(session: Session, seed: int) -> None:
    formulation, sets = random_openings(seed, 6)
    other = session.solve("highs", formulation, SolveOptions(relative_gap=0.0))
    found = to_the_end(formulation, sets, dives=bool(seed % 2))

    assert other.objective is not None
    assert found.termination is Termination.SOLVED
    assert found.best_bound == pytest.approx(max(other.objective, 0.0), rel=PART, abs=PART)
    if other.objective > PART:
        assert found.values is not None
        assert found.objective == pytest.approx(other.objective, rel=PART)
        opened = found.values[formulation.is_integer]
        assert np.abs(opened - np.rint(opened)).max() <= PART


@pytest.mark.parametrize("seed", range(10))
def test_a_tree_gone_on_with_comes_to_the_same_end(seed: int) -> None:
    formulation, sets = random_openings(seed, 8)
    whole = to_the_end(formulation, sets)
    tree, best, bounds = Tree.planted(sets), 0.0, [inf]
    for _ in range(whole.nodes * 4 + 10):
        part = grow(Growth(formulation, sets, tree, best, 0.0, most_nodes=1))
        assert part.tree is not None
        assert part.nodes <= 1
        tree, best = part.tree, part.objective or best
        bounds.append(part.best_bound)
        if part.termination is Termination.SOLVED:
            break

    assert part.termination is Termination.SOLVED
    assert bounds == sorted(bounds, reverse=True)
    assert best == pytest.approx(whole.objective or 0.0, rel=PART)
    assert bounds[-1] == pytest.approx(whole.best_bound, rel=PART)


@pytest.mark.parametrize("seed", range(10))
def test_sets_that_are_alike_may_change_places(session: Session, seed: int) -> None:
    formulation, sets = random_openings(seed, 7, num_alike=5)
    apart = OrderedSets(sets.columns, sets.rows, np.arange(7))
    together, alone = to_the_end(formulation, sets), to_the_end(formulation, apart)
    other = session.solve("highs", formulation, SolveOptions(relative_gap=0.0))

    assert together.best_bound == pytest.approx(alone.best_bound, rel=PART, abs=PART)
    assert together.best_bound == pytest.approx(max(other.objective or 0.0, 0.0), rel=PART, abs=PART)


def test_what_is_good_enough_is_closed_and_still_counts() -> None:
    formulation, sets = random_openings(3, 9)
    best = to_the_end(formulation, sets)
    assert best.objective is not None
    enough = best.objective * 1.02
    early = grow(Growth(formulation, sets, Tree.planted(sets), best.objective, enough))

    assert early.termination is Termination.SOLVED
    assert early.values is None, "nothing is better than what was known"
    assert best.objective <= early.best_bound <= enough
    assert early.nodes <= best.nodes


def test_no_set_and_nothing_to_gain_are_answers() -> None:
    formulation = program([2.0, 1.0], [at_most([1.0, 1.0], 3.0)], is_integer=False)
    nothing = OrderedSets(
        np.zeros((0, PLACES), dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    )
    found = to_the_end(formulation, nothing)

    assert found.objective == pytest.approx(6.0)
    assert found.nodes == 0
    assert grow(Growth(formulation, nothing, Tree.planted(nothing), 7.0, 7.0)).best_bound == 7.0


def test_a_node_that_no_solver_can_tell_keeps_the_bound_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    formulation, sets = random_openings(5, 8)
    solve, calls = WarmLinear.solve, []

    def sometimes(linear: WarmLinear) -> float | None:
        calls.append(linear)
        return None if len(calls) % 5 == 3 else solve(linear)

    best = to_the_end(formulation, sets)
    monkeypatch.setattr(WarmLinear, "solve", sometimes)
    found = to_the_end(formulation, sets)

    assert best.objective is not None
    assert found.best_bound >= best.objective * (1 - PART)
    assert found.termination is Termination.SOLVED


def test_a_linear_program_goes_on_from_where_it_was() -> None:
    linear = WarmLinear(program([3.0, 2.0], [at_most([1.0, 1.0], 4.0)], upper=[3.0, 3.0], is_integer=False))

    assert linear.solve() == pytest.approx(11.0)
    assert linear.values().tolist() == pytest.approx([3.0, 1.0])
    linear.set_column_upper(0, 0.0)
    assert linear.solve() == pytest.approx(6.0)
    linear.set_row_lower(0, 3.5)
    assert linear.solve() == -inf
    linear.set_row_lower(0, -inf)
    linear.set_column_upper(0, 3.0)
    linear.set_column_lower(1, 2.0)
    assert linear.solve() == pytest.approx(10.0)
    assert linear.values([1]).tolist() == pytest.approx([2.0])


@pytest.mark.slow
def test_it_tells_how_far_it_is_and_is_stopped_with_what_it_has_proven() -> None:
    formulation, sets = long_branching()
    told: list[Progress] = []
    with Session() as other:
        growth = Growth(formulation, sets, Tree.planted(sets), 0.0, 0.0)
        beside = SolveBeside(other, lambda own: own.grow(growth, told.append))
        deadline = time.monotonic() + 60
        while not told and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not beside.is_done
        answer = beside.stop()

    assert answer.interrupted
    assert answer.tree is not None
    assert answer.best_bound <= (told[0].best_bound or 0.0)
    assert {moment.backend for moment in told} == {BRANCHING}


@pytest.mark.slow
def test_it_ends_when_its_time_is_up() -> None:
    formulation, sets = long_branching()
    late = grow(Growth(formulation, sets, Tree.planted(sets), 0.0, 0.0, time_limit_seconds=0.5))

    assert late.hit_time_limit
    assert late.termination is Termination.STOPPED
    assert late.seconds < 10
