"""`placement catalogue`: the accelerators a plan may name, or the countries with their tier on a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from optimizer.cli.group import PROGRAM
from optimizer.cli.listing import Cell, Listing, render
from optimizer.cli.options import Format, FormatOption, OutFileOption
from optimizer.cli.output import put

HELP = f"""List the accelerators a plan may name, each figure with its source, or the countries with their tier.

\b
Examples:
  {PROGRAM} catalogue
  {PROGRAM} catalogue --countries --on 2025-11-07
  {PROGRAM} catalogue --format csv --out catalogue.csv
"""

CountriesOption = Annotated[bool, typer.Option("--countries", help="List countries instead of accelerators.")]
DayOption = Annotated[
    datetime | None,
    typer.Option(
        "--on", formats=["%Y-%m-%d"], metavar="DATE", help="The day of the tiers (today), such as 2025-11-07."
    ),
]
PolicyNameOption = Annotated[
    str | None, typer.Option("--policy", metavar="NAME|FILE", help="The policy whose tiers are listed.")
]


def catalogue(
    output_format: FormatOption = Format.TABLE,
    out: OutFileOption = None,
    *,
    countries: CountriesOption = False,
    on: DayOption = None,
    policy: PolicyNameOption = None,
) -> None:
    """List accelerators or countries."""
    for_people = output_format in {Format.TABLE, Format.MARKDOWN}
    if not countries:
        if on is not None or policy is not None:
            msg = "it only says which tiers to list: add --countries"
            raise typer.BadParameter(msg, param_hint="'--on'" if on else "'--policy'")
        put(render(_accelerators(for_people=for_people), output_format), out)
        return
    day = on.date() if on else date.today()
    put(render(_countries(day, policy, for_people=for_people), output_format), out)


def _accelerators(*, for_people: bool) -> Listing:
    from optimizer.catalogue.accelerators import catalogue as entries

    columns = (
        *("accelerator", "name", "tpp", "block", "power_kw", "bandwidth_gb_s", "price_usd", "price_basis", "eccn"),
        *("confidence", "source"),
    )
    rows: list[tuple[Cell, ...]] = []
    for entry in entries():
        source = entry.source
        if entry.purchase_block is not None and entry.purchase_block.source not in source:
            source += f"; block: {entry.purchase_block.source} (confidence {entry.purchase_block.confidence})"
        power = None if entry.power_kw is None else round(float(entry.power_kw), 4)
        figures = (entry.tpp, entry.block, power, entry.memory_bandwidth_gb_s, entry.price_usd, entry.price_basis)
        shown_source = _short(source) if for_people else source
        rows.append((entry.key, entry.name, *figures, entry.eccn, entry.confidence, shown_source))
    notes = (
        "block: units bought together; power_kw: IT power of one unit at server or rack level; bandwidth_gb_s: memory "
        "bandwidth of one unit. What is empty is not published; the plan has to give power.",
        "confidence: A official text, B derived or two sources, C one source or an estimate, D unverified.",
    )
    return Listing("accelerators", columns, rows, notes)


def _countries(day: date, policy: str | None, *, for_people: bool) -> Listing:
    from optimizer.catalogue.countries import countries, tier_table
    from optimizer.policies.load import DEFAULT_POLICY, load_policy

    pack = load_policy(policy or DEFAULT_POLICY)
    table = tier_table(pack.tier_table)
    rows: list[tuple[Cell, ...]] = []
    for country in countries().values():
        tier = table.tier_on(country.iso2, day)
        citation = _short(tier.citation) if for_people else tier.citation
        counts_as = None if country.destination == country.iso2 else country.destination
        means = table.names[tier.tier]
        rows.append((country.iso2, country.name, counts_as, tier.tier, means, tier.confidence, citation, tier.note))
    columns = ("country", "name", "counts_as", "tier", "tier_name", "confidence", "citation", "note")
    return Listing(f"tiers on {day}: {table.title}", columns, rows, (pack.legal_status,))


SHORTENED = 70


def _short(text: str) -> str:
    return text if len(text) <= SHORTENED else f"{text[: SHORTENED - 1]}…"
