"""Training location: controlled models are trained only in the destinations that a policy leaves open for it."""

from optimizer.rules.case import Case
from tests.builders import broken, limit_keys, placing, serving, site, workload
from tests.rules.diffusion import UVEU, company, nveu
from tests.rules.golden_text import assert_golden

CONTROLLED = {"controlled_weights": True}


def trainer(*authorisations: dict[str, object], **columns: object) -> Case:
    return company(
        site("ohio", "US"),
        site("kl", "MY"),
        workloads=[workload("frontier", 50_000, **{"kind": "training", **CONTROLLED, **columns})],
        authorisations=list(authorisations),
    )


def test_the_limit_reads_as_in_the_golden_text() -> None:
    assert_golden(trainer(UVEU), "training_location", "training_location")


def test_controlled_training_stays_in_tier_1() -> None:
    built = trainer(UVEU)
    placed = placing(built, ohio=5)

    assert "training_location[frontier,2026Q1]" not in broken(built, serving(built, placed, {("ohio", "frontier"): 1}))
    assert broken(built, serving(built, placed, {("kl", "frontier"): 7}))["training_location[frontier,2026Q1]"] == 7


def test_open_models_fine_tuning_and_inference_are_free_of_it() -> None:
    for free in ({"controlled_weights": False}, {"kind": "fine_tuning"}, {"kind": "inference"}):
        assert limit_keys(trainer(UVEU, **free), "training_location") == []


def test_it_binds_who_holds_an_authorisation() -> None:
    assert limit_keys(trainer(), "training_location") == []
    assert limit_keys(trainer(nveu("MY")), "training_location") == []
    assert limit_keys(trainer(nveu("MY")), "nveu_training_location") == ["nveu_training_location[frontier,2026Q1]"]
