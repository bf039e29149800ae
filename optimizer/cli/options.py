"""Options and arguments that several commands share, and how their values are read."""

from __future__ import annotations

from enum import StrEnum
from math import isfinite, nan
from pathlib import Path
from typing import Annotated

import typer

PlanArgument = Annotated[
    Path, typer.Argument(metavar="PLAN", help="A plan: a directory with a plan.toml, or one .json file.")
]
PolicyOption = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="NAME|FILE",
        help="Another policy than the plan's: a pack (see `placement policy list`) or a .toml file. "
        "The plan's own policy settings then do not apply.",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change one value of the plan for this run, such as policy.home_share=45/100. Repeatable.",
    ),
]
OutFileOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write the output to this file instead of stdout.")
]
PlacementOption = Annotated[
    Path | None,
    typer.Option(
        "--placement",
        metavar="FILE",
        help="A placement: the JSON that `solve` writes, a placement.csv, or a directory written by `solve --out`.",
    ),
]

PER_CENT = 100


class Format(StrEnum):
    """How a command writes a list of rows."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


class DocumentFormat(StrEnum):
    """How a command writes a whole result or audit: the names of `optimizer.report.registry`."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    HTML = "html"


DocumentFormatOption = Annotated[
    DocumentFormat,
    typer.Option(
        "--format", help="table and html (one page) are for people; the others are for scripts and documents."
    ),
]
FormatOption = Annotated[
    Format, typer.Option("--format", help="table is for people; the others are for scripts and documents.")
]


class BreachMode(StrEnum):
    """The modes of `optimizer.schema.plan.Breach`."""

    STRICT = "strict"
    CURE = "cure"


BreachOption = Annotated[
    BreachMode | None,
    typer.Option(
        "--breach",
        help="Where the installed fleet breaks a limit: strict (no plan) or cure (in compliance as early as possible, "
        "never worse than before). Default: what the plan says, else strict.",
    ),
]


def with_breach(settings: list[str] | None, breach: BreachMode | None) -> list[str]:
    """Return the typed settings with the mode typed as an option of its own."""
    return [*(settings or ()), *([f"policy.breach={breach.value}"] if breach else [])]


def parse_gap(text: str, option: str = "--gap") -> float:
    """Return a relative gap written as 0.001, 1e-3 or 0.1%.

    Raises BadParameter for anything else, and for a gap that is negative or 100% and more.
    """
    stripped = text.strip()
    try:
        gap = float(stripped[:-1]) / PER_CENT if stripped.endswith("%") else float(stripped)
    except ValueError:
        gap = nan
    if not 0 <= gap < 1:
        msg = f"{text!r} is not a gap; write 0.001 or 0.1%"
        raise typer.BadParameter(msg, param_hint=f"'{option}'")
    return gap


def parse_seconds(text: str | None, option: str = "--time-limit") -> float | None:
    """Return a positive number of seconds, None for no limit. Raises BadParameter for anything else."""
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = nan
    if not (isfinite(seconds) and seconds > 0):
        msg = f"{text!r} is not a time limit; write seconds, such as 60"
        raise typer.BadParameter(msg, param_hint=f"'{option}'")
    return seconds


DEFAULT_GAP = "0.1%"
# Text, read by `parse_gap`: typer would hand a parser of its own the default as well.
GapOption = Annotated[str, typer.Option("--gap", metavar="GAP", help="Stop once this gap is proven: 0.001 or 0.1%.")]
TimeLimitOption = Annotated[
    str | None,
    typer.Option("--time-limit", metavar="SECONDS", help="Stop then, with the best plan so far and its gap."),
]
ThreadsOption = Annotated[int, typer.Option("--threads", min=1, max=256, help="Threads of the solver.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1, help="Random seed of the solver.")]
