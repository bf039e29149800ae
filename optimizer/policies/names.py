"""Names that code looks up in a pack: settings without a rule that names them, choices, and one kind of rule."""

from __future__ import annotations

HOLDING_COUNTRY = "holding_country"
"""The setting that says where stock is held while it is unplaced."""
OWNERSHIP = "share_ownership"
"""The setting that says whose chips count; without it, those the group owns."""
OPERATED = "operated"
AUTHORISATIONS = "authorisations"
"""The setting that says what validated-end-user status the company has."""
LISTED, AUTO = "listed", "auto"
LISTED_AS = "listed_as"
"""The setting that says under which name a list of recipients has the company."""
TF32_BITS = "tf32_bit_length"
READ_BY_NAME = frozenset({HOLDING_COUNTRY, OWNERSHIP, AUTHORISATIONS, LISTED_AS, TF32_BITS})
"""Every setting that has a meaning although no rule and no path names it."""
CLOSED_DESTINATION = "closed_destination"
"""The kind of rule that `after = "closed"` works through."""
STANDING, DELIVERED = "standing", "delivered"
"""The choices of a denominator."""
IN_TPP = "tpp"
"""The choice of what a cap counts for which a pack may have a figure of its own."""
