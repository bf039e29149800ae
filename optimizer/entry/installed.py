"""The legal path by which installed units are taken to have entered, where their row does not say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.catalogue.countries import destination_of
from optimizer.entry.holdings import listed_holdings
from optimizer.errors import InputError, Problem
from optimizer.schema.plan import AuthorisationType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from optimizer.catalogue.countries import TierTable
    from optimizer.entry.holdings import Holding
    from optimizer.policies.policy import Policy
    from optimizer.schema.plan import Installed, Plan

NO_PATH = "none"
AIA, UVEU, NVEU, LICENCE, LICENCE_IN_TIER1 = "aia", "uveu", "nveu", "licence", "licence_in_tier1"
KNOWN_PATHS = (AIA, UVEU, NVEU, LICENCE, LICENCE_IN_TIER1, "listed_licence", "lpp", "acm", NO_PATH)
"""What `path` of installed.csv may say beside the keys of the pack's own paths."""


def paths_of_installed(plan: Plan, policy: Policy, table: TierTable) -> Mapping[Installed, str]:
    """Map each installed row to the path it entered by, as written or inferred.

    Raises InputError for a path that neither the pack nor the published rules know.
    """
    licences = (row.key for row in plan.authorisations if row.type is AuthorisationType.LICENCE)
    known = {*KNOWN_PATHS, *(spec.key for spec in policy.paths), *(f"listed_licence/{key}" for key in licences)}
    unknown = sorted({row.path for row in plan.installed if row.path is not None} - known)
    if unknown:
        hint = f"one of {', '.join(sorted(known))}"
        message = f"{policy.name} has no such path"
        raise InputError(
            [Problem(message, file="installed.csv", column="path", value=path, hint=hint) for path in unknown]
        )
    counted_from = min((day for spec in policy.rules if (day := policy.day(spec.from_)) is not None), default=None)
    listed = listed_holdings(plan, policy)
    return {row: path_of(row, plan, table, listed, counted_from) for row in plan.installed}


def path_of(
    row: Installed, plan: Plan, table: TierTable, listed: tuple[Holding, ...], counted_from: date | None
) -> str:
    """Return the path of an installed row: as written, else by what was open to the company on its day.

    Rows without a date, or from before `counted_from`, came by none. Inside Tier 1 a Tier 1 company used AIA; elsewhere the
    authorisation it lists for that day, UVEU before NVEU; failing that a Tier 2 destination took a licence, and a Tier 2
    company's stock inside Tier 1 one that is charged to its headquarters' country.
    """
    if row.path is not None:
        return row.path
    if row.placed_on is None or counted_from is None or row.placed_on < counted_from:
        return NO_PATH
    day = max(row.placed_on, table.covers_from)
    place = destination_of(row.country)
    tier = table.tier_on(place, day).tier
    own_tier = table.tier_on(destination_of(plan.company.headquarters), day).tier
    if tier == own_tier == 1:
        return AIA
    for kind, path in ((AuthorisationType.UVEU, UVEU), (AuthorisationType.NVEU, NVEU)):
        if any(row_.type is kind and row_.destination in {None, place} and row_.covers(day, day) for row_ in listed):
            return path
    if tier == 2:  # noqa: PLR2004  the tier that country allocations are for
        return LICENCE
    return LICENCE_IN_TIER1 if (tier, own_tier) == (1, 2) else NO_PATH
