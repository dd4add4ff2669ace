"""The security line at the end of an operation, and Authentication parts → security requirements and schemes."""

from __future__ import annotations

import re
from typing import Any

from docs_to_openapi.layouts.outline import OperationOutline
from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.pages.text import bare
from docs_to_openapi.reading.context import Context

_SCHEME = re.compile(r"([^,&()\s][^,&()]*?)\s*(?:\(\s*Scopes:\s*([^()]*)\))?\s*(,|&|$)")
_API_KEY = re.compile(r"^API Key \((.+)\)$")
_API_KEY_PLACE = re.compile(r"^Parameter Name:\s*\**(.+?)\**,\s*in:\s*(\w+)\.?\s*(.*)$")
_HTTP = re.compile(r"^HTTP Authentication,\s*scheme:\s*([\w-]+)\s*(.*)$")
_FLOW = re.compile(r"^Flow:\s*(\w+)$")
_FLOW_URL = re.compile(r"^(Authorization|Token) URL\s*=\s*\[?([^\]\s]+)")
_BEARER = re.compile(r"\bbearer\b[^.]*\b(?:token|authentication|authorization)\b", re.IGNORECASE)

Requirement = dict[str, list[str]]


def read_security(operation: OperationOutline, context: Context) -> list[Requirement] | None:
    """The requirements in the operation's security line; None if it has no such line."""
    sections = operation.of("security")
    if not sections:
        return None
    section = sections[0]
    text = section.argument or next((bare(block.text) for block in section.blocks if block.kind == "text"), "")
    text = text.strip().rstrip(".")
    if text.lower() == "none":
        return []
    alternatives, rest = requirements(text)
    if rest or not alternatives:
        context.report(section.line, f"the security line was not read: {text[:60]!r}")
        return None
    return alternatives


def requirements(text: str) -> tuple[list[Requirement], str]:
    """`a & b ( Scopes: r ), c` as OpenAPI security requirements, and what could not be read of it."""
    alternatives: list[Requirement] = [{}]
    at = 0
    while at < len(text):
        match = _SCHEME.match(text, at)
        if not match or match.end() == at:
            return alternatives, text[at:]
        if match.group(1) != "None":
            alternatives[-1][match.group(1).strip()] = (match.group(2) or "").split()
        if match.group(3) == ",":
            alternatives.append({})
        at = match.end()
        at += len(text[at:]) - len(text[at:].lstrip())
    return alternatives, ""


def read_schemes(blocks: list[Block]) -> list[tuple[str, dict[str, Any], int]]:
    """The schemes that an Authentication part describes: (name or "", scheme, line)."""
    schemes: list[tuple[str, dict[str, Any], int]] = []
    flow: dict[str, Any] = {}
    for block in blocks:
        text = bare(block.text) if block.kind == "text" else ""
        last = schemes[-1][1] if schemes else {}
        if match := _API_KEY.match(text):
            schemes.append((match.group(1), {"type": "apiKey"}, block.line))
        elif (match := _API_KEY_PLACE.match(text)) and last.get("type") == "apiKey" and "name" not in last:
            last.update({"name": match.group(1), "in": match.group(2)})
        elif match := _HTTP.match(text):
            schemes.append(("", {"type": "http", "scheme": match.group(1).lower()}, block.line))
        elif text.startswith("oAuth2 authentication"):
            schemes.append(("", {"type": "oauth2", "flows": {}}, block.line))
        elif (match := _FLOW.match(text)) and last.get("type") == "oauth2":
            flow = last["flows"].setdefault(match.group(1), {"scopes": {}})
        elif (match := _FLOW_URL.match(text)) and last.get("type") == "oauth2":
            flow["authorizationUrl" if match.group(1) == "Authorization" else "tokenUrl"] = match.group(2)
        elif block.kind == "row" and last.get("type") == "oauth2" and bare(block.cells[0]) != "Scope":
            flow.setdefault("scopes", {})[block.cells[0]] = block.cells[-1]
    return [item for item in schemes if _complete(item[1])]


def _complete(scheme: dict[str, Any]) -> bool:
    """Whether the page states everything that OpenAPI requires of such a scheme."""
    if scheme["type"] == "apiKey":
        return "in" in scheme
    if scheme["type"] != "oauth2":
        return True
    needs = {"implicit": ("authorizationUrl",), "authorizationCode": ("authorizationUrl", "tokenUrl"),
             "password": ("tokenUrl",), "clientCredentials": ("tokenUrl",)}  # fmt: skip
    flows = scheme["flows"].items()
    return bool(flows) and all(name in needs and all(url in flow for url in needs[name]) for name, flow in flows)


def bearer_sentence(blocks: list[Block]) -> int:
    """The line that states that requests carry a bearer token, or 0."""
    return next((block.line for block in blocks if block.kind == "text" and _BEARER.search(block.text)), 0)


def _scheme_in_name(name: str) -> str:
    """The HTTP scheme that a name such as `BearerAuth` implies, or ""."""
    return next((scheme for scheme in ("bearer", "basic") if name.lower().startswith(scheme)), "")


def _common(schemes: list[dict[str, Any]]) -> dict[str, Any]:
    """What all of these schemes have in common, or {}: it applies to a name whichever scheme it is."""
    first = schemes[0]
    if all(scheme["type"] == "oauth2" for scheme in schemes):
        return {"type": "oauth2", "flows": {}}
    return dict(first) if all(scheme == first for scheme in schemes) else {}


def name_schemes(
    used: dict[str, bool], described: list[tuple[str, dict[str, Any], str]], bearers: dict[str, str]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The scheme of each used name, with its evidence, and the names that stay unknown.

    `used` states whether a name has scopes; `described` are the Authentication parts; `bearers` maps a name to the
    sample or sentence with a bearer token. Widdershins prints no names for http and oauth2 schemes: one is matched only
    if it is the only candidate.
    """
    schemes = {name: scheme | {"x-source": source} for name, scheme, source in described if name}
    open_names = [name for name in used if name not in schemes]
    unnamed = [(scheme, source) for name, scheme, source in described if not name]
    scoped = [name for name in open_names if used[name]]
    oauth = [item for item in unnamed if item[0]["type"] == "oauth2"]
    if len(scoped) == 1 and len(oauth) == 1:
        schemes[scoped[0]] = oauth[0][0] | {"x-source": oauth[0][1]}
        open_names.remove(scoped[0])
        unnamed.remove(oauth[0])
    if len(open_names) == 1 and len(unnamed) == 1:
        schemes[open_names[0]] = unnamed[0][0] | {"x-source": unnamed[0][1]}
        open_names = []
    if open_names and len(open_names) == len(unnamed) and (common := _common([scheme for scheme, _ in unnamed])):
        schemes |= {name: common | {"x-source": unnamed[0][1]} for name in open_names}
        open_names = []
    for name in list(open_names):
        if not described and (scheme := "bearer" if name in bearers else _scheme_in_name(name)):
            schemes[name] = {"type": "http", "scheme": scheme}
            schemes[name] |= {"x-source": bearers[name]} if name in bearers else {}
            open_names.remove(name)
    return schemes, open_names
