"""Searches that end once a question is answered: how near a bound and a value must come, and what is left undecided."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from optimizer.model.build import build_model
from optimizer.rules.registry import compile_limits
from optimizer.solve.session import Session
from optimizer.strategy.completion import complete_where_moved
from optimizer.strategy.deciding import deciding_bound, deciding_value
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.run import Run
from optimizer.strategy.search import search
from optimizer.strategy.stages import BOUNDING_STAGES, GUIDING_STAGES
from tests.builders import case as case_of
from tests.builders import chip, site
from tests.rules.diffusion import ONLY_LISTED, company, licence
from tests.strategy.scripted import BEST, BEST_VALUE, HOURS, OSLO_ONLY, OSLO_VALUE, Script, model_of, solved

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.rules.case import Case


def asking(
    is_decided: Callable[[Fraction | None, Fraction | None], bool] | None, *, bound: float = BEST_VALUE + 900
) -> Run:
    """Return a run with the placement of Oslo alone, a bound, and a question."""
    asked = Run.on(model_of(), SearchOptions(), cast("Session", Script([])), None, is_decided)
    asked.start_from(OSLO_ONLY)
    asked.best_bound = bound
    return asked


def is_within(value: Fraction | None, bound: Fraction | None) -> bool:
    """Ask for a bound at most 1,000 above the value."""
    return value is not None and bound is not None and bound - value <= 1000


def test_the_bound_and_the_value_that_would_answer() -> None:
    asked = asking(is_within)

    assert deciding_bound(asked) == pytest.approx(OSLO_VALUE + 1000, abs=0.01)
    assert deciding_value(asked, Fraction(BEST_VALUE)) == pytest.approx(BEST_VALUE + 900 - 1000, abs=0.01)


def test_where_nothing_would_answer_there_is_neither() -> None:
    hopeless = asking(lambda _, __: False)

    assert (deciding_bound(hopeless), deciding_value(hopeless, Fraction(BEST_VALUE))) == (None, None)
    assert (deciding_bound(asking(None)), deciding_value(asking(None), Fraction(BEST_VALUE))) == (None, None)


def test_only_counts_that_moved_by_a_block_are_decided_again() -> None:
    """Two stand at Oslo, none at Dublin: relaxed counts of 2.4 and 2 there leave Oslo as it is."""
    asked = asking(is_within)
    script = cast("Script", asked.session)
    script.answers.append(solved(BEST, BEST_VALUE))
    relaxed = asked.model.values(BEST)
    oslo = asked.model.columns.blocks[1, 0, 0]
    relaxed[oslo] += 0.4

    complete_where_moved(asked, relaxed, 0.01)

    (call,) = script.asked
    dublin = asked.model.columns.blocks[0, 0, 0]
    assert (call.formulation.column_lower[oslo], call.formulation.column_upper[oslo]) == (2, 2)
    assert (call.formulation.column_lower[dublin], call.formulation.column_upper[dublin]) == (0, 2)
    assert call.options.relative_gap == pytest.approx(0.01)
    assert asked.objective() == BEST_VALUE


def test_where_nothing_moved_nothing_is_solved() -> None:
    asked = asking(is_within)

    complete_where_moved(asked, asked.model.values(OSLO_ONLY), 0.01)

    assert cast("Script", asked.session).asked == []


ENTERING = company(
    site("kl", "MY"), site("ohio", "US"), policy=ONLY_LISTED, delivered=100, authorisations=[licence("MY", units=50)]
)


@pytest.mark.parametrize(("stages", "is_on"), [(GUIDING_STAGES, True), (BOUNDING_STAGES | {"any other"}, False)])
def test_presolve_may_only_cut_off_what_proves_nothing(stages: frozenset[str], *, is_on: bool) -> None:
    """Of programs with entries by path, whose optimum it is known to cut off."""
    model = build_model(ENTERING, compile_limits(ENTERING))
    assert model.columns.entries
    for stage in stages:
        script = Script([solved(None, 0.0)])
        Run.on(model, SearchOptions(), cast("Session", script), None).solve(stage, model.formulation, 0.0)
        assert script.asked[0].options.presolve is is_on, stage
    script = Script([solved(None, 0.0)])
    linear = model.formulation.relaxed()
    Run.on(model, SearchOptions(), cast("Session", script), None).solve("any", linear, 0.0)
    assert script.asked[0].options.presolve


def _random(seed: int) -> Case:
    draw = np.random.default_rng(seed)
    sites = [
        site(f"s{n}", "US", power_mw=str(int(draw.integers(2, 9))), opening_cost_usd=int(draw.integers(1, 4)) * HOURS,
             value_multiplier=str(int(draw.integers(8, 14)) / 10))
        for n in range(4)
    ]  # fmt: skip
    return case_of(sites=sites, accelerators=[chip(power_kw=1000)], delivered=15)


@pytest.mark.parametrize("seed", range(6))
def test_answers_are_those_of_a_search_to_the_end(seed: int) -> None:
    """Is more than a tenth lost without the best site? Said alike by a search that may stop and by one that may not."""
    built = _random(seed)
    limits = compile_limits(built)
    options = SearchOptions(relative_gap=0.0, strategy="relaxed-then-complete")
    with Session() as session:
        best = search(built, limits, options, session)
        assert best.placement is not None
        assert best.objective is not None
        line = best.objective * Fraction(9, 10)
        tighter = tuple(one.moved(-1) if one.group == "site_power[s0]" else one for one in limits)
        whole = search(built, tighter, options, session)
        asked = search(
            built,
            tighter,
            options,
            session,
            start=best.placement,
            is_decided=lambda value, bound: (
                (value is not None and value >= line) or (bound is not None and bound < line)
            ),
        )
    assert whole.objective is not None
    assert asked.objective is not None
    assert asked.best_bound is not None
    assert asked.objective <= whole.objective <= asked.best_bound
    assert (asked.objective >= line) is (whole.objective >= line)
