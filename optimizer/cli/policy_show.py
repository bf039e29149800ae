"""`placement policy show NAME`: one pack, every number and date with where it is written and how sure that is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimizer.cli.group import PROGRAM
from optimizer.cli.listing import Cell, Listing, as_json, render
from optimizer.cli.options import Format, FormatOption, OutFileOption
from optimizer.cli.output import put
from optimizer.cli.policy_words import mark_of, path_facts, rests_on, rule_facts, schedule_of, value_text

if TYPE_CHECKING:
    from optimizer.policies.policy import Policy
    from optimizer.policies.setting import Setting

PARAGRAPH_WIDTH = 100
PATH_COLUMNS = ("path", "title", "destinations", "owner", "operator", "needs", "conditions", "rests_on", "citation")
RULE_COLUMNS = ("rule", "kind", "binds", "destinations", "counts", "settings", "rests_on", "citation")
SETTING_COLUMNS = ("setting", "value", "unit", "description", "citation", "confidence", "as_of", "mark")
ROW_COLUMNS = ("part", "name", "period", "value", "unit", "description", "citation", "confidence", "as_of", "mark")
MARKS = (
    "Marked: confidence C (one source, or an open reading) and D (not verified), what is uncertain, and assumptions."
)

HELP = f"""Show a policy pack: legal status, dates, what is uncertain, paths, rules, and every number with its citation.

Whatever rests on a weak source is marked: confidence C or D, uncertain, or an assumption.

\b
Examples:
  {PROGRAM} policy show three-tier-2025-01
  {PROGRAM} policy show ai-diffusion-2025 --format csv
  {PROGRAM} policy show my-policy.toml --format markdown
