"""Every peer by name: the module that runs it, the packages that it needs, and what it is in a few words."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from optimizer.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

OURS = "ours"


@dataclass(frozen=True, slots=True)
class Peer:
    """A solver, or a solver with the language its models are written in."""

    name: str
    module: str
    packages: tuple[str, ...]
    """Import names."""
    about: str
    takes_whole: bool = False
    """Whether it takes the program in whole numbers."""
    is_default: bool = True

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the packages that are not installed."""
        return tuple(package for package in self.packages if find_spec(package) is None)


ALL = (
    Peer(OURS, "", (), "`placement solve`, and its search alone"),
    Peer("highs", "highs", ("highspy",), "HiGHS, arrays passed directly"),
    Peer("scip", "scip", ("pyscipopt",), "SCIP by PySCIPOpt"),
    Peer("cbc", "cbc", ("pulp",), "CBC, model in PuLP"),
    Peer("cp-sat", "cp_sat", ("ortools",), "CP-SAT, exact whole numbers", takes_whole=True),
    Peer("gurobi", "gurobi", ("gurobipy", "scipy"), "Gurobi, free size-limited licence"),
    Peer("xpress", "xpress_optimizer", ("xpress", "scipy"), "FICO Xpress, community licence"),
    Peer("copt", "copt", ("coptpy", "scipy"), "COPT, free size limit"),
    Peer("linopy", "linopy_highs", ("linopy", "highspy"), "HiGHS, model in linopy"),
    Peer("pyomo", "pyomo_highs", ("pyomo", "highspy"), "HiGHS, model in Pyomo"),
    Peer("highs-ipx", "highs_ipx", ("highspy",), "linear relaxation, HiGHS interior point", is_default=False),
)
PEERS = {peer.name: peer for peer in ALL}


def find_peers(names: Iterable[str]) -> tuple[Peer, ...]:
    """Return the peers of some names, once each, those of every day where none is named. Raises InputError."""
    names = tuple(dict.fromkeys(names)) or tuple(peer.name for peer in ALL if peer.is_default)
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        hint = f"write one of {', '.join(PEERS)}"
        raise InputError([Problem("no such peer", column="--peer", value=name, hint=hint) for name in unknown])
    return tuple(PEERS[name] for name in names)
