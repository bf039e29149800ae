"""One solver process for all tests of explanations in a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.solve.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as shared:
        yield shared
