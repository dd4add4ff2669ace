"""Notes behind a provider of OAuth 2, written without any of the project's code, and their contract."""

from __future__ import annotations

import base64
import hashlib
import itertools
import time
from typing import Any
from urllib.parse import parse_qs, urlencode

from tests.contract_tests.small import JSON, Asked, Reply, Small, contract_of_notes

SCOPES = ("notes.read", "notes.write", "profile")
LIFE = 3600


class Provider(Small):
    """Gives opaque tokens by every grant, and serves notes to those that have the scope."""

    life = LIFE

    def __init__(self) -> None:
        super().__init__()
        self.notes: dict[str, dict[str, Any]] = {"n1": {"id": "n1", "text": "note 1"}}
        self.numbers = itertools.count(2)
        self.tokens: dict[str, tuple[frozenset[str], float]] = {}
        self.refreshing: dict[str, str] = {}
        self.codes: dict[str, dict[str, str]] = {}

    def answer(self, asked: Asked) -> Reply:
        endpoints = {"/oauth/token": self.token, "/oauth/authorize": self.authorize, "/oauth/revoke": self.revoke,
                     "/oauth/device": self.device, "/.well-known/openid-configuration": self.metadata}  # fmt: skip
        if asked.path in endpoints:
            return endpoints[asked.path](asked)
        return self.served(asked)

    def metadata(self, asked: Asked) -> Reply:
        base = f"http://{asked.headers['Host']}/oauth"
        return Reply(200, {
            "token_endpoint": f"{base}/token", "authorization_endpoint": f"{base}/authorize",
            "device_authorization_endpoint": f"{base}/device", "revocation_endpoint": f"{base}/revoke",
        })  # fmt: skip

    def authorize(self, asked: Asked) -> Reply:
        given = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if given.get("login_hint") != "ann":
            error = urlencode({"error": "login_required", "state": given["state"]})
            return Reply(302, {}, {"Location": f"{given['redirect_uri']}?{error}"})
        self.codes["c1"] = given
        back = urlencode({"code": "c1", "state": given["state"]})
        return Reply(302, {}, {"Location": f"{given['redirect_uri']}?{back}"})

    def device(self, asked: Asked) -> Reply:
        self.codes["d1"] = form_of(asked)
        return Reply(200, {"device_code": "d1", "user_code": "AB", "verification_uri": "http://x", "expires_in": 60})

    def token(self, asked: Asked) -> Reply:
        form = form_of(asked)
        scope = form.get("scope")
        if form["grant_type"] == "authorization_code":
            known = self.codes.pop(form["code"])
            proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
            if proof.decode() != known["code_challenge"]:
                return Reply(400, {"error": "invalid_grant"})
            scope = known.get("scope")
        elif form["grant_type"].endswith("device_code"):
            scope = self.codes[form["device_code"]].get("scope")
        elif form["grant_type"] == "refresh_token":
            scope = self.refreshing.pop(form["refresh_token"], None)
            if scope is None:
                return Reply(400, {"error": "invalid_grant"})
        return self.granted(scope if scope is not None else " ".join(SCOPES))

    def granted(self, scope: str) -> Reply:
        if not {*scope.split()} <= {*SCOPES}:
            return Reply(400, {"error": "invalid_scope"})
        number = len(self.tokens)
        token, renewing = f"opaque-token-{number}", f"refresh-token-{number}"
        self.tokens[token] = frozenset(scope.split()), time.monotonic() + self.life
        self.refreshing[renewing] = scope
        return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": self.life,
                           "refresh_token": renewing, "scope": scope})  # fmt: skip

    def revoke(self, asked: Asked) -> Reply:
        self.tokens.pop(form_of(asked)["token"], None)
        return Reply(200, {})

    def served(self, asked: Asked) -> Reply:
        steps = asked.path.strip("/").split("/")
        if steps[0] != "notes" or len(steps) > 2:
            return Reply(404, {"error": "path"})
        known = self.tokens.get(asked.token)
        if known is None or self.is_over(known[1]):
            return Reply(401, {"error": "token"}, {"WWW-Authenticate": "Bearer"})
        needed = "notes.read" if asked.method in {"GET", "HEAD"} else "notes.write"
        if self.lacks(known[0], needed, asked):
            return Reply(403, {"error": "scope"}, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'})
        return self.noted(asked, steps[1:])

    def is_over(self, end: float) -> bool:
        return time.monotonic() >= end

    def lacks(self, scopes: frozenset[str], needed: str, _: Asked) -> bool:
        return needed not in scopes

    def noted(self, asked: Asked, name: list[str]) -> Reply:
        if asked.method == "POST" and not name:
            note = asked.json
            if not isinstance(note, dict) or set(note) != {"text"} or not isinstance(note["text"], str):
                return Reply(400, {"error": "text"})
            made = {"id": f"n{next(self.numbers)}", "text": note["text"]}
            self.notes[made["id"]] = made
            return Reply(201, made)
        if asked.method in {"GET", "HEAD"}:
            found: Any = list(self.notes.values()) if not name else self.notes.get(name[0])
            return Reply(200, found) if found is not None else Reply(404, {"error": "no such note"})
        return Reply(405, {"error": "method"}, {"Allow": "GET, POST" if not name else "GET"})


class NoScopes(Provider):
    """Looks at no scope of writes."""

    def lacks(self, scopes: frozenset[str], needed: str, asked: Asked) -> bool:
        return needed == "notes.read" and super().lacks(scopes, needed, asked)


class ForgetsToRevoke(Provider):
    """Says that a token is revoked."""

    def revoke(self, asked: Asked) -> Reply:
        return Reply(200, {})


class Brief(Provider):
    """Its tokens live for a second."""

    life = 1


class NeverExpires(Brief):
    """Takes tokens whose life is over."""

    def is_over(self, end: float) -> bool:
        return False


class GivesAll(Provider):
    """Gives all scopes, whatever is asked for."""

    def granted(self, scope: str) -> Reply:
        return super().granted(" ".join(SCOPES))


def form_of(asked: Asked) -> dict[str, str]:
    """The members of a form."""
    return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}


def contract_of_provider(*flows: str, discovers: bool = False) -> dict[str, Any]:
    """The contract, with these flows of OAuth 2, or with an address of metadata."""
    document = contract_of_notes()
    del (
        document["paths"]["/session/end"],
        document["paths"]["/notes/{id}"]["put"],
        document["paths"]["/notes/{id}"]["delete"],
    )
    server = "https://notes.example"
    scopes = dict.fromkeys(SCOPES, "")
    declared = {flow: {"tokenUrl": f"{server}/oauth/token", "authorizationUrl": f"{server}/oauth/authorize",
                       "scopes": scopes} for flow in flows}  # fmt: skip
    oauth = {"type": "oauth2", "flows": declared}
    if discovers:
        oauth = {"type": "openIdConnect", "openIdConnectUrl": f"{server}/.well-known/openid-configuration"}
    document["components"]["securitySchemes"] = {"oauth": oauth}
    document["servers"] = [{"url": server}]
    del document["security"]
    for item in document["paths"].values():
        for method in {"get", "post"} & item.keys():
            item[method]["security"] = [{"oauth": ["notes.read" if method == "get" else "notes.write"]}]
            item[method]["responses"]["403"] = {
                "description": "Refused", "content": {JSON: {"schema": {"type": "object", "required": ["error"]}}}
            }  # fmt: skip
    return document
