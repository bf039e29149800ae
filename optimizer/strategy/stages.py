"""The names of stages, and what a stage of a name may be taken for."""

from __future__ import annotations

LINEAR, RELAXED_BLOCKS, WHOLE_BLOCKS = "linear relaxation", "relaxed blocks", "whole blocks"
BOUNDING_STAGES = frozenset({LINEAR, RELAXED_BLOCKS, WHOLE_BLOCKS})
"""Stages whose programs hold every placement of the plan, so that their bounds are bounds of the plan."""
DIVE, LARGE_BLOCKS, COMPLETION = "dive", "completion, large blocks", "completion"
WHOLE_DIVE = "dive, whole blocks"
PRICES, HELD, NEAR = "prices", "openings held", "neighbourhood"
GUIDING_STAGES = frozenset({DIVE, WHOLE_DIVE, LARGE_BLOCKS, COMPLETION, PRICES, HELD, NEAR})
"""Stages that only suggest placements, each verified: what a presolve wrongly cuts off is then nobody's bound."""
