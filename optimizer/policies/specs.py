"""What a pack says of its paths and rules: their kind, their scope, and the names of the settings that hold their numbers.

Code (`optimizer.rules`) knows what each kind means; nothing here knows a number of law.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimizer.policies.setting import Model, SettingType
from optimizer.schema.plan import AuthorisationType  # noqa: TC001  pydantic reads annotations when it runs

HOLD, NONE, CLOSED = "hold", "none", "closed"
"""What may hold after a table's last day."""


class Bound(Model):
    """Whose headquarters something binds or is open to: a tier, or named countries."""

    tiers: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()

    def describe(self) -> str:
        """Return the words for a report."""
        parts = [f"Tier {tier}" for tier in self.tiers] + list(self.countries)
        return " or ".join(parts)


class PathSpec(Model):
    """A lawful way for a controlled chip into a destination. Fields that are left out ask nothing."""

    key: str
    title: str = ""
    citation: str = Field(min_length=1)
    tiers: tuple[int, ...]
    """Tiers of the destinations it leads to."""
    countries: str | None = None
    """Only these destinations; an empty list of them: all. For NVEU: where it may be sought; what is listed is held."""
    owner: Bound | None = None
    """Headquarters of the company."""
    operator: Bound | None = None
    """Headquarters of whoever operates the site."""
    needs: AuthorisationType | None = None
    """The authorisation it takes. Each licence of authorisations.csv is a path of its own."""
    names: str | None = None
    """Only companies of these names."""
    where: dict[str, str] = Field(default_factory=dict)
    """Settings that must have these values."""
    from_: str | None = Field(default=None, alias="from")
    until: str | None = None
    after: str | None = None
    """What holds after `until`; without it the path is closed then."""
    decision_days: str | None = None
    new_site_days: str | None = None
    validity_years: str | None = None
    chip_tpp_below: str | None = None
    chip_bandwidth_below: str | None = None
    notice_tpp: str | None = None
    notice_of: Literal["cumulative", "addition"] = "cumulative"

    @property
    def name(self) -> str:
        """Return what messages call the path."""
        return f"path {self.key}"

    def setting_names(self) -> tuple[str, ...]:
        """Return the settings this path reads."""
        return (*(name for field in PATH_SETTINGS if (name := getattr(self, field))), *self.where)


class RuleSpec(Model):
    """One rule of a pack. Fields that its kind has no use for are left out."""

    kind: str
    key: str = ""
    citation: str = Field(min_length=1)
    bound: Bound | None = None
    """None binds every headquarters."""
    held: AuthorisationType | None = None
    """Binds only a company that holds this authorisation."""
    home: str | None = None
    """ISO code; for `home_share` and `volume_ratio`."""
    tiers: tuple[int, ...] = ()
    """Tiers of the destinations in scope."""
    countries: str | None = None
    """Only these of those destinations; for `closed_destination` and `national_cap`."""
    paths: tuple[str, ...] = ()
    """Keys of the paths whose entries it counts."""
    debit_paths: tuple[str, ...] = ()
    """Keys of paths into other destinations that are charged to the headquarters' country."""
    counted_paths: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """For shares: value of `counted_paths_by` to the paths that alone count in the numerator."""
    measure: str = "tpp"
    """What a unit counts (optimizer.rules.measures)."""
    share: str | None = None
    cap: str | None = None
    cap_unit: str | None = None
    cap_in_tpp: str | None = None
    exempt_flag: str | None = None
    """A flag setting that lifts the rule for a validated company."""
    exempt_bound: Bound | None = None
    """Whose headquarters the flag can lift it for."""
    operator: Bound | None = None
    """Headquarters of a site's operator or owner for which `weights_location` does not hold."""
    denominator: str | None = None
    counted_from: str | None = None
    counted_paths_by: str | None = None
    test_dates: str | None = None
    test_stock: str | None = None
    test_times: str | None = None
    since: str | None = None
    """Binds from this day on, where that is before the pack's own first day."""
    from_: str | None = Field(default=None, alias="from")
    until: str | None = None
    after: str | None = None
    raised_in: str | None = None
    raised_by: str | None = None

    @property
    def name(self) -> str:
        """Return the key under which limits of this rule are listed."""
        return self.key or self.kind

    def setting_names(self) -> tuple[str, ...]:
        """Return the settings this rule reads."""
        return tuple(name for field in SETTING_FIELDS if (name := getattr(self, field)))


SETTING_FIELDS: dict[str, tuple[SettingType, ...]] = {
    "countries": (SettingType.COUNTRIES,),
    "share": (SettingType.SHARE,),
    "cap": (SettingType.COUNT, SettingType.SCHEDULE),
    "cap_unit": (SettingType.CHOICE,),
    "cap_in_tpp": (SettingType.COUNT,),
    "exempt_flag": (SettingType.FLAG,),
    "denominator": (SettingType.CHOICE,),
    "counted_from": (SettingType.CHOICE,),
    "counted_paths_by": (SettingType.CHOICE,),
    "test_dates": (SettingType.DAYS_OF_YEAR,),
    "test_stock": (SettingType.CHOICE,),
    "test_times": (SettingType.CHOICE,),
    "since": (SettingType.DATE,),
    "from_": (SettingType.DATE,),
    "until": (SettingType.DATE,),
    "after": (SettingType.CHOICE,),
    "raised_in": (SettingType.COUNTRIES,),
    "raised_by": (SettingType.SHARE,),
}
"""Fields of a rule that name a setting, with the types it may be of."""

PATH_SETTINGS: dict[str, tuple[SettingType, ...]] = {
    "countries": (SettingType.COUNTRIES,),
    "names": (SettingType.NAMES,),
    "from_": (SettingType.DATE,),
    "until": (SettingType.DATE,),
    "after": (SettingType.CHOICE,),
    "decision_days": (SettingType.COUNT,),
    "new_site_days": (SettingType.COUNT,),
    "validity_years": (SettingType.COUNT,),
    "chip_tpp_below": (SettingType.COUNT,),
    "chip_bandwidth_below": (SettingType.COUNT,),
    "notice_tpp": (SettingType.COUNT,),
}
"""The same for a path."""
