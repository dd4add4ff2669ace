"""The flags of `mockserver mock` and their environment variables, and the settings made from them."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mockserver.cli.state_files import FOLDER, file_of
from mockserver.clock import parse_period
from mockserver.errors import UsageError
from mockserver.settings import (
    AUTH_MODES,
    LONGEST_WAIT,
    MEMORY,
    PORT,
    PREFIX,
    Api,
    Recording,
    Settings,
    Upstream,
    bundled,
)

_SIZE = re.compile(r"(?P<count>\d{1,15})\s*(?P<unit>[kmg]?b)?", re.IGNORECASE)
_INTERVAL = re.compile(r"(?P<count>\d{1,6}(\.\d{1,3})?)\s*(?P<unit>ms|s)?")
_API_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_WORKERS = 64
_UNITS = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3}

PARENTS = ("refuse", "adopt")

FLAGS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (
        ("--config",),
        {
            "metavar": "FILE",
            "help": "settings file (mockserver.toml, or pyproject.toml with [tool.mockserver]); none: read no file",
        },
    ),
    (("--host",), {"help": "address to listen on (127.0.0.1)"}),
    (("--port",), {"help": f"port to listen on ({PORT}); 0 picks a free one"}),
    (("--spec",), {"metavar": "SPEC", "help": "the same as SPEC"}),
    (
        ("--behaviours",),
        {"metavar": "FILE", "help": "file that describes what each operation does to the stored records"},
    ),
    (
        ("--fixtures",),
        {"metavar": "PATH", "action": "append", "help": "file or folder with records and users; repeatable"},
    ),
    (
        ("--auth",),
        {"choices": AUTH_MODES, "help": "enforce the users' tokens, accept any credential as the first user, or off"},
    ),
    (
        ("--state",),
        {"metavar": "STATE", "help": "begin each world as a saved state: a name, or a YAML file"},
    ),
    (
        ("--states",),
        {"metavar": "DIR", "help": "folder of the saved states (.mockserver/states beside the settings file)"},
    ),
    (("--seed",), {"help": "seed of generated ids and values (0)"}),
    (("--period",), {"metavar": "NAME=P7D", "action": "append", "help": "length of a named period; repeatable"}),
    (("--log-format",), {"choices": ("text", "json"), "help": "format of the log: one line per request"}),
    (
        ("--watch",),
        {"action": "store_true", "default": None, "help": "reload contract, behaviours and fixtures when they change"},
    ),
    (("--max-worlds",), {"metavar": "N", "help": "maximum number of worlds (10000)"}),
    (
        ("--unknown-parents",),
        {
            "choices": PARENTS,
            "help": "refuse to list or create below a record that doesn't exist (404), or adopt: create it as well",
        },
    ),
    (
        ("--world-ttl",),
        {"metavar": "P1D", "help": "how long an idle world is kept (P1D), or 'never' to keep all"},
    ),
    (
        ("--journal-memory",),
        {
            "metavar": "256MB",
            "help": "memory for the journals of all worlds together (256MB)",
        },
    ),
    (
        ("--store",),
        {"metavar": "URL", "help": "where worlds are kept: memory (default), sqlite:FILE, or redis://HOST:PORT/DB"},
    ),
    (("--store-timeout",), {"metavar": "1s", "help": "how long a store may take before a request gets a 503 (1s)"}),
    (
        ("--namespace",),
        {"metavar": "NAME", "help": "share the store with mocks of this name; otherwise with those of the same files"},
    ),
    (("--workers",), {"metavar": "N", "help": "number of processes that answer; more than 1 needs a --store (1)"}),
    (("--read-timeout",), {"metavar": "30s", "help": "how long a client may take to send a body before a 408 (30s)"}),
    (
        ("--max-body",),
        {"metavar": "8MB", "help": "largest request body, as sent and once decoded; a larger one gets a 413 (8MB)"},
    ),
    (("--drain",), {"metavar": "1s", "help": "how long SIGTERM waits for answers that are under way (1s)"}),
    (
        ("--stream-interval",),
        {"metavar": "200ms", "help": "pause between two events or lines of a stream (0)"},
    ),
    (
        ("--deliver-to",),
        {
            "metavar": "HOST",
            "action": "append",
            "help": "send callbacks and webhooks to this host or network too, not only to this machine; repeatable",
        },
    ),
    (
        ("--webhook-secret",),
        {"metavar": "whsec_...", "help": "secret that signs callbacks and webhooks; otherwise each world has its own"},
    ),
    (
        ("--admin-token",),
        {"metavar": "TOKEN", "help": "token with which other machines may use the control API"},
    ),
    (
        ("--tls",),
        {
            "action": "store_true",
            "default": None,
            "help": "serve https and HTTP/2 with a certificate of your local CA; see mockserver tls trust",
        },
    ),
    (("--tls-cert",), {"metavar": "FILE", "help": "serve https with this certificate chain (PEM) instead"}),
    (("--tls-key",), {"metavar": "FILE", "help": "its private key (PEM); default: in the file of the certificate"}),
    (
        ("--verbose",),
        {"action": "store_true", "default": None, "help": "log bodies too, and log requests even under CI"},
    ),
    (
        ("--show-secrets",),
        {"action": "store_true", "default": None, "help": "show tokens and passwords in journal, explanations and log"},
    ),
    (
        ("--upstream",),
        {"metavar": "URL", "help": "real backend: answers paths that the contract doesn't have, and --forward"},
    ),
    (
        ("--forward",),
        {
            "metavar": "OPERATION",
            "action": "append",
            "help": "have the backend answer these operations (id, path, method or tag:NAME); repeatable",
        },
    ),
    (
        ("--mock",),
        {
            "metavar": "OPERATION",
            "action": "append",
            "help": "have the mock answer these operations (id, path, method or tag:NAME); repeatable",
        },
    ),
    (
        ("--fallback",),
        {"action": "store_true", "default": None, "help": "have the mock answer what the backend doesn't have"},
    ),
    (
        ("--missing",),
        {
            "metavar": "STATUS",
            "action": "append",
            "help": "with --fallback: this status always means that the backend has no such route; repeatable",
        },
    ),
    (
        ("--fail",),
        {
            "action": "store_true",
            "default": None,
            "help": "replace answers of the backend that break the contract: 502",
        },
    ),
    (
        ("--overlay",),
        {
            "action": "store_true",
            "default": None,
            "help": "lay what mocked operations have changed over the backend's answers",
        },
    ),
    (("--upstream-timeout",), {"metavar": "30s", "help": "how long the backend may take for an answer (30s)"}),
    (("--ca",), {"metavar": "FILE", "help": "certificates to trust for the backend (default: the system's)"}),
    (("--client-cert",), {"metavar": "FILE", "help": "certificate that the mock shows the backend (PEM)"}),
    (("--client-key",), {"metavar": "FILE", "help": "key of the client certificate, if it isn't in its file"}),
    (
        ("--insecure",),
        {"action": "store_true", "default": None, "help": "accept any certificate of the backend"},
    ),
    (
        ("--record",),
        {
            "metavar": "DIR",
            "help": "record requests and answers into this folder, as HAR: secrets and people are made up",
        },
    ),
    (("--record-size",), {"metavar": "1GB", "help": "with --record: the most that is recorded (1GB)"}),
    (
        ("--scrub",),
        {
            "metavar": "NAME",
            "action": "append",
            "help": "with --record: make up this member too, such as nick or customer.iban; repeatable",
        },
    ),
    (("--allow-remote-refs",), {"action": "store_true", "default": None, "help": "follow $ref to other hosts"}),
    (
        ("--allow-refs-below",),
        {"metavar": "DIR", "action": "append", "help": "follow $ref to files below this folder too; repeatable"},
    ),
)
"""Each flag's names, and its settings for argparse."""


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
        behaviours=behaviours_file(setting("behaviours")) or (bundled("spec/behaviours.yaml") if is_bundled else None),
        fixtures=tuple(Path(path) for path in fixtures) or ((bundled("fixtures"),) if is_bundled else ()),
        host=setting("host", "127.0.0.1"),
        port=_port(setting("port", str(PORT))),
        # The tokens of a real backend aren't those of the fixtures.
        auth=_one_of("auth", setting("auth", "any" if _is_proxy(options) else "enforce"), AUTH_MODES),
        seed=setting("seed", "0"),
        log_format=_one_of("log_format", setting("log_format", "text"), ("text", "json")),
        periods=dict(_pair(text) for text in options.period or setting("period").split(os.pathsep) if text),
        allow_remote_refs=_switch(setting("allow_remote_refs")),
        allow_refs_below=_folders(options.allow_refs_below or setting("allow_refs_below").split(os.pathsep)),
        watch=_switch(setting("watch")),
        max_worlds=_count(setting("max_worlds", "10000")),
        world_ttl=_span(setting("world_ttl", "P1D")),
        journal_memory=_size("--journal-memory", setting("journal_memory", "256MB"), 1_000_000, "1MB"),
        max_body=_size("--max-body", setting("max_body", "8MB"), 1000, "1KB"),
        admin_token=setting("admin_token") or None,
        verbose=_switch(setting("verbose")),
        show_secrets=_switch(setting("show_secrets")),
        metrics=find_spec("prometheus_client") is not None,
        read_timeout=_span_of("--read-timeout", setting("read_timeout", "30s"), 10),
        drain=_span_of("--drain", setting("drain", "1s"), 0),
        stream_interval=_interval(setting("stream_interval", "0")),
        tls=_switch(setting("tls")) or bool(setting("tls_cert")),
        tls_cert=_pem_file("--tls-cert", setting("tls_cert")),
        tls_key=_pem_file("--tls-key", setting("tls_key")),
        store=setting("store", MEMORY),
        store_timeout=_span_of("--store-timeout", setting("store_timeout", "1s"), 10),
        namespace=_namespace(setting("namespace")),
        workers=_workers(setting("workers", "1"), setting("store", MEMORY)),
        deliver_to=_hosts(getattr(options, "deliver_to", None) or setting("deliver_to").split(",")),
        webhook_secret=_secret(setting("webhook_secret")),
        unknown_parents=_one_of("unknown_parents", setting("unknown_parents", "refuse"), PARENTS),
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
        fallback=_switch(setting("fallback")) or bool(missing),
        missing=tuple(_status(text) for text in missing),
        fail=_switch(setting("fail")),
        overlay=_switch(setting("overlay")),
        timeout=_span_of("--upstream-timeout", setting("upstream_timeout", "30s"), 10),
        ca=_pem("--ca", setting("ca")),
        client_cert=_pem("--client-cert", setting("client_cert")),
        client_key=_pem("--client-key", setting("client_key")),
        insecure=_switch(setting("insecure")),
    )


