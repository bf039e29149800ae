"""`placement version`: the program and what its answers depend on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import typer

DISTRIBUTION = "datacentre-placement"
SHOWN = ("ortools", "pydantic", "pandas")
"""Another solver release is another answer."""


def program_version() -> str:
    """Return the version of this package, `unknown` where it runs without being installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"


def show_version() -> None:
    """Print the versions this program runs with."""
    typer.echo(f"{DISTRIBUTION} {program_version()}")
    typer.echo(f"python {platform.python_version()}")
    for name in SHOWN:
        try:
            typer.echo(f"{name} {version(name)}")
        except PackageNotFoundError:  # pragma: no cover  a required dependency
            typer.echo(f"{name} is not installed")
