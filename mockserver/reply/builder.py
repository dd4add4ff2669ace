"""Composes responses: the contract's example for the status, overlaid with the behaviour's fields."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mockserver.contract.contract import Contract
from mockserver.contract.operations import media as media_types
from mockserver.contract.operations.operation import ABSENT, BODILESS, MediaType, Operation, Response
from mockserver.contract.schemas.projection import Show, projector, stored_projector
from mockserver.contract.schemas.secrets import without_secrets
from mockserver.contract.schemas.view import SchemaView, at_path, each, item, members, types
from mockserver.errors import Refused
from mockserver.reply.files import file_of, is_file_of
from mockserver.reply.headers import header_lines
from mockserver.reply.lifecycle import in_order, numbered
from mockserver.reply.preferences import Preferences
from mockserver.reply.streams import COUNT, Framing, Streams
from mockserver.reply.xml import is_xml, xml_text

Path = tuple[str, ...]
Fields = Sequence[tuple[Path, Any]]
Headers = tuple[tuple[str, str], ...]

_JSON = "application/json"
encode = msgspec.json.Encoder().encode


class Reply(msgspec.Struct, frozen=True):
    """A response before it is encoded: status, media type, value (`ABSENT` for no body) and headers."""

    status: int
    media: str | None
    value: Any
    headers: Headers = ()
    framing: Framing | None = None  #: how the values of a stream are written
    own: bool = False  #: the response comes from the mock server, not from the mocked API: no contract declares it

    def body(self) -> bytes:
        """The value as bytes."""
        value = self.value
        if self.framing is None and type(value) is dict:  # the common case
            return encode(value)
        if value is ABSENT:
            return b""
        if self.framing is not None:
            return b"".join(self.framing.frames(value))
        if isinstance(value, bytes):  # a file, also where the contract calls it a text in JSON
            return value
        if self.media is not None and "json" not in self.media and isinstance(value, str):
            return value.encode()
        return encode(value)


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


class ReplyBuilder:
    """Makes responses from the contract's examples; templates are made once."""

    def __init__(self, contract: Contract, seed: str = "0") -> None:
        self.contract, self.seed = contract, seed
        self.streams = Streams(contract, contract.view)
        self._templates: dict[tuple[str, int, str | None, bool], Template] = {}

    def template(
        self, operation: Operation, status: int, media: str | None = None, *, sparse: bool = False
    ) -> Template:
        """The template of a status; `media` names one of several media types.

        Where the contract has no example, a value is generated; `sparse` leaves its optional members out.
        """
        key = (operation.id, status, media, sparse)
        template = self._templates.get(key)
        if template is None:
            template = self._templates[key] = self._made(operation, status, media, sparse)
        return template

    def compose(
        self, operation: Operation, status: int, fields: Fields, media: str | None = None, *, whole: bool = False
    ) -> Reply:
        """The response of an operation: its example, overlaid with these fields, shown through the schema.

        Where the contract has no example, the fields are laid over the required members of a generated one, or over
        all of it (`whole`).
        """
        sparse = not whole if fields else False
        template = self._templates.get((operation.id, status, media, sparse))
        if template is None:
            template = self.template(operation, status, media, sparse=sparse)
        value = template.base
        if template.framing is not None:
            value = self._streamed(template, fields)
        elif fields and template.media is not None:
            value = dict(value) if isinstance(value, dict) else value
            for path, field in fields:
                show = template.shows.get(path) or self._show(template, path)
                if field is None and not self._takes_null(template, path):
                    field = ABSENT  # noqa: PLW2901 - no value where null isn't one
                if len(path) == 1 and field is not ABSENT and type(value) is dict:
                    value[path[0]] = show(field)
                else:
                    value = self._laid_over(template, path, field, value)
        if not template.plain:
            return template.showing(value, self.contract.view)
        return Reply(template.status, template.media, value, template.headers)

    def _streamed(self, template: Template, fields: Fields) -> Any:
        """The values of a stream: the records of a list, else those of the template."""
        for path, field in fields:
            if not path and isinstance(field, list):
                return (template.shows.get(path) or self._show(template, path))(field)
        return template.base

    def selected(self, operation: Operation, status: int, preferences: Preferences, media: str | None = None) -> Reply:
        """The response that a client selects with `Prefer`: a named example, or a value generated from the schema."""
        template = self.template(operation, status, media)
        response = operation.response_for(status)
        media_type = media_types.declared_for(response.media_types, template.media or "") if response else None
        value = template.base
        if media_type is not None and preferences.example is not None:
            if preferences.example not in media_type.examples:
                known = ", ".join(name for name in media_type.examples if name) or "none"
                raise Refused(404, f"no example {preferences.example!r} of {status}; named examples: {known}", own=True)
            value = self.example(media_type, preferences.example)
        elif media_type is not None and preferences.dynamic and media_type.schema is not None:
            value = self.generated(media_type.schema, preferences.seed, varied=True)
        if template.framing is not None and not isinstance(value, list | str):
            value = [value]
        return template.showing(value, self.contract.view)

    def offered(self, operation: Operation, status: int) -> tuple[str, ...]:
        """The media types that the contract offers for a status, the preferred one first."""
        response = operation.response_for(status)
        first = preferred(response) if response else None
        if response is None or first is None:
            return ()
        return (first.name, *(name for name in response.media_types if name != first.name))

    def _laid_over(self, template: Template, path: Path, field: Any, value: Any) -> Any:
        if field is ABSENT:
            return lay_over(value, path, ABSENT) if path else value  # a file that was never uploaded is an example
        if path:
            value = self._with_parents(template, path, value)
        return lay_over(value, path, template.shows[path](field))

    def _with_parents(self, template: Template, path: Path, value: Any) -> Any:
        """The value with the objects along a path, each with its required members."""
        for depth in range(len(path)):
            above = path[:depth]
            if isinstance(_member(value, above), Mapping):
                continue
            value = lay_over(value, above, dict(self._parent(template, above, path[depth])))
        return value

    def _parent(self, template: Template, above: Path, name: str) -> Mapping[str, Any]:
        """The object at a path, with its required members; of several alternatives, one that has a member `name`."""
        parent = template.parents.get((*above, name))
        if parent is None:
            inner = at_path(template.schema, above, self.contract.view)
            having = {"allOf": [inner, {"type": "object", "required": [name]}]}
            made = {} if inner is None else self.generated(having, sparse=True)
            # Without that member, which was invented to choose the alternative: other fields may need the parent.
            parent = template.parents[*above, name] = {one: value for one, value in made.items() if one != name}
        return parent

    def _takes_null(self, template: Template, path: Path) -> bool:
        schema = at_path(template.schema, path, self.contract.view)
        known = types(schema, self.contract.view) if schema is not None else frozenset()
        return not known or "null" in known

    def _show(self, template: Template, path: Path) -> Show:
        schema = at_path(template.schema, path, self.contract.view)
        # What the contract says nothing of shows all but secrets.
        free = template.schema is None or (isinstance(schema, Mapping) and self._says_nothing(schema))
        show = template.shows[path] = without_secrets if free else stored_projector(schema, self.contract.view)
        return show

    def _says_nothing(self, schema: Mapping[str, Any]) -> bool:
        """Whether a schema admits any object, and declares no member of it."""
        view = self.contract.view
        return (
            not members(schema, view)
            and item(schema, view) is None
            and not any(each(schema, "additionalProperties", view))
        )

    def _made(self, operation: Operation, status: int, media: str | None, sparse: bool) -> Template:
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


def _member(value: Any, path: Path) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def merged_headers(base: Headers, over: Headers) -> Headers:
    """Headers with some replaced or added, names compared without case."""
    replaced = {name.lower() for name, _ in over}
    return (*((name, value) for name, value in base if name.lower() not in replaced), *over)


def lay_over(value: Any, path: Path, field: Any) -> Any:
    """A value with one member replaced at a path; `ABSENT` removes it. Only the outermost object is changed in
    place: it is the caller's own copy."""
    if not path:
        return field
    if field is ABSENT and len(path) > 1 and not isinstance(_member(value, path[:-1]), Mapping):
        return value
    node = result = value if type(value) is dict else {}
    last = path[-1]
    for name in path[:-1]:
        inner = node.get(name)
        node[name] = dict(inner) if isinstance(inner, Mapping) else {}
        node = node[name]
    if field is ABSENT:
        node.pop(last, None)
    else:
        node[last] = field
    return result
