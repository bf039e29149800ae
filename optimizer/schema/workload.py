"""What compute serves: workloads, and what is known of each at single sites."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class WorkloadKind(StrEnum):
    """What compute is used for."""

    TRAINING = "training"
    FINE_TUNING = "fine_tuning"
    INFERENCE = "inference"


@dataclass(frozen=True, slots=True)
class Workload:
    """Compute that has to be served, or may be. Demand, value and whether it has to be are per period."""

    key: str
    demand_tpp: tuple[int, ...]
    must_serve: tuple[bool, ...]
    value_usd_per_tpp_hour: tuple[Fraction, ...]
    latitude: Fraction | None = None
    longitude: Fraction | None = None
    max_latency_ms: Fraction | None = None
    countries: frozenset[str] | None = None
    """ISO 3166 alpha-2 codes it may be served from; None: from anywhere."""
    kind: WorkloadKind = WorkloadKind.INFERENCE
    has_controlled_weights: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """What is known of one workload at one site: money for each TPP served in a period, and a latency where given."""

    value_usd_per_tpp: Fraction = Fraction(0)
    latency_ms: Fraction | None = None