"""

PackArgument = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A pack, or the path of a .toml file.")]


def show_policy(name: PackArgument, output_format: FormatOption = Format.TABLE, out: OutFileOption = None) -> None:
    """Show one pack."""
    from optimizer.policies.load import load_policy

    pack = load_policy(name)
    match output_format:
        case Format.JSON:
            put(as_json(_document(pack)), out)
        case Format.CSV:
            put(render(Listing("", ROW_COLUMNS, list(_rows(pack))), Format.CSV), out)
        case Format.MARKDOWN:
            put(_as_markdown(pack), out)
        case Format.TABLE:
            put("\n".join(_for_people(pack)), out)


def heading(pack: Policy) -> dict[str, str | None]:
    """Return what a pack says of itself."""
    return {
        "policy": pack.name,
        "version": pack.version,
        "title": pack.title,
        "legal_status": pack.legal_status,
        "reading": pack.describe_reading(),
        "effective_from": str(pack.effective_from),
        "effective_until": str(pack.effective_until) if pack.effective_until else None,
        "after": pack.after.value,
        "dates_citation": pack.dates_citation or None,
        "tier_table": pack.tier_table,
        "as_of": str(pack.as_of),
        "sha256": pack.sha256,
    }


def _day_of(pack: Policy, setting: Setting) -> str:
    return str(setting.as_of or pack.as_of)


# --- Records ----------------------------------------------------------------------------------------------------------


def _document(pack: Policy) -> dict[str, object]:
    return {
        **heading(pack),
        "uncertain": pack.uncertain,
        "paths": _paths(pack).records(),
        "rules": _rules(pack).records(),
        "settings": [_setting_record(pack, name) for name in pack.settings],
    }


def _paths(pack: Policy) -> Listing:
    rows = [
        (path.key, *path_facts(pack, path).values(), rests_on(pack, path) or None, path.citation) for path in pack.paths
    ]
    return Listing("paths", PATH_COLUMNS, rows)


def _rules(pack: Policy) -> Listing:
    rows = [
        (rule.name, *rule_facts(pack, rule).values(), rests_on(pack, rule) or None, rule.citation)
        for rule in pack.rules
    ]
    return Listing("rules", RULE_COLUMNS, rows)


def _settings(pack: Policy) -> Listing:
    rows = [
        (
            name,
            value_text(item),
            item.unit,
            item.description,
            item.citation,
            item.confidence,
            _day_of(pack, item),
            mark_of(item.confidence) or None,
        )
        for name, item in pack.settings.items()
    ]
    return Listing("settings", SETTING_COLUMNS, rows, (MARKS,))


def _setting_record(pack: Policy, name: str) -> dict[str, object]:
    """Return a setting with its value as a script reads it: whole numbers, lists and tables as such, shares as text."""
    item = pack.settings[name]
    return {
        "setting": name,
        "type": item.type.value,
        "value": _plain(pack, name),
        "unit": item.unit,
        "choices": item.choices or None,
        "description": item.description,
        "citation": item.citation,
        "confidence": item.confidence,
        "as_of": _day_of(pack, item),
        "mark": mark_of(item.confidence) or None,
    }


def _plain(pack: Policy, name: str) -> Any:  # noqa: ANN401  whatever JSON holds
    value = pack.value(name)
    rows = schedule_of(pack.settings[name])
    if rows is not None:
        return rows
    return value if isinstance(value, bool | int | tuple) else pack.text(name)


def _rows(pack: Policy) -> Iterator[tuple[Cell, ...]]:
    """Yield everything under the columns of one table; a schedule has a row for each of its periods."""
    for key, value in heading(pack).items():
        if value is not None and key != "dates_citation":
            citation = pack.dates_citation if key in {"effective_from", "effective_until", "after"} else ""
            yield "heading", key, None, value, None, None, citation or None, None, None, None
    for sentence in pack.uncertain:
        yield "uncertain", None, None, None, None, sentence, None, "uncertain", None, mark_of("uncertain")
    for listing, part in ((_paths(pack), "path"), (_rules(pack), "rule")):
        for record in listing.records():
            said = {key: value for key, value in record.items() if value and key not in {part, "rests_on", "citation"}}
            mark = f"RESTS ON {record['rests_on']}" if record["rests_on"] else None
            text = "; ".join(f"{key}: {value}" for key, value in said.items())
            yield part, record[part], None, None, None, text, record["citation"], None, None, mark
    for name, item in pack.settings.items():
        about = (item.unit, item.description, item.citation, item.confidence, _day_of(pack, item))
        rows = schedule_of(item)
        cells: list[tuple[str | None, Cell]] = [(None, _cell(pack, name))] if rows is None else list(rows.items())
        for period, cell in cells:
            yield "setting", name, period, cell, *about, mark_of(item.confidence) or None


def _cell(pack: Policy, name: str) -> Cell:
    value = pack.value(name)
    return value if isinstance(value, bool | int) else pack.text(name)


# --- Texts ------------------------------------------------------------------------------------------------------------


def _as_markdown(pack: Policy) -> str:
    lines = [f"- {key.replace('_', ' ')}: {text}" for key, text in heading(pack).items() if text is not None]
    lines += [f"- **uncertain**: {sentence}" for sentence in pack.uncertain]
    listings = [listing for listing in (_paths(pack), _rules(pack), _settings(pack)) if listing.rows]
    tables = "\n".join(render(listing, Format.MARKDOWN) for listing in listings)
    return f"## {pack.title}\n\n" + "\n".join(lines) + f"\n\n{tables}"


def _for_people(pack: Policy) -> Iterator[str]:
    yield paragraph(f"{pack.title} ({pack.name}, version {pack.version})", pack.legal_status)
    yield paragraph("Reading", pack.describe_reading())
    yield paragraph("Dates", f"{dates(pack)}; tiers: {pack.tier_table}; as of {pack.as_of}", pack.dates_citation)
    if pack.uncertain:
        yield paragraph("UNCERTAIN", *(f"- {sentence}" for sentence in pack.uncertain))
    if pack.paths:
        yield "PATHS, how a controlled chip may enter a destination; the first that is open is tried first\n"
        yield from (_path_paragraph(record) for record in _paths(pack).records())
    yield "RULES\n"
    yield from (_rule_paragraph(record) for record in _rules(pack).records()) if pack.rules else ["  (none)\n"]
    yield "SETTINGS\n"
    yield from (_setting_paragraph(pack, name) for name in pack.settings) if pack.settings else ["  (none)\n"]
    if pack.settings:
        yield textwrap.fill(MARKS, PARAGRAPH_WIDTH) + "\n"


def dates(pack: Policy) -> str:
    """Return from when to when a pack is in force, and what it says of the time after."""
    after = {
        "hold": "then its limits go on holding",
        "none": "then nothing holds",
        "closed": "then nothing more may be added outside Tier 1",
    }[pack.after.value]
    until = f"until {pack.effective_until}, {after}" if pack.effective_until else "with no last date"
    return f"from {pack.effective_from} {until}"


def _path_paragraph(record: dict[str, Cell]) -> str:
    return paragraph(
        f"{record['path']}: {record['title']}",
        _weak_mark(record["rests_on"]),
        f"Into {record['destinations']}; owner: {record['owner']}; operator: {record['operator']}; "
        f"needs: {record['needs']}; conditions: {record['conditions']}.",
        str(record["citation"]),
    )


def _rule_paragraph(record: dict[str, Cell]) -> str:
    title = record["rule"] if record["rule"] == record["kind"] else f"{record['rule']}: {record['kind']}"
    counts = f" Counts {record['counts']}." if record["counts"] else ""
    return paragraph(
        str(title),
        _weak_mark(record["rests_on"]),
        f"Binds {record['binds']}. Destinations: {record['destinations']}.{counts} Settings: {record['settings']}.",
        str(record["citation"]),
    )


def _weak_mark(names: Cell) -> str:
    return f"<- RESTS ON {names}" if names else ""


def _setting_paragraph(pack: Policy, name: str) -> str:
    item = pack.settings[name]
    rows = schedule_of(item)
    mark = mark_of(item.confidence)
    unit = f" {item.unit}" if item.unit else ""
    head = f"{name}, by period{unit and ','}{unit}" if rows is not None else f"{name} = {value_text(item)}{unit}"
    head += f"  <- {mark}" if mark else ""
    table = [f"    {label:<8} {figure:>20,}" for label, figure in (rows or {}).items()]
    choices = f"Choices: {', '.join(item.choices)}." if item.choices else ""
    source = f"{item.citation} [confidence {item.confidence}, as of {_day_of(pack, item)}]"
    return paragraph("\n".join([head, *table]), item.description, choices, source)


def paragraph(head: str, *texts: str) -> str:
    """Return a heading with indented texts under it; empty texts are left out."""
    wrapped = [
        textwrap.fill(text, PARAGRAPH_WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        for text in texts
        if text
    ]
    return "\n".join([head, *wrapped]) + "\n"
