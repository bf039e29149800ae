"""A comparison for people: legal status first, then the policies side by side, as text or Markdown; and its CSV."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.cli.listing import Cell, Listing, render
from optimizer.cli.options import Format
from optimizer.cli.policy_show import paragraph
from optimizer.report.comparison_document import PackPart
from optimizer.report.wording import NOTHING, compact, gap_text, money, period_runs, quantity, share_text

if TYPE_CHECKING:
    from optimizer.report.comparison_document import BindingPart, ComparisonDocument, DestinationPart, SitePart, Verdict
    from optimizer.report.rows import ExactText

MOST_ROWS = 40
"""Of one table; the JSON has all."""


def for_people(document: ComparisonDocument, output_format: Format) -> str:
    """Return the comparison as text or as Markdown."""
    span = " to ".join(dict.fromkeys((document.periods[0], document.last_period)))
    title = (
        f"{document.plan}: {document.company} ({document.headquarters}), {span}, under {len(document.packs)} policies"
    )
    is_markdown = output_format is Format.MARKDOWN
    head = [f"# {title}\n" if is_markdown else f"{title}\n"]
    if is_markdown:
        head += ["".join(f"- **{_name(pack)}**: {' '.join(_status_texts(pack))}\n" for pack in document.packs)]
    else:
        head += [paragraph(_name(pack), *_status_texts(pack)) for pack in document.packs]
    tables = (_side_by_side(document), _binding(document), _destinations(document), _sites(document))
    return "\n".join([*head, *(render(table, output_format) for table in tables if table.rows)])


def as_csv(document: ComparisonDocument) -> str:
    """Return one row per policy: every field of `packs` in the JSON, lists and settings joined by `;`."""
    rows = [tuple(_flat(getattr(pack, name)) for name in PackPart.model_fields) for pack in document.packs]
    return render(Listing("", tuple(PackPart.model_fields), rows), Format.CSV)


def _flat(value: object) -> Cell:
    if isinstance(value, dict):
        return ";".join(f"{key}={part}" for key, part in value.items())
    if isinstance(value, tuple):
        return ";".join(getattr(part, "group", None) or str(part) for part in value)
    return value if isinstance(value, str | int | float | bool) else None


# --- Legal status -----------------------------------------------------------------------------------------------------


def _name(pack: PackPart) -> str:
    own = ", the plan's own" if pack.own else ""
    return f"{pack.policy} (version {pack.version}{own})"


def _status_texts(pack: PackPart) -> list[str]:
    status = pack.legal_status
    if "not legal advice" not in status.lower():
        status = f"{status.rstrip('. ')}. Not legal advice."
    changed = "; ".join(f"{name} = {value}" for name, value in pack.settings.items())
    missing = ", ".join(pack.settings_left_out)
    return [
        status,
        f"Reading: {pack.reading}.",
        *([f"Set: {changed}."] if changed else []),
        *([f"Not as written, changed by the plan: {'. '.join(pack.altered_limits)}."] if pack.altered_limits else []),
        *([f"Has no setting {missing}: left as it is."] if missing else []),
    ]


# --- Side by side -----------------------------------------------------------------------------------------------------


def _side_by_side(document: ComparisonDocument) -> Listing:
    columns = [tuple(_figures(pack, document)) for pack in document.packs]
    rows = [(lines[0][0], *(text for _, text in lines)) for lines in zip(*columns, strict=True)]
    wanted = [row for row in rows if any(cell != NOTHING for cell in row[1:])]
    return Listing("Side by side", ("", *(pack.policy for pack in document.packs)), wanted, tuple(_notes(document)))


def _figures(pack: PackPart, document: ComparisonDocument) -> Iterator[tuple[str, str]]:
    currency, last = document.currency, document.last_period
    largest = share_text(pack.largest_tier2_share)
    yield "status", _status(pack)
    yield "why there is no plan", "; ".join(pack.reasons) or NOTHING
    yield "value", NOTHING if pack.objective is None else money(pack.objective, currency)
    yield "best possible, at most", NOTHING if pack.best_bound is None else money(pack.best_bound, currency)
    yield "proven gap", NOTHING if pack.objective is None else gap_text(pack.gap)
    yield f"worth, beside {document.packs[0].policy}", _difference(pack, document)
    yield f"placed by {last}", NOTHING if pack.placed_units is None else _placed(pack)
    yield (
        f"home share, {last}",
        f"{pack.home} {share_text(pack.home_share)}" if pack.home_share is not None else NOTHING,
    )
    yield f"share outside Tier 1, {last}", _outside(pack)
    yield (
        "largest Tier 2 destination",
        f"{pack.largest_tier2_country} {largest}" if pack.largest_tier2_country else NOTHING,
    )
    yield "authorisations", pack.authorisations or NOTHING
    yield "tested stocks in breach", NOTHING if pack.tests_in_breach is None else str(pack.tests_in_breach)
    yield "policy limits that bind", NOTHING if pack.objective is None else str(len(pack.binding_limits))


def _status(pack: PackPart) -> str:
    words = pack.status.replace("_", " ")
    return f"{words} (stopped by {pack.stopped_by})" if pack.stopped_by else words


def _placed(pack: PackPart) -> str:
    return f"{quantity(pack.placed_units or 0)} units; {quantity(pack.unplaced_units or 0)} unplaced"


def _outside(pack: PackPart) -> str:
    """Return the share outside Tier 1, in the policy's own words where these differ."""
    if pack.outside_tier1_share is None:
        return NOTHING
    words = "" if pack.outside_tier1 == "outside Tier 1" else f" {pack.outside_tier1}"
    return share_text(pack.outside_tier1_share) + words


