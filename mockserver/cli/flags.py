"""The flags of `mockserver mock` and their environment variables, and the settings that they give."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mockserver.clock import parse_period
from mockserver.errors import UsageError
from mockserver.exchange.auth import MODES
from mockserver.settings import PORT, Settings, bundled

FLAGS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (("--host",), {"help": "address to listen on (127.0.0.1)"}),
    (("--port",), {"help": f"port to listen on ({PORT}); 0 takes a free one"}),
    (("--spec",), {"metavar": "SPEC", "help": "the same as SPEC"}),
    (("--behaviours",), {"metavar": "FILE", "help": "what each operation does to the stored records"}),
    (
        ("--fixtures",),
        {"metavar": "PATH", "action": "append", "help": "file or folder of records and users; repeatable"},
    ),
    (
        ("--auth",),
        {"choices": MODES, "help": "enforce the users' tokens; take any credential as the first user; or off"},
    ),
    (("--seed",), {"help": "the seed of made-up ids and values (0)"}),
    (("--period",), {"metavar": "NAME=P7D", "action": "append", "help": "length of a named period; repeatable"}),
    (("--log-format",), {"choices": ("text", "json"), "help": "one line per request, as text or JSON"}),
    (
        ("--watch",),
        {"action": "store_true", "default": None, "help": "follow edits of contract, behaviours and fixtures"},
    ),
    (("--max-worlds",), {"metavar": "N", "help": "how many worlds there may be (10000)"}),
    (
        ("--world-ttl",),
        {"metavar": "P1D", "help": "how long a world lives that nobody uses (P1D); 'never' keeps all"},
    ),
    (
        ("--admin-token",),
        {"metavar": "TOKEN", "help": "lets callers of other machines use the control surface, with this token"},
    ),
    (("--verbose",), {"action": "store_true", "default": None, "help": "show bodies too, and requests even under CI"}),
    (("--allow-remote-refs",), {"action": "store_true", "default": None, "help": "follow $ref to other hosts"}),
)
"""Each flag's names, and what argparse shall know of it."""


def read_settings(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """The settings that flags say, else `MOCKSERVER_...` variables, else the defaults. Raises UsageError."""

    def said(name: str, default: str = "") -> str:
        value = getattr(options, name, None)
        return str(value) if value is not None else environment.get(f"MOCKSERVER_{name.upper()}", default)

    spec = options.contract or said("spec")
    fixtures = options.fixtures or [path for path in said("fixtures").split(os.pathsep) if path]
    own = not spec
    return Settings(
        spec=spec or str(bundled("spec/openapi.yaml")),
        behaviours=_path(said("behaviours")) or (bundled("spec/behaviours.yaml") if own else None),
        fixtures=tuple(Path(path) for path in fixtures) or ((bundled("fixtures"),) if own else ()),
        host=said("host", "127.0.0.1"),
        port=_port(said("port", str(PORT))),
        auth=_one_of("auth", said("auth", "enforce"), MODES),
        seed=said("seed", "0"),
        log_format=_one_of("log_format", said("log_format", "text"), ("text", "json")),
        periods=dict(_pair(text) for text in options.period or ()),
        allow_remote_refs=_switch(said("allow_remote_refs")),
        watch=_switch(said("watch")),
        max_worlds=_count(said("max_worlds", "10000")),
        world_ttl=_span(said("world_ttl", "P1D")),
        admin_token=said("admin_token") or None,
        verbose=_switch(said("verbose")),
    )


def _one_of(name: str, value: str, known: Sequence[str]) -> Any:
    if value not in known:
        raise UsageError(f"{name} is {value!r}", fix=f"one of {', '.join(known)}")
    return value


def _switch(text: str) -> bool:
    return text.lower() in ("1", "true", "yes", "on")


def _path(text: str) -> Path | None:
    if text and not Path(text).is_file():
        raise UsageError("no such file", place=text, fix="--behaviours names a YAML file")
    return Path(text) if text else None


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise UsageError(f"{text!r} is no port", fix="a number from 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise UsageError(f"{text!r} is no number of worlds", fix="--max-worlds takes 1 to 1000000")
    return int(text)


def _span(text: str) -> str | None:
    """A period that has been understood; None for `never`."""
    if text == "never":
        return None
    try:
        positive = parse_period(text) > 0
    except ValueError as error:
        raise UsageError(str(error), fix="--world-ttl takes PT1H, P1D, ... or never") from None
    if not positive:
        raise UsageError(f"--world-ttl {text} is no time", fix="write PT1H, P1D, ... or never")
    return text


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--period {text!r} says no length", fix="write NAME=P7D")
    return name, value
