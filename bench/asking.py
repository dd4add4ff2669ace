"""A client of one mock that knows only the contract: it makes valid requests and reads keys from responses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from mockserver.contract.operations.operation import Operation, Parameter
from mockserver.contract.schemas.naming import plain, words
from mockserver.contract.schemas.times import is_stamp
from mockserver.errors import MockError
from mockserver.exchange.engine import Engine
from mockserver.exchange.trials import Requests
from mockserver.generate import Unsatisfiable
from mockserver.messages import Request

VALUE = re.compile(r"\{([^{}/]+)\}")
MOST_KEYS = 12
_UNMARKED = (("id",), ("type",), ("ref",))
IDENTIFYING = ("id", "uuid", "uid", "guid", "key", "name", "slug", "code")


@dataclass(frozen=True)
class Reply:
    """A response: its status, its JSON, and what the mock says of it."""

    status: int
    value: Any = None
    location: str = ""
    reason: str = ""

    @property
    def good(self) -> bool:
        """Whether the request succeeded."""
        return 200 <= self.status < 300


class Asking:
    """Sends requests to the operations of one mock."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.requests = Requests(engine.contract)
        self.operations: dict[tuple[str, str], Operation] = {}
        for one in engine.contract.operations.values():
            self.operations.setdefault((one.method, one.template.partition("?")[0].partition("#")[0]), one)
        self._known: dict[str, str | None] = {}

    def get(self, template: str, values: Mapping[str, str]) -> Reply | None:
        """What a GET of a path shows; None where the contract has none."""
        operation = self.operations.get(("GET", template))
        return self.send(operation, template, values) if operation is not None else None

    def send(self, operation: Operation, template: str, values: Mapping[str, str], sent: Any = None) -> Reply:
        """The response to a request with these path values, and with required parameters."""
        path = VALUE.sub(lambda match: values.get(match[1], match[0]), template)
        try:
            others = [
                (one, self.requests.value(one, {})) for one in operation.parameters
                if one.required and one.location in ("query", "header")
            ]  # fmt: skip
            body, media = sent if sent is not None else (b"", "")
        except (Unsatisfiable, TypeError) as error:
            return Reply(0, reason=f"no valid request can be made: {error}")
        query = [(one.name, _text(value)) for one, value in others if one.location == "query"]
        headers = {one.name.lower(): _text(value) for one, value in others if one.location == "header"}
        headers |= {"content-type": media, "content-length": str(len(body))} if body else {}
        return self.ask(Request(operation.method, path, urlencode(query), headers, body))

    def ask(self, request: Request) -> Reply:
        """The response to a request."""
        answer = self.engine.pipeline.respond(request)
        headers = {name.lower(): value for name, value in answer.headers}
        try:
            value = json.loads(answer.body) if answer.body else None
        except ValueError:
            value = answer.body.decode(errors="replace")
        reason = headers.get("mock-reason", "")
        if not reason and answer.status >= 400 and isinstance(value, Mapping):
            reason = str(value.get("detail", ""))
        return Reply(answer.status, value, headers.get("location", ""), unquote(reason))

    def body(self, operation: Operation, attempt: int) -> tuple[bytes, str] | None:
        """A valid body, its texts marked where the contract allows any text; None where none can be made."""
        try:
            body, media = self.requests.body(operation, {}, attempt)
            if "json" not in media or operation.body is None:
                return body, media
            declared = operation.body.media_types.values()
            schema = next(one.schema for one in declared if one.name.partition(";")[0] in (media, "*/*"))
            value = self._marked(schema, json.loads(body), attempt)
        except (Unsatisfiable, MockError, KeyError, TypeError, StopIteration):
            return None
        return json.dumps(value).encode(), media

    def _marked(self, schema: Any, value: Any, attempt: int) -> Any:
        """The value with texts of its own, as far as they are valid."""
        if not isinstance(value, dict):
            return value
        for name, inner in value.items():
            if isinstance(inner, str) and words(name)[-1:] not in _UNMARKED and not is_stamp(name):
                changed = {**value, name: f"marked-{plain(name)}-{attempt}"}
                if not self.engine.contract.breaches(schema, changed, writing=True):
                    value = changed
        return value

    def values_of(self, template: str) -> dict[str, str] | None:
        """Values for a path: the keys of records above where there are any; None where none can be found."""
        values: dict[str, str] = {}
        for match in VALUE.finditer(template):
            value = self._value_at(template[: match.end()], match[1])
            if value is None:
                return None
            values[match[1]] = value
        return values

    def _value_at(self, template: str, name: str) -> str | None:
        if template not in self._known:
            self._known[template] = None  # while it is looked for
            self._known[template] = self._key_at(template, name)
        return self._known[template]

    def _key_at(self, template: str, name: str) -> str | None:
        """The key of a record that a list shows, or any value that the contract allows."""
        base = template.rpartition("/")[0]
        above = self.values_of(base)
        declared = self._declared(template, name)

        def allowed(key: str) -> bool:
            schema = declared.schema if declared is not None else None
            is_text = isinstance(schema, Mapping) and schema.get("type") == "string"
            return not is_text or not self.engine.contract.breaches(schema, key, writing=True)

        if above is not None:
            listed = self.get(base, above) or self.get(f"{base}/", above)
            shown = records_in(listed.value) if listed is not None and listed.good else ()
            for record in (*shown, *self._created(base, above)):
                for key in filter(allowed, keys_in(record, name, base, sure=True)):
                    values = {**above, name: key}
                    read = self.get(template, values) or self.get(f"{template}/", values)
                    if read is None or read.good:
                        return key
        key = self._made_up(template, name)
        if above is not None and key is not None:
            self._put(base, {**above, name: key}, key)
        return key

    def _put(self, base: str, values: Mapping[str, str], key: str) -> None:
        """Make the record of a key that no response shows, where a PUT can: `/rooms/{id}` for `/rooms/{room}/boxes`."""
        for (method, path), operation in self.operations.items():
            stem, _, last = path.rstrip("/").rpartition("/")
            named = VALUE.fullmatch(last)
            if method == "PUT" and stem == base and named is not None and operation.body is not None:
                sent = self.body(operation, 0)
                if sent is not None:
                    self.send(operation, path, {**values, named[1]: key}, sent)

    def _created(self, base: str, above: Mapping[str, str]) -> Iterator[Any]:
        """What creating a record at a path answers, and what was sent."""
        own = (base, f"{base}/")
        ending = f"/{base.rpartition('/')[2]}"
        paths = [path for method, path in self.operations if method == "POST" and path.endswith(ending)]
        for path in (*own, *(one for one in paths if one not in own)):
            operation = self.operations.get(("POST", path))
            sent = self.body(operation, 0) if operation is not None else None
            values = above if path in own else self.values_of(path)
            if operation is not None and sent is not None and values is not None:
                made = self.send(operation, path, values, sent)
                yield from (made.value, content_of(sent)) if made.good else ()

    def _made_up(self, template: str, name: str) -> str | None:
        declared = self._declared(template, name)
        try:
            return _text(self.requests.value(declared, {})) if declared is not None else None
        except (Unsatisfiable, TypeError):
            return None

    def _declared(self, template: str, name: str) -> Parameter | None:
        """The parameter of a value in a path."""
        operations = (one for one in self.engine.contract.operations.values() if one.template.startswith(template))
        values = (one for operation in operations for one in operation.parameters if one.location == "path")
        return next((one for one in values if one.name == name), None)


