"""How a token is fetched: by OAuth 2, by any request that answers with one, or by a command.

What a login is, is a table of the settings file: see docs/ci.md.
"""

from __future__ import annotations

import base64
import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote, urlencode, urljoin

from contract_tests.core.answer import NOT_JSON, Answer
from contract_tests.core.children import Children
from contract_tests.core.errors import CredentialsRefused, UsageError
from contract_tests.core.handshakes import FORM, Fetch, by_code, by_device, discovered, is_pending
from contract_tests.core.tokens import Fetched, claims, cookies, printed, scopes_in

GRANTS: Final = ("client_credentials", "password", "refresh_token", "authorization_code", "device_code")
KEYS: Final = frozenset({
    "url", "method", "headers", "body", "form", "pointer", "cookie", "header", "expires_in", "command", "grant",
    "client_id", "client_secret", "client_auth", "scope", "audience", "username", "password", "refresh_token", "flow",
    "scheme", "login_hint", "redirect_uri", "authorize_url", "device_url", "revoke_url",
})  # fmt: skip
SECRET_KEYS: Final = re.compile(r"secret|password|token|key|authorization", re.IGNORECASE)
POINTERS: Final = ("/access_token", "/token", "/accessToken", "/id_token", "/jwt", "/data/token", "/data/access_token")
"""Where the token is looked for in an answer if no pointer is given."""
DEVICE_LIMIT: Final = 10.0  # seconds in which somebody, or something, enters the code of a device


