"""Settings: flags over environment over a profile of `contract-tests.toml` over defaults."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_tests.core.contract import Access, bundled
from contract_tests.core.errors import UsageError
from contract_tests.core.login import Login
from contract_tests.core.mock_process import USER_TOKENS
from contract_tests.core.safety import Safety
from contract_tests.run.suites import suites

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - a name to recognise, not to bind to
SUITES = tuple(suite.name for suite in suites().values())
LOGINS = ("login", "other_login")
OWN_TOKEN, OWN_OTHER_TOKEN = "alice-token", "bob-token"


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
        keywords |= {"metavar": self.metavar or self.name.upper(), "type": self.read}
        if self.many:
            keywords["action"] = "append"
        if self.choices:
            keywords["choices"] = self.choices
            del keywords["metavar"]
        return keywords


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
    Option("budget", "hard cap of the whole run in seconds (default: 600)", float, "SECONDS"),
    Option("timeout", "seconds that one answer may take (default: 10)", float, "SECONDS"),
    Option("wait", "seconds to wait for the target to come up (default: 0)", float, "SECONDS"),
    Option("settle", "seconds in which a write may be shown, such as 2s (default: 0, at once)", seconds, "SECONDS"),
    Option("workers", "check so many independent operations at a time (default: 1)", count, "N"),
    Option("seed", "seed of everything generated (default: 0)", int, "N"),
    Option("examples", "generated inputs per operation and kind (default: 40)", int, "N"),
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
    Option("min-coverage", "percent of the contract that must be reached", float, "PERCENT"),
    Option("report", "folder for the reports", Path, "DIR"),
    Option("secret", "a further value that no report may show (may be repeated)", metavar="VALUE", many=True),
    Option("config", "settings file with profiles (default: contract-tests.toml, when there is one)", Path, "FILE"),
    Option("profile", "profile of the settings file to use (default: default)", metavar="NAME", env="CONTRACT_PROFILE"),
    Option("fail-fast", "stop at the first broken promise", is_flag=True),
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """Everything a run needs to know."""

    target: str | None = None
    token: str | None = None
    other_token: str | None = None
    credential: tuple[str, ...] = ()
    other_credential: tuple[str, ...] = ()
    login: Login | None = None
    other_login: Login | None = None
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    proxy: str | None = None
    spec: Path | str | None = None
    allow_remote_refs: bool = False
    allow_refs_below: tuple[Path, ...] = ()
    behaviours: Path | None = None
    safety: Safety = Safety.FULL
    safety_is_default: bool = False  #: not chosen by anybody
    i_own_this_data: bool = False
    spare: tuple[str, ...] = ()
    rate: float | None = None
    budget: float = 600.0
    timeout: float = 10.0
    wait: float = 0.0
    settle: float = 0.0
    workers: int = 1
    seed: int = 0
    examples: int = 40
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    changed_since: Path | str | None = None
    about: tuple[str, ...] = ()  #: check only what is about these operations, whatever else it calls; no flag
    shard: tuple[int, int] | None = None
    suite: tuple[str, ...] = ()
    undocumented: str = "note"
    strict: bool = False
    baseline: Path | None = None
    baseline_update: bool = False
    min_coverage: float | None = None
    report: Path | None = None
    secret: tuple[str, ...] = ()
    fail_fast: bool = False

    @property
    def contract_source(self) -> Path | str:
        """The file or URL of the contract."""
        return self.spec or bundled()

    @property
    def access(self) -> Access:
        """Which further files the contract may refer to."""
        return Access(self.allow_remote_refs, self.allow_refs_below)

    def runs(self, suite: str) -> bool:
        """Whether a suite was chosen."""
        return not self.suite or suite in self.suite

    @classmethod
    def gather(cls, given: Mapping[str, Any]) -> Settings:
        """Settings from parsed options (by `Option.dest`), the environment and the settings file."""
        values: dict[str, Any] = {}
        profile = profile_of(given)
        for option in OPTIONS:
            value = given.get(option.dest)
            if value is None or value is False:
                value = os.environ.get(option.env) if option.env else None
            if value is None and option.key in profile:
                value = from_profile(option, profile[option.key])
            if value is not None:
                values[option.key] = tuple(value) if option.many else value
        values |= {name: profile[name] for name in LOGINS if name in profile}
        values = {key: value for key, value in values.items() if key not in {"config", "profile"}}
        return settle(values)


def settle(values: dict[str, Any]) -> Settings:
    """Fill in the defaults that depend on the target; raises `UsageError` on an impossible combination."""
    target = values.get("target")
    if target is None:
        values.setdefault("token", OWN_TOKEN)
        values.setdefault("other_token", OWN_OTHER_TOKEN)
        if values.get("spec"):  # this mock has users of its own
            values["token"], values["other_token"] = USER_TOKENS
    elif urlsplit(target).scheme not in {"http", "https"} or not urlsplit(target).hostname:
        raise UsageError(f"--target {target!r} isn't a URL", fix="write it as http://host:port")
    for name in ("ca", "cert", "key"):
        if values.get(name) and not values[name].is_file():
            raise UsageError(f"--{name} {values[name]}: no such file")
    is_local = target is None or urlsplit(target).hostname in LOOPBACK
    fitting = Safety.FULL if target is None else Safety.OWN if is_local else Safety.PROBE
    values["safety_is_default"] = not values.get("safety")
    values["safety"] = Safety(values.get("safety") or fitting)
    if values["safety"] is Safety.FULL and not is_local and not values.get("i_own_this_data"):
        raise UsageError(
            f"--safety full writes and deletes on {urlsplit(str(target)).hostname}",
            fix="add --i-own-this-data if you may",
        )
    return Settings(**values)


def profile_of(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The chosen profile of the settings file: the table of its name, over the table `default`."""
    path = given.get("contract_config") or Path("contract-tests.toml")
    name = given.get("contract_profile") or os.environ.get("CONTRACT_PROFILE")
    if not path.is_file():
        if given.get("contract_config") or name:
            raise UsageError(f"{path}: no such settings file", fix="check --config")
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    if name and name not in tables:
        raise UsageError(f"{path}: no profile {name!r}", fix=f"known: {', '.join(tables)}")
    general = {key: tables[key] for key in ("login", "other-login") if key in tables}
    profile = {**general, **tables.get("default", {}), **(tables[name] if name else {})}
    known = {*(option.key for option in OPTIONS), *LOGINS}
    profile = {key.replace("-", "_"): value for key, value in profile.items()}
    for key in profile:
        if key not in known:
            raise UsageError(f"{path}: unknown setting {key!r}", fix=f"known: {', '.join(sorted(known))}")
    logins = {key: Login.read(profile[key], f"{path}: [{key}]") for key in LOGINS if key in profile}
    return {**profile, **logins}


def from_profile(option: Option, value: Any) -> Any:
    """A value of the settings file, `${NAME}` replaced from the environment, read as its option reads it."""
    if option.is_flag:
        return bool(value)
    values = value if isinstance(value, list) else [value]
    try:
        texts = [os.path.expandvars(item) if isinstance(item, str) else item for item in values]
        read = [option.read(str(item)) for item in texts]
    except ValueError as error:
        raise UsageError(f"setting {option.key}: {error}") from None
    if option.choices and not set(read) <= set(option.choices):
        raise UsageError(f"setting {option.key}: {value!r} is none of {', '.join(option.choices)}")
    return read if option.many else read[0]
