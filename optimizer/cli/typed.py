"""What is wrong with a value typed as an option, said in the words of that option and not of the key it stands for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

OPTIONS = {
    "last.plan": "--last",
    "last.freeze_through": "--freeze-through",
    "last.change_price_usd_per_unit": "--change-price",
    "goals.then": "--then",
    "goals.within": "--within",
}
"""Keys of `plan.toml` that have an option of their own."""
NEEDED = {
    "last.plan": ("needs a last plan", "give --last FILE, or `plan` under [last] in plan.toml"),
    "goals.within": ("needs to know what it may cost", "give --within 0.1%, or `within` under [goals] in plan.toml"),
    "goals.then": ("is given without a goal", "name one with --then, or `then` under [goals] in plan.toml"),
}
"""What the option that was typed misses where such a key is missing, and what to do about it."""
GIVEN_WITHOUT = {"goals.within": "goals.then"}
"""Keys that are themselves the problem where another is missing."""


def in_typed_words(error: InputError, settings: Sequence[str]) -> InputError:
    """Return an error of reading a plan with what concerns typed options in their words."""
    typed = {key.strip() for key, equals, _ in (setting.partition("=") for setting in settings) if equals}
    return InputError([_reworded(problem, typed) for problem in error.problems])


def _reworded(problem: Problem, typed: set[str]) -> Problem:
    key = problem.column or ""
    if key not in OPTIONS:
        return problem
    section = key.partition(".")[0]
    others = [option for one, option in OPTIONS.items() if one in typed and one.partition(".")[0] == section]
    missing = GIVEN_WITHOUT.get(key) if key in typed else key
    if problem.value is None and missing in NEEDED and missing not in typed and others:
        message, hint = NEEDED[missing]
        return Problem(message, file=others[0], hint=hint)
    return replace(problem, file=OPTIONS[key], column=None) if key in typed else problem
