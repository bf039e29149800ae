"""A planner's own pack, by the path of its file: read, checked and overridden like a shipped one."""

from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.files.read_plan import read_plan
from optimizer.policies.load import load_policy, parse_policy
from optimizer.rules.case import make_case
from tests.builders import case, limit_keys, site
from tests.policies.packs import CLOSED_TIER_3, HEAD, SETTINGS, pack_text, setting, write_pack

CAP = 'kind = "national_cap"\ncap = "cap"\ntiers = [2]\ncitation = "own"'
SHARE = 'kind = "destination_share"\nshare = "share"\ntiers = [2]\ncitation = "own"'


def complaint(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_policy(text, "own.toml")
    return str(caught.value)


def test_a_plan_names_a_pack_by_a_path_that_starts_from_its_folder(tmp_path: Path) -> None:
    write_pack(tmp_path, rules=CAP)
    (tmp_path / "plan.toml").write_text(
        '[company]\nname = "A"\nheadquarters = "US"\n[horizon]\nstart = "2025Q1"\nperiods = 1\n'
        '[policy]\nname = "own.toml"\ncap = 12\n',
        encoding="utf-8",
    )
    (tmp_path / "installed.csv").write_text("country,accelerator,units\nMY,A100,5\n", encoding="utf-8")

    company = make_case(read_plan(tmp_path))

    assert company.policy.name == "own"
    assert company.policy.describe_reading() == "cap of 12"
    assert company.policy.overridden == ("cap",)


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xef\xbb\xbf" + pack_text().encode())

    assert load_policy(str(path)).name == "own"


@pytest.mark.parametrize(
    ("dates", "periods"),
    [
        ('after = "hold"', ["2025Q1", "2025Q2", "2025Q3"]),
        ('after = "hold"\neffective_until = 2025-04-30', ["2025Q1", "2025Q2", "2025Q3"]),
        ('after = "none"\neffective_until = 2025-04-30', ["2025Q1", "2025Q2"]),
        ('after = "none"\neffective_until = 2025-03-31', ["2025Q1"]),
        ('after = "closed"\neffective_until = 2025-03-31', ["2025Q1"]),
    ],
)
def test_shares_hold_in_every_period_with_a_day_inside_the_packs_dates(
    dates: str, periods: list[str], tmp_path: Path
) -> None:
    pack = write_pack(tmp_path, dates=dates, rules=f"{SHARE}\n\n{CLOSED_TIER_3}")
    company = case(sites=[site("kl", "MY")], periods=3, start="2025Q1", policy={"name": str(pack)})

    assert limit_keys(company, "destination_share") == [f"destination_share[MY,{label}]" for label in periods]


def test_nothing_holds_before_the_packs_first_day(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, rules=SHARE)
    company = case(sites=[site("kl", "MY")], periods=2, start="2024Q4", policy={"name": str(pack)})

    assert limit_keys(company, "destination_share") == ["destination_share[MY,2025Q1]"]


def test_a_rule_with_a_key_is_listed_and_set_by_that_key(tmp_path: Path) -> None:
    second = SHARE.replace("kind =", 'key = "second_share"\nkind =')
    pack = write_pack(tmp_path, rules=f"{SHARE}\n\n{second}")
    limits = {"second_share[MY]": {"setting": "3%"}}
    company = case(sites=[site("kl", "MY")], policy={"name": str(pack)}, limits=limits)

    assert limit_keys(company, "destination_share") == ["destination_share[MY,2025Q1]"]
    assert limit_keys(company, "second_share") == ["second_share[MY,2025Q1]"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not valid TOML"),
        (pack_text(dates=""), "column after: required, and missing"),
        (pack_text(dates='after = "perhaps"'), "column after: expected one of hold, none, closed (got 'perhaps')"),
        (pack_text(dates='after = "hold"\nmood = 1'), "column mood: unknown key"),
        (
            pack_text(dates='after = "hold"\neffective_until = 2024-12-31'),
            "column effective_until: lies before effective_from",
        ),
        (
            pack_text(dates='after = "closed"', rules=SHARE),
            'column after: "closed" needs a rule of kind closed_destination',
        ),
        (pack_text(settings=SETTINGS.replace('"7/100"', "0.07")), "a share must be exact"),
        (pack_text(settings=SETTINGS.replace('"7/100"', '"107%"')), "a share lies between 0 and 1"),
        (pack_text(settings=SETTINGS.replace("value = 10", "value = -1")), "a whole number, zero or more"),
        (pack_text(settings=SETTINGS + setting("f", "flag", '"maybe"')), "expected true or false"),
        (pack_text(settings=SETTINGS + setting("h", "country", '"XX"')), "expected an ISO 3166 alpha-2"),
        (
            pack_text(settings=SETTINGS + setting("d", "choice", '"third"', 'choices = ["first"]')),
            "expected one of first",
        ),
        (pack_text(rules=CAP.replace('"cap"', '"cop"')), "no setting of that name (got 'cop')"),
        (pack_text(rules=CAP.replace('= "cap"', '= "share"')), "cap: needs a setting of type count or schedule"),
        (pack_text(rules=f"{CAP}\n\n{CAP}"), "rules[national_cap]: 2 rules have this name"),
        (pack_text().replace("cap of {cap}", "cap of {cop}"), "column reading: the pack has no setting"),
        (pack_text().replace("cap of {cap}", "cap of {cap"), "column reading: its braces cannot be filled in"),
        (
            pack_text(
                settings=SETTINGS + setting("d", "choice", '"standing"', 'choices = ["standing", "delivered"]'),
                rules=SHARE + '\ndenominator = "d"',
            ),
            "needs a setting holding_country",
        ),
        (pack_text().replace("ai-diffusion-2025", "nobody's"), "no such tier table"),
    ],
)
def test_a_pack_that_is_wrong_is_refused_with_the_reason(text: str, message: str) -> None:
    assert message in complaint(text)


