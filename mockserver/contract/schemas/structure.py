"""Whether a document has the structure that OpenAPI asks for, by the official schemas of the specification.

A breach that leaves no doubt how to serve the document (an unknown key, a missing description, a keyword of a schema
that has no effect on any value) is a note; any other refuses it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from mockserver.contract.document import pointers
from mockserver.contract.document.document import SWAGGER, named_version, refusal
from mockserver.contract.schemas.compiled import Compiled, compiled_metaschema
from mockserver.contract.schemas.keywords import KEYWORDS, type_names
from mockserver.contract.schemas.wording import violations
from mockserver.errors import DocumentError

if TYPE_CHECKING:
    from mockserver.contract.document.document import Document
    from mockserver.contract.schemas.compiled import Breach

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

_SHAPES: Final = frozenset(["allOf", "anyOf", "oneOf", "properties"])
"""Keywords of schemas that nothing can be read without."""

_SPARED: Final = frozenset(["default", "description", "info", "required", "responses", "schema"])
"""Members that must be there, and that no request or answer hangs on."""

_SERVERS: Final = frozenset(["basePath", "consumes", "host", "openapi", "produces", "schemes", "swagger"])
"""What stands at the top of a document, or of an operation, and is read as far as it can be."""
_VALUES: Final = frozenset(
    [
        *("collectionFormat", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "items", "maximum", "maxItems"),
        *("maxLength", "minimum", "minItems", "minLength", "multipleOf", "pattern", "type", "uniqueItems"),
    ]
)
"""Keywords by which a parameter or header of Swagger 2.0 says what it may be, as a schema does."""
_NEWER: Final = frozenset(
    ["$ref", "anyOf", "deprecated", "example", "examples", "not", "nullable", "oneOf", "schema", "writeOnly"]
)
"""Words of OpenAPI 3 that authors write in Swagger 2.0 too, and that are read there."""
_NEWER_KINDS: Final = ("cookie", "http", "openIdConnect")
_METADATA: Final = frozenset(
    ["contact", "deprecated", "description", "externalDocs", "license", "summary", "tags", "termsOfService"]
)
_DATA: Final = frozenset(["default", "example", "examples", "xml"])
_SHARED: Final = ("$ref", "description", "parameters", "servers", "summary")
"""What a path item has beside its operations."""
_STATUSES: Final = (".1xx", ".2xx", ".3xx", ".4xx", ".5xx", ".default")
_MAPS: Final = (("properties",), ("allOf",), ("anyOf",), ("oneOf",))
_DEFINED: Final = (("definitions",), ("parameters",), ("responses",), ("securityDefinitions",))


def check_structure(document: Document, note: Callable[[str], None], *, strict: bool) -> dict[str, str]:
    """Notes what is harmless; returns what is wrong with the other parts, by their pointers.

    `DocumentError` with the first errors, each with line and pointer, where they are in no part that operations could
    do without, or where the check is `strict`.
    """
    metaschema = _metaschema(document.version)
    if metaschema.accepts(document.root):
        return {}
    fatal: dict[str, str] = {}
    parts: dict[str, str] = {}
    for breach in islice(metaschema.breaches(document.root), MOST_LOOKED_AT):
        nearest = _nearest(breach)
        if not strict and _has_no_schema(nearest):
            nearest = replace(nearest, expected="schema")
        for violation in violations([nearest], "", lambda _: ""):
            pointer = pointers.join("", *nearest.path)
            sentence = f"{pointer or '/'} {_named(violation.place, nearest)}{violation.message}"
            if read := _read_all_the_same(document.version, violation.place, nearest):
                note(f"{pointer}: {read}")
            elif not _harmless(nearest):
                part = None if strict else _part_of(nearest.path, document.version)
                if part is None:
                    fatal[sentence] = pointer
                else:
                    parts.setdefault(part, sentence)
            else:
                note(f"{sentence.replace('the contract knows', 'OpenAPI knows')}: ignored")
    if fatal:
        raise refusal(document, f"is not valid {named_version(document)}", fatal)
    return parts


def _part_of(path: tuple[str | int, ...], version: str) -> str | None:
    """The pointer of the part that a breach makes invalid: an operation, all of a path, a component; None for what the
    whole document needs."""
    length = 0
    if path[:1] == ("paths",) and len(path) > 1:
        length = 2 if len(path) == 2 or path[2] in _SHARED else 4 if path[2] == "additionalOperations" else 3
    elif path[:1] == ("components",) and len(path) > 1:
        length = 3
    elif version == SWAGGER and path[:1] in _DEFINED:
        length = 2
    elif path[:1] in (("webhooks",), ("servers",)):
        length = 1
    return pointers.join("", *path[:length]) if length else None


def _has_no_schema(breach: Breach) -> bool:
    """Whether a parameter or header says nothing of its values: any text will do."""
    owner = breach.path[-2:-1] in (("parameters",), ("headers",))
    return owner and breach.keyword == "required" and breach.expected == "content"


def _read_all_the_same(version: str, place: str, breach: Breach) -> str:
    """What is said of a breach that changes nothing; empty for any other."""
    if place.lower().endswith(_STATUSES) and breach.path[-1:] == ("responses",):
        return f"{place.rpartition('.')[2]!r} is read in whatever case it is written"
    if version == "3.0" and (newer := _of_json_schema(place, breach)):
        return f"{newer} is not of OpenAPI 3.0, and is read as JSON Schema 2020-12 has it"
    newer = _newer(place, breach) if version == SWAGGER else ""
    return f"{newer!r} is a word of OpenAPI 3, and read as it is there" if newer else ""


def _of_json_schema(place: str, breach: Breach) -> str:
    """What a schema of OpenAPI 3.0 has of newer JSON Schema; empty where the breach is none of that."""
    name = place.rpartition(".")[2] if breach.keyword == "additionalProperties" else ""
    if name in KEYWORDS and _in_schema((*breach.path, name)):
        return repr(name)
    is_type = breach.path[-1:] == ("type",) and _in_schema(breach.path) and type_names(breach.value) is not None
    if is_type and breach.keyword in ("type", "enum"):
        return "a list of types" if isinstance(breach.value, list) else "the type null"
    return "a schema that is true or false" if isinstance(breach.value, bool) and breach.path[-2:-1] in _MAPS else ""


def _newer(place: str, breach: Breach) -> str:
    """The word of OpenAPI 3 that is the breach of Swagger 2.0; empty where it is none."""
    if breach.keyword == "enum":
        is_kind = breach.path[-1:] in (("in",), ("type",)) and breach.value in _NEWER_KINDS
        return str(breach.value) if is_kind else ""
    name = place.rpartition(".")[2] if breach.keyword == "additionalProperties" else ""
    return name if name in _NEWER and breach.path[-2:-1] != ("responses",) else ""


def _named(place: str, breach: Breach) -> str:
    """The name of a missing or unknown member, which the pointer does not hold."""
    member = place.rpartition(".")[2]
    return f"{member!r} " if breach.keyword in ("required", "additionalProperties", "unevaluatedProperties") else ""


def _harmless(breach: Breach) -> bool:
    path = breach.path
    if not _SERVERS.isdisjoint(path[-2:]) or _of_values(breach):
        return True
    if breach.keyword == "type" and path[-1:] and path[-1] in _SHAPES:
        return False
    if breach.keyword in _FORGIVEN or _in_schema(path) or path[:1] == ("info",):
        return True
    if breach.keyword == "required":
        return breach.expected in _SPARED or path[:1] == ("tags",)
    if path[-1:] == ("required",) or breach.keyword in ("minItems", "minProperties"):
        return True
    return any(part in _METADATA or part in _DATA for part in path)


def _in_schema(path: tuple[str | int, ...]) -> bool:
    """Whether a breach lies within a schema, whose keywords are repaired one by one."""
    named = path[:2] == ("components", "schemas") and len(path) > 3
    return "schema" in path[:-1] or named or (path[:1] == ("definitions",) and len(path) > 2)


def _of_values(breach: Breach) -> bool:
    """Whether a breach is about what a parameter or header of Swagger 2.0 says of its values."""
    path = (*breach.path, breach.expected) if breach.keyword == "required" else breach.path
    owners = (place for place, part in enumerate(path[:-2]) if part in ("parameters", "headers"))
    return any(isinstance(word := path[place + 2], str) and word in _VALUES for place in owners)


def _nearest(breach: Breach) -> Breach:
    """Of several alternatives ("a parameter or a reference") the breach of the one that was meant."""
    branches = [[_nearest(inner) for inner in errors] for errors in breach.alternatives if errors]
    branches = [branch for branch in branches if not _of_reference(branch)] or branches
    if not branches:
        return breach
    meant = [branch for branch in branches if not any(inner.keyword in ("enum", "const") for inner in branch)]
    meant = meant or [branch for branch in branches if all(map(_harmless, branch))]
    # What refuses the document must not hide behind what could be ignored.
    nearest = max(chain.from_iterable(meant or branches), key=lambda inner: (not _harmless(inner), len(inner.path)))
    options = [
        option
        for inner in chain.from_iterable(branches)
        if inner.keyword == nearest.keyword == "enum" and inner.path == nearest.path
        for option in inner.expected
    ]
    return replace(nearest, expected=_each_once(options)) if options else nearest


def _each_once(options: list[Any]) -> list[Any]:
    return [option for place, option in enumerate(options) if option not in options[:place]]


def _of_reference(branch: list[Breach]) -> bool:
    return any(inner.keyword == "required" and inner.expected == "$ref" for inner in branch)


@cache
def _metaschema(version: str) -> Compiled:
    """The specification's schema for documents; since 3.1 it leaves schemas to the JSON Schema dialect."""
    schema = json.loads(_resource(version).read_bytes())
    if version in (SWAGGER, "3.0"):
        return compiled_metaschema(schema, {})
    dialect = {"$dynamicAnchor": "meta", "$ref": "https://json-schema.org/draft/2020-12/schema"}
    whole = {"$id": "urn:openapi-with-schemas", "$ref": schema["$id"], "$defs": {"schema": dialect}}
    return compiled_metaschema(whole, {schema["$id"]: schema})


def _resource(version: str) -> Path:
    # The path is looked up without importing the package, which takes longer than reading and checking a document.
    spec = find_spec("openapi_spec_validator")
    if spec is None or not spec.submodule_search_locations:
        raise DocumentError("cannot be checked: openapi-spec-validator is not installed")
    return Path(spec.submodule_search_locations[0], "resources", "schemas", f"v{version}", "schema.json")
