"""`placement policy list` and `placement policy show`: the packs, every number with where it is written."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.group import PROGRAM, CommandGroup
from optimizer.cli.listing import Cell, Listing, as_json, render
from optimizer.cli.options import Format, FormatOption, OutFileOption
from optimizer.cli.output import put

if TYPE_CHECKING:
    from optimizer.policies.policy import Policy
    from optimizer.policies.specs import RuleSpec

PARAGRAPH_WIDTH = 100
SETTING_COLUMNS = ("setting", "value", "unit", "description", "citation", "confidence", "as of")
RULE_COLUMNS = ("rule", "whom it binds", "destinations", "settings", "citation")

policy_app = typer.Typer(
    cls=CommandGroup,
    help="The policy packs: what they hold and where it is written.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

LIST_HELP = f"""List the policy packs with their legal status.

\b
Examples:
  {PROGRAM} policy list
  {PROGRAM} policy list --format json
"""

SHOW_HELP = f"""Show a policy pack: legal status, rules with whom they bind, every number with its citation.

\b
Examples:
  {PROGRAM} policy show three-tier-2025-01
  {PROGRAM} policy show my-policy.toml --format markdown
"""


@policy_app.command("list", help=LIST_HELP)
def list_policies(output_format: FormatOption = Format.TABLE, out: OutFileOption = None) -> None:
    """List the packs."""
    from optimizer.policies.load import load_policy, policy_names

    packs = [load_policy(name) for name in policy_names()]
    if output_format is Format.TABLE:
        put("\n".join(_paragraph(f"{pack.name}: {pack.title}.", pack.legal_status) for pack in packs), out)
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


@policy_app.command("show", help=SHOW_HELP)
def show_policy(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A pack, or the path of a .toml file.")],
    output_format: FormatOption = Format.TABLE,
    out: OutFileOption = None,
) -> None:
    """Show one pack."""
    from optimizer.policies.load import load_policy

    pack = load_policy(name)
    settings, rules = _settings(pack), _rules(pack)
    match output_format:
        case Format.JSON:
            put(as_json({**_heading(pack), "settings": settings.records(), "rules": rules.records()}), out)
        case Format.CSV:
            put(render(settings, Format.CSV), out)
        case Format.MARKDOWN:
            heading = "\n".join(f"- {key.replace('_', ' ')}: {value}" for key, value in _heading(pack).items())
            tables = "\n".join(render(listing, Format.MARKDOWN) for listing in (rules, settings))
            put(f"## {pack.title}\n\n{heading}\n\n{tables}", out)
        case Format.TABLE:
            put(_for_people(pack, rules, settings), out)


def _heading(pack: Policy) -> dict[str, object]:
    return {
        "policy": pack.name,
        "version": pack.version,
        "title": pack.title,
        "legal_status": pack.legal_status,
        "reading": pack.describe_reading(),
        "effective_from": str(pack.effective_from),
        "effective_until": str(pack.effective_until) if pack.effective_until else None,
        "after": pack.after.value,
        "tier_table": pack.tier_table,
        "as_of": str(pack.as_of),
        "sha256": pack.sha256,
    }


def _settings(pack: Policy) -> Listing:
    rows = [
        (name, _as_written(item.value), item.unit, item.description, item.citation, item.confidence, str(item.as_of))
        for name, item in pack.settings.items()
    ]
    return Listing("settings", SETTING_COLUMNS, rows)


def _as_written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rules(pack: Policy) -> Listing:
    rows = [
        (rule.name, _whom(rule), _where(rule), ", ".join(rule.setting_names()), rule.citation) for rule in pack.rules
    ]
    return Listing("rules", RULE_COLUMNS, rows)


def _whom(rule: RuleSpec) -> str:
    whom = f"headquarters in {rule.bound.describe()}" if rule.bound else "everyone"
    if rule.exempt_flag:
        exempt = f"headquarters in {rule.exempt_bound.describe()}" if rule.exempt_bound else "everyone"
        whom += f"; not {exempt} where {rule.exempt_flag} is true"
    return whom


def _where(rule: RuleSpec) -> str:
    if rule.home:
        return f"at home in {rule.home}"
    return ", ".join(f"Tier {tier}" for tier in rule.tiers) or "all"


def _for_people(pack: Policy, rules: Listing, settings: Listing) -> str:
    until = f"until {pack.effective_until}, then {pack.after.value}" if pack.effective_until else "with no last date"
    parts = [
        _paragraph(f"{pack.title} ({pack.name}, version {pack.version})", pack.legal_status),
        _paragraph("Reading", pack.describe_reading()),
        _paragraph("Dates", f"from {pack.effective_from} {until}; tiers: {pack.tier_table}; as of {pack.as_of}"),
        "RULES\n",
        *(
            _paragraph(str(name), f"binds {whom}. Destinations: {where}. Settings: {used or 'none'}.", str(cited))
            for name, whom, where, used, cited in rules.rows
        ),
        "SETTINGS\n",
        *(
            _paragraph(f"{name} = {value}", str(meaning), f"{cited} [confidence {sure}, as of {day}]")
            for name, value, _, meaning, cited, sure, day in settings.rows
        ),
    ]
    return "\n".join(parts)


def _paragraph(head: str, *texts: str) -> str:
    wrapped = [textwrap.fill(text, PARAGRAPH_WIDTH, initial_indent="  ", subsequent_indent="  ") for text in texts]
    return "\n".join([head, *wrapped]) + "\n"
