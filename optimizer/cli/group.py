"""The command group: one place where every exception of every command becomes a message and an exit code."""

from __future__ import annotations

import shlex
import sys
from typing import Any

import typer
from typer.core import TyperGroup

PROGRAM = "placement"
ARGUMENTS_KEY = "placement.arguments"
MAX_HELP_WIDTH = 110


class CommandGroup(TyperGroup):
    """Runs a command; InputError, SolverError, Ctrl-C and a closed pipe end it as documented in `exits`."""

    # The types of these two are private to typer, and have moved between its releases.
    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: Any = None,  # noqa: ANN401
        **extra: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Return the context, with the arguments as they were typed kept for `replay_command`."""
        typed = tuple(args)
        context = super().make_context(info_name, args, parent, **extra)
        context.meta.setdefault(ARGUMENTS_KEY, typed)
        return context

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run the command and turn whatever goes wrong into an exit code."""
        from optimizer.cli.failures import report_failure

        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()
        except (typer.Exit, typer.Abort):
            _flush_quietly()
            raise
        except (Exception, KeyboardInterrupt) as error:
            if _is_usage_error(error):
                raise
            raise typer.Exit(int(report_failure(error))) from None
        return answer


def replay_command(context: typer.Context) -> str:
    """Return the command that is running, quoted for a shell."""
    return shlex.join((PROGRAM, *context.meta.get(ARGUMENTS_KEY, ())))


def _is_usage_error(error: BaseException) -> bool:
    """Return whether typer itself has a message and an exit code for it (unknown option, missing argument)."""
    return hasattr(error, "format_message")


def _flush_quietly() -> None:
    from optimizer.cli.failures import silence_stdout

    try:
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
