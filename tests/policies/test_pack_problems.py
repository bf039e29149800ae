"""What is wrong with a planner's pack: all of it at once, each with where it stands and what to do about it."""

from __future__ import annotations

import tomllib

import pytest

from optimizer.errors import InputError, Problem
from optimizer.policies.load import load_policy, parse_policy
from optimizer.policies.pack_problems import syntax_problem
from tests.policies.packs import CLOSED_TIER_3, HEAD, SETTINGS, pack_text, setting

SHARE = 'kind = "destination_share"\nshare = "share"\ntiers = [2]\ncitation = "own"'
PATH = '\n[[paths]]\nkey = "way"\ntiers = [2]\ncitation = "own"\n'
HOLD = 'after = "hold"'


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        parse_policy(text, "own.toml")
    return caught.value.problems


def the_problem(text: str) -> Problem:
    found = problems(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "where", "what", "hint"),
    [
        (
            pack_text().replace("legal_status", "legal_state"),
            "legal_state",
            "unknown key",
            "did you mean 'legal_status'?",
        ),
        (pack_text().replace("2026-01-31\neff", '"soon"\neff'), "as_of", "expected a date", "as_of = 2026-01-31"),
        (pack_text(dates='after = "hodl"'), "after", "expected one of hold, none, closed", "did you mean 'hold'?"),
        (pack_text(dates=f"{HOLD}\nuncertain = 3"), "uncertain", "expected a list", "writing-a-policy"),
        (pack_text().replace('"ai-diffusion-2025"', '"ai-2025"'), "tier_table", "no such tier table", "known tables"),
        (
            pack_text(settings=f"\n[settings]\nmore = 3{SETTINGS}"),
            "settings.more",
            "expected a table",
            'more = { type = "...", value = ..., citation = "..." }',
        ),
        (
            pack_text(settings=SETTINGS.replace('"share"', '"shares"')),
            "settings.share.type",
            "expected one of share, count",
            "did you mean 'share'?",
        ),
        (
            pack_text(settings=SETTINGS.replace('"7/100"', "0.07")),
            "settings.share.value",
            "a share must be exact",
            'write it as "7/100" or "7%", in quotes',
        ),
        (
            pack_text(settings=SETTINGS.replace("= 10", '= "ten"')),
            "settings.cap.value",
            "expected a number",
            "without quotes",
        ),
        (
            pack_text(settings=SETTINGS.replace('"a cap"\ncitation = "the planner"', '"a cap"\ncitation = ""')),
            "settings.cap.citation",
            "must not be empty",
            "say where it is written",
        ),
        (
            pack_text(settings=SETTINGS + setting("mode", "choice", '"firts"', 'choices = ["first", "last"]')),
            "settings.mode.value",
            "expected one of first, last",
            "did you mean 'first'?",
        ),
        (
            pack_text(settings=SETTINGS + setting("mode", "choice", '"a"')),
            "settings.mode.value",
            "needs its choices",
            "",
        ),
        (
            pack_text(settings=SETTINGS + setting("table", "schedule", "{ spring = 3 }")),
            "settings.table.value",
            "'spring': expected a period like 2025Q1",
            "2026Q1 = 633000000",
        ),
        (
            pack_text(settings=SETTINGS + setting("days", "days_of_year", '["02-30"]')),
            "settings.days.value",
            "no such day: '02-30'",
            "02-01",
        ),
        (
            pack_text(settings=SETTINGS + setting("places", "countries", '["Kenya"]')),
            "settings.places.value",
            "expected an ISO 3166 alpha-2 country code",
            "did you mean 'KE'?",
        ),
        (
            pack_text(rules=SHARE.replace('"share"', '"shore"')),
            "rules[destination_share].share",
            "the pack has no setting of that name",
            "did you mean 'share'?",
        ),
        (
            pack_text(rules=SHARE.replace('"share"', "7")),
            "rules[destination_share].share",
            "expected the name of a setting",
            "under [settings]",
        ),
        (
            pack_text(rules=SHARE.replace("[2]", "2")),
            "rules[destination_share].tiers",
            "expected a list",
            "tiers = [2]",
        ),
        (
            pack_text(rules=f"{SHARE}\nbound = [1]"),
            "rules[destination_share].bound",
            "expected a table",
            "bound = { tiers = [1] }",
        ),
        (
            pack_text(rules=f'{SHARE}\nbound = {{ countries = ["Japan"] }}'),
            "rules[destination_share].bound",
            "expected an ISO 3166",
            "did you mean 'JP'?",
        ),
        (
            pack_text(rules=f"{SHARE}\nbound = {{ tier = [1] }}"),
            "rules[destination_share].bound.tier",
            "unknown key",
            "did you mean 'tiers'?",
        ),
        (
            pack_text(rules=f'{SHARE}\nheld = "VEU"'),
            "rules[destination_share].held",
            "expected one of UVEU, NVEU, licence",
            "did you mean",
        ),
        (
            pack_text(rules=f'{SHARE}\nhome = "Japan"'),
            "rules[destination_share].home",
            "expected an ISO 3166",
            "did you mean 'JP'?",
        ),
        (
            pack_text(rules=f'{SHARE}\npaths = ["wya"]') + PATH,
            "rules[destination_share].paths",
            "the pack has no path of that key",
            "did you mean 'way'?",
        ),
        (
            pack_text(rules=f'{SHARE}\ncounted_paths = {{ x = ["way"] }}') + PATH,
            "rules[destination_share].counted_paths",
            "needs counted_paths_by",
            "chooses among them",
        ),
        (pack_text() + PATH + PATH, "paths[way]", "2 paths have this key", "unique"),
        (pack_text() + PATH.replace("tiers = [2]\n", ""), "paths[way].tiers", "required, and missing", "tiers = [2]"),
        (
            pack_text() + PATH + 'until = "cap"\n',
            "paths[way].until",
            "needs a setting of type date",
            "cap is of type count",
        ),
        (
            pack_text() + PATH + 'where = { cup = "3" }\n',
            "paths[way].where.cup",
            "the pack has no setting of that name",
            "did you mean 'cap'?",
        ),
        (
            pack_text(settings=SETTINGS + setting("mode", "choice", '"a"', 'choices = ["a", "b"]'))
            + PATH
            + 'where = { mode = "c" }\n',
            "paths[way].where.mode",
            "none of the choices of mode",
            "one of a, b",
        ),
        (
            pack_text(settings=SETTINGS + setting("then", "choice", '"hold"', 'choices = ["hold", "perish"]'))
            + PATH
            + 'after = "then"\n',
            "settings.then.choices",
            "no meaning for the choice perish",
            "hold, none, closed",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place_and_a_way_out(text: str, where: str, what: str, hint: str) -> None:
    found = problems(text)

    assert any(
        (problem.column or "") == where and what in problem.message and hint in (problem.hint or "")
        for problem in found
    ), found
    assert {problem.file for problem in found} == {"own.toml"}


def test_counted_paths_have_to_be_choices_of_what_chooses_among_them() -> None:
    modes = setting("mode", "choice", '"all"', 'choices = ["all", "some"]')
    rule = f'{SHARE}\ncounted_paths_by = "mode"\ncounted_paths = {{ sum = ["way"] }}'

    problem = the_problem(pack_text(settings=SETTINGS + modes, rules=rule) + PATH)

    assert problem.column == "rules[destination_share].counted_paths"
    assert problem.hint == "one of all, some"


def test_braces_that_hold_more_than_a_name_are_refused() -> None:
    for reading in ("{cap.real}", "{cap[0]}", "{}", "{cap:,}", "{cap!r}"):
        problem = the_problem(pack_text().replace("{cap}", reading))

        assert problem.column == "reading"


def test_rules_in_single_brackets_are_told_of_the_second_pair() -> None:
    problem = the_problem(pack_text().replace("[[rules]]", "[rules]"))

    assert problem.column == "rules"
    assert problem.hint == "head each rule with [[rules]], in two brackets"


def test_mistakes_of_every_kind_come_in_one_list() -> None:
    """A heading, a setting's value and citation, a rule's field and name, a path, a tier table: seven mistakes."""
    text = pack_text(
        settings=SETTINGS.replace('"7/100"', "0.07").replace('citation = "the planner"\n', "", 1),
        rules=SHARE.replace("[2]", "2") + f'\n\n{CLOSED_TIER_3}\nbound = {{ countries = ["Japan"] }}',
    ) + PATH.replace("key", "kez")
    text = text.replace('after = "hold"', "").replace('"ai-diffusion-2025"', '"ai-2025"')

    assert {problem.column for problem in problems(text)} == {
        "after",
        "settings.cap.citation",
        "settings.share.value",
        "rules[destination_share].tiers",
        "rules[closed_destination].bound",
        "paths[0].key",
        "paths[0].kez",
        "tier_table",
    }


def test_a_setting_that_cannot_be_read_is_not_called_missing_as_well() -> None:
    assert the_problem(pack_text(settings=SETTINGS.replace('"7/100"', "0.07"), rules=SHARE)).column == (
        "settings.share.value"
    )


def test_a_misspelt_setting_is_recognised_even_where_its_value_is_wrong() -> None:
    text = pack_text(settings=SETTINGS.replace('"7/100"', "0.07"), rules=SHARE.replace('"share"', '"shore"'))

    hints = {problem.column: problem.hint for problem in problems(text)}

    assert hints["rules[destination_share].share"] == "did you mean 'share'?"


def test_a_pack_may_leave_out_version_and_reading() -> None:
    policy = parse_policy(
        HEAD.replace('version = "1"\n', "").replace('reading = "cap of {cap}"\n', "") + HOLD + SETTINGS, ""
    )

    assert policy.version == "1"
    assert policy.describe_reading() == "cap: 10; share: 7/100"


def test_a_pack_without_settings_and_reading_reads_as_such() -> None:
    text = HEAD.replace('reading = "cap of {cap}"\n', "") + HOLD + "\n[settings]\n"

    assert parse_policy(text, "own.toml").describe_reading() == "no settings"


@pytest.mark.parametrize(
    ("text", "where", "line"),
    [
        ('name = "a"\nvalue = 7%\n', "line 2, column 10", "line 2 reads 'value = 7%'"),
        ('name = "a"\nname = "b"\n', "line 2", "line 2 reads"),
        ('name = "a"\n[settings', "", "writing-a-policy"),
    ],
)
def test_a_text_that_is_no_toml_is_shown_with_line_and_column(text: str, where: str, line: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)

    problem = syntax_problem(caught.value, text, "own.toml")

    assert where in problem.message
    assert line in (problem.hint or "")


def test_every_shipped_pack_reads_without_a_problem_and_says_where_its_rules_are_written() -> None:
    """An empty citation of a rule is refused, as an empty one of a setting is."""
    assert all(rule.citation for rule in load_policy("ai-diffusion-2025").rules)
    assert the_problem(pack_text(rules=SHARE.replace('citation = "own"', 'citation = ""'))).column == (
        "rules[destination_share].citation"
    )
