"""Colours of the HTML report. Those of the tiers are told apart with any colour vision (Okabe and Ito), and in grey."""

from __future__ import annotations

INK = "#1f2933"
MUTED = "#5b6773"
GRID = "#e3e7eb"
LAND = "#eceff2"
BORDER = "#ffffff"
NEUTRAL = "#9fb3c8"
LIMIT = "#1f2933"
BROKEN = "#b3261e"
TIERS = {1: "#0072b2", 2: "#e69f00", 3: "#a1447f"}
TINTS = {1: "#cfe3f0", 2: "#fae7bf", 3: "#ecd3e2"}
"""Of countries on the map: the tier's colour, pale."""


def tier_colour(tier: int) -> str:
    """Return the colour of a tier; a tier that no shipped policy has is grey."""
    return TIERS.get(tier, NEUTRAL)


def tier_tint(tier: int | None) -> str:
    """Return the pale colour of a country in a tier, or of one that the plan does not touch."""
    return LAND if tier is None else TINTS.get(tier, GRID)