def _recording(options: argparse.Namespace, setting: Callable[..., str]) -> Recording | None:
    """Where to record; None where nothing is recorded."""
    paths = tuple(getattr(options, "scrub", None) or filter(None, setting("scrub").split(",")))
    size = _size("--record-size", setting("record_size", "1GB"), 100_000, "1MB")
    folder = setting("record")
    return Recording(Path(folder), size, paths) if folder else None


def _is_proxy(options: argparse.Namespace) -> bool:
    """Whether the command is `proxy`."""
    return bool(getattr(options, "beside", False))


def _status(text: str) -> int:
    if text not in ("404", "405", "501"):
        problem = f"{text[:50]!r} isn't a status that a missing route has"
        raise UsageError(problem, place="--missing", fix="use 404, 405 or 501")
    return int(text)


def _pem(flag: str, text: str) -> str | None:
    if text and not Path(text).is_file():
        raise UsageError("no such file", place=f"{flag} {text[:200]}", fix="name a PEM file")
    return text or None


def _one_of(name: str, value: str, known: Sequence[str]) -> Any:
    if value not in known:
        raise UsageError(
            f"{value!r} isn't a known value", place=f"--{name.replace('_', '-')}", fix=f"use one of {', '.join(known)}"
        )
    return value


def _switch(text: str) -> bool:
    return text.lower() in ("1", "true", "yes", "on")


