"""The options of the command: name, help, and how a value is read from the command line or the settings file."""

from __future__ import annotations

import difflib
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf, nan
from pathlib import Path
from typing import Any

from contract_tests.core.safety import Safety
from contract_tests.run.listening import listen_address, public_url
from contract_tests.run.suites import suites

SUITES = tuple(suite.name for suite in suites().values())


@dataclass(frozen=True)
class Option:
    """A command line option, its place in the environment, and how argparse shall read it."""

    name: str
    help: str
    read: Callable[[str], Any] = str
    metavar: str = ""
    many: bool = False
    is_flag: bool = False
    env: str = ""
    choices: tuple[str, ...] = ()
    bare: str | None = None  #: what the flag alone means; None: it needs a value

    @property
    def dest(self) -> str:
        """Where argparse and pytest keep it; prefixed, so that it never collides with an option of theirs."""
        return "contract_" + self.key

    @property
    def key(self) -> str:
        """Its name in a profile and in `Settings`."""
        return self.name.replace("-", "_")

    def keywords(self) -> dict[str, Any]:
        """Keyword arguments for `add_argument` and pytest's `addoption`."""
        keywords: dict[str, Any] = {"dest": self.dest, "help": self.help, "default": None}
        if self.is_flag:
            return {**keywords, "action": "store_true"}
        named = f"{{{','.join(self.choices)}}}" if self.choices else self.metavar or self.name.upper()
        more: dict[str, Any] = {"action": "append"} if self.many else {}
        if self.bare is not None:
            more = {"nargs": "?", "const": self.read(self.bare)}
        return {**keywords, "metavar": named, "type": self.given, **more}

    def given(self, text: str) -> Any:
        """The value of a text on the command line; argparse shows no message but that of its own error."""
        try:
            return self.value(text)
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from None

    def value(self, text: str) -> Any:
        """The value of a text; raises `ValueError` with what is wrong with it, and what may be meant."""
        if self.choices and text not in self.choices:
            raise ValueError(f"{text!r} is none of {', '.join(self.choices)}{meant(text, self.choices)}")
        return self.read(text)


def rate(text: str) -> float:
    """`5/s`, `120/m` or `5` as requests per second."""
    number, _, unit = str(text).partition("/")
    try:
        return float(number) / {"": 1, "s": 1, "m": 60}[unit]
    except (KeyError, ValueError, ZeroDivisionError):
        raise ValueError(f"{text!r} isn't a rate such as 5/s or 120/m") from None


def seconds(text: str) -> float:
    """`2`, `2s` or `500ms` as seconds."""
    number = str(text).strip()
    scale, number = (0.001, number[:-2]) if number.endswith("ms") else (1, number.removesuffix("s"))
    try:
        return float(number) * scale
    except ValueError:
        raise ValueError(f"{text!r} isn't a time such as 2s or 500ms") from None


def number(text: str) -> float:
    """A number that isn't negative."""
    try:
        value = float(text)
    except ValueError:
        value = nan
    if not 0 <= value < inf:
        raise ValueError(f"{text!r} isn't a number such as 60")
    return value


def whole(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} isn't a whole number such as 40") from None


def count(text: str) -> int:
    """A number of at least one."""
    if not str(text).isdigit() or int(text) < 1:
        raise ValueError(f"{text!r} isn't a number of workers, such as 4")
    return int(text)


def shard(text: str) -> tuple[int, int]:
    """`2/5` as the second of five parts."""
    number, _, count = str(text).partition("/")
    if not (number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count)):
        raise ValueError(f"{text!r} isn't a part such as 2/5")
    return int(number), int(count)


