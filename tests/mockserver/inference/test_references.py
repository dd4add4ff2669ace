"""References between made-up records lead to records that exist."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.inference import infer
from mockserver.state.references import Reference, referring
from tests.mockserver.inference.lists import contract, each
from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import crud, thing

TEXT, WHOLE, UUID = {"type": "string"}, {"type": "integer"}, {"type": "string", "format": "uuid"}
THING = {"$ref": "#/components/schemas/Thing"}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _many(schema: Any) -> dict[str, Any]:
    return {"type": "array", "items": schema}


PEOPLE = {"users": "User", "customers": "Customer", "categories": "Category", "countries": "Country"}
SCHEMAS = {
    "User": thing(id=WHOLE, name=TEXT, email={"type": "string", "format": "email"}),
    "Customer": thing(id=UUID, name=TEXT, countryCode=TEXT),
    "Category": thing(id=WHOLE, name=TEXT, parentId=WHOLE),
    "Country": thing(id=WHOLE, code=TEXT),
}


def _shop(play: Play, **members: Any) -> tuple[dict[str, list[Any]], list[Any]]:
    """The records of a shop by collection, and its things, whose schema has these members."""
    paths: dict[str, Any] = {}
    for path, kind in {**PEOPLE, "things": "Thing"}.items():
        paths |= crud(f"/{path}", "id", _ref(kind), kind=kind)
    ask = play(paths, Thing=thing(id=WHOLE, **members), **SCHEMAS)
    records = {path: ask("GET", f"/{path}").json for path in PEOPLE}
    return records, ask("GET", "/things").json


@pytest.mark.parametrize(
    ("name", "schema", "collection", "field"),
    [
        ("customerId", UUID, "customers", "id"),
        ("customer_id", TEXT, "customers", "id"),
        ("billing_customer_id", UUID, "customers", "id"),
        ("customerUuid", UUID, "customers", "id"),
        ("customerIds", _many(UUID), "customers", "id"),
        ("customer", UUID, "customers", "id"),
        ("category", TEXT, "categories", "name"),
        ("category_id", WHOLE, "categories", "id"),
        ("categoryId", {"type": ["integer", "null"]}, "categories", "id"),
        ("countryCode", TEXT, "countries", "code"),
        ("ownerId", WHOLE, "users", "id"),
        ("created_by", WHOLE, "users", "id"),
        ("updatedById", WHOLE, "users", "id"),
        ("assignee_id", WHOLE, "users", "id"),
    ],
)
def test_a_reference_leads_to_a_record(play: Play, name: str, schema: Any, collection: str, field: str) -> None:
    """By the name of the other collection, by a role that people have, and by the type of the key."""
    records, things = _shop(play, **{name: schema})
    known = {record[field] for record in records[collection]}
    for one in things:
        values = one[name] if isinstance(one[name], list) else [one[name]]
        assert set(values) <= known


def test_references_lie_at_any_depth(play: Play) -> None:
    """In objects, in lists of objects, and in the values of maps."""
    line = thing(categoryId=WHOLE, amount=WHOLE)
    maps = {"type": "object", "additionalProperties": line}
    records, things = _shop(play, lines=_many(line), main=line, byDay=maps)
    known = {record["id"] for record in records["categories"]}
    for one in things:
        assert {inner["categoryId"] for inner in [*one["lines"], one["main"], *one["byDay"].values()]} <= known


def test_an_embedded_record_is_that_record(play: Play) -> None:
    """It has the values of the record that the key beside it names, and no member that its own schema lacks."""
    short = thing(id=UUID, name=TEXT)
    records, things = _shop(play, customerId=UUID, customer=_ref("Customer"), buyer=short, customers=_many(short))
    known = {record["id"]: record for record in records["customers"]}
    for one in things:
        assert one["customer"] == known[one["customerId"]]
        assert one["customers"][0] == {name: known[one["customers"][0]["id"]][name] for name in ("id", "name")}


def test_an_identifier_in_an_envelope_names_a_record(play: Play) -> None:
    """`relationships.customer.data.id`, and the id of a person who is one by a role."""
    data = thing(data={**thing(id=UUID, type=TEXT), "required": ["id"]})
    records, things = _shop(play, relationships=thing(customer=data), createdBy=thing(id=WHOLE, label=TEXT))
    for one in things:
        assert one["relationships"]["customer"]["data"]["id"] in {record["id"] for record in records["customers"]}
        assert one["createdBy"]["id"] in {record["id"] for record in records["users"]}


def test_a_tree_has_a_root(play: Play) -> None:
    """The first record refers to none of its own collection, the others to one before them."""
    records, _ = _shop(play)
    first, *others = records["categories"]
    assert "parentId" not in first
    for place, one in enumerate(others, 1):
        assert one["parentId"] in {earlier["id"] for earlier in records["categories"][:place]}


def test_embedded_children_are_those_of_the_child_collection(play: Play) -> None:
    """A list of records inside another has those that refer back to it."""
    paths = crud("/orders", "id", _ref("Order"), kind="Order") | crud("/items", "id", _ref("Item"), kind="Item")
    ask = play(paths, Order=thing(id=WHOLE, items=_many(_ref("Item"))), Item=thing(id=WHOLE, orderId=WHOLE, name=TEXT))
    items = ask("GET", "/items").json
    orders = ask("GET", "/orders").json
    assert {item["orderId"] for item in items} <= {order["id"] for order in orders}
    for order in orders:
        assert order["items"] == [item for item in items if item["orderId"] == order["id"]]


def test_a_member_of_a_record_may_name_that_record(play: Play) -> None:
    """`order_id` in the lines of an order is the key of the order."""
    line = thing(order_id=WHOLE, text=TEXT)
    ask = play(crud("/orders", "id", THING), Thing=thing(id=WHOLE, lines=_many(line)))
    for order in ask("GET", "/orders").json:
        assert {line["order_id"] for line in order["lines"]} == {order["id"]}


def test_a_nested_collection_and_its_parent_agree(play: Play) -> None:
    """What a message refers to is what its thread refers to, where both refer to the same collection."""
    paths = crud("/users", "id", _ref("User"), kind="User") | crud(
        "/threads", "threadId", _ref("Thread"), kind="Thread"
    )
    paths |= crud("/threads/{threadId}/messages", "id", _ref("Message"), kind="Message")
    ask = play(paths, User=SCHEMAS["User"], Thread=thing(threadId=WHOLE, userId=WHOLE),
               Message=thing(id=WHOLE, threadId=WHOLE, userId=WHOLE))  # fmt: skip
    for thread in ask("GET", "/threads").json:
        for message in ask("GET", f"/threads/{thread['threadId']}/messages").json:
            assert (message["threadId"], message["userId"]) == (thread["threadId"], thread["userId"])


def test_a_reference_that_the_server_sets_leads_to_a_record(play: Play) -> None:
    """A new record's `ownerId`, which no request can send, names a user; what a client sends stays as it is."""
    paths = crud("/users", "id", _ref("User"), kind="User") | crud("/things", "id", THING)
    ask = play(paths, User=SCHEMAS["User"], Thing=thing(id=WHOLE, userId=WHOLE, ownerId={**WHOLE, "readOnly": True}))
    users = {user["id"] for user in ask("GET", "/users").json}
    created = ask("POST", "/things", json={"userId": 987}).json
    assert created["ownerId"] in users
    assert created["userId"] == 987


