"""The rows of a result document about workloads: who serves what, and what stays unmet."""

from __future__ import annotations

from optimizer.report.rows import ExactText, Number, Part
from optimizer.schema.workload import WorkloadKind  # noqa: TC001  pydantic reads annotations when it runs


class ServedRow(Part):
    """Compute at one site that serves one workload in one period."""

    workload: str
    site: str
    country: str
    """ISO 3166 alpha-2 code as the plan writes it."""
    destination: str
    period: str
    served_tpp: int
    latency_ms: Number | None
    """Round trip, given or estimated; null where the plan has no coordinates for it."""
    value: Number
    """Present value of it, in the term `service`."""
    value_exact: ExactText


class WorkloadRow(Part):
    """One workload in one period: what it asks for, what serves it and what stays unmet."""

    workload: str
    period: str
    workload_kind: WorkloadKind
    must_serve: bool
    demand_tpp: Number
    """With what the plan's [limits] change of it."""
    served_tpp: int
    unmet_tpp: Number
    """Demand that no site serves."""
    value: Number
    """Present value of what is served."""
    value_exact: ExactText
    unmet_value: Number | None
    """Present value that the unmet demand would have at the best site that may serve it; null where none may."""
    unmet_value_exact: ExactText | None
    sites: tuple[str, ...]
    """Where it is served from, the largest part first."""
    largest_latency_ms: Number | None
    """The longest round trip to any of them; null where none is known."""
    max_latency_ms: Number | None
    """The longest that the plan allows."""
