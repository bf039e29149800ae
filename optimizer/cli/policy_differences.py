"""What differs between two policy packs: heading, settings, paths, rules, and the tiers of destinations on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from optimizer.cli.policy_show import heading
from optimizer.cli.policy_words import path_facts, rule_facts, schedule_of, tier_text, value_text

if TYPE_CHECKING:
    from optimizer.catalogue.countries import TierTable
    from optimizer.policies.policy import Policy
    from optimizer.policies.setting import Setting
    from optimizer.policies.specs import PathSpec, RuleSpec

COMPARED = ("version", "title", "legal_status", "effective_from", "effective_until", "after", "tier_table", "as_of")
"""What is compared of the heading."""
DATED = frozenset({"effective_from", "effective_until", "after"})
"""Parts of the heading that have a citation."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two packs say differently; None where a pack does not have it."""

    part: str
    name: str
    field: str
    a: str | None
    b: str | None
    a_citation: str | None = None
    b_citation: str | None = None


@dataclass(frozen=True, slots=True)
class TierMove:
    """Destinations of one tier in the first pack's table that are of one tier in the second's."""

    a_tier: int
    b_tier: int
    a_name: str
    b_name: str
    destinations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TierComparison:
    """The two tier tables on a day. A table that begins later is taken on its first day."""

    day: date
    a_table: str
    b_table: str
    moves: tuple[TierMove, ...]

    @property
    def differing(self) -> tuple[TierMove, ...]:
        """Return the moves from one tier to another."""
        return tuple(move for move in self.moves if move.a_tier != move.b_tier)


def differences(a: Policy, b: Policy) -> tuple[Difference, ...]:
    """Return what differs between two packs, in the order of reading; tiers are compared apart."""
    return (*_headings(a, b), *_sentences(a, b), *_settings(a, b), *_paths(a, b), *_rules(a, b))


def _headings(a: Policy, b: Policy) -> Iterator[Difference]:
    mine, other = heading(a), heading(b)
    for key in COMPARED:
        if mine[key] != other[key]:
            citations = (a.dates_citation or None, b.dates_citation or None) if key in DATED else (None, None)
            yield Difference("heading", key, "", mine[key], other[key], *citations)


def _sentences(a: Policy, b: Policy) -> Iterator[Difference]:
    yield from (Difference("uncertain", "", "", text, None) for text in a.uncertain if text not in b.uncertain)
    yield from (Difference("uncertain", "", "", None, text) for text in b.uncertain if text not in a.uncertain)


def _settings(a: Policy, b: Policy) -> Iterator[Difference]:
    for name in _either(a.settings, b.settings):
        mine, other = a.settings.get(name), b.settings.get(name)
        cited = (mine.citation if mine else None, other.citation if other else None)
        tables = (schedule_of(mine) if mine else None, schedule_of(other) if other else None)
        if tables[0] is not None and tables[1] is not None:
            yield from _schedule_rows(name, tables[0], tables[1], cited)
        elif _text(mine) != _text(other):
            yield Difference("setting", name, "", _text(mine), _text(other), *cited)


def _text(setting: Setting | None) -> str | None:
    return f"{value_text(setting)} {setting.unit or ''}".rstrip() if setting else None


def _schedule_rows(
    name: str, mine: Mapping[str, int], other: Mapping[str, int], cited: tuple[str | None, str | None]
) -> Iterator[Difference]:
    for period in _either(mine, other):
        one, two = (f"{table[period]:,}" if period in table else None for table in (mine, other))
        if one != two:
            yield Difference("setting", name, period, one, two, *cited)


def _paths(a: Policy, b: Policy) -> Iterator[Difference]:
    mine, other = ({path.key: path for path in pack.paths} for pack in (a, b))
    for key in _either(mine, other):
        one, two = mine.get(key), other.get(key)
        facts = [path_facts(pack, path, values=False) if path else None for pack, path in ((a, one), (b, two))]
        yield from _facts("path", key, (one, two), facts[0], facts[1])


def _rules(a: Policy, b: Policy) -> Iterator[Difference]:
    mine, other = ({rule.name: rule for rule in pack.rules} for pack in (a, b))
    for name in _either(mine, other):
        one, two = mine.get(name), other.get(name)
        facts = [rule_facts(pack, rule, values=False) if rule else None for pack, rule in ((a, one), (b, two))]
        yield from _facts("rule", name, (one, two), facts[0], facts[1])


def _facts(
    part: str,
    name: str,
    specs: tuple[RuleSpec | PathSpec | None, RuleSpec | PathSpec | None],
    mine: Mapping[str, str] | None,
    other: Mapping[str, str] | None,
) -> Iterator[Difference]:
    a_cited, b_cited = (spec.citation if spec else None for spec in specs)
    if mine is None or other is None:
        yield Difference(part, name, "", _summary(mine), _summary(other), a_cited, b_cited)
        return
    for field in mine:
        if mine[field] != other[field]:
            yield Difference(
                part, name, field, mine[field] or "every chip", other[field] or "every chip", a_cited, b_cited
            )


def _summary(facts: Mapping[str, str] | None) -> str | None:
    return None if facts is None else "; ".join(f"{field}: {text}" for field, text in facts.items() if text)


def _either(mine: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    return list(dict.fromkeys((*mine, *other)))


def compare_tiers(a: Policy, b: Policy, day: date) -> TierComparison:
    """Return how many destinations are of which tier under either pack's table on a day; territories follow theirs."""
    from optimizer.catalogue.countries import countries, tier_table

    mine, other = tier_table(a.tier_table), tier_table(b.tier_table)
    moves: dict[tuple[int, int], list[str]] = defaultdict(list)
    for country in countries().values():
        if country.destination == country.iso2:
            moves[_tier_on(mine, country.iso2, day), _tier_on(other, country.iso2, day)].append(country.iso2)
    return TierComparison(
        day,
        mine.name,
        other.name,
        tuple(
            TierMove(one, two, tier_text(one, mine.names), tier_text(two, other.names), tuple(moves[one, two]))
            for one, two in sorted(moves)
        ),
    )


def _tier_on(table: TierTable, code: str, day: date) -> int:
    return table.tier_on(code, max(day, table.covers_from)).tier