@pytest.mark.parametrize(("name", "schema"), [("message", TEXT), ("otherThingId", UUID), ("description", TEXT)])
def test_a_text_is_no_reference(play: Play, name: str, schema: Any) -> None:
    """A word that a collection shares, and an id of another system, stay as they were made."""
    paths = crud("/messages", "id", _ref("Message"), kind="Message") | crud("/things", "id", THING)
    ask = play(paths, Message=thing(id=schema, text=TEXT), Thing=thing(id=schema, **{name: schema}))
    keys = {one["id"] for path in ("/messages", "/things") for one in ask("GET", path).json}
    assert not {one[name] for one in ask("GET", "/things").json} & keys


def test_a_reference_is_set_where_it_lies() -> None:
    """Null, and a member that isn't there, stay; a number is written as text where the member is one."""
    pick = {"id": 7}
    assert referring({"a": "x"}, Reference(("a",), "things", "id"), lambda _: pick) == {"a": "7"}
    assert referring({"a": None}, Reference(("a",), "things", "id"), lambda _: pick) == {"a": None}
    assert referring({}, Reference(("a", "b"), "things", "id"), lambda _: pick) == {}
    assert referring({"a": [1, 2]}, Reference(("a",), "things", "id"), lambda _: pick) == {"a": [7]}


