"""`authorisations = "auto"`: what the plan is worth with no validated-end-user status, with NVEU, and with UVEU.

Each choice that the headquarters permits is searched as a case of its own; the best is the answer, and its bound is the
largest of theirs. NVEU costs nothing to hold, so it is searched as held wherever it may be sought, and afterwards given up
wherever the same units fit other paths.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.analysis.assignment import with_paths
from optimizer.rules.alternatives import alternative_cases
from optimizer.schema.plan import AuthorisationType
from optimizer.strategy.outcome import Alternative, Outcome, Status, status_of
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from optimizer.rules.case import Case
    from optimizer.strategy.options import SearchOptions

Place = Callable[["Case", "SearchOptions", str], Outcome]
"""Searches a case; the text is what progress calls it."""
MOST_ROUNDS = 4
"""Times that alternatives are searched again to a smaller gap, where theirs together leave more than was asked."""


def search_alternatives(case: Case, options: SearchOptions, place: Place) -> Outcome:
    """Return the best outcome over the choices of authorisations, each searched by `place` under its name.

    Fewer tests in breach come first, then value, then fewer authorisations. The time limit is shared; after an
    interruption no further choice is searched, and the bound of the whole is not known.
    """
    started = time.monotonic()
    cases = alternative_cases(case)
    outcomes: dict[str, Outcome] = {}
    for number, (name, one) in enumerate(cases.items()):
        own = options.after(time.monotonic() - started, len(cases) - number)
        outcomes[name] = place(one, own, name)
        if outcomes[name].interrupted:
            break
    gap = options.relative_gap
    for _ in range(MOST_ROUNDS):
        best = outcomes[_best(outcomes)]
        behind = [name for name, outcome in outcomes.items() if _leaves_open(outcome, best, options.relative_gap)]
        if not behind or len(outcomes) < len(cases) or any(outcome.stopped_by for outcome in outcomes.values()):
            break
        gap /= 2
        for name in behind:
            own = options.after(time.monotonic() - started, len(behind))
            outcomes[name] = place(cases[name], replace(own, relative_gap=gap), name)
    return _combined(outcomes, options, is_whole=len(outcomes) == len(cases))


def _best(outcomes: dict[str, Outcome]) -> str:
    def rank(name: str) -> tuple[bool, int, Fraction]:
        outcome = outcomes[name]
        return (outcome.objective is not None, -_in_breach(outcome), outcome.objective or Fraction(0))

    return max(outcomes, key=rank)


def _in_breach(outcome: Outcome) -> int:
    return sum(cure.tests_in_breach for cure in outcome.cures)


def _leaves_open(outcome: Outcome, best: Outcome, gap: float) -> bool:
    """Return whether an alternative could be better than the best by more than the gap, and could be told better."""
    if best.objective is None or outcome.best_bound is None or outcome.status is Status.INFEASIBLE:
        return False
    is_told = outcome.objective is not None and outcome.best_bound == outcome.objective
    return not is_told and outcome.best_bound - best.objective > Fraction(gap) * abs(best.objective)


def _combined(outcomes: dict[str, Outcome], options: SearchOptions, *, is_whole: bool) -> Outcome:
    chosen = _best(outcomes)
    best = with_fewest_nveus(outcomes[chosen])
    rivals = [o for o in outcomes.values() if o.status is not Status.INFEASIBLE and _in_breach(o) <= _in_breach(best)]
    bounds = [outcome.best_bound for outcome in rivals]
    bound = None if None in bounds or not is_whole else max((one for one in bounds if one is not None), default=None)
    alternatives = tuple(
        Alternative(
            name,
            outcome.status,
            outcome.objective,
            outcome.best_bound,
            name == chosen and outcome.objective is not None,
            nveu_destinations(best if name == chosen else with_fewest_nveus(outcome)),
            _in_breach(outcome),
        )
        for name, outcome in outcomes.items()
    )
    stopped = next((outcome for outcome in outcomes.values() if outcome.stopped_by), best)
    limit = options.time_limit_seconds
    is_infeasible = is_whole and all(outcome.status is Status.INFEASIBLE for outcome in outcomes.values())
    return replace(
        best,
        status=Status.INFEASIBLE if is_infeasible else status_of(best.objective, bound, options.relative_gap),
        best_bound=bound,
        alternatives=alternatives,
        interrupted=stopped.interrupted,
        stopped_by=stopped.stopped_by,
        parameters={
            **best.parameters,
            "relative_gap": options.relative_gap,
            "time_limit_seconds": limit,
        },
        stages=tuple(
            replace(stage, name=f"{stage.name} ({name})")
            for name, outcome in outcomes.items()
            for stage in outcome.stages
        ),
        seconds=sum(outcome.seconds for outcome in outcomes.values()),
    )


def nveu_destinations(outcome: Outcome) -> tuple[str, ...]:
    """Return where units of the plan enter under NVEU, sorted."""
    if outcome.placement is None:
        return ()
    case = outcome.case
    return tuple(
        sorted(
            {
                case.gate_by_key[gate].destination
                for (gate, _, path), row in outcome.placement.entered_units.items()
                if any(row) and case.paths[path].spec.needs == AuthorisationType.NVEU
            }
        )
    )


def with_fewest_nveus(outcome: Outcome) -> Outcome:
    """Return the same plan with its units on paths that need no NVEU, wherever they all fit."""
    if not nveu_destinations(outcome) or outcome.placement is None:
        return outcome
    order = sorted(outcome.case.paths, key=lambda key: outcome.case.paths[key].spec.needs == AuthorisationType.NVEU)
    moved = with_paths(outcome.case, outcome.limits, outcome.placement, orders=(tuple(order),))
    verdict = verify(outcome.case, outcome.limits, moved)
    better = replace(outcome, placement=moved, verification=verdict)
    if outcome.objective is not None and verdict.objective < outcome.objective:
        return outcome  # paths past a soft limit cost more
    return better if verdict.passed and len(nveu_destinations(better)) < len(nveu_destinations(outcome)) else outcome
