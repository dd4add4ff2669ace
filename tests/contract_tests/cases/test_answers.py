"""Answers of many kinds in one run: each defect is named at its operation, and what is right stays out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.cases.running import Ran, api, get, ok, run, thing
from tests.contract_tests.small import Asked, Reply, Table

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
COUNTED = thing(count=WHOLE)
THREE = {"count": "three"}
ERROR = {"description": "Refused", "content": {"application/json": {"schema": thing(error=TEXT)}}}
REFUSED = Reply(404, {"error": "none"})
SECRET_USER = {
    "allOf": [
        thing(id={"type": "string", "readOnly": True}),
        thing(password={"type": "string", "writeOnly": True}),
    ]
}


def typed(media_type: str, value: Any) -> Reply:
    """JSON under another media type."""
    return Reply(200, value, {"Content-Type": media_type})


def headed(**schemas: Any) -> dict[str, Any]:
    """A 200 with required headers of these schemas; `_` stands for `-`."""
    return ok(headers={name.replace("_", "-"): {"required": True, "schema": one} for name, one in schemas.items()})


def by_type(*media_types: str) -> dict[str, Any]:
    """A 200 whose body is counted, under any of these media types."""
    return {"200": {"description": "Done", "content": {name: {"schema": COUNTED} for name in media_types}}}


def limited(status: int) -> Any:
    """Refuses a limit beyond 100 with a status that isn't documented."""

    def answer(asked: Asked) -> Reply:
        given = dict(part.partition("=")[::2] for part in asked.query.split("&") if part)
        limit = given.get("limit", "1")
        is_right = len(asked.query.split("limit=")) <= 2 and limit.isdigit() and 1 <= int(limit) <= 100
        return Reply(200, []) if is_right else Reply(status, {"error": "limit"})

    return answer


def search(asked: Asked) -> Reply:
    """Wants a text to look for."""
    given = dict(part.partition("=")[::2] for part in asked.query.split("&") if part)
    return Reply(200, {"hits": []}) if given.get("q") else Reply(422, {"error": "q"})


LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}}
Q = {"name": "q", "in": "query", "required": True, "schema": {"type": "string", "minLength": 1}}
NAME = {"name": "name", "in": "path", "required": True, "schema": TEXT}
JOB = {"required": True, "content": {"application/json": {"schema": thing(n=WHOLE)}}}
COOKIE = {"type": "string", "pattern": "^[a-z]+=[^;,]+; Path=/$"}
TWO_COOKIES = [("Set-Cookie", "sid=1; Path=/"), ("Set-Cookie", "lang=en; Path=/")]

