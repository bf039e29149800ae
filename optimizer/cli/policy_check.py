"""`placement policy check FILE`: everything that is wrong with a planner's own pack, at once; else what it holds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.group import PROGRAM
from optimizer.cli.listing import Cell, Listing, as_json, render
from optimizer.cli.options import Format, FormatOption, OutFileOption
from optimizer.cli.output import put
from optimizer.cli.policy_show import dates
from optimizer.errors import InputError, Problem

if TYPE_CHECKING:
    from optimizer.policies.policy import Policy

HELP = f"""Check a policy pack of your own: every mistake at once, each with where it stands and what to do about it.

When nothing is wrong, a summary of the pack and warnings of what looks like a slip: a setting nothing reads, a path
nobody can use, a number without a confidence.

\b
Examples:
  {PROGRAM} policy check my-policy.toml
  {PROGRAM} policy check my-policy.toml --format json
  {PROGRAM} solve my-plan --policy my-policy.toml

Exit codes: 0 the pack can be used, with or without warnings; 2 something in it is wrong.
"""

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="The path of a .toml file.")]


def check_policy(file: FileArgument, output_format: FormatOption = Format.TABLE, out: OutFileOption = None) -> None:
    """Check one pack."""
    from optimizer.cli.policy_warnings import pack_warnings

    pack = checked_pack(file)
    summary = Listing(f"{pack.name}: read without a problem", ("what", "value"), list(_summary(pack)))
    found = pack_warnings(pack, date.today())
    rows = [(problem.column, problem.message, problem.value, problem.hint) for problem in found]
    warnings = Listing("warnings: legal, and perhaps not meant", ("where", "what", "value", "hint"), rows)
    match output_format:
        case Format.JSON:
            facts = {str(what).replace(" ", "_"): value for what, value in summary.rows}
            put(as_json({"policy": pack.name, **facts, "warnings": warnings.records()}), out)
        case Format.CSV:
            every: list[tuple[Cell, ...]] = [("summary", what, value, None, None) for what, value in summary.rows]
            every += [("warning", *row) for row in rows]
            put(render(Listing("", ("kind", "where", "what", "value", "hint"), every), Format.CSV), out)
        case _:
            listings = (summary, warnings) if rows else (summary,)
            put("\n".join(render(listing, output_format) for listing in listings), out)


def checked_pack(file: str) -> Policy:
    """Return a pack in which nothing is wrong. Raises InputError with every problem of the file and of its rules."""
    from optimizer.policies.load import load_policy
    from optimizer.rules.registry import policy_problems

    try:
        pack = load_policy(file)
    except InputError as error:
        raise InputError(_every_problem(file, error.problems)) from None
    problems = tuple(_placed(problem, file) for problem in policy_problems(pack))
    if problems:
        raise InputError(problems)
    return pack


def _every_problem(file: str, found: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return what reading found, with what is wrong in the rules that could be read."""
    from optimizer.policies.pack_problems import syntax_problem
    from optimizer.policies.readable import readable_part, with_stand_ins
    from optimizer.rules.registry import policy_problems

    try:
        text = Path(file).read_text(encoding="utf-8-sig") if file.endswith(".toml") else None
    except (OSError, ValueError):
        text = None
    if text is None:  # reading has said why
        return found
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        return (syntax_problem(error, text, Path(file).name),)
    of_rules = policy_problems(with_stand_ins(readable_part(raw).policy))
    return (*found, *(_placed(problem, file) for problem in of_rules if not _is_known(problem, found)))


def _is_known(problem: Problem, found: Iterable[Problem]) -> bool:
    """Return whether a rule is said to need a field that it has, in a shape that reading has refused."""
    field = problem.message.rpartition(" ")[2]
    return any((other.column or "").startswith(f"{problem.column}.{field}") for other in found)


def _placed(problem: Problem, file: str) -> Problem:
    """Return a problem of a rule with the file it stands in, and a hint."""
    from optimizer.policies.pack_problems import PAGE

    return replace(problem, file=Path(file).name, hint=problem.hint or f"{PAGE} lists what each kind of rule takes")


def _summary(pack: Policy) -> Iterator[tuple[Cell, ...]]:
    yield "title", f"{pack.title}, version {pack.version}"
    yield "legal status", pack.legal_status
    yield "reading", pack.describe_reading()
    yield "dates", dates(pack)
    yield "as of", str(pack.as_of)
    yield "tier table", pack.tier_table
    yield "rules", _counted(rule.name for rule in pack.rules)
    yield "paths", _counted(path.key for path in pack.paths)
    yield "settings", _counted(pack.settings)
    yield "uncertain", " ".join(pack.uncertain) or "nothing is said to be"


def _counted(names: Iterable[str]) -> str:
    listed = list(names)
    return f"{len(listed)}: {', '.join(listed)}" if listed else "none"
