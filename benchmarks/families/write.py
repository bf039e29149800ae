"""Which plans are asked for, and their directories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.families.fleet import MOST_ACCELERATORS
from benchmarks.families.generate import generate, plan_name
from benchmarks.families.kinds import KINDS, Kind
from benchmarks.families.sizes import FEWEST_SITES, LONGEST, SIZES, Size, free_size
from optimizer.errors import InputError, Problem
from optimizer.files.write_document import write_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

DEFAULT_KIND, DEFAULT_SEED = "base", 1
DEFAULT_ACCELERATORS, DEFAULT_PERIODS = 6, 12


@dataclass(frozen=True, slots=True)
class Member:
    """One plan of a family."""

    kind: Kind
    size: Size
    seed: int

    @property
    def name(self) -> str:
        """Return the name of its directory."""
        return plan_name(self.kind, self.size, self.seed)


def find_sizes(
    names: Iterable[str], sites: int | None = None, accelerators: int | None = None, periods: int | None = None
) -> list[Size]:
    """Return the sizes named, and one of `sites` sites where that is given. Raises InputError for all that is wrong."""
    wanted = [name.lower() for name in names]
    problems = _unknown(wanted, SIZES, "size")
    if sites is None and (accelerators is not None or periods is not None):
        problems.append(Problem("--accelerators and --periods are of a size of your own", hint="add --sites"))
    if sites is None and not wanted:
        problems.append(Problem("no size is named", hint=f"--size {'|'.join(SIZES)}, or --sites"))
    own = [] if sites is None else [_own_size(sites, accelerators, periods)]
    problems += [problem for size in own for problem in _outside(size)]
    if problems:
        raise InputError(problems)
    return [SIZES[name] for name in dict.fromkeys(wanted)] + own


def find_members(sizes: Sequence[Size], kinds: Sequence[str] = (), seeds: Sequence[int] = ()) -> list[Member]:
    """Return the plans of each size, kind and seed. Raises InputError for a kind that is unknown."""
    wanted = list(dict.fromkeys(kinds)) or [DEFAULT_KIND]
    if problems := _unknown(wanted, KINDS, "kind"):
        raise InputError(problems)
    return [
        Member(KINDS[kind], size, seed)
        for size in sizes
        for kind in wanted
        for seed in dict.fromkeys(seeds or (DEFAULT_SEED,))
    ]


def write_members(members: Sequence[Member], out: Path) -> Iterator[Path]:
    """Write each plan, whole or not at all, and yield its directory. Raises InputError, before any, for those there are."""
    there = [out / member.name for member in members if (out / member.name).exists()]
    if there:
        hint = "choose another --out, or move it away"
        raise InputError([Problem("exists already", file=str(directory), hint=hint) for directory in there])
    for member in members:
        write_document(generate(member.kind, member.size, member.seed), out / member.name)
        yield out / member.name


def _own_size(sites: int, accelerators: int | None, periods: int | None) -> Size:
    return free_size(
        sites,
        DEFAULT_ACCELERATORS if accelerators is None else accelerators,
        DEFAULT_PERIODS if periods is None else periods,
    )


def _unknown(names: Sequence[str], known: Mapping[str, object], what: str) -> list[Problem]:
    hint = f"there are {', '.join(known)}"
    return [Problem(f"is no {what}", value=name, hint=hint) for name in names if name not in known]


def _outside(size: Size) -> Iterator[Problem]:
    for option, value, least, most in (
        ("--sites", size.sites, FEWEST_SITES, None),
        ("--accelerators", size.accelerators, 1, MOST_ACCELERATORS),
        ("--periods", size.periods, 1, LONGEST),
    ):
        if value < least or (most is not None and value > most):
            hint = f"{least} to {most}" if most is not None else f"{least} or more"
            yield Problem(f"{option} is out of range", value=str(value), hint=hint)
