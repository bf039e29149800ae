"""What everything around the solver costs at the size of a plan: CPU seconds and peak memory of each stage.

`python -m benchmarks.scale DIR...` reads each plan, compiles its limits, builds its program, fills its sites one after the
other without a solver, judges that placement and writes its documents. The filling keeps deliveries and power and knows
no other limit, so that the verdict may be "failed": the work is the same.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.cli.app import MOST_UNTRACKED
from optimizer.files.read_plan import read_plan
from optimizer.model.build import build_model
from optimizer.report import as_json, as_text
from optimizer.report.bundle import write_bundle
from optimizer.report.compose import compose
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Placement
from optimizer.strategy.outcome import Outcome, Status
from optimizer.verify.check import verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.rules.case import Case

MEBIBYTE = 1024
"""Kibibytes, in which Linux counts peak memory."""


@dataclass
class Stages:
    """CPU seconds by stage, in the order in which they ran; each is written out as it ends, with peak memory so far."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        """Measure what runs inside."""
        started = time.process_time()
        yield
        self.seconds[name] = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
        sys.stdout.write(f"{name:<18}{self.seconds[name]:>9.2f} s{peak:>9.0f} MiB\n")
        sys.stdout.flush()


def measure(directory: Path) -> Mapping[str, float]:
    """Measure each stage for one plan, write out what it costs, and return the CPU seconds."""
    stages = Stages()
    with stages.measured("read"):
        plan = read_plan(directory)
    with stages.measured("case and limits"):
        case = make_case(plan)
        limits = compile_limits(case)
    with stages.measured("program"):
        model = build_model(case, limits)
    with stages.measured("values of a start"):
        placement = filled(case)
        model.placement(model.values(placement))
    with stages.measured("verify"):
        verification = verify(case, limits, placement)
    outcome = Outcome(case, limits, Status.FEASIBLE, placement, verification, None, "none", "filled in order")
    with stages.measured("document"):
        document = compose(outcome)
    with stages.measured("as JSON"):
        as_json.render(document)
    with stages.measured("as a table"):
        as_text.render(document)
    with stages.measured("kept run"), tempfile.TemporaryDirectory() as folder:
        write_bundle(document, Path(folder) / "run", directory, outcome=outcome)
    return stages.seconds


def filled(case: Case) -> Placement:
    """Return a placement that fills sites at home, then others by price of energy, with what is delivered and fits."""
    plan = case.plan
    left = [list(row) for row in plan.delivered_units]
    standing: dict[tuple[int, int], tuple[int, ...]] = {}
    opened: dict[int, int] = {}
    order = sorted(
        (number for number, site in enumerate(plan.sites) if site.max_units is None and not site.min_units_if_open),
        key=lambda s: (case.site_destinations[s] != case.headquarters, plan.sites[s].energy_price_usd_per_mwh[-1]),
    )
    for site in order:
        rows = {} if site in case.closes else dict(_fill(case, site, left))
        for sku, row in rows.items():
            standing[site, sku] = row
        if rows and not case.is_open_from_the_start(site):
            opened[site] = min(next(period for period, units in enumerate(row) if units) for row in rows.values())
    return Placement(standing, opened)


def _fill(case: Case, site: int, left: list[list[int]]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield what stands at one site by accelerator, and take it off what is left of the deliveries."""
    described, periods = case.plan.sites[site], range(case.num_periods)
    power = [case.power.available_mw(site, period) for period in periods]
    for sku, accelerator in enumerate(case.plan.accelerators):
        allowed, block = described.allowed_accelerators, accelerator.block
        draw = accelerator.power_kw * described.pue / 1000 * block
        if not draw or (allowed is not None and accelerator.key not in allowed):
            continue
        fits = [
            min(int(room / draw), units // block) if period >= described.opens_from else 0
            for period, room, units in zip(periods, power, left[sku], strict=True)
        ]
        blocks = [max(0, min(fits[period:])) for period in periods]
        if any(blocks):
            left[sku] = [units - count * block for units, count in zip(left[sku], blocks, strict=True)]
            power = [room - count * draw for room, count in zip(power, blocks, strict=True)]
            yield sku, tuple(count * block for count in blocks)


def main() -> None:
    """Measure the plans named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("plans", nargs="+", type=Path, metavar="DIR")
    gc.set_threshold(MOST_UNTRACKED, 10, 10)  # as the command does
    for directory in parser.parse_args().plans:
        sys.stdout.write(f"{directory.name}\n")
        together = sum(measure(directory).values())
        sys.stdout.write(f"{'together':<18}{together:>9.2f} s\n\n")


if __name__ == "__main__":
    main()
