"""The style tables: each way in which OpenAPI writes a value into a parameter or header, and what isn't that value.

A row is an operation with one parameter `p`, whose schema admits one value alone: the mock accepts the request exactly
if it reads that value. Where `value` is REFUSED, the text isn't written in the style. The values of the tables are
those of the specification (3.0.4, 4.7.12.7; 3.1.1, 4.8.12.6; 3.2.0, 4.12.6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

REFUSED: Final = object()
"""The value of a text that must be refused."""
VERSIONS: Final = ("3.0.4", "3.1.1", "3.2.0")
NEWEST: Final = ("3.2.0",)


@dataclass(frozen=True)
class Row:
    """One text of a parameter, and the value that it stands for; of a response header, the text that is sent for it."""

    location: str
    style: str
    explode: bool
    sent: tuple[str, ...]  #: as it is written in its location; a header may have several lines
    value: Any
    declared: Any  #: the value that the schema admits
    more: dict[str, Any] = field(default_factory=dict)  #: further members of the parameter
    version: str = ""

    @property
    def kind(self) -> str:
        """The JSON type of the declared value."""
        return _kind(self.declared)

    @property
    def parameter(self) -> dict[str, Any]:
        """The Parameter Object."""
        base = {"name": "p", "in": self.location, "required": True}
        if self.location == "querystring" or "content" in self.more:
            return base | _content(self.more["content"], self.schema)
        return base | {"style": self.style, "explode": self.explode, "schema": self.schema} | self.more

    @property
    def schema(self) -> dict[str, Any]:
        """The schema that admits the declared value alone."""
        return _schema(self.declared, legacy=self.version.startswith("3.0"))


S, N, B, E = "blue", 100, True, ""
LIST, ONE, NUMBERS, NONE = ["blue", "black", "brown"], ["blue"], [3, 4, 5], []
OBJECT = {"R": 100, "G": 200, "B": 150}
ENCODED = "a b&c/ü%,+"

_SIMPLE: Final = [
    *((False, "blue", S), (False, "100", N), (False, "-1.5", -1.5), (False, "true", B), (False, "a%20b", "a b")),
    *((False, "%C3%BC", "ü"), (False, "a+b", "a+b"), (False, "a%2Bb", "a+b"), (False, "50%25", "50%")),
    *((False, "blue,black,brown", LIST), (False, "blue", ONE), (False, "3,4,5", NUMBERS)),
    *((False, "R,100,G,200,B,150", OBJECT), (True, "blue", S), (True, "blue,black,brown", LIST)),
    *((True, "R=100,G=200,B=150", OBJECT), (True, "R%3D100,G%3D200,B%3D150", OBJECT)),
]
_SIMPLE_WRONG: Final = [
    *((False, "x", N), (False, "yes", B), (False, "blue;black;brown", LIST), (False, "blue%20black%20brown", LIST)),
    *((False, "R=100,G=200,B=150", OBJECT), (False, "R,100,G,200,B", OBJECT), (True, "R,100,G,200,B,150", OBJECT)),
    *((True, "R=100,G=200,150", OBJECT), (True, "blue.black.brown", LIST), (False, "3,x,5", NUMBERS)),
]
_LABEL: Final = [
    *((False, ".blue", S), (False, ".100", N), (False, ".", E), (False, ".-1.5", -1.5), (False, ".a%20b", "a b")),
    *((False, ".blue,black,brown", LIST), (False, ".blue", ONE), (False, ".3,4,5", NUMBERS)),
    *((False, ".R,100,G,200,B,150", OBJECT), (True, ".blue", S), (True, ".blue.black.brown", LIST)),
    *((True, ".3.4.5", NUMBERS), (True, ".R=100.G=200.B=150", OBJECT)),
]
_LABEL_WRONG: Final = [
    *((False, "blue", S), (False, "100", N), (False, "blue,black,brown", LIST), (False, ";p=blue", S)),
    *((True, ".blue,black,brown", LIST), (True, "blue.black.brown", LIST), (True, "R=100.G=200.B=150", OBJECT)),
    *((False, "R,100,G,200,B,150", OBJECT), (True, ".R,100,G,200,B,150", OBJECT)),
]
_MATRIX: Final = [
    *((False, ";p=blue", S), (False, ";p=100", N), (False, ";p", E), (False, ";p=", E), (False, ";p=a%20b", "a b")),
    *((False, ";p=blue,black,brown", LIST), (False, ";p=blue", ONE), (False, ";p=3,4,5", NUMBERS)),
    *((False, ";p=R,100,G,200,B,150", OBJECT), (True, ";p=blue", S), (True, ";p=blue;p=black;p=brown", LIST)),
    *((True, ";p=3;p=4;p=5", NUMBERS), (True, ";R=100;G=200;B=150", OBJECT), (True, ";p=a%3Bb;p=c", ["a;b", "c"])),
]
_MATRIX_WRONG: Final = [
    *((False, "blue", S), (False, "p=blue", S), (False, ";q=blue", S), (False, "100", N), (False, ".blue", S)),
    *((False, "blue,black,brown", LIST), (True, ";p=blue,black,brown", LIST), (True, "p=blue;p=black;p=brown", LIST)),
    *((True, ";q=blue;q=black;q=brown", LIST), (True, "R=100;G=200;B=150", OBJECT), (False, ";pp=blue", S)),
    *((True, ";p=R,100,G,200,B,150", OBJECT), (False, ";R=100;G=200;B=150", OBJECT)),
]
_FORM: Final = [
    *((True, "p=blue", S), (True, "p=100", N), (True, "p=true", B), (True, "p=", E), (True, "p", E)),
    *((True, "p=a%20b%26c%2F%C3%BC%25%2C%2B", ENCODED), (True, "p=a+b", "a b"), (True, "p=a%2Bb", "a+b")),
    *((True, "p=blue&p=black&p=brown", LIST), (True, "p=blue", ONE), (True, "p=3&p=4&p=5", NUMBERS)),
    *((True, "p=a,b&p=c", ["a,b", "c"]), (True, "p=a%2Cb&p=c", ["a,b", "c"]), (True, "R=100&G=200&B=150", OBJECT)),
    *((True, "other=1&p=blue&more=2", S), (False, "p=blue", S), (False, "p=blue,black,brown", LIST)),
    *((False, "p=blue%2Cblack%2Cbrown", LIST), (False, "p=blue", ONE), (False, "p=3,4,5", NUMBERS)),
    *((False, "p=a%2Cb,c", ["a,b", "c"]), (False, "p=a%2Cb", ["a,b"]), (False, "p=a%20b,c+d", ["a b", "c d"])),
    *((False, "p=", NONE), (False, "p=R,100,G,200,B,150", OBJECT), (False, "p=R%2C100%2CG%2C200%2CB%2C150", OBJECT)),
    *((True, "p=null", None), (True, "p=", None), (False, "p=,", ["", ""])),
]
_FORM_WRONG: Final = [
    *((True, "p=x", N), (True, "q=blue", S), (True, "", S), (True, "P=blue", S), (True, "p=yes", B)),
    *((True, "p=blue,black,brown", LIST), (True, "p[]=blue&p[]=black&p[]=brown", LIST)),
    *((True, "p=R,100,G,200,B,150", OBJECT), (True, "R=100&G=200&B=x", OBJECT), (True, "R=100&G=200", OBJECT)),
    *((False, "p=blue|black|brown", LIST), (False, "p=blue%20black%20brown", LIST)),
    *((False, "R=100&G=200&B=150", OBJECT), (False, "p=R,100,G,200,B", OBJECT), (False, "p=R=100,G=200,B=150", OBJECT)),
    *((False, "p=a%2Cb,c", ["a", "b", "c"]), (True, "p=", N)),
]
_SPACES: Final = [
    *((False, "p=blue%20black%20brown", LIST), (False, "p=blue+black+brown", LIST), (False, "p=blue", ONE)),
    *((False, "p=3%204%205", NUMBERS), (False, "p=R%20100%20G%20200%20B%20150", OBJECT)),
    *((True, "p=blue&p=black&p=brown", LIST), (False, "p=a,b%20c", ["a,b", "c"])),
]
_SPACES_WRONG: Final = [
    *((False, "p=blue,black,brown", LIST), (False, "p=blue%7Cblack%7Cbrown", LIST), (True, "p=a%20b%20c", ["a", "b"])),
    *((False, "p=R,100,G,200,B,150", OBJECT), (False, "p=R%20100%20G", OBJECT)),
]
_PIPES: Final = [
    *((False, "p=blue%7Cblack%7Cbrown", LIST), (False, "p=blue|black|brown", LIST), (False, "p=blue", ONE)),
    *((False, "p=3%7C4%7C5", NUMBERS), (False, "p=R%7C100%7CG%7C200%7CB%7C150", OBJECT)),
    *((True, "p=blue&p=black&p=brown", LIST), (False, "p=a%7Cb|c", ["a|b", "c"])),
]
_PIPES_WRONG: Final = [
    *((False, "p=blue,black,brown", LIST), (False, "p=blue%20black%20brown", LIST)),
    *((False, "p=R,100,G,200,B,150", OBJECT), (False, "p=R%7C100%7CG", OBJECT)),
]
_DEEP: Final = [
    *((True, "p%5BR%5D=100&p%5BG%5D=200&p%5BB%5D=150", OBJECT), (True, "p[R]=100&p[G]=200&p[B]=150", OBJECT)),
    *((True, "p[a]=x%20y&p[b]=", {"a": "x y", "b": ""}), (True, "p[a%5Bb]=1", {"a[b": 1})),
]
_DEEP_WRONG: Final = [
    *((True, "R=100&G=200&B=150", OBJECT), (True, "p=R,100,G,200,B,150", OBJECT), (True, "p.R=100&p.G=200", OBJECT)),
    *((True, "q[R]=100&q[G]=200&q[B]=150", OBJECT), (True, "p[R]=100&p[G]=200&p[B]=x", OBJECT)),
]
_RESERVED: Final = [
    *((True, "p=a/b?c:d@e", "a/b?c:d@e"), (True, "p=a+b", "a+b"), (True, "p=a%20b", "a b"), (True, "p=50%25", "50%")),
    *((True, "p=a/b&p=c+d", ["a/b", "c+d"]), (False, "p=a/b,c+d", ["a/b", "c+d"]), (False, "p=a%2Cb,c", ["a,b", "c"])),
]
_HEADER: Final = [
    *((False, "blue", S), (False, "100", N), (False, "-1.5", -1.5), (False, "true", B), (False, "", E)),
    *((False, "a b", "a b"), (False, "a, b", "a, b"), (False, "a%20b", "a%20b"), (False, "a+b", "a+b")),
    *((False, "blue,black,brown", LIST), (False, "blue, black, brown", LIST), (False, "blue ,black\t,  brown", LIST)),
    *((False, ",blue,,black, ,brown,", LIST), (False, "blue", ONE), (False, "3, 4, 5", NUMBERS), (False, "", NONE)),
    *((False, "R,100,G,200,B,150", OBJECT), (False, "R, 100, G, 200, B, 150", OBJECT), (False, "a%2Cb", ["a%2Cb"])),
    *((True, "blue, black, brown", LIST), (True, "R=100,G=200,B=150", OBJECT)),
    *((True, "R=100, G=200, B=150", OBJECT), (False, "R,1,E,", {"R": 1, "E": ""}), (True, "R=1,E=", {"R": 1, "E": ""})),
    *((False, "null", None), (True, "a=b=c", {"a": "b=c"})),
]
_HEADER_WRONG: Final = [
    *((False, "x", N), (False, "3, x, 5", NUMBERS), (False, "blue;black;brown", LIST), (False, "blue black", LIST)),
    *((False, "R=100,G=200,B=150", OBJECT), (True, "R,100,G,200,B,150", OBJECT), (False, "R,100,G", OBJECT)),
    *((False, "a%20b", "a b"), (True, "R=100,200", OBJECT)),
]
_COOKIE_FORM: Final = [
    *(
        (True, "p=blue", S),
        (True, "p=100", N),
        (True, "p=", E),
        (True, "p=a%20b", "a b"),
        (True, "a=1; p=blue; z=2", S),
    ),
    *((True, "p=blue&p=black&p=brown", LIST), (True, "p=blue", ONE), (True, "R=100&G=200&B=150", OBJECT)),
    *((False, "p=blue,black,brown", LIST), (False, "p=blue", ONE), (False, "p=3,4,5", NUMBERS)),
    *(
        (False, "p=a%2Cb,c", ["a,b", "c"]),
        (False, "p=R,100,G,200,B,150", OBJECT),
        (False, "p=blue%2Cblack%2Cbrown", LIST),
    ),
]
_COOKIE_FORM_WRONG: Final = [
    *((True, "q=blue", S), (True, "p=x", N), (True, "P=blue", S), (False, "p=R,100,G,200,B", OBJECT)),
    *((False, "R=100; G=200; B=150", OBJECT), (False, "p=blue|black|brown", LIST)),
]
_COOKIE: Final = [
    *((True, "p=blue", S), (True, "p=100", N), (True, "p=", E), (True, "p=a%20b", "a%20b"), (True, "p=a+b", "a+b")),
    *((True, "p=blue; p=black; p=brown", LIST), (True, "p=blue", ONE), (True, "R=100; G=200; B=150", OBJECT)),
    *((True, "p=3; p=4; p=5", NUMBERS), (True, "p=a%2Cb; p=c", ["a%2Cb", "c"]), (False, "p=blue,black,brown", LIST)),
    *((False, "p=R,100,G,200,B,150", OBJECT), (False, "p=a%2Cb", ["a%2Cb"]), (True, "p=a=b", "a=b")),
]
_COOKIE_WRONG: Final = [
    *((True, "p=a%20b", "a b"), (True, "p=a%2Cb; p=c", ["a,b", "c"]), (False, "p=blue%2Cblack%2Cbrown", LIST)),
    *((True, "q=blue", S), (True, "p=x", N), (False, "p=R,100,G", OBJECT), (True, "p=R,100,G,200,B,150", OBJECT)),
]
_JSON: Final = "application/json"
_FORMS: Final = "application/x-www-form-urlencoded"
_CONTENT: Final = [
    ("path", _JSON, "%7B%22R%22%3A100,%22G%22%3A200,%22B%22%3A150%7D", OBJECT),
    *(("path", _JSON, "100", N), ("path", _JSON, "%22blue%22", S)),
    ("query", _JSON, "p=%7B%22R%22%3A100%2C%22G%22%3A200%2C%22B%22%3A150%7D", OBJECT),
    ("query", _JSON, "p=[%22blue%22,%22black%22,%22brown%22]", LIST),
    *(("query", _JSON, "p=null", None), ("query", _JSON, "p=%22%22", E), ("query", "text/plain", "p=a%2Cb", "a,b")),
    ("query", "application/vnd.x+json", "p=%5B3%2C4%2C5%5D", NUMBERS),
    ("query", _FORMS, "p=R%3D100%26G%3D200%26B%3D150", OBJECT),
    *(
        ("header", _JSON, '{"R": 100, "G": 200, "B": 150}', OBJECT),
        ("header", _JSON, '["blue", "black", "brown"]', LIST),
    ),
    *(("header", "text/plain", "a, b", "a, b"), ("cookie", _JSON, "p=%5B3%2C4%2C5%5D", NUMBERS)),
]
_CONTENT_WRONG: Final = [
    *(("query", _JSON, "p=blue", S), ("query", _JSON, "p=R,100,G,200,B,150", OBJECT), ("header", _JSON, "blue", S)),
    *(("query", _JSON, "p=%7B", OBJECT), ("path", _JSON, "blue", S)),
]
_WHOLE: Final = [
    *((_FORMS, "R=100&G=200&B=150", OBJECT), (_FORMS, "a=x+y&b=%26", {"a": "x y", "b": "&"})),
    *((_JSON, "%7B%22R%22%3A100%2C%22G%22%3A200%2C%22B%22%3A150%7D", OBJECT), (_JSON, "[3,4,5]", NUMBERS)),
    *(("text/plain", "a%20b", "a b"), (_JSON, "null", None)),
]
_WHOLE_WRONG: Final = [
    *(
        (_FORMS, "R=100&G=200", OBJECT),
        (_JSON, "R=100&G=200&B=150", OBJECT),
        (_JSON, "", OBJECT),
        (_JSON, "%7B", OBJECT),
    ),
]
_ANSWERED: Final = [
    *((False, "blue", S), (False, "100", N), (False, "-1.5", -1.5), (False, "true", B), (False, "", E)),
    *((False, "blue,black,brown", LIST), (False, "3,4,5", NUMBERS), (False, "blue", ONE), (False, "", NONE)),
    *((False, "R,100,G,200,B,150", OBJECT), (True, "blue,black,brown", LIST), (True, "R=100,G=200,B=150", OBJECT)),
    *((False, "a b/c", "a b/c"), (False, "a%20b", "a%20b"), (True, "blue", S), (False, "null", None)),
]
_ANSWERED_CONTENT: Final = [
    *((_JSON, '{"R":100,"G":200,"B":150}', OBJECT), (_JSON, "[3,4,5]", NUMBERS), (_JSON, '"blue"', S)),
    *(("text/plain", "a, b", "a, b"), (_JSON, "null", None)),
]
_TABLES: Final = [
    *(("path", "simple", _SIMPLE, _SIMPLE_WRONG), ("path", "label", _LABEL, _LABEL_WRONG)),
    *(("path", "matrix", _MATRIX, _MATRIX_WRONG), ("query", "form", _FORM, _FORM_WRONG)),
    *(("query", "spaceDelimited", _SPACES, _SPACES_WRONG), ("query", "pipeDelimited", _PIPES, _PIPES_WRONG)),
    *(("query", "deepObject", _DEEP, _DEEP_WRONG), ("header", "simple", _HEADER, _HEADER_WRONG)),
    ("cookie", "form", _COOKIE_FORM, _COOKIE_FORM_WRONG),
]


def rows() -> Iterator[Row]:
    """Every row of every version."""
    for version in VERSIONS:
        yield from (replace(row, version=version) for row in _of_version(version))


def _of_version(version: str) -> Iterator[Row]:
    for location, style, right, wrong in _TABLES:
        yield from _both(location, style, right, wrong)
    yield from _both("query", "form", _RESERVED, [], allowReserved=True)
    yield Row("header", "simple", False, ("blue", "black,brown"), LIST, LIST)
    yield Row("header", "simple", True, ("R=100", "G=200", "B=150"), OBJECT, OBJECT)
    yield Row("query", "form", True, ("p=",), N, N, {"allowEmptyValue": True})
    for table, is_right in ((_CONTENT, True), (_CONTENT_WRONG, False)):
        for location, media_type, sent, value in table:
            yield Row(
                location, "content", False, (sent,), value if is_right else REFUSED, value, {"content": media_type}
            )
    for explode, sent, value in _ANSWERED:
        yield Row("response", "simple", explode, (sent,), value, value)
    for media_type, sent, value in _ANSWERED_CONTENT:
        yield Row("response", "content", False, (sent,), value, value, {"content": media_type})
    if version.startswith("3.0"):  # as the table of 3.0.0 to 3.0.3 has it
        yield Row("path", "label", False, (".blue.black.brown",), LIST, LIST)
        yield Row("path", "label", False, (".R.100.G.200.B.150",), OBJECT, OBJECT)
    if version in NEWEST:
        yield from _both("cookie", "cookie", _COOKIE, _COOKIE_WRONG)
        for media_type, sent, value in _WHOLE:
            yield Row("querystring", "content", False, (sent,), value, value, {"content": media_type})
        for media_type, sent, value in _WHOLE_WRONG:
            yield Row("querystring", "content", False, (sent,), REFUSED, value, {"content": media_type})


def _both(
    location: str, style: str, right: list[tuple[bool, str, Any]], wrong: list[tuple[bool, str, Any]], **more: Any
) -> Iterator[Row]:
    for explode, sent, value in right:
        yield Row(location, style, explode, (sent,), value, value, more)
    for explode, sent, value in wrong:
        yield Row(location, style, explode, (sent,), REFUSED, value, more)


def _content(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema}}}


def _kind(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    names: dict[type, str] = {str: "string", int: "integer", float: "number", list: "array"}
    return names.get(type(value), "object")


def _schema(value: Any, *, legacy: bool) -> dict[str, Any]:
    kind = _kind(value)
    if kind == "null":
        null = {"type": "integer", "nullable": True} if legacy else {"type": ["integer", "null"]}
        return {**null, "enum": [None]}
    whole: dict[str, Any] = {"type": kind, "enum": [value]}
    if kind == "array":
        whole["items"] = {"type": _kind(value[0]) if value else "string"}
    elif kind == "object":
        whole["properties"] = {name: {"type": _kind(inner)} for name, inner in value.items()}
    return whole
