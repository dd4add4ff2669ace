"""`mockserver init`: the files with which a project begins, made from its contract and tried before they are kept."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace

from mockserver import plain_yaml
from mockserver.behaviour.vocabulary import Behaviour
from mockserver.cli.init_texts import (
    BASIC_USERS,
    BEHAVIOURS,
    CONFIG,
    CREATING,
    FAILING,
    FIXTURES,
    LEFT_OUT,
    NOTHING,
    READING,
    TESTS,
    USERS,
)
from mockserver.contract.operations.operation import Operation
from mockserver.control.records import as_fixtures
from mockserver.errors import FixtureError, UsageError
from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
from mockserver.generate import Unsatisfiable, generate
from mockserver.inference import as_yaml
from mockserver.insight.samples import Sample, read_samples
from mockserver.messages import Request
from mockserver.settings import Settings
from mockserver.state.store import MAIN

_TRIED = 50
"""How many operations are tried for each test."""
_JSON = "application/json"
_FILES = ("mockserver.toml", "behaviours.yaml", "fixtures.yaml", "test_mock.py")


def init(settings: Settings, folder: Path) -> list[Path]:
    """Write the files for the contract of the settings into a folder. Raises UsageError where one is there already."""
    taken = next((name for name in _FILES if (folder / name).exists()), None)
    if taken is not None:
        raise UsageError("exists already, and nothing is overwritten", place=taken, fix="move it, or use a new folder")
    written = []
    for name, text in files(settings).items():
        written.append(folder / name)
        written[-1].write_text(text, encoding="utf-8")
    return written


def files(settings: Settings) -> Mapping[str, str]:
    """The text of each file."""
    engine = build_engine(replace(settings, behaviours=None, fixtures=()))
    records = as_fixtures(engine, engine.store.load(MAIN)[0])
    kinds = {scheme.kind for scheme in engine.contract.security_schemes.values()}
    users = BASIC_USERS if "basic" in kinds else USERS if kinds else ""
    texts = {
        "mockserver.toml": CONFIG.format(spec=_toml(settings.spec), seed=_toml(settings.seed)) + _access(settings),
        "behaviours.yaml": BEHAVIOURS + (as_yaml(engine.inferred) if engine.inferred is not None else ""),
    }
    fixtures, served = _accepted(settings, texts["behaviours.yaml"], users, records)
    tests = TESTS.format(spec=settings.spec) + ("".join(_tests(served)) or NOTHING)
    return {**texts, "fixtures.yaml": fixtures, "test_mock.py": tests}


def _accepted(settings: Settings, behaviours: str, users: str, records: Mapping[str, list[Any]]) -> tuple[str, Engine]:
    """The text of the fixtures, and the mock that has read both files.

    Generated records needn't be as complete as those of a file must be: a collection that is refused is left out, and
    the file says so.
    """
    kept, lost = dict(records), ""
    with TemporaryDirectory() as folder:
        paths = Path(folder) / "behaviours.yaml", Path(folder) / "fixtures.yaml"
        paths[0].write_text(behaviours, encoding="utf-8")
        while True:
            text = FIXTURES + lost + _with_users(users, plain_yaml.dump(kept))
            paths[1].write_text(text, encoding="utf-8")
            try:
                return text, build_engine(replace(settings, behaviours=paths[0], fixtures=paths[1:]))
            except FixtureError as error:
                name = next((one for one in kept if error.problem.startswith(f"{one}[")), None)
                if name is None:
                    raise
                del kept[name]
                lost += LEFT_OUT.format(name=name, problem=error.problem)


def _access(settings: Settings) -> str:
    """What lets the mock read the files that it needed."""
    folders = [_toml(str(folder)) for folder in settings.allow_refs_below]
    below = f"allow-refs-below = [{', '.join(folders)}]\n" if folders else ""
    return ("allow-remote-refs = true\n" if settings.allow_remote_refs else "") + below


def _with_users(users: str, records: str) -> str:
    """The records, with users among those of a collection of that name."""
    if records.startswith("users:\n"):
        return users + records.removeprefix("users:\n") if users else records
    return users + records if records.strip() != "{}" else users


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _tests(engine: Engine) -> Iterator[str]:
    """A test of the first read and of the first new record that work, and one of a failure."""
    read = next((one for one in read_samples(engine, _TRIED) if _is_usable(engine, one.operation)
                 and _status(engine, one) == 200), None)  # fmt: skip
    if read is not None:
        call = _call(engine, read)
        yield READING.format(call=call, operation=read.operation.id)
        yield FAILING.format(call=call, operation=json.dumps(read.operation.id))
    yield from _creating(engine)


def _creating(engine: Engine) -> Iterator[str]:
    tried = 0
    for behaviour in engine.behaviours.operations.values():
        operation = engine.contract.operations[behaviour.operation]
        made = _new_record(engine, operation, behaviour) if tried < _TRIED else None
        tried += behaviour.create is not None
        if made is not None and behaviour.create is not None:
            status, call = made
            collection = json.dumps(behaviour.create.collection)
            yield CREATING.format(call=call, operation=operation.id, collection=collection, status=status)
            return


def _new_record(engine: Engine, operation: Operation, behaviour: Behaviour) -> tuple[int, str] | None:
    """The status and the call of a request that makes one record; None where none of JSON does."""
    if behaviour.create is None or behaviour.find is not None or operation.body is None or "{" in operation.template:
        return None
    media = operation.body.media_types.get(_JSON)
    if media is None or not _is_usable(engine, operation):
        return None
    try:
        body = generate(media.schema, view=engine.contract.view, seed=engine.settings.seed, writing=True, sparse=True)
    except Unsatisfiable:
        return None
    before = _count(engine, behaviour.create.collection)
    sample = Sample(operation, body=body)
    status = _status(engine, sample) if isinstance(body, dict) else 0
    grew = _count(engine, behaviour.create.collection) == before + 1
    return (status, _call(engine, sample)) if status // 100 == 2 and grew else None


def _count(engine: Engine, collection: str) -> int:
    return len(as_fixtures(engine, engine.store.load(MAIN)[0]).get(collection, ()))


def _is_usable(engine: Engine, operation: Operation) -> bool:
    """Whether its credentials can be sent in headers."""
    return all(location == "header" for location, _, _ in engine.pipeline.auth.credentials(operation))


def _status(engine: Engine, sample: Sample) -> int:
    """The status that the mock answers."""
    headers = {name.lower(): text for name, text in sample.header.items()}
    headers |= {name: value for _, name, value in engine.pipeline.auth.credentials(sample.operation)}
    body = json.dumps(sample.body).encode() if sample.body else b""
    if sample.body:
        headers |= {"content-type": _JSON, "content-length": str(len(body))}
    request = Request(sample.operation.method, sample.decoded_address, urlencode(sample.query), headers, body)
    return engine.pipeline.respond(request).status


def _call(engine: Engine, sample: Sample) -> str:
    """The request as an expression of the test."""
    address = sample.address + (f"?{urlencode(sample.query)}" if sample.query else "")
    words = [_literal(sample.operation.method), _literal(address)]
    headers = dict(sample.header)
    for _, name, value in engine.pipeline.auth.credentials(sample.operation):
        if name == "authorization" and value == f"Bearer {engine.fixtures.users[0].token}":
            words.append(f"user={_literal(engine.fixtures.users[0].name)}")
        else:
            headers[name] = value
    words += [f"json={_literal(sample.body)}"] if sample.body else []
    words += [f"headers={_literal(headers)}"] if headers else []
    return f"mock_world.request({', '.join(words)})"


def _literal(value: Any) -> str:
    """A value of JSON as Python writes it, in double quotes where the two write it alike."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        return text if ast.literal_eval(text) == value else repr(value)
    except ValueError:  # true, false and null
        return repr(value)


def described(paths: list[Path]) -> str:
    """What is printed."""
    lines = [*(f"wrote {path.name}" for path in paths), "", "Start the mock:  mockserver mock"]
    return "\n".join([*lines, "Run the test:    pip install pytest && pytest"])
