"""Errors that say what was wrong: the reason, the status and the places, wherever the contract's shape has room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from mockserver.contract.schemas.view import SchemaView, branches, each, item, members, required, types
from mockserver.errors import Violation
from mockserver.reply.causes import Cause, code_like, fitting, kind_of, place_of

Path = tuple[str, ...]
Edit = tuple[Path, Any]
Make = Callable[[Any], Any]
"""Generates a value from a schema, with what is required."""

TEXTS: Final = (
    "detail",
    "message",
    "msg",
    "error",
    "error_description",
    "errorMessage",
    "description",
    "reason",
    "title",
)
"""Members that hold text for people, the most usual first."""
_STATUSES: Final = ("status", "code", "statusCode", "status_code", "httpStatus", "httpCode", "errorCode")
"""Members that repeat the status, where they are integers."""
_CODES: Final = (
    "id",
    "code",
    "error",
    "type",
    "name",
    "kind",
    "status",
    "reason",
    "errorCode",
    "error_code",
    "errorType",
)
"""Members that name the cause in one word."""
_AROUND: Final = ("error", "errors", "detail", "details", "fault", "problem", "data", "status", "meta", "body")
"""Optional members in which a reason may be looked for."""
_LISTS: Final = frozenset(
    [
        *("errors", "error", "detail", "details", "violations", "issues", "validation", "validationerrors", "messages"),
        *("causes", "reasons", "invalidparams", "invalidparameters", "fields", "fielderrors", "failures", "problems"),
        *("nonfielderrors", "errordetails", "message", "fieldviolations", "parametererrors"),
    ]
)
"""Lists that have one item for each thing that was wrong."""
_NAMES: Final = frozenset(
    [
        *("field", "param", "parameter", "property", "propertyname", "attribute", "key", "target", "propertypath"),
        *("fieldname", "argument", "source", "name", "path", "loc", "location", "parametername", "instance", "where"),
    ]
)
_POINTERS: Final = frozenset(("pointer", "instancepath", "datapath", "jsonpointer", "jsonpath"))
_LOCATIONS: Final = frozenset(("in", "location", "locationtype", "where", "loc", "source"))
_DEEPEST: Final = 4
_MOST: Final = 50
"""How many violations a list names."""


def explained(
    value: Any, schema: Any, cause: Cause, view: SchemaView, make: Make, fits: Callable[[Any], bool], *, generic: bool
) -> Any:
    """The error with all that the cause says about it, as far as the result fits the schema.

    `generic` is a value that was made for no status in particular: its codes are replaced too.
    """
    edits = list(_Explaining(cause, view, make, generic).edits(value, schema, ()))
    whole = _applied(value, edits)
    if fits(whole):
        return whole
    for edit in edits:
        changed = _applied(value, [edit])
        value = changed if fits(changed) else value
    return value


def _applied(value: Any, edits: list[Edit]) -> Any:
    for path, wanted in edits:
        value = _put(value, path, wanted)
    return value


def _put(value: Any, path: Path, wanted: Any) -> Any:
    if not path:
        return wanted
    known = value if isinstance(value, Mapping) else {}
    return {**known, path[0]: _put(known.get(path[0]), path[1:], wanted)}


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


class _Explaining:
    """What one cause changes in an error."""

    def __init__(self, cause: Cause, view: SchemaView, make: Make, generic: bool) -> None:
        self.cause, self.view, self.make, self.generic = cause, view, make, generic

    def edits(self, value: Any, schema: Any, path: Path, depth: int = 0) -> Iterator[Edit]:
        """The members that say something else of this cause, and what they say."""
        if depth > _DEEPEST:
            return
        if isinstance(value, list):
            yield from self._listed(schema, path)
            return
        if not isinstance(value, Mapping):
            return
        known = members(schema, self.view)
        text = next((name for name in TEXTS if name in known and self.is_free_text(known[name])), None)
        if text is not None:
            yield (*path, text), self.cause.reason
        if self.generic:
            yield from self._codes(value, known, text, path)
        said = text is not None
        for name, inner in known.items():
            for edit in self._inside(name, inner, value, path, depth, said=said):
                yield edit
                said = True

    def _inside(
        self, name: str, inner: Any, value: Mapping[str, Any], path: Path, depth: int, *, said: bool
    ) -> Iterator[Edit]:
        """The edits inside a member: of a list, of a map by the names of fields, of an object that is there; of one
        that isn't only while the reason has no other place."""
        wanted, kinds = name in value or bool(self.cause.details) or not said, types(inner, self.view)
        if _plain(name) in _LISTS and "array" in kinds:
            yield from self._listed(inner, (*path, name)) if wanted else ()
        elif self._maps_fields(name, inner):
            yield from self._by_field(inner, (*path, name)) if wanted else ()
        elif name in value:
            if name in _AROUND or (self.generic and not said):
                yield from self.edits(value[name], inner, (*path, name), depth + 1)
        elif not said and name in _AROUND and members(inner, self.view):
            made = self.make(inner)
            more = list(self.edits(made, inner, (), depth + 1))
            if more:
                yield (*path, name), _applied(made, more)

    def _codes(
        self, value: Mapping[str, Any], known: Mapping[str, Any], text: str | None, path: Path
    ) -> Iterator[Edit]:
        """The members that name status and cause: numbers, choices and words."""
        for name, inner in known.items():
            if name == text or name not in value:
                continue
            kinds = types(inner, self.view)
            if name in _STATUSES and "integer" in kinds | ({"integer"} if "number" in kinds else set()):
                yield (*path, name), self.cause.status
            elif options := self._options(inner):
                chosen = fitting(options, self.cause)
                if chosen is not None:
                    yield (*path, name), chosen
            elif name in ("type", "instance") and "title" in known:  # a problem (RFC 9457)
                yield (*path, name), "about:blank" if name == "type" else value[name]
            elif name == "title" and self.is_free_text(inner):
                yield (*path, name), self.cause.phrase
            elif name in _CODES and isinstance(value[name], str) and self.is_free_text(inner):
                yield (*path, name), code_like(self.cause, self._example(inner, value[name]))

    def _example(self, schema: Any, value: Any) -> Any:
        """How codes are written: by the example of the schema; a word that was made up says nothing."""
        return next(each(schema, "example", self.view), value if "_" in value or "-" in value else "")

    def _listed(self, schema: Any, path: Path) -> Iterator[Edit]:
        """One item for each violation, or one with the reason."""
        inner = item(schema, self.view)
        if inner is None:
            return
        causes = [self.cause.about(one) for one in self.cause.details[:_MOST]] or [self.cause]
        if self.is_free_text(inner):
            yield path, [cause.reason for cause in causes]
        elif members(inner, self.view):
            yield path, [_Explaining(cause, self.view, self.make, True).entry(inner) for cause in causes]

    def entry(self, schema: Any, depth: int = 0) -> Any:
        """One item of a list of errors: its place, its reason and its kind."""
        made = self.make(schema)
        value = dict(made) if isinstance(made, Mapping) else {}
        known = members(schema, self.view)
        detail = self.cause.details[0] if self.cause.details else None
        placed = self._placed(known, detail) if detail is not None else {}
        text = next(
            (name for name in TEXTS if name in known and name not in placed and self._is_text(known[name])), None
        )
        if text is not None:
            value[text] = detail.message if detail is not None and placed else self.cause.reason
        needed = required(schema, self.view)
        for name, inner in known.items():
            if name in placed or name == text:
                continue
            if detail is not None and _plain(name) in _NAMES and members(inner, self.view) and depth < 2:
                value[name] = self.entry(inner, depth + 1)
            elif name in value or name in needed:
                value |= self._coded(name, inner, value.get(name), detail)
        return {**value, **placed}

    def _coded(self, name: str, inner: Any, value: Any, detail: Violation | None) -> dict[str, Any]:
        """The member that names the kind of an error, or its status."""
        if options := self._options(inner):
            chosen = fitting(options, self.cause)
            return {} if chosen is None else {name: chosen}
        if name in _STATUSES and types(inner, self.view) & {"integer", "number"}:
            return {name: self.cause.status}
        if name == "status" and self.is_free_text(inner):
            return {name: str(self.cause.status)}
        if name == "title" and self.is_free_text(inner):
            return {name: self.cause.phrase}
        if name in _CODES and isinstance(value, str) and self.is_free_text(inner):
            return {name: kind_of(detail) if detail is not None else code_like(self.cause, "")}
        return {}

    def _placed(self, known: Mapping[str, Any], detail: Violation) -> dict[str, Any]:
        """The members that say where something was wrong."""
        location, steps = place_of(detail)
        dotted = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in steps).lstrip(".") or location
        placed: dict[str, Any] = {}
        for name, inner in known.items():
            plain, kinds = _plain(name), types(inner, self.view)
            if plain in _POINTERS and kinds <= {"string", "null"}:
                placed[name] = "".join(f"/{one}" for one in steps)
            elif plain in _LOCATIONS and location in self._options(inner):
                placed[name] = location
            elif plain in _NAMES and "array" in kinds:
                placed[name] = [location, *steps]
            elif plain in _NAMES and self._is_text(inner) and dotted not in placed.values():
                placed[name] = dotted
            elif plain == "in" and self.is_free_text(inner):
                placed[name] = location
        return placed

    def _maps_fields(self, name: str, schema: Any) -> bool:
        """Whether a member may map the names of fields to what was wrong with them."""
        if _plain(name) not in _LISTS or members(schema, self.view):
            return False
        inner = self._mapped(schema)
        return any(self.is_free_text(one) for one in (inner, item(inner, self.view)) if one is not None)

    def _mapped(self, schema: Any) -> Any:
        extra = each(schema, "additionalProperties", self.view)
        return next((inner for inner in extra if isinstance(inner, Mapping)), None)

    def _by_field(self, schema: Any, path: Path) -> Iterator[Edit]:
        found: dict[str, list[str]] = {}
        for violation in self.cause.details[:_MOST]:
            dotted = violation.place.partition(".")[2] or violation.place
            found.setdefault(dotted, []).append(violation.message)
        if found:
            is_text = self.is_free_text(self._mapped(schema))
            yield path, {field: "; ".join(texts) if is_text else texts for field, texts in found.items()}

    def _options(self, schema: Any) -> list[Any]:
        """The values of an enum or a constant."""
        listed = [value for values in each(schema, "enum", self.view) if isinstance(values, list) for value in values]
        return listed or list(each(schema, "const", self.view))

    def _is_text(self, schema: Any) -> bool:
        return self.is_free_text(schema) or (not types(schema, self.view) and not members(schema, self.view))

    def is_free_text(self, schema: Any) -> bool:
        """Whether a schema admits any text."""
        return is_free_text(schema, self.view)


def is_free_text(schema: Any, view: SchemaView) -> bool:
    """Whether a schema admits any text."""
    parts = list(branches(schema, view))
    limits = ("enum", "const", "pattern", "maxLength", "format")
    return any(part.get("type") == "string" or "string" in _listed_types(part) for part in parts) and not any(
        word in part for part in parts for word in limits
    )


def _listed_types(part: Mapping[str, Any]) -> list[Any]:
    named = part.get("type")
    return named if isinstance(named, list) else []
