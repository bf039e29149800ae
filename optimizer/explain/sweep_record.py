"""The answer of one point of a sweep as a record of its file, and back, judged exactly again."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from optimizer.explain.sweep_answer import Answer, judged_by
from optimizer.schema.placement import Move, Placement
from optimizer.strategy.outcome import Status
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.rules.case import Case
    from optimizer.schema.plan import Plan


def record_of(answer: Answer, plan: Plan) -> dict[str, Any]:
    """Return an answer as JSON has it: exact values as text, sites and accelerators by key."""
    return {
        "status": answer.status,
        "objective": _text(answer.objective),
        "best_bound": _text(answer.best_bound),
        "held": answer.held,
        "tests_in_breach": dict(answer.tests_in_breach),
        "is_earliest_proven": answer.is_earliest_proven,
        "seconds": answer.seconds,
        "stopped_by": answer.stopped_by,
        "placement": None if answer.placement is None else _placement_record(answer.placement, plan),
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _placement_record(placement: Placement, plan: Plan) -> dict[str, Any]:
    sites, accelerators = plan.sites, plan.accelerators
    return {
        "standing": [
            [sites[site].key, accelerators[sku].key, row]
            for (site, sku), row in sorted(placement.standing_units.items())
        ],
        "opened": {sites[site].key: period for site, period in sorted(placement.opened.items())},
        "entered": [
            [gate, accelerators[sku].key, path, row]
            for (gate, sku, path), row in sorted(placement.entered_units.items())
        ],
        "served": [
            [sites[site].key, plan.workloads[workload].key, row]
            for (site, workload), row in sorted(placement.served_tpp.items())
        ],
        "modules": {plan.halls[hall].key: row for hall, row in sorted(placement.modules.items())},
        "aged": [
            [sites[site].key, accelerators[sku].key, bought, row]
            for (site, sku, bought), row in sorted(placement.aged_units.items())
        ],
        "moves": [
            [sites[move.origin].key, sites[move.target].key, accelerators[move.accelerator].key, *move[3:], units]
            for move, units in sorted(placement.moves.items())
        ],
    }


def answer_in(record: Mapping[str, Any], case: Case) -> Answer | None:
    """Return the answer that a record holds; None where it is none, or its placement does not pass the exact check."""
    try:
        answer = _answer(record, case.plan)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
        return None
    return answer if _holds(case, answer) else None


def _answer(record: Mapping[str, Any], plan: Plan) -> Answer:
    objective, bound = (_number(record[name]) for name in ("objective", "best_bound"))
    written = record["placement"]
    return Answer(
        status=Status(record["status"]),
        placement=None if written is None else _placement(written, plan),
        objective=objective,
        best_bound=bound,
        held=record["held"],
        tests_in_breach=dict(record["tests_in_breach"]),
        is_earliest_proven=record["is_earliest_proven"],
        seconds=float(record["seconds"]),
        stopped_by=record["stopped_by"],
    )


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _placement(record: Mapping[str, Any], plan: Plan) -> Placement:
    sites, accelerators, workloads = plan.site_index, plan.accelerator_index, plan.workload_index
    return Placement(
        {(sites[site], accelerators[sku]): tuple(row) for site, sku, row in record["standing"]},
        {sites[site]: period for site, period in record["opened"].items()},
        {(gate, accelerators[sku], path): tuple(row) for gate, sku, path, row in record["entered"]},
        served_tpp={(sites[site], workloads[workload]): tuple(row) for site, workload, row in record.get("served", ())},
        modules={plan.hall_index[hall]: tuple(row) for hall, row in record.get("modules", {}).items()},
        aged_units={
            (sites[site], accelerators[sku], bought): tuple(row) for site, sku, bought, row in record.get("aged", ())
        },
        moves={
            Move(sites[origin], sites[target], accelerators[sku], *periods): units
            for origin, target, sku, *periods, units in record.get("moves", ())
        },
    )


def _holds(case: Case, answer: Answer) -> bool:
    """Return whether a placement that was read keeps every limit and is worth what its file says."""
    if answer.placement is None:
        return answer.objective is None
    judge = judged_by(case, answer)
    if judge is None:
        return False
    verdict = verify(*judge, answer.placement)
    return verdict.passed and verdict.objective == answer.objective
