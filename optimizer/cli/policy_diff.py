"""`placement policy diff A B`: what two packs say differently, each value with where it is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.group import PROGRAM
from optimizer.cli.listing import Cell, Listing, as_json, render
from optimizer.cli.options import Format, FormatOption, OutFileOption
from optimizer.cli.output import put
from optimizer.cli.policy_show import paragraph

if TYPE_CHECKING:
    from optimizer.cli.policy_differences import Difference, TierComparison, TierMove
    from optimizer.policies.policy import Policy

COLUMNS = ("part", "name", "field", "a", "b", "a_citation", "b_citation")
PARTS = {
    "heading": "HEADING",
    "uncertain": "UNCERTAIN",
    "setting": "SETTINGS",
    "path": "PATHS",
    "rule": "RULES",
}
"""What is compared, in the order of the output."""

HELP = f"""Show what differs between two policy packs: dates and legal status, settings, paths, rules, and tiers.

Settings are compared by value, each with its citation. Where a rule or a path names other settings than in the other
pack, the names are shown. Destinations are compared by the two tier tables on one day.

\b
Examples:
  {PROGRAM} policy diff three-tier-2025-01 ai-diffusion-2025
  {PROGRAM} policy diff ai-diffusion-2025 my-policy.toml --as-of 2026-07-23
  {PROGRAM} policy diff ai-diffusion-2025 licensing-2026-07 --format csv --out diff.csv

Exit codes: 0 whether they differ or not; 2 a pack that cannot be read, or usage.
"""

FirstArgument = Annotated[str, typer.Argument(metavar="A", help="A pack, or the path of a .toml file.")]
SecondArgument = Annotated[str, typer.Argument(metavar="B", help="Another.")]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="The day of the tiers (the later of the packs' own), such as 2026-07-23.",
    ),
]


def diff_policies(
    a: FirstArgument,
    b: SecondArgument,
    as_of: AsOfOption = None,
    *,
    output_format: FormatOption = Format.TABLE,
    out: OutFileOption = None,
) -> None:
    """Compare two packs."""
    from optimizer.cli.policy_differences import compare_tiers, differences
    from optimizer.policies.load import load_policy

    packs = load_policy(a), load_policy(b)
    day = as_of.date() if as_of else max(pack.as_of for pack in packs)
    found, tiers = differences(*packs), compare_tiers(*packs, day)
    match output_format:
        case Format.JSON:
            put(as_json(_document(packs, found, tiers)), out)
        case Format.CSV:
            put(render(Listing("", COLUMNS, [*map(_row, found), *_tier_rows(tiers)]), Format.CSV), out)
        case Format.MARKDOWN:
            put(_as_markdown(_names(packs, a, b), found, tiers), out)
        case Format.TABLE:
            put("\n".join(_for_people(_names(packs, a, b), found, tiers)), out)


def _names(packs: tuple[Policy, Policy], a: str, b: str) -> tuple[str, str]:
    """Return what to call the packs: by their names, or where these are the same as they were typed."""
    first, second = (pack.name for pack in packs)
    return (first, second) if first != second else (a, b)


def _row(found: Difference) -> tuple[Cell, ...]:
    return (found.part, found.name, found.field, found.a, found.b, found.a_citation, found.b_citation)


def _tier_rows(tiers: TierComparison) -> Iterator[tuple[Cell, ...]]:
    for move in tiers.differing:
        for code in move.destinations:
            tables = (f"tier table {tiers.a_table}", f"tier table {tiers.b_table}")
            yield "tier", code, str(tiers.day), move.a_name, move.b_name, *tables


def _document(packs: tuple[Policy, Policy], found: tuple[Difference, ...], tiers: TierComparison) -> dict[str, object]:
    first, second = ({"policy": pack.name, "version": pack.version, "sha256": pack.sha256} for pack in packs)
    return {
        "a": first,
        "b": second,
        "differ": bool(found or tiers.differing),
        "differences": Listing("", COLUMNS, list(map(_row, found))).records(),
        "tiers": {
            "as_of": str(tiers.day),
            "a_table": tiers.a_table,
            "b_table": tiers.b_table,
            "summary": [_tier_record(move) for move in tiers.moves],
        },
    }


def _tier_record(move: TierMove) -> dict[str, object]:
    return {
        "a_tier": move.a_tier,
        "a_name": move.a_name,
        "b_tier": move.b_tier,
        "b_name": move.b_name,
        "count": len(move.destinations),
        "destinations": move.destinations,
    }


def _tier_listing(names: tuple[str, str], tiers: TierComparison) -> Listing:
    rows = [(move.a_name, move.b_name, len(move.destinations), _codes(move)) for move in tiers.moves]
    return Listing(f"tiers on {tiers.day}", (*names, "destinations", "which"), rows)


def _codes(move: TierMove) -> str:
    return ", ".join(move.destinations) if move.a_tier != move.b_tier else "(the same number)"


def _as_markdown(names: tuple[str, str], found: tuple[Difference, ...], tiers: TierComparison) -> str:
    columns = ("part", "name", "field", *names, f"{names[0]}, where", f"{names[1]}, where")
    listing = Listing(f"{names[0]} and {names[1]}", columns, list(map(_row, found)))
    texts = [render(listing, Format.MARKDOWN)] if found else [f"### {_nothing(names)}\n"]
    return "\n".join([*texts, render(_tier_listing(names, tiers), Format.MARKDOWN)])


def _nothing(names: tuple[str, str]) -> str:
    return f"{names[0]} and {names[1]} say the same"


def _for_people(names: tuple[str, str], found: tuple[Difference, ...], tiers: TierComparison) -> Iterator[str]:
    yield f"A is {names[0]}, B is {names[1]}.\n" if found else f"{_nothing(names)}.\n"
    for part, title in PARTS.items():
        rows = [row for row in found if row.part == part]
        if rows:
            yield f"{title}\n"
            yield from _in_both([row for row in rows if row.a is not None and row.b is not None])
            yield from _only_in(names[0], [(row, row.a, row.a_citation) for row in rows if row.b is None])
            yield from _only_in(names[1], [(row, row.b, row.b_citation) for row in rows if row.a is None])
    yield "TIERS\n"
    if tiers.a_table == tiers.b_table:
        yield f"  Both use the tier table {tiers.a_table}.\n"
    else:
        yield render(_tier_listing(names, tiers), Format.TABLE)


def _in_both(rows: list[Difference]) -> Iterator[str]:
    """Yield what both packs have, one paragraph for all that differs of a setting, a path or a rule."""
    for name, grouped in groupby(rows, key=lambda row: row.name):
        of_name = list(grouped)
        first = of_name[0]
        texts = []
        for row in of_name:
            field = f"{row.field}, " if row.field else ""
            texts += [f"{field}A: {row.a}", f"{field}B: {row.b}"]
        citations = (("A", first.a_citation), ("B", first.b_citation))
        yield paragraph(name, *texts, *(f"{side} cites {text}" for side, text in citations if text))


def _only_in(name: str, rows: list[tuple[Difference, str | None, str | None]]) -> Iterator[str]:
    texts = []
    for row, text, citation in rows:
        title = " ".join(filter(None, (row.name, row.field)))
        sign = " = " if row.part in {"setting", "heading"} else ": " if title else ""
        texts.append(f"- {title}{sign}{text}" + (f" [{citation}]" if citation else ""))
    if texts:
        yield paragraph(f"only in {name}", *texts)
