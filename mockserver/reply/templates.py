"""The starting points of responses: for each status and media type, the contract's example or a generated value."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from mockserver.contract.contract import Contract
from mockserver.contract.operations import media as media_types
from mockserver.contract.operations.operation import ABSENT, BODILESS, MediaType, Operation, Response
from mockserver.contract.schemas.projection import Show, projector
from mockserver.contract.schemas.view import SchemaView
from mockserver.reply.files import file_of, is_file_of
from mockserver.reply.headers import header_lines
from mockserver.reply.laying import Path
from mockserver.reply.lifecycle import in_order, numbered
from mockserver.reply.reply import Headers, Reply, merged_headers
from mockserver.reply.streams import COUNT, Framing, Streams
from mockserver.reply.xml import is_xml, xml_text

_JSON = "application/json"


class Template(msgspec.Struct, frozen=True):
    """The starting point of an operation's responses of one status and media type."""

    status: int
    media: str | None
    base: Any
    headers: Headers
    schema: Any
    generated: bool = False  #: the value is generated from the schema, since the contract has no example
    xml: bool = False  #: values are written as XML
    framing: Framing | None = None  #: how the values of a stream are written
    plain: bool = True  #: values are written as they are
    shows: dict[Path, Show] = msgspec.field(default_factory=dict)  #: how fields are shown, cached
    parents: dict[Path, Any] = msgspec.field(default_factory=dict)  #: the objects that contain them, by member, cached

    def showing(self, value: Any, view: SchemaView, headers: Headers = ()) -> Reply:
        """The response with this value; as XML where that is the media type and the value isn't text already."""
        if self.xml and not isinstance(value, str) and value is not ABSENT:
            value = xml_text(value, self.schema, view)
        merged = merged_headers(self.headers, headers) if headers else self.headers
        return Reply(self.status, self.media, value, merged, self.framing)


class Templates:
    """Makes the templates of a contract's responses."""

    def __init__(self, contract: Contract, seed: str = "0") -> None:
        self.contract, self.seed = contract, seed
        self.streams = Streams(contract, contract.view)

    def make(self, operation: Operation, status: int, media: str | None, *, sparse: bool) -> Template:
        """The template of a status and a media type; `sparse` leaves optional members of a generated value out."""
        response = operation.response_for(status)
        if response is None:
            return Template(status, None, ABSENT, (), None)
        headers = self._headers(response)
        chosen = response.media_types.get(media) if media else preferred(response, stored=sparse or status >= 400)
        if status in BODILESS or status < 200:
            return Template(status, None, ABSENT, headers, None)
        if chosen is None:  # stored records are shown where nothing is declared, as clients see them nowhere else
            return (
                Template(status, _JSON, {}, headers, None) if sparse else Template(status, None, ABSENT, headers, None)
            )
        name = media_types.concrete(chosen.name)
        framing = self.streams.framing(operation, chosen)
        if framing is not None:
            values = self.streams.examples(chosen, framing) or self._invented(chosen)
            if self.streams.items_of(chosen) is None and isinstance(values, list):  # the schema is that of the text
                values = b"".join(framing.frames(values)).decode()
            return Template(status, name, values, headers, chosen.schema, framing=framing, plain=False)
        xml = is_xml(name)
        value = self._example(chosen)
        made_file = _file(name, value)
        if made_file is not None:
            return Template(status, name, made_file, headers, chosen.schema)
        if value is ABSENT and chosen.schema is not None:
            made = self.generated(chosen.schema, sparse=sparse)
            made = self._as_element(made, chosen.schema) if xml and isinstance(made, str) else made
            return Template(status, name, made, headers, chosen.schema, generated=True, xml=xml, plain=not xml)
        value = _empty(name) if value is ABSENT else value
        return Template(status, name, value, headers, chosen.schema, xml=xml, plain=not xml)

    def _invented(self, media: MediaType) -> list[Any]:
        """A few values of a stream that the contract has no examples of."""
        schema = self.streams.items_of(media) or media.schema
        if schema is None:
            return []
        kinds = in_order(schema, self.contract.view)
        made = [
            self.generated(kind, f"{self.seed}/{number}") for number, kind in enumerate(kinds or [schema] * COUNT, 1)
        ]
        tidied = (self.streams.tidied(schema, value, number) for number, value in enumerate(made, 1))
        return [numbered(value, number) for number, value in enumerate(tidied)]

    def _as_element(self, text: str, schema: Any) -> str:
        """Generated text as an XML document, where the schema accepts that."""
        whole = xml_text(text, schema, self.contract.view)
        return text if self.contract.breaches(schema, whole) else whole

    def _example(self, media: MediaType) -> Any:
        """The contract's example of a media type if it is valid against its schema, at least without what an answer
        doesn't show; else ABSENT."""
        is_checked = media_types.kind(media_types.split(media.name)[0]) in ("json", "text", "lines")
        for value in media.examples.values():
            shown = projector(media.schema, self.contract.view)(value)
            if media.schema is None or not is_checked or self._is_valid(media, value) or self._is_valid(media, shown):
                return shown
        return ABSENT

    def example(self, media: MediaType, name: str) -> Any:
        """A named example; without what an answer doesn't show, where that makes it valid."""
        value = media.examples[name]
        shown = projector(media.schema, self.contract.view)(value)
        return shown if not self._is_valid(media, value) and self._is_valid(media, shown) else value

    def _is_valid(self, media: MediaType, value: Any) -> bool:
        return media.schema is None or not self.contract.breaches(media.schema, value)

    def generated(self, schema: Any, seed: str | None = None, *, varied: bool = False, sparse: bool = False) -> Any:
        """A value generated from a schema, the same for the same seed; `varied` ignores its examples."""
        if schema is None:
            return ABSENT
        # Imported late: contracts with examples rarely need it.
        from mockserver.generate import Unsatisfiable, generate

        contract, chosen = self.contract, self.seed if seed is None else seed
        try:
            return generate(schema, view=contract.view, seed=chosen, varied=varied, sparse=sparse)
        except Unsatisfiable:  # an empty list may match two alternatives that one item would distinguish
            if not sparse:
                raise
            return self.generated(schema, seed, varied=varied)

    def _headers(self, response: Response) -> Headers:
        declared = response.headers.items()
        return tuple((name, line) for name, header in declared for line in header_lines(header, self.generated))


def preferred(response: Response, *, stored: bool = False) -> MediaType | None:
    """The media type to use without an Accept header: the first if it has an example, else JSON where declared.

    Stored records, and errors that explain what was wrong, are JSON wherever it is declared.
    """
    medias = list(response.media_types.values())
    if not medias or (medias[0].examples and not stored):
        return medias[0] if medias else None
    return next((media for media in medias if "json" in media.name), medias[0])


def _file(name: str, example: Any) -> bytes | None:
    """A file for a media type that isn't text: the example where it is one, in Base64; None for any other type."""
    plain = media_types.split(name)[0]
    content = file_of(plain)
    if content is None or (is_xml(plain) and isinstance(example, str)):
        return None
    shown = _from_base64(example.partition(";base64,")[2] or example) if isinstance(example, str) else b""
    return shown if is_file_of(plain, shown) else content


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _empty(name: str) -> Any:
    """The body for a media type without schema and example: empty, and readable."""
    kind = media_types.kind(media_types.split(name)[0])
    return {} if kind == "json" else ""
