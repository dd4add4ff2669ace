"""Values as XML, by the `xml` of their schemas (OpenAPI 3.1.1, 4.8.26)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockserver.contract.operations import media
from mockserver.contract.schemas.view import SchemaView, branches, item, members
from mockserver.state.collection import text_of

_CONTROLS = dict.fromkeys({*range(32)} - {9, 10, 13} | {0xFFFE, 0xFFFF}, "\N{REPLACEMENT CHARACTER}")
"""Characters that XML 1.0 can't hold, not even as a reference."""
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"}) | _CONTROLS
_IN_ATTRIBUTE = _IN_TEXT | str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})
"""Not by `xml.sax.saxutils`, which imports an HTTP client: 40 ms of the start, and 2 MB."""
_NOT_IN_NAMES, _BEGINS_A_NAME = re.compile(r"[^\w.:-]"), re.compile(r"[^\d.-]")


def is_xml(content_type: str) -> bool:
    """Whether a media type is XML."""
    sub = media.split(content_type)[0].partition("/")[2]
    return sub == "xml" or sub.endswith("+xml")


def xml_text(value: Any, schema: Any, view: SchemaView) -> str:
    """A value as an XML document; its root is named by the schema: its `xml.name`, else its own name."""
    reference = schema.get("$ref") if isinstance(schema, Mapping) else None
    own = reference.rpartition("/")[2] if isinstance(reference, str) else "root"
    writer = _Writer(view)
    if isinstance(value, list):
        each = item(schema, view)
        named = writer.name(each, own) if each is not None else "item"
        return f"<{writer.name(schema, own)}>{writer.listed(value, each, named)}</{writer.name(schema, own)}>"
    return writer.element(value, schema, own)


class _Writer:
    def __init__(self, view: SchemaView) -> None:
        self.view = view

    def setting(self, schema: Any, word: str) -> Any:
        """A setting of a schema's `xml`; None where it is not set."""
        for branch in branches(schema, self.view):
            setting = branch.get("xml")
            if isinstance(setting, Mapping) and setting.get(word) is not None:
                return setting[word]
        return None

    def name(self, schema: Any, own: str) -> str:
        """The name of an element or attribute, with its prefix."""
        name, prefix = self.setting(schema, "name") or own, self.setting(schema, "prefix")
        return nameable(f"{prefix}:{name}" if prefix else str(name))

    def element(self, value: Any, schema: Any, own: str) -> str:
        """A value as one element."""
        name = self.name(schema, own)
        if not isinstance(value, Mapping):
            return f"<{name}{self.namespace(schema)}>{_text(value).translate(_IN_TEXT)}</{name}>"
        known = members(schema, self.view)
        attributes = [key for key in value if self.setting(known.get(key), "attribute") is True]
        written = "".join(f" {self.name(known[key], key)}={_quoted(_text(value[key]))}" for key in attributes)
        inner = "".join(self.inside(key, value[key], known.get(key)) for key in value if key not in attributes)
        return f"<{name}{self.namespace(schema)}{written}>{inner}</{name}>"

    def namespace(self, schema: Any) -> str:
        """The declaration of the namespace that a schema names."""
        uri, prefix = self.setting(schema, "namespace"), self.setting(schema, "prefix")
        return f" xmlns{':' + prefix if prefix else ''}={_quoted(str(uri))}" if uri else ""

    def inside(self, key: str, value: Any, schema: Any) -> str:
        """A member of an object: an element, or one for each item of a list."""
        if not isinstance(value, list):
            return self.element(value, schema, key)
        each, wrapped = item(schema, self.view), self.setting(schema, "wrapped") is True
        listed = self.listed(value, each, self.name(each, key))
        return f"<{self.name(schema, key)}>{listed}</{self.name(schema, key)}>" if wrapped else listed

    def listed(self, values: list[Any], each: Any, name: str) -> str:
        """The items of a list, one element after the other."""
        return "".join(self.element(one, each, name) for one in values)


def nameable(name: str) -> str:
    """A name as elements and attributes may have it: what it can't have there is an underscore."""
    plain = _NOT_IN_NAMES.sub("_", name)
    return plain if _BEGINS_A_NAME.match(plain) else f"_{plain}"


def _text(value: Any) -> str:
    return "" if value is None else text_of(value)


def _quoted(text: str) -> str:
    return f'"{text.translate(_IN_ATTRIBUTE)}"'
