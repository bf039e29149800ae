"""Explanations held against solves that know nothing of them: the change is written into the plan, and the plan solved."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from optimizer.explain.change import Change, set_options
from optimizer.explain.setting import settings_of
from optimizer.files.overrides import apply_overrides
from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.strategy.options import SearchOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.explain.conflict import Conflict
    from optimizer.explain.repair import Repair
    from optimizer.explain.value import Move
    from optimizer.rules.case import Case
    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

CLOSING_LEFT_OUT = re.compile(r'limits\."closings\[(.*)\]"\.enforced=false')
ROUNDING = Fraction(1, 100)
"""Money by which two exact values may differ from bounds that are doubles."""


def solve_with(
    document: dict[str, Any], changes: Iterable[str], session: Session, *, backend: str = "scip", gap: float = 0.0
) -> Outcome:
    """Return what a plan document with `--set` changes comes to; a closing is left out of sites.csv itself."""
    changes = tuple(changes)
    staying = {match[1] for change in changes if (match := CLOSING_LEFT_OUT.fullmatch(change))}
    sites = [
        {name: cell for name, cell in row.items() if name != "closes_after" or row["site"] not in staying}
        for row in document["sites"]
    ]
    changes = tuple(change for change in changes if not CLOSING_LEFT_OUT.fullmatch(change))
    plan = plan_from_dict(apply_overrides({**document, "sites": sites}, changes))
    return place_fleet(plan, options=SearchOptions(relative_gap=gap, backend=backend), session=session)


def contains_the_difference(outcome: Outcome, move: Move, document: dict[str, Any], session: Session) -> bool:
    """Return whether a move's interval holds the difference of two independent solves."""
    changes = set_options(outcome.case, move.change)
    here, there = solve_with(document, (), session), solve_with(document, changes, session)
    if there.objective is None:
        return move.is_infeasible
    difference = (there.objective - (here.objective or 0)) * (1 if move.is_loosened else -1)
    is_below = move.upper is None or difference <= move.upper + ROUNDING
    return not move.is_infeasible and move.lower - ROUNDING <= difference and is_below


def keeps(case: Case, groups: Iterable[str]) -> list[str]:
    """Return the changes that leave out every limit but those of some groups."""
    wanted = frozenset(groups)
    others = [one for one in settings_of(case, compile_limits(case)) if one.group not in wanted]
    return [option for setting in others for option in set_options(case, Change(setting, None))]


def is_minimal(conflict: Conflict, document: dict[str, Any], session: Session) -> bool:
    """Return whether the members of a conflict leave no plan, and without any one of them leave one."""
    case = make_case(plan_from_dict(document))
    if solve_with(document, keeps(case, conflict.groups), session).placement is not None:
        return False
    for left_out in conflict.members:
        rest = [one.group for other in conflict.members if other is not left_out for one in other.atom.settings]
        if solve_with(document, keeps(case, rest), session).placement is None:
            return False
    return True


def makes_a_plan(repair: Repair, document: dict[str, Any], session: Session) -> bool:
    """Return whether the plan with a repair written into it can be solved, and is worth what the repair says."""
    solved = solve_with(document, repair.set_options, session)
    value, bound = repair.outcome.objective, repair.outcome.best_bound
    if solved.objective is None or value is None:
        return False
    return value <= solved.objective + ROUNDING and (bound is None or solved.objective <= bound + ROUNDING)


def less_is_too_little(repair: Repair, document: dict[str, Any], session: Session) -> bool:
    """Return whether a repair of one setting less one step of its resolution leaves no plan."""
    (change,) = repair.changes
    if change.amount is None:
        return True
    resolution = change.setting.resolution * change.setting.toward_looser
    less = Change(change.setting, change.amount - resolution, change.first_period)
    case = make_case(plan_from_dict(document))
    return solve_with(document, set_options(case, less), session).placement is None
