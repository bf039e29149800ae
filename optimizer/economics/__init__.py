"""Money: what units and openings are worth."""
