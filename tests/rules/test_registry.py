"""The one table of limits: its order, and what a pack or a plan may not ask of it."""

from pathlib import Path

import pytest

from optimizer.errors import InputError, PlacementError
from optimizer.rules import measures
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits, compile_policy_limits
from tests.builders import case, limit_keys, limits_of, plan, site
from tests.policies.packs import SETTINGS, write_pack
from tests.rules.diffusion import UVEU, company, licence, nveu

SITES = [site("kl", "MY"), site("delhi", "IN"), site("ohio", "US")]


def problems_of(**parts: object) -> list[str]:
    """Return what is wrong with the limits of a plan, in words."""
    with pytest.raises(InputError) as caught:
        compile_limits(case(sites=SITES, delivered=5, **parts))
    return [str(problem) for problem in caught.value.problems]


def test_limits_come_policy_first_then_contract_then_physical_each_by_scope_and_period() -> None:
    limits = compile_limits(case(sites=SITES, delivered=5, periods=2, economics={"must_place": "by_end"}))

    kinds = [limit.kind for limit in limits]
    assert kinds == sorted(kinds, key=["policy", "contract", "physical"].index)
    assert [limit.key for limit in limits if limit.rule == "destination_share"] == [
        "destination_share[IN,2025Q1]",
        "destination_share[IN,2025Q2]",
        "destination_share[MY,2025Q1]",
        "destination_share[MY,2025Q2]",
    ]


def test_no_two_limits_have_one_key() -> None:
    promises = [
        {"key": "deal", "country": "MY", "min_units": 1, "max_units": 2, "only_if_used": True},
        {"key": "other", "site": "kl", "max_units": 2},
    ]
    limits = compile_limits(case(sites=SITES, delivered=5, periods=2, commitments=promises))

    assert len({limit.key for limit in limits}) == len(limits)


def test_a_number_for_a_group_the_plan_does_not_have_is_refused() -> None:
    assert problems_of(limits={"destination_share[PL]": {"setting": "5%"}, "site_pwer[ohio]": {"setting": "5"}}) == [
        "plan.toml, column limits.destination_share[PL]: no limits of that name in this plan\n"
        "  hint: `placement audit PLAN` lists them",
        "plan.toml, column limits.site_pwer[ohio]: no limits of that name in this plan\n"
        "  hint: `placement audit PLAN` lists them",
    ]


def test_what_is_said_of_a_whole_rule_is_known_where_each_group_of_it_is_left_out() -> None:
    left_out = {f"site_power[{name}]": {"enforced": False} for name in ("kl", "delhi", "ohio")}

    limits = compile_limits(case(sites=SITES, delivered=5, limits={"site_power[*]": {"buyable": True}, **left_out}))

    assert "site_power" not in {limit.rule for limit in limits}
    assert "destination_share" in {limit.rule for limit in limits}


@pytest.mark.parametrize("group", ["destination_shar[MY]", "site_power[oiho]", "destination_share[PL]"])
def test_a_group_to_leave_out_that_the_plan_does_not_have_is_refused(group: str) -> None:
    assert problems_of(limits={group: {"enforced": False}}) == [
        f"plan.toml, column limits.{group}: no limits of that name in this plan\n  hint: `placement audit PLAN` lists them"
    ]


def test_a_rule_to_leave_out_may_have_no_limits_in_this_plan() -> None:
    nothing_to_place = {"must_place[chip]": {"enforced": False}, "min_units[*]": {"enforced": False}}

    assert compile_limits(case(sites=SITES, delivered=5, limits=nothing_to_place))


@pytest.mark.parametrize("group", ["deliveries[chip]", "deliveries[*]", "openings[kl]"])
def test_a_number_that_stands_in_a_table_of_its_own_is_refused(group: str) -> None:
    sites = [site("kl", "MY", opens_from="2025Q2")]

    with pytest.raises(InputError, match="has no number to replace"):
        compile_limits(case(sites=sites, delivered=5, periods=2, limits={group: {"setting": "5"}}))


def test_the_kind_of_any_group_may_be_changed() -> None:
    company = case(sites=SITES, delivered=5, limits={"deliveries[*]": {"kind": "contract"}})

    kinds = {limit.kind for limit in compile_limits(company) if limit.rule == "deliveries"}
    assert kinds == {"contract"}


def test_a_negative_number_is_refused() -> None:
    assert problems_of(limits={"site_power[ohio]": {"setting": "-1"}}) == [
        "plan.toml, column limits.site_power[ohio]: cannot be negative"
    ]


@pytest.mark.parametrize("group", ["destination_share[MY]", "nveu_installed_base[MY]", "lpp_allowance[2026]"])
def test_numbers_for_a_rule_that_another_pack_has_wait_for_that_pack(group: str) -> None:
    described = plan(sites=SITES, delivered=5, limits={group: {"setting": "5%"}}, policy="unrestricted")

    assert compile_limits(make_case(described))


