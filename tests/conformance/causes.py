"""Differences from the suite that are wanted, each with its clause."""

from __future__ import annotations

from tests.conformance.running import Result

CAUSES = {
    "format.json": "`format` is asserted: an API that names a format refuses other values (JSON Schema 2020-12, 7.2.1)",
    "vocabulary.json": "custom metaschemas: a `$schema` that leaves vocabularies out is not read (core, 8.1.2)",
    "optional/format-assertion.json": "custom metaschemas: `format` is asserted whatever `$schema` is (core, 8.1.2)",
    "optional/dependencies-compatibility.json": "`dependencies` is no keyword of draft 2020-12 (appendix B)",
    "optional/unknownKeyword.json": "an `$id` is known wherever it stands: whether it is one below a keyword that JSON "
    "Schema does not have is left undefined (core, 9.4.2)",
    "optional/cross-draft.json": "older drafts: a schema is read in the dialect of OpenAPI, whatever its `$schema` is",
}
"""By the suite's file."""


def cause(result: Result) -> str | None:
    """Why a difference is wanted; None where it is a failure."""
    return CAUSES.get(result.group.file)
