"""The tables and lines about legal paths, authorisations, breach and notices, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.table import Footnotes, Table, columns, cut
from optimizer.report.wording import NOTHING, compact, money

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.report.document import AuditDocument, HoldingPart, ResultDocument
    from optimizer.report.rows import PathRow
    from optimizer.report.summary import Line

MOST_PATHS = 40
MOST_NOTICES = 20
MOST_HELD = 6


def path_table(document: ResultDocument | AuditDocument) -> Table:
    """Return which path carried how much into each destination by the end, and the headroom it has left."""
    last = document.plan.last_period
    cited = Footnotes()
    rows = [row for row in document.paths if row.period == last and _is_worth(row)]
    shown, notes = cut((_path_row(row, cited) for row in rows), MOST_PATHS, "paths")
    return Table(
        f"Legal paths in {last} (TPP of controlled chips)",
        columns("into", "path", "open", ">installed", ">entered", ">headroom", "stopped by", "ref"),
        shown,
        (*notes, *cited.notes()),
    )


def _is_worth(row: PathRow) -> bool:
    """Return whether a path is worth a line: something came by it, or it is open with a limit of its own."""
    return bool(row.tpp_entered or row.tpp_installed) or (row.open and row.limit is not None)


def _path_row(row: PathRow, cited: Footnotes) -> tuple[str, ...]:
    headroom = "no limit" if row.open else NOTHING
    if row.headroom_tpp is not None:
        headroom = compact(row.headroom_tpp)
    return (
        row.destination,
        row.path,
        "yes" if row.open else "shut",
        compact(row.tpp_installed) if row.tpp_installed else NOTHING,
        compact(row.tpp_entered) if row.tpp_entered else NOTHING,
        headroom,
        row.limit or NOTHING,
        cited.mark(row.citation),
    )


def alternative_table(document: ResultDocument) -> Table:
    """Return what each choice of authorisations is worth."""
    part = document.authorisations
    rows = tuple(
        (
            f"{one.name} (chosen)" if one.chosen else one.name,
            one.status.value.replace("_", " "),
            money(one.objective, document.currency) if one.objective is not None else NOTHING,
            money(one.best_bound, document.currency) if one.best_bound is not None else NOTHING,
            ", ".join(one.nveu_destinations) or NOTHING,
        )
        for one in (part.alternatives if part else ())
    )
    headings = columns("authorisation", "status", ">value", ">at most", "~NVEU needed in")
    return Table("What each authorisation is worth", headings, rows)


def breach_table(document: ResultDocument | AuditDocument) -> Table:
    """Return each setting that the installed fleet breaks, and when it is kept."""
    rows = tuple(
        (
            cure.group,
            compact(cure.start),
            cure.unit,
            compact(cure.cure_amount) if cure.cure_amount is not None else "none",
            cure.complies_in or NOTHING,
            str(cure.complies_on) if cure.complies_on else NOTHING,
        )
        for cure in document.breach.cures
    )
    headings = columns("limit", ">over at the start by", "unit", ">cured by", "kept from", "from day")
    return Table("Limits the installed fleet breaks", headings, rows)


def notice_table(document: ResultDocument | AuditDocument) -> Table:
    """Return the notices and certifications that fall due."""
    cited = Footnotes()
    rows = ((str(one.day), one.path, one.subject, one.text, cited.mark(one.citation)) for one in document.notices)
    shown, notes = cut(rows, MOST_NOTICES, "notices")
    headings = columns("day", "path", "about", "~what", "ref")
    return Table("Notices and certifications due", headings, shown, (*notes, *cited.notes()))


def authority_lines(document: ResultDocument | AuditDocument) -> Iterator[Line]:
    """Yield the lines of the summary about what is uncertain, authorisations and breach, as far as there is any."""
    if document.policy.uncertain:
        yield "Uncertain", " ".join(document.policy.uncertain)
    part = document.authorisations
    if part is not None:
        chosen = next((one.name for one in part.alternatives if one.chosen), None)
        mode = f"{part.mode}, chosen: {chosen}" if chosen else part.mode
        yield "Authorised", f"{_held(part.held)} (authorisations: {mode})"
    if document.breach.cures:
        way_out = "" if document.breach.mode == "cure" else ". `--breach cure` allows a plan that keeps them in time"
        unproven = "" if document.breach.earliest_proven else "; that no cure is earlier was not proven"
        yield (
            "Breach",
            f"{document.breach.mode}: " + "; ".join(one.sentence for one in document.breach.cures) + unproven + way_out,
        )


def _held(held: Sequence[HoldingPart]) -> str:
    """Return what the company holds in words, listed rows by their type and destination."""
    if not held:
        return "nothing held"
    shown = [_holding(row) for row in held[:MOST_HELD]]
    more = [f"{len(held) - MOST_HELD} more"] if len(held) > MOST_HELD else []
    return ", ".join([*shown, *more])


def _holding(row: HoldingPart) -> str:
    words_of_name = (row.type, row.key if row.type == "licence" else None, row.destination)
    name = " ".join(word for word in words_of_name if word)
    dates = [f"from {row.valid_from}"] if row.valid_from else []
    dates += [f"until {row.valid_until}"] if row.valid_until else []
    words = [*(["new"] if row.new else []), *dates]
    return f"{name} ({' '.join(words)})" if words else name
