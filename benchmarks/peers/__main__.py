"""`python -m benchmarks.peers ...` is `placement bench peers ...`, where the package is installed without it."""

from __future__ import annotations

import sys

from optimizer.cli.app import app
from optimizer.cli.group import PROGRAM

app(["bench", "peers", *sys.argv[1:]], prog_name=PROGRAM)
