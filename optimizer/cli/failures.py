"""Turns every exception into a few clear lines on stderr and an exit code; a traceback only with PLACEMENT_DEBUG=1."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import typer

from optimizer.cli.exits import ExitCode
from optimizer.errors import InputError, SolverError

DEBUG_VARIABLE = "PLACEMENT_DEBUG"
MOST_SHOWN = 50
"""Problems printed; the count above them is always the full one."""


def report_failure(error: BaseException) -> ExitCode:
    """Print what went wrong on stderr and return the exit code for it."""
    match error:
        case KeyboardInterrupt():
            typer.echo("interrupted", err=True)
            return ExitCode.INTERRUPTED
        case BrokenPipeError():
            silence_stdout()
            return ExitCode.BROKEN_PIPE
        case InputError():
            _print_problems(error)
            return ExitCode.INPUT
        case SolverError():
            _print_traceback()
            typer.echo(f"solver error: {_first_line(error)}", err=True)
            return ExitCode.INTERNAL
        case OSError() if error.filename is not None:
            _print_traceback()
            typer.echo(f"error: {error.filename}: {error.strerror or error}", err=True)
            return ExitCode.INPUT
        case _:
            _print_traceback()
            typer.echo(f"internal error: {type(error).__name__}: {_first_line(error)}; please report it", err=True)
            typer.echo(f"  hint: {DEBUG_VARIABLE}=1 shows where it happened", err=True)
            return ExitCode.INTERNAL


def silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's own flush at its end cannot fail again."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):  # a stdout that is no file, or is closed
        return
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), descriptor)


def _print_problems(error: InputError) -> None:
    count = len(error.problems)
    typer.echo(f"{count} problem{'' if count == 1 else 's'} in the input:", err=True)
    for problem in error.problems[:MOST_SHOWN]:
        typer.echo("- " + str(problem).replace("\n", "\n  "), err=True)
    if count > MOST_SHOWN:
        typer.echo(f"- and {count - MOST_SHOWN} more", err=True)


def _print_traceback() -> None:
    if os.environ.get(DEBUG_VARIABLE):
        typer.echo(traceback.format_exc(), err=True)


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "no message")
