"""`placement init DIR`: a small commented plan to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.group import PROGRAM

HELP = f"""Write a small commented plan that solves as it stands.

It refuses to touch a directory that holds anything of that name already.

\b
Examples:
  {PROGRAM} init my-plan
  {PROGRAM} solve my-plan
"""


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Directory to write, made if need be.")],
) -> None:
    """Write the template."""
    from optimizer.files.template import write_template

    names = write_template(directory)
    typer.echo(f"wrote {', '.join(names)} to {directory}")
    typer.echo(f"next: {PROGRAM} solve {directory}")
