"""The versions that an answer depends on; the solver library is asked for its own without importing it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version


def installed_versions() -> dict[str, str | None]:
    """Return the version of this program, of the solver library and of Python; None for what is not installed."""
    return {
        "datacentre-placement": _version("datacentre-placement"),
        "ortools": _version("ortools"),
        "python": platform.python_version(),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
