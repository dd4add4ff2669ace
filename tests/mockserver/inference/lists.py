"""Contracts with many lists of one collection, read at once: what each list's query and envelope are taken to mean."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mockserver.contract.contract import Contract, load_contract
from mockserver.inference import infer
from tests.mockserver.inference.test_infer import answer, crud, thing

TEXT, WHOLE, FLAG, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}, {"type": "number"}
DATE, TIME = {**TEXT, "format": "date"}, {**TEXT, "format": "date-time"}
BOOK = {"$ref": "#/components/schemas/Book"}
Data = dict[str, Any]


def contract(paths: Data, **schemas: Any) -> Contract:
    """The contract with these paths and schemas."""
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "openapi.json")
        path.write_text(json.dumps({**document, "components": {"schemas": schemas}}), encoding="utf-8")
        return load_contract(path)


def many(items: Any) -> Data:
    """The schema of a list."""
    return {"type": "array", "items": items}


def parameter(name: str, schema: Any = TEXT, text: str = "", **more: Any) -> Data:
    """A parameter of a query."""
    return {"name": name, "in": "query", "schema": schema, **({"description": text} if text else {}), **more}


def each(names: str | Iterable[str], value: Any) -> Data:
    """The same value for each of these names."""
    return dict.fromkeys(names.split() if isinstance(names, str) else names, value)


def behaviours(fields: Data, views: Sequence[tuple[Sequence[Data], Any]]) -> list[Data]:
    """The behaviours of as many lists of books with these fields; each has parameters and a schema of its answer."""
    paths = crud("/books", "id", BOOK, kind="Book")
    for number, (parameters, schema) in enumerate(views):
        view = {"operationId": f"view{number}", "parameters": list(parameters), "responses": answer(schema)}
        paths[f"/books/view{number}"] = {"get": view}
    inferred = infer(contract(paths, Book=thing(**{"id": WHOLE, **fields})))
    return [inferred.behaviours["operations"][f"view{number}"] for number in range(len(views))]


def filters(fields: Data, *queries: Sequence[Data]) -> list[Data]:
    """The filters of as many lists of books, each with the parameters of one query."""
    return [found["list"]["books"] for found in behaviours(fields, [(query, many(BOOK)) for query in queries])]


def pages(fields: Data, *queries: Sequence[Data]) -> list[Data]:
    """The pages of as many lists of books, each with the parameters of one query."""
    return [found.get("page", {}) for found in behaviours(fields, [(query, many(BOOK)) for query in queries])]


def replies(members: Data, query: Sequence[Data] = (), *, required: bool = False, **more: Any) -> Data:
    """What a list's reply has in each of these members beside its items, one at a time; None where it is made up."""
    views = [
        (query, thing(items=many(BOOK), **{name: schema}, **more) | ({"required": [name]} if required else {}))
        for name, schema in members.items()
    ]
    found = [one["reply"] for one in behaviours({}, views)]
    return {name: one.get(name) if isinstance(one, dict) else None for name, one in zip(members, found, strict=True)}
