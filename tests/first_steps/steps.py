"""The first steps of newcomers, each in an empty folder; a step returns the seconds until the mock's first response."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic

from bench.processes import free_port
from tests.first_steps import artifacts
from tests.first_steps.artifacts import TIMEOUT, Failed, clean, run
from tests.support import ROOT

HERE = Path(__file__).parent
PETS = HERE / "pets.yaml"
BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or ""
NODES = ("20", "22", "24")
"""Versions of Node.js that the npm package is tried with; npm has them as packages."""


@dataclass(frozen=True)
class Built:
    """What is installed: the wheel, and the npm package; each is built in a folder when a step first asks for it."""

    folder: Path

    @cached_property
    def wheel(self) -> Path:
        """The wheel of this clone."""
        return artifacts.wheel(self.folder)

    @cached_property
    def npm(self) -> Path:
        """The npm package of this clone."""
        return artifacts.npm_package(self.folder)

    def requirement(self, extra: str = "") -> str:
        """The wheel as a requirement (PEP 508)."""
        return f"flashback-mock{extra} @ {self.wheel.as_uri()}"


Step = Callable[[Built, Path], float]


def with_uvx(built: Built, folder: Path) -> float:
    """`uvx` starts the mock with a contract of the user's own."""
    began, uv = monotonic(), _tool("uv", folder)
    environment = {"UV_CACHE_DIR": str(folder / "cache"), "UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
    return _petstore([f"{uv}/uvx", "--from", built.requirement(), "mockserver"], folder, began, environment)


def with_pipx(built: Built, folder: Path) -> float:
    """`pipx run` does the same."""
    began, pipx = monotonic(), _tool("pipx", folder)
    homes = {"PIPX_HOME": str(folder / "pipx"), "PIPX_BIN_DIR": str(folder / "bin")}
    return _petstore([f"{pipx}/pipx", "run", "--spec", built.requirement(), "mockserver"], folder, began, homes)


def with_pip(built: Built, folder: Path) -> float:
    """`pip install` into a virtual environment, and then the suite with its extra."""
    began, bin_folder = monotonic(), _environment(folder)
    run([f"{bin_folder}/pip", "install", "-q", built.requirement()], folder)
    seconds = _petstore([f"{bin_folder}/mockserver"], folder, began, {})
    run([f"{bin_folder}/pip", "install", "-q", built.requirement("[contract-tests]")], folder)
    run([f"{bin_folder}/contract-tests", "--spec", str(PETS), "--budget", "60"], folder)
    return seconds


def with_npx(built: Built, folder: Path) -> float:
    """`npx` starts the mock through the Python that is there."""
    began = monotonic()
    run(["npm", "init", "-y"], folder)
    run(["npm", "install", "--no-audit", "--no-fund", "-D", str(built.npm)], folder)
    return _petstore(["npx", "flashback-mock"], folder, began, _package(built, folder))


def vite_app(built: Built, folder: Path) -> float:
    """A new project with Vite, TypeScript, Vitest, and Playwright with three workers."""
    began = monotonic()
    shutil.copytree(HERE / "app", folder, dirs_exist_ok=True)
    run(["npm", "install", "--no-audit", "--no-fund"], folder)
    run(["npm", "install", "--no-audit", "--no-fund", "-D", str(built.npm)], folder)
    run(["npx", "tsc"], folder)
    environment = _package(built, folder)
    run(["npx", "vitest", "run"], folder, **environment)
    seconds = monotonic() - began
    run(["npx", "playwright", "test"], folder, CHROMIUM=BROWSER, PORT=str(free_port()), **environment)
    return seconds


def node_versions(built: Built, folder: Path) -> float:
    """The package's own tests, in each version of Node.js."""
    began, bin_folder = monotonic(), _environment(folder)
    run([f"{bin_folder}/pip", "install", "-q", built.requirement()], folder)
    tests = folder / "package"
    shutil.copytree(ROOT / "packages" / "js" / "test", tests / "test")
    run(["tar", "xzf", str(built.npm), "-C", str(folder)], folder)
    for version in NODES:
        node = folder / f"node-{version}"
        node.mkdir()
        run(["npm", "install", "--no-audit", "--no-fund", "--prefix", str(node), f"node@{version}"], node)
        run(
            [f"{node}/node_modules/.bin/node", "--test", "test/world.test.mjs"],
            tests,
            FLASHBACK_MOCK_BIN=str(bin_folder),
        )
    return monotonic() - began


def examples(built: Built, folder: Path) -> float:
    """The example app with Playwright and Vitest, from a copy of `examples/`."""
    began = monotonic()
    shutil.copytree(ROOT / "examples", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    run(["npm", "install", "--no-audit", "--no-fund", "-D", str(built.npm)], folder)
    run(["npm", "run", "vitest"], folder, **_package(built, folder))
    seconds = monotonic() - began
    environment = _package(built, folder)
    run(["npm", "run", "playwright"], folder, CHROMIUM=BROWSER, **environment)
    recorded = ["npm", "run", "playwright", "--", "--grep", "trust expires"]
    run(recorded, folder, CHROMIUM=BROWSER, RECORD_TRAFFIC=str(folder / "recordings"), **environment)
    run(["npx", "flashback-mock", "contract-tests", "traffic", "recordings"], folder, **environment)
    return seconds


STEPS: Mapping[str, Step] = {
    "uvx": with_uvx,
    "pipx": with_pipx,
    "pip": with_pip,
    "npx": with_npx,
    "vite": vite_app,
    "node": node_versions,
    "examples": examples,
}


def _petstore(command: Sequence[str], folder: Path, began: float, environment: Mapping[str, str]) -> float:
    """Start the mock with the contract, create a pet and read it; the seconds until then."""
    contract = folder / "petstore.yaml"
    shutil.copy(PETS, contract)
    with _started([*command, "mock", contract.name, "--port", "0", "--log-format", "json"], folder, environment) as url:
        pet = _asked(f"{url}/pets", {"name": "Rex"})
        seconds = monotonic() - began
        if _asked(f"{url}/pets/{pet['id']}")["name"] != "Rex":
            raise Failed("the mock doesn't remember the pet")
        return seconds


@contextmanager
def _started(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """A mock that runs; its URL."""
    errors = folder / "errors.txt"
    with errors.open("w") as file:
        process = subprocess.Popen(command, cwd=folder, env=clean(environment), stdout=subprocess.PIPE, stderr=file)
        try:
            line = process.stdout.readline() if process.stdout else b""
            if not line.startswith(b'{"event":"listening"'):
                raise Failed(f"{' '.join(command)}: printed {line!r}\n{errors.read_text()[-4000:]}")
            yield json.loads(line)["url"]
        finally:
            process.terminate()
            process.wait(TIMEOUT)


def _asked(url: str, body: Mapping[str, str] | None = None) -> Mapping[str, str]:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, {"Content-Type": "application/json"})) as response:
        return dict(json.load(response))


def _environment(folder: Path) -> Path:
    run([sys.executable, "-m", "venv", str(folder / "environment")], folder)
    return folder / "environment" / "bin"


def _tool(name: str, folder: Path) -> Path:
    """A tool of PyPI in an environment of its own; the folder of its programs."""
    programs = _environment(folder)
    run([f"{programs}/pip", "install", "-q", name], folder)
    return programs


def _package(built: Built, folder: Path) -> dict[str, str]:
    """Install the wheel of this clone, and into a cache that is empty."""
    return {"FLASHBACK_MOCK_PACKAGE": str(built.wheel), "XDG_CACHE_HOME": str(folder / "cache")}