def test_every_missing_key_is_named_at_once() -> None:
    text = complaint(HEAD.replace('title = "A planner\'s own"\n', ""))

    assert "column title" in text
    assert "column after" in text
    assert "column settings" in text


def test_a_pack_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes("name = 'Zürich'".encode("latin-1"))

    with pytest.raises(InputError, match="cannot read the policy file: No such file"):
        load_policy(str(tmp_path / "nowhere.toml"))
    with pytest.raises(InputError, match="not UTF-8"):
        load_policy(str(tmp_path / "latin.toml"))


@pytest.mark.parametrize(
    ("name", "hint"), [("unrestrcted", "did you mean unrestricted"), ("zzz", "one of ai-diffusion-2025")]
)
def test_an_unknown_name_is_refused_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        load_policy(name)


@pytest.mark.parametrize("written", ["45/100", "45%", "0.45", "9/20"])
def test_a_share_is_overridden_in_any_exact_form(written: str) -> None:
    assert load_policy("three-tier-2025-01", {"home_share": written}).text("home_share") == "9/20"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("home_share", 0.45, 'write it as "45/100"'),
        ("home_share", "3/2", "between 0 and 1"),
        ("national_cap", -5, "zero or more"),
        ("national_cap", "2.5", "expected a whole number"),
        ("national_cap_unit", "racks", "expected one of chips, h100_equivalents, tpp"),
        ("validated_exempt_from_national_cap", "perhaps", "expected true or false"),
        ("holding_country", "Malaysia", "ISO 3166"),
        ("home_shore", "45%", "did you mean home_share"),
        ("qqq", "45%", "the settings of three-tier-2025-01"),
    ],
)
def test_an_override_that_does_not_fit_is_refused(name: str, value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_policy("three-tier-2025-01", {name: value})


def test_all_overrides_that_do_not_fit_are_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        load_policy("three-tier-2025-01", {"home_share": "2", "home_shore": "1", "holding_country": "DE"})

    assert len(caught.value.problems) == 2


def test_a_pack_without_settings_says_so_when_one_is_overridden() -> None:
    with pytest.raises(InputError, match="the settings of physical-only: none"):
        load_policy("physical-only", {"home_share": "45%"})
