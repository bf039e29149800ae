"""Small programs that every process solves before its clock starts: what a package loads on first use is loaded then."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from optimizer.model.formulation import Formulation

PLAN: dict[str, Any] = {
    "name": "warm",
    "company": {"name": "Warm", "headquarters": "US"},
    "horizon": {"start": "2025Q1", "periods": 1},
    "sites": [{"site": "ohio", "country": "US", "power_mw": "1"}],
    "accelerators": [{"accelerator": "chip", "tpp": 1000, "power_kw": "1", "block": 8}],
    "deliveries": [{"accelerator": "chip", "period": "2025Q1", "units": 24}],
    "values": [{"site": "ohio", "accelerator": "chip", "value_usd_per_unit": 1000}],
}
"""For our own search."""


def program() -> Formulation:
    """Return: maximise 2x + y, x + y <= 5/2, x - y >= -1, 0 <= x <= 3 whole, y equal to z; its optimum is 9/2."""
    return Formulation(
        column_lower=np.zeros(3),
        column_upper=np.array([3.0, inf, inf]),
        objective=np.array([2.0, 1.0, 0.0]),
        is_integer=np.array([True, False, False]),
        row_lower=np.array([-inf, -1.0, 0.0]),
        row_upper=np.array([2.5, inf, 0.0]),
        row_starts=np.array([0, 2, 4, 6]),
        row_columns=np.array([0, 1, 0, 1, 1, 2]),
        row_coefficients=np.array([1.0, 1.0, 1.0, -1.0, 1.0, -1.0]),
        row_names=("sum", "difference", "total"),
    )
