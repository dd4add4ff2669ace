"""The architecture rules: imports run downward, no cycles, one module imports a library."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS = (
    ("errors", "messages", "background"),
    ("settings", "clock", "plain_yaml"),
    ("contract.document",),
    ("contract.schemas", "contract.operations"),
    ("contract.messages",),
    ("contract",),
    ("generate",),
    ("state",),
    ("behaviour", "inference", "reply"),
    ("identity", "upstream"),
    ("outbound",),
    ("exchange",),
    ("insight",),
    ("control",),
    ("web",),
    ("testing",),
    ("cli",),
    ("__main__",),
)
"""The layers of `mockserver`, lowest first: a module imports only lower layers and its own folder."""

DOORS = {
    "flask": ("web.app", "control"),
    "werkzeug": ("web.app", "control"),
    "granian": ("web.server",),
    "openapi_core": (),
    "jsonschema_path": (),
    "openapi_spec_validator": ("contract.schemas.structure",),
    "jsonschema_rs": ("contract.schemas.compiled",),
    "brotli": ("contract.messages.codings",),
    "zstandard": ("contract.messages.codings",),
    "jsonpatch": ("behaviour.json_patch",),
    "joserfc": ("identity.keys", "identity.logins", "cli.banner"),  # the latter two ask whether it is there
    "cryptography": ("identity.keys", "web.authority"),
    "yaml": ("plain_yaml",),
    "sqlite3": ("state.sqlite_file",),
    "redis": (
        "state.redis_line",
        "state.redis_servers",
    ),
    "prometheus_client": ("control.exposition", "cli.reading"),  # the latter asks whether it is there
    "mcp": ("cli.mcp",),
    "urllib3": (),
}
"""The modules of `mockserver` that may import a library."""

SUITE_LAYERS = (
    ("core",),
    ("report",),
    ("run",),
    ("suites", "suites.conformance", "suites.flashback", "suites.oracle", "suites.workflows"),
    ("mutation", "traffic"),
    ("cli", "conftest"),
    ("__main__",),
)
"""The layers of `contract_tests`: shared code imports no suite, and no suite imports another."""

SUITE_DOORS = {
    "mockserver": (
        "core.contract",
        "core.discovery",
        "core.document",
        "core.operation",
        "core.outgoing",
        "core.redaction",
        "core.schemas",
    ),
    "requests": ("core.connection", "core.gate", "core.target", "core.transfer", "core.transport"),
    "urllib3": ("core.transfer", "core.transport"),
    "schemathesis": ("core.fuzzing", "core.sparing"),
    "hypothesis": ("core.fuzzing", "core.samples", "core.sparing", "suites.oracle"),
    "pytest": ("conftest", "run", "suites"),
    "yaml": ("mutation",),
    "ijson": ("cli", "traffic.files"),  # the former asks whether it is there
    "jsonschema_rs": (),
}
"""The modules of `contract_tests` that may import a library."""

DOCS_LAYERS = (
    ("errors",),
    ("pages",),
    ("tables",),
    ("layouts",),
    ("reading",),
    ("config",),
    ("contract",),
    ("evidence",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
"""The layers of `docs_to_openapi`: pages become tables, tables what they state, and this a contract."""

DOCS_DOORS = {
    "yaml": ("pages.yaml_text",),
    "jsonpath": ("contract.overlay",),
    "jsonschema_rs": ("reading.examples",),
    "openapi_spec_validator": ("contract.build",),
}
"""The modules of `docs_to_openapi` that may import a library."""

PACKAGES = {
    "mockserver": (LAYERS, DOORS),
    "contract_tests": (SUITE_LAYERS, SUITE_DOORS),
    "docs_to_openapi": (DOCS_LAYERS, DOCS_DOORS),
}

OWN = {"mockserver", "contract_tests", "docs_to_openapi", "spec", "bundled_contract", "tests"}


def _modules(package: str) -> dict[str, Path]:
    root = ROOT / package
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in root.rglob("*.py")
    }


@cache
def _imports(path: Path) -> tuple[str, ...]:
    return tuple(_imports_of(ast.parse(path.read_text(encoding="utf-8")), path))


def _imports_of(tree: ast.Module, path: Path) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _function_name(node.func) in ("find_spec", "import_module"):
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


def _function_name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


MODULES = {package: _modules(package) for package in PACKAGES}
MOCK = MODULES["mockserver"]


def _room(package: str, module: str) -> str:
    rooms = sorted((room for rooms in PACKAGES[package][0] for room in rooms), key=len, reverse=True)
    return next((room for room in rooms if module == room or module.startswith(f"{room}.")), module)


def _inner(package: str, name: str) -> str | None:
    """The module of a package that contains an imported name."""
    if not name.startswith(f"{package}."):
        return None
    parts = name.split(".")[1:]
    while parts and ".".join(parts) not in MODULES[package]:
        parts.pop()
    return ".".join(parts) or None


def _rank(package: str, module: str) -> int:
    layers = PACKAGES[package][0]
    return next(rank for rank, rooms in enumerate(layers) if _room(package, module) in rooms)


@pytest.mark.parametrize(
    ("package", "module"),
    [(package, module) for package, modules in MODULES.items() for module in sorted(set(modules) - {"__init__"})],
)
def test_imports_run_downward(package: str, module: str) -> None:
    """A module imports only lower layers and its own folder."""
    for name in _imports(MODULES[package][module]):
        inner = _inner(package, name)
        if inner is not None and _room(package, inner) != _room(package, module):
            assert _rank(package, inner) < _rank(package, module), f"{module} imports {inner}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_has_a_layer(package: str) -> None:
    """Every folder and module is in the table of layers."""
    listed = {room for rooms in PACKAGES[package][0] for room in rooms}
    assert {_room(package, module) for module in MODULES[package]} - {"__init__"} <= listed


@pytest.mark.parametrize("package", PACKAGES)
def test_no_cycles(package: str) -> None:
    """No module imports itself through others."""
    edges = {
        module: {_inner(package, name) for name in _imports(path)} - {None, module}
        for module, path in MODULES[package].items()
    }
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module not in done:
            for target in edges[module]:
                visit(str(target), (*trail, module))
            done.add(module)

    for module in edges:
        visit(module, ())


@pytest.mark.parametrize(
    ("package", "library"),
    [(package, library) for package, (_, doors) in PACKAGES.items() for library in sorted(doors)],
)
def test_one_door_per_library(package: str, library: str) -> None:
    """A library is imported only by the modules in the table."""
    doors = PACKAGES[package][1][library]
    for module, path in MODULES[package].items():
        if any(name.split(".")[0] == library for name in _imports(path)):
            assert any(module == door or module.startswith(f"{door}.") for door in doors), module


@pytest.mark.parametrize("package", ["mockserver", "contract_tests", "docs_to_openapi"])
def test_every_library_is_declared(package: str) -> None:
    """Every library that a package imports is declared, those of the extra `contract-tests` for it alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = {"mockserver": {"contract-tests"}}.get(package, set())
    extras = [text for name, extra in project["optional-dependencies"].items() if name not in own for text in extra]
    declared = {re.split(r"[^\w.-]", text)[0].lower() for text in (*project["dependencies"], *extras)}
    providers = packages_distributions()
    for path in _modules(package).values():
        if path.name == "pytest.py":  # the plugin, which pytest itself loads
            continue
        for library in {name.split(".")[0] for name in _imports(path)} & providers.keys() - OWN:
            assert {name.lower().replace("_", "-") for name in providers[library]} & declared, f"{path} uses {library}"


