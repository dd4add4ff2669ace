"""A Swagger 2.0 document as an OpenAPI 3.0 document: a value in, a value out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mockserver.contract.document.references import EMBEDDED
from mockserver.contract.document.swagger.operations import Operations
from mockserver.contract.document.swagger.original import Original, Written
from mockserver.contract.document.swagger.schemas import Schemas
from mockserver.contract.document.swagger.servers import security_schemes, servers

_MOVED: Final = frozenset(
    [
        *("swagger", "host", "basePath", "schemes", "consumes", "produces", "paths"),
        *("definitions", "parameters", "responses", "securityDefinitions", EMBEDDED),
    ]
)


@dataclass(frozen=True)
class Conversion:
    """The new document, the pointers in the original by those in it, and what people should know."""

    root: dict[str, Any]
    origins: Mapping[str, str]
    notes: tuple[str, ...]


def converted(root: Mapping[str, Any], written: Written = str) -> Conversion:
    """Converts a document of which every `$ref` is local; `written` says where a part stood in its author's files."""
    original = Original(root, written)
    schemas = Schemas(original)
    operations = Operations(original, schemas)
    own = servers(original, "/servers")
    paths = operations.paths()
    components = {
        "parameters": operations.shared_parameters(),
        "schemas": schemas.contents(),
        "securitySchemes": security_schemes(original),
    }
    original.moved("/components/securitySchemes", "/securityDefinitions")
    result = {
        "openapi": "3.0.3",
        **{key: value for key, value in root.items() if key not in _MOVED},
        **({"servers": own} if own else {}),
        "paths": paths,
        "components": {kind: contents for kind, contents in components.items() if contents},
    }
    return Conversion(result, original.origins, tuple(original.notes))
