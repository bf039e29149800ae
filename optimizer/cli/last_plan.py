"""The options about the last plan, and how they become keys of the plan that is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LastOption = Annotated[
    Path | None,
    typer.Option(
        "--last",
        metavar="FILE",
        help="The last plan: the JSON that `solve` writes, a placement.csv, or a directory written by `solve --out`. The "
        "report lists what changes from it.",
    ),
]
FreezeOption = Annotated[
    str | None,
    typer.Option(
        "--freeze-through",
        metavar="PERIOD",
        help="Keep what the last plan has standing up to and in this period, such as 2026Q2.",
    ),
]
ChangePriceOption = Annotated[
    str | None,
    typer.Option(
        "--change-price",
        metavar="MONEY",
        help="Charge this much for each unit that does not come where and when the last plan has it.",
    ),
]


def with_last(
    settings: list[str] | None, last: Path | None, freeze_through: str | None, change_price: str | None
) -> list[str]:
    """Return the typed settings with what was typed of the last plan; its file is looked for where the command runs."""
    typed = {
        "plan": None if last is None else str(last.absolute()),
        "freeze_through": freeze_through,
        "change_price_usd_per_unit": change_price,
    }
    return [*(settings or ()), *(f"last.{key}={value}" for key, value in typed.items() if value is not None)]
