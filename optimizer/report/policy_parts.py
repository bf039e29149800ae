"""The policy in a result: the pack that ran, its settings, rules and legal paths, and what it says of its own status."""

from __future__ import annotations

from datetime import date  # noqa: TC003  pydantic reads annotations when it runs

from optimizer.report.rows import Part


class SettingPart(Part):
    """One setting of the policy as it ran."""

    value: bool | int | str
    """A share is text, `7/100`; a count is a number, a flag true or false."""
    unit: str | None
    description: str
    citation: str
    confidence: str
    as_of: date
    overridden: bool
    """Whether the plan or the command line replaced the pack's value."""


class RulePart(Part):
    """One rule of the policy, and whether it speaks to this company."""

    name: str
    """Limits of this rule are listed under it."""
    kind: str
    bound: str | None
    """Whose headquarters it binds; null: everybody's."""
    binds_company: bool
    """In the last period, by the company's headquarters."""
    citation: str


class PathPart(Part):
    """One legal path of the policy, and whether it is for this company."""

    key: str
    title: str
    needs: str | None
    """The authorisation it takes: `UVEU`, `NVEU` or `licence`."""
    available: bool
    """Whether it is open to this company at some site of the plan in some period."""
    citation: str


class PolicyPart(Part):
    """The policy pack that ran, with its legal status."""

    name: str
    version: str
    sha256: str
    title: str
    legal_status: str
    reading: str
    """The reading of the law that ran, in one sentence."""
    as_of: date
    effective_from: date
    effective_until: date | None
    after: str
    """What holds after the last date: `hold`, `none` or `closed`."""
    dates_citation: str
    """Where those dates are written."""
    tier_names: dict[str, str]
    """What the policy's tiers are called, by number."""
    uncertain: tuple[str, ...]
    """What is not known for sure about this policy."""
    settings: dict[str, SettingPart]
    paths: tuple[PathPart, ...]
    rules: tuple[RulePart, ...]
