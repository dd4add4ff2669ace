"""The first steps of newcomers, each in an empty folder; a step returns the seconds until the mock's first response."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic

from bench.processes import free_port
from tests.first_steps import artifacts
from tests.first_steps.artifacts import TIMEOUT, Failed, clean, run
from tests.first_steps.pasted import README, Terminal, blocks, install_line, shell, the_readme, the_tutorial
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

    def found(self, programs: Path) -> dict[str, str]:
        """What has pip and uv find the wheel by the name of the package, and a shell these programs."""
        links = {"PIP_FIND_LINKS": str(self.folder), "UV_FIND_LINKS": str(self.folder)}
        return {**links, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"} if self.wheel else {}


Step = Callable[[Built, Path], float]


def with_uvx(built: Built, folder: Path) -> float:
    """`uvx` starts the mock with a contract of the user's own."""
    began, uv = monotonic(), _tool("uv", folder)
    certificates = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
    environment = {"UV_CACHE_DIR": str(folder / "cache"), **certificates, **built.found(uv)}
    seconds = _petstore(install_line("uv"), folder, began, environment)
    run(shell(f"{install_line('uv', suite=True)} --version"), folder, **environment)
    return seconds


def with_pipx(built: Built, folder: Path) -> float:
    """`pipx run` does the same."""
    began, pipx = monotonic(), _tool("pipx", folder)
    homes = {"PIPX_HOME": str(folder / "pipx"), "PIPX_BIN_DIR": str(folder / "bin"), **built.found(pipx)}
    seconds = _petstore(install_line("pipx"), folder, began, homes)
    run(shell(f"{install_line('pipx', suite=True)} --version"), folder, **homes)
    return seconds


def with_pip(built: Built, folder: Path) -> float:
    """`pip install` into a virtual environment, and then the suite with its extra."""
    began, bin_folder = monotonic(), _environment(folder)
    environment = built.found(bin_folder)
    run(shell(f"{install_line('pip')} -q"), folder, **environment)
    seconds = _petstore("mockserver mock", folder, began, environment)
    _check_size(folder / "environment", suite=False)
    run(shell(f"{install_line('pip', suite=True)} -q"), folder, **environment)
    _check_size(folder / "environment", suite=True)
    run(["contract-tests", str(PETS), "--budget", "60"], folder, **environment)
    return seconds


def with_readme(built: Built, folder: Path) -> float:
    """The README, and then the tutorial, pasted line by line."""
    began, bin_folder = monotonic(), _environment(folder)
    run(shell(f"{install_line('pip', suite=True)} -q"), folder, **built.found(bin_folder))
    seconds = monotonic() - began
    for name, page in (("readme", the_readme), ("tutorial", the_tutorial)):
        own = folder / name
        own.mkdir()
        page(Terminal(own, bin_folder))
    return seconds


def with_npx(built: Built, folder: Path) -> float:
    """`npx` starts the mock through the Python that is there."""
    began = monotonic()
    run(["npm", "init", "-y"], folder)
    run(["npm", "install", "--no-audit", "--no-fund", "-D", str(built.npm)], folder)
    return _petstore(install_line("npm"), folder, began, _package(built, folder))


def vite_app(built: Built, folder: Path) -> float:
    """A new project with Vite, TypeScript, Vitest, and Playwright with three workers."""
    began = monotonic()
    shutil.copytree(HERE / "app", folder, dirs_exist_ok=True)
    (folder / "tests" / "readme.spec.ts").write_text(blocks(README, "ts")[0], encoding="utf-8")
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
    run([f"{bin_folder}/pip", "install", "-q", str(built.wheel)], folder)
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
    "readme": with_readme,
    "npx": with_npx,
    "vite": vite_app,
    "node": node_versions,
    "examples": examples,
}

NPM = ("npx", "vite", "node", "examples")
BROWSERS = ("vite", "examples")
OLDEST_NODE = (20, 19)
"""The first version of Node.js that Vite takes."""


def lacking(step: str) -> str:
    """What a step can't do without and isn't installed here; empty where all is there."""
    if step not in NPM:
        return ""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return "Node.js and npm aren't installed"
    version = run(["node", "--version"], HERE).strip().lstrip("v")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_NODE:
        return f"Node.js {version} is older than {'.'.join(map(str, OLDEST_NODE))}"
    return "" if BROWSER or step not in BROWSERS else "neither Chromium nor Google Chrome is installed"


def _petstore(line: str, folder: Path, began: float, environment: Mapping[str, str]) -> float:
    """Paste the line that starts the mock, with the contract; create a pet and read it; the seconds until then."""
    contract = folder / "petstore.yaml"
    shutil.copy(PETS, contract)
    with _started(f"{line} {contract.name} --port 0 --log-format json", folder, environment) as url:
        pet = _asked(f"{url}/pets", {"name": "Rex"})
        seconds = monotonic() - began
        if _asked(f"{url}/pets/{pet['id']}")["name"] != "Rex":
            raise Failed("the mock doesn't remember the pet")
        return seconds


@contextmanager
def _started(line: str, folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """A mock that runs; its URL."""
    errors = folder / "errors.txt"
    with errors.open("w") as file:
        command = shell(line)
        process = subprocess.Popen(command, cwd=folder, env=clean(environment), stdout=subprocess.PIPE, stderr=file)
        try:
            first = process.stdout.readline() if process.stdout else b""
            if not first.startswith(b'{"event":"listening"'):
                raise Failed(f"{line}: printed {first!r}\n{errors.read_text()[-4000:]}")
            yield json.loads(first)["url"]
        finally:
            process.terminate()
            process.wait(TIMEOUT)


def _asked(url: str, body: Mapping[str, str] | None = None) -> Mapping[str, str]:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, {"Content-Type": "application/json"})) as response:
        return dict(json.load(response))


def _check_size(environment: Path, *, suite: bool) -> None:
    """Raise Failed where what is installed is far from what the README says."""
    (packages,) = environment.glob("lib/python*/site-packages")
    own = [
        one for one in packages.iterdir() if not one.name.startswith(("pip", "setuptools", "_distutils", "distutils"))
    ]
    count = sum(one.suffix == ".dist-info" for one in own)
    files = (file for one in own for file in (one.rglob("*") if one.is_dir() else (one,)))
    size = sum(file.stat().st_size for file in files if file.is_file() and file.suffix != ".pyc") / 1_048_576
    said_count, said_size = re.findall(r"\((\d+) packages, (\d+) MB\)", README)[suite]
    if abs(count - int(said_count)) > 2 or abs(size / int(said_size) - 1) > 0.15:
        raise Failed(f"{count} packages, {size:.0f} MB are installed; the README says {said_count} and {said_size} MB")


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
