"""`placement bench peers`: the same plan solved by us and by other solvers, on the identical problem, side by side.

The comparison lives in `benchmarks/`, which belongs to the project's folder and is no part of the installed package.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.exits import ExitCode
from optimizer.cli.group import PROGRAM
from optimizer.cli.options import (
    DEFAULT_GAP,
    Format,
    FormatOption,
    GapOption,
    OutFileOption,
    SeedOption,
    ThreadsOption,
    parse_gap,
    parse_seconds,
)

if TYPE_CHECKING:
    from benchmarks.peers.record import Record

HELP = f"""Solve plans by us and by the solvers that planners reach for, and compare time, value, bound and memory.

Every peer gets the identical program, gap, threads and time limit in a process of its own, one after the other; its answer
goes through our exact check. Peers: ours, highs, scip, cbc, cp-sat, gurobi, xpress, copt, linopy, pyomo, and on request
highs-ipx. Those that are not installed are listed as such; `pip install -e '.[peers]'` installs all. Needs the project's
folder: benchmarks/ is no part of the installed package. What is measured and how: benchmarks/peers/README.md.

\b
Examples:
  {PROGRAM} bench peers instances/first-plan --time-limit 20
  {PROGRAM} bench peers instances/allied-cloud --peer ours --peer highs --peer scip --gap 0.01%
  {PROGRAM} bench peers plans/m-base-* --keep campaign.jsonl --format markdown --out campaign.md
  {PROGRAM} bench peers instances/allied-cloud --rows strengthened --peer highs --peer ours

Exit codes: 0 no contradiction; 1 a legal plan above somebody's bound, or our own run failed; 2 a wrong option or plan; 130
Ctrl-C, with what was there written.
"""
DEFAULT_SECONDS = "600"


class RowsChoice(StrEnum):
    """The names of `benchmarks.peers.textbook.Rows`."""

    TEXTBOOK = "textbook"
    PLAIN = "plain"
    STRENGTHENED = "strengthened"


PlansArgument = Annotated[list[Path], typer.Argument(metavar="PLAN...", help="Plans: directories, or .json files.")]
PeerOption = Annotated[
    list[str] | None, typer.Option("--peer", metavar="NAME", help="Only this peer. Repeatable; all of them.")
]
LimitOption = Annotated[
    str, typer.Option("--time-limit", metavar="SECONDS", help="For each run: model building and search.")
]
RowsOption = Annotated[
    RowsChoice,
    typer.Option(
        "--rows",
        help="The program the peers get: as in a textbook; with one opening row per accelerator; or our own derived rows.",
    ),
]
KeepOption = Annotated[
    Path | None,
    typer.Option("--keep", metavar="FILE", help="Keep each run there as it ends, and take from there what it has."),
]


def bench_peers(
    plan: PlansArgument,
    peer: PeerOption = None,
    gap: GapOption = DEFAULT_GAP,
    time_limit: LimitOption = DEFAULT_SECONDS,
    *,
    threads: ThreadsOption = 2,
    seed: SeedOption = 0,
    rows: RowsOption = RowsChoice.TEXTBOOK,
    keep: KeepOption = None,
    output_format: FormatOption = Format.TABLE,
    out: OutFileOption = None,
) -> None:
    """Compare with other solvers."""
    _need_benchmarks()
    from benchmarks.peers.judge import contradictions
    from benchmarks.peers.keep import Kept
    from benchmarks.peers.registry import OURS, find_peers
    from benchmarks.peers.run import run_all
    from benchmarks.peers.settings import Settings, State
    from benchmarks.peers.tables import write
    from benchmarks.peers.textbook import Rows
    from optimizer.cli.output import put
    from optimizer.cli.solve import terminate_as_interrupt

    seconds = parse_seconds(time_limit)
    settings = Settings(parse_gap(gap), seconds or float(DEFAULT_SECONDS), threads, seed)
    peers = find_peers(peer or ())
    records: list[Record] = []
    is_interrupted = False
    try:
        with terminate_as_interrupt():  # the peer under way is ended, too
            records.extend(run_all(plan, peers, settings, Rows(rows.value), Kept(keep), _say))
    except KeyboardInterrupt:
        is_interrupted = True
        typer.echo("interrupted: what was finished is written", err=True)
    plans = dict.fromkeys(record.plan for record in records)
    against = [s for name in plans for s in contradictions([record for record in records if record.plan == name])]
    asked = {"plans": list(map(str, plan)), "rows": rows.value}
    put(write(records, against, settings, asked, output_format), out)
    for sentence in against:
        typer.echo(f"CONTRADICTION: {sentence}", err=True)
    if is_interrupted:
        raise typer.Exit(int(ExitCode.INTERRUPTED))
    if against or any(record.peer == OURS and record.state is State.FAILED for record in records):
        raise typer.Exit(int(ExitCode.NOT_POSSIBLE))


def _say(words: str) -> None:
    typer.echo(words, err=True)


def _need_benchmarks() -> None:
    from importlib.util import find_spec

    from optimizer.errors import InputError, Problem

    if find_spec("benchmarks") is None:
        hint = "run `python -m benchmarks.peers` in the project's folder"
        raise InputError([Problem("the peers are in benchmarks/, which is not here", hint=hint)])
