"""Bodies of requests: which declared media type they have, their values, and their errors."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.contract.messages import decoding
from mockserver.contract.messages.casting import Caster
from mockserver.contract.messages.decoding import Part, Undecodable
from mockserver.contract.operations import media, styles
from mockserver.contract.operations.operation import ABSENT, Body, MediaType
from mockserver.contract.schemas.validators import SchemaValidator
from mockserver.errors import Refused, Violation
from mockserver.messages import Upload

_TEXTS = ({"string"}, {"string", "null"})
"""The types of members that hold a file as it is, JSON too."""


class BodyReader:
    """Reads bodies of one declared media type."""

    def __init__(self, media_type: MediaType, header: str, caster: Caster, validator: SchemaValidator | None) -> None:
        self.media_type, self.caster, self.validator = media_type, caster, validator
        name, self.parameters = media.split(header)
        self.kind = media.kind(name)
        self.charset = _charset(self.parameters.get("charset", "utf-8"), header)
        self._utf8_json = self.kind == "json" and self.charset == "utf-8"
        self.schema = media_type.schema
        #: whether the Content-Type doesn't decide how the body is read: none is sent, or one that a page sends for any
        #: text where any type is welcome
        self.unnamed = not header or (self.kind == "text" and "*" in media_type.name and self.schema is not None)
        self.members = caster.properties(self.schema) if self.kind in ("form", "multipart") else {}
        self.cast = caster.cast(self.schema) if self.kind in ("form", "multipart", "text") else None

    def read(self, raw: bytes) -> tuple[Any, Sequence[Violation]]:
        """The value of the body and its violations; `Refused` when the bytes cannot be read."""
        try:
            if self._utf8_json:
                value = checked = decoding.json_value(raw)
            else:
                value, checked = self.decoded(raw)
        except Undecodable as error:
            raise Refused(400, f"The body {error}", (Violation("body", str(error), self.media_type.pointer),)) from None
        validator = self.validator
        if validator is None or checked is ABSENT:
            return value, ()
        try:
            if validator.accepts(checked):
                return value, ()
        except ValueError:  # the validator's own limit of depth
            pass
        return value, validator.violations(checked, "body")

    def decoded(self, raw: bytes) -> tuple[Any, Any]:
        """The value, and the form of it that the schema checks."""
        if self._utf8_json and not self.unnamed:
            value = decoding.json_value(raw)
            return value, value
        if self.unnamed:
            return self.guessed(raw)
        if self.kind == "json":
            value = decoding.json_value(decoding.text(raw, self.charset).encode())
            return value, value
        if self.kind == "form":
            value = self.fields(styles.query_values(decoding.text(raw, self.charset)))
            return value, value
        if self.kind == "multipart":
            return self.multipart(raw)
        if self.kind == "lines":
            values = decoding.json_lines(raw)
            return values, values
        if self.kind == "sequence":
            values = decoding.json_sequence(raw)
            return values, values
        if self.kind == "events":
            return decoding.text(raw, self.charset), ABSENT
        if self.kind == "text":
            value = self.cast(decoding.text(raw, self.charset)) if self.cast else None
            return value, value
        return raw, ABSENT

    def guessed(self, raw: bytes) -> tuple[Any, Any]:
        """The value of a body without Content-Type (RFC 9110, section 8.3): JSON, or else text, or else bytes."""
        try:
            text = decoding.text(raw)
        except Undecodable:
            return raw, ABSENT
        value = _json_or_text(text)
        if self.validator is not None and not self.validator.accepts(value) and self.validator.accepts(text):
            value = text
        return value, value

    def fields(self, sent: Mapping[str, list[str]]) -> Any:
        """The fields of a form, each as its property asks for."""
        fields: dict[str, Any] = {}
        for name, texts in sent.items():
            stem = name.partition("[")[0]
            if stem != name and stem in self.members:
                fields[stem] = self._bracketed(stem, sent)
            else:
                fields[name] = self._field(name, texts)
        return self.cast(fields) if self.cast else fields

    def _bracketed(self, stem: str, sent: Mapping[str, list[str]]) -> Any:
        if f"{stem}[]" in sent:
            return sent[f"{stem}[]"]
        return styles.deep_object(stem, sent)

    def _field(self, name: str, texts: list[str]) -> Any:
        shape = self.caster.form(self.members.get(name))
        encoding = self._encoding(name)
        if "json" in str(encoding.get("contentType")) or (shape == "object" and texts[0][:1] == "{"):
            return _json_or_text(texts[0])
        if shape == "array":
            delimiter = styles.DELIMITERS.get(str(encoding.get("style")), ",")
            return styles.listed(texts[0], delimiter) if encoding.get("explode") is False else texts
        return texts[0] if len(texts) == 1 else texts

    def _encoding(self, name: str) -> Mapping[str, Any]:
        encodings = self.media_type.raw.get("encoding")
        encoding = encodings.get(name) if isinstance(encodings, Mapping) else None
        return encoding if isinstance(encoding, Mapping) else {}

    def multipart(self, raw: bytes) -> tuple[Any, Any]:
        """The fields of a multipart body; files are bytes, which the schema checks as strings."""
        values: dict[str, list[Any]] = {}
        for part in decoding.parts(raw, self.parameters.get("boundary", "")):
            self._check_type(part)
            values.setdefault(part.name, []).append(self._part(part))
        by_name = {
            name: items if len(items) > 1 or self.caster.form(self.members.get(name)) == "array" else items[0]
            for name, items in values.items()
        }
        value = self.cast(by_name) if self.cast else by_name
        return value, _stand_in(value)

    def _check_type(self, part: Part) -> None:
        """`Refused(415)` for a part of another type than its encoding allows (OpenAPI 3.1.1, 4.8.15)."""
        allowed = self._encoding(part.name).get("contentType")
        if not isinstance(allowed, str) or not part.content_type:
            return
        if not any(media.fits(one.strip(), part.content_type) for one in allowed.split(",")):
            sent = part.content_type[:200]
            problem = f"is of type {sent}; the contract takes {allowed}"
            place = f"body.{part.name}"
            pointer = f"{self.media_type.pointer}/encoding"
            raise Refused(415, f"{place} {problem}", (Violation(place, problem, pointer),))

    def _part(self, part: Part) -> Any:
        shape = self.caster.form(self.members.get(part.name))
        kind = media.kind(part.content_type.partition(";")[0].strip().lower()) if part.content_type else ""
        is_file = part.filename is not None
        is_text = self.caster.kinds(self.members.get(part.name)) in _TEXTS
        if (kind == "json" and not (is_file and is_text)) or (shape == "object" and not kind):
            return _json_or_text(decoding.text(part.content))
        if is_file or kind == "binary":
            return Upload.of(part.content, part.filename, part.content_type)
        return decoding.text(part.content)


def _json_or_text(text: str) -> Any:
    try:
        return decoding.json_value(text.encode())
    except Undecodable:
        return text


def _stand_in(value: Any) -> Any:
    """Bytes as text of the same length: JSON Schema knows no bytes."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, list):
        return [_stand_in(item) for item in value]
    if isinstance(value, dict):
        return {name: _stand_in(part) for name, part in value.items()}
    return value


def _charset(name: str, header: str) -> str:
    try:
        return "utf-8" if name.lower() in ("utf-8", "utf8", "us-ascii") else codecs.lookup(name).name
    except LookupError:
        raise Refused(415, f"The charset of Content-Type {header[:200]} is not known") from None


def unsupported(body: Body, header: str) -> Refused:
    """The refusal of a body whose type the contract does not declare."""
    known = ", ".join(body.media_types) or "no body"
    sent = f"a body of type {header[:200]}" if header else "a body without Content-Type"
    return Refused(415, f"The contract takes {known}, not {sent}")
