"""Requests to one operation before they travel: values by parameter, a body, credentials; sound or spoiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import quote

from mockserver.contract.contract import Contract, Match
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import Body, MediaType, Operation, Parameter, SecurityScheme
from mockserver.contract.operations.overloads import unsendable
from mockserver.generate import Generator, Unsatisfiable
from mockserver.messages import Request
from tests.mockserver.contract.made import JUNK_TEXTS, Unmakable, spoiled
from tests.sampling import serialising

TRIES = 12
"""How many spoilings are tried until one makes a request invalid."""
ROOM, DEEPEST = 200, 5
UNHEARD = "application/x-unheard-of"
LENGTH = "content-length"


@dataclass(frozen=True)
class Wire:
    """A request as it goes over the socket, and as the judges read it."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    match: Match

    @property
    def request(self) -> Request:
        """The request as a contract reads it."""
        path, _, query = self.target.partition("?")
        return Request(self.method, path, query, {n.lower(): v for n, v in self.headers.items()}, self.body)


@dataclass(frozen=True)
class Draft:
    """What a request says, by parameter; `raw` are parameters that are sent as this very text."""

    operation: Operation
    values: tuple[tuple[Parameter, Any], ...]
    body: tuple[MediaType, Any] | None = None
    credentials: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[tuple[str, str], str] = field(default_factory=dict)
    bytes: tuple[bytes, str] | None = None  #: a body and its type that take the place of the made one
    prefix: str = ""

    def wire(self) -> Wire:
        """The request as it travels."""
        path, query, headers, cookies = {}, [], {}, []
        for parameter, value in self.values:
            text = self.raw.get((parameter.location, parameter.name))
            if parameter.location == "path":
                path[parameter.name] = serialising.in_path(parameter, value) if text is None else quote(text, safe="")
            elif parameter.location in ("query", "querystring"):
                plain = f"{quote(parameter.name, safe='[]')}={quote(text or '', safe='')}"
                query += serialising.in_query(parameter, value) if text is None else [plain]
            elif parameter.location == "header":
                headers[parameter.name] = serialising.in_header(parameter, value) if text is None else text
            elif parameter.location == "cookie":
                plain = f"{parameter.name}={quote(text or '', safe=',')}"
                cookies += serialising.in_cookie(parameter, value) if text is None else [plain]
        for place, secret in self.credentials.items():
            where, _, name = place.partition(" ")
            if where == "header":
                headers[name] = secret
            elif where == "query":
                query = [pair for pair in query if pair.partition("=")[0] != quote(name)] + [f"{quote(name)}={secret}"]
            else:
                cookies.append(f"{name}={secret}")
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        return self._sent(path, query, headers)

    def _sent(self, path: dict[str, str], query: list[str], headers: dict[str, str]) -> Wire:
        body = b""
        if self.bytes is not None:
            body, headers["Content-Type"] = self.bytes
        elif self.body is not None:
            body, headers["Content-Type"] = serialising.body(*self.body)
        for name in headers:
            if name.lower() == LENGTH:  # declared as a parameter, it says what it always says
                headers[name] = str(len(body))
        template = quote(self.operation.template.partition("#")[0], safe="/{}:@!$&'()*+,;=~%?")
        for name, text in path.items():
            template = template.replace("{" + quote(name, safe="@!$&'()*+,;=~") + "}", text)
        joined = "&".join(query)
        sign = ("&" if "?" in template else "?") if joined else ""
        values = {name: _decoded(text) for name, text in path.items()}
        target = self.prefix + template + sign + joined
        return Wire(self.operation.method, target, headers, body, Match(self.operation, values))


def _decoded(text: str) -> str:
    from urllib.parse import unquote

    return unquote(text)