SOUND: dict[str, tuple[dict[str, Any], Any]] = {
    "/csv": (
        get("csv", by_type("application/json", "text/csv")),
        Reply(200, raw=b"count\n3\n", headers={"Content-Type": "text/csv"}),
    ),
    "/parameters": (get("parameters", by_type("application/json")), typed("Application/JSON; version=1", {"count": 3})),
    "/vendor-right": (
        get("vendorRight", by_type("application/vnd.a+json")),
        typed("application/vnd.a+json;charset=utf-8", {"count": 3}),
    ),
    "/arrays": (
        get("arrays", headed(X_Tags={"type": "array", "items": WHOLE})),
        Reply(200, raw=b"", headers=[("X-Tags", "1"), ("X-Tags", "2, 3")]),
    ),
    "/objects": (get("objects", headed(X_Role=thing(level=WHOLE))), Reply(200, raw=b"", headers={"X-Role": "level,3"})),
    "/padded": (get("padded", headed(X_Left=WHOLE)), Reply(200, raw=b"", headers={"X-Left": " 5 "})),
    "/cookies": (get("cookies", headed(Set_Cookie=COOKIE)), Reply(200, raw=b"", headers=TWO_COOKIES)),
    "/cookie-list": (
        get("cookieList", headed(Set_Cookie={"type": "array", "minItems": 2, "maxItems": 2, "items": COOKIE})),
        Reply(200, raw=b"", headers=TWO_COOKIES),
    ),
    "/after": (get("after", ok(COUNTED)), Reply(200, {"count": 1})),
    "/empty": (get("empty", {"204": {"description": "None"}}), Reply(204)),
    "/unchanged": (
        get("unchanged", {"304": {"description": "As it was"}, **ok(COUNTED)}),
        Reply(304, raw=b"", headers={"Content-Length": "9"}),
    ),
    "/away": (
        get("away", {"302": {"description": "Elsewhere", "headers": {"Location": {"required": True, "schema": TEXT}}}}),
        Reply(302, raw=b"", headers={"Location": "/after"}),
    ),
    "/users": (get("find", ok({"type": "array", "items": thing(id=TEXT)})), Reply(200, [{"id": "u1"}])),
    "/users/{name}": (get("user", {**ok(SECRET_USER), "404": ERROR}, NAME), None),
    "/users/{name}/search": (
        get("searchOfUser", {**ok(thing(hits={"type": "array"})), "404": ERROR, "422": ERROR}, NAME, Q),
        None,
    ),
    "/admins": (get("find", ok(thing(admins={"type": "array", "items": TEXT}))), Reply(200, {"admins": ["root"]})),
    "/limited-400": (get("limited400", ok({"type": "array"}), LIMIT), limited(400)),
    "/limited-422": (get("limited422", ok({"type": "array"}), LIMIT), limited(422)),
    "/search": (get("search", {**ok(thing(hits={"type": "array"})), "422": ERROR}, Q), search),
    "/fails": (get("alwaysFails", {"404": ERROR}), REFUSED),
    "/later": (
        {
            "post": {
                "operationId": "later",
                "requestBody": JOB,
                "responses": {"201": {"description": "Made"}, "400": ERROR, "501": ERROR},
            }
        },
        None,
    ),
    "/cents": (
        get("cents", ok(thing(price={"type": "number", "multipleOf": 0.01}, whole=WHOLE))),
        Reply(200, raw=b'{"price": 1.15, "whole": 2e0}', headers={"Content-Type": "application/json"}),
    ),
}

BROKEN: dict[str, tuple[dict[str, Any], Reply, tuple[str, ...]]] = {
    "/star": (get("star", by_type("*/*")), Reply(200, THREE), ("/count",)),
    "/range": (get("range", by_type("application/*")), Reply(200, THREE), ("/count",)),
    "/text-first": (
        get("textFirst", by_type("text/plain", "application/json", "text/json")),
        Reply(200, THREE),
        ("/count",),
    ),
    "/vendor": (get("vendor", by_type("application/vnd.a+json")), typed("application/vnd.a+json", THREE), ("/count",)),
    "/other-type": (
        get("otherType", by_type("application/json")),
        typed("text/csv", {"count": 3}),
        ("Content-Type application/json",),
    ),
    "/limits": (
        get("limits", headed(X_Left=WHOLE, X_Id={"type": "string", "format": "uuid"})),
        Reply(200, raw=b"", headers={"X-Left": "plenty", "X-Id": "me"}),
        ("X-Left", "X-Id"),
    ),
    "/twice": (
        get("twice", headed(X_Left=WHOLE)),
        Reply(200, raw=b"", headers=[("X-Left", "1"), ("X-Left", "2")]),
        ("X-Left",),
    ),
    "/wrong-array": (
        get("wrongArray", headed(X_Tags={"type": "array", "items": WHOLE})),
        Reply(200, raw=b"", headers={"X-Tags": "1,b"}),
        ("the header X-Tags in a 200 to match its schema",),
    ),
    "/second-cookie": (
        get("secondCookie", headed(Set_Cookie={"type": "string", "pattern": "^sid="})),
        Reply(200, raw=b"", headers=TWO_COOKIES),
        ("the header Set-Cookie in a 200 to match its schema",),
    ),
    "/no-header": (get("noHeader", headed(X_Left=WHOLE)), Reply(200, raw=b""), ("the header X-Left",)),
    "/ping": (get("ping", {"204": {"description": "None"}}), Reply(204, raw=b'{"pong": true}'), ("no body in a 204",)),
    "/reset": (get("reset", {"205": {"description": "Again"}}), Reply(205, {"reset": True}), ("no body in a 205",)),
    "/leak": (
        get("leak", ok({"type": "array", "items": SECRET_USER})),
        Reply(200, [{"id": "u1", "password": "x-hash"}]),
        ("/0/password",),
    ),
    "/no-number": (
        get("noNumber", ok(thing(rate={"type": "number"}))),
        Reply(200, raw=b'{"rate": NaN}', headers={"Content-Type": "application/json"}),
        ("a JSON body",),
    ),
    "/formats": (
        get(
            "formats",
            ok(
                thing(
                    **{
                        name: {"type": "string", "format": name}
                        for name in ("uuid", "date", "date-time", "email", "uri", "ipv4", "ipv6", "hostname", "byte")
                    },
                    small={"type": "integer", "format": "int32"},
                    big={"type": "integer", "format": "int64"},
                )
            ),
        ),
        Reply(
            200,
            {
                "uuid": "me",
                "date": "2024-13-45",
                "date-time": "2024-01-01",
                "email": "me",
                "uri": "no uri",
                "ipv4": "1.2.3",
                "ipv6": "1:2",
                "hostname": "-a-",
                "byte": "***",
                "small": 2**31,
                "big": 2**63,
            },
        ),
        ("/uuid", "/date", "/date-time", "/email", "/uri", "/ipv4", "/ipv6", "/hostname", "/byte", "/small", "/big"),
    ),
}


