"""`python -m benchmarks.classical ...` is `placement bench classical ...`, where the package is installed without it."""

from __future__ import annotations

import sys

from optimizer.cli.app import app
from optimizer.cli.group import PROGRAM

app(["bench", "classical", *sys.argv[1:]], prog_name=PROGRAM)
