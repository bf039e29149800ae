"""Whole placements of large plans without a solver: relaxed counts made whole, or a first plan built from nothing."""
