"""Files that are uploaded: a new record has their name, type and size, and where they are downloaded, their bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mockserver.contract.operations import media
from mockserver.contract.operations.operation import MediaType, Operation
from mockserver.contract.schemas.naming import plain, words
from mockserver.inference.flags import Flag, flag_at
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import sayable
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Route, Routes, Shape

Data = dict[str, Any]
CONTENT: Final = "uploaded_content"
"""The private field that holds the bytes of a file."""
_PARTS: Final = {
    "name": ("name", "filename", "originalname", "originalfilename", "file"),
    "size": ("size", "filesize", "bytes", "length", "contentlength", "bytesize", "sizebytes", "sizeinbytes"),
    "type": ("type", "mimetype", "contenttype", "mediatype", "mime", "filetype"),
    "extension": ("extension", "fileextension", "suffix", "filesuffix", "ext"),
}
"""The parts of a file, and the fields of records that hold them."""
_EXTENSIONS: Final = frozenset({"pdf", "png", "jpg", "jpeg", "csv", "txt", "docx", "xlsx", "zip", "mp3", "mp4"})
"""Words by which a description says that types are written as extensions."""
_FILES: Final = frozenset(
    {"file", "upload", "attachment", "image", "photo", "picture", "avatar", "logo", "icon", "video", "audio", "media",
     "document", "blob", "binary"}
)  # fmt: skip
"""Words for a part that is a file, although its schema is that of any text."""
_CONTENTS: Final = frozenset(
    {"content", "contents", "download", "raw", "data", "file", "blob", "bytes", "media", "binary"}
)
"""Last segments of paths where a file is downloaded."""
_SETTING: Final = ("PUT", "POST")


class Uploads:
    """Adds files to the behaviours of one contract."""

    def __init__(self, schemas: Schemas, resources: Mapping[Shape, Resource]) -> None:
        self.schemas, self.resources = schemas, resources
        self.collections: set[str] = set()  #: those whose records may have a file

    def stored(self, behaviours: Mapping[str, Data], routes: Sequence[Route]) -> dict[str, Data]:
        """The behaviours, with the parts of the file that a request sends in the record that it creates or replaces,
        and the bytes where they are downloaded."""
        named = {one.name: one for one in self.resources.values()}
        known = {route.operation.id: route for route in routes}
        result = {
            name: self._storing(behaviour, known[name].operation, named) if name in known else behaviour
            for name, behaviour in behaviours.items()
        }
        for route in routes:
            behaviour = result.get(route.operation.id)
            if behaviour is not None and self._downloads(route, behaviour):
                result[route.operation.id] = {**behaviour, "reply": f"$record.{CONTENT}"}
        return result

    def _storing(self, behaviour: Data, operation: Operation, named: Mapping[str, Resource]) -> Data:
        name = next(iter(behaviour.get("create", ())), None)
        resource, field = named.get(name or ""), self._file(operation) or files_of(operation, self.schemas)
        if name is None or resource is None or field is None or self._is_open(resource.record):
            return behaviour
        self.collections.add(name)
        parts = self._parts(resource, operation, field)
        fields = behaviour["create"][name]
        base = fields if isinstance(fields, dict) else {"*": fields}
        if files_of(operation, self.schemas) == field:  # each file is a record of its own
            known, sent = self.schemas.members(resource.record), self._sent(operation)
            beside = {key: f"$body.{key}" for key in sent if key in known and key != field and sayable(key)}
            base = {**beside, **base, "*": f"$body.{field}"}
        fills = [one for one in behaviour.get("fills", ()) if one not in parts]
        changed = {**behaviour, "create": {name: {**base, **parts, CONTENT: f"$body.{field}.content"}}, "fills": fills}
        return changed if fills else {key: value for key, value in changed.items() if key != "fills"}

    def _is_open(self, record: LocatedSchema) -> bool:
        """Whether answers show every field of a record, those that are its own affair too."""
        extra = any(value is not False for value in self.schemas.each(record, "additionalProperties"))
        return extra or not self.schemas.members(record)

    def _file(self, operation: Operation) -> str | None:
        """The one part of a multipart body that is a file."""
        for one in operation.body.media_types.values() if operation.body is not None else ():
            if media.split(one.name)[0] == "multipart/form-data" and one.schema is not None:
                members = self.schemas.members(self.schemas.at(f"{one.pointer}/schema", one.schema))
                plain_names = [name for name in members if sayable(name)]
                files = [name for name in plain_names if is_binary(members[name], self.schemas)]
                files = files or [name for name in plain_names if self._may_be_file(name, members[name])]
                return files[0] if len(files) == 1 else None
        return None

    def _may_be_file(self, name: str, schema: LocatedSchema) -> bool:
        """Whether any text may be sent, and the name is that of a file: Swagger's `type: file` is often lost so."""
        free = not self.schemas.has_any(schema, "format", "enum", "const", "pattern", "contentMediaType")
        return free and self.schemas.types(schema) <= {"string", "null"} and words(name)[-1:][0] in _FILES

    def _parts(self, resource: Resource, operation: Operation, field: str) -> Data:
        """The fields of a record that say something of its file, unless the request itself gives them."""
        sent = {plain(name) for name in self._sent(operation)} - {plain(field)}
        parts: Data = {}
        for name, member in self.schemas.members(resource.record).items():
            written = plain(name)
            part = next((part for part, names in _PARTS.items() if written in names), None)
            part = "extension" if part == "type" and self._lists_extensions(member) else part
            wanted = {"integer", "number"} if part == "size" else {"string"}
            if part is None or written in sent or name == resource.key or not self.schemas.types(member) & wanted:
                continue
            if not self.schemas.has_any(member, "enum", "const"):
                parts.setdefault(name, f"$body.{field}.{part}")
        return parts

    def _lists_extensions(self, schema: LocatedSchema) -> bool:
        """Whether a type is described by extensions such as `pdf`, and by no media type."""
        text = " ".join(str(value) for value in self.schemas.each(schema, "description")).lower()
        return "/" not in text and not _EXTENSIONS.isdisjoint(words(text))

    def _sent(self, operation: Operation) -> list[str]:
        medias = operation.body.media_types.values() if operation.body is not None else ()
        schemas = (self.schemas.at(f"{one.pointer}/schema", one.schema) for one in medias if one.schema is not None)
        return [name for schema in schemas for name in self.schemas.members(schema)]

    def _downloads(self, route: Route, behaviour: Data) -> bool:
        """Whether an operation answers the file of the record that it finds."""
        found = next(iter(behaviour.get("find", ())), None)
        return (
            found in self.collections
            and behaviour.keys() <= {"because", "find"}
            and route.method == "GET"
            and (answers_file(route.operation) or self._answers_content(route))
        )

    def _answers_content(self, route: Route) -> bool:
        """Whether a path that ends like `/content` answers nothing but a text, or says nothing of it: the file's."""
        if plain(route.shape[-1]) not in _CONTENTS:
            return False
        success = (one for status, one in route.operation.responses.items() if status.startswith("2"))
        medias = [one for response in success for one in response.media_types.values()]
        return all(map(self._is_text, medias)) if medias else self.schemas.is_free(route.operation)

    def _is_text(self, one: MediaType) -> bool:
        if one.schema is None:
            return True
        schema = self.schemas.at(f"{one.pointer}/schema", one.schema)
        return self.schemas.types(schema) == {"string"} or self.schemas.says_nothing(schema)


