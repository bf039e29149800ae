"""Settings every test shares, and one solver process for the tests that need no more of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from optimizer.solve.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

# Two workers on a small machine make single examples slow at random, so no example has a deadline.
settings.register_profile("default", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("wide", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow tests: one of minutes that begins last would leave the other workers idle."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def session() -> Iterator[Session]:
    """Return a solver process for the whole run; nothing of one solve reaches the next (tests/solve holds it to that)."""
    with Session() as shared:
        yield shared
