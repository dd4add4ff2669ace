"""Page readings → one OpenAPI document, before any overlay."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from docs_to_openapi.contract.facts import METHODS
from docs_to_openapi.contract.rebase import rebased
from docs_to_openapi.errors import Place, Problem
from docs_to_openapi.reading.operation import OperationReading
from docs_to_openapi.reading.overview import Overview
from docs_to_openapi.reading.parameters import placeholders
from docs_to_openapi.reading.reader import PageReading
from docs_to_openapi.reading.security import Requirement, name_schemes

Document = dict[str, Any]
OPENAPI = "3.1.0"


def assemble(readings: list[PageReading], problems: list[Problem]) -> Document:
    """The document that all pages state together. A second description of an operation or schema is reported."""
    readings = rebased(readings)
    document: Document = {"openapi": OPENAPI, "info": _info(readings)}
    if servers := _servers(readings):
        document["servers"] = servers
    paths = _paths(readings, problems)
    security = _security(readings, document, problems)
    document["paths"] = paths
    components = {"securitySchemes": security, "schemas": _schemas(readings, problems)}
    components = {kind: named for kind, named in components.items() if named}
    if components:
        document["components"] = components
    return document


def _info(readings: list[PageReading]) -> dict[str, str]:
    titled = [reading.overview for reading in readings if reading.overview.title]
    general = [overview for overview in titled if overview.version]
    general = general or [each.overview for each in readings if not each.operations and _is_overview(each)]
    best = next((overview for overview in [*general, *titled] if overview.title), Overview(title="Untitled"))
    return {"title": best.title, "version": best.version or "unstated"}


def _is_overview(reading: PageReading) -> bool:
    """Whether a page without operations is about the API as a whole, rather than about prices or changes."""
    overview = reading.overview
    named = PurePath(reading.page.name).stem.lower() in ("index", "readme", "overview", "introduction", "intro", "home")
    return named or bool(overview.servers or overview.mentions or overview.envelope or reading.security)


def _servers(readings: list[PageReading]) -> list[dict[str, Any]]:
    """The base URLs that the pages name, or the ones that the code samples call if no page names one."""
    servers: dict[str, dict[str, Any]] = {}
    for reading in readings:
        for url, (server, line) in reading.overview.servers.items():
            servers.setdefault(url, server | {"x-source": f"{reading.page.name}:{line}"})
    for reading in readings:
        for operation in reading.operations:
            url = operation.server
            if url and not any(stated == url or stated.startswith(url + "/") for stated in servers):
                servers[url] = {"url": url, "x-source": operation.source}
    if not servers:
        for reading in readings:
            for operation in reading.operations:
                for url, line in operation.samples.servers.items():
                    servers.setdefault(url, {"url": url, "x-source": f"{reading.page.name}:{line}"})
    return list(servers.values())


def _paths(readings: list[PageReading], problems: list[Problem]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    sources: dict[tuple[str, str], str] = {}
    for operation in (operation for reading in readings for operation in reading.operations):
        item = paths.setdefault(operation.path, {})
        same_shape = [path for path in paths if path != operation.path and _shape(path) == _shape(operation.path)]
        if operation.method in item or any(operation.method in paths[path] for path in same_shape):
            other = sources.get((operation.path, operation.method)) or sources[same_shape[0], operation.method]
            message = f"{operation.call} is described twice; the second description was not read"
            key = f"second {operation.call}"
            problems.append(Problem("contradiction", _place(operation.source), message, _place(other), key))
        else:
            item[operation.method] = operation.operation
            sources[operation.path, operation.method] = operation.source
        if not item:
            del paths[operation.path]
    return {
        path: {method: paths[path][method] for method in METHODS if method in paths[path]} for path in sorted(paths)
    }


def _shape(path: str) -> str:
    for name in placeholders(path):
        path = path.replace("{" + name + "}", "{}")
    return path


def _place(source: str) -> Place:
    page, _, line = source.rpartition(":")
    return Place(page, int(line))


def _schemas(readings: list[PageReading], problems: list[Problem]) -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    for reading in readings:
        for name, schema in reading.schemas.items():
            if name in schemas and _bare(schema) != _bare(schemas[name]):
                place = _place(schema.get("x-source", f"{reading.page.name}:1"))
                message = f"schema {name} is described twice"
                problems.append(Problem("contradiction", place, message, None, f"schema {name}"))
            schemas.setdefault(name, schema)
    return schemas


def _bare(node: Any) -> Any:
    """A schema without evidence: pages may repeat what another page states."""
    if isinstance(node, dict):
        return {key: _bare(value) for key, value in node.items() if key != "x-source"}
    return [_bare(item) for item in node] if isinstance(node, list) else node


def _security(readings: list[PageReading], document: Document, problems: list[Problem]) -> dict[str, Any]:
    """Resolve the scheme names, write each operation's security, and move a shared requirement to the document."""
    operations = [operation for reading in readings for operation in reading.operations]
    used: dict[str, bool] = {}
    for operation in operations:
        for requirement in operation.security or []:
            for name, scopes in requirement.items():
                used[name] = used.get(name, False) or bool(scopes)
    described = [
        (name, scheme, f"{reading.page.name}:{line}") for reading in readings for name, scheme, line in reading.schemes
    ]
    schemes, unknown = name_schemes(used, described, _bearers(readings, operations))
    _add_stated(operations, schemes)
    _add_general(readings, operations, schemes)
    for operation in operations:
        _write_security(operation, set(unknown), problems)
    stated = [operation.operation.get("security") for operation in operations]
    if stated and stated[0] and all(each == stated[0] for each in stated):
        document["security"] = stated[0]
        for operation in operations:
            del operation.operation["security"]
    return schemes


