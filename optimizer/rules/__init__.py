"""Everything that can forbid a placement, one rule a file."""