def _pem_file(flag: str, text: str) -> Path | None:
    named = _pem(flag, text)
    return None if named is None else Path(named)


def behaviours_file(text: str) -> Path | None:
    """The file of behaviours that is named; None for none. Raises UsageError."""
    if text and not Path(text).is_file():
        raise UsageError("no such file", place=text, fix="--behaviours takes a YAML file")
    return Path(text) if text else None


def _folders(names: Sequence[str]) -> tuple[Path, ...]:
    folders = tuple(Path(name) for name in names if name)
    lost = next((folder for folder in folders if not folder.is_dir()), None)
    if lost is not None:
        raise UsageError("no such folder", place=f"--allow-refs-below {lost}", fix="name a folder that exists")
    return folders


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise UsageError(f"{text!r} isn't a port number", place="--port", fix="use a number from 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise UsageError(
            f"{text!r} isn't a number of worlds", place="--max-worlds", fix="use a number from 1 to 1000000"
        )
    return int(text)


def _size(flag: str, text: str, least: int, shown: str) -> int:
    """A number of bytes, written with or without a unit."""
    match = _SIZE.fullmatch(text.strip())
    size = int(match["count"]) * _UNITS[(match["unit"] or "B").upper()] if match else 0
    if not least <= size <= 1_000_000_000_000:
        raise UsageError(f"{flag} {text} isn't a size", fix=f"write 64MB, 256MB, 1GB; at least {shown}")
    return size