def _add_stated(operations: list[OperationReading], schemes: dict[str, dict[str, Any]]) -> None:
    """The security that a layout has read with its operation, as schemes and requirements."""
    for operation in operations:
        if operation.schemes is None:
            continue
        for name, scheme in operation.schemes:
            schemes.setdefault(name, scheme | {"x-source": operation.source})
        operation.operation["security"] = [{name: []} for name, _ in operation.schemes]


def _add_general(
    readings: list[PageReading], operations: list[OperationReading], schemes: dict[str, dict[str, Any]]
) -> None:
    """The security that a page states for the whole API, for every operation without a statement of its own."""
    general = [
        (name, scheme, f"{reading.page.name}:{line}") for reading in readings for name, scheme, line in reading.security
    ]
    for name, scheme, source in general[:1]:
        schemes.setdefault(name, scheme | {"x-source": source})
        for operation in operations:
            operation.operation.setdefault("security", [{name: []}])


def _bearers(readings: list[PageReading], operations: list[OperationReading]) -> dict[str, str]:
    """The evidence that a scheme is a bearer token: a code sample of an operation that requires only that scheme."""
    bearers: dict[str, str] = {}
    for reading in readings:
        for operation in reading.operations:
            name = _only_scheme(operation.security)
            if name and operation.samples.bearer:
                bearers.setdefault(name, f"{reading.page.name}:{operation.samples.bearer}")
    general = next((f"{reading.page.name}:{reading.bearer}" for reading in readings if reading.bearer), "")
    if general:
        only = {_only_scheme(operation.security) for operation in operations} - {""}
        bearers |= {name: general for name in only if len(only) == 1 and name not in bearers}
    return bearers


def _only_scheme(security: list[Requirement] | None) -> str:
    return next(iter(security[0])) if security and len(security) == 1 and len(security[0]) == 1 else ""


def _write_security(operation: OperationReading, unknown: set[str], problems: list[Problem]) -> None:
    if operation.security is None:
        return
    missing = sorted({name for requirement in operation.security for name in requirement} & unknown)
    if missing:
        message = f"{operation.call}: no page describes the security scheme {missing[0]!r}; it was left out"
        problems.append(Problem("unread", _place(operation.source), message))
    else:
        operation.operation["security"] = operation.security
