"""Operators on the encoding of a successful body: one site each, since one reader parses all bodies."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from contract_tests.core.contract import Contract
from contract_tests.mutation.proxy import Reply
from contract_tests.mutation.sites import Change, Distortion, on_reply, successes


def sites(contract: Contract) -> Iterator[Distortion]:
    """Every operator on the encoding, at the first write; the bare list at each operation that answers a list."""
    for operation in islice((each for each, _ in successes(contract) if each.is_write), 1):
        for name, change in ENCODINGS.items():
            yield on_reply(name, operation, 200, change)
    for operation, schema in successes(contract):
        properties = contract.look_up(schema, "properties") if schema else None
        if any(each.get("type") == "array" for each in (properties.value if properties else {}).values()):
            yield on_reply("bare list", operation, 200, lambda reply: reply.with_json(first_list(reply.json)))


def first_list(body: Any) -> Any:
    """The first list among the members of an object."""
    return next((value for value in body.values() if isinstance(value, list)), body)


def _in_latin_1(reply: Reply) -> Reply:
    return replace(reply, body=json.dumps({**reply.json, "city": "Zürich"}, ensure_ascii=False).encode("latin-1"))


def _gzipped_and_cut(reply: Reply) -> Reply:
    return replace(reply.with_header("content-encoding", "gzip"), body=gzip.compress(reply.body)[:-12])


ENCODINGS: dict[str, Change] = {
    "body empty": lambda reply: replace(reply, body=b""),
    "body twice": lambda reply: replace(reply, body=reply.body * 2),
    "body as Python writes it": lambda reply: replace(reply, body=str(reply.json).encode()),
    "body in a JSON string": lambda reply: reply.with_json(reply.body.decode()),
    "body inside data": lambda reply: reply.with_json({"success": True, "data": reply.json}),
    "body with a secret": lambda reply: reply.with_json({**reply.json, "accessToken": "eyJ0.eyJ1.sig"}),
    "body not UTF-8": _in_latin_1,
    "body compressed and cut off": _gzipped_and_cut,
    "another charset": lambda reply: reply.with_header("content-type", "application/json; charset=iso-8859-1"),
}
