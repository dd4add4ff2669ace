"""A file that was uploaded comes back byte by byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pytest

from contract_tests.core.cases import Cases
from contract_tests.core.contract import Operation, is_json
from contract_tests.core.errors import Broken
from contract_tests.core.promises import promise
from contract_tests.core.schemas import merged_keywords
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.forms import content_of, files_of
from contract_tests.suites.records.kinds import body_of, declared
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator

pytestmark = pytest.mark.usefixtures("writable", "reserved")
BYTES: Final = "application/octet-stream"
SAME: Final = re.compile(r"upload|original|unchanged|as (it|they) (was|were)|stored", re.IGNORECASE)
"""Words by which an answer is the file itself; a server may make another one of a picture."""

SIZE: Final = re.compile(r"(file_?)?size(_?(in_?)?bytes)?|(content_?)?length|bytes", re.IGNORECASE)
PAGE: Final = "the responses of the contract: the file that was uploaded"


@promise("A file that was uploaded comes back as it was", page=PAGE, stage=23)
def test_uploads(made_kinds: list[Life]) -> None:
    """Bytes that are no text, uploaded in a form; its size where the contract says that it is one of bytes."""
    cases = Cases()
    for life in made_kinds:
        files = files_of(life.contract, body_of(life.contract, creator(life)).value)
        if len(files) == 1:
            with cases.case():
                check_upload(life, files[0], cases)
    cases.settle(some=True, otherwise="the contract has no form with a file")


def check_upload(life: Life, name: str, cases: Cases) -> None:
    """Upload a file, look at its size, then download it."""
    body = life.body(creator(life), 1)
    made = life.create(body)
    content = content_of(body[name])
    for download in downloads(life):
        with cases.case():
            life.eventually(partial(check_content, life, download, made, content))
    if life.kind.reader:
        life.eventually(partial(check_size, life, made, len(content)))


def downloads(life: Life) -> Iterator[Operation]:
    """The operations that answer with the bytes of a record of the kind, and say so."""
    for operation in life.run.operations:
        behaviour, read = life.run.model.behaviours.get(operation.id), life.kind.read
        is_below = read is not None and operation.path.startswith(f"{read.operation.path}/")
        response = operation.response_for(200)
        if operation.method != "GET" or not is_below or not behaviour or not behaviour.find or not response:
            continue
        is_of_kind = behaviour.find.collection == life.kind.name
        names = [*response.media_types]
        is_itself = names == [BYTES] or bool(SAME.search(response.description))
        if is_of_kind and is_itself and names and not any(map(is_json, names)):
            yield operation


def check_size(life: Life, made: Made, count: int) -> None:
    """Raise `Broken` where a member that the contract describes as the bytes of the file has another number."""
    seen = life.look(made)
    shown = life.record_in(seen, made) or {}
    for name, schema in declared(life.contract, life.kind.reader).items() if life.kind.reader else ():
        said = str(merged_keywords(life.contract, schema).get("description", ""))
        size = shown.get(name)
        if SIZE.fullmatch(name) and "byte" in f"{said} {name}".lower() and isinstance(size, int) and size != count:
            raise Broken(f"{creator(life).id} to store {count} bytes ({name})", str(size), made.answer, seen)


def check_content(life: Life, download: Operation, made: Made, content: bytes) -> None:
    """Raise `Broken` where the download is not the file."""
    known: Any = life.path(life.kind.read, made) if life.kind.read else {}
    answer = life.target.call(download.id, *(known[name] for name in download.path_names))
    if not answer.ok or answer.body != content:
        expected = f"{download.id} to give back the file that {creator(life).id} was sent: {len(content)} bytes"
        got = f"{len(answer.body)} bytes: {answer.body[:30]!r}" if answer.ok else answer.describe()
        raise Broken(expected, got, made.answer, answer, in_order=True)
