from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from optimizer.report.compose import compose
from optimizer.report.document import AuditDocument, ResultDocument
from optimizer.report.json_schema import SCHEMA_FILE, audit_schema, result_schema
from optimizer.report.registry import render
from optimizer.strategy.outcome import Status
from tests.report.golden_files import FOLDER
from tests.report.small_fleet import no_placement, small_audit_document, small_placement, small_result


def check(document: str, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(document))


def test_shipped_schema_is_the_one_the_documents_have() -> None:
    """To renew it: placement schema > optimizer/report/placement.schema.json, and raise SCHEMA_VERSION."""
    shipped = files("optimizer.report").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")

    assert json.loads(shipped) == result_schema()


@pytest.mark.parametrize(
    "document",
    [small_result(), compose(no_placement(Status.INFEASIBLE)), compose(no_placement(Status.UNKNOWN))],
    ids=["placed", "infeasible", "unknown"],
)
def test_results_validate_against_the_published_schema(document: ResultDocument) -> None:
    check(render(document, "json"), result_schema())


def test_audits_validate_against_their_schema() -> None:
    check(render(small_audit_document(), "json"), audit_schema())
    check(render(small_audit_document(small_placement()), "json"), audit_schema())


def test_schema_refuses_unknown_keys_and_a_float_where_an_exact_twin_belongs() -> None:
    good = json.loads((FOLDER / "result.json").read_text(encoding="utf-8"))

    for damage in ({"surprise": 1}, {"objective_exact": 0.07}, {"objective_exact": "1e5"}, {"status": "fine"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, **damage}, result_schema())


def test_every_key_is_required_so_that_a_script_never_has_to_ask() -> None:
    for schema in (result_schema(), audit_schema()):
        for part in (schema, *schema["$defs"].values()):
            if part.get("type") == "object" and "properties" in part:
                assert set(part["required"]) == set(part["properties"])


def test_documents_read_back_equal() -> None:
    result, audit = small_result(), small_audit_document()

    assert ResultDocument.model_validate_json(render(result, "json")) == result
    assert AuditDocument.model_validate_json(render(audit, "json")) == audit