OPTIONS = (
    Option("target", "base URL (default: start the mock and check it)", metavar="URL", env="CONTRACT_TARGET"),
    Option("token", "bearer token of a user", metavar="T", env="CONTRACT_TOKEN"),
    Option("other-token", "bearer token of another user, for foreign records", metavar="T", env="CONTRACT_OTHER_TOKEN"),
    Option("credential", "value of a security scheme where it isn't the token, e.g. appId=ci (may be repeated)",
           metavar="SCHEME=VALUE", many=True),
    Option("other-credential", "the same of the other user", metavar="SCHEME=VALUE", many=True),
    Option("ca", "certificates of the authorities to trust, instead of the system's", Path, "FILE"),
    Option("cert", "client certificate to show", Path, "FILE"),
    Option("key", "key of the client certificate, unless its file holds it", Path, "FILE"),
    Option("proxy", "proxy for requests to the target, except for hosts in NO_PROXY", metavar="URL"),
    Option("spec", "the contract, a file or URL (default: the bundled one)", metavar="FILE", env="CONTRACT_SPEC"),
    Option("allow-remote-refs", "follow $ref of the contract to other hosts", is_flag=True),
    Option("allow-refs-below", "follow $ref to files below this folder too (may be repeated)", Path, "DIR", many=True),
    Option("behaviours", "what the mock does to its records (default: bundled, or inferred)", Path, "FILE"),
    Option("safety", "what may be sent (default: own on loopback, else probe)", choices=tuple(Safety)),
    Option("i-own-this-data", "allow --safety full on a host that is not loopback", is_flag=True),
    Option("spare", "an id that no write may touch (may be repeated)", metavar="ID", many=True),
    Option("rate", "at most so many requests per second, e.g. 5/s", rate, "N/s"),
    Option("budget", "hard cap of the whole run in seconds (default: 600)", number, "SECONDS"),
    Option("timeout", "seconds that one answer may take (default: 10)", number, "SECONDS"),
    Option("wait", "seconds to wait for the target to come up (default: 0)", number, "SECONDS"),
    Option("settle", "seconds in which a write is shown, a job ends and a callback comes, e.g. 2s (default: at once)",
           seconds, "SECONDS"),
    Option("listen", "receive callbacks and webhooks at this address (default: 127.0.0.1 and a free port)",
           listen_address, "HOST:PORT", bare=""),
    Option("listen-url", "how the target reaches that address, such as a tunnel's URL", public_url, "URL"),
    Option("workers", "check so many independent operations at a time (default: 1)", count, "N"),
    Option("seed", "seed of everything generated (default: 0)", whole, "N"),
    Option("examples", "generated inputs per operation and kind (default: 40)", whole, "N"),
    Option("only", "call no other operation: a name, '/path/*', METHOD, 'METHOD /path' or tag:NAME (may be repeated)",
           metavar="PATTERN", many=True),
    Option("skip", "never call this operation, chosen as for --only (may be repeated)", metavar="PATTERN", many=True),
    Option("changed-since", "check what differs from this older document, with what it depends on", metavar="SPEC"),
    Option("shard", "check only a part of the operations, e.g. 2/5: five such runs check all of them", shard, "K/N"),
    Option("suite", f"run this suite only: {', '.join(SUITES)} (may be repeated)", many=True, choices=SUITES),
    Option("undocumented", "what undocumented fields, statuses and headers of answers are (default: note)",
           choices=("note", "fail")),
    Option("strict", "a note fails like a broken promise", is_flag=True),
    Option("baseline", "file of accepted deviations", Path, "FILE"),
    Option("baseline-update", "record the current failures in the baseline", is_flag=True),
    Option("history", "file that keeps the verdicts of earlier runs, to report what is new and fixed", Path, "FILE"),
    Option("min-coverage", "percent of the contract that must be reached", number, "PERCENT"),
    Option("report", "folder for the reports", Path, "DIR"),
    Option("secret", "a further value that no report may show (may be repeated)", metavar="VALUE", many=True),
    Option("config", "settings file with profiles (default: contract-tests.toml, when there is one)", Path, "FILE"),
    Option("profile", "profile of the settings file to use (default: default)", metavar="NAME", env="CONTRACT_PROFILE"),
    Option("fail-fast", "stop at the first broken promise", is_flag=True),
)  # fmt: skip


def meant(text: str, known: Iterable[str]) -> str:
    """`; did you mean 'oracle'?`, where a known name is spelled alike."""
    near = difflib.get_close_matches(text, [*known], n=1)
    return f"; did you mean {str(near[0])!r}?" if near else ""