def _refers(members: Any, others: Any = None, **schemas: Any) -> dict[str, Any]:
    """What things with these members refer to, beside the other collections with their schemas."""
    known = {"users": "User"} if others is None else others
    paths: dict[str, Any] = {}
    for path, kind in {**known, "things": "Thing"}.items():
        paths |= crud(f"/{path}", "id", _ref(kind), kind=kind)
    user = thing(id=WHOLE, name=TEXT, email={**TEXT, "format": "email"})
    found = infer(contract(paths, Thing=thing(id=WHOLE, **members), **({"User": user} | schemas)))
    refers: dict[str, Any] = found.behaviours["collections"]["things"].get("refers", {})
    return refers


def test_roles_that_people_have_name_a_person() -> None:
    """By the key, by the name where the type is that of the name, and by the key of an object."""
    groups = ["""owner author creator assignee reviewer approver manager user person member employee sender recipient
              receiver reporter requester lead leader editor uploader""",
              """publisher responsible supervisor submitter initiator modifier updater admin actor participant attendee
              follower subscriber watcher agent operator winner mentor created_by"""]  # fmt: skip
    for group in groups:
        roles = group.split()
        assert _refers(each([f"{role}_id" for role in roles], WHOLE)) == {
            f"{role}_id": {"users": "id"} for role in roles
        }
        assert _refers(each(roles, TEXT)) == each(roles, {"users": "name"})
        assert _refers(each(roles, thing(id=WHOLE, label=TEXT))) == each(roles, {"users": "id"})
    strangers = ["stranger", "stranger_id", "by_user_name", "hobby", "ruby_id", "standby"]
    assert _refers(each(strangers, WHOLE)) == _refers(each(strangers, thing(id=WHOLE, label=TEXT))) == {}
    people = each("ownerUuid changedByUuid doneById byId by createdby writtenby", WHOLE)
    assert _refers(people) == each(people, {"users": "id"})


def test_people_are_known_by_their_collection() -> None:
    """And by what people read where the key is of another type."""
    for people in each("users persons people members employees accounts contacts profiles customers staff", WHOLE):
        found = _refers({"ownerId": WHOLE, "made_by": WHOLE, "editor": thing(id=WHOLE)}, {people: "Xyz"},
                        Xyz=thing(id=WHOLE))  # fmt: skip
        assert found == each("ownerId made_by editor", {people: "id"})
    assert _refers({"ownerId": WHOLE, "made_by": WHOLE}, {"boxes": "Xyz"}, Xyz=thing(id=WHOLE)) == {}
    for name in ("name", "full_name", "display_name", "username", "login", "email"):
        assert _refers({"owner": TEXT}, User=thing(id=WHOLE, **{name: TEXT})) == {"owner": {"users": name}}
    assert _refers({"owner": TEXT}, User=thing(id=WHOLE, street=TEXT)) == {}
    assert _refers({"owner": TEXT}, {"users": "User", "members": "Xyz"}, Xyz=thing(id=TEXT)) == {
        "owner": {"members": "id"}
    }


def test_words_of_relatives_name_a_record_of_the_same_collection() -> None:
    """An id with another word before it is that of another system."""
    relatives = each(
        """parent previous prev next related root original source target linked duplicate from preferred prefered
    current main primary default downstream upstream alternate base template child sibling superior subordinate reply
    replied forked cloned""",
        WHOLE,
    )
    members = each([f"{word}_thing_id" for word in relatives], WHOLE)
    assert _refers(members) == each(members, {"things": "id"})
    assert _refers({"parent_id": WHOLE, "rootThing": WHOLE, "otherThingId": WHOLE, "parent": WHOLE}) == {
        "parent_id": {"things": "id"}
    }


def test_a_word_after_the_name_of_a_collection_is_its_key_or_a_field() -> None:
    """`user_uuid` is the key; `user_email` the email, where records have one."""
    keys = each("user_id user_ids user_uuid user_uuids user_uid user_guid user_key user_sid user_pk", WHOLE)
    assert _refers(keys) == each(keys, {"users": "id"})
    fields = ("code", "slug", "name", "number", "email", "street")
    xyz = thing(id=WHOLE, **each(fields, TEXT))
    assert _refers(each([f"box_{field}" for field in fields], TEXT), {"boxes": "Xyz"}, Xyz=xyz) == {
        f"box_{field}": {"boxes": field} for field in fields[:-1]
    }
    assert _refers({"box_code": TEXT}, {"boxes": "Xyz"}, Xyz=thing(id=WHOLE)) == {}


