"""The behaviour of each operation on the collections, by its place among their paths and by its method."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from mockserver.contract.schemas.naming import words
from mockserver.inference.acting import Acting
from mockserver.inference.below import Referring
from mockserver.inference.changing import Changing
from mockserver.inference.creating import Creating
from mockserver.inference.described import MINE
from mockserver.inference.envelopes import list_in
from mockserver.inference.fitting import Fitting
from mockserver.inference.flags import Flag
from mockserver.inference.listing import Listing
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import looked_up, sayable
from mockserver.inference.places import Places, because_of
from mockserver.inference.removing import Removing
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Route, Routes, Shape
from mockserver.inference.sending import Sending
from mockserver.inference.showing import LeftToExample, Showing
from mockserver.inference.uploads import CONTENT
from mockserver.inference.wholes import Whole, Wholes

Data = dict[str, Any]
_CHANGING: Final = frozenset({"update", "edit", "patch", "modify", "change"})
_COUNTING: Final = frozenset({"count", "total", "size", "number"})
_CREATING: Final = frozenset({
    "signup", "register", "registration", "enroll", "enrol", "onboard", "invite", "createaccount", "createuser",
})  # fmt: skip
_COPYING: Final = frozenset({"copy", "clone", "duplicate"})
_REMOVING: Final = frozenset({"delete", "remove", "destroy"})


class Behaviours:
    """Derives the behaviours of the operations of one contract."""

    def __init__(
        self,
        resources: Mapping[Shape, Resource],
        flags: Mapping[Shape, Flag],
        schemas: Schemas,
        fitting: Fitting,
        contents: Mapping[Shape, Flag],
        routes: Routes,
        wholes: Mapping[Shape, Whole],
    ) -> None:
        self.wholes, self.whole = wholes, Wholes(schemas)
        self.contents, self.routes = contents, routes
        self.owners: dict[int, list[Resource]] = {}  # by the schema of their records
        self.resources, self.flags, self.schemas = resources, flags, schemas
        self.sending, self.showing = Sending(schemas), Showing(schemas, fitting)
        self.places, self.referring = Places(resources, schemas, self.showing), Referring(resources, schemas)
        writers = self.places, self.sending, self.showing
        self.listing, self.creating, self.changing = Listing(*writers), Creating(*writers), Changing(*writers)
        self.removing, self.acting = Removing(*writers), Acting(*writers)

    def behaviour(self, route: Route) -> Data:
        """The behaviour of one operation. Raises LeftToExample."""
        if any(not sayable(name) for name in route.names):
            raise LeftToExample("a value in its path has a dot in its name, which no expression can contain")
        shape, method = route.shape, route.method
        if shape in self.flags:
            return self._at_flag(route, self.flags[shape], method)
        if shape in self.contents:
            return self._at_content(route, self.contents[shape], method)
        held = self.wholes.get(shape) or self._texts_of(shape)
        if held is not None:
            return self.whole.behaviour(route, held, self._above(route))
        if shape in self.resources and self._lists_others(shape) and (below := self._below(route, method)) is not None:
            return below
        if shape in self.resources:
            return self._at_base(route, self.resources[shape], method)
        if shape and shape[-1] == VALUE and shape[:-1] in self.resources:
            return self._at_item(route, self.resources[shape[:-1]], method)
        mine = self._with_own_record(route) if shape and shape[-1] in MINE else None
        if mine is not None:
            return self._at_item(route, mine, method, {"find": {mine.name: {mine.key: MINE[0]}}})
        return self._elsewhere(route, method)

    def _texts_of(self, shape: Shape) -> Whole | None:
        """The list of texts of which a path names one."""
        held = self.wholes.get(shape[:-1]) if shape[-1:] == (VALUE,) else None
        return held if held is not None and held.texts else None

    def _at_flag(self, route: Route, flag: Flag, method: str) -> Data:
        chosen = {flag.name: flag.values(route)}
        if method in ("GET", "HEAD"):
            return {**because_of("GET answers whether it is set, without a body"), "find": chosen}
        if method == "DELETE":
            finds = {"find": chosen} if "404" in route.operation.responses else {}
            return {**because_of("DELETE unsets what GET answers 404 for then"), **finds, "remove": chosen}
        return {**because_of(f"{method} sets what GET is asked for"), **self._above(route), "create": chosen}

    def _at_content(self, route: Route, content: Flag, method: str) -> Data:
        """A path at which a file is put, read and removed."""
        chosen = {content.name: content.values(route)}
        if method == "GET":
            return {**because_of("GET answers the file that was put"), "find": chosen, "reply": f"$record.{CONTENT}"}
        if method == "DELETE":
            return {**because_of("DELETE removes the file that was put"), "find": chosen, "remove": chosen}
        if method not in ("PUT", "POST"):
            raise LeftToExample(f"{method} on a file has no agreed meaning")
        created = {content.name: {**content.values(route), CONTENT: "$body"}}
        return {**because_of(f"{method} keeps the file that GET answers"), **self._above(route), "create": created}

    def _above(self, route: Route) -> Data:
        """Find the nearest record above: without it nothing is set."""
        for end in range(len(route.shape) - 1, 1, -1):
            shape = route.shape[:end]
            if shape[-1] == VALUE and shape[:-1] in self.resources:
                return self.places.find(route, self.resources[shape[:-1]], shape)
        return {}

    def _at_single(self, route: Route, resource: Resource, method: str) -> Data:
        find = self.places.single(route, resource)
        if method == "GET":
            shown = self.showing.record(route.operation, resource, must=True)
            return {**because_of("GET on a path of one record reads it"), **find, **shown}
        if method in ("PUT", "PATCH"):
            return self.changing.change(route, resource, method, find)
        if method == "DELETE" and resource.embeds:
            because = because_of("DELETE on a path of one record empties it")
            return {**because, "remove": {name: {} for _, name, link in resource.embeds if not link}}
        raise LeftToExample(f"{method} on a path of one record has no agreed meaning")

    def _at_base(self, route: Route, resource: Resource, method: str) -> Data:
        if resource.single:
            return self._at_single(route, resource, method)
        if method == "GET":
            return self._listed_at(route, resource)
        if method == "POST":
            key = self.sending.key(route.operation, resource) if resource.copies else None
            return (
                self.creating.join(route, resource, key) if key else self.creating.create(route, resource, route.shape)
            )
        if method in ("PUT", "PATCH"):
            return self.changing.change_by_body(route, resource, method)
        if method == "DELETE":
            return self.removing.clear(route, resource)
        raise LeftToExample(f"{method} on a collection has no agreed meaning")

    def _listed_at(self, route: Route, resource: Resource) -> Data:
        """List the records, or show the first where one record is declared. Raises LeftToExample."""
        try:
            return self.listing.list(route, resource, route.shape, "GET on a collection lists it")
        except LeftToExample:
            shown = self.showing.acted(route.operation, resource)
            if not shown:
                raise
        because = because_of("GET on a collection is declared to answer one record: the first")
        return {**because, **self.places.single(route, resource), **shown}

    def _with_own_record(self, route: Route) -> Resource | None:
        """The collection that has the caller's own record, which a path such as `/users/me` or `/me` stands for."""
        above = self._collection(route.shape[:-1])
        if above is not None:
            return above if above.mine else None
        people = {one.name: one for one in self.resources.values() if one.mine and not one.single}
        shown = [one for one in people.values() if self.showing.acted(route.operation, one)]
        return shown[0] if len(shown) == 1 and VALUE not in route.shape else None

    def _at_item(self, route: Route, resource: Resource, method: str, find: Data | None = None) -> Data:
        find = find or self.places.find(route, resource, route.shape)
        if method == "GET":
            is_removed = "DELETE" in self.routes[route.shape]  # and must not be shown after that
            if (
                is_removed
                and self.schemas.answer(route.operation) is None
                and not self.schemas.is_free(route.operation)
            ):
                return {**because_of("GET answers something other than JSON of a record that is there"), **find}
            shown = self.showing.record(route.operation, resource, must=True)
            return {**because_of("GET on a record reads it"), **find, **shown}
        if method == "HEAD":
            return {**because_of("HEAD on a record says whether it is there"), **find}
        if method == "DELETE":
            because = because_of("DELETE on a record removes it, and what is its own")
            return {
                **because,
                **find,
                "remove": self.removing.removed(resource),
                **(self.places.shown_owner(route, resource) or self.showing.gone(route.operation, resource)),
            }
        if method in ("PUT", "POST") and resource.copies and route.operation.body is None:
            return self.creating.join(route, resource, route.expression(route.shape))
        if method in ("PUT", "PATCH", "POST"):
            return self.changing.change(route, resource, method, find)
        raise LeftToExample(f"{method} on a record has no agreed meaning")

    def _elsewhere(self, route: Route, method: str) -> Data:
        base = route.shape[:-1]
        if method == "GET" and route.shape and route.shape[-1] != VALUE:
            resource = self._listed_here(route)
            if resource is not None:
                return self.listing.list(
                    route, resource, base, "GET that answers a list of the records of a collection"
                )
        above = self._collection(base)
        if method == "GET" and above is not None and not _COUNTING.isdisjoint(words(route.shape[-1])):
            counted = self.listing.count(route, above, base)
            if counted:
                return counted
        made = self._made(route, above) if method == "POST" and route.shape[-1] != VALUE else None
        if made is not None:
            return made
        many = self._on_many(route, above, method) if above is not None and route.shape[-1] != VALUE else None
        return many or self._below(route, method) or self._looked_up(route, method) or self._on_record(route)

    def _looked_up(self, route: Route, method: str) -> Data | None:
        """A record that is found by another field than its key: `/users/by-email/{email}`, `/releases/tags/{tag}`."""
        if method != "GET" or route.shape[-1] != VALUE or VALUE in route.shape[-2:-1]:
            return None
        base = route.shape[:-2]
        resource = self._collection(base)
        shown = self.showing.acted(route.operation, resource) if resource is not None else {}
        if resource is None or not shown:
            return None
        field = looked_up(route.key, route.shape[-2], self.schemas.members(resource.record))
        return self.acting.look_up(route, resource, base, field, shown) if field is not None else None

    def _lists_others(self, shape: Shape) -> bool:
        """Whether only a list stands at a path below a record, and no declared field ties its items to that record."""
        resource = self.resources[shape]
        link = resource.link(shape)
        tied = link is not None and link.field not in resource.private
        return VALUE in shape and (*shape, VALUE) not in self.routes and not (tied and resource.values)

    def _below(self, route: Route, method: str) -> Data | None:
        """What is listed or created below a record, where that refers to it; None where nothing says so."""
        with suppress(LeftToExample):
            if method == "GET" and (listed := self.referring.listed(route)) is not None:
                return self.listing.list_below(route, listed)
            beside = self.routes[route.shape].get("GET")
            if method == "POST" and (created := self.referring.created(route, beside)) is not None:
                return self.creating.create_below(route, created)
        return None

    def _made(self, route: Route, above: Resource | None) -> Data | None:
        """A POST that makes a record by another word than its collection: `/users/signup`, `/things/{id}/copy`."""
        spoken = "".join(words(route.shape[-1]))
        if spoken in _COPYING and route.shape[-2:-1] == (VALUE,):
            resource = self._collection(route.shape[:-2])
            return self.creating.copy(route, resource, route.shape[:-1]) if resource is not None else None
        if spoken not in _CREATING or VALUE in route.shape:
            return None
        answer = self.schemas.answer(route.operation)
        owner = above or (self._owner(answer) if answer is not None else None)
        if owner is None or not self.showing.acted(route.operation, owner):
            return None
        base = next((base for base in owner.bases if VALUE not in base), None)
        return self.creating.create(route, owner, base) if base is not None else None

    def _owner(self, answer: LocatedSchema) -> Resource | None:
        """The only collection whose records an answer shows; None when there are several."""
        many = (one for one in self.resources.values() if not one.single)
        owners = {one.name: one for one in many if self.showing.shows(answer, one)}
        return next(iter(owners.values())) if len(owners) == 1 else None

    def _on_many(self, route: Route, resource: Resource, method: str) -> Data | None:
        """An action below a collection that takes a list of its records, or of their keys: `/things/batch`."""
        removes = method == "DELETE" or not _REMOVING.isdisjoint(words(route.shape[-1]))
        if removes and self.sending.keys(route.operation, resource) is not None:
            return self.removing.clear(route, resource)
        if self.sending.many(route.operation, resource) is None:
            return None
        if method == "POST" and not _CHANGING.isdisjoint(words(route.shape[-1])):
            method = "PATCH" if self.sending.keys(route.operation, resource) is not None else "POST"
        if method == "POST":
            return self.creating.create(route, resource, route.shape[:-1])
        return self.changing.change_by_body(route, resource, method) if method in ("PUT", "PATCH") else None

    def _collection(self, base: Shape) -> Resource | None:
        resource = self.resources.get(base)
        return resource if resource is not None and not resource.single else None

    def _listed_here(self, route: Route) -> Resource | None:
        """The one collection whose records this answer lists: known by its schema, or by the path above it."""
        answer = self.schemas.answer(route.operation)
        if answer is None:
            return None
        above = self._collection(route.shape[:-1])
        candidates = [above] if above is not None else self._owners(answer) if VALUE not in route.shape else []
        return next((one for one in candidates if self.showing.lists(answer, one) is not None), None)

    def _owners(self, answer: LocatedSchema) -> list[Resource]:
        """The only collection with records of the schema that an answer lists; none when there are several."""
        placement = list_in(answer, self.schemas, "")
        if placement is None:
            return []
        node = placement.schema.node
        if id(node) not in self.owners:
            many = {one.name: one for one in self.resources.values() if not one.single}
            owners = [one for one in many.values() if self.showing.is_record(placement.schema, one)]
            self.owners[id(node)] = owners if len(owners) == 1 else []
        return self.owners[id(node)]

    def _on_record(self, route: Route) -> Data:
        """An action on one record: it must be there; the contract does not define what the action changes."""
        for end in range(len(route.shape) - 1, 1, -1):
            shape = route.shape[:end]
            if shape[-1] == VALUE and shape[:-1] in self.resources:
                return self.acting.act(route, self.resources[shape[:-1]], shape)
        raise LeftToExample(_no_place(route))


def _no_place(route: Route) -> str:
    if VALUE in route.shape:
        return "its path leads to no record of a known collection"
    return "its path is no collection: nothing there is listed, created or found by a key"