def content_of(sent: tuple[bytes, str]) -> Any:
    """The value of a body: JSON or a form."""
    body, media = sent
    try:
        return json.loads(body) if "json" in media else dict(parse_qsl(body.decode()))
    except ValueError:
        return {}


def records_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of the list in a response; else the response itself, and what is in its envelope."""
    items = _list_in(value, 3)
    if items is not None:
        yield from (one for one in items if isinstance(one, Mapping))
    elif isinstance(value, Mapping):
        yield value
        yield from (one for one in value.values() if isinstance(one, Mapping))


def _list_in(value: Any, deeper: int) -> list[Any] | None:
    """The list of objects that is nearest to the top; None where the response is an object with a key."""
    if isinstance(value, list):
        return value if any(isinstance(one, Mapping) for one in value) or not value else None
    if not isinstance(value, Mapping) or not deeper or any(plain(name) == "id" for name in value):
        return None
    inner = (_list_in(one, 0) for one in value.values() if isinstance(one, list))
    below = (_list_in(one, deeper - 1) for one in value.values() if isinstance(one, Mapping))
    return next((one for one in (*inner, *below) if one is not None), None)


def keys_in(record: Any, parameter: str, base: str, *, sure: bool = False) -> list[str]:
    """Values in a response by which a client would read the record, the most likely one first."""
    segment = next((one for one in reversed(base.split("/")) if one and "{" not in one), "")
    ranked: list[tuple[int, int, str]] = []
    for depth, name, value in _scalars(record, 0):
        if isinstance(value, bool) or value in (None, ""):
            continue
        rank = _rank(name, parameter, segment)
        if rank < 6 or not sure:
            ranked.append((rank + 3 * depth, len(ranked), _text(value)))
    return list(dict.fromkeys(text for _, _, text in sorted(ranked)))[:MOST_KEYS]


def _rank(name: str, parameter: str, segment: str) -> int:
    if plain(name) == plain(parameter):
        return 0
    if plain(parameter).endswith(plain(name)):
        return 1
    if plain(name) == "id":
        return 2
    if words(name)[-1:] and words(name)[-1] in IDENTIFYING:
        return 2 if plain(segment).startswith("".join(words(name)[:-1])) else 4
    return 6


def _scalars(value: Any, depth: int) -> Iterator[tuple[int, str, Any]]:
    if isinstance(value, str | int) and depth == 0:
        yield 0, "id", value
    if isinstance(value, list):
        value = {str(place): one for place, one in enumerate(value[:1])}
    for name, one in value.items() if isinstance(value, Mapping) else ():
        if isinstance(one, Mapping | list) and depth < 3:
            yield from _scalars(one, depth + 1)
        elif isinstance(one, str | int | float):
            yield depth, name, one


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(_text, value)) if isinstance(value, list) else str(value)