def files_of(operation: Operation, schemas: Schemas) -> str | None:
    """The part of a multipart body that holds several files; None where there is none, or more than one."""
    for one in operation.body.media_types.values() if operation.body is not None else ():
        if media.split(one.name)[0] == "multipart/form-data" and one.schema is not None:
            members = schemas.members(schemas.at(f"{one.pointer}/schema", one.schema)).items()
            lists = [(name, schemas.items(inner)) for name, inner in members if schemas.is_list(inner)]
            files = [name for name, inner in lists if inner is not None and is_binary(inner, schemas)]
            return files[0] if len(files) == 1 and sayable(files[0]) else None
    return None


def is_binary(schema: LocatedSchema, schemas: Schemas) -> bool:
    """Whether a text holds the bytes of a file."""
    marked = "binary" in schemas.each(schema, "format") or any(schemas.each(schema, "contentMediaType"))
    return marked and schemas.types(schema) <= {"string", "null"}


def answers_file(operation: Operation) -> bool:
    """Whether a success is nothing but bytes."""
    success = [one for status, one in operation.responses.items() if status.startswith("2")]
    medias = [one for response in success for one in response.media_types.values()]
    return bool(medias) and all(map(_is_bytes, medias))


def _is_bytes(one: MediaType) -> bool:
    name = media.split(one.name)[0]
    return media.kind(name) == "binary" and "xml" not in name and not name.startswith(("*", "application/*"))


def find_contents(routes: Routes, taken: set[str]) -> dict[Shape, Flag]:
    """Paths at which a file is put and read again, such as an avatar: what is put there, by the values of the path."""
    contents: dict[Shape, Flag] = {}
    for shape, methods in routes.items():
        if VALUE in shape and _is_content(methods):
            flag = flag_at(shape, methods["GET"], taken)
            taken = {*taken, flag.name}
            contents[shape] = flag
    return contents


def _is_content(methods: Mapping[str, Route]) -> bool:
    """Whether GET answers the bytes that PUT or POST takes; before, 404 or any bytes."""
    if "GET" not in methods:
        return False
    bodies = [methods[method].operation.body for method in _SETTING if method in methods]
    takes = any(body is not None and all(map(_is_bytes, body.media_types.values())) for body in bodies)
    return takes and answers_file(methods["GET"].operation)
