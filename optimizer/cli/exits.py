"""The exit codes of every command, and nothing else decides one."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script learns without reading the output."""

    DONE = 0
    """Placed and verified; for `audit`, every limit kept; for `bench`, no regression."""
    NOT_POSSIBLE = 1
    """Infeasible (the report is still written); for `audit`, a limit broken; for `bench`, a regression."""
    INPUT = 2
    """Usage, or a plan, policy, placement or option that is wrong."""
    INTERNAL = 3
    """A solver failed, or this program did."""
    NOTHING_FOUND = 4
    """Stopped by a limit or by Ctrl-C with no plan found."""
    GAP_NOT_PROVEN = 5
    """`--require-gap` asked for more than was proven."""
    INTERRUPTED = 130
    """Ctrl-C outside a search, or a second one inside it."""
    BROKEN_PIPE = 141
    """Whoever read the output went away: what a shell reports for SIGPIPE."""


EXIT_CODES_HELP = (
    "Exit codes: 0 placed and verified; 1 infeasible (the report is still written); 2 usage or input; 3 solver or "
    "internal; 4 stopped with no plan found; 5 a required gap not proven; 130 aborted by Ctrl-C."
)
