"""`docs-to-openapi init`: settings, an overlay, a first contract, and a list of what to settle."""

from __future__ import annotations

import json
import os
from pathlib import Path

from docs_to_openapi.commands.build import expected_files, summary, unread_pages
from docs_to_openapi.config import NAME, Config
from docs_to_openapi.contract.build import Build, build_from, read_paths
from docs_to_openapi.contract.overlay import Overlay
from docs_to_openapi.errors import UsageError

OPEN = "open-items.md"

_SETTINGS = """\
# Settings of docs-to-openapi. Every key is optional.
pages: {pages}
contract: openapi.yaml
overlay: overlay.yaml
ignore: [SUMMARY.md]{layouts}
infer: {infer}               # false: add nothing that only an example shows (x-inferred)
{base_url}
{security}
"""
_LAYOUTS = """
layouts:                    # file pattern: layout; without a match, the layout is recognised
  '*': {layout}"""
_OVERLAY = """\
# OpenAPI Overlay 1.0 over what the pages state. Each action has a kind: a `correction` decides where the pages contradict
# themselves (and may name the keys of the contradictions in x-settles), an `assumption` adds what they leave open.
overlay: 1.0.0
info: {title: Decisions about the contract, version: 1.0.0}
x-names: {}                 # info, tags, operations: {GET /pets: {operationId: listPets}}, schemas: {Pet: 'GET /pets 200 [0]'}
x-accepts: []               # - {at: 'pages/pets.md:12-15', reason: a table of prices, not of the API}
actions: []                 # - {target: "$.paths['/pets'].get", x-id: C-01, x-kind: correction, description: ..., update: {}}
"""


def init(pages: Path, folder: Path, layout: str, base_url: str, *, infer: bool) -> int:
    """Write the files of a new folder. Existing settings and overlays are never overwritten."""
    settings, overlay = folder / NAME, folder / "overlay.yaml"
    if existing := [path for path in (settings, overlay) if path.exists()]:
        raise UsageError(f"{existing[0]} exists already; run `docs-to-openapi build`, or choose another --folder")
    try:
        relative = Path(os.path.relpath(pages, folder)).as_posix()
    except ValueError:  # on another drive of Windows
        relative = pages.resolve().as_posix()
    layouts = {"*": layout} if layout else {}
    config = Config(folder, pages=relative, layouts=layouts, base_url=base_url, infer=infer)
    readings = read_paths(config.page_paths(), config)
    folder.mkdir(parents=True, exist_ok=True)
    result = build_from(readings, Overlay({}, (), {}), config)
    settings.write_text(_settings(result), encoding="utf-8")
    overlay.write_text(_OVERLAY, encoding="utf-8")
    for path, text in expected_files(result).items():
        path.write_text(text, encoding="utf-8")
    (folder / OPEN).write_text(open_items(result), encoding="utf-8")
    for reading in result.readings:
        print(f"{reading.page.name}: {reading.layout}, {len(reading.operations)} operation(s)")
    print(summary(result))
    print(f"Wrote {settings}, {overlay}, {folder / config.contract} and {folder / OPEN}.")
    return 1 if unread_pages(result) else 0


def _settings(result: Build) -> str:
    config = result.config
    layouts = _LAYOUTS.format(layout=config.layouts["*"]) if config.layouts else ""
    servers = [server["url"] for server in result.document.get("servers", [])]
    base_url = f"base-url: {json.dumps(config.base_url)}" if config.base_url else ""
    stated = f"   # the pages state {servers[0]}" if servers else ""
    base_url = base_url or f"# base-url: https://api.example.com{stated}"
    schemes = result.document.get("components", {}).get("securitySchemes", {})
    stated = f"   # the pages state {', '.join(schemes)}" if schemes else ""
    security = f"# security: {{BearerAuth: {{type: http, scheme: bearer}}}}{stated}"
    return _SETTINGS.format(
        pages=json.dumps(config.pages),
        layouts=layouts,
        infer=str(config.infer).lower(),
        base_url=base_url,
        security=security,
    )


def open_items(result: Build) -> str:
    """What is open, as a list in Markdown; each item can be copied into the overlay to accept it."""
    lines = [
        "# Open items",
        "",
        "Settle each item (correct the page, or decide in `overlay.yaml`), or accept it: copy its line below `x-accepts`.",
        "",
    ]
    for problem in result.open:
        lines += [f"- **{problem.severity}** {problem.place}: {problem.message}"]
        lines += [f"  - compare {problem.also}"] if problem.also else []
        lines += [f"  - a correction settles it with `x-settles: [{problem.key!r}]`"] if problem.key else []
        lines += [f"  - accept: `- {{at: '{problem.place}', reason: ...}}`"]
    return "\n".join(lines if result.open else [*lines, "Nothing is open."]) + "\n"
