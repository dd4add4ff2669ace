"""The settings from flags, else from environment variables, else from the defaults."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from mockserver.cli import values
from mockserver.cli.flags import PARENTS
from mockserver.cli.state_files import FOLDER, file_of
from mockserver.errors import UsageError
from mockserver.settings import AUTH_MODES, MEMORY, PORT, PREFIX, Api, Recording, Settings, Upstream, bundled

_API_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")


def read_settings(
    options: argparse.Namespace,
    environment: Mapping[str, str],
    apis: tuple[Api, ...] = (),
    home: Path | None = None,
) -> Settings:
    """The settings from flags, else from `MOCKSERVER_...` variables, else the defaults. Raises UsageError.

    `apis` are served where no contract is named; states are kept below the folder `home` unless theirs is named.
    """

    def setting(name: str, default: str = "") -> str:
        value = getattr(options, name, None)
        return str(value) if value is not None else environment.get(f"MOCKSERVER_{name.upper()}", default)

    apis = read_apis(options.contract) or (() if options.contract else apis)
    spec = apis[0].spec if apis else next(iter(options.contract), None) or setting("spec")
    fixtures = options.fixtures or [path for path in setting("fixtures").split(os.pathsep) if path]
    is_bundled = not spec
    states = Path(setting("states") or (home or Path()) / FOLDER)
    return Settings(
        spec=spec or str(bundled("spec/openapi.yaml")),
        behaviours=values.behaviours_file(setting("behaviours"))
        or (bundled("spec/behaviours.yaml") if is_bundled else None),
        fixtures=tuple(Path(path) for path in fixtures) or ((bundled("fixtures"),) if is_bundled else ()),
        host=setting("host", "127.0.0.1"),
        port=values.port(setting("port", str(PORT))),
        # The tokens of a real backend aren't those of the fixtures.
        auth=values.one_of("auth", setting("auth", "any" if _is_proxy(options) else "enforce"), AUTH_MODES),
        seed=setting("seed", "0"),
        log_format=values.one_of("log_format", setting("log_format", "text"), ("text", "json")),
        periods=dict(values.pair(text) for text in options.period or setting("period").split(os.pathsep) if text),
        allow_remote_refs=values.switch(setting("allow_remote_refs")),
        allow_refs_below=values.folders(options.allow_refs_below or setting("allow_refs_below").split(os.pathsep)),
        watch=values.switch(setting("watch")),
        max_worlds=values.count(setting("max_worlds", "10000")),
        world_ttl=values.span(setting("world_ttl", "P1D")),
        journal_memory=values.size("--journal-memory", setting("journal_memory", "256MB"), 1_000_000, "1MB"),
        max_body=values.size("--max-body", setting("max_body", "8MB"), 1000, "1KB"),
        admin_token=setting("admin_token") or None,
        verbose=values.switch(setting("verbose")),
        show_secrets=values.switch(setting("show_secrets")),
        metrics=find_spec("prometheus_client") is not None,
        read_timeout=values.span_of("--read-timeout", setting("read_timeout", "30s"), 10),
        drain=values.span_of("--drain", setting("drain", "1s"), 0),
        stream_interval=values.interval(setting("stream_interval", "0")),
        tls=values.switch(setting("tls")) or bool(setting("tls_cert")),
        tls_cert=values.pem_file("--tls-cert", setting("tls_cert")),
        tls_key=values.pem_file("--tls-key", setting("tls_key")),
        store=setting("store", MEMORY),
        store_timeout=values.span_of("--store-timeout", setting("store_timeout", "1s"), 10),
        namespace=values.namespace(setting("namespace")),
        workers=values.workers(setting("workers", "1"), setting("store", MEMORY)),
        deliver_to=values.hosts(getattr(options, "deliver_to", None) or setting("deliver_to").split(",")),
        webhook_secret=values.secret(setting("webhook_secret")),
        unknown_parents=values.one_of("unknown_parents", setting("unknown_parents", "refuse"), PARENTS),
        apis=apis,
        upstream=_upstream(options, setting),
        state=file_of(state, states) if (state := setting("state")) else None,
        states=states,
        recording=_recording(options, setting),
    )


def read_apis(words: Sequence[str]) -> tuple[Api, ...]:
    """The APIs of several documents, or of one below a path, each named as SPEC or PATH=SPEC. Raises UsageError."""
    pairs = [_path_and_document(word) for word in words]
    if len(pairs) == 1 and not pairs[0][0]:
        return ()
    return tuple(Api(spec, api_path(path, f"{path}={spec}")) for path, spec in pairs)


def _path_and_document(word: str) -> tuple[str, str]:
    path, _, spec = word.partition("=")
    return (path, spec) if spec and path.startswith("/") and not Path(word).exists() else ("", word)


def api_path(text: str, place: str) -> str:
    """The path below which an API is served; empty for none. Raises UsageError."""
    path = text.rstrip("/")
    if path and not _API_PATH.fullmatch(path):
        problem = f"{text[:100]!r} isn't a path to serve an API at"
        raise UsageError(problem, place=place, fix="write /payments, or /billing/v2: letters, digits and ._~-")
    if path == PREFIX or path.startswith(f"{PREFIX}/"):
        raise UsageError(f"{PREFIX} is the path of the control API", place=place, fix="serve the API at another path")
    return path


def _upstream(options: argparse.Namespace, setting: Callable[..., str]) -> Upstream:
    """The backend; `proxy` has it as its first argument, and has it answer what no rule names."""

    def listed(name: str) -> tuple[str, ...]:
        given = getattr(options, name, None)
        return tuple(given or (one.strip() for one in setting(name).split(",") if one.strip()))

    missing = listed("missing")
    return Upstream(
        url=getattr(options, "backend", None) or setting("upstream") or None,
        first=_is_proxy(options),
        mock=listed("mock"),
        forward=listed("forward"),
        fallback=values.switch(setting("fallback")) or bool(missing),
        missing=tuple(values.status(text) for text in missing),
        fail=values.switch(setting("fail")),
        overlay=values.switch(setting("overlay")),
        timeout=values.span_of("--upstream-timeout", setting("upstream_timeout", "30s"), 10),
        ca=values.pem("--ca", setting("ca")),
        client_cert=values.pem("--client-cert", setting("client_cert")),
        client_key=values.pem("--client-key", setting("client_key")),
        insecure=values.switch(setting("insecure")),
    )


def _recording(options: argparse.Namespace, setting: Callable[..., str]) -> Recording | None:
    """Where to record; None where nothing is recorded."""
    paths = tuple(getattr(options, "scrub", None) or filter(None, setting("scrub").split(",")))
    size = values.size("--record-size", setting("record_size", "1GB"), 100_000, "1MB")
    folder = setting("record")
    return Recording(Path(folder), size, paths) if folder else None


def _is_proxy(options: argparse.Namespace) -> bool:
    """Whether the command is `proxy`."""
    return bool(getattr(options, "beside", False))