def test_packages_share_only_the_reader_of_contracts() -> None:
    """`contract_tests` imports `mockserver.contract`, `spec` imports `docs_to_openapi`; nothing else is shared."""
    packages = {"mockserver", "contract_tests", "docs_to_openapi", "spec"}
    for package in packages:
        others = packages - {package} - ({"docs_to_openapi"} if package == "spec" else set())
        for path in _modules(package).values():
            names = [name for name in _imports(path) if name.split(".")[0] in others]
            if package == "contract_tests":
                names = [name for name in names if not name.startswith("mockserver.contract.")]
            assert not names, path


def test_shared_test_code_does_not_name_flashback() -> None:
    """Code for the bundled API is in its suite: no module of core, run or report names it."""
    words = ("flashback", "fingerprint", "trusteddevice", "istrusted", "heartbeatsession")
    for module, path in MODULES["contract_tests"].items():
        text = path.read_text(encoding="utf-8").lower()
        assert not module.startswith(("core", "run", "report")) or not [word for word in words if word in text], path


def test_the_mock_does_not_name_flashback() -> None:
    """Everything special to the bundled contract is data: no module of the mock names it."""
    words = ("flashback", "fingerprint", "trusteddevice", "istrusted", "heartbeatsession")
    for path in MOCK.values():
        text = path.read_text(encoding="utf-8").lower()
        assert not [word for word in words if word in text], path
