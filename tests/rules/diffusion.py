"""Companies under the rule as published, in one expression, and whether a placement of theirs has a lawful way in.

Unless a test says otherwise the only accelerator is a controlled `chip` of 10,000 TPP, of which there is no shortage.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from optimizer.analysis.assignment import with_paths
from optimizer.rules.registry import compile_limits
from optimizer.verify.check import verify
from tests.builders import broken, case, chip, placing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction
    from pathlib import Path

    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement
    from tests.builders import Row, Units

PACK = "ai-diffusion-2025"
UVEU: Row = {"type": "UVEU"}
ONLY_LISTED = {"licences": "listed", "lpp_tpp_per_year": 0}
"""No way in but AIA and what authorisations.csv lists."""
SHARES_LIFTED = {"home_share": "0%", "outside_tier1_share": "100%", "destination_share": "100%"}


def nveu(country: str, **columns: object) -> Row:
    """Return a row of authorisations.csv: NVEU for a country."""
    return {"type": "NVEU", "country": country} | columns


def licence(country: str, **columns: object) -> Row:
    """Return a row of authorisations.csv: a licence for a country, of reference L1 and without a first day."""
    return {"type": "licence", "country": country, "reference": "L1"} | columns


def changed_pack(folder: Path, old: str, new: str) -> str:
    """Write the shipped pack with one line changed, and return the path of the file."""
    shipped = resources.files("optimizer.policies").joinpath(f"{PACK}.toml").read_text(encoding="utf-8")
    assert shipped.count(old) == 1
    path = folder / "changed.toml"
    path.write_text(shipped.replace(old, new), encoding="utf-8")
    return str(path)


def company(*sites: Row, **parts: Any) -> Case:  # noqa: ANN401  whatever `document` takes
    """Return a company under the rule as published, in 2026Q1 unless told otherwise; `policy` holds settings."""
    policy = {"name": PACK, **parts.pop("policy", {})}
    defaults: dict[str, Any] = {"start": "2026Q1", "accelerators": [chip(tpp=10_000)], "delivered": 10**7}
    return case(sites=sites, policy=policy, **{**defaults, **parts})


def illegal(case: Case, **units: Units | Mapping[str, Units]) -> dict[str, Fraction | int]:
    """Return what a placement breaks once each unit takes the first lawful way in that has room for it."""
    return broken(case, with_paths(case, compile_limits(case), placing(case, **units)))


def may_add(case: Case, key: str) -> list[str]:
    """Return the labels of the periods in which one chip may be added at a site and stay there."""
    labels = case.plan.horizon.labels
    return [
        label
        for first, label in enumerate(labels)
        if not illegal(case, **{key: tuple(int(period >= first) for period in range(len(labels)))})
    ]


def faults(case: Case, placement: Placement) -> tuple[str, ...]:
    """Return what is wrong with a placement before any limit is read."""
    return verify(case, compile_limits(case), placement).faults


def opened(case: Case, gate: str, path: str) -> list[str]:
    """Return the labels of the periods in which a path through a gate is open."""
    row = case.gate_by_key[gate].open_periods.get(path, ())
    return [label for label, is_open in zip(case.plan.horizon.labels, row, strict=False) if is_open]
