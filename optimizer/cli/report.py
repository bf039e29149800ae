"""`placement report RUN`: a kept answer as one HTML page. Solves nothing and judges nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.group import PROGRAM
from optimizer.cli.output import put

HELP = f"""Write a kept answer as one HTML page: summary, map, charts, limits, levers or ways out, tables.

The page opens without a network and asks for nothing: no scripts, no links to files. It shows what the answer says
and works nothing out anew. Without --out it is report.html in the directory RUN, or beside the file RUN.

\b
Examples:
  {PROGRAM} report runs/my-plan
  {PROGRAM} report result.json --out my-plan.html
  {PROGRAM} report runs/my-plan --out - > my-plan.html

Exit codes: 0 written; 2 usage or input.
"""

REPORT_FILE = "report.html"
STDOUT = Path("-")

RunArgument = Annotated[
    Path,
    typer.Argument(metavar="RUN", help="A directory written by `solve --out`, or the JSON of `solve` or `audit`."),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write the page to this file; - is stdout.")
]


def report(run: RunArgument, out: OutOption = None) -> None:
    """Read and render."""
    from optimizer.report.read_document import document_file, read_document
    from optimizer.report.registry import render

    document = read_document(run)
    page = render(document, "html")
    if out == STDOUT:
        put(page)
        return
    target = out or document_file(run).with_name(REPORT_FILE)
    put(page, target)
    typer.echo(f"wrote {target}", err=True)
