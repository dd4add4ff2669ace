"""Serialises parameters and bodies: the `style` and `explode` of OpenAPI (3.1.1, 4.8.12.2), forms, multipart."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from mockserver.contract.operations import media, styles
from mockserver.contract.operations.operation import MediaType, Parameter

BOUNDARY = "----a-boundary-that-no-value-contains"
Encode = Callable[[str], str]


def text(value: Any) -> str:
    """A string unchanged, any other value as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def encoded(value: str) -> str:
    """The value percent-encoded for a path or a query."""
    return quote(value, safe="")


def unchanged(value: str) -> str:
    """The value without encoding."""
    return value


def content(parameter: Parameter, value: Any) -> str:
    """The value of a parameter that is declared by `content`, in that media type: JSON, or the text itself."""
    name = parameter.content.name if parameter.content else ""
    return json.dumps(value) if media.kind(media.split(name)[0]) == "json" else text(value)


def in_path(parameter: Parameter, value: Any) -> str:
    """A path parameter as text for the path."""
    if parameter.content:
        return encoded(content(parameter, value))
    if parameter.style == "label":
        return "." + _joined(value, "." if parameter.explode else ",", encoded, explode=parameter.explode)
    if parameter.style == "matrix":
        return _matrix(parameter, value)
    return _joined(value, _delimiter(parameter), encoded, explode=parameter.explode)


def _matrix(parameter: Parameter, value: Any) -> str:
    if parameter.explode and isinstance(value, list):
        return "".join(f";{parameter.name}={encoded(text(item))}" for item in value)
    if parameter.explode and isinstance(value, dict):
        return "".join(f";{name}={encoded(text(item))}" for name, item in value.items())
    return f";{parameter.name}={_joined(value, ',', encoded, explode=False)}"


def in_query(parameter: Parameter, value: Any) -> list[str]:
    """A query parameter as `name=value` pairs; none for an empty list or object."""
    name = encoded(parameter.name)
    if parameter.location == "querystring":
        return [form(value)] if isinstance(value, dict) else [encoded(json.dumps(value))]
    if parameter.content:
        return [f"{name}={encoded(content(parameter, value))}"]
    if parameter.style == "deepObject" and isinstance(value, dict):
        return [f"{name}[{encoded(key)}]={encoded(text(item))}" for key, item in value.items()]
    if not value and isinstance(value, list | dict):
        return []
    if parameter.explode and isinstance(value, list) and not styles.own_delimiter(parameter.schema):
        return [f"{name}={encoded(text(item))}" for item in value]
    if parameter.explode and isinstance(value, dict):
        return [f"{encoded(key)}={encoded(text(item))}" for key, item in value.items()]
    return [f"{name}={_joined(value, _delimiter(parameter), encoded, explode=False)}"]


def in_header(parameter: Parameter, value: Any) -> str:
    """A header's text."""
    if parameter.content:
        return content(parameter, value)
    delimiter = styles.own_delimiter(parameter.schema) or ","
    return _joined(value, delimiter, unchanged, explode=parameter.explode)


def _delimiter(parameter: Parameter) -> str:
    """What separates the items of a list in a path or a query."""
    own = styles.own_delimiter(parameter.schema)
    return encoded(own) if own else {"spaceDelimited": "%20", "pipeDelimited": "|"}.get(parameter.style, ",")


def in_cookie(parameter: Parameter, value: Any) -> list[str]:
    """A cookie parameter as `name=value` pairs."""
    if parameter.content:
        return [f"{parameter.name}={encoded(content(parameter, value))}"]
    if parameter.explode and isinstance(value, list):
        return [f"{parameter.name}={encoded(text(item))}" for item in value]
    if parameter.explode and isinstance(value, dict):
        return [f"{name}={encoded(text(item))}" for name, item in value.items()]
    return [f"{parameter.name}={_joined(value, ',', encoded, explode=False)}"]


def _joined(value: Any, delimiter: str, encode: Encode, *, explode: bool) -> str:
    if isinstance(value, list):
        return delimiter.join(encode(text(item)) for item in value)
    if isinstance(value, dict):
        sign = "=" if explode else delimiter
        return delimiter.join(f"{name}{sign}{encode(text(item))}" for name, item in value.items())
    return encode(text(value))


def body(media_type: MediaType, value: Any) -> tuple[bytes, str]:
    """A body and its Content-Type."""
    name = media_type.name if "*" not in media_type.name else "application/json"
    kind = media.kind(media.split(name)[0])
    if kind == "json":
        return json.dumps(value).encode(), name
    if kind == "lines":
        return b"".join(json.dumps(item).encode() + b"\n" for item in value), name
    if kind == "sequence":
        return b"".join(b"\x1e" + json.dumps(item).encode() + b"\n" for item in value), name
    if kind == "form":
        return form(value, media_type).encode(), name
    if kind == "multipart":
        return multipart(value), f"{media.split(name)[0]}; boundary={BOUNDARY}"
    return (text(value) if value is not None else "some bytes").encode(), name


def form(value: Any, media_type: MediaType | None = None) -> str:
    """`application/x-www-form-urlencoded`; nested objects by their `encoding`, or else as JSON."""
    encodings = media_type.raw.get("encoding") if media_type else None
    pairs: list[str] = []
    for name, item in value.items() if isinstance(value, Mapping) else ():
        encoding = encodings.get(name, {}) if isinstance(encodings, Mapping) else {}
        if encoding.get("style") == "deepObject" and isinstance(item, dict):
            pairs += [f"{encoded(name)}%5B{encoded(key)}%5D={encoded(text(part))}" for key, part in item.items()]
        elif isinstance(item, list) and encoding.get("explode") is not False:
            pairs += [f"{encoded(name)}={encoded(text(part))}" for part in item]
        else:
            joined = ",".join(map(text, item)) if isinstance(item, list) else text(item)
            pairs.append(f"{encoded(name)}={encoded(joined)}")
    return "&".join(pairs)


def multipart(value: Any) -> bytes:
    """`multipart/form-data`: a part for each field, and for each item of a list."""
    lines: list[str] = []
    for name, item in value.items() if isinstance(value, Mapping) else ():
        for part in item if isinstance(item, list) else [item]:
            lines += [f"--{BOUNDARY}", f'Content-Disposition: form-data; name="{name}"']
            lines += ["Content-Type: application/json"] if isinstance(part, dict | list) else []
            lines += ["", text(part)]
    return "\r\n".join([*lines, f"--{BOUNDARY}--", ""]).encode()


def basic(name: str, password: str) -> str:
    """The value of an Authorization header for basic authentication."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
