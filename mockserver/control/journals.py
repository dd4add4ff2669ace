"""Control calls on the journal: entries, explanations, archive, coverage, verification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from mockserver.control.calls import Call, Handler, Result, conflict
from mockserver.errors import Refused
from mockserver.exchange.engine import Engine
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.journals import ENTRIES
from mockserver.exchange.shown import shown, summary
from mockserver.exchange.steering import WORLD_HEADER, read_steering
from mockserver.exchange.tracing import trace_of
from mockserver.insight.coverage import coverage, coverage_json, markdown
from mockserver.insight.example import example_request
from mockserver.insight.explain import explain, why_json, why_text
from mockserver.insight.har import har
from mockserver.insight.verify import verify
from mockserver.messages import Request
from mockserver.reply.reply import encode
from mockserver.state.store import MAIN


def _main_list(call: Call) -> Result:
    return _listed(call, MAIN)


def _list(call: Call) -> Result:
    return _listed(call, call.existing().name)


def _listed(call: Call, world: str) -> Result:
    journal = call.engine.journal
    show = summary if call.query("as") == "summary" else partial(shown, secrets=journal.secrets)
    entries = [show(entry) for entry in _filtered(call, world)]
    return Result({"requests": entries, "last": journal.last(world)})


def _filtered(call: Call, world: str) -> list[Exchange]:
    """The newest entries that fit the filters of the call, oldest first."""
    fitting = list(_fitting(call, call.engine.journal.entries(world)))
    return fitting[-call.query("limit", ENTRIES) :]


def _fitting(call: Call, entries: Iterable[Exchange]) -> Iterator[Exchange]:
    operation, user, verdict = call.meant(call.query("operation")), call.query("user"), call.query("verdict")
    status, since, trace = call.query("status", ""), call.query("since", 0), call.query("trace")
    for entry in entries:
        fits = operation in (None, entry.operation) and user in (None, entry.user) and verdict in (None, entry.verdict)
        fits = fits and (trace is None or _is_of(trace, entry))
        if fits and entry.number > since and str(entry.answer.status).startswith(status.rstrip("X")):
            yield entry


def _is_of(trace: str, entry: Exchange) -> bool:
    found = trace_of(entry.request.headers)
    return found is not None and found.trace_id == trace


def _archive(call: Call) -> Result:
    entries = _filtered(call, call.existing().name)
    return Result(har(entries, call.url, call.engine.journal.secrets))


def _entry(call: Call) -> Exchange:
    return entry_of(call.engine, call.existing().name, call.inputs.path["number"])


def entry_of(engine: Engine, world: str, number: int | str, *, missing: int = 404) -> Exchange:
    """The entry of this number, or the `last` one; `Refused` when the journal has none, with the status `missing`."""
    entry = engine.journal.entry(world, engine.journal.last(world) if number == "last" else int(number))
    if entry is None:
        lacks = "is empty" if number == "last" else f"has no request {number}; it keeps the newest {ENTRIES}"
        raise Refused(missing, f"the journal of {world!r} {lacks}")
    return entry


def _send(call: Call) -> Result:
    engine, content = call.engine, call.body
    world = call.world
    headers = {name.lower(): value for name, value in content.get("headers", {}).items()}
    body = b""
    if "body" in content:
        body, headers = encode(content["body"]), {"content-type": "application/json", **headers}
    elif "text" in content:
        body, headers = content["text"].encode(), {"content-type": "text/plain", **headers}
    user = next((user for user in engine.fixtures.users if user.name == content.get("user")), None)
    if user is not None:
        headers |= engine.pipeline.auth.headers_of(user)
    headers = dict(reversed({**headers, WORLD_HEADER: world}.items()))
    request = Request(content["method"], content["path"], content.get("query", ""), headers, body)
    named = engine.pipeline.auth.world_of(request, read_steering(request))
    if named != world:
        raise conflict(f"the token puts the request into the world {named!r}; leave out ~{named}, or send it there")
    engine.store.load(world)  # a 429 where there are too many
    why = dict(engine.pipeline.respond(request).headers)["Mock-Why"]
    return Result(shown(entry_of(engine, world, why.split("/")[-2]), engine.journal.secrets))


def _example(call: Call) -> Result:
    return Result(example_request(call.engine, call.existing(), call.query("operation")))


def _get(call: Call) -> Result:
    return Result(shown(_entry(call), call.engine.journal.secrets))


def _why(call: Call) -> Result:
    why = explain(call.engine, _entry(call), call.url)
    if call.query("as") == "json":
        return Result(why_json(why))
    return Result(why_text(why), media="text/plain; charset=utf-8")


def _world_coverage(call: Call) -> Result:
    return _covered(call, call.existing().name)


def _all_coverage(call: Call) -> Result:
    return _covered(call, None)


def _covered(call: Call, world: str | None) -> Result:
    covered = coverage(call.engine, world)
    if call.query("as") == "markdown":
        return Result(markdown(covered), media="text/markdown; charset=utf-8")
    return Result(coverage_json(covered))


def _verify(call: Call) -> Result:
    entries = list(call.engine.journal.entries(call.world))  # none in a world that was never used
    calls = [
        {**one, "operation": call.meant(one["operation"])} if "operation" in one else one for one in call.body["calls"]
    ]
    verification = verify(entries, {**call.body, "calls": calls})
    return Result(
        {"verified": not verification.problems, "problems": list(verification.problems), "diff": verification.diff}
    )


HANDLERS: dict[str, Handler] = {
    "listMainRequests": _main_list,
    "listRequests": _list,
    "sendRequest": _send,
    "getExampleRequest": _example,
    "exportRequests": _archive,
    "getRequest": _get,
    "explainRequest": _why,
    "getWorldCoverage": _world_coverage,
    "getCoverage": _all_coverage,
    "verifyRequests": _verify,
}
"""The calls by the name of their operation."""
