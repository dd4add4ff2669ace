"""Whether a document has the structure that OpenAPI asks for, by the official schemas of the specification.

A breach that leaves no doubt how to serve the document (an unknown key, a missing description, a keyword of a schema
that no value can be judged by) is a note; any other refuses it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mockserver.contract import pointers
from mockserver.contract.compiled import Compiled, compiled_metaschema
from mockserver.contract.document import refusal
from mockserver.contract.wording import violations
from mockserver.errors import DocumentError

if TYPE_CHECKING:
    from mockserver.contract.compiled import Breach
    from mockserver.contract.document import Document

MOST_LOOKED_AT: Final = 200

_FORGIVEN: Final = frozenset(
    [
        "additionalProperties",
        "format",
        "not",
        "oneOf",
        "pattern",
        "propertyNames",
        "unevaluatedProperties",
        "uniqueItems",
    ]
)
"""Keywords of the specification's schemas whose breach leaves a document that can be served."""

_METADATA: Final = frozenset(["contact", "description", "externalDocs", "license", "summary", "tags", "termsOfService"])
_DATA: Final = frozenset(["default", "example", "examples", "xml"])


def check_structure(document: Document, note: Callable[[str], None]) -> None:
    """Notes what is harmless; `DocumentError` with the first errors, each with line and pointer."""
    metaschema = _metaschema(document.version)
    if metaschema.accepts(document.root):
        return
    fatal = {}
    for breach in islice(metaschema.breaches(document.root), MOST_LOOKED_AT):
        nearest = _nearest(breach)
        for violation in violations([nearest], "", lambda _: ""):
            pointer = pointers.join("", *nearest.path)
            sentence = f"{pointer or '/'} {_named(violation.place, nearest)}{violation.message}"
            if _harmless(nearest):
                note(f"{sentence}: ignored")
            else:
                fatal[sentence] = pointer
    if fatal:
        raise refusal(document, f"is not valid OpenAPI {document.version}", fatal)


def _named(place: str, breach: Breach) -> str:
    """The name of a missing or unknown member, which the pointer does not hold."""
    member = place.rpartition(".")[2]
    return f"{member!r} " if breach.keyword in ("required", "additionalProperties", "unevaluatedProperties") else ""


def _harmless(breach: Breach) -> bool:
    path = breach.path
    if breach.keyword in _FORGIVEN or _in_schema(path) or path[:1] == ("info",):
        return True
    if breach.keyword == "required":
        return breach.wanted in ("description", "responses") or path[:1] == ("tags",)
    return any(part in _METADATA or part in _DATA for part in path)


def _in_schema(path: tuple[str | int, ...]) -> bool:
    """Whether a breach lies within a schema, whose keywords are mended one by one."""
    return "schema" in path[:-1] or (path[:2] == ("components", "schemas") and len(path) > 3)


def _nearest(breach: Breach) -> Breach:
    """Of several alternatives ("a parameter or a reference") the breach of the one that was meant."""
    found = [_nearest(inner) for errors in breach.alternatives for inner in errors]
    meant = [inner for inner in found if not (inner.keyword == "required" and inner.wanted == "$ref")]
    return max(meant or found, key=lambda inner: len(inner.path), default=breach)


@cache
def _metaschema(version: str) -> Compiled:
    """The specification's schema for documents; since 3.1 it leaves schemas to the JSON Schema dialect."""
    schema = json.loads(_resource(version).read_bytes())
    if version == "3.0":
        return compiled_metaschema(schema, {})
    dialect = {"$dynamicAnchor": "meta", "$ref": "https://json-schema.org/draft/2020-12/schema"}
    whole = {"$id": "urn:openapi-with-schemas", "$ref": schema["$id"], "$defs": {"schema": dialect}}
    return compiled_metaschema(whole, {schema["$id"]: schema})


def _resource(version: str) -> Path:
    # Found without importing the package, which takes longer than reading and checking a document.
    spec = find_spec("openapi_spec_validator")
    if spec is None or not spec.submodule_search_locations:
        raise DocumentError("cannot be checked: openapi-spec-validator is not installed")
    return Path(spec.submodule_search_locations[0], "resources", "schemas", f"v{version}", "schema.json")
