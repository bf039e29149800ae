"""The `placement` command: its sub-commands, and nothing else. Each stands in a file of its own and imports what it needs.

Modules here are imported on every call, so nothing heavy may be imported at their top.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from optimizer.cli import (
    audit,
    catalogue,
    compare,
    explain,
    facilities,
    headroom,
    init,
    limits,
    report,
    schema,
    solve,
    sweep,
    validate,
    why,
)
from optimizer.cli.bench_group import bench_app
from optimizer.cli.exits import EXIT_CODES_HELP, ExitCode
from optimizer.cli.group import MAX_HELP_WIDTH, PROGRAM, CommandGroup
from optimizer.cli.policy import policy_app
from optimizer.cli.version import show_version

HELP = f"""Place a company's planned accelerators across candidate datacentre sites, under export-control limits.

\b
Start with:
  {PROGRAM} init my-plan
  {PROGRAM} solve my-plan

Data goes to stdout, progress and messages to stderr. {EXIT_CODES_HELP}
"""

app = typer.Typer(
    cls=CommandGroup,
    help=HELP,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": MAX_HELP_WIDTH},
)


def _version(is_asked: bool) -> None:
    if is_asked:
        show_version()
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the versions and exit.")
    ] = False,
) -> None:
    """Hold the options that stand before a command."""
    del version


def _add(name: str, function: Callable[..., None], full_help: str, short_help: str) -> None:
    app.command(name, help=full_help, short_help=short_help)(function)


_add("init", init.init, init.HELP, "Write a small commented plan to start from.")
_add("validate", validate.validate, validate.HELP, "Read a plan and print totals; solves nothing.")
_add("solve", solve.solve, solve.HELP, "Place the fleet: what goes where and when.")
_add("limits", limits.limits, limits.HELP, "Which limits bind, and what each is worth.")
_add("explain", explain.explain, explain.HELP, "Why a plan cannot be, and the ways out.")
_add("why", why.why, why.HELP, "Why a site is used, or not.")
_add("compare", compare.compare, compare.HELP, "One plan under several policies side by side.")
_add("sweep", sweep.sweep, sweep.HELP, "The plan's value as one setting moves.")
_add("audit", audit.audit, audit.HELP, "Judge a placement, or the installed fleet.")
_add("headroom", headroom.headroom, headroom.HELP, "How much more fits where, and what stops it.")
_add("facilities", facilities.facilities, facilities.HELP, "The chips at each facility on reporting dates.")
_add("report", report.report, report.HELP, "A kept answer as one HTML page.")
app.add_typer(policy_app, name="policy", short_help="List and show policy packs.")
_add("catalogue", catalogue.catalogue, catalogue.HELP, "Accelerators and countries known by name.")
_add("schema", schema.schema, schema.HELP, "The JSON Schema of the result.")
app.add_typer(bench_app, name="bench", short_help="Instances against recorded or published results.")
_add("version", show_version, "Print the versions this program runs with.", "The versions this program runs with.")


MOST_UNTRACKED = 200_000
"""New objects between two searches for cycles. A plan of 10,000 sites holds millions of small objects that all stay, and
at Python's own 700 half of the time in which its limits are written goes into looking at them again."""


def main() -> None:
    """Run the command line. Once the exit code is known, a further Ctrl-C no longer changes it."""
    gc.set_threshold(MOST_UNTRACKED, 10, 10)
    try:
        app(prog_name=PROGRAM)
    except KeyboardInterrupt:  # one that came while another was being reported
        sys.exit(int(ExitCode.INTERRUPTED))
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
