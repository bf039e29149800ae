"""What a pack has to say of a rule, and what a rule reads, by its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NEEDS: Mapping[str, tuple[str, ...]] = {
    "home_share": ("home", "share"),
    "outside_tier1_share": ("tiers", "share"),
    "destination_share": ("tiers", "share"),
    "national_cap": ("tiers", "cap"),
    "country_allocation": ("tiers", "paths", "cap"),
    "installed_base": ("tiers", "paths", "cap"),
    "yearly_allowance": ("paths", "cap"),
    "licence_quantity": ("paths",),
    "volume_ratio": ("paths", "home", "share"),
    "legal_path": (),
    "closed_destination": ("tiers",),
    "closed_parent": ("bound",),
    "training_location": ("tiers",),
    "weights_location": ("tiers",),
}
"""What a pack has to say of a rule, by its kind."""

SHARE_FIELDS = frozenset(
    {
        "share",
        "denominator",
        "measure",
        "counted_from",
        "counted_paths",
        "counted_paths_by",
        "test_dates",
        "test_stock",
        "test_times",
    }
)
CAP_FIELDS = frozenset({"paths", "cap", "measure", "from_", "until", "after"})
READ_FIELDS: Mapping[str, frozenset[str]] = {
    "home_share": SHARE_FIELDS | {"home"},
    "outside_tier1_share": SHARE_FIELDS | {"tiers"},
    "destination_share": SHARE_FIELDS | {"tiers"},
    "national_cap": frozenset({"tiers", "countries", "cap", "cap_unit", "cap_in_tpp", "exempt_flag", "exempt_bound"}),
    "country_allocation": CAP_FIELDS | {"tiers", "debit_paths", "raised_in", "raised_by"},
    "installed_base": CAP_FIELDS | {"tiers"},
    "yearly_allowance": CAP_FIELDS,
    "licence_quantity": frozenset({"paths"}),
    "volume_ratio": frozenset({"paths", "home", "share"}),
    "legal_path": frozenset(),
    "closed_destination": frozenset({"tiers", "countries"}),
    "closed_parent": frozenset(),
    "training_location": frozenset({"tiers"}),
    "weights_location": frozenset({"tiers", "operator"}),
}
"""What each kind of rule reads; every kind also reads `bound`, `held` and `since`."""
READ_BY_ALL = frozenset({"kind", "key", "citation", "bound", "held", "since"})
