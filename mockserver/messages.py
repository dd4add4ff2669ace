"""A request and an answer, as plain values: what the pipeline knows of HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request: percent-decoded path, raw query string, lower-case header names, body bytes."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Transport:
    """How an answer travels when its transport is disturbed on purpose."""

    delay: int = 0  #: milliseconds before it leaves
    rate: int | None = None  #: bytes of the body per second
    cut: int | None = None  #: how many bytes of the body leave before the connection is broken
    reset: bool = False  #: the connection is closed without a byte


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it leaves: status, header lines in order, body bytes."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    transport: Transport | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a request says once the contract has read it: typed values by parameter name, and the decoded body."""

    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)  #: lower-case names
    cookie: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None  #: decoded JSON, form fields as a dict, text as str, anything else as bytes; None when absent
