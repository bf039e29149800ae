"""Searches that end early and are taken up again: each goes on from what the one before has proven."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.rules.registry import compile_limits
from optimizer.strategy.options import Effort, SearchOptions
from optimizer.strategy.search import search
from optimizer.strategy.stages import COMPLETION, DIVE, WHOLE_BLOCKS
from tests.builders import case as case_of
from tests.builders import chip, site
from tests.strategy.scripted import HOURS

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

OPTIONS = SearchOptions(relative_gap=0.0, strategy="relaxed-then-complete")


def _random(seed: int, power: str | None = None) -> Case:
    """Return a plan of five sites; `power` of the first of them instead of what was drawn."""
    draw = np.random.default_rng(seed)
    sites = [
        site(f"s{n}", "US", power_mw=str(int(draw.integers(2, 9))), opening_cost_usd=int(draw.integers(1, 5)) * HOURS,
             value_multiplier=str(int(draw.integers(8, 14)) / 10))
        for n in range(5)
    ]  # fmt: skip
    if power is not None:
        sites[0]["power_mw"] = power
    return case_of(sites=sites, accelerators=[chip(power_kw=1000)], delivered=17)


def _stages(outcome: Outcome) -> set[str]:
    return {stage.name for stage in outcome.stages}


@pytest.mark.parametrize("seed", range(8))
def test_each_goes_on_from_the_one_before_and_the_last_finds_the_best(session: Session, seed: int) -> None:
    """Asked of a plan whose first site has less power than in the plan begun with; no bound is below the truth."""
    here = search(_random(seed), compile_limits(_random(seed)), OPTIONS, session)
    built = _random(seed, power="1")
    limits = compile_limits(built)
    best = search(built, limits, OPTIONS, session).objective
    assert best is not None

    before: Outcome | None = None
    for effort in Effort:
        found = search(
            built,
            limits,
            OPTIONS,
            session,
            start=here.placement if before is None else before.placement,
            effort=effort,
            bound=None if before is None else before.best_bound,
        )
        assert found.best_bound is not None
        assert found.objective is not None
        assert found.objective <= best <= found.best_bound
        if before is not None:
            assert found.objective >= (before.objective or 0)
            assert before.best_bound is not None
            assert found.best_bound <= before.best_bound + 1
        before = found
    assert before is not None
    assert before.objective == best


def test_near_looks_at_no_other_openings_and_further_does_not_repeat_it(session: Session) -> None:
    """Three sites open at the price of two chips each; the plan begun with has the dearest alone."""
    sites = [site(f"s{n}", "US", power_mw="0.004", opening_cost_usd=(1 + n) * HOURS + n) for n in range(3)]
    built = case_of(sites=sites, accelerators=[chip(power_kw=1)], delivered=9)
    limits = compile_limits(built)
    tighter = tuple(
        one.moved(-one.number) if one.number and one.group in {"site_power[s0]", "site_power[s1]"} else one
        for one in limits
    )
    start = search(built, tighter, OPTIONS, session).placement
    assert start is not None

    near = search(built, limits, OPTIONS, session, start=start, effort=Effort.NEAR)
    further = search(
        built, limits, OPTIONS, session, start=near.placement, effort=Effort.FURTHER, bound=near.best_bound
    )

    assert near.placement is not None
    assert near.placement.opened == start.opened
    assert not _stages(near) & {DIVE, WHOLE_BLOCKS}
    assert list(dict.fromkeys(stage.name for stage in further.stages))[:3] == ["linear relaxation", "first plan", DIVE]
    assert WHOLE_BLOCKS not in _stages(further)
    assert COMPLETION in _stages(further)
    assert (further.objective or 0) > (near.objective or 0)


def test_a_bound_known_before_ends_a_search_that_it_answers(session: Session) -> None:
    """With the smallest of gaps left, since the bound is a double."""
    built = _random(0)
    whole = search(built, compile_limits(built), OPTIONS, session)

    again = search(
        built,
        compile_limits(built),
        replace(OPTIONS, relative_gap=1e-9),
        session,
        start=whole.placement,
        effort=Effort.NEAR,
        bound=whole.best_bound,
    )

    assert again.objective == whole.objective
    assert _stages(again) == {"linear relaxation"}
