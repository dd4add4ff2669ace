"""The structure of paths: which segments are fixed, which hold a value, and which are parts of one."""

from __future__ import annotations

import pytest

from mockserver.inference.routes import VALUE, route_of, routes_by_shape, segment_of
from tests.mockserver.inference.lists import contract
from tests.mockserver.inference.test_infer import values


@pytest.mark.parametrize(
    ("path", "shape", "names"),
    [
        ("/", ("",), ()),
        ("/things", ("things",), ()),
        ("/things/", ("things",), ()),
        ("/things/{id}", ("things", VALUE), ("id",)),
        ("/things{?page,size}", ("things",), ()),
        ("/things/{id}{?fields}", ("things", VALUE), ("id",)),
        ("/things/{id}.json", ("things", VALUE), ("id",)),
        ("/things.json", ("things",), ()),
        ("/things.xml", ("things",), ()),
        ("/things.{format}", ("things",), ()),
        ("/things.list", ("things.list",), ()),
        ("/things.jsonx", ("things.jsonx",), ()),
        ("/a/{b}/c/{d}", ("a", VALUE, "c", VALUE), ("b", "d")),
        ("/a/x-{b}/c", ("a", "x-{}*", "c"), ()),
        ("/a/{b}-{c}", ("a", "{}*-{}*"), ()),
        ("/things/{id}:cancel", ("things", VALUE, ":cancel"), ("id",)),
        ("/things:batchGet", ("things", ":batchGet"), ()),
        ("/things/{id}:9", ("things", "{}*:9"), ()),
        ("/Customers({key})", ("Customers", VALUE), ("key",)),
        ("/Customers('{id}')", ("Customers", VALUE), ("id",)),
        ("/Customers(id={id})/Orders", ("Customers", VALUE, "Orders"), ("id",)),
        ("/Customers(id='{id}')", ("Customers", VALUE), ("id",)),
    ],
)
def test_a_path_has_a_shape(path: str, shape: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Suffixes aren't part of it; a custom method, and a key in brackets, is a segment of its own."""
    get = {"parameters": values(path), "responses": {"200": {"description": ""}}}
    (operation,) = contract({path: {"get": get}}).operations.values()
    route = route_of(operation)
    assert (route.shape, route.names, route.method, route.last) == (shape, names, "GET", "")


def test_a_route_names_its_values() -> None:
    """By the path up to each; where the last isn't in the path, it is that of its expression."""
    path = "/a/{b}/c/{d}"
    paths = {path: {"get": {"parameters": values(path), "responses": {"200": {"description": ""}}}}}
    (operation,) = contract(paths).operations.values()
    route = route_of(operation)
    assert [route.value(route.shape[:end]) for end in (2, 3, 4)] == ["b", "b", "d"]
    assert (route.key, route.expression(route.shape), route.expression(route.shape[:2])) == ("d", "$path.d", "$path.b")
    sent = type(route)(operation, (*route.shape, "e", VALUE), route.names, "GET", "$query.thing")
    assert (sent.key, sent.expression(sent.shape), sent.expression(route.shape)) == ("thing", "$query.thing", "$path.d")


def test_of_two_paths_that_differ_in_names_the_first_counts() -> None:
    """Methods are kept apart."""
    get = {"responses": {"200": {"description": ""}}}
    paths = {
        path: {method: {**get, "parameters": values(path)} for method in methods}
        for path, methods in {"/a/{b}": ("get", "put"), "/a/{c}.json": ("get", "delete")}.items()
    }
    found = routes_by_shape(map(route_of, contract(paths).operations.values()))
    assert {shape: {method: one.names for method, one in routes.items()} for shape, routes in found.items()} == {
        ("a", VALUE): {"GET": ("b",), "PUT": ("b",), "DELETE": ("c",)}
    }
    assert [segment_of(shape) for shape in (("a", VALUE), ("a", VALUE, "b"), (VALUE,), ())] == ["a", "b", "", ""]
