"""Requests to one operation before they are serialised: values by parameter, a body, credentials; valid or not."""

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
from tests.mockserver.contract.random_messages import JUNK_TEXTS, NoMessage, with_error
from tests.sampling import serialising

TRIES = 12
"""The number of attempts to make a request invalid."""
ROOM, DEEPEST = 200, 5
UNKNOWN_MEDIA_TYPE = "application/x-unheard-of"
LENGTH = "content-length"


@dataclass(frozen=True)
class SerialisedRequest:
    """A request as it is sent over the socket, and as both validators read it."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    match: Match

    @property
    def for_contract(self) -> Request:
        """The request in the form that the mock's contract reads."""
        path, _, query = self.target.partition("?")
        return Request(self.method, path, query, {n.lower(): v for n, v in self.headers.items()}, self.body)


@dataclass(frozen=True)
class Draft:
    """A request as values by parameter; `raw` are parameters that are sent as exactly this text."""

    operation: Operation
    values: tuple[tuple[Parameter, Any], ...]
    body: tuple[MediaType, Any] | None = None
    credentials: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[tuple[str, str], str] = field(default_factory=dict)
    bytes: tuple[bytes, str] | None = None  #: a body and its type that replace the generated one
    prefix: str = ""

    def serialise(self) -> SerialisedRequest:
        """The request as it is sent."""
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
        return self._with_body(path, query, headers)

    def _with_body(self, path: dict[str, str], query: list[str], headers: dict[str, str]) -> SerialisedRequest:
        body = b""
        if self.bytes is not None:
            body, headers["Content-Type"] = self.bytes
        elif self.body is not None:
            body, headers["Content-Type"] = serialising.body(*self.body)
        for name in headers:
            if name.lower() == LENGTH:  # also if it is declared as a parameter, it must have the right value
                headers[name] = str(len(body))
        template = quote(self.operation.template.partition("#")[0], safe="/{}:@!$&'()*+,;=~%?")
        for name, text in path.items():
            template = template.replace("{" + quote(name, safe="@!$&'()*+,;=~") + "}", text)
        joined = "&".join(query)
        sign = ("&" if "?" in template else "?") if joined else ""
        values = {name: _decoded(text) for name, text in path.items()}
        target = self.prefix + template + sign + joined
        return SerialisedRequest(self.operation.method, target, headers, body, Match(self.operation, values))


def _decoded(text: str) -> str:
    from urllib.parse import unquote

    return unquote(text)


class Drafts:
    """Generates drafts for the operations of one contract."""

    def __init__(self, contract: Contract, random: Random) -> None:
        self.contract, self.random = contract, random
        self.generator = Generator(contract.view, writing=True, room=ROOM, deepest=DEEPEST)

    def valid(self, operation: Operation, known: Mapping[str, Any], body: Mapping[str, Any]) -> Draft:
        """A valid request; `known` are path values and `body` fields of existing records."""
        if unsendable(operation):
            raise NoMessage("a path value after a #, which no request contains")
        values = []
        for parameter in operation.parameters:
            if parameter.required or self.random.random() < 0.5:
                try:
                    values.append((parameter, self._value_of(parameter, known)))
                except NoMessage:
                    if parameter.required:
                        raise
        chosen_body = None
        if operation.body and (operation.body.required or self.random.random() < 0.8):
            chosen_body = self._body(operation.body, body)
        return Draft(operation, tuple(values), chosen_body, self._credentials(operation))

    def _value_of(self, parameter: Parameter, known: Mapping[str, Any]) -> Any:
        schema = parameter.content.schema if parameter.content else parameter.schema
        if parameter.location == "path" and parameter.name in known:
            value, fits = known[parameter.name], self.generator.fits
            if schema is None or fits(schema, value) or fits(schema, str(value)):
                return value
        for attempt in range(5):
            value = self._value(schema, varied=attempt > 0)
            if _can_be_sent(parameter, value):
                return value
        raise NoMessage(f"{parameter.location}.{parameter.name}: no value that can be sent")

    def _value(self, schema: Any, *, varied: bool = False) -> Any:
        try:
            return self.generator.value({} if schema is None else schema, self.random.getrandbits(32), varied=varied)
        except Unsatisfiable as error:
            raise NoMessage(str(error)) from error

    def _body(self, body: Body, fields: Mapping[str, Any]) -> tuple[MediaType, Any] | None:
        kinds = ("json", "form", "multipart", "lines", "sequence", "text", "events", "binary")
        if not body.media_types:
            return None
        chosen = min(body.media_types.values(), key=lambda each: kinds.index(media.kind(media.split(each.name)[0])))
        value = self._value(chosen.schema)
        return chosen, {**value, **fields} if isinstance(value, dict) else value

    def _credentials(self, operation: Operation) -> dict[str, str]:
        """The credentials for the first security alternative."""
        if not operation.security or frozenset() in operation.security:
            return {}
        schemes = self.contract.security_schemes
        credentials: dict[str, str] = {}
        for name in sorted(operation.security[0]):
            if name in schemes:
                given = _credential(schemes[name])
                known = {place.lower() for place in credentials}  # one header may serve two schemes
                credentials |= {place: text for place, text in given.items() if place.lower() not in known}
        return credentials

    def anonymous(self, valid: Draft) -> Draft:
        """The request without credentials, also if the operation declares them as parameters."""
        schemes = self.contract.security_schemes
        named = {name for alternative in valid.operation.security for name in alternative if name in schemes}
        places = {place.lower() for name in named for place in _credential(schemes[name])}
        remaining = tuple(item for item in valid.values if f"{item[0].location} {item[0].name}".lower() not in places)
        return replace(valid, values=remaining, credentials={})

    def changed(self, valid: Draft) -> Draft:
        """The request with one change, which may make it invalid."""
        candidates: list[Any] = [item for item in valid.values if _can_be_invalid(item[0])]
        if valid.operation.body:
            candidates += ["body"] * max(1, len(candidates) // 2)
        if not candidates:
            return valid
        choice = self.random.choice(candidates)
        return self._change_body(valid) if choice == "body" else self._change_parameter(valid, choice[0])

    def _change_parameter(self, valid: Draft, parameter: Parameter) -> Draft:
        if parameter.location != "path" and parameter.required and self.random.random() < 0.5:
            return replace(valid, values=tuple(item for item in valid.values if item[0] is not parameter))
        junk = self.random.choice([text for text in JUNK_TEXTS if text.isascii()])
        return replace(valid, raw={(parameter.location, parameter.name): junk})

    def _change_body(self, valid: Draft) -> Draft:
        kind = self.random.random()
        if kind < 0.15 or valid.body is None:
            return replace(valid, bytes=(b'{"broken": ', "application/json"))
        if kind < 0.3:
            return replace(valid, bytes=(b"{}", UNKNOWN_MEDIA_TYPE))
        if kind < 0.45:
            return replace(valid, body=None)
        return replace(valid, body=(valid.body[0], with_error(valid.body[1], self.random)))


def _can_be_invalid(parameter: Parameter) -> bool:
    """Whether a client can send an invalid value: it never sends a wrong Content-Length."""
    return parameter.location != "querystring" and parameter.name.lower() != LENGTH


def _can_be_sent(parameter: Parameter, value: Any) -> bool:
    """Whether a server can read the value back from its text."""
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