@dataclass(frozen=True)
class Login:
    """How a token is fetched."""

    given: Mapping[str, Any] = field(repr=False)

    @classmethod
    def read(cls, table: Any, place: str) -> Login:
        """A login from a table of the settings file; raises `UsageError`."""
        if not isinstance(table, Mapping):
            raise UsageError(f"{place} isn't a table", fix="write it as [login]")
        given = {key.replace("-", "_"): filled(value) for key, value in table.items()}
        for key in given:
            if key not in KEYS:
                raise UsageError(f"{place}: unknown setting {key!r}", fix=f"known: {', '.join(sorted(KEYS))}")
        if not {"url", "command", "flow"} & given.keys():
            raise UsageError(
                f"{place} has neither url nor command", fix="name the address that gives tokens, or a flow"
            )
        for key in ("grant", "flow"):
            if given.get(key, GRANTS[0]) not in GRANTS:
                raise UsageError(f"{place}: {key} {given[key]!r} is none of {', '.join(GRANTS)}")
        return cls(given)

    def secrets(self) -> Iterator[str]:
        """The values that no output may show."""
        yield from secrets_in(self.given)

    def narrower(self, scopes: Iterable[str]) -> Login:
        """The same login, asking for these scopes only."""
        return replace(self, given={**self.given, "scope": " ".join(sorted(scopes))})

    def run(self, fetch: Fetch, base_url: str, children: Children, refresh: str | None = None) -> Fetched:
        """A token; raises `CredentialsRefused`."""
        if "command" in self.given:
            token = printed(str(self.given["command"]), children)
            return Fetched(token, self._life(token, None), scopes=scopes_in(claims(token)))
        login = replace(self, given=discovered(self.given, fetch))
        return login.fetched(fetch, base_url, refresh)

    def revoke(self, fetch: Fetch, token: str) -> Answer | None:
        """Have the provider revoke a token (RFC 7009); None where no address for that is known."""
        given = discovered(self.given, fetch)
        if "revoke_url" not in given:
            return None
        form = {"token": token, "token_type_hint": "access_token", **self._client_in_form()}
        return fetch("POST", str(given["revoke_url"]), {**FORM, **self._client()}, urlencode(form).encode())

    def fetched(self, fetch: Fetch, base_url: str, refresh: str | None) -> Fetched:
        """A token from the address that is known by now."""
        if "url" not in self.given:
            raise CredentialsRefused("neither the contract nor the provider's metadata has a token endpoint",
                                     fix="[login] url = ...")  # fmt: skip
        url = urljoin(base_url.rstrip("/") + "/", str(self.given["url"]).lstrip("/") if is_path(self.given["url"])
                      else str(self.given["url"]))  # fmt: skip
        method, headers, body = self._request(refresh, fetch)
        answer, until = fetch(method, url, headers, body), time.monotonic() + DEVICE_LIMIT
        while is_pending(answer) and time.monotonic() < until:
            time.sleep(1.0)
            answer = fetch(method, url, headers, body)
        if not answer.ok and not self._is_form_of_a_page(answer):
            raise CredentialsRefused(f"the login at {url} answered {answer.describe()}", fix="check [login]")
        token = self._token(answer, url)
        renewing, scope = answer.get("refresh_token"), answer.get("scope")
        scopes = frozenset(scope.split()) if isinstance(scope, str) else scopes_in(claims(token))
        life = self._life(token, answer.get("expires_in"))
        return Fetched(token, life, renewing if isinstance(renewing, str) else None, scopes)

    def _is_form_of_a_page(self, answer: Answer) -> bool:
        """Whether a session begins with the cookie of an answer that leads to the first page, as forms of pages do."""
        return answer.status in {302, 303} and not self._is_grant and bool(cookies(answer))

    @property
    def _is_grant(self) -> bool:
        return "grant" in self.given or ("client_id" in self.given and not {"body", "form"} & self.given.keys())

    def _request(self, refresh: str | None, fetch: Fetch) -> tuple[str, dict[str, str], bytes]:
        """Method, headers and body of the request for a token."""
        headers = {str(name): str(value) for name, value in self.given.get("headers", {}).items()}
        method = str(self.given.get("method", "POST"))
        if self._is_grant:
            return "POST", {**FORM, **self._client(), **headers}, urlencode(self._grant(refresh, fetch)).encode()
        if "form" in self.given:
            return method, {**FORM, **headers}, urlencode(self.given["form"]).encode()
        if "body" not in self.given:
            return method, headers, b""
        body = self.given["body"]
        text = body if isinstance(body, str) else json.dumps(body)
        return method, {"Content-Type": "application/json", **headers}, text.encode()

    def _grant(self, refresh: str | None, fetch: Fetch) -> dict[str, str]:
        """The form of RFC 6749, sections 4.1, 4.3, 4.4 and 6, and of RFC 8628."""
        grant = "refresh_token" if refresh else str(self.given.get("grant", GRANTS[0]))
        if grant == "authorization_code":
            return {**by_code(self.given, fetch), **self._client_in_form()}
        if grant == "device_code":
            return {**by_device(self.given, fetch, self._client()), **self._client_in_form()}
        names = {"client_credentials": (), "password": ("username", "password"), "refresh_token": ("refresh_token",)}
        wanted = (*names[grant], *(() if refresh else ("scope",)), "audience")
        form = {name: str(self.given[name]) for name in wanted if name in self.given}
        if refresh:
            form["refresh_token"] = refresh
        return {"grant_type": grant, **form, **self._client_in_form()}

    def _client_in_form(self) -> dict[str, str]:
        """The client's own credentials, where they stand in the form."""
        if self.given.get("client_auth") != "body" and "client_secret" in self.given:
            return {}
        return {name: str(self.given[name]) for name in ("client_id", "client_secret") if name in self.given}

    def _client(self) -> dict[str, str]:
        """The client's own credentials as a header (RFC 6749, section 2.3.1)."""
        if self.given.get("client_auth") == "body" or "client_secret" not in self.given:
            return {}
        pair = f"{quote(str(self.given.get('client_id', '')))}:{quote(str(self.given['client_secret']))}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def _token(self, answer: Answer, url: str) -> str:
        if "cookie" in self.given:
            if (value := cookies(answer).get(str(self.given["cookie"]))) is not None:
                return value
            raise CredentialsRefused(f"the login at {url} set no cookie {self.given['cookie']!r}", fix="check [login]")
        if "header" in self.given:
            if value := answer.headers.get(str(self.given["header"]).lower(), "").strip():
                return value.split()[-1]
            raise CredentialsRefused(f"the login at {url} sent no header {self.given['header']!r}", fix="check [login]")
        pointers = (str(self.given["pointer"]),) if "pointer" in self.given else POINTERS
        for pointer in pointers:
            found = answer.get(*(int(step) if step.isdigit() else step for step in pointer.strip("/").split("/")))
            if isinstance(found, str) and found:
                return found
        text = answer.json if isinstance(answer.json, str) else answer.body.decode("utf-8", "replace").strip()
        if (
            "pointer" not in self.given
            and (answer.json is NOT_JSON or isinstance(answer.json, str))
            and answer.ok
            and text
        ):
            return text
        if "pointer" not in self.given and len(found_cookies := cookies(answer)) == 1:
            return next(iter(found_cookies.values()))
        raise CredentialsRefused(
            f"the login at {url} answered without a token at {' or '.join(pointers)}",
            fix='name its place in the answer: pointer = "/data/token", or name the cookie or header that it sets',
        )

    def _life(self, token: str, announced: Any) -> float | None:
        """The seconds that a token lives: as set, as announced, or as it says itself if it is a JWT."""
        given = self.given.get("expires_in", announced)
        if isinstance(given, int | float | str) and re.fullmatch(r"\d+(\.\d+)?", str(given)):
            return float(given)
        expires = claims(token).get("exp")
        return float(expires) - time.time() if isinstance(expires, int | float) else None


def filled(value: Any) -> Any:
    """A value with `${NAME}` replaced from the environment; raises `UsageError` where it isn't set."""
    if isinstance(value, Mapping):
        return {name: filled(item) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item) for item in value]
    if not isinstance(value, str):
        return value
    for name in re.findall(r"\$\{(\w+)\}", value):
        if name not in os.environ:
            raise UsageError(f"[login] needs the environment variable {name}, which is not set")
    return os.path.expandvars(value)


def secrets_in(value: Any, name: str = "") -> Iterator[str]:
    """Texts whose names say that they are secret."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from secrets_in(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from secrets_in(item, name)
    elif isinstance(value, str) and SECRET_KEYS.search(name):
        yield value


def is_path(url: Any) -> bool:
    """Whether an address is a path below the target."""
    return "://" not in str(url)