def test_a_collection_is_called_by_its_path_and_by_its_schema() -> None:
    """In the singular, and without what schemas of answers are called."""
    singulars = {"people": "person", "children": "child", "men": "man", "women": "woman", "staff": "staff",
                 "berries": "berry", "boxes": "box", "glasses": "glass", "cars": "car"}  # fmt: skip
    for many_, one in singulars.items():
        found = _refers({one: WHOLE, f"{one}_id": WHOLE, f"big_{one}_id": WHOLE}, {many_: "Xyz"}, Xyz=thing(id=WHOLE))
        assert found == each((one, f"{one}_id", f"big_{one}_id"), {many_: "id"})
    for many_, one in {"yes": "y", "gas": "ga", "ies": "y", "ass": "as", "as": "a"}.items():
        assert _refers({f"{one}Id": WHOLE}, {many_: "Xyz"}, Xyz=thing(id=WHOLE)) == {}
    endings = each(
        """dto response model read out output entity resource schema view public detail details summary base full
    object item record data info get simple""",
        WHOLE,
    )
    kinds = {f"{'q' * number}z": f"Gadget{'X' * number}{ending.title()}" for number, ending in enumerate(endings, 1)}
    members = {f"gadget{'x' * number}Id": WHOLE for number in range(1, len(endings) + 1)}
    found = _refers(members, kinds, **each(kinds.values(), thing(id=WHOLE)))
    assert found == {name: {path: "id"} for name, path in zip(members, kinds, strict=True)}


def test_a_name_alone_is_a_key_where_the_document_says_so() -> None:
    """By a format, a number, or a description that speaks of keys; a text is otherwise for people."""
    colours = {"colours": "Colour"}
    for text in ("the id", "IDs", "an identifier", "identifiers", "a uuid", "its GUID", "unique"):
        found = _refers({"colour": {**TEXT, "description": text}}, colours, Colour=thing(id=TEXT))
        assert found == {"colour": {"colours": "id"}}
    texts: dict[str, Any] = {"name": {**TEXT, "description": "an idea"}, "enum": {**WHOLE, "enum": [1]}}
    for schema in texts.values():
        assert _refers({"colour": schema}, colours, Colour=thing(id=schema)) == {}
    assert _refers({"colour": UUID}, colours, Colour=thing(id=UUID)) == {"colour": {"colours": "id"}}
    assert _refers({"colour": UUID}, colours, Colour=thing(id=TEXT)) == {}
    assert _refers({"colour": {**WHOLE, "format": "int64"}}, colours, Colour=thing(id=WHOLE)) == {
        "colour": {"colours": "id"}
    }
    assert _refers({"colour_id": TEXT}, colours, Colour=thing(id=WHOLE)) == {"colour_id": {"colours": "id"}}
    assert _refers({"colour_id": WHOLE}, colours, Colour=thing(id=TEXT)) == {}
    assert _refers({"colour": TEXT}, colours, Colour=thing(id=WHOLE, name=TEXT)) == {"colour": {"colours": "name"}}


def test_references_are_looked_for_in_bounds() -> None:
    """Five objects deep, and forty of a collection; a schema inside itself is read once."""
    deep = thing(userId=WHOLE, e=thing(userId=WHOLE))
    nested = thing(b=thing(c=thing(d=deep)))
    assert _refers({"a": nested}) == {"a.b.c.d.userId": {"users": "id"}}
    assert len(_refers(each((f"user{place}_user_id" for place in range(45)), WHOLE))) == 40
    assert _refers({"info": thing(parentId=WHOLE, thingId=WHOLE), "lines": _many(thing(otherThingId=WHOLE))}) == {
        "info.parentId": {"things": "id"},
        "info.thingId": {"things": "id"},
    }
    tree = thing(userId=WHOLE, inner=_ref("Tree"), **{"a.b_user_id": WHOLE})
    assert _refers({"tree": _ref("Tree")}, Tree=tree) == {"tree.userId": {"users": "id"}}
    assert _refers({"nodes": _many(_ref("Tree"))}, Tree=tree) == {"nodes.userId": {"users": "id"}}