class Service(Table):
    """All of them."""

    def __init__(self) -> None:
        replies = {path: reply for path, (_, reply) in SOUND.items() if reply is not None}
        replies |= {path: reply for path, (_, reply, _) in BROKEN.items()}
        super().__init__({f"GET {path}": reply for path, reply in replies.items()})
        self.table = {**self.table, "GET /users/u1": Reply(200, {"id": "u1"}), "POST /later": self.later,
                      "GET /users/u1/search": search}  # fmt: skip
        self.bodies = {"/hello": Reply(200, {"internal": "10.0.0.5"})}
        self.table["GET /hello"] = self.bodies["/hello"]

    @staticmethod
    def later(asked: Asked) -> Reply:
        body = asked.json
        is_json = asked.headers.get("Content-Type", "").startswith("application/json")
        is_right = is_json and isinstance(body, dict) and type(body.get("n")) is int
        return Reply(501 if is_right else 400, {"error": "later"})


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One run over all of them."""
    paths = {path: item for path, (item, _) in SOUND.items()} | {path: item for path, (item, _, _) in BROKEN.items()}
    paths["/hello"] = get("hello", ok())
    return run(
        Service(), api(paths), tmp_path_factory.mktemp("answers"), "--suite", "conformance", "--suite", "workflows"
    )


def test_each_defect_is_named_at_its_operation(ran: Ran) -> None:
    """And nothing else is: media types, headers, bodies, formats, secrets, redirects, refusals, duplicate names."""
    expected = {(item["get"]["operationId"], part) for item, _, parts in BROKEN.values() for part in parts}
    found = ran.broken()
    unnamed = {
        (name, part)
        for name, part in expected
        if not any(said.startswith(f"{name}: ") and part in said for _, said, _ in found)
    }
    further = [
        (promise, said, got)
        for promise, said, got in found
        if not any(said.startswith(f"{name}: ") and part in said for name, part in expected)
    ]
    assert (ran.code, further, unnamed) == (1, [], set())


def test_a_body_that_nobody_describes_is_a_note(ran: Ran) -> None:
    """It breaks nothing, but somebody may want to know."""
    assert any(note.startswith("hello: ") and "no body" in note for note in ran.report["notes"])


@pytest.mark.parametrize(
    ("body", "schema", "code"),
    [
        (b"<thing><n>1</n></thing>", thing(n={"type": "integer"}), 0),
        (b"<thing><n>1</n>", thing(n={"type": "integer"}), 1),
        (b'{"n": 1}', thing(n={"type": "integer"}), 1),
        (b"", thing(n={"type": "integer"}), 1),
        (b"", None, 0),  # the contract says nothing of the body
        (b"<thing>", None, 1),
    ],
)
@pytest.mark.parametrize("media_type", ["application/xml", "text/xml", "application/vnd.thing+xml"])
def test_xml_is_well_formed(body: bytes, schema: Any, code: int, media_type: str, tmp_path: Path) -> None:
    """Whatever its schema asks for, which isn't looked at."""
    content = {media_type: {} if schema is None else {"schema": schema}}
    document = api({"/thing": get("getThing", {"200": {"description": "Done", "content": content}})})
    service = Table({"GET /thing": Reply(200, raw=body, headers={"Content-Type": media_type})})
    ran = run(service, document, tmp_path, "--suite", "conformance")
    assert (ran.code, len(ran.broken())) == (code, code)