def _interval(text: str) -> int:
    """A pause in milliseconds, written `200ms`, `1.5s` or `0`."""
    match = _INTERVAL.fullmatch(text.strip())
    pause = int(float(match["count"]) * (1000 if match["unit"] == "s" else 1)) if match else -1
    if not 0 <= pause <= LONGEST_WAIT or (match and not match["unit"] and pause):
        raise UsageError(f"{text!r} isn't a pause", place="--stream-interval", fix="write 200ms or 1s, up to 30s")
    return pause


def _span_of(flag: str, text: str, least: int) -> int:
    """How long something may take, in milliseconds."""
    match = _INTERVAL.fullmatch(text.strip())
    span = int(float(match["count"]) * (1 if match["unit"] == "ms" else 1000)) if match else -1
    if not least <= span <= LONGEST_WAIT:
        raise UsageError(f"{text!r} isn't a time limit", place=flag, fix="write 500ms or 1s, up to 30s")
    return span


def _namespace(text: str) -> str | None:
    if text and not _NAME.fullmatch(text):
        fix = "use up to 64 letters, digits and ._-, a letter or digit first"
        raise UsageError(f"{text[:100]!r} isn't a name", place="--namespace", fix=fix)
    return text or None


def _hosts(texts: Sequence[str]) -> tuple[str, ...]:
    named = tuple(text for text in texts if text)
    if named:
        from mockserver.outbound.addresses import Reach  # few mocks send anything

        try:
            Reach.of(named)
        except ValueError as error:
            fix = "use a host such as app.example, an address, or a network such as 172.16.0.0/12"
            raise UsageError(str(error), place="--deliver-to", fix=fix) from None
    return named


def _secret(text: str) -> str | None:
    if not text:
        return None
    from mockserver.outbound.signatures import key_of

    try:
        key_of(text)
    except ValueError as error:
        raise UsageError(str(error), place="--webhook-secret", fix="leave it out for a secret of each world") from None
    return text


def _workers(text: str, store: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_WORKERS:
        fix = f"use a number from 1 to {_MOST_WORKERS}"
        raise UsageError(f"{text!r} isn't a number of processes", place="--workers", fix=fix)
    if int(text) > 1 and store == MEMORY:
        problem = "several processes would each have worlds of their own in memory"
        raise UsageError(problem, place="--workers", fix="add --store sqlite:FILE or --store redis://HOST:PORT/DB")
    return int(text)


def _span(text: str) -> str | None:
    """The period, once it has been parsed; None for `never`."""
    if text == "never":
        return None
    try:
        positive = parse_period(text) > 0
    except ValueError as error:
        raise UsageError(str(error), place="--world-ttl", fix="use PT1H, P1D, ... or never") from None
    if not positive:
        raise UsageError(f"{text!r} isn't longer than zero", place="--world-ttl", fix="use PT1H, P1D, ... or never")
    return text


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} has no length", place="--period", fix="use NAME=P7D")
    return name, value
