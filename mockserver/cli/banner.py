"""What is printed at the start: the address, the contract, the users, and a request to try."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from mockserver.exchange.engine import Engine
from mockserver.identity.places import AUTH
from mockserver.insight.samples import best_sample
from mockserver.settings import MEMORY, Api, Settings, is_loopback, near_host


def banner(engine: Engine, *, quiet: bool = False) -> str:
    """The lines printed once the port accepts connections; one line of JSON where the log is JSON."""
    settings = engine.settings
    url = _url(settings, near_host(settings.host))
    users = {user.name: user.token for user in engine.fixtures.users}
    if settings.log_format == "json":
        value = {"event": "listening", "url": url, "contract": settings.spec, "users": users, "store": _store(settings)}
        authority = _local_authority(settings)
        if authority is not None:
            value["ca"] = str(authority)
        return msgspec.json.encode(value).decode()
    lines = [
        f"Listening on  {_url(settings, settings.host)}",
        *_contracts(engine),
    ]
    if not engine.contract.operations:
        lines += ["No paths      the contract declares no operation: every request gets a 404"]
    lines += _backend(engine)
    lines += [f"Settings      {_shown(str(settings.config))}"] if settings.config else []
    notes = engine.contract.notes
    named = " ".join(_word(api) for api in settings.apis) or _shown(settings.spec)
    lines += [f"Notes         {len(notes)}, see mockserver check-spec {named}"] if notes else []
    lines += _memory(engine)
    lines += _certificate(settings)
    lines += [f"Store         {_store(settings)}"] if settings.store != MEMORY else []
    lines += _users(engine, users)
    lines += [f"Auth          {settings.auth}"] if settings.auth != "enforce" else []
    lines += [f"Control       {url}/__mock__/  (docs/, worlds, requests, state, clock, faults)"]
    lines += _sign_in(engine, url)
    lines += exposure(settings)
    sample = best_sample(engine)
    if sample is not None:
        lines += ["", "Try it:", f"  {sample.curl(url, engine.pipeline.auth.credentials(sample.operation))}"]
    last_line = "Quiet under CI: --verbose shows requests." if quiet else "One line per request:"
    return "\n".join([*lines, "", f"Ctrl-C stops it. {last_line}"])


def _users(engine: Engine, users: Mapping[str, str]) -> list[str]:
    """Who may call; without users, what the operations take that need a credential."""
    if users:
        return [f"Users         {', '.join(f'{name} ({token})' for name, token in users.items())}"]
    if engine.settings.auth != "enforce" or not engine.contract.security_schemes:
        return []
    return ["Users         none in the fixtures: any credential is accepted where the contract asks for one"]


def _contracts(engine: Engine) -> Iterator[str]:
    """A line for each API."""
    settings, owned = engine.settings, engine.contract.owned
    if not settings.apis:
        yield f"Contract      {_shown(settings.spec)} ({_counted(len(engine.contract.operations), 'operation')})"
    for api, operations in zip(settings.apis, owned.values(), strict=True):
        where = f" at {api.path}" if api.path else ""
        yield f"Contract      {_shown(api.spec)}{where} ({_counted(len(operations), 'operation')})"


def _word(api: Api) -> str:
    """An API as the command line names it."""
    return f"{api.path}={_shown(api.spec)}" if api.path else _shown(api.spec)


def _store(settings: Settings) -> str:
    """Where worlds are kept, without passwords."""
    if settings.store == MEMORY:
        return MEMORY
    from mockserver.exchange.stores import shown_store

    return shown_store(settings.store)


def _backend(engine: Engine) -> list[str]:
    """The real backend, and what it answers."""
    if engine.backend is None:
        return []
    routes = engine.backend.router.routes
    what = "all other operations" if routes.rules and routes.others == "backend" else "all operations"
    if routes.others == "mock":
        forwarded = ", ".join(rule.operation for rule in routes.rules if rule.by == "backend")
        what = ", ".join(filter(None, [forwarded, "paths that the contract doesn't have"]))
    fallback = "; the mock answers what it doesn't have" if routes.fallback else ""
    return [f"Backend       {engine.backend.target} answers {what}{fallback}"]


def _sign_in(engine: Engine, url: str) -> list[str]:
    """Where apps sign in, if the contract has them do so."""
    kinds = {str(scheme.raw.get("type")) for scheme in engine.contract.security_schemes.values()}
    if kinds.isdisjoint(("oauth2", "openIdConnect")):
        return []
    from importlib.util import find_spec

    missing = "" if find_spec("joserfc") else "  (tokens need the extra auth)"
    return [f"Sign-in       {url}{AUTH}{missing}"]


def _certificate(settings: Settings) -> list[str]:
    """Who has signed what the server shows."""
    if not settings.tls or settings.tls_cert is None:
        return []
    if _local_authority(settings) is not None:
        return ["Certificate   of your local CA: mockserver tls trust says how clients come to trust it"]
    return [f"Certificate   {_shown(str(settings.tls_cert))}"]


def _local_authority(settings: Settings) -> Path | None:
    """The certificate of the local authority, where it has signed what the server shows."""
    if not settings.tls or settings.tls_cert is None:
        return None
    from mockserver.web.tls import AUTHORITY, folder

    return folder() / AUTHORITY if settings.tls_cert.parent == folder() else None


def _memory(engine: Engine) -> list[str]:
    """What has no memory although paths look as if it had, and why."""
    count = len(engine.forgotten)
    if not count:
        return (
            ["Memory        of each collection is proven when it is first used"] if engine.proving is not None else []
        )
    more = f" (and {count - 1} more, see mockserver check-spec)" if count > 1 else ""
    return [f"No memory     {engine.forgotten[0]}{more}"]


def _url(settings: Settings, host: str) -> str:
    return f"{'https' if settings.tls else 'http'}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def exposure(settings: Settings) -> list[str]:
    """What other machines can reach, if the mock server listens on a public address."""
    if is_loopback(settings.host):
        return []
    callers = "and the control API with the admin token" if settings.admin_token else "as any of these users"
    control = "" if settings.admin_token else "; the control API only accepts this machine (--admin-token opens it)"
    return [f"Exposed       other machines can call the mocked API, {callers}{control}"]


def _shown(path: str) -> str:
    """A path, relative to the working directory where that is shorter."""
    try:
        relative = os.path.relpath(path) if Path(path).is_absolute() else path
    except ValueError:  # on another drive of Windows
        return path
    return min(path, relative, key=len)
