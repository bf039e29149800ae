"""What `docs/adding.md` promises: a step that is forgotten turns a test red."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from optimizer.policies.load import load_policy, policy_names
from optimizer.report.registry import FORMATS
from optimizer.rules.fields import NEEDS
from optimizer.rules.registry import CHOICES, PLAN_RULES, POLICY_RULES, SETTABLE
from optimizer.solve.registry import BACKENDS

ROOT = Path(__file__).parent.parent
RULES = {
    name: compile_rule.__module__.rpartition(".")[2] for name, compile_rule in {**POLICY_RULES, **PLAN_RULES}.items()
}
"""Each rule with the stem of its files."""
SHARED = {
    "__init__",
    "additions",
    "alternatives",
    "bound_lots",
    "breach",
    "case",
    "external_use",
    "fields",
    "goals",
    "installed_stock",
    "ledger",
    "limit",
    "measures",
    "path_caps",
    "power",
    "registry",
    "serving",
    "shares",
    "tested",
}
"""Files of optimizer/rules that are no rule."""

NAMED_IN_ADDING = sorted(
    {
        path
        for path in re.findall(r"`([\w./-]+)`", (ROOT / "docs/adding.md").read_text(encoding="utf-8"))
        if path.startswith(("optimizer/", "tests/", "docs/", "benchmarks/")) and "<" not in path
    }
)
"""Files and folders that docs/adding.md names."""


def texts(folder: str, pattern: str = "*.py") -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob(pattern)))


def names_of(rule: str) -> set[str]:
    """Return what limits of a kind of rule are listed under: its own name, or the keys that shipped packs give it."""
    packs = map(load_policy, policy_names())
    return {rule, *(spec.name for pack in packs for spec in pack.rules if spec.kind == rule)}


def test_every_file_of_the_rules_folder_is_registered() -> None:
    stems = {path.stem for path in (ROOT / "optimizer/rules").glob("*.py")}

    assert stems - SHARED == set(RULES.values())


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_test_file_and_a_golden_text(rule: str) -> None:
    golden = ROOT / "tests/rules/golden" / f"{RULES[rule]}.txt"

    assert (ROOT / "tests/rules" / f"test_{RULES[rule]}.py").is_file()
    assert golden.read_text(encoding="utf-8").startswith(tuple(names_of(rule)))


def test_every_golden_text_belongs_to_a_rule() -> None:
    assert {path.stem for path in (ROOT / "tests/rules/golden").iterdir()} == set(RULES.values())


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_heading_in_the_model_page(rule: str) -> None:
    headings = (ROOT / "docs/model.md").read_text(encoding="utf-8").splitlines()

    assert any(line.startswith("###") and f"`{rule}`" in line for line in headings)


@pytest.mark.parametrize("rule", RULES)
def test_the_docstring_of_every_rule_states_its_equation_and_unit(rule: str) -> None:
    module = importlib.import_module(f"optimizer.rules.{RULES[rule]}")

    manual = f"{module.__doc__} {module.limits.__doc__}"
    assert "Equation:" in manual
    assert "Unit:" in manual
    assert rule not in POLICY_RULES or "Citation:" in manual


def test_what_a_pack_has_to_say_is_known_for_every_kind_of_policy_rule() -> None:
    assert sorted(NEEDS) == sorted(POLICY_RULES)
    assert not SETTABLE - set(RULES)
    assert all(CHOICES.values())


@pytest.mark.parametrize("rule", POLICY_RULES)
def test_every_policy_rule_is_used_by_a_shipped_pack(rule: str) -> None:
    assert f'kind = "{rule}"' in texts("optimizer/policies", "*.toml")


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_runs_through_the_conformance_suite(backend: str) -> None:
    suite = (ROOT / "tests/solve/test_conformance.py").read_text(encoding="utf-8")

    assert "BACKENDS" in suite or f'"{backend}"' in suite


@pytest.mark.parametrize("output_format", FORMATS)
def test_every_output_format_has_a_test(output_format: str) -> None:
    suite = texts("tests/report")

    assert f'"{output_format}"' in suite or "FORMATS" in suite


@pytest.mark.parametrize("pack", policy_names())
def test_every_pack_has_a_line_in_the_changelog(pack: str) -> None:
    assert f"`{pack}`" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMED_IN_ADDING)
def test_what_the_pages_on_adding_point_to_is_there(name: str) -> None:
    assert (ROOT / name).exists()


def test_every_instance_says_where_its_figures_come_from() -> None:
    for folder in sorted(path for path in (ROOT / "instances").iterdir() if path.is_dir()):
        assert (folder / "README.md").is_file(), folder.name
