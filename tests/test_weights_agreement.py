"""Where controlled models may be served: the tool's limits keep out exactly what the text of the rule keeps out."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.entry.holdings import is_auto
from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import make_case
from optimizer.rules.registry import compile_policy_limits
from optimizer.rules.serving import most_served
from tests.oracle.diffusion_facts import read_company
from tests.oracle.diffusion_weights import is_barred
from tests.oracle.random_companies import random_company

if TYPE_CHECKING:
    from collections.abc import Iterator

NUM_COMPANIES = 80


def with_models(seed: int) -> dict[str, Any]:
    """Return a random company with a workload of each kind, and operators and tenures at its sites."""
    rng, document = Random(f"models {seed}"), random_company(seed)
    workloads = [
        {"workload": f"{kind} {weights}", "demand_tpp": 10, "kind": kind, "controlled_weights": weights}
        for kind in ("training", "fine_tuning", "inference")
        for weights in (True, False)
    ]
    sites = [
        {**site, **({"tenure": rng.choice(["owned", "leased", "colocation"])} if rng.random() < 0.5 else {})}
        for site in document["sites"]
    ]
    return {**document, "sites": sites, "workloads": workloads}


def verdicts(seed: int) -> Iterator[tuple[tuple[str, str, int], bool, bool]]:
    """Yield for each site, workload and period whether the tool and whether the text keep the workload out."""
    document = with_models(seed)
    case = make_case(plan_from_dict(document))
    if is_auto(case.policy):
        return
    most, company = most_served(case, compile_policy_limits(case)), read_company(document)
    for s, site in enumerate(case.plan.sites):
        for w, workload in enumerate(case.plan.workloads):
            for period in range(case.num_periods):
                ours = bool(most[s, w, period] == 0)
                yield (site.key, workload.key, period), ours, is_barred(company, workload.key, site.key, period)


@pytest.mark.parametrize("first", range(0, NUM_COMPANIES, 20))
def test_limits_keep_out_what_the_text_keeps_out(first: int) -> None:
    seen = {True: 0, False: 0}
    for seed in range(first, first + 20):
        for where, ours, theirs in verdicts(seed):
            assert ours == theirs, (seed, where)
            seen[theirs] += 1

    assert min(seen.values()) > 5, seen
