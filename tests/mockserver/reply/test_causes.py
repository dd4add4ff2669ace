"""The words of errors: which member of an enum names a status, how codes are written, and where something was wrong."""

from __future__ import annotations

import pytest

from mockserver.errors import Violation
from mockserver.reply.causes import Cause, code_like, fitting, kind_of, place_of

INVALID = """invalid validation_failed bad_input malformed request_error argument_error param_error input_error
    data_error format_error"""
WORDS = {
    400: INVALID,
    401: "unauthorized authentication_needed credential_missing token_expired login_needed key_unknown session_over",
    402: "payment_needed required_funds billing_problem",
    403: "forbidden permission_lost denied access_lost allowed_never scope_lost privilege_lost",
    404: "found_not missing unknown_thing exists_not absent resource_gone",
    405: "method_wrong allowed_never supported_never",
    406: "acceptable_not",
    408: "timeout timed_out",
    409: "conflict already_there exists duplicated taken unique_broken",
    410: "gone deleted expired",
    412: "precondition modified stale version_old changed",
    413: "large_body size_over long_body limit_over payload_over",
    415: "media_wrong content_wrong type_wrong supported_never",
    422: f"unprocessable {INVALID}",
    429: "rate_over limit_over throttled many_calls quota_over",
    500: "internal server_down unexpected fatal unavailable",
    503: "unavailable overloaded maintenance service_down",
    504: "timeout timed_out gateway_down",
    418: INVALID,
    599: "internal server_down unexpected fatal unavailable",
}
STRANGE = "purple_zebra"
REQUIRED = "is required"


def _cause(status: int, place: str = "", message: str = "") -> Cause:
    return Cause(status, "why", (Violation(place, message),) if place else ())


@pytest.mark.parametrize("status", WORDS)
def test_each_word_for_a_status_names_it(status: int) -> None:
    """Wherever it stands among others; the words at the front of the list tell most."""
    for word in WORDS[status].split():
        options = [STRANGE, f"x_{word}", "zebra"]
        assert fitting(options, _cause(status)) == f"x_{word}"
        assert fitting([option.title().replace("_", "") for option in options], _cause(status)) is not None
    first, *rest = WORDS[status].split()
    if rest:
        assert fitting([rest[-1], first], _cause(status)) == first
    assert fitting([STRANGE, "zebra"], _cause(status)) is None


def test_a_general_word_is_better_than_none() -> None:
    """And any word that tells something is better than a general one; small words don't count."""
    for word in (
        "error",
        "general",
        "generic",
        "unknown",
        "other",
        "unspecified",
        "default",
        "failure",
        "default_error",
    ):
        assert fitting([STRANGE, word], _cause(400)) == word
        assert fitting([word, "x_x_x_bad"], _cause(400)) == "x_x_x_bad"
    for small in ("a", "an", "the", "of", "is", "not", "no", "to", "error", "err", "code"):
        assert fitting(["bad_zebra", f"{small}_bad_{small}"], _cause(400)) == f"{small}_bad_{small}"
    assert fitting([3, None, "bad"], _cause(400)) == "bad"
    assert fitting([3, None], _cause(400)) is None
    assert fitting(["bad_a", "bad_b"], _cause(400)) == "bad_a"


def test_the_place_of_what_was_wrong_names_it_too() -> None:
    """The fields, what is wrong with them, and last where the request has them."""
    assert fitting(["zebra", "birth_day_error"], _cause(409, "body.birthDay", "must be a date")) == "birth_day_error"
    for word in ("missing", "required", "blank", "empty"):
        assert fitting(["zebra", word], _cause(409, "body.x", REQUIRED)) == word
        assert fitting(["zebra", word], _cause(409, "body.x", "must be a date")) is None
    assert fitting(["zebra", "body_thing"], _cause(409, "body.x", "must be a date")) == "body_thing"
    assert fitting(["body_error", "x_error"], _cause(409, "body.x", "must be a date")) == "x_error"
    assert fitting(["x_error", "conflict"], _cause(409, "body.x", "must be a date")) == "conflict"


@pytest.mark.parametrize(
    "name", ["token", "Authorization", "auth", "api_key", "X.access-token", "credential", "credentials"]
)
def test_a_missing_credential_is_one_whatever_the_status(name: str) -> None:
    """In a header or the query, and where it is missing."""
    options = ["invalid_input", "not_authed"]
    assert fitting(options, _cause(400, f"header.{name}", REQUIRED)) == "not_authed"
    assert fitting(options, _cause(400, f"query.{name}", "must be a text")) == "invalid_input"
    assert fitting(options, _cause(400, f"body.{name}", REQUIRED)) == "invalid_input"
    assert fitting(["invalid_input", "zebra"], _cause(400, f"header.{name}", REQUIRED)) == "invalid_input"
    assert fitting(options, _cause(400, "header.x-trace", REQUIRED)) == "invalid_input"
    assert fitting(options, _cause(400, "header", REQUIRED)) == "invalid_input"


@pytest.mark.parametrize(
    ("example", "code"),
    [
        ("", "not_found"),
        (None, "not_found"),
        ("some_code", "not_found"),
        ("some-code", "not-found"),
        ("SOME_CODE", "NOT_FOUND"),
        ("CODE", "NOT_FOUND"),
        ("SOME-CODE", "NOT_FOUND"),
        ("SomeCode", "NotFound"),
        ("someCode", "notFound"),
        ("Some_code", "not_found"),
        ("code", "not_found"),
        ("Some code", "Not Found"),
    ],
)
def test_codes_are_written_as_the_example_is(example: str | None, code: str) -> None:
    """In capitals, in one word, with hyphens, with underscores or as text."""
    assert code_like(_cause(404), example) == code


@pytest.mark.parametrize(
    ("place", "location", "steps"),
    [
        ("body", "body", ()),
        ("body.name", "body", ("name",)),
        ("body.items[0].name", "body", ("items", 0, "name")),
        ("body[12].name", "body", (12, "name")),
        ("body[1][2]", "body", (1, 2)),
        ("query.limit", "query", ("limit",)),
        ("header.Retry-After", "header", ("Retry-After",)),
    ],
)
def test_a_place_is_read_in_steps(place: str, location: str, steps: tuple[str | int, ...]) -> None:
    """Names and numbers of items."""
    assert place_of(Violation(place, "")) == (location, steps)


def test_causes_are_put_in_words() -> None:
    """A status that nobody knows is a refusal; one violation is a cause by itself."""
    assert (_cause(404).phrase, _cause(599).phrase) == ("Not Found", "Refused")
    one = Violation("body.x", REQUIRED)
    assert Cause(422, "all", (one, one)).about(one) == Cause(422, "body.x is required", (one,))
    assert (kind_of(one), kind_of(Violation("body.x", "must be"))) == ("missing", "invalid")
