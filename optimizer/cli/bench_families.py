"""`placement bench families`: seeded plan directories of every size and kind, for measuring how searching grows.

The plans are drawn in `benchmarks/`, which belongs to the project's folder and is no part of the installed package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.group import PROGRAM
from optimizer.cli.options import Format, FormatOption

HELP = f"""Write generated plans: seeded directories of every size, of kinds that each make one thing hard.

Every size, kind and seed named is written as a directory of its own below --out, called by the three: m-large-racks-3. The
same three give the same bytes on every machine. A directory that stands there already is left alone, and named. What the
kinds are: --list, and benchmarks/families/README.md. Needs the project's folder: benchmarks/ is no part of the installed
package.

\b
Examples:
  {PROGRAM} bench families --list
  {PROGRAM} bench families --size m --kind large-racks --seed 3 --out families
  {PROGRAM} bench families --size s --size m --seed 1 --seed 2 --out families
  {PROGRAM} bench families --sites 400 --accelerators 6 --periods 12 --kind tight --out families
  {PROGRAM} bench families/ --time-limit 60

Exit codes: 0 written; 2 no such size or kind, a directory that is there already, or an option that is wrong.
"""

COLUMNS = ("name", "sites", "accelerators", "quarters", "countries", "about")
SizesOption = Annotated[
    list[str] | None, typer.Option("--size", metavar="SIZE", help="s, m, l, xl or xxl. Repeatable.")
]
SitesOption = Annotated[int | None, typer.Option("--sites", metavar="N", help="A size of your own: how many sites.")]
AcceleratorsOption = Annotated[
    int | None, typer.Option("--accelerators", metavar="N", help="How many accelerators, with --sites (6).")
]
PeriodsOption = Annotated[
    int | None, typer.Option("--periods", metavar="N", help="How many quarters, with --sites (12).")
]
KindsOption = Annotated[
    list[str] | None, typer.Option("--kind", metavar="KIND", help="A kind of --list (base). Repeatable.")
]
SeedsOption = Annotated[list[int] | None, typer.Option("--seed", metavar="N", help="Seed (1). Repeatable.", min=0)]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the directories go.")]
ListOption = Annotated[bool, typer.Option("--list", help="Say which sizes and kinds there are, and write nothing.")]


def bench_families(
    size: SizesOption = None,
    kind: KindsOption = None,
    seed: SeedsOption = None,
    out: OutOption = Path("families"),
    *,
    sites: SitesOption = None,
    accelerators: AcceleratorsOption = None,
    periods: PeriodsOption = None,
    list_only: ListOption = False,
    output_format: FormatOption = Format.TABLE,
) -> None:
    """Write generated plans."""
    _need_benchmarks()
    from benchmarks.families.write import find_members, find_sizes, write_members

    if list_only:
        _list(output_format)
        return
    sizes = find_sizes(size or (), sites, accelerators, periods)
    members = find_members(sizes, kind or (), seed or ())
    for directory in write_members(members, out):
        typer.echo(str(directory), err=True)


def _list(output_format: Format) -> None:
    from benchmarks.families.kinds import KINDS
    from benchmarks.families.sizes import SIZES
    from optimizer.cli.listing import Listing, render
    from optimizer.cli.output import put

    of_sizes = [
        (size.name, size.sites, size.accelerators, size.periods, size.num_destinations, "size")
        for size in SIZES.values()
    ]
    of_kinds = [(kind.name, None, None, None, None, kind.about) for kind in KINDS.values()]
    put(render(Listing("", COLUMNS, [*of_sizes, *of_kinds]), output_format), None)


def _need_benchmarks() -> None:
    from importlib.util import find_spec

    from optimizer.errors import InputError, Problem

    if find_spec("benchmarks") is None:
        hint = "run `python -m benchmarks.families` in the project's folder"
        raise InputError([Problem("the families are drawn in benchmarks/, which is not here", hint=hint)])
