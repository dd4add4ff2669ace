"""The catalogue of operators that distort answers: what a defect of that kind looks like from outside.

Each operator names its sites in a contract; none knows the bundled API. A site's `make` gives a distortion with fresh
memory, for some remember earlier exchanges.
The catalogue follows HttpMutator and Antigen, and the fault lists of EvoMaster and RESTler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from contract_tests.core.contract import Contract
from contract_tests.mutation import of_encoding, of_fields, of_inputs, of_names, of_side_effects, of_state, of_time
from contract_tests.mutation.body import body_sites
from contract_tests.mutation.proxy import Reply, Request
from contract_tests.mutation.sites import Change, Distortion, answers_with, on_reply, successes

PAGE = "text/html; charset=utf-8"


def distortions(contract: Contract) -> Iterator[Distortion]:
    """Every distortion of the catalogue at every site that the contract offers."""
    for sites in (status_sites, header_sites, body_sites):
        yield from sites(contract)
    for module in (of_encoding, of_fields, of_inputs, of_state, of_side_effects, of_names, of_time):
        yield from module.sites(contract)


def to_status(status: int) -> Change:
    """Answer with another status."""
    return lambda reply: Reply(status, reply.headers, reply.body)


def with_header(name: str, value: str | None) -> Change:
    """Answer with a header changed or taken away."""
    return lambda reply: reply.with_header(name, value)


def status_sites(contract: Contract) -> Iterator[Distortion]:
    """Statuses: of a success, of what is not found, of what is refused."""
    for operation, _ in successes(contract):
        yield on_reply("success with status 201", operation, 200, to_status(201))
        yield on_reply("success with status 400", operation, 200, to_status(400))
        yield on_reply("success with status 204", operation, 200, lambda _: Reply(204))
        yield on_reply("401 as 400", operation, 401, to_status(400))
    for operation in answers_with(contract, "404"):
        for status in (200, 400, 410, 500):
            yield on_reply(f"404 as {status}", operation, 404, to_status(status))
    for given, others in ((401, (200, 302, 403, 500)), (405, (200, 404, 500))):
        for status in others:
            yield on_every(f"{given} as {status}", given, to_status(status))


def header_sites(contract: Contract) -> Iterator[Distortion]:
    """Headers: the media type, the challenge, the allowed methods."""
    for operation, _ in successes(contract):
        yield on_reply("success as HTML", operation, 200, with_header("content-type", PAGE))
        yield on_reply("WWW-Authenticate dropped", operation, 401, with_header("www-authenticate", None))
    for operation in answers_with(contract, "404"):
        yield on_reply("404 as plain text", operation, 404, with_header("content-type", "text/plain"))
    typed = with_header("content-type", "application/json; charset=utf-8")
    yield on_every("Content-Type dropped", 200, with_header("content-type", None))
    yield on_every("charset added", 200, typed)
    yield on_every("WWW-Authenticate of another scheme", 401, with_header("www-authenticate", 'Basic realm="api"'))
    yield on_every("401 in another envelope", 401, lambda reply: reply.with_json({"title": "Unauthorized"}))
    yield on_every("Allow dropped", 405, with_header("allow", None))
    yield on_every("Allow of other methods", 405, with_header("allow", "TRACE"))
    yield on_every("Allow of refused methods", 405, with_header("allow", "GET, POST, PUT, PATCH, DELETE"))


def on_every(operator: str, status: int, change: Change) -> Distortion:
    """A site that changes every answer of that status."""

    def distort(request: Request, forward: Callable[[Request], Reply]) -> Reply:
        reply = forward(request)
        return change(reply) if reply.status == status else reply

    return Distortion(operator, "", "", lambda _: distort)
