"""A user's token over the length of a run: fetched when it is first needed, and again before it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from contract_tests.core.answer import Answer
from contract_tests.core.children import Children
from contract_tests.core.errors import CredentialsRefused
from contract_tests.core.handshakes import Fetch
from contract_tests.core.login import Login

MARGIN: Final = 0.1  # of its life: a token is renewed when no more than this is left


@dataclass
class Credential:
    """A user's token: as it was given, or fetched by a login, in time before it ends."""

    value: str | None = None
    login: Login | None = None
    base_url: str = ""
    fetch: Fetch | None = None
    learn: Callable[[str], None] = lambda _: None
    children: Children = field(default_factory=Children)
    clock: Callable[[], float] = time.monotonic
    scopes: frozenset[str] | None = None  #: of the token, as far as its provider says
    ends_at: float = float("inf")  #: the instant (of the clock) at which it expires, as far as known
    _renew_at: float = float("inf")
    _refresh: str | None = None
    _renewing: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def current(self) -> str | None:
        """The token of now."""
        with self._renewing:
            if self.login and (self.value is None or self.clock() >= self._renew_at):
                self.renew()
        return self.value

    def renew(self) -> None:
        """Fetch a new token: with the one that renews, if there is one, else by the whole login."""
        if self.login is None or self.fetch is None:
            return
        started = self.clock()
        try:
            found = self.login.run(self.fetch, self.base_url, self.children, self._refresh)
        except CredentialsRefused:
            if self._refresh is None:
                raise
            self._refresh = None
            found = self.login.run(self.fetch, self.base_url, self.children)
        self.value, self._refresh, self.scopes = found.token, found.refresh or self._refresh, found.scopes
        self._renew_at = float("inf") if found.life is None else started + found.life * (1 - MARGIN)
        self.ends_at = float("inf") if found.life is None else started + found.life
        for secret in (self.value, self._refresh):
            self.learn(secret or "")

    def another(self, scopes: Iterable[str] | None = None) -> Credential:
        """A token of the same user beside this one, for these scopes only where they are given."""
        login = self.login if self.login is None or scopes is None else self.login.narrower(scopes)
        return Credential(None, login, self.base_url, self.fetch, self.learn, self.children, self.clock)

    def revoke(self) -> Answer | None:
        """Have its provider revoke the token; None where no address for that is known."""
        if self.login is None or self.fetch is None or self.value is None:
            return None
        return self.login.revoke(self.fetch, self.value)
