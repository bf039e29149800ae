"""`placement schema`: the JSON Schema of what `solve --format json` writes."""

from __future__ import annotations

import json

from optimizer.cli.group import PROGRAM
from optimizer.cli.options import OutFileOption
from optimizer.cli.output import put

HELP = f"""Print the JSON Schema of the result.

\b
Examples:
  {PROGRAM} schema > result.schema.json
  {PROGRAM} schema --out result.schema.json
"""


def schema(out: OutFileOption = None) -> None:
    """Print the schema."""
    from optimizer.report.json_schema import result_schema

    put(json.dumps(result_schema(), indent=2) + "\n", out)
