"""Random requests and responses of an operation, valid ones and ones with an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any
from urllib.parse import quote

from mockserver.contract.contract import Contract, Match
from mockserver.contract.messages.casting import Caster
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import MediaType, Operation, Parameter
from mockserver.generate import Unsatisfiable, generate
from mockserver.messages import Request

JUNK_TEXTS = ("abc", "1.5", "-1", "true", "null", "2147483648", "9223372036854775808", "2019-02-30", "é", "x" * 300)
JUNK: tuple[Any, ...] = (None, True, 0, -1, 1.5, 2**31, "", "abc", "é", "x" * 300, [], {}, [1], {"a": 1})


class NoMessage(Exception):
    """There is no message to generate: a schema that nothing satisfies, or a media type that is not JSON."""


def random_request(contract: Contract, operation: Operation, random: Random, *, invalid: bool) -> tuple[Match, Request]:
    """A request to an operation; with `invalid`, one part of it is probably wrong."""
    sent = [p for p in operation.parameters if p.required or random.random() < 0.6]
    victim = random.randrange(len(sent) + 1) if invalid else -1
    path, query, headers, cookies = {}, [], {}, []
    for index, parameter in enumerate(sent):
        pairs = _sent(contract, parameter, random)
        if index == victim:
            pairs = _invalid_pairs(parameter, pairs, random)
        if parameter.location == "path":
            path |= dict(pairs)
        elif parameter.location == "query":
            query += [f"{quote(name, safe='[]')}={quote(text, safe='')}" for name, text in pairs]
        elif parameter.location == "header":
            headers |= {name.lower(): text for name, text in pairs}
        elif parameter.location == "cookie":
            cookies += [f"{name}={quote(text, safe=',')}" for name, text in pairs]
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    body = b""
    if operation.body and (operation.body.required or random.random() < 0.8):
        body, headers["content-type"] = _body(
            contract, operation, random, invalid=victim in (-1, len(sent)) and invalid
        )
    return Match(operation, path), Request(operation.method, "/", "&".join(query), headers, body)


def random_response(contract: Contract, media_type: MediaType, random: Random, *, invalid: bool) -> Any:
    """A value for a media type of a response."""
    value = _value(contract, media_type.schema, random, writing=False)
    return with_error(value, random) if invalid else value


def with_error(value: Any, random: Random) -> Any:
    """The value with one place of it changed."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        name = random.choice(sorted(value))
        changed = dict(value)
        kept = changed.pop(name)
        kind = random.random()
        if kind < 0.2:
            return changed
        if kind < 0.3:
            return {**changed, name.upper(): kept}
        return {**changed, name: with_error(kept, random)}
    if isinstance(value, list) and value and random.random() < 0.8:
        index = random.randrange(len(value))
        return [*value[:index], with_error(value[index], random), *value[index + 1 :]]
    return {**value, "extra": 1} if isinstance(value, dict) and random.random() < 0.3 else random.choice(JUNK)


def _value(contract: Contract, schema: Any, random: Random, *, writing: bool) -> Any:
    try:
        return generate(
            {} if schema is None else schema,
            view=contract.view,
            seed=random.getrandbits(32),
            writing=writing,
            varied=random.random() < 0.7,
            sparse=random.random() < 0.3,
        )
    except Unsatisfiable as error:
        raise NoMessage(str(error)) from error


def _sent(contract: Contract, parameter: Parameter, random: Random) -> list[tuple[str, str]]:
    schema = parameter.content.schema if parameter.content else parameter.schema
    value = _value(contract, schema, random, writing=True)
    if parameter.content:
        return [(parameter.name, json.dumps(value))]
    if isinstance(value, list):
        texts = [_text(item) for item in value]
        if parameter.location == "query" and parameter.explode and parameter.style == "form":
            return [(parameter.name, text) for text in texts]
        delimiter = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(parameter.style, ",")
        return [(parameter.name, delimiter.join(texts))] if texts else []
    if isinstance(value, dict):
        if parameter.style == "deepObject":
            return [(f"{parameter.name}[{name}]", _text(item)) for name, item in value.items()]
        return [(parameter.name, ",".join(f"{name},{_text(item)}" for name, item in value.items()))]
    return [(parameter.name, _text(value))]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _invalid_pairs(parameter: Parameter, pairs: list[tuple[str, str]], random: Random) -> list[tuple[str, str]]:
    if parameter.location != "path" and random.random() < 0.2:
        return []
    return [(name, random.choice(JUNK_TEXTS)) for name, _ in pairs[:1]] + pairs[1:]


def _body(contract: Contract, operation: Operation, random: Random, *, invalid: bool) -> tuple[bytes, str]:
    assert operation.body
    names = [name for name in operation.body.media_types if media.kind(media.split(name)[0]) in ("json", "form")]
    if not names:
        raise NoMessage("no body of JSON or form is declared")
    name = random.choice(names)
    value = _value(contract, operation.body.media_types[name].schema, random, writing=True)
    if invalid:
        kind = random.random()
        if kind < 0.05:
            return b"", name
        if kind < 0.1:
            return b'{"broken": ', name
        if kind < 0.15:
            return json.dumps(value).encode(), "application/x-unheard-of"
        value = with_error(value, random)
    if media.kind(media.split(name)[0]) == "form":
        return _form(value).encode(), name
    return json.dumps(value).encode(), name


def _form(value: Any) -> str:
    if not isinstance(value, Mapping) or any(isinstance(item, dict) for item in value.values()):
        raise NoMessage("a form holds no nested objects")
    pairs = [(n, item) for n, v in value.items() for item in (v if isinstance(v, list) else [v])]
    return "&".join(f"{quote(name, safe='')}={quote(_text(item), safe='')}" for name, item in pairs)


def unread_style(contract: Contract, parameter: Parameter) -> bool:
    """Whether openapi-core misreads the style of a parameter: it looks for names and delimiters that nobody sends."""
    shape = Caster(contract.view).form(parameter.schema)
    if parameter.style in ("label", "matrix", "spaceDelimited", "cookie"):
        return True
    if parameter.style == "deepObject":
        return shape != "object"
    exploded_object = shape == "object" and parameter.explode and parameter.location in ("query", "cookie")
    exploded_cookie = shape == "array" and parameter.explode and parameter.location == "cookie"
    delimited = parameter.style == "pipeDelimited" and parameter.explode
    return exploded_object or exploded_cookie or delimited
