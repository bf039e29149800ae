"""`placement bench`: a command of its own, with `bench classical`, `bench families` and `bench peers` beside it.

`bench DIR...` was there first and takes any number of directories, so only those three words are other commands; a
directory of such a name is written `./classical`.
"""

from __future__ import annotations

from typing import Any

import typer

from optimizer.cli import bench, bench_classical, bench_families, bench_peers
from optimizer.cli.group import CommandGroup

INSTANCES, CLASSICAL, FAMILIES, PEERS = "instances", "classical", "families", "peers"


class BenchGroup(CommandGroup):
    """Takes everything that does not begin with the name of another command for the arguments of `bench DIR...`."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: Any = None,  # noqa: ANN401
        **extra: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Return the context of `bench DIR...`, or of the group where another of its commands is named."""
        if args[:1] in ([CLASSICAL], [FAMILIES], [PEERS]):
            return super().make_context(info_name, args, parent, **extra)
        return self.commands[INSTANCES].make_context(info_name, args, parent, **extra)


bench_app = typer.Typer(cls=BenchGroup, rich_markup_mode=None)
bench_app.command(INSTANCES, help=bench.HELP)(bench.bench)
bench_app.command(CLASSICAL, help=bench_classical.HELP)(bench_classical.bench_classical)
bench_app.command(FAMILIES, help=bench_families.HELP)(bench_families.bench_families)
bench_app.command(PEERS, help=bench_peers.HELP)(bench_peers.bench_peers)
