"""The `placement policy` commands; `list` stands here, the others in files of their own."""

from __future__ import annotations

from collections.abc import Callable

import typer

from optimizer.cli import policy_check, policy_diff, policy_show
from optimizer.cli.group import PROGRAM, CommandGroup
from optimizer.cli.listing import Cell, Listing, render
from optimizer.cli.options import Format, FormatOption, OutFileOption
from optimizer.cli.output import put
from optimizer.cli.policy_show import paragraph

policy_app = typer.Typer(
    cls=CommandGroup,
    help="The policy packs: what they hold, where it is written, how two differ, and whether your own is right.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

LIST_HELP = f"""List the policy packs with their legal status.

\b
Examples:
  {PROGRAM} policy list
  {PROGRAM} policy list --format json
"""


@policy_app.command("list", help=LIST_HELP, short_help="The packs with their legal status.")
def list_policies(output_format: FormatOption = Format.TABLE, out: OutFileOption = None) -> None:
    """List the packs."""
    from optimizer.policies.load import load_policy, policy_names

    packs = [load_policy(name) for name in policy_names()]
    if output_format is Format.TABLE:
        put("\n".join(paragraph(f"{pack.name}: {pack.title}.", pack.legal_status) for pack in packs), out)
        return
    columns = ("policy", "version", "title", "legal status", "as of", "effective from", "effective until", "sha256")
    rows: list[tuple[Cell, ...]] = [
        (
            pack.name,
            pack.version,
            pack.title,
            pack.legal_status,
            str(pack.as_of),
            str(pack.effective_from),
            str(pack.effective_until) if pack.effective_until else None,
            pack.sha256,
        )
        for pack in packs
    ]
    put(render(Listing("policy packs", columns, rows), output_format), out)


def _add(name: str, function: Callable[..., None], full_help: str, short_help: str) -> None:
    policy_app.command(name, help=full_help, short_help=short_help)(function)


_add("show", policy_show.show_policy, policy_show.HELP, "One pack: every number with its citation.")
_add("diff", policy_diff.diff_policies, policy_diff.HELP, "What differs between two packs.")
_add("check", policy_check.check_policy, policy_check.HELP, "Whether a pack of your own is right.")
