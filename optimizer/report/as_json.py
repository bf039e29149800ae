"""A document as JSON: the published schema, keys in its order, the same text for the same document."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.report.rows import Part


def render(document: Part) -> str:
    """Return the document as indented JSON."""
    return document.model_dump_json(indent=2) + "\n"
