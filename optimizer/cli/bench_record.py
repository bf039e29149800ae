"""The recorded best result of an instance, and the verdict on a new run beside it.

A regression is a contradiction or a loss: another status, a bound below a value that was verified, a value above a
bound that was proven, or a gap left open that was closed before. A worse value inside the proven gaps is not one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import InputError, Problem

if TYPE_CHECKING:
    from optimizer.strategy.outcome import Outcome

RECORD_FILE = "recorded.json"
ROUNDING = Fraction(1, 10**6)
"""Relative difference that a solver's doubles explain; the largest gap that is called optimal."""
PLACED = frozenset({"optimal", "within_gap", "feasible"})


class Judgement(StrEnum):
    """How a run compares with the record."""

    OK = "ok"
    BETTER = "better than recorded"
    NEW = "new"
    REGRESSION = "REGRESSION"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The best result so far: exact value, and the gap that was proven for it."""

    status: str
    objective: Fraction | None
    gap: Fraction | None
    policy: str

    @property
    def best_bound(self) -> Fraction | None:
        """Return the bound that the gap stands for; None where nothing was proven."""
        if self.objective is None or self.gap is None:
            return None
        return self.objective + self.gap * abs(self.objective)


@dataclass(frozen=True, slots=True)
class Run:
    """What a bench run found."""

    status: str
    objective: Fraction | None
    best_bound: Fraction | None
    gap: Fraction | None
    policy: str
    gap_asked: Fraction


def run_of(outcome: Outcome, gap_asked: float) -> Run:
    """Return what an outcome says."""
    return Run(
        outcome.status.value,
        outcome.objective,
        outcome.best_bound,
        outcome.gap,
        outcome.case.policy.name,
        Fraction(gap_asked),
    )


def judge(run: Run, recorded: Recorded | None) -> tuple[Judgement, str]:
    """Return the verdict on a run, with the reason where there is one to give."""
    if recorded is None:
        return Judgement.NEW, "nothing recorded yet"
    reason = _contradiction(run, recorded) or _loss(run, recorded)
    if reason:
        return Judgement.REGRESSION, reason
    if run.objective is not None and recorded.objective is not None and run.objective > recorded.objective:
        return Judgement.BETTER, f"by {float(run.objective - recorded.objective):,.2f}"
    return Judgement.OK, ""


def _contradiction(run: Run, recorded: Recorded) -> str | None:
    if run.policy != recorded.policy:
        return f"recorded under {recorded.policy}, run under {run.policy}"
    if run.status == "unknown":
        return f"no answer; recorded {recorded.status}"
    if (run.status in PLACED) != (recorded.status in PLACED):
        return f"{run.status}; recorded {recorded.status}"
    if run.objective is not None and recorded.objective is not None:
        return _crossing(run, run.objective, recorded, recorded.objective)
    return None


def _crossing(run: Run, value: Fraction, recorded: Recorded, recorded_value: Fraction) -> str | None:
    """Return which proven bound a verified value contradicts."""
    if run.best_bound is not None and run.best_bound < recorded_value - _rounding(recorded_value):
        return "the bound lies below the recorded value, which was verified"
    if recorded.best_bound is not None and value > recorded.best_bound + _rounding(recorded.best_bound):
        return "the value lies above the recorded bound"
    return None


def _loss(run: Run, recorded: Recorded) -> str | None:
    """Return what a run proved less of than was asked, where the record proved as much."""
    if run.objective is None or recorded.objective is None:
        return None
    if recorded.gap is None or (run.gap is not None and run.gap <= max(run.gap_asked, recorded.gap)):
        return None
    lost = recorded.objective - run.objective
    worse = f", value {float(lost):,.2f} lower" if lost > 0 else ""
    proven = "no gap" if run.gap is None else f"a gap of {float(run.gap):.3%}"
    return f"proved {proven}{worse}; recorded {float(recorded.gap):.3%}"


def _rounding(value: Fraction) -> Fraction:
    return ROUNDING * max(abs(value), Fraction(1))


def read_record(file: Path) -> Recorded | None:
    """Return the record in a file, None where there is none. Raises InputError when it cannot be understood."""
    if not file.exists():
        return None
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        objective, gap = document.get("objective_exact"), document.get("gap_exact", document.get("gap"))
        return Recorded(
            status=str(document["status"]),
            objective=None if objective is None else Fraction(str(objective)),
            gap=None if gap is None else Fraction(str(gap)),
            policy=str(document["policy"]),
        )
    except (OSError, ValueError, KeyError, AttributeError, ZeroDivisionError) as error:
        problem = Problem(f"is not a record: {error}", file=str(file), hint="delete it and record afresh")
        raise InputError([problem]) from None


def record_text(outcome: Outcome, version: str) -> str:
    """Return the record of an outcome as JSON text: its value, and the placement that has it."""
    objective, gap = outcome.objective, outcome.gap
    document = {
        "status": outcome.status.value,
        "policy": outcome.case.policy.name,
        "objective": None if objective is None else float(objective),
        "objective_exact": None if objective is None else str(objective),
        "best_bound": None if outcome.best_bound is None else float(outcome.best_bound),
        "gap": None if gap is None else float(gap),
        "solver": outcome.backend,
        "version": version,
        "openings": _openings(outcome),
        "placements": _placements(outcome),
        "entries": _entries(outcome),
        **({"served": _served(outcome)} if outcome.case.plan.workloads else {}),
    }
    return json.dumps(document, indent=1) + "\n"


def _openings(outcome: Outcome) -> list[dict[str, object]]:
    if outcome.placement is None:
        return []
    plan = outcome.case.plan
    opened = sorted(outcome.placement.opened.items())
    return [{"site": plan.sites[site].key, "period": plan.horizon.labels[period]} for site, period in opened]


def _placements(outcome: Outcome) -> list[dict[str, object]]:
    """Return a row for each period in which a stock changes: `placement audit --placement` reads them back."""
    if outcome.placement is None:
        return []
    plan = outcome.case.plan
    return [
        {
            "site": plan.sites[site].key,
            "accelerator": plan.accelerators[sku].key,
            "period": plan.horizon.labels[period],
            "units_standing": units,
        }
        for (site, sku), row in sorted(outcome.placement.standing_units.items())
        for period, units in enumerate(row)
        if units != (row[period - 1] if period else 0)
    ]


def _entries(outcome: Outcome) -> list[dict[str, object]]:
    """Return a row for each period in which what has entered by a path changes, where there is a choice of path."""
    if outcome.placement is None:
        return []
    plan = outcome.case.plan
    return [
        {
            "gate": gate,
            "path": path,
            "accelerator": plan.accelerators[sku].key,
            "period": plan.horizon.labels[period],
            "units_standing": units,
        }
        for (gate, sku, path), row in sorted(outcome.placement.entered_units.items())
        for period, units in enumerate(row)
        if units != (row[period - 1] if period else 0)
    ]


def _served(outcome: Outcome) -> list[dict[str, object]]:
    """Return a row for each period in which a site serves a workload."""
    if outcome.placement is None:
        return []
    plan = outcome.case.plan
    return [
        {
            "workload": plan.workloads[workload].key,
            "site": plan.sites[site].key,
            "period": plan.horizon.labels[period],
            "served_tpp": tpp,
        }
        for (site, workload), row in sorted(outcome.placement.served_tpp.items())
        for period, tpp in enumerate(row)
        if tpp
    ]
