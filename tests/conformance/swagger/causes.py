"""Differences from `swagger2openapi` that are wanted, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tests.conformance.swagger.differences import ABSENT, Difference

_UNSAID: Final = ("application/json", "*/*", "application/octet-stream")
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


def _media_types(one: Difference) -> bool:
    return one.way[-2:-1] == ("content",) and one.way[-1] in _UNSAID and ABSENT in (one.ours, one.theirs)


def _forms(one: Difference) -> bool:
    return one.way[:2] == ("body", "content") and one.way[-1] in _FORMS and one.theirs == ABSENT


def _required_form(one: Difference) -> bool:
    return one.way == ("body", "required") and one.ours is True


def _extension_examples(one: Difference) -> bool:
    return one.way[-1:] == ("example",) and "content" in one.way and one.ours is None


def _files_of_json(one: Difference) -> bool:
    words = {"type": "string", "format": "binary"}
    in_json = one.way[0] == "responses" and one.way[-2:-1] == ("schema",) and "json" in one.way[-3]
    return in_json and one.ours == ABSENT and words.get(one.way[-1]) == one.theirs


def _lists_of_files(one: Difference) -> bool:
    return one.way[:1] == ("body",) and one.way[-2:-1] == ("items",) and (one.ours, one.theirs) in _FILES


_FILES: Final = (("string", "file"), ("binary", ABSENT))


def _nullable(one: Difference) -> bool:
    return "nullable" in one.way or (ABSENT in (one.ours, one.theirs) and one.reference_may_be_null)


def _shared_body(one: Difference) -> bool:
    return one.way == ("body",) and one.theirs is None and isinstance(one.ours, Mapping)


def _no_responses(one: Difference) -> bool:
    return one.way == ("responses", "default") and one.theirs == {"content": {}, "headers": {}}


def _empty_url(one: Difference) -> bool:
    return one.way[-1] in ("tokenUrl", "authorizationUrl") and (one.ours, one.theirs) == ("", "/")


CAUSES: Final[Mapping[str, Callable[[Difference], bool]]] = {
    "No media type is declared: any may be sent, and JSON is offered first; the other converter says JSON alone for "
    "requests, and any for responses": _media_types,
    "No media type of forms is declared: both kinds may be sent": _forms,
    "Forms: a body is required if any of its fields is; the other converter looks at the first": _required_form,
    "`x-ms-examples`: an extension of one vendor, which only the other converter reads": _extension_examples,
    "A file of JSON may hold anything, not only a text": _files_of_json,
    "`type: file` in a list of form fields is a list of files": _lists_of_files,
    "`x-nullable` counts beside a `$ref` and in a parameter": _nullable,
    "The body that a path item shares is that of operations without parameters of their own, too": _shared_body,
    "An operation without responses stays one": _no_responses,
    "An empty address of OAuth 2 stays empty": _empty_url,
}
"""Whether a difference is of this kind, by the reason."""


def cause(one: Difference) -> str | None:
    """Why a difference is wanted; None where it is a failure."""
    return next((reason for reason, fits in CAUSES.items() if fits(one)), None)
