"""A plan of a family, from its kind, size and seed: the document that `optimizer.write_document` writes."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, Any

from benchmarks.families.dice import Dice
from benchmarks.families.fleet import MIXED, RACKS, Blocks, Model, blocks_for_power, blocks_in_all
from benchmarks.families.periods import period_name
from benchmarks.families.places import HOME, Place
from benchmarks.families.power import draw_racks, power_for_racks, power_rows, spread_power
from benchmarks.families.sites import draw_traits, site_rows
from benchmarks.families.where import draw_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.families.kinds import Kind
    from benchmarks.families.sizes import Size

Row = dict[str, Any]
INSTALLED, INSTALLED_TPP, INSTALLED_BLOCK = "H100-SXM", 15_832, 8
DESTINATION_SHARE, MOST_INSTALLED = 0.07, 0.035


def plan_name(kind: Kind, size: Size, seed: int) -> str:
    """Return the name of a plan and of its directory: `m-large-racks-3`."""
    return f"{size.name}-{kind.name}-{seed}"


def generate(kind: Kind, size: Size, seed: int) -> dict[str, Any]:
    """Return a plan. The same kind, size and seed give the same document on every machine."""
    dice = Dice(seed, size, kind.drawn_as or kind.name)
    models = (RACKS if kind.racks_only else MIXED)[: size.accelerators]
    where = draw_map(kind, size, dice)
    traits = draw_traits(kind, size, where, dice)
    if kind.blocks_too_many is None:
        need_mw = kind.mean_mw * size.sites / fsum((kind.power_home, kind.power_tier1, kind.power_tier2))
        blocks = blocks_for_power(models, size.periods, need_mw)
        megawatts = spread_power(kind, need_mw, where, dice)
    else:
        racks = draw_racks(size.sites, dice)
        blocks = blocks_in_all(models, size.periods, sum(racks))
        megawatts = power_for_racks(racks, traits, dice)
    standing_tpp = _tpp(models, blocks) * kind.installed
    if kind.blocks_too_many:
        blocks[models[0].name][-1] += kind.blocks_too_many
    sites = site_rows(kind, traits, megawatts, models)
    tables = {
        "sites": sites,
        "power": power_rows(kind, size, sites, megawatts, where, dice),
        "accelerators": [_accelerator(model) for model in models],
        "deliveries": _deliveries(models, blocks),
        "installed": _installed(kind, where.places, standing_tpp, dice),
        "unit_costs": [{"name": "freight_and_installation", "rate_of_price": "0.02"}],
    }
    return {
        "name": plan_name(kind, size, seed),
        "description": f"Generated, seed {seed}. {kind.about}.",
        "company": {"name": "Generated (fictional)", "headquarters": HOME},
        "horizon": {
            "start": period_name(0),
            "periods": size.periods,
            "length": "quarter",
            "annual_discount_rate": "8%",
        },
        "policy": {"name": kind.policy, **_cap(kind, where.places, models, blocks), **kind.settings},
        "economics": _economics(kind),
        **{name: rows for name, rows in tables.items() if rows},
    }


def _economics(kind: Kind) -> Row:
    return {
        "currency": "USD",
        "must_place": "no" if kind.blocks_too_many is None else "by_end",
        "residual": "life",
        "first_period_share": "1/2",
        "site_life_years": 15,
        "defaults": {"utilisation": "0.70", "annual_value_decline": "0.20", "life_years": 5},
    }


def _accelerator(model: Model) -> Row:
    return {
        "accelerator": model.name,
        "tpp": model.tpp,
        "power_kw": model.power_kw,
        "block": model.block,
        "value_usd_per_hour": model.value_usd_per_hour,
        "price_usd": model.price_usd,
        "eccn": "3A090.a",
    }


def _deliveries(models: Sequence[Model], blocks: Blocks) -> list[Row]:
    return [
        {"accelerator": model.name, "period": period_name(period), "units": count * model.block}
        for model in models
        for period, count in enumerate(blocks[model.name])
        if count
    ]


def _tpp(models: Sequence[Model], blocks: Blocks) -> int:
    return sum(sum(blocks[model.name]) * model.block_tpp for model in models)


def _installed(kind: Kind, places: Sequence[Place], tpp: float, dice: Dice) -> list[Row]:
    """Return the fleet that stands: at home, and over each tier evenly but for two fifths more or less."""
    tier2 = _installed_in_tier2(kind, places)
    parts = {0: kind.installed_home, 1: 1 - kind.installed_home - tier2, 2: tier2}
    weights = dice.between(0.6, 1.4, len(places))
    totals = {
        group: fsum(weight for place, weight in zip(places, weights, strict=True) if place.group == group)
        for group in parts
    }
    servers = tpp / INSTALLED_TPP / INSTALLED_BLOCK
    return [
        {
            "country": place.country,
            "accelerator": INSTALLED,
            "units": round(servers * parts[place.group] * weight / totals[place.group]) * INSTALLED_BLOCK,
        }
        for place, weight in zip(places, weights, strict=True)
    ]


def _installed_in_tier2(kind: Kind, places: Sequence[Place]) -> float:
    """Return the part of the fleet in Tier 2: less where it has few countries, each of which stays well below 7%."""
    return min(kind.installed_tier2, MOST_INSTALLED * sum(place.group == 2 for place in places))


def _cap(kind: Kind, places: Sequence[Place], models: Sequence[Model], blocks: Blocks) -> dict[str, int]:
    """Return the national cap of the plan: the pack's 50,000 chips would bind always or never, by the size of the plan."""
    if kind.cap_room is None:
        return {}
    num_tier2 = sum(place.group == 2 for place in places)
    room = DESTINATION_SHARE * (1 + kind.installed) - kind.installed * _installed_in_tier2(kind, places) / num_tier2
    units = sum(sum(blocks[model.name]) * model.block for model in models)
    return {"national_cap": round(kind.cap_room * room * units / 100) * 100}
