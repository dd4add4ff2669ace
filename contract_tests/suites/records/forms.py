"""Bodies of multipart/form-data: which operations take one, and how it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.document import Place
from contract_tests.core.schemas import declared_members, kinds_of, merged_keywords

FORM: Final = "multipart/form-data"
BOUNDARY: Final = "contract-tests-c8f1e0a7"
ODD: Final = b"\x89PNG\r\n\x1a\n\x00\xff\xfe\x80--\r\n"
"""How every file begins: bytes that are no text, and ends of lines."""


def form_schemas(contract: Contract, operation: Operation) -> Iterator[Place]:
    """The schemas of the forms that an operation takes, of texts, numbers and files."""
    body = operation.declared.body
    for found in body.media_types.values() if body else ():
        if found.name == FORM and isinstance(found.schema, Mapping) and is_plain(contract, found.schema):
            yield Place(found.schema, f"{found.pointer}/schema", operation.assumed)


def is_plain(contract: Contract, schema: Any) -> bool:
    """Whether it has one file, and no member must be an object or a list."""
    required = merged_keywords(contract, schema).get("required", ())
    members = declared_members(contract, schema)
    nested = (name for name in required if kinds_of(contract, members.get(name)) & {"object", "array"})
    return len(files_of(contract, schema)) == 1 and next(nested, None) is None


def files_of(contract: Contract, schema: Any) -> list[str]:
    """The members that are files."""
    return [name for name, inner in declared_members(contract, schema).items() if is_file(contract, inner)]


def is_file(contract: Contract, schema: Any) -> bool:
    """Whether values of a schema are bytes."""
    keywords = merged_keywords(contract, schema)
    return keywords.get("format") == "binary" or keywords.get("contentMediaType") == "application/octet-stream"


def content_of(value: Any) -> bytes:
    """The bytes of the file that stands for a value."""
    return ODD + str(value).encode()


def as_form(body: Mapping[str, Any], files: list[str]) -> tuple[str, bytes]:
    """The media type and the bytes of a form."""
    parts = [part for name, value in body.items() for part in parts_of(name, value, is_file=name in files)]
    return f"{FORM}; boundary={BOUNDARY}", b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def parts_of(name: str, value: Any, *, is_file: bool) -> Iterator[bytes]:
    """A member as parts: each item of a list by itself, an object as JSON."""
    for item in value if isinstance(value, list) else [] if value is None else [value]:
        content = content_of(item) if is_file else (item if isinstance(item, str) else json.dumps(item)).encode()
        says = '; filename="contract-tests.bin"\r\nContent-Type: application/octet-stream' if is_file else ""
        yield (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{says}\r\n\r\n'.encode() + content + b"\r\n"
        )
