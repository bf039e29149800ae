"""Who stands behind a limit."""

from __future__ import annotations

from enum import StrEnum


class LimitKind(StrEnum):
    """Who stands behind a limit: the law, a contract, or physics. Reports list them in this order."""

    POLICY = "policy"
    CONTRACT = "contract"
    PHYSICAL = "physical"
