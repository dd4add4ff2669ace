"""Settings: flags over environment over a profile of `contract-tests.toml` over defaults."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_tests.core.connection import check_files
from contract_tests.core.document import Access, bundled
from contract_tests.core.errors import UsageError
from contract_tests.core.login import Login
from contract_tests.core.mock_process import USER_TOKENS
from contract_tests.core.safety import Safety
from contract_tests.run.options import OPTIONS, Option

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - a name to recognise, not to bind to
LOGINS = ("login", "other_login")
OWN_TOKEN, OWN_OTHER_TOKEN = "alice-token", "bob-token"


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
    listen: tuple[str, int] | None = None
    listen_url: str | None = None
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
    history: Path | None = None
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
        shown = target.rpartition("@")[2]  # before it may stand a password
        raise UsageError(f"--target {shown!r} isn't a URL", fix="write it as http://host:port")
    if values.get("listen_url") and not values.get("listen"):
        raise UsageError("--listen-url leads to a listener, and there is none", fix="add --listen HOST:PORT")
    check_files(values.get("ca"), values.get("cert"), values.get("key"))
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
        read = [option.value(str(item)) for item in texts]
    except ValueError as error:
        raise UsageError(f"setting {option.key}: {error}") from None
    return read if option.many else read[0]
