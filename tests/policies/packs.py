"""A planner's own policy pack, as small as one can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
name = "own"
version = "1"
title = "A planner's own"
legal_status = "Not the law."
reading = "cap of {cap}"
as_of = 2026-01-31
effective_from = 2025-01-01
tier_table = "ai-diffusion-2025"
"""
SETTINGS = """
[settings.cap]
type = "count"
value = 10
description = "a cap"
citation = "the planner"
confidence = "assumption"
as_of = 2026-01-31

[settings.share]
type = "share"
value = "7/100"
description = "a share"
citation = "the planner"
confidence = "assumption"
as_of = 2026-01-31
"""
CLOSED_TIER_3 = 'kind = "closed_destination"\ntiers = [3]\ncitation = "own"'


def setting(name: str, kind: str, value: str, more: str = "", confidence: str = "A") -> str:
    """Return the text of one more setting."""
    return (
        f'\n[settings.{name}]\ntype = "{kind}"\nvalue = {value}\ndescription = "d"\ncitation = "c"\n'
        f'confidence = "{confidence}"\nas_of = 2026-01-31\n{more}\n'
    )


def pack_text(*, dates: str = 'after = "hold"', settings: str = SETTINGS, rules: str = CLOSED_TIER_3) -> str:
    """Return a pack; `dates` are further keys at the top, and blank lines part one rule from the next."""
    tables = "".join(f"\n[[rules]]\n{rule}\n" for rule in rules.split("\n\n") if rule)
    return HEAD + dates + "\n" + (settings or "\n[settings]\n") + tables


def write_pack(folder: Path, name: str = "own.toml", **parts: str) -> Path:
    """Write a pack and return its path."""
    path = folder / name
    path.write_text(pack_text(**parts), encoding="utf-8")
    return path
