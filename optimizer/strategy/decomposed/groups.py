"""Sites taken together: a few groups of like sites stand for all of them, so that good prices are found quickly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.strategy.decomposed.sites import Sites

if TYPE_CHECKING:
    from optimizer.model.formulation import Floats, Ints


@dataclass(frozen=True)
class Grouped:
    """Groups as if each were one site, and the group of every site."""

    sites: Sites
    of_site: Ints

    @property
    def first_sites(self) -> Ints:
        """Return the first site of each group."""
        return np.unique(self.of_site, return_index=True)[1]


def ungrouped(sites: Sites) -> Grouped:
    """Return every site as a group of its own."""
    return Grouped(sites, np.arange(sites.shape[0]))


def group_sites(sites: Sites, number: int) -> Grouped:
    """Return about `number` groups, none across zones, of sites alike in what a MW is worth there, opening counted."""
    group = _alike(sites, number)
    weight = np.maximum(sites.power[:, -1], np.finfo(float).tiny)
    whole = np.bincount(group, weight)

    def total(values: Floats) -> Floats:
        summed = np.zeros((len(whole), *values.shape[1:]))
        np.add.at(summed, group, values)
        return summed

    def mean(values: Floats) -> Floats:
        tail = [1] * (values.ndim - 1)
        return np.asarray(total(values * weight.reshape(-1, *tail)) / whole.reshape(-1, *tail))

    first = np.unique(group, return_index=True)[1]
    return Grouped(
        Sites(
            worth=mean(sites.worth),
            most=total(sites.most),
            draw=mean(sites.draw),
            power=total(sites.power),
            opening=total(sites.opening),
            opens=total(sites.opens.astype(np.float64)) > 0,
            may_open=total(sites.may_open.astype(np.float64)) > 0,
            zone=sites.zone[first],
        ),
        group,
    )


def _alike(sites: Sites, number: int) -> Ints:
    """Return the group of each site: each zone's sites in order of worth, cut into parts."""
    draw, power = np.maximum(sites.draw, np.finfo(float).tiny), np.maximum(sites.power[:, -1], np.finfo(float).tiny)
    worth = np.where(sites.may_add & (sites.draw > 0)[:, :, None], sites.worth / draw[:, :, None], 0.0).max(axis=(1, 2))
    order = np.lexsort((worth + sites.opening.min(axis=1) / power, sites.zone))
    group = np.empty(len(order), dtype=np.int64)
    begun = 0
    for members in np.split(order, np.cumsum(np.bincount(sites.zone))[:-1]):
        parts = np.array_split(members, min(len(members), max(1, round(number * len(members) / len(order)))))
        for part in parts:
            group[part] = begun
            begun += 1
    return group
