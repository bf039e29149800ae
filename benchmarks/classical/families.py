"""The families of problems: which files they are published in, how each is read, mapped onto a plan, and priced again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.classical import facility, knapsack, shared_sites, single_source, transport, transport_plan
from benchmarks.classical.data import Published, published
from benchmarks.classical.price_facility import price_capacitated, price_single_source, price_uncapacitated
from optimizer.errors import InputError, Problem

if TYPE_CHECKING:
    from fractions import Fraction

    from benchmarks.classical.answers import Answer, Wrong

LARGE = frozenset({"capa_8000"})
"""Instances that take more than ten minutes: they are solved only when they are named."""

Read = Callable[[Path, str], Any]


@dataclass(frozen=True)
class Family:
    """One kind of problem. The problem's own type is known to its functions alone."""

    name: str
    title: str
    problem: str
    """How `optima.csv` calls it."""
    readers: Mapping[str, Read]
    """By the folder that the files stand in."""
    plan: Callable[[Any], dict[str, Any]]
    price: Callable[[Any, Answer], Fraction | Wrong]
    extra_files: Callable[[Any], dict[str, str]] = field(default=lambda _: {})
    """Further files that the plan names, by name."""
    has_spare_sites: bool = True
    """Whether its sites may be given countries as one likes, so that shares can be switched on."""


@dataclass(frozen=True)
class Instance:
    """One published instance of a family."""

    family: Family
    published: Published
    read: Read

    @property
    def name(self) -> str:
        """Return its name."""
        return self.published.instance

    def problem(self) -> Any:  # noqa: ANN401  each family has its own type
        """Return the problem in its file."""
        return self.read(self.published.file, self.name)


FAMILIES: Mapping[str, Family] = {
    family.name: family
    for family in (
        Family(
            "sscflp",
            "single-source facility location",
            "SSCFLP",
            {"sscflp_holmberg": facility.read_holmberg, "cflp_orlib": facility.read_orlib},
            single_source.plan_of,
            price_single_source,
        ),
        Family(
            "cflp",
            "capacitated facility location",
            "CFLP",
            {"cflp_orlib": facility.read_orlib},
            shared_sites.capacitated_plan,
            price_capacitated,
        ),
        Family(
            "uflp",
            "uncapacitated facility location",
            "UFLP",
            {"cflp_orlib": facility.read_orlib, "uflp_kratica": facility.read_orlib},
            shared_sites.uncapacitated_plan,
            price_uncapacitated,
        ),
        Family(
            "mkp",
            "0-1 multi-dimensional knapsack",
            "MKP",
            {"mkp": knapsack.read_orlib},
            knapsack.plan_of,
            knapsack.price,
            has_spare_sites=False,
        ),
        Family(
            "transport",
            "fixed-charge transportation under national caps",
            "fixed-charge transportation",
            {"fixed_charge_transport": transport.read_tables},
            transport_plan.plan_of,
            transport.price,
            lambda problem: {transport_plan.PACK_FILE: transport_plan.pack_of(problem)},
            has_spare_sites=False,
        ),
    )
}


def find_instances(families: Iterable[str] = (), instances: Iterable[str] = ()) -> tuple[Instance, ...]:
    """Return the instances of some families (none: of all), those named alone where any are.

    Large ones are left out unless named. Raises InputError for a name that is unknown.
    """
    wanted, named = tuple(families) or tuple(FAMILIES), tuple(instances)
    unknown = [name for name in wanted if name not in FAMILIES]
    if unknown:
        raise InputError(
            [Problem("is no family of problems", value=unknown[0], hint=f"there are {', '.join(FAMILIES)}")]
        )
    found = [instance for name in wanted for instance in _all_of(FAMILIES[name])]
    missing = sorted(set(named) - {instance.name for instance in found})
    if missing:
        hint = f"such as {', '.join(instance.name for instance in found[:3])}"
        raise InputError([Problem(f"is no instance of {', '.join(wanted)}", value=missing[0], hint=hint)])
    return tuple(one for one in found if (one.name in named if named else one.name not in LARGE))


def _all_of(family: Family) -> Iterable[Instance]:
    for folder, read in family.readers.items():
        for line in published(folder):
            if line.problem == family.problem:
                yield Instance(family, line, read)
