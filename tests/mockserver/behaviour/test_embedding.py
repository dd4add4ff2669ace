"""Lists in records that have the records of another collection."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.exchange.engine import Engine
from mockserver.settings import Settings
from tests.mockserver.inference.test_infer import answer, body, crud, thing
from tests.support import Ask

ORDER, LINE = {"$ref": "#/components/schemas/Order"}, {"$ref": "#/components/schemas/Line"}
SENT = thing(note=None, lines={"type": "array", "items": thing(id=None, sku=None, count={"type": "integer"})})
BEHAVIOURS = """
collections:
  orders: {schema: "#/components/schemas/Order", embeds: {lines: {lines: orderId}}}
  lines: {schema: "#/components/schemas/Line", private: [orderId]}
operations:
  list: {list: {orders: {}}, reply: $records}
  create: {create: {orders: $body}, reply: $record}
  read: {find: {orders: {id: $path.id}}, reply: $record}
  replace: {find: {orders: {id: $path.id}}, set: $body, reply: $record}
  change: {find: {orders: {id: $path.id}}, set: {"*": $body}, reply: $record}
  remove: {find: {orders: {id: $path.id}}, remove: {orders: {id: $record.id}, lines: {orderId: $record.id}}}
  listLines: {find: {orders: {id: $path.id}}, list: {lines: {orderId: $record.id}}, reply: $records}
  createLines:
    find: {orders: {id: $path.id}}
    create: {lines: {"*": $body, orderId: $record.id}}
    fills: [price]
    reply: $parent
  readLines: {find: {lines: {id: $path.lineId, orderId: $path.id}}, reply: $record}
  changeLine: {find: {lines: {id: $path.lineId, orderId: $path.id}}, set: {"*": $body}, reply: $record}
  removeLines: {find: {lines: {id: $path.lineId, orderId: $path.id}}, remove: {lines: {id: $record.id}}}
"""


@pytest.fixture
def ask(tmp_path: Path, build: Callable[[Settings], Engine]) -> Ask:
    """A mock of orders that show their lines."""
    line = thing(id=None, sku=None, count={"type": "integer"}, price={"type": "number"})
    order = thing(id=None, note=None, lines={"type": "array", "items": LINE})
    paths = crud("/orders", "id", ORDER, SENT) | crud("/orders/{id}/lines", "lineId", LINE, kind="Lines")
    paths["/orders/{id}/lines"]["post"]["responses"] = answer(ORDER, "201")
    for method, name, schema in (("put", "replace", SENT), ("patch", "change", SENT), ("patch", "changeLine", LINE)):
        path, shown = ("/orders/{id}/lines/{lineId}", LINE) if schema is LINE else ("/orders/{id}", ORDER)
        paths[path][method] = {"operationId": name, "requestBody": body(schema), "responses": answer(shown)}
    contract, behaviours = tmp_path / "openapi.json", tmp_path / "behaviours.yaml"
    parts = {"paths": paths, "components": {"schemas": {"Order": order, "Line": line}}}
    contract.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, **parts}))
    behaviours.write_text(BEHAVIOURS)
    return Ask(build(Settings(str(contract), behaviours=behaviours, auth="off")), None)


def skus(lines: Any) -> list[str]:
    """What the lines are of."""
    return [line["sku"] for line in lines]


def test_what_is_sent_in_a_record_is_in_the_other_collection(ask: Ask) -> None:
    """Each item is a record with a key, and with what the server sets; the list shows the same."""
    order = ask("POST", "/orders", json={"note": "mine", "lines": [{"sku": "A", "count": 2}, {"sku": "B"}]}).json
    lines = ask("GET", f"/orders/{order['id']}/lines").json
    assert lines == order["lines"] == ask("GET", f"/orders/{order['id']}").json["lines"]
    assert skus(lines) == ["A", "B"]
    assert lines[0]["count"] == 2
    assert all(line["id"] and line["price"] for line in lines)
    assert ask("GET", f"/orders/{order['id']}/lines/{lines[1]['id']}").json == lines[1]
    assert ask("GET", "/orders").json[-1] == order


def test_what_is_made_in_the_other_collection_is_in_the_record(ask: Ask) -> None:
    """Made, changed and removed; the reply that shows the parent shows it with its list."""
    one, two = (ask("POST", "/orders", json={"note": note}).json["id"] for note in ("one", "two"))
    made = ask("POST", f"/orders/{one}/lines", json={"sku": "A"}).json
    assert (made["id"], skus(made["lines"])) == (one, ["A"])
    ask("POST", f"/orders/{one}/lines", json={"sku": "B"})
    line = made["lines"][0]["id"]
    ask("PATCH", f"/orders/{one}/lines/{line}", json={"sku": "C"})
    assert skus(ask("GET", f"/orders/{one}").json["lines"]) == ["C", "B"]
    assert "lines" not in ask("GET", f"/orders/{two}").json
    ask("DELETE", f"/orders/{one}/lines/{line}")
    assert skus(ask("GET", f"/orders/{one}").json["lines"]) == ["B"]


def test_a_list_that_is_replaced_replaces_the_records(ask: Ask) -> None:
    """An item whose key is sent keeps what isn't sent; the others go, or are made."""
    order = ask("POST", "/orders", json={"lines": [{"sku": "A", "count": 1}, {"sku": "B"}]}).json
    kept = order["lines"][0]
    path = f"/orders/{order['id']}"
    changed = ask("PATCH", path, json={"lines": [{"id": kept["id"], "sku": "A2"}, {"sku": "C"}]}).json
    assert changed["lines"][0] == {**kept, "sku": "A2"}
    assert skus(ask("GET", f"{path}/lines").json) == ["A2", "C"]
    assert ask("GET", f"{path}/lines/{order['lines'][1]['id']}").status == 404
    assert ask("PUT", path, json={"note": "empty", "lines": []}).json["lines"] == []
    assert ask("GET", f"{path}/lines").json == []


def test_a_change_of_another_field_leaves_the_list(ask: Ask) -> None:
    """The records of the list are the same objects as before."""
    order = ask("POST", "/orders", json={"lines": [{"sku": "A"}]}).json
    before = ask.records("lines")
    assert ask("PATCH", f"/orders/{order['id']}", json={"note": "new"}).json["lines"] == order["lines"]
    assert ask.records("lines") == before


def test_keys_of_other_records_are_not_taken_over(ask: Ask) -> None:
    """The line of another order stays there; the sent one gets a key of its own."""
    first = ask("POST", "/orders", json={"lines": [{"sku": "A"}]}).json
    second = ask("POST", "/orders", json={"lines": [{"id": first["lines"][0]["id"], "sku": "B"}]}).json
    assert skus(second["lines"]) == ["B"]
    assert second["lines"][0]["id"] != first["lines"][0]["id"]
    assert ask("GET", f"/orders/{first['id']}").json == first


def test_the_list_goes_with_its_record(ask: Ask) -> None:
    """Removing an order removes its lines, and brings nothing back."""
    before = ask.records("orders"), ask.records("lines")
    order = ask("POST", "/orders", json={"lines": [{"sku": "A"}]}).json
    assert ask("DELETE", f"/orders/{order['id']}").status == 204
    assert (ask.records("orders"), ask.records("lines")) == before