class Drafts:
    """Makes drafts for the operations of one contract."""

    def __init__(self, contract: Contract, random: Random) -> None:
        self.contract, self.random = contract, random
        self.generator = Generator(contract.view, writing=True, room=ROOM, deepest=DEEPEST)

    def sound(self, operation: Operation, known: Mapping[str, Any], body: Mapping[str, Any]) -> Draft:
        """A request that the contract takes; `known` are path values and `body` fields of records that are there."""
        if unsendable(operation):
            raise Unmakable("a path value behind a #, which no request sends")
        values = []
        for parameter in operation.parameters:
            if parameter.required or self.random.random() < 0.5:
                try:
                    values.append((parameter, self._value_of(parameter, known)))
                except Unmakable:
                    if parameter.required:
                        raise
        sent = None
        if operation.body and (operation.body.required or self.random.random() < 0.8):
            sent = self._body(operation.body, body)
        return Draft(operation, tuple(values), sent, self._credentials(operation))

    def _value_of(self, parameter: Parameter, known: Mapping[str, Any]) -> Any:
        schema = parameter.content.schema if parameter.content else parameter.schema
        if parameter.location == "path" and parameter.name in known:
            value, fits = known[parameter.name], self.generator.fits
            if schema is None or fits(schema, value) or fits(schema, str(value)):
                return value
        for attempt in range(5):
            value = self._value(schema, varied=attempt > 0)
            if _travels(parameter, value):
                return value
        raise Unmakable(f"{parameter.location}.{parameter.name}: no value that can travel was found")

    def _value(self, schema: Any, *, varied: bool = False) -> Any:
        try:
            return self.generator.value({} if schema is None else schema, self.random.getrandbits(32), varied=varied)
        except Unsatisfiable as error:
            raise Unmakable(str(error)) from error

    def _body(self, body: Body, fields: Mapping[str, Any]) -> tuple[MediaType, Any] | None:
        kinds = ("json", "form", "multipart", "lines", "text", "binary")
        choice = sorted(body.media_types.values(), key=lambda one: kinds.index(media.kind(media.split(one.name)[0])))
        if not choice:
            return None
        value = self._value(choice[0].schema)
        return choice[0], {**value, **fields} if isinstance(value, dict) else value

    def _credentials(self, operation: Operation) -> dict[str, str]:
        """What the first alternative that can be met asks for."""
        if not operation.security or frozenset() in operation.security:
            return {}
        schemes = self.contract.security_schemes
        found: dict[str, str] = {}
        for name in sorted(operation.security[0]):
            if name in schemes:
                found |= _credential(schemes[name])
        return found

    def anonymous(self, sound: Draft) -> Draft:
        """The request without credentials, also where the operation declares them as parameters."""
        schemes = self.contract.security_schemes
        named = {name for alternative in sound.operation.security for name in alternative if name in schemes}
        places = {place.lower() for name in named for place in _credential(schemes[name])}
        kept = tuple(one for one in sound.values if f"{one[0].location} {one[0].name}".lower() not in places)
        return replace(sound, values=kept, credentials={})

    def spoiled(self, sound: Draft) -> Draft:
        """The request with one thing of it changed, which may make it invalid."""
        victims: list[Any] = [item for item in sound.values if _may_be_spoiled(item[0])]
        if sound.operation.body:
            victims += ["body"] * max(1, len(victims) // 2)
        if not victims:
            return sound
        victim = self.random.choice(victims)
        return self._spoiled_body(sound) if victim == "body" else self._spoiled_parameter(sound, victim[0])

    def _spoiled_parameter(self, sound: Draft, parameter: Parameter) -> Draft:
        if parameter.location != "path" and parameter.required and self.random.random() < 0.5:
            return replace(sound, values=tuple(item for item in sound.values if item[0] is not parameter))
        junk = self.random.choice([one for one in JUNK_TEXTS if one.isascii()])
        return replace(sound, raw={(parameter.location, parameter.name): junk})

    def _spoiled_body(self, sound: Draft) -> Draft:
        kind = self.random.random()
        if kind < 0.15 or sound.body is None:
            return replace(sound, bytes=(b'{"broken": ', "application/json"))
        if kind < 0.3:
            return replace(sound, bytes=(b"{}", UNHEARD))
        if kind < 0.45:
            return replace(sound, body=None)
        return replace(sound, body=(sound.body[0], spoiled(sound.body[1], self.random)))


def _may_be_spoiled(parameter: Parameter) -> bool:
    """No client says another length than that of its body."""
    return parameter.location != "querystring" and parameter.name.lower() != LENGTH


def _travels(parameter: Parameter, value: Any) -> bool:
    """Whether a value can be told from the text that it becomes."""
    parts = value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]
    if any(isinstance(part, list | dict) for part in parts) and not parameter.content:
        return False
    texts = [serialising.text(part) for part in parts]
    if parameter.location == "path":
        return bool(texts) and all(text and "/" not in text and text not in (".", "..") for text in texts)
    if parameter.location in ("header", "cookie"):
        return all(text.isascii() and text.isprintable() and text == text.strip() and text for text in texts)
    return bool(texts) or not parameter.required


def _credential(scheme: SecurityScheme) -> dict[str, str]:
    if scheme.kind == "basic":
        return {"header Authorization": serialising.basic("somebody", "secret")}
    if scheme.kind == "apiKey":
        return {f"{scheme.location} {scheme.parameter}": "a-secret-key"}
    return {"header Authorization": f"{scheme.kind.title()} a-secret-token"}
