"""The published JSON Schemas, made from the documents themselves; the result's is also kept in `placement.schema.json`."""

from __future__ import annotations

from typing import Any

from optimizer.report.document import AuditDocument, ResultDocument
from optimizer.report.sweep_document import SweepDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_FILE = "placement.schema.json"


def result_schema() -> dict[str, Any]:
    """Return the schema of what `solve --format json` writes."""
    return {"$schema": DIALECT, **ResultDocument.model_json_schema(mode="serialization")}


def audit_schema() -> dict[str, Any]:
    """Return the schema of what `audit --format json` writes."""
    return {"$schema": DIALECT, **AuditDocument.model_json_schema(mode="serialization")}


def sweep_schema() -> dict[str, Any]:
    """Return the schema of what `sweep --format json` writes."""
    return {"$schema": DIALECT, **SweepDocument.model_json_schema(mode="serialization")}
