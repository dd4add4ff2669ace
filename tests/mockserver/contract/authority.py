"""openapi-core's verdict on whole requests and answers, to compare ours with; and the known causes of difference."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from jsonschema_path import SchemaPath
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.datatypes import TemplateResult
from openapi_core.templating.paths.datatypes import PathOperationServer
from openapi_core.validation import request as requests
from openapi_core.validation import response as responses
from openapi_core.validation.request.exceptions import MissingRequestBody
from werkzeug.datastructures import Headers, ImmutableMultiDict

from mockserver.contract.contract import Contract, Match
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import ABSENT, Operation
from mockserver.contract.operations.styles import cookie_values, query_values
from mockserver.contract.schemas.compiled import FORMATS, format_accepts
from mockserver.errors import Refused, Violation
from mockserver.messages import Request

SHARED_FORMATS = (
    *FORMATS,
    *("date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6"),
    *("uri", "uri-reference", "iri", "iri-reference", "uri-template", "uuid", "json-pointer", "regex"),
    "relative-json-pointer",
)
"""Formats that both validators check by the same functions."""


def format_validators() -> dict[str, Any]:
    """The checks of formats, for openapi-core to agree with the compiled schemas."""
    return {name: format_accepts(name) for name in SHARED_FORMATS}


_NAMES = {"3.0": "V30", "3.1": "V31", "3.2": "V32"}


class _Message:
    """A request or an answer as openapi-core wants to see it."""

    host_url = "http://127.0.0.1"

    def __init__(self, **parts: Any) -> None:
        self.__dict__ |= parts


class Authority:
    """openapi-core's verdicts by one contract; its look-up of paths is spared, ours is compared by itself."""

    def __init__(self, contract: Contract) -> None:
        root = _without_marks(contract.document.root)
        self.spec = SchemaPath.from_dict(root, resolved_cache_maxsize=65_536)
        name = _NAMES[contract.document.version]
        options = {
            "extra_format_validators": format_validators(),
            "extra_media_type_deserializers": dict.fromkeys(_json_types(contract), _json),
            "path_finder_cls": self._finder,
        }
        self._parameters = getattr(requests, f"{name}RequestParametersValidator")(self.spec, **options)
        self._body = getattr(requests, f"{name}RequestBodyValidator")(self.spec, **options)
        self._answer = getattr(responses, f"{name}ResponseValidator")(self.spec, **options)
        self._found: Any = None

    def _finder(self, *_: Any, **__: Any) -> Any:
        return _Message(find=lambda *_: self._found)

    def _aim(self, operation: Operation, values: Mapping[str, str]) -> None:
        item = self.spec / "paths" / _unmarked(operation.template)
        result = TemplateResult(operation.template, dict(values))
        self._found = PathOperationServer(item, item / operation.method.lower(), None, result, None)

    def request_errors(self, match: Match, request: Request) -> list[Exception]:
        """What openapi-core finds wrong with a request."""
        self._aim(match.operation, match.path_values)
        headers = {name: value for name, value in request.headers.items() if name != "cookie"}
        parameters = RequestParameters(
            query=ImmutableMultiDict(query_values(request.query)),
            header=Headers(list(headers.items())),
            cookie=ImmutableMultiDict(cookie_values(request.headers.get("cookie", ""))),
            path=dict(match.path_values),
        )
        message = _Message(
            method=request.method.lower(),
            path=request.path,
            parameters=parameters,
            body=request.body or None,
            content_type=request.headers.get("content-type", ""),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            errors = [*self._parameters.iter_errors(message), *self._body.iter_errors(message)]
        # This one says that a body is absent which may be absent.
        return [error for error in errors if type(error) is not MissingRequestBody]

    def answer_errors(
        self, operation: Operation, status: int, headers: Any, content_type: str | None, value: Any
    ) -> list[Exception]:
        """What openapi-core finds wrong with an answer of JSON."""
        body = None if value is ABSENT else msgspec.json.encode(value)
        return self.sent_answer_errors(operation, status, headers, content_type, body)

    def sent_answer_errors(
        self, operation: Operation, status: int, headers: Any, content_type: str | None, body: bytes | None
    ) -> list[Exception]:
        """What openapi-core finds wrong with an answer as it was sent."""
        self._aim(operation, {})
        answer = _Message(
            status_code=status, content_type=content_type or "", headers=Headers(list(headers)), data=body
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(self._answer.iter_errors(_Message(method=operation.method.lower(), path="/"), answer))


def _unmarked(template: str) -> str:
    """A template without the mark by which openapi-core parts the keys of a document."""
    return template.replace("#", "%23")


def _without_marks(root: Mapping[str, Any]) -> dict[str, Any]:
    paths = root.get("paths") or {}
    return {**root, "paths": {**paths, **{_unmarked(name): item for name, item in paths.items() if "#" in name}}}


def _json(raw: bytes, **_: str) -> Any:
    return json.loads(raw)


def _json_types(contract: Contract) -> set[str]:
    """The declared media types of JSON; openapi-core knows two by itself."""
    names: set[str] = set()
    for operation in contract.operations.values():
        bodies = [operation.body] if operation.body else []
        for body in [*bodies, *operation.responses.values()]:
            names |= {name for name in body.media_types if media.kind(media.split(name)[0]) == "json"}
    # A range is answered in JSON, and openapi-core looks for the range's own deserializer.
    return names | {media.split(name)[0] for name in names} | {"*/*", "application/*"}


def our_request_errors(contract: Contract, match: Match, request: Request) -> tuple[Violation, ...]:
    """What we find wrong with a request."""
    try:
        contract.read_inputs(match, request)
    except Refused as refused:
        return refused.details or (Violation("", refused.reason),)
    return ()


def error_text(errors: list[Exception]) -> str:
    """The errors of openapi-core in one line, with the schema errors that they wrap."""
    return "; ".join(" / ".join(_chain(error)) for error in errors)[:10_000]


def _chain(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield _shortened(f"{type(error).__name__}: {error}")
        yield from (_shortened(str(inner.message)) for inner in getattr(error, "schema_errors", None) or ())
        error = error.__cause__


def _shortened(message: str) -> str:
    """A message without the middle of a long value: the value stands first, and what is wrong with it last."""
    return message if len(message) <= 500 else f"{message[:200]} ... {message[-300:]}"