def test_a_number_for_a_rule_of_the_pack_that_does_not_bind_the_company_waits_until_it_does() -> None:
    """7% is for UVEU holders; under `authorisations = none` the planner's 5% for Malaysia has nothing to replace."""
    limits = {"destination_share[MY]": {"setting": "5%"}}
    parts = {"sites": [site("kl", "MY")], "start": "2026Q1", "limits": limits}

    none, uveu = (
        case(**parts, policy={"name": "ai-diffusion-2025", "authorisations": held, "decision_days": 0})
        for held in ("none", "uveu")
    )

    assert limit_keys(none, "destination_share") == []
    assert [limit.setting for limit in limits_of(uveu, "destination_share")] == ["1/20"]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('kind = "compute_tax"\ncitation = "own"', "no rule of kind 'compute_tax'"),
        ('kind = "home_share"\nshare = "share"\ncitation = "own"', "a rule of kind home_share needs home"),
        ('kind = "home_share"\nhome = "US"\ncitation = "own"', "a rule of kind home_share needs share"),
        ('kind = "destination_share"\nshare = "share"\ncitation = "own"', "needs tiers"),
        ('kind = "national_cap"\ntiers = [2]\ncitation = "own"', "a rule of kind national_cap needs cap"),
        ('kind = "country_allocation"\ntiers = [2]\ncap = "cap"\ncitation = "own"', "country_allocation needs paths"),
        ('kind = "installed_base"\ntiers = [2]\ncap = "cap"\ncitation = "own"', "installed_base needs paths"),
        ('kind = "yearly_allowance"\ncitation = "own"', "a rule of kind yearly_allowance needs cap"),
        ('kind = "licence_quantity"\ncitation = "own"', "a rule of kind licence_quantity needs paths"),
        ('kind = "volume_ratio"\nshare = "share"\ncitation = "own"', "a rule of kind volume_ratio needs home"),
        ('kind = "home_share"\nhome = "US"\nshare = "share"\nmeasure = "watts"\ncitation = "own"', "no such measure"),
        ('kind = "closed_destination"\ncitation = "own"', "a rule of kind closed_destination needs tiers"),
        ('kind = "closed_parent"\ncitation = "own"', "a rule of kind closed_parent needs bound"),
    ],
)
def test_a_pack_that_leaves_out_what_a_rule_needs_is_refused(rule: str, message: str, tmp_path: Path) -> None:
    pack = write_pack(tmp_path, rules=rule)

    with pytest.raises(InputError, match=message):
        compile_policy_limits(case(sites=SITES, policy={"name": str(pack)}))


def test_a_choice_without_a_meaning_is_refused(tmp_path: Path) -> None:
    unit = '\n[settings.unit]\ntype = "choice"\nvalue = "racks"\nchoices = ["racks", "tpp"]\ndescription = "unit"\n'
    unit += 'citation = "own"\nconfidence = "assumption"\nas_of = 2026-01-31\n'
    rule = 'kind = "national_cap"\ncap = "cap"\ncap_unit = "unit"\ntiers = [2]\ncitation = "own"'
    pack = write_pack(tmp_path, settings=SETTINGS + unit, rules=rule)

    with pytest.raises(InputError, match="no meaning for the choice racks"):
        compile_policy_limits(case(sites=SITES, policy={"name": str(pack)}))


def test_a_cap_that_changes_over_time_is_for_the_kinds_that_read_a_table(tmp_path: Path) -> None:
    table = '\n[settings.table]\ntype = "schedule"\nvalue = { 2025Q1 = 5 }\ndescription = "a table"\n'
    table += 'citation = "own"\nconfidence = "assumption"\n'
    rule = 'kind = "national_cap"\ncap = "table"\ntiers = [2]\ncitation = "own"'
    pack = write_pack(tmp_path, settings=SETTINGS + table, rules=rule)

    with pytest.raises(InputError, match="a rule of kind national_cap takes one figure, not a schedule"):
        compile_policy_limits(case(sites=SITES, policy={"name": str(pack)}))


@pytest.mark.parametrize("group", ["legal_path[MY,chip]", "licence_quantity[L1]"])
def test_the_number_of_a_licence_or_a_path_stands_in_its_own_table(group: str) -> None:
    built = company(site("kl", "MY"), authorisations=[licence("MY", units=5)], limits={group: {"setting": "5"}})

    with pytest.raises(InputError, match="has no number to replace"):
        compile_limits(built)


def test_the_limits_of_the_published_rule_have_keys_of_their_own() -> None:
    sites = [site("abu-dhabi", "AE"), site("kl", "MY", authorised_from="2026-01-01"), site("oslo", "NO")]
    held = [UVEU, nveu("MY"), licence("MY", units=5), licence("MY", tpp=5)]
    limits = compile_limits(company(*sites, headquarters="AE", authorisations=held, periods=5))

    keys = [limit.key for limit in limits]
    assert len(set(keys)) == len(keys)
    assert {limit.rule for limit in limits if limit.kind == "policy"} == {
        "country_allocation",
        "nveu_installed_base",
        "lpp_allowance",
        "licence_quantity",
        "legal_path",
    }


def test_h100_equivalents_need_an_h100_in_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    accelerator = plan(sites=SITES).accelerators[0]
    monkeypatch.setattr(measures, "find_accelerator", lambda _: None)

    with pytest.raises(PlacementError, match="no H100"):
        measures.weight(measures.H100_EQUIVALENTS, accelerator)
