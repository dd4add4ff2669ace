"""A file that was uploaded comes back byte by byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.contract import Operation, is_json
from contract_tests.core.creation import Maker
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.operation import nameless
from contract_tests.core.promises import promise
from contract_tests.core.schemas import declared_members, merged_keywords
from contract_tests.core.target import path_of
from contract_tests.run.run import Run
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
    """Bytes that are no text, in a form or as they are; the size where the contract says that it is one of bytes."""
    cases = Cases()
    for life in made_kinds:
        files = files_of(life.contract, body_of(life.contract, creator(life)).value)
        if len(files) == 1:
            with cases.case():
                check_upload(life, files[0], cases)
    for maker, download in raw_files(made_kinds[0].run):
        with cases.case():
            check_raw(made_kinds[0], maker.operation, download)
    cases.settle(some=True, otherwise="the contract has no operation that takes a file and one that gives it back")


def raw_files(run: Run) -> Iterator[tuple[Maker, Operation]]:
    """The operations whose whole body is a file, each with the one that gives it back."""
    for maker in run.records.own.makers if run.records else ():
        body = maker.operation.declared.body
        if maker.operation not in run.operations or not body or [*body.media_types] != [BYTES]:
            continue
        for one in run.operations:
            response = one.response_for(200)
            if one.method == "GET" and nameless(one.path) in maker.templates and response:
                yield from [(maker, one)] if [*response.media_types] == [BYTES] else ()


def check_raw(life: Life, upload: Operation, download: Operation) -> None:
    """Upload a file as it is, look at its size in the answer, then download it."""
    records, content = life.records, content_of("raw")
    before, names = {*records.own.urls}, records.values(upload)
    if upload.method == "PUT":
        names = {**records.values_above(upload), upload.path_names[-1]: records.free_key(upload)}
    if not names.keys() >= {*upload.path_names}:
        raise NotChecked(f"no record is known below which {upload.id} could make one")
    path = path_of(upload, tuple(names[one] for one in upload.path_names))
    made = life.target.request(upload.method, path, body=content, headers={"Content-Type": BYTES}, operation=upload)
    url = next((one for one in records.own.urls if one not in before), None)
    if url is None or not made.ok:
        raise NotChecked(f"{upload.id} answered {made.describe()}")
    life.eventually(partial(check_same, life, upload, download, made, url, content))
    for place in life.contract.json_answer_schemas(upload, f"{made.status}") if isinstance(made.json, Mapping) else ():
        check_bytes(life, upload.id, declared_members(life.contract, place.value), made.json, len(content), made)


def check_same(life: Life, upload: Operation, download: Operation, made: Answer, url: str, content: bytes) -> None:
    """Raise `Broken` where the download is not the file."""
    answer = life.target.request("GET", url, operation=download)
    if not answer.ok or answer.body != content:
        raise not_the_file(download, upload, content, made, answer)


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
    if life.kind.reader:
        members = declared(life.contract, life.kind.reader)
        check_bytes(life, creator(life).id, members, shown, count, made.answer, seen)


def check_bytes(
    life: Life, upload: str, members: Mapping[str, Any], shown: Mapping[str, Any], count: int, *answers: Answer
) -> None:
    """Raise `Broken` where a member that the contract describes as the bytes of the file has another number."""
    for name, schema in members.items():
        said = str(merged_keywords(life.contract, schema).get("description", ""))
        size = shown.get(name)
        if SIZE.fullmatch(name) and "byte" in f"{said} {name}".lower() and isinstance(size, int) and size != count:
            raise Broken(f"{upload} to store {count} bytes ({name})", str(size), *answers)


def check_content(life: Life, download: Operation, made: Made, content: bytes) -> None:
    """Raise `Broken` where the download is not the file."""
    known: Any = life.path(life.kind.read, made) if life.kind.read else {}
    answer = life.target.call(download.id, *(known[name] for name in download.path_names))
    if not answer.ok or answer.body != content:
        raise not_the_file(download, creator(life).operation, content, made.answer, answer)


def not_the_file(download: Operation, upload: Operation, content: bytes, *answers: Answer) -> Broken:
    """What is broken where a download is another file."""
    expected = f"{download.id} to give back the file that {upload.id} was sent: {len(content)} bytes"
    last = answers[-1]
    got = f"{len(last.body)} bytes: {last.body[:30]!r}" if last.ok else last.describe()
    return Broken(expected, got, *answers, in_order=True)