def _difference(pack: PackPart, document: ComparisonDocument) -> str:
    least, most = map(_read, (pack.difference_at_least_exact, pack.difference_at_most_exact))
    if pack is document.packs[0]:
        return NOTHING
    if least is None and most is None:
        without = next((one for one in (document.packs[0], pack) if one.objective is None), None)
        return f"no plan under {without.policy}" if without else "nothing proven"
    return interval_text(pack.difference, least, most, document.currency)


def _read(text: ExactText | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def interval_text(verdict: Verdict | None, least: Fraction | None, most: Fraction | None, currency: str) -> str:
    """Return an interval in words, of which one side is known at least."""
    low, high = (None if side is None else money(side, currency) for side in (least, most))
    match verdict:
        case "equal":
            return "the same, proven"
        case "more":
            return _range(least, most, currency, "more")
        case "less":
            return _range(most, least, currency, "less")
        case "not_distinguishable":
            return f"not distinguishable at this gap ({low} to {high})"
        case None:  # only one side is proven
            return f"at most {high}" if low is None else f"at least {low}"


def _range(near: Fraction | None, far: Fraction | None, currency: str, word: str) -> str:
    """Return `$10 m to $12 m more`: how far from zero at least and, where that is proven, at most."""
    low = money(abs(Fraction(near or 0)), currency)
    if far is None:
        return f"at least {low} {word}"
    high = money(abs(far), currency)
    return f"{low} {word}" if low == high else f"{low} to {high} {word}"


def _notes(document: ComparisonDocument) -> Iterator[str]:
    yield "Values are proven to lie between value and best possible; a difference follows from both sides of both policies."
    if document.interrupted:
        missing = [pack.policy for pack in document.packs if pack.status == "not_run"]
        rest = f" Not run: {', '.join(missing)}." if missing else ""
        yield f"Interrupted: this is what there was.{rest}"


# --- What binds, what stands where ------------------------------------------------------------------------------------


def _binding(document: ComparisonDocument) -> Listing:
    groups = dict.fromkeys(part.group for pack in document.packs for part in pack.binding_limits)
    by_pack = [{part.group: part for part in pack.binding_limits} for pack in document.packs]
    rows = [(group, *(_bound(found.get(group), document.periods) for found in by_pack)) for group in groups]
    return _table("Policy limits that bind, with their setting", ("limit",), rows, document)


def _bound(part: BindingPart | None, every: tuple[str, ...]) -> str:
    return NOTHING if part is None else f"{part.setting}: {period_runs(part.periods, every)}"


def _destinations(document: ComparisonDocument) -> Listing:
    by_country: dict[str, dict[str, DestinationPart]] = {}
    for part in document.destinations:
        by_country.setdefault(part.country, {})[part.policy] = part
    rows = [
        (country, next(iter(found.values())).name, *(_tpp(found.get(pack.policy)) for pack in document.packs))
        for country, found in by_country.items()
        if any(part.tpp for part in found.values())
    ]
    return _table(f"TPP at the end of {document.last_period}", ("destination", "name"), rows, document)


def _tpp(part: DestinationPart | None) -> str:
    return NOTHING if part is None else compact(part.tpp)


def _sites(document: ComparisonDocument) -> Listing:
    rows = [
        (site.site, site.country, *(_opened(site, pack) for pack in document.packs))
        for site in document.sites
        if site.differs
    ]
    return _table("Sites open under one policy and not under another", ("site", "country"), rows, document)


def _opened(site: SitePart, pack: PackPart) -> str:
    if pack.policy not in site.opened:
        return NOTHING
    return site.opened[pack.policy] or "not opened"


def _table(title: str, keys: tuple[str, ...], rows: list[tuple[str, ...]], document: ComparisonDocument) -> Listing:
    more = (f"and {len(rows) - MOST_ROWS} more: --format json",) if len(rows) > MOST_ROWS else ()
    return Listing(title, (*keys, *(pack.policy for pack in document.packs)), rows[:MOST_ROWS], more)
