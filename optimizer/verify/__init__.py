"""The exact check: integers and fractions, no model, no solver."""
