"""Values as XML, by what their schemas say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.contract.schemas.view import SchemaView
from mockserver.reply.xml import is_xml, xml_text
from tests.support import Ask, document

TEXT = {"type": "string"}
PET: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "xml": {"attribute": True}},
        "name": {"type": "string", "xml": {"name": "called", "prefix": "p", "namespace": "https://x.test/p"}},
        "tags": {"type": "array", "items": TEXT},
        "photos": {"type": "array", "xml": {"wrapped": True}, "items": {"type": "string", "xml": {"name": "photo"}}},
        "owner": {"type": "object", "properties": {"age": {"type": "integer"}}},
    },
}


VIEW = SchemaView(lambda reference: (reference, PET))


@pytest.mark.parametrize(
    ("value", "schema", "text"),
    [
        (
            {"a b": "\x01", "1st": 1, "@type": 2},
            {"xml": {"name": "t"}},
            "<t><a_b>\ufffd</a_b><_1st>1</_1st><_type>2</_type></t>",
        ),
        ({"a": 1, "b": "x"}, {}, "<root><a>1</a><b>x</b></root>"),
        ({"a": 1}, {"xml": {"name": "top"}}, "<top><a>1</a></top>"),
        ({"id": 7}, {"$ref": "#/components/schemas/Pet"}, '<Pet id="7"></Pet>'),
        ({"name": "a<b"}, PET, '<root><p:called xmlns:p="https://x.test/p">a&lt;b</p:called></root>'),
        ({"tags": ["a", "b"]}, PET, "<root><tags>a</tags><tags>b</tags></root>"),
        ({"photos": ["a", "b"]}, PET, "<root><photos><photo>a</photo><photo>b</photo></photos></root>"),
        ({"owner": {"age": 3}, "rest": None}, PET, "<root><owner><age>3</age></owner><rest></rest></root>"),
        (["a"], {"type": "array", "items": {"xml": {"name": "one"}}}, "<root><one>a</one></root>"),
        ([1.5, True], {}, "<root><item>1.5</item><item>true</item></root>"),
    ],
)
def test_a_value_is_written(value: Any, schema: Any, text: str) -> None:
    """Names, attributes, wrapped lists and namespaces as the schema has them; the rest by the names of members."""
    assert xml_text(value, schema, VIEW) == text


@pytest.mark.parametrize(
    ("content_type", "verdict"),
    [
        ("application/xml", True),
        ("text/xml; charset=utf-8", True),
        ("application/atom+xml", True),
        ("text/html", False),
    ],
)
def test_xml_is_known_by_its_media_type(content_type: str, verdict: bool) -> None:
    """`xml` and what ends in `+xml`."""
    assert is_xml(content_type) is verdict


@pytest.mark.parametrize("media", ["application/xml", "text/xml"])
@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            {"schema": {"type": "object", "properties": {"a": {"type": "integer", "enum": [3]}}}},
            "<root><a>3</a></root>",
        ),
        ({"schema": {"type": "object"}, "example": "<as><it/></as>"}, "<as><it/></as>"),
        ({"schema": {"type": "object"}, "example": {"a": 1}}, "<root><a>1</a></root>"),
        ({"schema": {"type": "string", "default": "a<b"}}, "<root>a&lt;b</root>"),
        ({"schema": {"type": "string", "enum": ["bare"]}}, "bare"),
    ],
)
def test_answers_in_xml(mock_of: Callable[..., Ask], media: str, content: Any, text: str) -> None:
    """What is made of a schema, or given as a value, is written as XML; an example that is text stands as it is."""
    answers = {"200": {"description": "", "content": {media: content}}}
    heard = mock_of(document({"/a": {"get": {"responses": answers}}}))("GET", "/a", headers={"accept": media})
    assert (heard.status, heard.body.decode(), heard.headers["content-type"]) == (200, text, media)


@pytest.mark.parametrize(
    ("schema", "begins"), [({"type": "string"}, "<"), ({"type": "string", "pattern": "^[a-z]{5}$"}, "")]
)
def test_generated_text_is_a_document_where_its_schema_takes_one(
    mock_of: Callable[..., Ask], schema: Any, begins: str
) -> None:
    """Else it is the text that the schema asks for."""
    said = {"description": "well", "content": {"application/xml": {"schema": schema}}}
    heard = mock_of(document({"/a": {"get": {"responses": {"200": said}}}}))("GET", "/a", None)
    assert heard.body.decode().startswith(begins)
    assert heard.body.decode().isalpha() is not bool(begins)
