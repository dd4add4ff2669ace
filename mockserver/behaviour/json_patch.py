"""JSON Patch (RFC 6902): the only module that knows jsonpatch."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

import msgspec

from mockserver.errors import Refused

LARGEST: Final = 10_000_000
"""Bytes of JSON to which a patch may grow a record: `copy` doubles what it copies, again and again."""


def is_json_patch(value: Any) -> bool:
    """Whether a body is a list of operations, each with its path."""
    return isinstance(value, list) and all(isinstance(one, Mapping) and "op" in one and "path" in one for one in value)


def patched(document: Mapping[str, Any], operations: list[Any]) -> Any:
    """The document with all the operations applied. `Refused` with 400 where they are malformed, and with 409 where
    the document isn't as they assume (RFC 5789, section 2.2)."""
    from jsonpatch import InvalidJsonPatch, JsonPatch, JsonPatchConflict, JsonPatchTestFailed, JsonPointerException

    result = deepcopy(dict(document))
    for number, operation in enumerate(operations):
        place = f"operation {number} of the patch ({operation.get('op')} {operation.get('path')})"
        try:
            result = JsonPatch([operation]).apply(result, in_place=True)
        except InvalidJsonPatch as error:
            raise Refused(400, f"{place} is malformed: {error}") from None
        except (JsonPatchConflict, JsonPatchTestFailed, JsonPointerException) as error:
            raise Refused(409, f"{place} doesn't fit the record: {error}") from None
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            raise Refused(400, f"{place} is malformed: {error}") from None
        if operation["op"] == "copy" and len(msgspec.json.encode(result)) > LARGEST:
            raise Refused(413, f"{place} makes the record larger than {LARGEST:,} bytes")
    return result
